#include "api/apis.h"

#include "api/cloudrun.h"
#include "api/code_executor.h"
#include "api/nsjail.h"
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
  for (const auto& [prefix, mount] : kApis) {
    mount({router, runner, execute, options});
    AddHealth(router, prefix, reports);
  }
  execute.Mount(router);
  AddHealth(router, "", reports);
  AddSandboxStatus(router, reports);
}

}  // namespace pyrunner::api
