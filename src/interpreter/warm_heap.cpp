#include "interpreter/warm_heap.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "interpreter/python.h"

namespace pyrunner::interpreter {
namespace {

// More than the whole stack needs; what is left is given back.
constexpr std::size_t kReserve = std::size_t{512} << 20U;
constexpr std::size_t kHugePage = std::size_t{2} << 20U;

// malloc's own defaults and the largest value of its dynamic threshold (mallopt(3)).
constexpr int kMostMappedBlocks = 65536;
constexpr int kMapThreshold = 32 << 20;
constexpr int kTrimThreshold = 2 * kMapThreshold;

/// What is left of the reserve: [next, end).
struct Reserve {
  char* next = nullptr;
  char* end = nullptr;
};
Reserve reserve;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void* Map(void* address, std::size_t size, int protection, int flags) {
  void* memory =
      ::mmap(address, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, /*fd=*/-1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

void* TakeArena(void* /*context*/, std::size_t size) {
  if (size > static_cast<std::size_t>(reserve.end - reserve.next)) {
    return Map(nullptr, size, PROT_READ | PROT_WRITE, 0);
  }
  void* arena = Map(reserve.next, size, PROT_READ | PROT_WRITE, MAP_FIXED);
  if (arena != nullptr) reserve.next += size;
  return arena;
}

/// Blocks of all small sizes, until they come from the end of the heap.
void FillGapsOfMalloc() {
  constexpr std::size_t kStep = 16;
  constexpr std::size_t kLargest = 64 << 10;
  const std::size_t at_end = ::mallinfo2().keepcost;
  const auto* const end = static_cast<char*>(::sbrk(0)) - at_end;
  // The largest first, which would otherwise be cut up by the others.
  for (std::size_t size = kLargest; size > 0; size -= size > 1024 ? 1024 : kStep) {
    void* volatile block = nullptr;  // or the compiler would see that nobody uses it
    do {
      block = std::malloc(size);
    } while (static_cast<char*>(block) < end);
  }
}

/// The same for Python's pools, which have blocks of one size each, up to 512 bytes: until one
/// comes from a new pool, the first block of which follows the pool's header.
void FillGapsOfPython() {
  constexpr std::size_t kStep = 16;
  constexpr std::size_t kLargest = 512;
  constexpr std::uintptr_t kPool = 16384;
  constexpr std::uintptr_t kPoolHeader = 48;
  for (std::size_t size = kStep; size <= kLargest; size += kStep) {
    void* block = nullptr;
    do {
      block = PyObject_Malloc(size);
    } while (block != nullptr && reinterpret_cast<std::uintptr_t>(block) % kPool != kPoolHeader);
    PyObject_Free(block);
  }
}

void FreeArena(void* /*context*/, void* arena, std::size_t size) { ::munmap(arena, size); }

}  // namespace

void GatherHeap() {
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, -1);  // never
  ::mallopt(M_ARENA_MAX, 1);
  if (auto* memory = static_cast<char*>(Map(nullptr, kReserve, PROT_NONE, MAP_NORESERVE))) {
    const std::uintptr_t past = reinterpret_cast<std::uintptr_t>(memory) % kHugePage;
    reserve = {memory + (past == 0 ? 0 : kHugePage - past), memory + kReserve};
  }
  PyObjectArenaAllocator allocator{nullptr, TakeArena, FreeArena};
  PyObject_SetArenaAllocator(&allocator);
}

void FillGaps() {
  FillGapsOfMalloc();
  FillGapsOfPython();
}

void ReleaseHeap() {
  if (reserve.next < reserve.end) {
    ::munmap(reserve.next, static_cast<std::size_t>(reserve.end - reserve.next));
  }
  reserve = {};
  ::mallopt(M_ARENA_MAX, 0);  // by the number of processors
  ::mallopt(M_MMAP_MAX, kMostMappedBlocks);
  ::mallopt(M_MMAP_THRESHOLD, kMapThreshold);
  ::mallopt(M_TRIM_THRESHOLD, kTrimThreshold);
}

}  // namespace pyrunner::interpreter
