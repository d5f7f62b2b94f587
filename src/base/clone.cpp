#include "base/clone.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace pyrunner {

long Clone(std::uint64_t flags, int* pidfd, int* child_tid) {
#if defined(__x86_64__)
  return ::syscall(SYS_clone, flags, nullptr, pidfd, child_tid, nullptr);
#else
  return ::syscall(SYS_clone, flags, nullptr, pidfd, nullptr, child_tid);
#endif
}

}  // namespace pyrunner
