#include "http/router.h"

#include <utility>

#include "http/response.h"

namespace pyrunner::http {
namespace {

boost::asio::awaitable<Response> Answer(Response response) { co_return response; }

Response WithAllow(Response response, std::string allow) {
  response.headers.emplace_back("Allow", std::move(allow));
  return response;
}

Response NoContent() {
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

void Router::Add(std::string method, std::string path, Handler handler) {
  paths_[std::move(path)].insert_or_assign(std::move(method), std::move(handler));
}

// Not a coroutine itself: the handler's awaitable is handed on as it is, one frame less per
// request.
boost::asio::awaitable<Response> Router::Dispatch(Request request) const {
  if (request.path == "*") return Answer(WithAllow(NoContent(), "GET, HEAD, OPTIONS, POST"));
  const auto path = paths_.find(request.path);
  if (path == paths_.end()) return Answer(ErrorResponse(404, "Not Found"));
  const Methods& methods = path->second;
  auto handler = methods.find(request.method);
  if (handler == methods.end() && request.method == "HEAD") handler = methods.find("GET");
  if (handler != methods.end()) return handler->second(std::move(request));

  std::string allow;
  for (const auto& [method, unused] : methods) {
    if (method == "OPTIONS") continue;  // said once, below
    allow += method + ", ";
    if (method == "GET" && !methods.contains("HEAD")) allow += "HEAD, ";
  }
  allow += "OPTIONS";
  if (request.method == "OPTIONS") return Answer(WithAllow(NoContent(), std::move(allow)));
  return Answer(WithAllow(ErrorResponse(405, "Method Not Allowed"), std::move(allow)));
}

}  // namespace pyrunner::http
