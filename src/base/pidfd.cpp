#include "base/pidfd.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pyrunner {
namespace {

// glibc 2.36 has P_PIDFD; older headers lack it.
constexpr auto kPidfdType = static_cast<idtype_t>(3);

std::chrono::microseconds Microseconds(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

Result<Pidfd> Pidfd::Open(pid_t pid) {
  const long fd = ::syscall(SYS_pidfd_open, pid, 0);
  if (fd < 0) return SystemError("pidfd_open", std::to_string(pid));
  return Pidfd(Fd(static_cast<int>(fd)));
}

Status Pidfd::Signal(int signal) const { return SignalProcess(fd_.get(), signal); }

Status SignalProcess(int pidfd, int signal) {
  if (::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) != 0 && errno != ESRCH) {
    return SystemError("pidfd_send_signal", "");
  }
  return {};
}

Result<bool> TryReap(int pidfd, ProcessEnd& end) {
  siginfo_t info{};
  rusage usage{};
  // The raw call, because glibc's leaves out the resource usage.
  if (::syscall(SYS_waitid, kPidfdType, pidfd, &info, WEXITED | WNOHANG, &usage) != 0) {
    // A pidfd that Asio made non-blocking answers EAGAIN instead of an empty siginfo.
    if (errno == EAGAIN) return false;
    return SystemError("waitid", "");
  }
  if (info.si_pid == 0) return false;
  const bool exited = info.si_code == CLD_EXITED;
  end.exit_code = exited ? info.si_status : 0;
  end.signal = exited ? 0 : info.si_status;
  end.cpu_time = Microseconds(usage.ru_utime) + Microseconds(usage.ru_stime);
  return true;
}

}  // namespace pyrunner
