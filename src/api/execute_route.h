// The bare POST /execute: several APIs have it, told apart by the fields of the request.
#pragma once

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "api/json_input.h"
#include "http/router.h"

namespace pyrunner::api {

/// The keys of the JSON object in `body`, as written, up to `limit` of them (no request may have
/// more values); what is found before the text stops looking like a JSON object. No substitute for
/// parsing it.
[[nodiscard]] std::vector<std::string_view> TopLevelKeys(std::string_view body,
                                                         std::size_t limit = kMaxJsonValues);

/// Filled while the APIs are mounted, then mounted itself. Not thread-safe.
class ExecuteRoute {
 public:
  using Claim = std::function<bool(const std::vector<std::string_view>& keys)>;

  /// `handler` gets the requests whose keys are claimed, unless an earlier API claims them.
  void Add(Claim claim, http::Handler handler) {
    claims_.emplace_back(std::move(claim), std::move(handler));
  }
  /// `handler` gets all other requests.
  void SetDefault(http::Handler handler) { default_ = std::move(handler); }

  void Mount(http::Router& router);

 private:
  std::vector<std::pair<Claim, http::Handler>> claims_;
  http::Handler default_;
};

}  // namespace pyrunner::api
