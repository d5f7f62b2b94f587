#include "api/sandbox_status.h"

#include <algorithm>

namespace pyrunner::api {
namespace {

using Json = nlohmann::ordered_json;
using sandbox::Assurance;
using sandbox::Means;
using sandbox::PropertyAssurance;
using sandbox::Strength;

Json DescribeProperty(const PropertyAssurance& property) {
  Json means = Json::array();
  Json missing = Json::array();
  for (const Means& one : property.means) {
    Json entry = {{"layer", NameOf(one.layer)}, {"what", one.what}};
    if (one.why_not.empty()) {
      entry["strength"] = NameOf(one.strength);
      means.push_back(std::move(entry));
    } else {
      entry["why"] = one.why_not;
      entry["how_to_get"] = one.how_to_get;
      missing.push_back(std::move(entry));
    }
  }
  return {{"strength", NameOf(property.strength)},
          {"waived_by_operator", property.waived},
          {"means", std::move(means)},
          {"not_in_force", std::move(missing)}};
}

template <typename Wanted>
Json NamesOf(const Assurance& assurance, Wanted wanted) {
  Json names = Json::array();
  for (const PropertyAssurance& property : assurance.properties) {
    if (wanted(property)) names.push_back(property.name);
  }
  return names;
}

Json Waived(const Assurance& assurance) {
  return NamesOf(assurance, [](const PropertyAssurance& property) { return property.waived; });
}

Json Zygotes(const EngineStatus& engine) {
  Json zygotes = Json::array();
  for (const ZygoteStatus& zygote : engine.zygotes) {
    zygotes.push_back({{"kind", zygote.kind},
                       {"warm", zygote.warm},
                       {"age_s", zygote.age.count()},
                       {"sandboxes_forked", zygote.forks},
                       {"ready", zygote.ready},
                       {"ready_wanted", zygote.wanted},
                       {"seccomp_instructions", zygote.seccomp_instructions},
                       {"image_bytes", zygote.image_bytes}});
  }
  return zygotes;
}

Json Describe(const SelfTest& self_test) {
  Json acts = Json::array();
  for (const SelfTestAct& act : self_test.acts) {
    acts.push_back({{"property", act.property},
                    {"act", act.act},
                    {"refused", act.refused},
                    {"answer", act.answer}});
  }
  Json json = {{"result", ResultOf(self_test)}, {"at", self_test.at}};
  if (!self_test.failure.empty()) json["failure"] = self_test.failure;
  json["acts"] = std::move(acts);
  return json;
}

/// The operator's policies whose programs may start processes.
Json PoliciesWithProcesses(const EngineOptions& options) {
  Json names = Json::array();
  for (const auto& [name, policy] : options.policies) {
    if (policy.profile == sandbox::SyscallProfile::kProcesses) names.push_back(name);
  }
  return names;
}

template <typename Texts>
Json List(const Texts& texts) {
  Json list = Json::array();
  for (const std::string_view text : texts) list.push_back(text);
  return list;
}

}  // namespace

bool SelfTest::passed() const {
  return !at.empty() && failure.empty() && !acts.empty() &&
         std::all_of(acts.begin(), acts.end(), [](const auto& act) { return act.refused; });
}

std::string_view ResultOf(const SelfTest& self_test) {
  if (self_test.at.empty()) return "pending";
  return self_test.passed() ? "passed" : "failed";
}

SelfTest ReadSelfTest(std::string_view output, const Assurance& assurance) {
  SelfTest result;
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    const Json line = Json::parse(output.substr(0, end), nullptr, /*allow_exceptions=*/false);
    output.remove_prefix(std::min(end + 1, output.size()));
    if (!line.is_object() || !line.contains("property") || !line.contains("act") ||
        !line.contains("refused") || !line.contains("answer")) {
      result.failure = "the self-test printed something else";
      continue;
    }
    SelfTestAct act{line.value("property", ""), line.value("act", ""), line.value("refused", false),
                    line.value("answer", "")};
    const bool missing = std::any_of(
        assurance.properties.begin(), assurance.properties.end(), [&](const auto& property) {
          if (property.name != act.property) return false;
          // With a namespace and no filter the act works, and reaches nobody.
          const bool own_ipc = property.property == sandbox::kIpcIsolation &&
                               !assurance.layers.Has(sandbox::Layer::kSeccomp);
          return property.strength == Strength::kMissing || own_ipc;
        });
    if (!missing) result.acts.push_back(std::move(act));
  }
  return result;
}

Json SandboxStatus(const Assurance& assurance, const EngineOptions& options,
                   const EngineStatus& engine, const SelfTest& self_test) {
  Json layers = Json::array();
  for (const auto& [layer, name] : sandbox::kLayerNames) {
    if (assurance.layers.Has(layer)) layers.push_back(name);
  }
  Json properties = Json::object();
  for (const PropertyAssurance& property : assurance.properties) {
    properties[std::string(property.name)] = DescribeProperty(property);
  }
  return {{"level", NameOf(assurance.level)},
          {"outer_sandbox", NameOf(assurance.outer)},
          {"kernel", assurance.kernel},
          {"cgroups", assurance.cgroups.empty() ? Json(nullptr) : Json(assurance.cgroups)},
          {"landlock_abi", assurance.landlock_abi},
          {"layers", std::move(layers)},
          {"properties", std::move(properties)},
          {"waived_by_operator", Waived(assurance)},
          {"self_test", Describe(self_test)},
          {"limits",
           {{"max_running", options.max_running},
            {"processors", options.cpus},
            {"threads", options.processes},
            {"open_files", options.open_files},
            {"scratch_bytes", options.scratch_bytes},
            {"scratch_files", options.scratch_inodes},
            {"output_bytes_kept", options.output_bytes},
            {"output_bytes_before_stop", options.output_stop_bytes},
            {"result_bytes", options.result_bytes}}},
          {"zygotes", Zygotes(engine)},
          {"zygotes_renewed_after",
           {{"age_s", options.zygote_age.count()}, {"sandboxes", options.zygote_runs}}},
          {"shared_per_zygote", List(sandbox::kSharedPerZygote)},
          {"not_protected_against", List(sandbox::kNotProtectedAgainst)},
          {"policies_with_processes", PoliciesWithProcesses(options)},
          {"policy_is_a_boundary", false}};
}

Json HealthStatus(const Assurance& assurance, const EngineStatus& engine,
                  const SelfTest& self_test) {
  const bool failed = ResultOf(self_test) == "failed";
  return {{"status", failed ? "unhealthy" : "healthy"},
          {"sandbox",
           {{"level", NameOf(assurance.level)},
            {"self_test", ResultOf(self_test)},
            {"partial", NamesOf(assurance,
                                [](const PropertyAssurance& property) {
                                  return property.strength == Strength::kPartial;
                                })},
            {"waived_by_operator", Waived(assurance)}}},
          {"running", engine.running},
          {"queued", engine.queued},
          {"zygotes", Zygotes(engine)}};
}

}  // namespace pyrunner::api
