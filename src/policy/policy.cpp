#include "policy/policy.h"

namespace pyrunner {

const std::string& ReasonFor(const Policy& policy, std::string_view what, const std::string& ours) {
  const auto message = policy.messages.find(what);
  return message != policy.messages.end() ? message->second : ours;
}

ModuleVerdict JudgeModule(const Policy& policy, std::string_view module,
                          const std::function<bool(std::string_view)>& is_standard) {
  const std::string_view first = module.substr(0, module.find('.'));
  if (policy.refused_modules.contains(first)) return ModuleVerdict::kRefused;
  const bool lists = !policy.allowed_modules.empty() || policy.allow_standard_library;
  if (!lists || policy.allowed_modules.contains(first)) return ModuleVerdict::kAllowed;
  if (policy.allow_standard_library && is_standard(first)) return ModuleVerdict::kAllowed;
  return ModuleVerdict::kNotListed;
}

}  // namespace pyrunner
