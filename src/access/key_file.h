// The keys file on disk: read whole, replaced whole.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include "access/key_record.h"
#include "base/result.h"

namespace pyrunner::access {

/// The records of the file; an error with code ENOENT if there is none.
[[nodiscard]] Result<KeyRecords> ReadKeyFile(const std::string& path);

/// Which file a path leads to, and which state of it: differs whenever the content may have
/// changed, a symbolic link on the way that leads elsewhere included. Equal for all that cannot be
/// looked at.
struct FileState {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = -1;
  std::int64_t changed_ns = 0;

  bool operator==(const FileState&) const = default;
};
[[nodiscard]] FileState StateOf(const std::string& path);

/// Reads the records (none without a file), has `change` work on them and replaces the file, unless
/// `change` fails. Whoever reads meanwhile sees either the old or the new file whole; whoever
/// changes it as well waits. A new file is readable for all: it holds no secrets, and the service
/// has given up root when it reads it again. The path's last folder is made where it is missing.
[[nodiscard]] Status ChangeKeyFile(const std::string& path,
                                   const std::function<Status(KeyRecords&)>& change);

}  // namespace pyrunner::access
