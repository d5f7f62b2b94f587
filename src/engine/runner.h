// Runner: what an API sees of the engine.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "base/cancellation.h"
#include "engine/outcome.h"
#include "engine/program.h"

namespace pyrunner {

/// Why a program was not run at all. Nothing of it was executed.
struct Rejection {
  enum class Cause {
    kQueueFull,
    kQueueTimedOut,
    kTooLarge,  // its memory limit is more than this service ever grants: no use to try again
    kShuttingDown,
    kUnavailable,
    kCancelled,
    kPolicyNotAllowed,  // to this caller
    kTooOften,          // for this caller's rate
  };
  Cause cause;
  std::chrono::seconds retry_after{1};
  std::string detail = {};  // a sentence for the client, where the cause alone says too little
};

/// Runs programs, each in a sandbox of its own. Called from the gateway's thread only.
class Runner {
 public:
  virtual ~Runner() = default;

  /// Completes when the program's process and all of its descendants are gone. Cancelling kills
  /// the sandbox. Never throws.
  virtual boost::asio::awaitable<tl::expected<Outcome, Rejection>> Run(
      Program program, std::shared_ptr<Cancellation> cancellation) = 0;
};

}  // namespace pyrunner
