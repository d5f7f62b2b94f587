#include "interpreter/zygote.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "base/clone.h"
#include "base/unix_socket.h"
#include "interpreter/sandbox_process.h"
#include "sandbox/child_keeper.h"
#include "sandbox/namespaces.h"
#include "sandbox/slot_roots.h"
#include "wire/zygote_messages.h"

namespace pyrunner::interpreter {
namespace {

struct Pipe {
  Fd read;
  Fd write;
};

Result<Pipe> MakePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return SystemError("pipe2", "");
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

/// Like fork, into a new process namespace, and as the gateway's child where that can be. Returns
/// the pid, 0 in the child, or -1.
long ForkSandbox(const sandbox::SandboxSetup& setup, int& pidfd) {
  const std::uint64_t flags = sandbox::SandboxCloneFlags(setup);
  // What is asked for by a plain fork needs nothing of what follows.
  if (flags == SIGCHLD) return ::fork();
  // Where glibc keeps the thread's id, which its own fork would have the kernel refresh.
  int* thread_id = nullptr;
  const bool refresh =
      ::prctl(PR_GET_TID_ADDRESS, &thread_id, 0, 0, 0) == 0 && thread_id != nullptr;
  return Clone(refresh ? flags | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID : flags, &pidfd,
               thread_id);
}

sandbox::IsolationPlan MakePlan(const WarmZygote& zygote, const wire::ForkRequest& request,
                                const std::string& root, const std::string& scratch,
                                std::span<const int> cgroup_fds) {
  const auto profile = static_cast<sandbox::SyscallProfile>(request.profile);
  const bool processes = profile == sandbox::SyscallProfile::kProcesses;
  return {.layers = zygote.setup.layers,
          .profile = profile,
          .fail_at = request.fail_at,
          .procfs_fd = zygote.procfs.get(),
          .zygote_refuses_watches = zygote.setup.zygote_user_namespace,
          .uid = request.uid,
          .memory_base = zygote.memory_base,
          .open_files = request.open_files,
          .processes = request.processes,
          .scratch_bytes = request.scratch_bytes,
          .scratch_inodes = request.scratch_inodes,
          .root = root.c_str(),
          .scratch = scratch.c_str(),
          .cgroup_fds = cgroup_fds,
          .landlock_abi = zygote.setup.landlock_abi,
          .seccomp = processes ? zygote.seccomp_for_processes.code : zygote.seccomp.code};
}

/// The gateway's ends of a new sandbox.
struct Forked {
  std::int32_t pid;
  Fd process;
  Fd channel;
  Fd standard_output;
  Fd standard_error;
};

Result<Forked> Fork(WarmZygote& zygote, const wire::ForkRequest& request,
                    std::span<const int> cgroup_fds, sandbox::ChildKeeper& keeper) {
  auto channel = SocketPair(SOCK_STREAM);
  auto output = MakePipe();
  auto error = MakePipe();
  if (!channel) return tl::unexpected(channel.error());
  if (!output) return tl::unexpected(output.error());
  if (!error) return tl::unexpected(error.error());

  // Without PyOS_BeforeFork and its likes: their hooks cost a fifth of a small program's whole run,
  // to put right what the locks and threads of other processes may break. A zygote has neither;
  // runtime/sandbox_start.py does what is left.
  const std::string root = sandbox::SlotRoots::PathOf(zygote.setup.roots, request.slot);
  const std::string scratch =
      zygote.setup.scratch_folder.empty()
          ? "/tmp"
          : sandbox::ScratchOfSlot(zygote.setup.scratch_folder, request.slot);
  int pidfd = -1;
  const long pid = ForkSandbox(zygote.setup, pidfd);
  if (pid == 0) {
    if (zygote.setup.keep_children) sandbox::ChildKeeper::ForgetInChild();
    if (!zygote.setup.layers.Has(sandbox::Layer::kPidNamespace)) {
      sandbox::SetSelf(zygote.seccomp, ::getpid());
    }
    RunSandboxProcess({.channel = std::move(channel->second),
                       .standard_output = std::move(output->write),
                       .standard_error = std::move(error->write),
                       .procfs = std::move(zygote.procfs),
                       .plan = MakePlan(zygote, request, root, scratch, cgroup_fds),
                       .limit_address_space = zygote.setup.limit_address_space,
                       .prefault = request.prefault,
                       .rehearsal = request.rehearsal,
                       .pages = &zygote.pages,
                       .interpreter = &zygote.interpreter});
  }
  if (pid < 0) return SystemError("clone", "a sandbox");
  Fd process(pidfd);
  if (zygote.setup.keep_children) {
    auto adopted = keeper.Adopt(static_cast<pid_t>(pid));
    if (!adopted) return tl::unexpected(adopted.error());
    process = std::move(*adopted);
  }
  return Forked{static_cast<std::int32_t>(pid), std::move(process), std::move(channel->first),
                std::move(output->read), std::move(error->read)};
}

/// Answers one request; false when the gateway has closed the socket.
bool ServeFork(WarmZygote& zygote, sandbox::ChildKeeper& keeper) {
  wire::ForkRequest request;
  auto received = ReceiveMessage(zygote.control.get(), WritableBytesOf(request));
  if (!received || received->size != sizeof request) return false;
  std::vector<int> cgroup_fds;
  for (const Fd& fd : received->fds) cgroup_fds.push_back(fd.get());

  const auto start = std::chrono::steady_clock::now();
  auto forked = Fork(zygote, request, cgroup_fds, keeper);
  wire::ForkReply reply{.serial = request.serial};
  reply.fork_nanoseconds = static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count());
  std::vector<int> passed;
  if (forked) {
    reply.pid = forked->pid;
    passed = {forked->process.get(), forked->channel.get(), forked->standard_output.get(),
              forked->standard_error.get()};
  } else {
    reply.error_number = forked.error().code;
  }
  return SendMessage(zygote.control.get(), BytesOf(reply), passed).has_value();
}

}  // namespace

void ServeForks(WarmZygote& zygote) {
  sandbox::ChildKeeper keeper;
  const bool keeps = zygote.setup.keep_children;
  if (keeps && !keeper.Start()) return;
  do {
    if (keeps) keeper.AwaitMessage(zygote.control.get());
  } while (ServeFork(zygote, keeper));
  // Programs that run still shall come to their end.
  if (keeps) keeper.EndAll();
}

}  // namespace pyrunner::interpreter
