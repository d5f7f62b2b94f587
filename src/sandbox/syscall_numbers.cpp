#include "sandbox/syscall_numbers.h"

namespace pyrunner::sandbox {

std::span<const Syscall> AllSyscalls() {
  static constexpr Syscall kAll[] = {
#define NUMBER(name, x86_64, arm64) syscalls::k_##name,
#include "sandbox/syscall_numbers.def"
#undef NUMBER
  };
  return kAll;
}

}  // namespace pyrunner::sandbox
