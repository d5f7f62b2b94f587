#include "api/status_routes.h"

#include <utility>

namespace pyrunner::api {
namespace {

using boost::asio::awaitable;

awaitable<http::Response> Answer(std::string body, bool healthy) {
  http::Response response;
  constexpr int kUnavailable = 503;
  if (!healthy) response.status = kUnavailable;
  response.body = std::move(body);
  co_return response;
}

bool IsVerbose(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view field = query.substr(0, end);
    if (field == "verbose=1" || field == "verbose=true" || field == "verbose") return true;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

}  // namespace

void AddHealth(http::Router& router, std::string_view prefix, const StatusReports& reports) {
  router.Add(
      "GET", std::string(prefix) + "/health",
      [verbose = reports.health](const http::Request& request) {
        if (!verbose || !IsVerbose(request.query)) {
          return Answer(R"({"status":"healthy"})", true);
        }
        HealthReport report = verbose();
        return Answer(std::move(report.json), report.healthy);
      },
      [](const http::Request& request) { return !IsVerbose(request.query); });
}

void AddSandboxStatus(http::Router& router, const StatusReports& reports) {
  if (!reports.sandbox) return;
  router.Add("GET", "/v1/sandbox", [describe = reports.sandbox](const http::Request&) {
    return Answer(describe(), true);
  });
}

}  // namespace pyrunner::api
