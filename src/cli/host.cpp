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
#include "sandbox/probe.h"

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

/// The folder of scratch directories, where sandboxes cannot mount file systems of their own.
Result<sandbox::ScratchFolder> MakeScratch(const sandbox::SandboxSetup& setup,
                                           const EngineOptions& options) {
  if (setup.layers.Has(sandbox::Layer::kMountNamespace)) return sandbox::ScratchFolder();
  std::error_code error;
  const std::string parent = std::filesystem::temp_directory_path(error);
  if (error) return SystemError("find", "a folder for temporary files (TMPDIR)", error.value());
  const std::uint32_t owner = setup.become_gateway_user ? sandbox::kGatewayUid : ::geteuid();
  return sandbox::ScratchFolder::Create(
      parent, SlotsFor(options), owner,
      {.bytes = options.scratch_bytes, .files = options.scratch_inodes});
}

}  // namespace

Result<HostPart> PrepareHost(const EngineOptions& options, std::uint32_t waived) {
  sandbox::HostProbe probe = sandbox::ProbeHost();
  sandbox::SandboxSetup& setup = probe.setup;
  auto program = OpenZygoteProgram();
  if (!program) return tl::unexpected(program.error());
  auto tree = sandbox::CgroupTree::Create(kCgroupPrefix,
                                          {.processes = options.processes, .cpus = options.cpus});
  if (tree) {
    setup.layers.Add(sandbox::Layer::kCgroup);
  } else {
    probe.why_not[sandbox::Layer::kCgroup] = tree.error().message;
  }
  HostPart part;
  part.assurance = sandbox::Assess(probe, tree ? tree->Describe() : "", waived);
  auto scratch = MakeScratch(setup, options);
  const std::string complaint = part.assurance.Complaint();
  if (!complaint.empty() || !scratch) {
    if (tree) tree->Remove();
    if (scratch) scratch->Remove();
    return complaint.empty() ? tl::unexpected(scratch.error()) : Failure(complaint);
  }
  setup.scratch_folder = scratch->path();
  // Before anything else is opened, so that the supervisor has nothing that it does not need.
  auto supervisor = sandbox::StartSupervisor(
      {tree ? *tree : sandbox::CgroupTree(), *scratch, std::move(*program), setup});
  if (!supervisor) {
    if (tree) tree->Remove();
    scratch->Remove();
    return tl::unexpected(supervisor.error());
  }
  part.supervisor = std::move(*supervisor);
  for (std::uint32_t index = 0; index < SlotsFor(options); ++index) {
    auto cgroup = tree ? tree->MakeGroup(index) : Result<sandbox::Cgroup>(sandbox::Cgroup());
    if (!cgroup) return tl::unexpected(cgroup.error());
    part.resources.cgroups.push_back(std::move(*cgroup));
  }
  part.resources.setup = setup;
  part.resources.required_properties = part.assurance.Required();
  return part;
}

Status GiveUpPrivileges(const HostPart& part) {
  const sandbox::SandboxSetup& setup = part.resources.setup;
  if (setup.layers.Has(sandbox::Layer::kOwnUser) || setup.become_gateway_user) {
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
