#include "cli/selftest.h"

#include <fmt/chrono.h>

#include <chrono>
#include <memory>
#include <utility>

#include "api/responses.h"
#include "runtime_files.h"

namespace pyrunner::cli {
namespace {

constexpr std::uint64_t kMemoryMb = 128;

std::string Now() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

std::string_view Source() {
  for (const EmbeddedFile& file : kRuntimeFiles) {
    if (file.name == "self_test.py") return file.source;
  }
  return {};
}

}  // namespace

boost::asio::awaitable<api::SelfTest> RunSelfTest(Runner& runner,
                                                  const sandbox::Assurance& assurance,
                                                  const EngineOptions& options) {
  Program program;
  program.code = Source();
  program.arguments = {std::to_string(options.scratch_bytes), std::to_string(kMemoryMb),
                       std::to_string(options.processes)};
  program.limits.memory_bytes = kMemoryMb * kMiB;
  program.policy = "open";
  auto cancellation = std::make_shared<Cancellation>();
  auto run = runner.Run(std::move(program), std::move(cancellation));
  const auto outcome = co_await std::move(run);
  api::SelfTest result;
  if (outcome) {
    result = api::ReadSelfTest(outcome->standard_output.bytes, assurance);
    if (outcome->ending == Ending::kMemoryExceeded) {
      // The last act, where the limit is one that kills.
      result.acts.push_back({"memory_limit", "take more memory than allowed", true, "killed"});
    } else if (outcome->ending != Ending::kExited || outcome->exit_code != 0) {
      result.failure = "it did not come to its end: " + api::DescribeStop(*outcome) + " " +
                       outcome->standard_error.bytes;
    }
  } else {
    result.failure = api::DescribeRejection(outcome.error());
  }
  result.at = Now();
  co_return result;
}

}  // namespace pyrunner::cli
