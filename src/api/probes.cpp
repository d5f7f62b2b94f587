#include "api/probes.h"

#include <string>
#include <utility>

namespace pyrunner::api {
namespace {

boost::asio::awaitable<http::Response> Answer(std::string_view reason) {
  http::Response response;
  if (reason.empty()) {
    response.body = R"({"status":"ok"})";
  } else {
    response.status = 503;
    response.body.append(R"({"status":"not ready","reason":")").append(reason).append("\"}");
  }
  co_return response;
}

}  // namespace

void AddProbes(http::Router& router, ReadinessCheck not_ready_because) {
  using Access = http::Router::Access;
  router.Add(
      "GET", "/livez", [](const http::Request&) { return Answer({}); }, Access::kOpen);
  router.Add(
      "GET", "/readyz",
      [check = std::move(not_ready_because)](const http::Request&) { return Answer(check()); },
      Access::kOpen);
}

}  // namespace pyrunner::api
