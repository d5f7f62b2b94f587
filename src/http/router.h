// Router: which handler answers a request.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"

namespace pyrunner::http {

/// Answers one request. It must not throw; if it does, the client gets a plain 500. When
/// request.cancellation is cancelled the client is gone: finish soon, the response is dropped.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

/// Maps exact paths and methods to handlers. Fill it before the first Dispatch and keep it alive
/// and unchanged until the last one has completed: handlers run in place. Not thread-safe.
class Router {
 public:
  /// Whom a route is for, where keys are needed.
  enum class Access {
    kWithKey,  // whoever has one
    kOpen,     // everybody
  };

  /// `path` is compared byte for byte with the request's, which is not percent-decoded. A second
  /// handler for the same method and path replaces the first.
  void Add(std::string method, std::string path, Handler handler, Access access = Access::kWithKey);

  /// The same for a route some of whose requests are open.
  using OpenFor = std::function<bool(const Request&)>;
  void Add(std::string method, std::string path, Handler handler, OpenFor open);

  /// All routes as {path, method}, sorted.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> Routes() const;

  /// Whether the request is for a route that is open. Not what has no route: who has no key is told
  /// of nothing else.
  [[nodiscard]] bool IsOpen(const Request& request) const;

  /// The method and the path of the route that answers a request; the literals "other" and "" for
  /// what it has none of. They live as long as the router.
  struct Name {
    std::string_view method = "other";
    std::string_view path;
  };
  [[nodiscard]] Name NameOf(const Request& request) const;

  /// Runs the handler. Answers by itself: 404 for an unknown path, 405 with Allow for a method that
  /// the path does not have, OPTIONS with 204 and Allow (for "*" too). HEAD goes to the handler of
  /// GET; leaving the body out is the server's business, which still tells its length.
  [[nodiscard]] boost::asio::awaitable<Response> Dispatch(Request request) const;

 private:
  // Nodes of std::map stay where they are, so a running handler is never moved.
  struct Route {
    Handler handler;
    OpenFor open;  // empty: for nobody
  };
  using Methods = std::map<std::string, Route, std::less<>>;

  /// That of the request's method, GET's for HEAD; or nullptr.
  [[nodiscard]] static const Route* Find(const Methods& methods, const Request& request);

  std::map<std::string, Methods, std::less<>> paths_;
};

}  // namespace pyrunner::http
