#include "api/pyrunner.h"

#include <initializer_list>
#include <memory>
#include <utility>

#include "api/responses.h"
#include "http/router.h"

namespace pyrunner::api {
namespace {

using boost::asio::awaitable;

/// The handlers. Shared by the routes, so it lives as long as the router does.
class PyRunnerApi {
 public:
  PyRunnerApi(Runner& runner, PyRunnerOptions options)
      : runner_(runner), options_(std::move(options)), description_(DescribeService(options_)) {}

  awaitable<http::Response> HandleRoot(http::Request) { co_return Json(description_); }

  awaitable<http::Response> HandleHealth(http::Request) {
    co_return Json(R"({"status":"healthy"})");
  }

  awaitable<http::Response> HandleRun(http::Request request) {
    auto program = DecodeRun(request.body, request.Header("content-type"), options_);
    if (!program) co_return std::move(program.error());
    std::string().swap(request.body);  // up to megabytes, for as long as the program runs

    const Limits limits = program->limits;
    // Named, not temporaries of the co_await expression, which g++ 12 destroys twice.
    std::shared_ptr<Cancellation> cancellation = std::move(request.cancellation);
    auto run = runner_.Run(std::move(*program), std::move(cancellation));
    auto outcome = co_await std::move(run);
    if (!outcome) co_return RejectionResponse(outcome.error());
    co_return EncodeRun(*outcome, limits);
  }

 private:
  static http::Response Json(std::string body) {
    http::Response response;
    response.body = std::move(body);
    return response;
  }

  Runner& runner_;
  const PyRunnerOptions options_;
  const std::string description_;
};

}  // namespace

void MountPyRunner(http::Router& router, Runner& runner, PyRunnerOptions options) {
  const auto api = std::make_shared<PyRunnerApi>(runner, std::move(options));
  for (const char* path : {"/", "/pyrunner", "/pyrunner/"}) {
    router.Add("GET", path,
               [api](http::Request request) { return api->HandleRoot(std::move(request)); });
  }
  for (const char* path : {"/health", "/pyrunner/health"}) {
    router.Add("GET", path,
               [api](http::Request request) { return api->HandleHealth(std::move(request)); });
  }
  for (const char* path : {"/run", "/pyrunner/run"}) {
    router.Add("POST", path,
               [api](http::Request request) { return api->HandleRun(std::move(request)); });
  }
}

}  // namespace pyrunner::api
