#include "sandbox/user_range.h"

#include <fcntl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "sandbox/credentials.h"
#include "sandbox/identity.h"
#include "sandbox/namespaces.h"

namespace pyrunner::sandbox {
namespace {

/// Runs `act` with the gateway's user as the effective one and root's capabilities, which is who
/// may write the maps of a namespace that the gateway's user owns: root of a container, without
/// CAP_SYS_ADMIN, may not.
template <typename Act>
int AsOwner(Act act) {
  constexpr uid_t kKeep = ~0U;
  const int bits = ::prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
  if (bits < 0 || ::prctl(PR_SET_SECUREBITS, bits | SECBIT_NO_SETUID_FIXUP, 0, 0, 0) != 0) {
    return errno;
  }
  int error = ::syscall(SYS_setresuid, kKeep, kGatewayUid, kKeep) == 0 ? act() : errno;
  if (::syscall(SYS_setresuid, kKeep, 0, kKeep) != 0 && error == 0) error = errno;
  if (::prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) != 0 && error == 0) error = errno;
  return error;
}

}  // namespace

int EnterUserRange(int parent) {
  // The owner of the namespace is whoever unshares it; the gateway has this user.
  if (const int error = BecomeUser(kGatewayUid); error != 0) return error;
  if (::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) return errno;
  if (::unshare(CLONE_NEWUSER) != 0) return errno;
  char byte = 'u';
  if (::write(parent, &byte, 1) != 1 || ::read(parent, &byte, 1) != 1) return EPIPE;
  return BecomeUser(0);
}

int MapUserRange(int child_socket, pid_t child) {
  char byte = 0;
  if (::read(child_socket, &byte, 1) != 1 || byte != 'u') return EPERM;
  const Fd procfs(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!procfs) return errno;
  const IdMap map{.inside = 0,
                  .outside_uid = kFirstMappedUid,
                  .outside_gid = kFirstMappedUid,
                  .count = kMappedUids};
  const int error = AsOwner([&] { return WriteIdMaps(procfs.get(), child, map); });
  if (error != 0) return error;
  return ::write(child_socket, "m", 1) == 1 ? 0 : errno;
}

}  // namespace pyrunner::sandbox
