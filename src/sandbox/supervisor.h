// The supervisor: the small privileged helper that stays when the gateway has given up root.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "sandbox/cgroup.h"
#include "sandbox/sandbox_setup.h"
#include "sandbox/scratch_folder.h"
#include "sandbox/slot_roots.h"

namespace pyrunner::sandbox {

/// What the supervisor works with from its start on.
struct SupervisorSetup {
  CgroupTree cgroups;
  ScratchFolder scratch;
  SlotRoots roots;
  Fd zygote_program;  // pyrunner-zygote, opened
  SandboxSetup sandboxes;
};

/// The gateway's side of it.
struct SupervisorProcess {
  Fd process;  // its pidfd; where there are none, a socket that closes with it
  Fd socket;   // SOCK_SEQPACKET: wire::SupervisorRequest out, wire::SupervisorReply in
};

/// Forks the supervisor. It answers requests one by one, parses nothing but fixed structs of the
/// gateway's, and when the gateway closes the socket or dies it kills what is left in the cgroups,
/// removes them and the scratch folder and exits. The caller is single-threaded.
[[nodiscard]] Result<SupervisorProcess> StartSupervisor(SupervisorSetup setup);

}  // namespace pyrunner::sandbox
