#include "cli/host.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "base/fd.h"
#include "engine/engine.h"
#include "sandbox/credentials.h"
#include "sandbox/identity.h"
#include "sandbox/probe.h"
#include "sandbox/root.h"
#include "sandbox/weakening.h"

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

Result<std::string> TemporaryFolder() {
  std::error_code error;
  std::string folder = std::filesystem::temp_directory_path(error);
  if (error) return SystemError("find", "a folder for temporary files (TMPDIR)", error.value());
  return folder;
}

/// The root that all sandboxes enter by chroot, if that is the way here; empty: it is not.
Result<std::string> MakeSharedRoot(sandbox::Layers layers) {
  if (!layers.Has(sandbox::Layer::kSharedRoot)) return std::string();
  auto parent = TemporaryFolder();
  if (!parent) return parent;
  std::string root = *parent + "/pyrunner-root-" + std::to_string(::getpid()) + "-XXXXXX";
  if (::mkdtemp(root.data()) == nullptr) return SystemError("mkdtemp", root);
  const Status built = sandbox::BuildSharedRoot(root);
  if (built) return root;
  sandbox::RemoveSharedRoot(root);
  return tl::unexpected(built.error());
}

/// The folder of scratch directories, where sandboxes cannot mount file systems of their own.
Result<sandbox::ScratchFolder> MakeScratch(const sandbox::SandboxSetup& setup,
                                           const EngineOptions& options) {
  if (setup.layers.Has(sandbox::Layer::kMountNamespace)) return sandbox::ScratchFolder();
  auto parent = TemporaryFolder();
  if (!parent) return tl::unexpected(parent.error());
  const bool own_users = setup.layers.Has(sandbox::Layer::kOwnUser);
  const std::uint32_t mapped_root =
      setup.zygote_user_namespace ? sandbox::kFirstMappedUid : ::geteuid();
  const std::uint32_t zygote = own_users                   ? mapped_root
                               : setup.become_gateway_user ? sandbox::kGatewayUid
                                                           : ::geteuid();
  const auto owner_of_slot = [=](std::uint32_t slot) {
    return own_users ? sandbox::kFirstMappedUid + sandbox::kFirstSandboxUid + slot : zygote;
  };
  return sandbox::ScratchFolder::Create(
      setup.root.empty() ? *parent : setup.root + "/tmp", SlotsFor(options), zygote, owner_of_slot,
      {.bytes = options.scratch_bytes, .files = options.scratch_inodes});
}

/// For tests: what a host without these layers would have.
void LeaveOut(sandbox::Layers layers, sandbox::SandboxSetup& setup) {
  for (const auto& [layer, name] : sandbox::kLayerNames) {
    if (!layers.Has(layer)) continue;
    if (layer == sandbox::Layer::kOwnUser && setup.layers.Has(layer)) {
      setup.become_gateway_user = true;
    }
    setup.layers.Remove(layer);
  }
}

}  // namespace

void HostSurvey::Abandon() {
  if (cgroups) cgroups->Remove();
  cgroups.reset();
}

HostSurvey SurveyHost(const EngineOptions& options, std::uint32_t waived) {
  HostSurvey survey;
  sandbox::HostProbe probe = sandbox::ProbeHost();
  const auto weakening = sandbox::Weakening::OfThisBuild();
  LeaveOut(weakening.without(), probe.setup);
  auto tree = weakening.without().Has(sandbox::Layer::kCgroup)
                  ? Result<sandbox::CgroupTree>(Failure("switched off"))
                  : sandbox::CgroupTree::Create(
                        kCgroupPrefix, {.processes = options.processes, .cpus = options.cpus});
  if (tree) {
    probe.setup.layers.Add(sandbox::Layer::kCgroup);
    survey.cgroups = std::move(*tree);
  } else {
    probe.why_not[sandbox::Layer::kCgroup] = tree.error().message;
  }
  survey.assurance =
      sandbox::Assess(probe, survey.cgroups ? survey.cgroups->Describe() : "", waived);
  survey.setup = std::move(probe.setup);
  return survey;
}

Result<HostPart> TakeHost(HostSurvey survey, const EngineOptions& options) {
  const auto give_up = [&survey](Error error) {
    survey.Abandon();
    return tl::unexpected(std::move(error));
  };
  if (std::string complaint = survey.assurance.Complaint(); !complaint.empty()) {
    return give_up({std::move(complaint), 0});
  }
  auto program = OpenZygoteProgram();
  if (!program) return give_up(program.error());
  auto root = MakeSharedRoot(survey.setup.layers);
  if (!root) return give_up(root.error());
  survey.setup.root = std::move(*root);
  auto scratch = MakeScratch(survey.setup, options);
  if (!scratch) {
    if (!survey.setup.root.empty()) sandbox::RemoveSharedRoot(survey.setup.root);
    return give_up(scratch.error());
  }
  // As it is called inside of that root.
  survey.setup.scratch_folder = scratch->path().substr(survey.setup.root.size());
  auto& tree = survey.cgroups;
  // Before anything else is opened, so that the supervisor has nothing that it does not need.
  auto supervisor = sandbox::StartSupervisor(
      {tree ? *tree : sandbox::CgroupTree(), *scratch, std::move(*program), survey.setup});
  if (!supervisor) {
    scratch->Remove();
    if (!survey.setup.root.empty()) sandbox::RemoveSharedRoot(survey.setup.root);
    return give_up(supervisor.error());
  }
  HostPart part;
  part.supervisor = std::move(*supervisor);
  // From here on the supervisor cleans up: when this process closes its socket or ends.
  for (std::uint32_t index = 0; index < SlotsFor(options); ++index) {
    auto cgroup = tree ? tree->MakeGroup(index) : Result<sandbox::Cgroup>(sandbox::Cgroup());
    if (!cgroup) return tl::unexpected(cgroup.error());
    part.resources.cgroups.push_back(std::move(*cgroup));
  }
  part.resources.required_properties = survey.assurance.Required();
  part.resources.setup = std::move(survey.setup);
  part.assurance = std::move(survey.assurance);
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
