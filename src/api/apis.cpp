#include "api/apis.h"

#include <utility>

#include "api/cloudrun.h"
#include "api/code_executor.h"
#include "api/nsjail.h"
#include "api/openapi.h"
#include "api/pages.h"
#include "api/pyrunner.h"

namespace pyrunner::api {
namespace {

constexpr struct {
  const char* prefix;
  void (*mount)(const ApiContext&);
} kApis[] = {
    {"/pyrunner", MountPyRunner},
    {"/code-executor", MountCodeExecutor},
    {"/nsjail", MountNsjail},
    {"/cloudrun", MountCloudRun},
};

}  // namespace

void MountApis(http::Router& router, Runner& runner, const ApiOptions& options,
               const StatusReports& reports) {
  ExecuteRoute execute;
  ApiFacts facts;
  for (const auto& [prefix, mount] : kApis) {
    mount({router, runner, execute, options, facts});
    AddHealth(router, prefix, reports);
  }
  execute.Mount(router);
  AddHealth(router, "", reports);
  AddSandboxStatus(router, reports);
  AddPages(router);
  facts.Set("script_api", options.script_api == "nsjail" ? "nsjail main()" : "Cloud Run main()");
  facts.Set("max_body_bytes", options.max_body_bytes);
  AddOpenApi(router, std::move(facts));
}

}  // namespace pyrunner::api
