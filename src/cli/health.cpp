#include "cli/health.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <istream>
#include <memory>
#include <string>

#include "cli/command_line.h"
#include "cli/exit_codes.h"

namespace pyrunner::cli {
namespace {

constexpr std::chrono::seconds kPatience{5};

bool IsVersion6(std::string_view address) { return address.find(':') != std::string_view::npos; }

std::string Bracketed(const std::string& address) {
  return IsVersion6(address) ? "[" + address + "]" : address;
}

/// The status code of the answer.
Result<int> Ask(const HealthTarget& target) {
  boost::asio::ip::tcp::iostream stream;
  stream.expires_after(kPatience);
  stream.connect(target.address, std::to_string(target.port));
  stream << "GET " << target.path << " HTTP/1.1\r\nHost: " << target.host
         << "\r\nUser-Agent: pyrunner-health\r\nConnection: close\r\n\r\n"
         << std::flush;
  std::string version;
  int status = 0;
  stream >> version >> status;
  if (stream && version.starts_with("HTTP/1.")) return status;
  return Failure(stream.error() ? stream.error().message() : "the answer is not HTTP");
}

struct HealthCommand {
  std::string url;
  std::string file;
};

std::unique_ptr<CLI::App> AppOf(HealthCommand& command) {
  auto app = std::make_unique<CLI::App>(
      "Asks a service whether it is well: exit code 0 if it answers, 1 if not.", "pyrunner health");
  app->add_option("URL", command.url,
                  "http://HOST[:PORT][/PATH]; by default /health of the service that the "
                  "environment and the file configure")
      ->type_name("");
  app->add_option("--config", command.file, "Configuration file (TOML), as for `pyrunner serve`")
      ->type_name("FILE");
  return app;
}

Result<HealthTarget> TargetOf(const HealthCommand& command) {
  if (!command.url.empty()) return ParseHealthUrl(command.url);
  const auto settings = ReadSettings(command.file);
  if (!settings) return tl::unexpected(settings.error());
  return OwnHealthTarget(*settings);
}

}  // namespace

std::string HealthTarget::Url() const {
  return fmt::format("http://{}:{}{}", Bracketed(address), port, path);
}

Result<HealthTarget> ParseHealthUrl(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  const auto wrong = [url](std::string_view why) {
    return Failure(fmt::format("'{}': {}; it is http://HOST[:PORT][/PATH]", url, why));
  };
  if (!url.starts_with(kScheme)) return wrong("not an http URL");
  if (url.find_first_of(" \t\r\n#@") != std::string_view::npos)
    return wrong("a character too many");
  const std::string_view rest = url.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  const std::string_view authority = rest.substr(0, slash);
  HealthTarget target;
  if (slash != std::string_view::npos && slash + 1 < rest.size()) target.path = rest.substr(slash);
  target.host = authority;
  const bool bracketed = authority.starts_with('[');
  const std::size_t end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && end == std::string_view::npos) return wrong("no ]");
  target.address = authority.substr(bracketed ? 1 : 0, bracketed ? end - 1 : end);
  if (target.address.empty()) return wrong("no host");
  const std::string_view port =
      end == std::string_view::npos ? "" : authority.substr(end + (bracketed ? 1 : 0));
  if (port.empty()) return target;
  const auto [last, error] =
      std::from_chars(port.data() + 1, port.data() + port.size(), target.port);
  if (port[0] != ':' || error != std::errc() || last != port.data() + port.size() ||
      target.port == 0) {
    return wrong("the port is no port");
  }
  return target;
}

HealthTarget OwnHealthTarget(const Settings& settings) {
  HealthTarget target;
  target.address = settings.host;
  if (target.address == "0.0.0.0") target.address = "127.0.0.1";
  if (target.address == "::") target.address = "::1";
  target.port = settings.port;
  const auto& names = settings.server.allowed_hosts;
  target.host = names.empty() ? Bracketed(target.address) : *names.begin();
  return target;
}

int Health(int argc, const char* const* argv) {
  HealthCommand command;
  const auto help = ParseArguments(*AppOf(command), argc, argv);
  if (!help) return Complain(kUsageError, help.error().message);
  if (*help) {
    std::fputs((*help)->c_str(), stdout);
    return 0;
  }
  const Result<HealthTarget> target = TargetOf(command);
  if (!target) return Complain(kUsageError, target.error().message);
  const Result<int> status = Ask(*target);
  if (!status) return Complain(kFailure, target->Url() + ": " + status.error().message);
  constexpr int kOk = 200;
  if (*status == kOk) return 0;
  return Complain(kFailure, fmt::format("{}: the answer is {}", target->Url(), *status));
}

CommandManual ManualOfHealth() {
  HealthCommand command;
  return ManualOf(*AppOf(command));
}

}  // namespace pyrunner::cli
