// Starting a zygote: the one program that is executed with user data nowhere near it.
#pragma once

#include <sys/types.h>

#include "base/fd.h"
#include "base/result.h"
#include "sandbox/child_keeper.h"
#include "sandbox/sandbox_setup.h"
#include "wire/zygote_messages.h"

namespace pyrunner::sandbox {

struct ZygoteLaunch {
  wire::ZygoteKind kind{};
  Fd control;        // the zygote's end of its control socket
  int program = -1;  // pyrunner-zygote, opened
  int log = -1;      // its standard error
  SandboxSetup setup;
};

/// Executes a zygote, in a user namespace of its own where there are any, owned by the gateway's
/// user, who may therefore kill everything in it. The zygote becomes a sibling of the caller: the
/// caller's parent, the gateway, reaps it, and gets its pidfd from the caller. Where kernels lack
/// what that needs it is the keeper's child, and the gateway gets the keeper's socket. The caller
/// is single-threaded, and root if sandboxes have users of their own.
[[nodiscard]] Result<Fd> LaunchZygote(ZygoteLaunch launch, ChildKeeper& keeper);

}  // namespace pyrunner::sandbox
