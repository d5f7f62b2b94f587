// The memory of a warm zygote as a sealed file, of which every fork has a private view.
#pragma once

#include <cstddef>

#include "base/fd.h"
#include "base/result.h"

namespace pyrunner::interpreter {

/// Moves the calling process's heap and the data and code of what it loaded to a file in memory,
/// and maps the file privately where all of it was. Returns how many bytes were moved.
///
/// The kernel copies page tables of what a process has written itself. Of a file's mappings it
/// copies none, so that a fork no longer costs more the larger the heap is. Neighbouring mappings
/// become one: of each library two are left, its data and the rest, which can be read and executed.
/// The file has huge pages, where the kernel makes them.
///
/// Called once, by a process with one thread and a gathered heap (warm_heap.h), which neither moves
/// nor shrinks meanwhile, and that will not write much more; `procfs` is an open /proc. What was
/// copied is compared before the old memory is given up. An error: forks are as right as they were,
/// and slower. The file is sealed and its descriptor closed: nobody can change it. Facts:
/// memfd_create(2), mmap(2), madvise(2); the kernel's vma_needs_copy() in mm/memory.c.
[[nodiscard]] Result<std::size_t> MoveMemoryToImage(const Fd& procfs);

}  // namespace pyrunner::interpreter
