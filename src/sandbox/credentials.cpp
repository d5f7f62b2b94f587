#include "sandbox/credentials.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

namespace pyrunner::sandbox {
namespace {

constexpr int kSecureBits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                            SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                            SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

}  // namespace

int BecomeUser(std::uint32_t uid) {
  // Raw calls: glibc's wrappers would signal all threads of a process that has just one.
  // In a user namespace whose group map an unprivileged process wrote, setgroups is denied for
  // good, and what is asked for here holds already.
  if (::getgroups(0, nullptr) != 0 && ::syscall(SYS_setgroups, 0, nullptr) != 0) return errno;
  if (::syscall(SYS_setresgid, uid, uid, uid) != 0) return errno;
  if (::syscall(SYS_setresuid, uid, uid, uid) != 0) return errno;
  return 0;
}

int KeepCapabilities(std::uint64_t bits) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  for (auto& word : data) {
    word.effective = static_cast<std::uint32_t>(bits);
    word.permitted = word.effective;
    bits >>= 32;
  }
  return ::syscall(SYS_capset, &header, data.data()) == 0 ? 0 : errno;
}

int DropCapabilities() {
  // Up to the first that this kernel does not know.
  int capability = 0;
  while (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) ++capability;
  // Without any there is nothing to drop, and with no_new_privs no exec can give one back.
  if (errno == EPERM && HasNoCapabilities()) return 0;
  if (errno != EINVAL || capability == 0) return errno;
  if (::prctl(PR_SET_SECUREBITS, kSecureBits, 0, 0, 0) != 0) return errno;
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return errno;
  return KeepCapabilities(0);
}

int RefuseNewCode() {
  return ::prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0 ? 0 : errno;
}

bool HasNoCapabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
  for (const auto& word : data) {
    if ((word.effective | word.permitted | word.inheritable) != 0) return false;
  }
  return true;
}

}  // namespace pyrunner::sandbox
