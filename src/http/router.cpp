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

void Router::Add(std::string method, std::string path, Handler handler, Access access) {
  OpenFor open;
  if (access == Access::kOpen) open = [](const Request&) { return true; };
  Add(std::move(method), std::move(path), std::move(handler), std::move(open));
}

void Router::Add(std::string method, std::string path, Handler handler, OpenFor open) {
  paths_[std::move(path)].insert_or_assign(std::move(method),
                                           Route{std::move(handler), std::move(open)});
}

std::vector<std::pair<std::string, std::string>> Router::Routes() const {
  std::vector<std::pair<std::string, std::string>> routes;
  for (const auto& [path, methods] : paths_) {
    for (const auto& [method, unused] : methods) routes.emplace_back(path, method);
  }
  return routes;
}

const Router::Route* Router::Find(const Methods& methods, const Request& request) {
  auto route = methods.find(request.method);
  if (route == methods.end() && request.method == "HEAD") route = methods.find("GET");
  return route == methods.end() ? nullptr : &route->second;
}

bool Router::IsOpen(const Request& request) const {
  const auto path = paths_.find(request.path);
  if (path == paths_.end()) return false;
  const Route* route = Find(path->second, request);
  return route != nullptr && route->open && route->open(request);
}

Router::Name Router::NameOf(const Request& request) const {
  Name name;
  const auto path = paths_.find(request.path);
  if (path == paths_.end()) return name;
  name.path = path->first;
  for (const auto& [method, route] : path->second) {
    if (method == request.method) name.method = method;
  }
  if (request.method == "HEAD" && path->second.contains("GET")) name.method = "HEAD";
  return name;
}

// Not a coroutine itself: the handler's awaitable is handed on as it is, one frame less per
// request.
boost::asio::awaitable<Response> Router::Dispatch(Request request) const {
  if (request.path == "*") return Answer(WithAllow(NoContent(), "GET, HEAD, OPTIONS, POST"));
  const auto path = paths_.find(request.path);
  if (path == paths_.end()) return Answer(ErrorResponse(404, "Not Found"));
  const Methods& methods = path->second;
  if (const Route* route = Find(methods, request)) return route->handler(std::move(request));

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
