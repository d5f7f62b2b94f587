#include "api/cloudrun.h"

#include "api/main_script.h"

namespace pyrunner::api {

void MountCloudRun(const ApiContext& context) {
  MainScriptOptions options{
      .policy = context.options.PolicyOr("open"),
      .limits = {.wall_time = std::chrono::seconds(30),
                 .memory_bytes = context.options.MemoryMbUpTo(1024) * kMiB},
      .wordings = {.no_main = "Script must contain a main() function",
                   .syntax_error = "Syntax error in script: {}",
                   .refused = "Script refused: {}",
                   .timed_out = "Script execution timed out after {} seconds",
                   .memory_exceeded = "Script exceeded the memory limit of {} MB",
                   .stopped = "Script was stopped: {}",
                   .not_serializable = "{}"}};
  context.facts.Set("cloudrun.policy", options.policy);
  context.facts.Set("cloudrun.memory_mb", options.limits.memory_bytes / kMiB);
  http::Handler handler =
      MountMainScript(context.router, context.runner, "cloudrun", std::move(options));
  if (context.options.script_api == "cloudrun") context.execute.SetDefault(std::move(handler));
}

}  // namespace pyrunner::api
