#include "api/apis.h"

#include "api/cloudrun.h"
#include "api/code_executor.h"
#include "api/nsjail.h"
#include "api/pyrunner.h"

namespace pyrunner::api {
namespace {

constexpr void (*kApis[])(const ApiContext&) = {
    MountPyRunner,
    MountCodeExecutor,
    MountNsjail,
    MountCloudRun,
};

}  // namespace

void MountApis(http::Router& router, Runner& runner, const ApiOptions& options) {
  ExecuteRoute execute;
  for (const auto mount : kApis) mount({router, runner, execute, options});
  execute.Mount(router);
}

}  // namespace pyrunner::api
