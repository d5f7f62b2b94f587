#include "api/nsjail.h"

#include "api/main_script.h"

namespace pyrunner::api {

void MountNsjail(const ApiContext& context) {
  MainScriptOptions options{
      .policy = context.options.PolicyOr("no-dangerous-imports"),
      .limits = {.wall_time = std::chrono::seconds(30),
                 .memory_bytes = context.options.MemoryMbUpTo(512) * kMiB},
      .wordings = {
          .no_main = "ERROR: No main() function found",
          .syntax_error = "ERROR: Syntax error in script: {}",
          .refused = "ERROR: {}",
          .timed_out = "Script execution timeout ({} seconds)",
          .memory_exceeded = "Script execution error: Memory limit exceeded",
          .stopped = "Script execution error: {}",
          .not_serializable = "ERROR: main() function must return JSON serializable data"}};
  context.facts.Set("nsjail.policy", options.policy);
  context.facts.Set("nsjail.memory_mb", options.limits.memory_bytes / kMiB);
  http::Handler handler =
      MountMainScript(context.router, context.runner, "nsjail", std::move(options));
  if (context.options.script_api == "nsjail") context.execute.SetDefault(std::move(handler));
}

}  // namespace pyrunner::api
