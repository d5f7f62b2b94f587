#include "cli/host.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
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
#include "sandbox/weakening.h"

namespace pyrunner::cli {
namespace {

constexpr const char* kCgroupPrefix = "pyrunner-";

Result<Fd> OpenZygoteProgram() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return SystemError("readlink", "/proc/self/exe", error.value());
  const auto folder = self.parent_path();
  const std::string beside = folder / "pyrunner-zygote";
  Fd program(::open(beside.c_str(), O_PATH | O_CLOEXEC));
  if (program) return program;
  const int why = errno;
  const std::string installed =
      folder.parent_path() / "libexec" / "pyrunner" / "pyrunner-zygote";  // cmake/Install.cmake
  program = Fd(::open(installed.c_str(), O_PATH | O_CLOEXEC));
  if (!program) return SystemError("open", beside + " or " + installed, why);
  return program;
}

/// What is made for sandboxes is theirs to read, whatever umask this process was started with. The
/// supervisor and the sandboxes keep it; this process gets its own back.
class UsualUmask {
 public:
  UsualUmask() : before_(::umask(S_IWGRP | S_IWOTH)) {}
  ~UsualUmask() { ::umask(before_); }
  UsualUmask(const UsualUmask&) = delete;
  UsualUmask& operator=(const UsualUmask&) = delete;

 private:
  mode_t before_;
};

/// Who the sandbox of a slot is on the host, where it owns files there.
std::uint32_t OwnerOfSlot(const sandbox::SandboxSetup& setup, std::uint32_t slot) {
  if (setup.layers.Has(sandbox::Layer::kOwnUser)) {
    return sandbox::kFirstMappedUid + sandbox::kFirstSandboxUid + slot;
  }
  return setup.become_gateway_user ? sandbox::kGatewayUid : ::geteuid();
}

/// Who zygotes are on the host.
std::uint32_t ZygoteUser(const sandbox::SandboxSetup& setup) {
  if (!setup.layers.Has(sandbox::Layer::kOwnUser)) return OwnerOfSlot(setup, 0);
  return setup.zygote_user_namespace ? sandbox::kFirstMappedUid : ::geteuid();
}

/// What stands in for file systems of their own where sandboxes cannot mount any.
struct Directories {
  sandbox::SlotRoots roots;
  sandbox::ScratchFolder scratch;

  void Remove() {
    roots.Remove();
    scratch.Remove();
  }
};

Result<Directories> MakeDirectories(const sandbox::SandboxSetup& setup,
                                    const EngineOptions& options) {
  Directories made;
  if (setup.layers.Has(sandbox::Layer::kMountNamespace)) return made;
  std::error_code error;
  const std::string parent = std::filesystem::temp_directory_path(error);
  if (error) return SystemError("find", "a folder for temporary files (TMPDIR)", error.value());
  // The supervisor has a copy, and this process may be gone by then.
  const auto owner = [setup](std::uint32_t slot) { return OwnerOfSlot(setup, slot); };
  const sandbox::ScratchQuota quota{.bytes = options.scratch_bytes,
                                    .files = options.scratch_inodes};
  if (setup.layers.Has(sandbox::Layer::kChroot)) {
    auto roots = sandbox::SlotRoots::Create(parent, SlotsFor(options), owner, quota);
    if (!roots) return tl::unexpected(roots.error());
    made.roots = std::move(*roots);
  } else {
    auto scratch =
        sandbox::ScratchFolder::Create(parent, SlotsFor(options), ZygoteUser(setup), owner, quota);
    if (!scratch) return tl::unexpected(scratch.error());
    made.scratch = std::move(*scratch);
  }
  return made;
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

/// Why no sandbox of this place may have processes; empty if they may.
std::string LackForProcesses(sandbox::Layers layers) {
  using sandbox::Layer;
  // Each with what there would be without it.
  constexpr struct {
    Layer layer;
    const char* why;
  } kNeeded[] = {
      {Layer::kUserNamespace, "user namespace, for a network of its own"},
      {Layer::kPidNamespace, "process namespace, or they could signal others and outlive the run"},
      {Layer::kMountNamespace, "mount namespace, for shared memory and files that nobody executes"},
      {Layer::kNetworkNamespace, "network namespace, or their sockets would be the host's"},
      {Layer::kCgroup, "cgroup, because memory limits of single processes bound no number of them"},
  };
  std::string lacks;
  for (const auto& [layer, why] : kNeeded) {
    if (!layers.Has(layer)) lacks += std::string(lacks.empty() ? "" : "; ") + "no " + why;
  }
  if (lacks.empty()) return {};
  return "a policy with processes = true cannot be had here: " + lacks +
         ". Leave the policy out, or see `pyrunner doctor` for how to get what is missing";
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
  const UsualUmask usual;
  const auto give_up = [&survey](Error error) {
    survey.Abandon();
    return tl::unexpected(std::move(error));
  };
  if (std::string complaint = survey.assurance.Complaint(); !complaint.empty()) {
    return give_up({std::move(complaint), 0});
  }
  survey.setup.processes = options.Uses(sandbox::SyscallProfile::kProcesses);
  if (survey.setup.processes) {
    std::string complaint = LackForProcesses(survey.setup.layers);
    if (!complaint.empty()) return give_up({std::move(complaint), 0});
  }
  auto program = OpenZygoteProgram();
  if (!program) return give_up(program.error());
  auto directories = MakeDirectories(survey.setup, options);
  if (!directories) return give_up(directories.error());
  survey.setup.roots = directories->roots.path();
  survey.setup.scratch_folder = directories->scratch.path();
  auto& tree = survey.cgroups;
  // Before anything else is opened, so that the supervisor has nothing that it does not need.
  auto supervisor =
      sandbox::StartSupervisor({tree ? *tree : sandbox::CgroupTree(), directories->scratch,
                                directories->roots, std::move(*program), survey.setup});
  if (!supervisor) {
    directories->Remove();
    return give_up(supervisor.error());
  }
  HostPart part;
  part.supervisor = std::move(*supervisor);
  // From here on the supervisor cleans up: when this process closes its socket or ends.
  for (std::uint32_t index = 0; index < SlotsAtStart(options); ++index) {
    auto cgroup = tree ? tree->MakeGroup(index) : Result<sandbox::Cgroup>(sandbox::Cgroup());
    if (!cgroup) return tl::unexpected(cgroup.error());
    part.resources.cgroups.push_back(std::move(*cgroup));
  }
  part.resources.slots = SlotsFor(options);
  part.resources.required_properties = survey.assurance.Required();
  part.resources.setup = std::move(survey.setup);
  part.assurance = std::move(survey.assurance);
  return part;
}

std::optional<std::uint32_t> GatewayUser(const HostPart& part) {
  const sandbox::SandboxSetup& setup = part.resources.setup;
  const bool own = setup.layers.Has(sandbox::Layer::kOwnUser) || setup.become_gateway_user;
  return own ? std::optional(sandbox::kGatewayUid) : std::nullopt;
}

Status GiveUpPrivileges(const HostPart& part) {
  if (const auto user = GatewayUser(part)) {
    if (const int error = sandbox::BecomeUser(*user); error != 0) {
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
