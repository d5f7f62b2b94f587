// Caller: on whose behalf a request is answered.
#pragma once

#include <string>

namespace pyrunner {

/// The holder of an API key. Immutable once made: requests in flight keep the one that they began
/// with, whatever becomes of the key. No caller (nullptr): anybody, where no key is needed.
struct Caller {
  std::string name;  // of the key, as the operator gave it
};

}  // namespace pyrunner
