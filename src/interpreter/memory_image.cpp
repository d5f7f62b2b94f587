#include "interpreter/memory_image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "interpreter/memory_map.h"

#ifndef MFD_EXEC  // since Linux 6.3
#define MFD_EXEC 0x0010U
#endif
#ifndef MADV_COLLAPSE  // since Linux 6.1
#define MADV_COLLAPSE 25
#endif

namespace pyrunner::interpreter {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20U;

/// A piece of memory and its place in the image.
struct Piece {
  char* address = nullptr;
  std::size_t size = 0;
  int protection = 0;
  off_t offset = 0;
};

Result<Fd> MakeFile() {
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  Fd file(::memfd_create("zygote", kFlags | MFD_EXEC));
  if (!file && errno == EINVAL) file = Fd(::memfd_create("zygote", kFlags));
  if (!file) return SystemError("memfd_create", "");
  return file;
}

/// Memory that was reserved and hardly used, like the stack of a thread that has ended, would only
/// grow when it is copied.
bool IsSparse(const MemoryMapping& mapping) {
  constexpr std::size_t kSmall = std::size_t{256} << 10U;
  return mapping.size() > kSmall && mapping.resident_bytes < mapping.size() / 2;
}

/// A mapping may be longer than its file; whoever touches what is beyond gets a signal.
bool EndsBeyondItsFile(const MemoryMapping& mapping, const Fd& scratch) {
  const auto* end =
      reinterpret_cast<const char*>(mapping.end);  // NOLINT(performance-no-int-to-ptr)
  return ::pwrite(scratch.get(), end - 1, 1, 0) != 1;
}

/// What is moved: anonymous memory that can be written, and all of the files that are executed.
/// Data files stay as they are, and so does memory that can be written and executed.
std::vector<MemoryMapping> Choose(std::vector<MemoryMapping> all, const Fd& scratch) {
  constexpr int kWriteAndExecute = PROT_WRITE | PROT_EXEC;
  std::set<std::string> programs;
  for (const MemoryMapping& mapping : all) {
    if (mapping.of_file() && (mapping.protection & PROT_EXEC) != 0) programs.insert(mapping.name);
  }
  std::erase_if(all, [&](const MemoryMapping& mapping) {
    if (mapping.shared || (mapping.protection & PROT_READ) == 0 ||
        (mapping.protection & kWriteAndExecute) == kWriteAndExecute) {
      return true;
    }
    if (mapping.of_file()) {
      return !programs.contains(mapping.name) || EndsBeyondItsFile(mapping, scratch);
    }
    const bool heap = mapping.name.empty() || mapping.name == "[heap]";
    return !heap || (mapping.protection & PROT_WRITE) == 0 || IsSparse(mapping);
  });
  return all;
}

/// Neighbours in memory are neighbours in the image, so that the kernel joins them. Huge pages need
/// offsets and addresses that agree.
std::pair<std::vector<Piece>, off_t> Arrange(const std::vector<MemoryMapping>& chosen) {
  std::vector<Piece> pieces;
  off_t offset = 0;
  const auto add = [&](const MemoryMapping& mapping) {
    auto* address = reinterpret_cast<char*>(mapping.begin);  // NOLINT(performance-no-int-to-ptr)
    const bool follows = !pieces.empty() && pieces.back().address + pieces.back().size == address;
    if (!follows) {
      const auto past = static_cast<std::size_t>(offset) % kHugePage;
      offset += static_cast<off_t>((mapping.begin % kHugePage + kHugePage - past) % kHugePage);
    }
    const bool constant = mapping.of_file() && (mapping.protection & PROT_WRITE) == 0;
    pieces.push_back({.address = address,
                      .size = mapping.size(),
                      .protection = constant ? PROT_READ | PROT_EXEC : mapping.protection,
                      .offset = offset});
    offset += static_cast<off_t>(mapping.size());
  };
  for (const MemoryMapping& mapping : chosen) add(mapping);
  return {std::move(pieces), offset};
}

// From here on until everything is mapped nothing may be written but the stack: what changes after
// it was copied would be lost. System calls write errno only when they fail; those that a thread
// can be cancelled in (pthreads(7)) write more, unless they are made without libc's wrapper.

Status Copy(const Fd& file, const Piece& piece) {
  for (std::size_t done = 0; done < piece.size;) {
    const long written = ::syscall(SYS_pwrite64, file.get(), piece.address + done,
                                   piece.size - done, piece.offset + static_cast<off_t>(done));
    if (written <= 0) return SystemError("write", "the memory image");
    done += static_cast<std::size_t>(written);
  }
  return {};
}

/// True if the image has what the memory has.
bool IsSame(const Fd& file, const Piece& piece) {
  void* view = ::mmap(nullptr, piece.size, PROT_READ, MAP_PRIVATE, file.get(), piece.offset);
  if (view == MAP_FAILED) return false;
  const bool same = std::memcmp(view, piece.address, piece.size) == 0;
  ::munmap(view, piece.size);
  return same;
}

Status Move(const Fd& file, const Piece& piece) {
  constexpr int kAttempts = 3;  // the kernel itself writes to memory of a thread (rseq(2))
  bool same = false;
  for (int attempt = 0; attempt < kAttempts && !same; ++attempt) {
    if (Status copied = Copy(file, piece); !copied) return copied;
    same = IsSame(file, piece);
  }
  if (!same) return Failure("the memory image differs from the memory");
  const void* mapped = ::mmap(piece.address, piece.size, piece.protection, MAP_PRIVATE | MAP_FIXED,
                              file.get(), piece.offset);
  if (mapped != piece.address) return SystemError("map", "the memory image");
  return {};
}

/// Makes huge pages of the file, where the kernel can. Code is mapped by them, and so is data where
/// nothing was written yet; what was is small pages, neighbours of which are mapped together.
void Collapse(const Fd& file, std::size_t size) {
  const std::size_t whole = size / kHugePage * kHugePage;
  void* reserved =
      ::mmap(nullptr, whole + kHugePage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (reserved == MAP_FAILED) return;
  auto* view = static_cast<char*>(reserved);
  view += (kHugePage - reinterpret_cast<std::uintptr_t>(view) % kHugePage) % kHugePage;
  if (::mmap(view, whole, PROT_READ, MAP_PRIVATE | MAP_FIXED, file.get(), 0) == view) {
    for (std::size_t at = 0; at < whole; at += kHugePage) {
      (void)::madvise(view + at, kHugePage, MADV_COLLAPSE);
    }
  }
  ::munmap(reserved, whole + kHugePage);
}

}  // namespace

Result<std::size_t> MoveMemoryToImage(const Fd& procfs) {
  auto mappings = ReadMemoryMap(procfs);
  if (!mappings) return tl::unexpected(mappings.error());
  const auto file = MakeFile();
  if (!file) return tl::unexpected(file.error());
  const auto [pieces, size] = Arrange(Choose(std::move(*mappings), *file));
  if (::ftruncate(file->get(), size) != 0) return SystemError("ftruncate", "the memory image");
  std::size_t moved = 0;
  for (const Piece& piece : pieces) {
    if (Status done = Move(*file, piece); !done) return tl::unexpected(done.error());
    moved += piece.size;
  }
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
  if (::fcntl(file->get(), F_ADD_SEALS, kSeals) != 0) {
    return SystemError("seal", "the memory image");
  }
  Collapse(*file, static_cast<std::size_t>(size));
  return moved;
}

}  // namespace pyrunner::interpreter
