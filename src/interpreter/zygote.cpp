#include "interpreter/zygote.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/clone.h"
#include "base/unix_socket.h"
#include "interpreter/sandbox_process.h"
#include "sandbox/namespaces.h"
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

/// Like fork, into a new process namespace, and as the gateway's child. Returns the pid, 0 in the
/// child, or -1.
long ForkSandbox(sandbox::Layers layers, int& pidfd) {
  // Where glibc keeps the thread's id, which its own fork would have the kernel refresh.
  int* thread_id = nullptr;
  std::uint64_t flags = sandbox::SandboxCloneFlags(layers);
  if (::prctl(PR_GET_TID_ADDRESS, &thread_id, 0, 0, 0) == 0 && thread_id != nullptr) {
    flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
  }
  return Clone(flags, &pidfd, thread_id);
}

sandbox::IsolationPlan MakePlan(const WarmZygote& zygote, const wire::ForkRequest& request,
                                const std::string& scratch, std::span<const int> cgroup_fds) {
  const auto profile = static_cast<sandbox::SyscallProfile>(request.profile);
  const bool processes = profile == sandbox::SyscallProfile::kProcesses;
  return {.layers = zygote.setup.layers,
          .profile = profile,
          .fail_at = request.fail_at,
          .procfs_fd = zygote.procfs.get(),
          .uid = request.uid,
          .memory_base = zygote.memory_base,
          .open_files = request.open_files,
          .processes = request.processes,
          .scratch_bytes = request.scratch_bytes,
          .scratch_inodes = request.scratch_inodes,
          .scratch = scratch.c_str(),
          .cgroup_fds = cgroup_fds,
          .landlock_abi = zygote.setup.landlock_abi,
          .seccomp = processes ? zygote.seccomp_for_processes.code : zygote.seccomp.code};
}

/// The gateway's ends of a new sandbox.
struct Forked {
  std::int32_t pid;
  Fd pidfd;
  Fd channel;
  Fd standard_output;
  Fd standard_error;
};

Result<Forked> Fork(WarmZygote& zygote, const wire::ForkRequest& request,
                    std::span<const int> cgroup_fds) {
  auto channel = SocketPair(SOCK_STREAM);
  auto output = MakePipe();
  auto error = MakePipe();
  if (!channel) return tl::unexpected(channel.error());
  if (!output) return tl::unexpected(output.error());
  if (!error) return tl::unexpected(error.error());

  // Without PyOS_BeforeFork and its likes: their hooks cost a fifth of a small program's whole run,
  // to put right what the locks and threads of other processes may break. A zygote has neither;
  // runtime/sandbox_start.py does what is left.
  const std::string scratch =
      zygote.setup.scratch_folder.empty()
          ? "/tmp"
          : sandbox::ScratchOfSlot(zygote.setup.scratch_folder, request.slot);
  int pidfd = -1;
  const long pid = ForkSandbox(zygote.setup.layers, pidfd);
  if (pid == 0) {
    if (!zygote.setup.layers.Has(sandbox::Layer::kPidNamespace)) {
      sandbox::SetSelf(zygote.seccomp, ::getpid());
    }
    RunSandboxProcess({.channel = std::move(channel->second),
                       .standard_output = std::move(output->write),
                       .standard_error = std::move(error->write),
                       .procfs = std::move(zygote.procfs),
                       .plan = MakePlan(zygote, request, scratch, cgroup_fds),
                       .limit_address_space = zygote.setup.limit_address_space,
                       .rehearse = request.rehearse != 0,
                       .runtime = &zygote.runtime});
  }
  if (pid < 0) return SystemError("clone", "a sandbox");
  return Forked{static_cast<std::int32_t>(pid), Fd(pidfd), std::move(channel->first),
                std::move(output->read), std::move(error->read)};
}

}  // namespace

void ServeForks(WarmZygote& zygote) {
  while (true) {
    wire::ForkRequest request;
    auto received = ReceiveMessage(zygote.control.get(), WritableBytesOf(request));
    if (!received || received->size != sizeof request) return;
    std::vector<int> cgroup_fds;
    for (const Fd& fd : received->fds) cgroup_fds.push_back(fd.get());

    const auto start = std::chrono::steady_clock::now();
    auto forked = Fork(zygote, request, cgroup_fds);
    wire::ForkReply reply{.serial = request.serial};
    reply.fork_nanoseconds = static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count());
    std::vector<int> passed;
    if (forked) {
      reply.pid = forked->pid;
      passed = {forked->pidfd.get(), forked->channel.get(), forked->standard_output.get(),
                forked->standard_error.get()};
    } else {
      reply.error_number = forked.error().code;
    }
    if (!SendMessage(zygote.control.get(), BytesOf(reply), passed)) return;
  }
}

}  // namespace pyrunner::interpreter
