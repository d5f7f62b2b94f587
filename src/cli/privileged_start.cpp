#include "cli/privileged_start.h"

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

Result<PrivilegedPart> DoPrivilegedPart(const EngineOptions& options) {
  if (::geteuid() != 0) {
    return Failure(
        "must be started as root: it makes cgroups and user namespaces, then gives root up");
  }
  auto program = OpenZygoteProgram();
  if (!program) return tl::unexpected(program.error());
  auto tree = sandbox::CgroupTree::Create(kCgroupPrefix,
                                          {.processes = options.processes, .cpus = options.cpus});
  if (!tree) return tl::unexpected(tree.error());
  PrivilegedPart part;
  part.cgroup_description = tree->Describe();
  // Before anything else is opened, so that the supervisor has nothing that it does not need.
  auto supervisor = sandbox::StartSupervisor({*tree, std::move(*program)});
  if (!supervisor) {
    tree->Remove();
    return tl::unexpected(supervisor.error());
  }
  part.supervisor = std::move(*supervisor);
  for (std::uint32_t index = 0; index < SlotsFor(options); ++index) {
    auto cgroup = tree->MakeGroup(index);
    if (!cgroup) return tl::unexpected(cgroup.error());
    part.cgroups.push_back(std::move(*cgroup));
  }
  return part;
}

Status GiveUpRoot() {
  if (const int error = sandbox::BecomeUser(sandbox::kGatewayUid); error != 0) {
    return SystemError("give up", "root", error);
  }
  if (const int error = sandbox::KeepCapabilities(0); error != 0) {
    return SystemError("give up", "capabilities", error);
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return SystemError("prctl", "no_new_privs");
  return {};
}

}  // namespace pyrunner::cli
