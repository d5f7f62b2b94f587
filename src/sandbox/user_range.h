// A user namespace with a range of the host's users, one for each sandbox.
#pragma once

#include <sys/types.h>

namespace pyrunner::sandbox {

/// In a child: becomes the gateway's user, makes a user namespace that this user therefore owns,
/// waits at `parent` (a socket) until MapUserRange has mapped it, and becomes its root. Returns 0
/// or an errno value; makes no allocation.
int EnterUserRange(int parent);

/// The other side of it, in root's process with that child: maps the range of identity.h. Returns 0
/// or an errno value.
int MapUserRange(int child_socket, pid_t child);

}  // namespace pyrunner::sandbox
