#include "sandbox/slot_roots.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "sandbox/root.h"

namespace pyrunner::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBound[] = {"usr", "etc", "dev"};

Status MakeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0) return SystemError("mkdir", path);
  return {};
}

Status MountScratchAt(const std::string& path, std::uint64_t bytes, std::uint32_t owner) {
  const std::string user = std::to_string(owner);
  const std::string options =
      "mode=700,size=" + std::to_string(bytes) + ",uid=" + user + ",gid=" + user;
  if (::mount("tmpfs", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options.c_str()) !=
      0) {
    return SystemError("mount", path);
  }
  return {};
}

}  // namespace

std::string SlotRoots::PathOf(const std::string& folder, std::uint32_t slot) {
  return folder + "/s" + std::to_string(slot);
}

std::string SlotRoots::WarmUpFolder(const std::string& folder) { return folder + "/warm"; }

Status SlotRoots::MakeSlot(std::uint32_t slot, std::uint32_t owner) {
  const std::string root = PathOf(path_, slot);
  Status done = MakeDirectory(root);
  for (const char* name : kBound) {
    if (!done) return done;
    const std::string target = root + "/" + name;
    const std::string source =
        std::string(name) == "usr" ? std::string("/usr") : path_ + "/common/" + name;
    done = MakeDirectory(target);
    if (done && ::mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      return SystemError("mount", target);
    }
  }
  if (done) done = LinkIntoUsr(root);
  if (done) done = MakeDirectory(root + "/tmp");
  if (done) done = MountScratchAt(root + "/tmp", quota_.bytes, owner);
  return done;
}

Result<SlotRoots> SlotRoots::Create(const std::string& parent, std::uint32_t slots,
                                    const OwnerOfSlot& owner, ScratchQuota quota) {
  SlotRoots roots;
  roots.slots_ = slots;
  roots.quota_ = quota;
  roots.owner_ = owner;
  std::string path = parent + "/pyrunner-roots-" + std::to_string(::getpid()) + "-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return SystemError("mkdtemp", path);
  roots.path_ = path;
  Status done;
  if (::chmod(path.c_str(), 0711) != 0) done = SystemError("chmod", path);
  const std::string common = path + "/common";
  if (done) done = MakeDirectory(common);
  // Of its own, because devices may be switched off where temporary files are.
  if (done && ::mount("tmpfs", common.c_str(), "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755") != 0) {
    done = SystemError("mount", common);
  }
  if (done) done = PopulateEtc(common + "/etc");
  if (done) done = MakeDevices(common + "/dev");
  if (done) done = MakeDirectory(WarmUpFolder(path));
  for (std::uint32_t slot = 0; slot < slots && done; ++slot) {
    done = roots.MakeSlot(slot, owner(slot));
  }
  if (done) return roots;
  roots.Remove();
  return tl::unexpected(done.error());
}

Status SlotRoots::Renew(std::uint32_t slot) const {
  if (path_.empty()) return {};
  const std::string scratch = PathOf(path_, slot) + "/tmp";
  if (::umount2(scratch.c_str(), MNT_DETACH) != 0) return SystemError("umount", scratch);
  return MountScratchAt(scratch, quota_.bytes, owner_(slot));
}

bool SlotRoots::WithinQuota(std::uint32_t slot) const {
  return path_.empty() || HoldsAtMost(PathOf(path_, slot) + "/tmp", quota_);
}

// Never by walking down: what is still bound there is the host's.
void SlotRoots::Remove() {
  if (path_.empty()) return;
  for (std::uint32_t slot = 0; slot < slots_; ++slot) {
    const std::string root = PathOf(path_, slot);
    for (const char* name : {"usr", "etc", "dev", "tmp"}) {
      const std::string target = root + "/" + name;
      ::umount2(target.c_str(), MNT_DETACH);
      ::rmdir(target.c_str());
    }
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root, error)) {
      if (entry.is_symlink(error)) ::unlink(entry.path().c_str());
    }
    ::rmdir(root.c_str());
  }
  ::umount2((path_ + "/common").c_str(), MNT_DETACH);
  ::rmdir((path_ + "/common").c_str());
  std::error_code error;
  fs::remove_all(WarmUpFolder(path_), error);
  ::rmdir(path_.c_str());
  path_.clear();
}

}  // namespace pyrunner::sandbox
