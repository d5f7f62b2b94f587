#include "access/key_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/fd.h"
#include "base/text_file.h"

namespace pyrunner::access {
namespace {

constexpr mode_t kReadableForAll = 0644;
constexpr mode_t kFolderMode = 0755;

/// The file behind the symbolic links, which stay what they are.
Result<std::string> Resolve(const std::string& path) {
  std::error_code error;
  const auto resolved = std::filesystem::weakly_canonical(path, error);
  if (error) return SystemError("find", path, error.value());
  return resolved.string();
}

Result<Fd> LockFolder(const std::string& folder) {
  if (::mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    return SystemError("make", folder);
  }
  // The folder and not the file, which is another one after each change.
  Fd lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock) return SystemError("open", folder);
  while (::flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return SystemError("lock", folder);
  }
  return lock;
}

Status WriteAll(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return SystemError("write", path);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

/// A file under another name, gone again unless it is put in its place.
class NewFile {
 public:
  explicit NewFile(const std::string& path) : path_(path), name_(path + ".XXXXXX") {
    fd_ = Fd(::mkostemp(name_.data(), O_CLOEXEC));
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (fd_) ::unlink(name_.c_str());
  }

  Status Fill(std::string_view text) {
    if (!fd_) return SystemError("make a file beside", path_);
    struct stat old {};
    const bool exists = ::stat(path_.c_str(), &old) == 0;
    // Whose it was it stays, as far as that is ours to decide.
    if (exists && ::fchown(fd_.get(), old.st_uid, old.st_gid) != 0 && errno != EPERM) {
      return SystemError("chown", name_);
    }
    constexpr mode_t kPermissions = 0777;
    if (::fchmod(fd_.get(), exists ? old.st_mode & kPermissions : kReadableForAll) != 0) {
      return SystemError("chmod", name_);
    }
    if (Status written = WriteAll(fd_.get(), text, name_); !written) return written;
    if (::fsync(fd_.get()) != 0) return SystemError("fsync", name_);
    return {};
  }

  Status PutInPlace() {
    if (::rename(name_.c_str(), path_.c_str()) != 0) return SystemError("replace", path_);
    fd_.Reset();
    return {};
  }

 private:
  std::string path_;
  std::string name_;
  Fd fd_;
};

}  // namespace

Result<KeyRecords> ReadKeyFile(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return SystemError("read", path);
  // Opening a pipe would wait for its writer.
  if (!S_ISREG(status.st_mode)) return Failure(path + ": is no file");
  const auto text = ReadTextFile(path);
  if (!text) return tl::unexpected(text.error());
  return ParseKeys(*text, path);
}

FileState StateOf(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  // Of its inode: nobody can set that back, as they can the time of its content.
  const std::int64_t changed = status.st_ctim.tv_sec * kNanoseconds + status.st_ctim.tv_nsec;
  return {status.st_dev, status.st_ino, status.st_size, changed};
}

Status ChangeKeyFile(const std::string& path, const std::function<Status(KeyRecords&)>& change) {
  const auto file = Resolve(path);
  if (!file) return tl::unexpected(file.error());
  const std::string folder = std::filesystem::path(*file).parent_path().string();
  const auto lock = LockFolder(folder);
  if (!lock) return tl::unexpected(lock.error());
  auto records = ReadKeyFile(*file);
  if (!records) {
    if (records.error().code != ENOENT) return tl::unexpected(records.error());
    records = KeyRecords();
  }
  if (Status changed = change(*records); !changed) return changed;
  NewFile replacement(*file);
  if (Status filled = replacement.Fill(FormatKeys(*records)); !filled) return filled;
  if (Status placed = replacement.PutInPlace(); !placed) return placed;
  if (::fsync(lock->get()) != 0) return SystemError("fsync", folder);
  return {};
}

}  // namespace pyrunner::access
