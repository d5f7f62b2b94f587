#include "sandbox/zygote_launcher.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <csignal>

#include "base/clone.h"
#include "base/pidfd.h"
#include "base/unix_socket.h"
#include "sandbox/credentials.h"
#include "sandbox/identity.h"
#include "sandbox/namespaces.h"
#include "sandbox/user_range.h"

namespace pyrunner::sandbox {
namespace {

constexpr int kFirstUnusedFd = wire::kZygoteControlFd + 2;
constexpr int kProgramFd = wire::kZygoteControlFd + 1;

struct ChildPlan {
  int control;
  int program;
  int log;
  int parent;  // socket of EnterUserRange; then tells what failed
  const char* const* arguments;
  bool own_namespace;
  bool own_users;
  bool become_gateway_user;
};

int ArrangeDescriptors(const ChildPlan& plan, int& parent) {
  const int null = ::open("/dev/null", O_RDWR);
  // Everything out of the way first, so that no target overwrites a source.
  const std::array sources = {null, null, plan.log, plan.control, plan.program, plan.parent};
  std::array<int, 6> high{};
  constexpr int kOutOfTheWay = 100;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    high[i] = ::fcntl(sources[i], F_DUPFD, kOutOfTheWay);
    if (high[i] < 0) return errno;
  }
  for (int target = 0; target < static_cast<int>(sources.size()); ++target) {
    if (::dup2(high[static_cast<std::size_t>(target)], target) < 0) return errno;
  }
  parent = kFirstUnusedFd;
  return ::syscall(SYS_close_range, kFirstUnusedFd + 1, INT_MAX, 0U) == 0 ? 0 : errno;
}

/// With the caller's user as root, and nobody else. Needs no privilege.
int EnterSingleUserNamespace() {
  const IdMap map{.inside = 0, .outside_uid = ::geteuid(), .outside_gid = ::getegid(), .count = 1};
  const Fd procfs(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!procfs) return errno;
  // A process that has changed its user cannot write its own maps.
  if (::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) return errno;
  if (::unshare(CLONE_NEWUSER) != 0) return errno;
  return WriteIdMaps(procfs.get(), 0, map);
}

int BecomeZygoteUser(const ChildPlan& plan, int parent) {
  if (plan.own_users) return EnterUserRange(parent);
  if (plan.become_gateway_user) {
    if (const int error = BecomeUser(kGatewayUid); error != 0) return error;
  }
  return plan.own_namespace ? EnterSingleUserNamespace() : 0;
}

[[noreturn]] void RunChild(const ChildPlan& plan) {
  int parent = plan.parent;
  int error = ::setsid() < 0 ? errno : 0;
  if (error == 0) error = ArrangeDescriptors(plan, parent);
  if (error == 0) error = BecomeZygoteUser(plan, parent);
  if (error == 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) error = errno;
  if (error == 0) {
    ::fcntl(kProgramFd, F_SETFD, FD_CLOEXEC);
    ::fcntl(parent, F_SETFD, FD_CLOEXEC);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ChildKeeper::ForgetInChild();
    ::signal(SIGINT, SIG_DFL);
    ::signal(SIGTERM, SIG_DFL);
    ::signal(SIGHUP, SIG_DFL);
    // An empty environment: whatever secret the service was started with ends here.
    const std::array<const char*, 1> environment = {nullptr};
    ::syscall(SYS_execveat, kProgramFd, "", plan.arguments, environment.data(), AT_EMPTY_PATH);
    error = errno;
  }
  // Tells the launcher why; it reads until the socket closes.
  const ssize_t told = ::write(parent, &error, sizeof error);
  ::_exit(told == sizeof error ? 1 : 2);
}

const char* KindName(wire::ZygoteKind kind) {
  return kind == wire::ZygoteKind::kScience ? "science" : "base";
}

}  // namespace

Result<Fd> LaunchZygote(ZygoteLaunch launch, ChildKeeper& keeper) {
  auto pair = SocketPair(SOCK_STREAM);
  if (!pair) return tl::unexpected(pair.error());
  auto& [here, there] = *pair;
  const auto setup = launch.setup.ToArguments();
  const std::array<const char*, 8> words = {
      "pyrunner-zygote", KindName(launch.kind), setup[0].c_str(), setup[1].c_str(),
      setup[2].c_str(),  setup[3].c_str(),      setup[4].c_str(), nullptr};
  const Layers layers = launch.setup.layers;
  const bool own_namespace = launch.setup.zygote_user_namespace;
  const bool own_users = own_namespace && layers.Has(Layer::kOwnUser);
  const ChildPlan plan{
      launch.control.get(), launch.program, launch.log, there.get(),
      words.data(),         own_namespace,  own_users,  launch.setup.become_gateway_user};

  int pidfd = -1;
  const bool keeps = launch.setup.keep_children;
  const long pid = keeps ? Clone(SIGCHLD) : Clone(CLONE_PARENT | CLONE_PIDFD, &pidfd);
  if (pid < 0) return SystemError("clone", "the zygote");
  if (pid == 0) RunChild(plan);
  there.Reset();
  Fd zygote(pidfd);
  if (keeps) {
    auto adopted = keeper.Adopt(static_cast<pid_t>(pid));
    if (!adopted) return tl::unexpected(adopted.error());
    zygote = std::move(*adopted);
  }

  int error = own_users ? MapUserRange(here.get(), static_cast<pid_t>(pid)) : 0;
  // End of file is the exec that closed the socket; anything else is an errno value.
  int reported = 0;
  if (error == 0 && ::read(here.get(), &reported, sizeof reported) > 0) error = reported;
  if (error != 0) {
    // The keeper kills its child when the socket closes.
    if (!keeps) (void)SignalProcess(zygote.get(), SIGKILL);
    return SystemError("start", "pyrunner-zygote", error);
  }
  return zygote;
}

}  // namespace pyrunner::sandbox
