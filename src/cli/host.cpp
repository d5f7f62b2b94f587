#include "cli/host.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/fd.h"
#include "engine/engine.h"
#include "sandbox/credentials.h"
#include "sandbox/identity.h"
#include "sandbox/namespaces.h"

namespace pyrunner::cli {
namespace {

constexpr const char* kCgroupPrefix = "pyrunner-";

Result<Fd> OpenZygoteProgram() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return SystemError("readlink", "/proc/self/exe", error.value());
  const std::string path = self.parent_path() / "pyrunner-zygote";
  Fd program(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!program) return SystemError("open", path);
  return program;
}

}  // namespace

Result<HostPart> PrepareHost(const EngineOptions& options) {
  // Root of a container with a user namespace of its own is an ordinary user with a large name.
  const bool own_users = sandbox::HasUsers(sandbox::kGatewayUid, 1 + sandbox::kMappedUids);
  if (const int error = sandbox::TryUserNamespace(); error != 0) {
    return SystemError("user namespaces",
                       "cannot be made here, and sandboxes are made of them; allow them (sysctl "
                       "user.max_user_namespaces, kernel.unprivileged_userns_clone, AppArmor's "
                       "restriction, the container's seccomp profile) or start as root",
                       error);
  }
  auto program = OpenZygoteProgram();
  if (!program) return tl::unexpected(program.error());
  auto tree = sandbox::CgroupTree::Create(kCgroupPrefix,
                                          {.processes = options.processes, .cpus = options.cpus});
  if (!tree && own_users) return tl::unexpected(tree.error());
  HostPart part;
  part.resources.own_users = own_users;
  part.description =
      tree ? "cgroups: " + tree->Describe()
           : "memory by resource limit and CPU by time, no cgroups (" + tree.error().message + ")";
  // Before anything else is opened, so that the supervisor has nothing that it does not need.
  auto supervisor = sandbox::StartSupervisor(
      {tree ? *tree : sandbox::CgroupTree(), std::move(*program), own_users});
  if (!supervisor) {
    if (tree) tree->Remove();
    return tl::unexpected(supervisor.error());
  }
  part.supervisor = std::move(*supervisor);
  for (std::uint32_t index = 0; index < SlotsFor(options); ++index) {
    auto cgroup = tree ? tree->MakeGroup(index) : Result<sandbox::Cgroup>(sandbox::Cgroup());
    if (!cgroup) return tl::unexpected(cgroup.error());
    part.resources.cgroups.push_back(std::move(*cgroup));
  }
  return part;
}

Status GiveUpPrivileges() {
  if (sandbox::HasUsers(sandbox::kGatewayUid, 1)) {
    if (const int error = sandbox::BecomeUser(sandbox::kGatewayUid); error != 0) {
      return SystemError("give up", "root", error);
    }
  }
  if (const int error = sandbox::KeepCapabilities(0); error != 0) {
    return SystemError("give up", "capabilities", error);
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return SystemError("prctl", "no_new_privs");
  return {};
}

}  // namespace pyrunner::cli
