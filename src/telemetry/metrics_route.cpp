#include "telemetry/metrics_route.h"

#include <string>
#include <utility>

namespace pyrunner::telemetry {
namespace {

boost::asio::awaitable<http::Response> Answer(std::string text) {
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = std::move(text);
  co_return response;
}

}  // namespace

void AddMetricsRoute(http::Router& router, const Metrics& metrics, http::Router::Access access) {
  router.Add(
      "GET", "/metrics", [&metrics](const http::Request&) { return Answer(metrics.Text()); },
      access);
}

}  // namespace pyrunner::telemetry
