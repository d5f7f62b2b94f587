#include "cli/assurance_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "cli/version.h"

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

std::string Properties(const sandbox::Assurance& assurance) {
  std::string text = "\nWhat a sandbox owes, how strongly that holds, and by what:\n";
  for (const PropertyAssurance& property : assurance.properties) {
    std::string name(property.name);
    std::string strength(NameOf(property.strength));
    if (property.waived) strength = "waived";
    for (const Means& means : property.means) {
      if (!means.why_not.empty()) continue;
      text += fmt::format("  {:<15} {:<8} {}\n", name, strength, means.what);
      name.clear();
      strength.clear();
    }
    if (!name.empty()) text += fmt::format("  {:<15} {:<8} nothing\n", name, strength);
  }
  return text;
}

/// The layers that are missing, those with the same way to get them together.
std::string NotInForce(const sandbox::Assurance& assurance) {
  if (assurance.why_not.empty()) return {};
  struct Way {
    std::string_view how;
    std::vector<std::pair<std::string, std::string>> reasons;  // why, and of which layers
  };
  std::vector<Way> ways;
  for (const auto& [layer, why] : assurance.why_not) {
    const std::string_view how = sandbox::HowToGet(layer);
    auto way =
        std::find_if(ways.begin(), ways.end(), [&](const Way& known) { return known.how == how; });
    if (way == ways.end()) way = ways.insert(ways.end(), {how, {}});
    auto reason = std::find_if(way->reasons.begin(), way->reasons.end(),
                               [&](const auto& known) { return known.first == why; });
    if (reason == way->reasons.end()) {
      reason = way->reasons.insert(way->reasons.end(), {why, std::string()});
    }
    if (!reason->second.empty()) reason->second += ", ";
    reason->second += NameOf(layer);
  }
  std::string text = "\nNot in force:\n";
  for (const auto& [how, reasons] : ways) {
    for (const auto& [why, layers] : reasons) text += fmt::format("  {}: {}\n", layers, why);
    if (!how.empty()) text += fmt::format("    to get it: {}\n", how);
  }
  return text;
}

std::string Acts(const api::SelfTest& self_test) {
  std::string text = fmt::format("\nSelf-test from inside a sandbox: {}\n", ResultOf(self_test));
  if (!self_test.failure.empty()) text += "  " + self_test.failure + "\n";
  for (const api::SelfTestAct& act : self_test.acts) {
    text += fmt::format("  {:<8} {:<15} {}: {}\n", act.refused ? "refused" : "ALLOWED",
                        act.property, act.act, act.answer);
  }
  return text;
}

std::string Limits(const EngineOptions& options, const EngineStatus& engine) {
  std::string text = fmt::format(
      "\nEach program: {} processors, {} threads, {} open files, {} MiB of scratch space in {} "
      "files; memory and time as its request says.\n",
      options.cpus, options.processes, options.open_files, options.scratch_bytes / kMiB,
      options.scratch_inodes);
  text += fmt::format("Zygotes are renewed after {} s or {} sandboxes.", options.zygote_age.count(),
                      options.zygote_runs);
  for (const ZygoteStatus& zygote : engine.zygotes) {
    if (!zygote.warm) continue;
    text += fmt::format(" {}: {} s old, filter of {} instructions.", zygote.kind,
                        zygote.age.count(), zygote.seccomp_instructions);
  }
  return text + "\n";
}

template <typename Texts>
std::string Joined(const Texts& texts) {
  std::string joined;
  for (const std::string_view text : texts) {
    joined += (joined.empty() ? "" : ", ") + std::string(text);
  }
  return joined;
}

}  // namespace

std::string DescribeForPeople(const sandbox::Assurance& assurance, const EngineOptions& options,
                              const EngineStatus& engine, const api::SelfTest& self_test) {
  return fmt::format("PyRunner {}, Linux {}, outer sandbox: {}, Landlock ABI {}, cgroups: {}\n",
                     kVersion, assurance.kernel, NameOf(assurance.outer), assurance.landlock_abi,
                     assurance.cgroups.empty() ? "none" : assurance.cgroups) +
         fmt::format("Level: {}\n", NameOf(assurance.level)) + Properties(assurance) +
         NotInForce(assurance) + Acts(self_test) + Limits(options, engine) +
         fmt::format("Programs of one zygote share: {}.\nNot protected against: {}.\n",
                     Joined(sandbox::kSharedPerZygote), Joined(sandbox::kNotProtectedAgainst));
}

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
    lacking += fmt::format("{}{} ({})", lacking.empty() ? "" : ", ", NameOf(layer), why);
  }
  if (!lacking.empty()) lines.push_back("isolation: not to be had here: " + lacking);
  return lines;
}

}  // namespace pyrunner::cli
