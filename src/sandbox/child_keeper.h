// ChildKeeper: children whose end somebody else waits for, on kernels that know no pidfds.
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace pyrunner::sandbox {

/// The parent of processes that the gateway wants to hear and to kill, in a process of one thread
/// that otherwise waits for messages. The gateway gets a socket for each: it says how the child
/// ended (wire::ProcessEnded), and is told to kill it by any byte, or by its closing. A parent that
/// has not reaped a child yet cannot hit another one by its number.
class ChildKeeper {
 public:
  ChildKeeper() = default;
  ChildKeeper(const ChildKeeper&) = delete;
  ChildKeeper& operator=(const ChildKeeper&) = delete;
  ~ChildKeeper() = default;

  /// Before the first fork. Children have to call ForgetInChild().
  [[nodiscard]] Status Start();

  /// Puts back what Start() has changed for the calling process, a fresh fork.
  static void ForgetInChild();

  /// Takes the child in; returns the gateway's socket.
  [[nodiscard]] Result<Fd> Adopt(pid_t child);

  /// Returns when `control` can be read, or has been closed; until then looks after the children.
  void AwaitMessage(int control);

  /// Returns when no child is left: the gateway has to have them killed, or to be gone itself.
  void EndAll() { AwaitMessage(kNone); }

 private:
  static constexpr int kNone = -1;

  struct Child {
    pid_t pid = 0;
    Fd socket;
    bool told_to_die = false;
  };

  void Reap();

  std::vector<Child> children_;
};

}  // namespace pyrunner::sandbox
