#include "interpreter/written_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "interpreter/memory_map.h"

#ifndef MADV_POPULATE_WRITE  // since Linux 5.14
#define MADV_POPULATE_WRITE 23
#endif

namespace pyrunner::interpreter {
namespace {

std::size_t PageBytes() {
  static const auto bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

/// A page that the process has written to itself: a present one of its own and of nobody else.
bool IsWritten(std::uint64_t entry) {
  constexpr std::uint64_t kPresent = 1ULL << 63U;
  constexpr std::uint64_t kOfFileOrShared = 1ULL << 61U;
  constexpr std::uint64_t kMappedByNobodyElse = 1ULL << 56U;
  constexpr std::uint64_t kMask = kPresent | kOfFileOrShared | kMappedByNobodyElse;
  return (entry & kMask) == (kPresent | kMappedByNobodyElse);
}

bool MayBeWritten(const MemoryMapping& mapping) {
  return !mapping.shared && (mapping.protection & PROT_WRITE) != 0 &&
         (mapping.name.empty() || mapping.name == "[heap]" || mapping.of_file());
}

/// What the parent reads when its fork has ended: a word for each page of some mappings.
class SharedWords {
 public:
  explicit SharedWords(std::size_t count)
      : bytes_(std::max<std::size_t>(1, count) * sizeof(std::uint64_t)),
        memory_(
            ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {}
  SharedWords(SharedWords&&) = delete;
  SharedWords& operator=(SharedWords&&) = delete;
  SharedWords(const SharedWords&) = delete;
  SharedWords& operator=(const SharedWords&) = delete;
  ~SharedWords() {
    if (valid()) ::munmap(memory_, bytes_);
  }

  [[nodiscard]] bool valid() const { return memory_ != MAP_FAILED; }
  [[nodiscard]] std::uint64_t* data() const { return static_cast<std::uint64_t*>(memory_); }

 private:
  std::size_t bytes_;
  void* memory_;
};

/// Copies the kernel's words on the calling process's pages. Writes to nothing but `words`.
bool ReadPagemap(const Fd& procfs, std::span<const MemoryMapping> mappings, std::uint64_t* words) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const int pagemap = ::openat(procfs.get(), "self/pagemap", O_RDONLY | O_CLOEXEC);
  if (pagemap < 0) return false;
  for (const MemoryMapping& mapping : mappings) {
    const std::size_t bytes = mapping.size() / PageBytes() * kWord;
    const auto at = static_cast<off_t>(mapping.begin / PageBytes() * kWord);
    if (::pread(pagemap, words, bytes, at) != static_cast<ssize_t>(bytes)) return false;
    words += bytes / kWord;
  }
  return true;
}

bool EndsWell(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

Result<Pages> PagesWrittenBy(const Fd& procfs, const std::function<void()>& work) {
  if (::faccessat(procfs.get(), "self/pagemap", R_OK, 0) != 0) {
    return SystemError("read", "/proc/self/pagemap");
  }
  auto mappings = ReadMemoryMap(procfs);
  if (!mappings) return tl::unexpected(mappings.error());
  std::erase_if(*mappings, [](const MemoryMapping& mapping) { return !MayBeWritten(mapping); });
  std::size_t count = 0;
  for (const MemoryMapping& mapping : *mappings) count += mapping.size() / PageBytes();
  const SharedWords words(count);
  if (!words.valid()) return SystemError("mmap", "");

  const pid_t pid = ::fork();
  if (pid < 0) return SystemError("fork", "");
  if (pid == 0) {
    work();
    ::_exit(ReadPagemap(procfs, *mappings, words.data()) ? 0 : 1);
  }
  if (!EndsWell(pid)) return Failure("the kernel does not tell which pages a fork writes to");

  Pages pages;
  const std::uint64_t* word = words.data();
  for (const MemoryMapping& mapping : *mappings) {
    for (std::uintptr_t at = mapping.begin; at < mapping.end; at += PageBytes()) {
      if (IsWritten(*word++)) pages.push_back(at);
    }
  }
  return pages;
}

std::vector<PageRange> RangesOf(const Pages& pages) {
  std::vector<PageRange> ranges;
  std::uintptr_t next = 0;
  for (const std::uintptr_t page : pages) {
    if (!ranges.empty() && page == next) {
      ranges.back().bytes += PageBytes();
    } else {
      ranges.push_back(
          {reinterpret_cast<void*>(page), PageBytes()});  // NOLINT(performance-no-int-to-ptr)
    }
    next = page + PageBytes();
  }
  return ranges;
}

void Prefault(const std::vector<PageRange>& ranges) {
  for (const PageRange& range : ranges) {
    if (::madvise(range.begin, range.bytes, MADV_POPULATE_WRITE) != 0 && errno == EINVAL) return;
  }
}

}  // namespace pyrunner::interpreter
