#include "api/pyrunner.h"

#include "api/pyrunner_codec.h"
#include "api/responses.h"

namespace pyrunner::api {

void MountPyRunner(const ApiContext& context) {
  PyRunnerOptions options;
  options.policy = context.options.PolicyOr("scientific");
  for (const char* path : {"/", "/pyrunner", "/pyrunner/"}) {
    context.router.Add("GET", path, AnswerWith(DescribeService(options)));
  }
  AddHealth(context.router, "");
  AddHealth(context.router, "/pyrunner");
  const http::Handler run = MakeRunHandler(
      context.runner,
      [options](std::string_view body, std::string_view content_type) {
        return DecodeRun(body, content_type, options);
      },
      RejectionResponse);
  for (const char* path : {"/run", "/pyrunner/run"}) context.router.Add("POST", path, run);
}

}  // namespace pyrunner::api
