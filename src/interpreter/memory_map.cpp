#include "interpreter/memory_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <charconv>
#include <optional>

namespace pyrunner::interpreter {
namespace {

/// The text up to `end`, and takes both away.
std::string_view TakeUntil(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

template <typename Number>
bool Parse(std::string_view text, Number& number, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// "7f3ad5a4e000-7f3ad5b50000 rw-p 00000000 00:00 0    /path": a mapping's first line.
std::optional<MemoryMapping> ParseHead(std::string_view line) {
  constexpr std::string_view::size_type kFlags = 4;
  MemoryMapping mapping;
  if (!Parse(TakeUntil(line, '-'), mapping.begin, 16)) return std::nullopt;
  if (!Parse(TakeUntil(line, ' '), mapping.end, 16)) return std::nullopt;
  const std::string_view flags = TakeUntil(line, ' ');
  if (flags.size() != kFlags) return std::nullopt;
  mapping.protection = (flags[0] == 'r' ? PROT_READ : 0) | (flags[1] == 'w' ? PROT_WRITE : 0) |
                       (flags[2] == 'x' ? PROT_EXEC : 0);
  mapping.shared = flags[3] == 's';
  for (int field = 0; field < 3; ++field) TakeUntil(line, ' ');  // offset, device, inode
  const std::size_t name = line.find_first_not_of(' ');
  if (name != std::string_view::npos) mapping.name = line.substr(name);
  return mapping;
}

}  // namespace

std::vector<MemoryMapping> ParseMemoryMap(std::string_view smaps) {
  constexpr std::string_view kResident = "Rss:";
  std::vector<MemoryMapping> mappings;
  while (!smaps.empty()) {
    std::string_view line = TakeUntil(smaps, '\n');
    if (auto mapping = ParseHead(line)) {
      mappings.push_back(std::move(*mapping));
    } else if (line.starts_with(kResident) && !mappings.empty()) {
      line.remove_prefix(line.find_first_not_of(' ', kResident.size()));
      std::size_t kilobytes = 0;
      if (Parse(TakeUntil(line, ' '), kilobytes, 10)) {
        mappings.back().resident_bytes = kilobytes * 1024;
      }
    }
  }
  return mappings;
}

Result<std::vector<MemoryMapping>> ReadMemoryMap(const Fd& procfs) {
  constexpr std::size_t kPiece = 65536;
  const Fd file(::openat(procfs.get(), "self/smaps", O_RDONLY | O_CLOEXEC));
  if (!file) return SystemError("open", "/proc/self/smaps");
  std::string text;
  for (;;) {
    const std::size_t had = text.size();
    text.resize(had + kPiece);
    const ssize_t size = ::read(file.get(), text.data() + had, kPiece);
    if (size < 0) return SystemError("read", "/proc/self/smaps");
    text.resize(had + static_cast<std::size_t>(size));
    if (size == 0) return ParseMemoryMap(text);
  }
}

}  // namespace pyrunner::interpreter
