// GET /openapi.json: the description of all APIs, from web/openapi/ and what the APIs say of
// themselves when they are mounted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "http/router.h"

namespace pyrunner::api {

/// What the running service knows and the files do not: limits, policies, as the operator set them.
/// Not thread-safe.
class ApiFacts {
 public:
  void Set(std::string name, std::uint64_t number);
  void Set(std::string name, std::string_view text);

  /// `text` with the facts in the place of their {{names}}: a number instead of the JSON string
  /// that is nothing but its name, the inside of a JSON string everywhere else. A name that is no
  /// fact stays.
  [[nodiscard]] std::string Fill(std::string_view text) const;

 private:
  struct Fact {
    std::string text;
    bool is_json;  // replaces the quotes too
  };
  friend void AddOpenApi(http::Router& router, ApiFacts facts);

  std::map<std::string, Fact, std::less<>> facts_;
};

/// GET /openapi.json.
void AddOpenApi(http::Router& router, ApiFacts facts);

}  // namespace pyrunner::api
