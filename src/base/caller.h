// Caller: on whose behalf a request is answered.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/token_bucket.h"

namespace pyrunner {

/// What the holder of a key may have. Zero or empty: no bound beyond the service's own.
struct Quota {
  double rate = 0;                // programs per second
  std::uint32_t max_running = 0;  // programs at once; more wait in the queue
  std::chrono::seconds max_timeout{0};
  std::uint64_t max_memory_mb = 0;
  std::vector<std::string> policies;

  bool operator==(const Quota&) const = default;
};

/// The holder of an API key. Immutable once made, but for the count of its programs: requests in
/// flight keep the one that they began with, whatever becomes of the key. No caller (nullptr):
/// anybody, where no key is needed.
struct Caller {
  std::string name;  // of the key, as the operator gave it
  std::string id;    // of the key: a name that is used again is another one
  Quota quota;
  std::shared_ptr<TokenBucket> rate;  // nullptr: no bound

  [[nodiscard]] bool MayUse(std::string_view policy) const {
    return quota.policies.empty() ||
           std::find(quota.policies.begin(), quota.policies.end(), policy) != quota.policies.end();
  }
};

}  // namespace pyrunner
