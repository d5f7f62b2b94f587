// Assurance: what the sandboxes of a service promise, by what means, and what is missing. Words for
// operators; the one source of the doctor, of GET /v1/sandbox, of the health report and of the log.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/probe.h"
#include "sandbox/properties.h"

namespace pyrunner::sandbox {

enum class Level : std::uint8_t {
  kFull,       // every namespace, and seccomp
  kContainer,  // Landlock, seccomp and limits, where namespaces cannot be had
  kGvisor,     // what gVisor lets through, gVisor being the outer wall
};

enum class Strength : std::uint8_t { kMissing, kPartial, kStrong };

/// One mechanism that provides a property.
struct Means {
  Layer layer{};
  Strength strength{};
  std::string_view what;
  std::string why_not;          // empty: it is in force
  std::string_view how_to_get;  // when it is not
};

struct PropertyAssurance {
  Property property{};
  std::string_view name;
  Strength strength{};
  bool waived = false;  // by the operator, by name
  std::vector<Means> means;
};

struct Assurance {
  Level level{};
  OuterSandbox outer{};
  Layers layers;
  int landlock_abi = 0;
  std::string kernel;
  std::string cgroups;                        // empty: none; else each controller with its version
  std::map<Layer, std::string> why_not;       // of the layers that are missing
  std::vector<PropertyAssurance> properties;  // in the order of properties.h

  /// The bits that a sandbox must report before it gets a program.
  [[nodiscard]] std::uint32_t Required() const;

  /// Missing and not waived: the service must not start. Empty, or sentences for the operator.
  [[nodiscard]] std::string Complaint() const;
};

[[nodiscard]] std::string_view NameOf(Level level);
[[nodiscard]] std::string_view NameOf(Strength strength);
[[nodiscard]] std::string_view NameOf(OuterSandbox outer);

/// What an operator can do to get a layer that is missing; may be empty.
[[nodiscard]] std::string_view HowToGet(Layer layer);

/// From the trials of this host, with the cgroup's own added by whoever made it, and the bits of
/// the properties that the operator does without. Of a waived property that can be had nothing
/// changes.
[[nodiscard]] Assurance Assess(const HostProbe& probe, std::string cgroups, std::uint32_t waived);

/// What no layer protects against, and what programs of one zygote share.
inline constexpr std::string_view kNotProtectedAgainst[] = {
    "faults of the kernel within the allowed system calls",
    "side channels of the hardware",
    "timing between programs on the same processors",
};
inline constexpr std::string_view kSharedPerZygote[] = {"address layout", "hash seed",
                                                        "stack cookie"};

}  // namespace pyrunner::sandbox
