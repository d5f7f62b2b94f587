// Which memory some work writes to, so that a fork can have its own copies before it does that
// work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace pyrunner::interpreter {

/// Addresses of pages of the calling process, in ascending order.
using Pages = std::vector<std::uintptr_t>;

/// The pages of the calling process's private memory, its stack left out, that a fork of it writes
/// to while it does `work`. The fork is plain, with all rights of the caller: `work` is the
/// service's own, and is waited for. `procfs` is an open /proc. An error: the kernel does not tell,
/// or the fork did not come to its end. Facts: /proc/PID/pagemap in proc(5), and the kernel's
/// Documentation/admin-guide/mm/pagemap.rst.
[[nodiscard]] Result<Pages> PagesWrittenBy(const Fd& procfs, const std::function<void()>& work);

/// Pages that are neighbours, as one.
struct PageRange {
  void* begin = nullptr;
  std::size_t bytes = 0;
};

[[nodiscard]] std::vector<PageRange> RangesOf(const Pages& pages);

/// Gives the calling process its own copies of these pages, as writing to them would, but without a
/// fault for each. Where the kernel cannot, nothing happens, and the faults do it. Async-signal-
/// safe. Facts: MADV_POPULATE_WRITE in madvise(2), since Linux 5.14.
void Prefault(const std::vector<PageRange>& ranges);

}  // namespace pyrunner::interpreter
