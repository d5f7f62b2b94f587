#include "cli/reload.h"

#include <algorithm>
#include <string>
#include <vector>

namespace pyrunner::cli {
namespace {

bool SamePolicies(const Settings& a, const Settings& b) {
  const auto encoded = [](const Settings& settings) {
    std::vector<std::string> texts;
    texts.reserve(settings.policies.size());
    for (const Policy& policy : settings.policies) texts.push_back(EncodePolicy(policy));
    return texts;
  };
  return encoded(a) == encoded(b);
}

}  // namespace

bool Reloader::Reload(Settings& settings, spdlog::logger& log) {
  auto fresh = read_();
  if (!fresh) {
    log.error("settings: the old ones stay in force: {}", fresh.error().message);
    return false;
  }
  if (fresh->engine.max_running > most_running_) {
    log.warn("settings: max-running: {} is for after a restart: until then {} at most",
             fresh->engine.max_running, most_running_);
    fresh->engine.max_running = most_running_;
  }
  bool changed = false;
  for (const Setting& setting : AllSettings()) {
    const std::string before = setting.get(as_read_);
    const std::string after = setting.get(*fresh);
    if (before == after) continue;
    if (!setting.at_run_time) {
      log.warn("settings: {}: the change from '{}' to '{}' waits for a restart", setting.name,
               before, after);
      continue;
    }
    // What get() gives of such a setting, set() takes.
    if (!setting.set(settings, after) || !setting.set(as_read_, after)) continue;
    changed = true;
    log.info("settings: {}: {} instead of {}", setting.name, after, before);
  }
  if (!SamePolicies(as_read_, *fresh)) {
    log.warn("settings: policies: the change waits for a restart");
  }
  if (!changed) log.info("settings: nothing to take over");
  log.set_level(spdlog::level::from_str(settings.log_level));
  return changed;
}

}  // namespace pyrunner::cli
