// `pyrunner health`: asks a service whether it is well, for containers without curl.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/settings.h"

namespace pyrunner::cli {

/// Where to ask, over plain HTTP.
struct HealthTarget {
  std::string address;
  std::uint16_t port = 80;
  std::string path = "/health";
  std::string host;  // as the field Host has it

  [[nodiscard]] std::string Url() const;
};

/// The target of `http://HOST[:PORT][/PATH]`; without a path it is /health.
[[nodiscard]] Result<HealthTarget> ParseHealthUrl(std::string_view url);

/// The target of a service with these settings on the same machine: loopback where it listens
/// everywhere, and a name that it serves.
[[nodiscard]] HealthTarget OwnHealthTarget(const Settings& settings);

/// Returns 0 if the service answers with 200, 1 if it does not within five seconds, 64 for a wrong
/// command line. `argv` starts with the sub-command.
int Health(int argc, const char* const* argv);

[[nodiscard]] CommandManual ManualOfHealth();

}  // namespace pyrunner::cli
