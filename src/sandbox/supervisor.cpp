#include "sandbox/supervisor.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <vector>

#include "base/pidfd.h"
#include "base/unix_socket.h"
#include "sandbox/child_keeper.h"
#include "sandbox/zygote_launcher.h"
#include "wire/zygote_messages.h"

namespace pyrunner::sandbox {
namespace {

/// A reply and what travels with it. The owners keep the descriptors until it is sent.
struct Answer {
  wire::SupervisorReply reply;
  std::vector<int> fds;
  Fd zygote;
  Cgroup cgroup;
};

void Refuse(Answer& answer, const Error& error) {
  answer.reply.error_number = error.code != 0 ? error.code : EINVAL;
  std::snprintf(answer.reply.detail.data(), answer.reply.detail.size(), "%s",
                error.message.c_str());
}

Answer Perform(const wire::SupervisorRequest& request, std::vector<Fd> passed,
               SupervisorSetup& setup, ChildKeeper& keeper) {
  Answer answer;
  answer.reply.serial = request.serial;
  if (request.task == wire::SupervisorTask::kStartZygote && passed.size() == 1) {
    auto zygote = LaunchZygote({.kind = static_cast<wire::ZygoteKind>(request.argument),
                                .control = std::move(passed[0]),
                                .program = setup.zygote_program.get(),
                                .log = STDERR_FILENO,
                                .setup = setup.sandboxes},
                               keeper);
    if (!zygote) {
      Refuse(answer, zygote.error());
    } else {
      answer.zygote = std::move(*zygote);
      answer.fds = {answer.zygote.get()};
    }
  } else if (request.task == wire::SupervisorTask::kReplaceCgroup) {
    auto cgroup = setup.cgroups.MakeGroup(request.argument);
    if (!cgroup) {
      Refuse(answer, cgroup.error());
    } else {
      answer.cgroup = std::move(*cgroup);
      answer.fds = answer.cgroup.Fds();
      answer.reply.cgroup_layout = answer.cgroup.Layout();
    }
  } else if (request.task == wire::SupervisorTask::kEmptyScratch) {
    Status emptied = setup.scratch.Empty(request.argument);
    if (emptied) emptied = setup.roots.Renew(request.argument);
    if (!emptied) Refuse(answer, emptied.error());
  } else if (request.task == wire::SupervisorTask::kMeasureScratch) {
    answer.reply.within_quota =
        setup.scratch.WithinQuota(request.argument) && setup.roots.WithinQuota(request.argument);
  } else {
    Refuse(answer, Error{"unknown request", EINVAL});
  }
  return answer;
}

[[noreturn]] void RunSupervisor(const Fd& socket, SupervisorSetup setup) {
  // Outlives a Ctrl-C and a killed process group: it ends when the gateway has ended.
  ::setsid();
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGTERM, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  ::prctl(PR_SET_NAME, "pyrunner-super", 0, 0, 0);
  ChildKeeper keeper;
  const bool keeps = setup.sandboxes.keep_children;
  bool running = !keeps || keeper.Start().has_value();
  while (running) {
    if (keeps) keeper.AwaitMessage(socket.get());
    wire::SupervisorRequest request;
    auto received = ReceiveMessage(socket.get(), WritableBytesOf(request));
    if (!received || received->size != sizeof request) break;
    const Answer answer = Perform(request, std::move(received->fds), setup, keeper);
    running = SendMessage(socket.get(), BytesOf(answer.reply), answer.fds).has_value();
  }
  if (keeps) keeper.EndAll();
  setup.cgroups.Remove();
  setup.scratch.Remove();
  setup.roots.Remove();
  ::_exit(0);
}

}  // namespace

Result<SupervisorProcess> StartSupervisor(SupervisorSetup setup) {
  auto pair = SocketPair(SOCK_SEQPACKET);
  if (!pair) return tl::unexpected(pair.error());
  auto& [here, there] = *pair;
  // Closes with the supervisor, for kernels without pidfds.
  auto life = SocketPair(SOCK_SEQPACKET);
  if (!life) return tl::unexpected(life.error());
  const pid_t pid = ::fork();
  if (pid < 0) return SystemError("fork", "the supervisor");
  if (pid == 0) {
    here.Reset();
    life->first.Reset();
    RunSupervisor(there, std::move(setup));
  }
  SupervisorProcess process{std::move(life->first), std::move(here)};
  if (setup.sandboxes.keep_children) return process;
  auto pidfd = Pidfd::Open(pid);
  if (!pidfd) return tl::unexpected(pidfd.error());
  process.process = Fd(pidfd->Release());
  return process;
}

}  // namespace pyrunner::sandbox
