#include "sandbox/scratch_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "sandbox/sandbox_setup.h"

namespace pyrunner::sandbox {
namespace {

constexpr std::string_view kPrefix = "pyrunner-scratch-";
constexpr int kDeepest = 64;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

Directory OpenDirectory(int parent, const char* name) {
  Fd fd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return nullptr;
  DIR* directory = ::fdopendir(fd.get());
  if (directory != nullptr) (void)fd.Release();
  return Directory(directory);
}

std::vector<std::string> Names(DIR* directory) {
  std::vector<std::string> names;
  ::rewinddir(directory);
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

/// Removes everything in the directory. A folder in it is emptied by moving what it holds up here
/// first, so that no nesting, however deep, takes more than two descriptors or any stack.
Status EmptyDirectory(const std::string& path) {
  const Directory top = OpenDirectory(AT_FDCWD, path.c_str());
  if (!top) return SystemError("open", path);
  const int fd = ::dirfd(top.get());
  std::uint64_t moved = 0;
  for (auto names = Names(top.get()); !names.empty(); names = Names(top.get())) {
    bool progress = false;
    for (const std::string& name : names) {
      if (::unlinkat(fd, name.c_str(), 0) == 0) {
        progress = true;
        continue;
      }
      // Links cannot be made: this is a folder, perhaps one that may not be read.
      if (::fchmodat(fd, name.c_str(), 0700, 0) != 0) return SystemError("chmod", path);
      if (::unlinkat(fd, name.c_str(), AT_REMOVEDIR) == 0) {
        progress = true;
        continue;
      }
      const Directory inner = OpenDirectory(fd, name.c_str());
      if (!inner) return SystemError("open", path + "/" + name);
      for (const std::string& below : Names(inner.get())) {
        progress = true;
        if (::unlinkat(::dirfd(inner.get()), below.c_str(), 0) == 0) continue;
        // A folder that its owner cannot write cannot be moved either.
        if (::fchmodat(::dirfd(inner.get()), below.c_str(), 0700, 0) != 0) {
          return SystemError("chmod", path);
        }
        const std::string up = ".moved-" + std::to_string(moved++);
        if (::renameat(::dirfd(inner.get()), below.c_str(), fd, up.c_str()) != 0 &&
            errno != ENOTEMPTY && errno != EEXIST) {
          return SystemError("rename", path + "/" + name);
        }
      }
    }
    if (!progress) return SystemError("remove", path);
  }
  return {};
}

struct Use {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
};

/// Adds what is below `parent`/`name`; false as soon as it is more than the quota.
bool Measure(int parent, const char* name, const ScratchQuota& quota, int depth, Use& use) {
  constexpr std::uint64_t kBlock = 512;
  const Directory directory = OpenDirectory(parent, name);
  if (!directory) return errno == ENOENT || errno == ENOTDIR;  // gone meanwhile
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view inner = entry->d_name;
    if (inner == "." || inner == "..") continue;
    struct stat status {};
    if (::fstatat(::dirfd(directory.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    use.bytes += static_cast<std::uint64_t>(status.st_blocks) * kBlock;
    use.files += 1;
    if (use.bytes > quota.bytes || use.files > quota.files) return false;
    if (!S_ISDIR(status.st_mode)) continue;
    if (depth == kDeepest ||
        !Measure(::dirfd(directory.get()), entry->d_name, quota, depth + 1, use)) {
      return false;
    }
  }
  return true;
}

void RemoveFolder(const std::string& path) {
  const Directory folder = OpenDirectory(AT_FDCWD, path.c_str());
  if (!folder) return;
  for (const std::string& name : Names(folder.get())) {
    (void)EmptyDirectory(path + "/" + name);
    if (::unlinkat(::dirfd(folder.get()), name.c_str(), AT_REMOVEDIR) != 0) {
      ::unlinkat(::dirfd(folder.get()), name.c_str(), 0);
    }
  }
  ::rmdir(path.c_str());
}

/// Removes the caller's own folders whose service is gone.
void SweepStale(const std::string& parent) {
  const Directory directory = OpenDirectory(AT_FDCWD, parent.c_str());
  if (!directory) return;
  for (const std::string& name : Names(directory.get())) {
    if (!name.starts_with(kPrefix)) continue;
    pid_t pid = 0;
    const char* number = name.data() + kPrefix.size();
    const auto [end, error] = std::from_chars(number, name.data() + name.size(), pid);
    if (error != std::errc() || *end != '-' || pid <= 0) continue;
    if (::kill(pid, 0) == 0 || errno != ESRCH) continue;
    struct stat status {};
    if (::fstatat(::dirfd(directory.get()), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(status.st_mode) && (status.st_uid == ::geteuid() || ::geteuid() == 0)) {
      RemoveFolder(parent + "/" + name);
    }
  }
}

Status MakeDirectory(const std::string& path, std::uint32_t owner) {
  if (::mkdir(path.c_str(), 0700) != 0) return SystemError("mkdir", path);
  if (owner != ::geteuid() && ::chown(path.c_str(), owner, owner) != 0) {
    return SystemError("chown", path);
  }
  return {};
}

}  // namespace

bool HoldsAtMost(const std::string& directory, const ScratchQuota& quota) {
  Use use;
  return Measure(AT_FDCWD, directory.c_str(), quota, 0, use);
}

Result<ScratchFolder> ScratchFolder::Create(const std::string& parent, std::uint32_t slots,
                                            std::uint32_t zygote, const OwnerOfSlot& owner,
                                            ScratchQuota quota) {
  SweepStale(parent);
  // Not a name that somebody could have made before.
  std::string path = parent + "/" + std::string(kPrefix) + std::to_string(::getpid()) + "-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return SystemError("mkdtemp", path);
  ScratchFolder folder;
  folder.path_ = path;
  folder.quota_ = quota;
  Status made = MakeDirectory(path + "/warm", zygote);
  for (std::uint32_t slot = 0; slot < slots && made; ++slot) {
    made = MakeDirectory(ScratchOfSlot(path, slot), owner(slot));
  }
  // To be walked through by others, each to its own; to be listed by nobody else.
  if (made && ::chmod(path.c_str(), 0711) != 0) made = SystemError("chmod", path);
  if (made) return folder;
  folder.Remove();
  return tl::unexpected(made.error());
}

Status ScratchFolder::Empty(std::uint32_t slot) const {
  if (path_.empty()) return {};
  return EmptyDirectory(ScratchOfSlot(path_, slot));
}

bool ScratchFolder::WithinQuota(std::uint32_t slot) const {
  return path_.empty() || HoldsAtMost(ScratchOfSlot(path_, slot), quota_);
}

void ScratchFolder::Remove() {
  if (!path_.empty()) RemoveFolder(path_);
  path_.clear();
}

}  // namespace pyrunner::sandbox
