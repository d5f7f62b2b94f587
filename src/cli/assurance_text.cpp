#include "cli/assurance_text.h"

#include <fmt/core.h>

#include <algorithm>

namespace pyrunner::cli {
namespace {

using sandbox::Means;
using sandbox::PropertyAssurance;
using sandbox::Strength;

/// "memory_limit (a resource limit on its private memory)", of all with this strength.
std::string Those(const sandbox::Assurance& assurance, Strength strength) {
  std::string names;
  for (const PropertyAssurance& property : assurance.properties) {
    if (property.strength != strength) continue;
    std::string by;
    for (const Means& means : property.means) {
      if (!means.why_not.empty()) continue;
      by += (by.empty() ? "" : "; ") + std::string(means.what);
    }
    names += (names.empty() ? "" : ", ") + std::string(property.name);
    if (!by.empty()) names += " (" + by + ")";
  }
  return names;
}

}  // namespace

std::vector<std::string> DescribeForLog(const sandbox::Assurance& assurance) {
  std::string layers;
  for (const auto& [layer, name] : sandbox::kLayerNames) {
    if (assurance.layers.Has(layer)) layers += (layers.empty() ? "" : ", ") + std::string(name);
  }
  std::vector<std::string> lines = {
      fmt::format("isolation: level {}, by {}; kernel {}, Landlock ABI {}, cgroups: {}",
                  NameOf(assurance.level), layers, assurance.kernel, assurance.landlock_abi,
                  assurance.cgroups.empty() ? "none" : assurance.cgroups)};
  if (const std::string partly = Those(assurance, Strength::kPartial); !partly.empty()) {
    lines.push_back("isolation: held by weaker means: " + partly);
  }
  if (const std::string missing = Those(assurance, Strength::kMissing); !missing.empty()) {
    lines.push_back("isolation: MISSING, accepted by --allow-missing: " + missing);
  }
  std::string lacking;
  for (const auto& [layer, why] : assurance.why_not) {
    const auto name = std::find_if(sandbox::kLayerNames.begin(), sandbox::kLayerNames.end(),
                                   [&](const auto& entry) { return entry.layer == layer; });
    lacking += fmt::format("{}{} ({})", lacking.empty() ? "" : ", ", name->name, why);
  }
  if (!lacking.empty()) lines.push_back("isolation: not to be had here: " + lacking);
  return lines;
}

}  // namespace pyrunner::cli
