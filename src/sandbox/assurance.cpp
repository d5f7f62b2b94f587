#include "sandbox/assurance.h"

#include <sys/utsname.h>

#include <algorithm>

namespace pyrunner::sandbox {
namespace {

struct Provider {
  Property property;
  Layer layer;
  Strength strength;
  std::string_view what;
};

// Which mechanism gives what: two or more lines of one property are its walls.
constexpr Provider kProviders[] = {
    {kFilesystemIsolation, Layer::kMountNamespace, Strength::kStrong,
     "a root of its own in a mount namespace"},
    {kFilesystemIsolation, Layer::kLandlock, Strength::kStrong,
     "Landlock: reads the runtime, writes its own directory, executes nothing"},
    {kFilesystemIsolation, Layer::kChroot, Strength::kPartial,
     "a root of its own without the host's files, entered by chroot"},
    {kFilesystemIsolation, Layer::kOwnUser, Strength::kPartial, "a user who owns no file"},
    {kNetworkIsolation, Layer::kNetworkNamespace, Strength::kStrong, "an empty network namespace"},
    {kNetworkIsolation, Layer::kSeccomp, Strength::kStrong, "seccomp: no sockets"},
    {kProcessIsolation, Layer::kPidNamespace, Strength::kStrong, "a process namespace"},
    {kProcessIsolation, Layer::kSeccomp, Strength::kStrong,
     "seccomp: signals to itself only, no tracing"},
    {kProcessIsolation, Layer::kOwnUser, Strength::kPartial, "a user of no other process"},
    {kIpcIsolation, Layer::kIpcNamespace, Strength::kStrong, "an IPC namespace"},
    {kIpcIsolation, Layer::kSeccomp, Strength::kStrong,
     "seccomp: no shared memory, queues or semaphores"},
    {kPrivilegesDropped, Layer::kNoCapabilities, Strength::kStrong,
     "no capabilities and no new privileges"},
    {kPrivilegesDropped, Layer::kOwnUser, Strength::kStrong, "a user of its own on the host"},
    {kPrivilegesDropped, Layer::kUserNamespace, Strength::kStrong, "a user namespace of its own"},
    {kSyscallFilter, Layer::kSeccomp, Strength::kStrong, "seccomp: a list of system calls"},
    {kMemoryLimit, Layer::kCgroup, Strength::kStrong, "a cgroup that counts all memory"},
    {kMemoryLimit, Layer::kResourceLimits, Strength::kPartial,
     "a resource limit on its private memory"},
    {kProcessLimit, Layer::kCgroup, Strength::kStrong, "a cgroup that counts processes"},
    {kProcessLimit, Layer::kSeccomp, Strength::kStrong, "seccomp: threads only, no processes"},
    {kProcessLimit, Layer::kResourceLimits, Strength::kPartial, "a resource limit"},
    {kScratchQuota, Layer::kMountNamespace, Strength::kStrong,
     "a file system of its own in memory, bounded in bytes and files"},
    {kScratchQuota, Layer::kChroot, Strength::kPartial,
     "a file system of its own in memory, bounded in bytes; its files are counted ten times a "
     "second"},
    {kScratchQuota, Layer::kResourceLimits, Strength::kPartial,
     "a limit on each file; where that is all, the sum is looked at ten times a second"},
};

Level LevelOf(Layers layers, OuterSandbox outer) {
  constexpr Layer kOfFull[] = {Layer::kUserNamespace,  Layer::kPidNamespace,
                               Layer::kMountNamespace, Layer::kNetworkNamespace,
                               Layer::kIpcNamespace,   Layer::kNoCapabilities,
                               Layer::kSeccomp};
  if (std::all_of(std::begin(kOfFull), std::end(kOfFull),
                  [&](Layer layer) { return layers.Has(layer); })) {
    return Level::kFull;
  }
  return outer == OuterSandbox::kGvisor ? Level::kGvisor : Level::kContainer;
}

/// The first Landlock that stops truncating a file.
constexpr int kWholeLandlock = 3;

}  // namespace

std::string_view NameOf(Level level) {
  switch (level) {
    case Level::kFull:
      return "full";
    case Level::kContainer:
      return "container";
    case Level::kGvisor:
      return "gvisor";
  }
  return "";
}

std::string_view NameOf(Strength strength) {
  switch (strength) {
    case Strength::kMissing:
      return "missing";
    case Strength::kPartial:
      return "partial";
    case Strength::kStrong:
      return "strong";
  }
  return "";
}

std::string_view NameOf(OuterSandbox outer) {
  switch (outer) {
    case OuterSandbox::kNone:
      return "none";
    case OuterSandbox::kContainer:
      return "container";
    case OuterSandbox::kGvisor:
      return "gvisor";
  }
  return "";
}

std::string_view HowToGet(Layer layer) {
  switch (layer) {
    case Layer::kUserNamespace:
    case Layer::kPidNamespace:
    case Layer::kMountNamespace:
    case Layer::kNetworkNamespace:
    case Layer::kIpcNamespace:
    case Layer::kUtsNamespace:
    case Layer::kCgroupNamespace:
      return "allow user namespaces: sysctl user.max_user_namespaces and "
             "kernel.unprivileged_userns_clone, AppArmor's restriction of them, the container's "
             "seccomp profile";
    case Layer::kOwnUser:
      return "start the service as root of the host";
    case Layer::kNoCapabilities:
      return "";
    case Layer::kCgroup:
      return "start as root on a host, or delegate cgroups to the service (systemd: Delegate=yes)";
    case Layer::kResourceLimits:
      return "run on a kernel that enforces resource limits";
    case Layer::kLandlock:
      return "run Linux 6.2 or later with landlock among its security modules (lsm=...,landlock)";
    case Layer::kSeccomp:
      return "run a kernel with CONFIG_SECCOMP_FILTER";
    case Layer::kNoNewCode:
      return "run Linux 6.3 or later";
    case Layer::kChroot:
      return "start as root with CAP_SYS_ADMIN and CAP_SYS_CHROOT";
  }
  return "";
}

Assurance Assess(const HostProbe& probe, std::string cgroups, std::uint32_t waived) {
  Assurance assurance;
  const Layers layers = probe.setup.layers;
  assurance.level = LevelOf(layers, probe.outer);
  assurance.outer = probe.outer;
  assurance.layers = layers;
  assurance.landlock_abi = probe.setup.landlock_abi;
  assurance.cgroups = std::move(cgroups);
  assurance.why_not = probe.why_not;
  utsname kernel{};
  if (::uname(&kernel) == 0) assurance.kernel = kernel.release;
  for (std::size_t i = 0; i < kPropertyNames.size(); ++i) {
    PropertyAssurance state;
    state.property = static_cast<Property>(1U << i);
    state.name = kPropertyNames[i];
    for (const Provider& provider : kProviders) {
      if (provider.property != state.property) continue;
      Means means{provider.layer, provider.strength, provider.what, "", ""};
      const bool of_user =
          provider.property == kProcessLimit && provider.layer == Layer::kResourceLimits;
      if (of_user && layers.Has(provider.layer) && !layers.Has(Layer::kOwnUser) &&
          !layers.Has(Layer::kUserNamespace)) {
        means.why_not = "it would count all processes of the service's user";
        means.how_to_get = HowToGet(Layer::kUserNamespace);
      } else if (!layers.Has(provider.layer)) {
        const auto why = probe.why_not.find(provider.layer);
        means.why_not = why != probe.why_not.end() ? why->second : "switched off";
        means.how_to_get = HowToGet(provider.layer);
      } else {
        if (provider.layer == Layer::kLandlock && probe.setup.landlock_abi < kWholeLandlock) {
          means.strength = Strength::kPartial;
        }
        state.strength = std::max(state.strength, means.strength);
      }
      state.means.push_back(std::move(means));
    }
    // A user who owns no file still reads what everybody may: alone it is no isolation.
    const bool user_only = state.strength == Strength::kPartial &&
                           (state.property == kFilesystemIsolation &&
                            !layers.Has(Layer::kLandlock) && !layers.Has(Layer::kChroot));
    if (user_only) state.strength = Strength::kMissing;
    state.waived = state.strength == Strength::kMissing && (waived & state.property) != 0;
    assurance.properties.push_back(std::move(state));
  }
  return assurance;
}

std::uint32_t Assurance::Required() const {
  std::uint32_t required = 0;
  for (const PropertyAssurance& state : properties) {
    if (state.strength != Strength::kMissing) required |= state.property;
  }
  return required;
}

std::string Assurance::Complaint() const {
  std::string names;
  std::string ways;
  for (const PropertyAssurance& state : properties) {
    if (state.strength != Strength::kMissing || state.waived) continue;
    names += (names.empty() ? "" : ",") + std::string(state.name);
    for (const Means& means : state.means) {
      if (means.why_not.empty()) continue;
      ways += "\n  " + std::string(state.name) + ": " + std::string(means.what) + ": " +
              means.why_not + (means.how_to_get.empty() ? "" : "; ") +
              std::string(means.how_to_get);
    }
  }
  if (names.empty()) return {};
  return "this place does not allow what a sandbox owes: " + names + ways +
         "\n  or accept the lack by name: --allow-missing " + names;
}

}  // namespace pyrunner::sandbox
