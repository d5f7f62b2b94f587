#include "sandbox/child_keeper.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>

#include "base/unix_socket.h"
#include "wire/zygote_messages.h"

namespace pyrunner::sandbox {
namespace {

void WakeUp(int /*signal*/) {}

sigset_t ChildSignal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  return set;
}

std::uint64_t Microseconds(const timeval& time) {
  constexpr std::uint64_t kPerSecond = 1'000'000;
  return static_cast<std::uint64_t>(time.tv_sec) * kPerSecond +
         static_cast<std::uint64_t>(time.tv_usec);
}

}  // namespace

Status ChildKeeper::Start() {
  // Delivered only while waiting, so that none is missed between a look and the next wait.
  struct sigaction action {};
  action.sa_handler = WakeUp;
  const sigset_t signal = ChildSignal();
  if (::sigaction(SIGCHLD, &action, nullptr) != 0 ||
      ::sigprocmask(SIG_BLOCK, &signal, nullptr) != 0) {
    return SystemError("sigaction", "SIGCHLD");
  }
  return {};
}

void ChildKeeper::ForgetInChild() {
  const sigset_t signal = ChildSignal();
  ::signal(SIGCHLD, SIG_DFL);
  ::sigprocmask(SIG_UNBLOCK, &signal, nullptr);
}

Result<Fd> ChildKeeper::Adopt(pid_t child) {
  auto pair = SocketPair(SOCK_SEQPACKET);
  if (!pair) {
    ::kill(child, SIGKILL);
    children_.push_back({child, Fd(), true});
    return tl::unexpected(pair.error());
  }
  children_.push_back({child, std::move(pair->second), false});
  return std::move(pair->first);
}

void ChildKeeper::Reap() {
  int status = 0;
  rusage usage{};
  pid_t pid = 0;
  while ((pid = ::wait4(-1, &status, WNOHANG, &usage)) > 0) {
    const auto child = std::find_if(children_.begin(), children_.end(),
                                    [pid](const Child& one) { return one.pid == pid; });
    if (child == children_.end()) continue;
    const wire::ProcessEnded ended{
        .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0,
        .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
        .cpu_microseconds = Microseconds(usage.ru_utime) + Microseconds(usage.ru_stime)};
    // Nobody listens any more if this fails.
    if (child->socket) (void)SendMessage(child->socket.get(), BytesOf(ended), {}, MSG_DONTWAIT);
    children_.erase(child);
  }
}

void ChildKeeper::AwaitMessage(int control) {
  sigset_t deliver;
  sigemptyset(&deliver);
  while (true) {
    Reap();
    if (control == kNone && children_.empty()) return;
    std::vector<pollfd> watched{{control, POLLIN, 0}};
    for (const Child& child : children_) {
      // One that is dying already has nothing to hear; only its end is waited for.
      watched.push_back({child.told_to_die ? -1 : child.socket.get(), POLLIN, 0});
    }
    if (::ppoll(watched.data(), watched.size(), nullptr, &deliver) < 0) continue;  // a child ended
    for (std::size_t i = 0; i < children_.size(); ++i) {
      if (watched[i + 1].revents == 0) continue;
      ::kill(children_[i].pid, SIGKILL);
      children_[i].told_to_die = true;
    }
    if (watched.front().revents != 0) return;
  }
}

}  // namespace pyrunner::sandbox
