#include "sandbox/root.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/fd.h"

namespace pyrunner::sandbox {
namespace {

namespace fs = std::filesystem;

// Where the new root is mounted until it is pivoted into. Only this mount namespace sees it.
constexpr const char* kStaging = "/tmp";

constexpr std::array kUsrLinks = {"bin", "lib", "lib32", "lib64", "libx32", "sbin"};
constexpr std::array kDevices = {"null", "zero", "full", "random", "urandom"};

// What the dynamic linker and the scientific libraries open below /etc, found by tracing them.
constexpr std::array kEtcFiles = {"ld.so.cache", "localtime", "matplotlibrc"};

constexpr const char* kPasswd = "sandbox:x:1000:1000:sandbox:/tmp:/usr/sbin/nologin\n";
constexpr const char* kGroup = "sandbox:x:1000:\n";

Status Mount(const char* source, const std::string& target, const char* type, unsigned long flags,
             const char* options) {
  if (::mount(source, target.c_str(), type, flags, options) != 0) {
    return SystemError("mount", target);
  }
  return {};
}

Status SetMountAttributes(const std::string& path, std::uint64_t attributes, unsigned int flags) {
  mount_attr request{};
  request.attr_set = attributes;
  if (::syscall(SYS_mount_setattr, AT_FDCWD, path.c_str(), flags, &request, sizeof request) != 0) {
    return SystemError("mount_setattr", path);
  }
  return {};
}

Status MakeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0) return SystemError("mkdir", path);
  return {};
}

Status WriteTextFile(const std::string& path, std::string_view text) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return SystemError("write", path);
  }
  return {};
}

/// Copies a file, or a symbolic link as the link that it is. A file that the host lacks is fine.
Status CopyIfPresent(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(from, error))) return {};
  fs::copy(from, to, fs::copy_options::copy_symlinks, error);
  if (error) return SystemError("copy", from.string(), error.value());
  return {};
}

/// The links below /etc/alternatives through which the linker finds BLAS and LAPACK.
Status CopyAlternatives(const fs::path& to) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/etc/alternatives", error)) {
    const std::string name = entry.path().filename().string();
    if (name.find("blas") == std::string::npos && name.find("lapack") == std::string::npos) {
      continue;
    }
    if (Status copied = CopyIfPresent(entry.path(), to / name); !copied) return copied;
  }
  return {};
}

}  // namespace

Status PopulateEtc(const std::string& etc) {
  if (Status made = MakeDirectory(etc); !made) return made;
  for (const char* name : kEtcFiles) {
    if (Status copied = CopyIfPresent(fs::path("/etc") / name, fs::path(etc) / name); !copied) {
      return copied;
    }
  }
  if (Status made = MakeDirectory(etc + "/alternatives"); !made) return made;
  if (Status copied = CopyAlternatives(etc + "/alternatives"); !copied) return copied;
  if (Status written = WriteTextFile(etc + "/passwd", kPasswd); !written) return written;
  return WriteTextFile(etc + "/group", kGroup);
}

Status LinkIntoUsr(const std::string& root) {
  for (const char* name : kUsrLinks) {
    const fs::path host = fs::path("/") / name;
    std::error_code error;
    if (fs::is_symlink(host, error)) {
      if (Status copied = CopyIfPresent(host, fs::path(root) / name); !copied) return copied;
    } else if (fs::is_directory(host, error)) {
      return Failure("/" + std::string(name) + " is not a link into /usr: merge /usr first");
    }
  }
  return {};
}

Status MakeDevices(const std::string& dev) {
  // As Documentation/admin-guide/devices.txt of the kernel numbers them.
  constexpr struct {
    const char* name;
    unsigned minor;
  } kNodes[] = {{"null", 3}, {"zero", 5}, {"full", 7}, {"random", 8}, {"urandom", 9}};
  constexpr unsigned kMemoryDevices = 1;
  if (Status made = MakeDirectory(dev); !made) return made;
  for (const auto& [name, minor] : kNodes) {
    const std::string node = dev + "/" + name;
    if (::mknod(node.c_str(), S_IFCHR, ::makedev(kMemoryDevices, minor)) != 0 ||
        ::chmod(node.c_str(), 0666) != 0) {
      return SystemError("mknod", node);
    }
  }
  return {};
}

namespace {

Status PopulateDev(const std::string& dev) {
  if (Status made = MakeDirectory(dev); !made) return made;
  for (const char* name : kDevices) {
    const std::string node = dev + "/" + name;
    if (Status written = WriteTextFile(node, ""); !written) return written;
    const std::string source = std::string("/dev/") + name;
    if (Status bound = Mount(source.c_str(), node, nullptr, MS_BIND, nullptr); !bound) return bound;
    // Read-only concerns the node and not the device: its times are the host's, and everybody's.
    if (Status set =
            SetMountAttributes(node, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0);
        !set) {
      return set;
    }
  }
  return {};
}

Status PopulateUsr(const std::string& root) {
  const std::string usr = root + "/usr";
  if (Status made = MakeDirectory(usr); !made) return made;
  // Recursive, because the kernel refuses to uncover what a less privileged namespace sees
  // covered.
  if (Status bound = Mount("/usr", usr, nullptr, MS_BIND | MS_REC, nullptr); !bound) return bound;
  if (Status set = SetMountAttributes(usr, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
                                      AT_RECURSIVE);
      !set) {
    return set;
  }
  return LinkIntoUsr(root);
}

Status Pivot(const std::string& root) {
  if (::chdir(root.c_str()) != 0) return SystemError("chdir", root);
  // Stacks the old root on the new one's directory, from where it is detached at once: no
  // directory for it has to exist.
  if (::syscall(SYS_pivot_root, ".", ".") != 0) return SystemError("pivot_root", root);
  if (::umount2(".", MNT_DETACH) != 0) return SystemError("umount", "the old root");
  if (::chdir("/") != 0) return SystemError("chdir", "/");
  return {};
}

}  // namespace

Status BuildRoot() {
  if (Status set = Mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr); !set) return set;
  const std::string root = kStaging;
  if (Status mounted =
          Mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=4m,nr_inodes=400");
      !mounted) {
    return mounted;
  }
  if (Status done = PopulateUsr(root); !done) return done;
  if (Status done = PopulateEtc(root + "/etc"); !done) return done;
  if (Status done = PopulateDev(root + "/dev"); !done) return done;
  if (Status done = MakeDirectory(root + "/tmp"); !done) return done;
  if (Status done = Pivot(root); !done) return done;
  return Mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=700,size=64m");
}

Status SealRoot() {
  if (::umount2("/tmp", MNT_DETACH) != 0) return SystemError("umount", "/tmp");
  return SetMountAttributes("/", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0);
}

int MountScratch(std::uint64_t bytes, std::uint64_t inodes, std::uint32_t uid) {
  std::array<char, 128> options{};
  std::snprintf(options.data(), options.size(), "mode=700,size=%llu,nr_inodes=%llu,uid=%u,gid=%u",
                static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(inodes),
                uid, uid);
  if (::mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options.data()) != 0) {
    return errno;
  }
  return 0;
}

}  // namespace pyrunner::sandbox
