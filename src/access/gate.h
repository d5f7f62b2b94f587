// Gate: asks a request for its key.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <tl/expected.hpp>

#include "access/key_ring.h"
#include "base/caller.h"
#include "http/message.h"

namespace pyrunner::access {

/// What a request carries of keys, in Authorization: Bearer and in X-Api-Key. The views are into
/// the request.
struct PresentedKey {
  enum class Kind {
    kNone,
    kOne,        // in one place, or the same one in both
    kAmbiguous,  // several that differ
  };
  Kind kind = Kind::kNone;
  std::string_view key;  // of kOne
};

/// Other schemes of Authorization are somebody else's, a proxy's for example, and no key.
[[nodiscard]] PresentedKey FindKey(const http::Headers& headers);

/// Used from the gateway's thread.
class Gate {
 public:
  using IsOpen = std::function<bool(const http::Request&)>;

  /// `is_open`: whether a request needs no key even where others do.
  explicit Gate(IsOpen is_open) : is_open_(std::move(is_open)) {}

  /// From now on these keys are the valid ones. Requests that are in already are not asked again.
  void SetKeys(std::shared_ptr<const KeyRing> keys) { keys_ = std::move(keys); }
  [[nodiscard]] const std::shared_ptr<const KeyRing>& keys() const { return keys_; }

  /// Who sends the request, or the answer for somebody who may not: 401, which tells nothing about
  /// what was wrong with a key, or 400 where it has two of them. Nothing of a key is in it.
  [[nodiscard]] tl::expected<std::shared_ptr<const Caller>, http::Response> Authorize(
      const http::Request& head) const;

 private:
  IsOpen is_open_;
  std::shared_ptr<const KeyRing> keys_ = std::make_shared<const KeyRing>();
};

}  // namespace pyrunner::access
