// The self-test: forbidden acts, tried from inside a sandbox like any other.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/sandbox_status.h"
#include "engine/engine_options.h"
#include "engine/runner.h"
#include "sandbox/assurance.h"

namespace pyrunner::cli {

/// Runs runtime/self_test.py as a program without a policy. Takes some milliseconds.
[[nodiscard]] boost::asio::awaitable<api::SelfTest> RunSelfTest(Runner& runner,
                                                                const sandbox::Assurance& assurance,
                                                                const EngineOptions& options);

}  // namespace pyrunner::cli
