#include "cli/run.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/json_text.h"
#include "api/responses.h"
#include "base/deadline.h"
#include "base/fd.h"
#include "cli/command_line.h"
#include "cli/exit_codes.h"
#include "cli/host.h"
#include "engine/engine.h"

namespace pyrunner::cli {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxInput = std::size_t{64} * 1024 * 1024 - 1;

struct RunCommand {
  Program program;
  Settings settings;
  bool json = false;
  std::optional<std::string> help;
};

/// All of a file, up to kMaxInput bytes; waits for the end of a pipe until the deadline.
Result<std::string> ReadToEnd(int fd, const std::string& name, Deadline deadline) {
  std::string bytes;
  std::array<char, 65536> buffer{};
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
    pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready =
        ::poll(&readable, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Failure(name + " does not end; </dev/null leaves it empty");
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size < 0) return SystemError("read", name);
    if (size == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(size));
    if (bytes.size() > kMaxInput) return Failure(name + " is larger than 64 MB");
  }
}

/// The code, and for the program's standard input what is not the code.
Status ReadInputs(const std::string& file, Program& program) {
  const Deadline deadline = SteadyClock::now() + program.limits.wall_time;
  if (file == "-") {
    auto code = ReadToEnd(STDIN_FILENO, "standard input", deadline);
    if (!code) return tl::unexpected(code.error());
    program.code = std::move(*code);
    return {};
  }
  const Fd opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return SystemError("open", file);
  auto code = ReadToEnd(opened.get(), file, deadline);
  if (!code) return tl::unexpected(code.error());
  program.code = std::move(*code);
  // Nobody types into a program that is read before it starts.
  if (::isatty(STDIN_FILENO) != 0 || ::fcntl(STDIN_FILENO, F_GETFD) < 0) return {};
  auto input = ReadToEnd(STDIN_FILENO, "standard input", deadline);
  if (!input) return tl::unexpected(input.error());
  program.standard_input = std::move(*input);
  return {};
}

Result<RunCommand> ReadRunCommand(int argc, const char* const* argv) {
  CLI::App app("Runs one Python program in a sandbox, as the service would.", "pyrunner run");
  app.footer(
      "The program gets this command's standard input. Its exit code is the command's: 124 when "
      "it\n"
      "ran out of time, 137 when it ran out of memory or was stopped.");
  std::string file;
  std::string config;
  double timeout = 30;
  std::uint64_t memory = 512;
  RunCommand command;
  command.program.policy = "open";
  app.add_option("FILE", file, "The program; - for standard input")->required();
  app.add_option("ARGUMENTS", command.program.arguments, "The program's own, behind -- if need be");
  app.add_option("--timeout", timeout, "Seconds that it may run")
      ->check(CLI::Range(0.001, 86400.0))
      ->capture_default_str();
  app.add_option("--memory", memory, "MiB of memory that it may have")
      ->check(CLI::Range(16, 1 << 20))
      ->capture_default_str();
  app.add_option("--policy", command.program.policy, "What it may not even try")
      ->capture_default_str();
  app.add_option("--config", config, "Configuration file (TOML), for limits and policies");
  app.add_flag("--json", command.json, "Tell how it ended as JSON, its output included");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    command.help = app.help();
    return command;
  } catch (const CLI::ParseError& error) {
    return Failure(std::string(error.what()) + "; `pyrunner run --help` lists the flags");
  }
  auto settings = ReadSettings(config);
  if (!settings) return tl::unexpected(settings.error());
  command.settings = std::move(*settings);
  if (FindPolicy(command.settings, command.program.policy) == nullptr) {
    return Failure("--policy: there is no '" + command.program.policy + "'");
  }
  command.program.limits.wall_time =
      std::chrono::milliseconds(static_cast<std::int64_t>(timeout * 1000));
  command.program.limits.memory_bytes = memory * kMiB;
  if (Status done = ReadInputs(file, command.program); !done) return tl::unexpected(done.error());
  return command;
}

int ExitCodeOf(const Outcome& outcome) {
  switch (outcome.ending) {
    case Ending::kExited:
      return outcome.exit_code;
    case Ending::kRefused:
      return kFailure;
    case Ending::kTimedOut:
    case Ending::kCpuExceeded:
      return kTimedOut;
    case Ending::kCrashed:
      return 128 + outcome.signal;
    default:
      return kKilled;
  }
}

/// What there is to say of a program that did not end by itself.
std::string Note(const Outcome& outcome, const Limits& limits) {
  switch (outcome.ending) {
    case Ending::kExited:
    case Ending::kCancelled:
      return {};
    case Ending::kRefused: {
      const Refusal& refusal = *outcome.refusal;
      return "line " + std::to_string(refusal.line) + ", column " + std::to_string(refusal.column) +
             ": " + refusal.reason;
    }
    case Ending::kTimedOut:
      return fmt::format("timed out after {} seconds",
                         std::chrono::duration<double>(limits.wall_time).count());
    default:
      return api::DescribeStop(outcome);
  }
}

const char* NameOf(Ending ending) {
  switch (ending) {
    case Ending::kExited:
      return "exited";
    case Ending::kRefused:
      return "refused";
    case Ending::kTimedOut:
      return "timeout";
    case Ending::kMemoryExceeded:
      return "memory_exceeded";
    case Ending::kOutputExceeded:
      return "output_exceeded";
    case Ending::kResultExceeded:
      return "result_exceeded";
    case Ending::kCpuExceeded:
      return "cpu_exceeded";
    case Ending::kViolation:
      return "violation";
    case Ending::kCrashed:
      return "crashed";
    case Ending::kCancelled:
      return "cancelled";
  }
  return "";
}

/// A stream as the APIs tell it: where it was cut, a line says so.
std::string Told(const CapturedStream& stream) {
  std::string json = "\"";
  api::AppendJsonStream(json, stream);
  return nlohmann::json::parse(json + "\"").get<std::string>();
}

void PrintJson(const Outcome& outcome, const Limits& limits) {
  const auto seconds = [](Phases::Duration duration) {
    return std::chrono::duration<double>(duration).count();
  };
  nlohmann::ordered_json json = {
      {"ending", NameOf(outcome.ending)},
      {"exit_code", ExitCodeOf(outcome)},
      {"stdout", Told(outcome.standard_output)},
      {"stderr", Told(outcome.standard_error)},
      {"note", Note(outcome, limits)},
      {"execution_time", seconds(outcome.wall_time)},
      {"memory_bytes", outcome.memory_peak.value_or(0)},
  };
  if (outcome.refusal) {
    json["line"] = outcome.refusal->line;
    json["column"] = outcome.refusal->column;
  }
  std::puts(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

void PrintStreams(const Outcome& outcome, const Limits& limits) {
  const auto print = [](const CapturedStream& stream, std::FILE* file) {
    const std::string text = stream.truncated() ? Told(stream) : stream.bytes;
    (void)std::fwrite(text.data(), 1, text.size(), file);
    (void)std::fflush(file);
  };
  print(outcome.standard_output, stdout);
  print(outcome.standard_error, stderr);
  if (const std::string note = Note(outcome, limits); !note.empty()) (void)Complain(0, note);
}

/// An engine for one program, from its start to its end.
class OneRun {
 public:
  explicit OneRun(RunCommand command) : command_(std::move(command)), signals_(context_) {
    EngineOptions& options = command_.settings.engine;
    options.max_running = 1;
    options.ready_sandboxes = 1;
    options.max_ready_sandboxes = 0;
    options.policies = EnginePolicies(command_.settings);
    options.log = [](EngineOptions::LogLevel level, const std::string& line) {
      if (level == EngineOptions::LogLevel::kError) (void)Complain(0, line);
    };
  }

  int Run() {
    ::signal(SIGPIPE, SIG_IGN);
    const EngineOptions& options = command_.settings.engine;
    auto part = TakeHost(SurveyHost(options, WaivedProperties(command_.settings)), options);
    if (!part) return Complain(kHostLacksSomething, part.error().message);
    if (Status done = GiveUpPrivileges(*part); !done)
      return Complain(kFailure, done.error().message);
    engine_ = std::make_unique<Engine>(context_.get_executor(), command_.settings.engine,
                                       std::move(part->supervisor), std::move(part->resources));
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](const auto& error, int signal) {
      if (error) return;
      interrupted_by_ = signal;
      cancellation_->Cancel();
    });
    engine_->Start();
    asio::co_spawn(context_, RunProgram(), asio::detached);
    asio::co_spawn(context_, AwaitCleanUp(), asio::detached);
    context_.run();
    return exit_code_;
  }

 private:
  asio::awaitable<void> RunProgram() {
    const Limits limits = command_.program.limits;
    const Status ready = co_await engine_->AwaitReady();
    if (!ready) {
      exit_code_ = Complain(kHostLacksSomething, ready.error().message);
    } else {
      auto run = engine_->Run(std::move(command_.program), cancellation_);
      const auto outcome = co_await std::move(run);
      if (interrupted_by_ != 0) {
        exit_code_ = Complain(128 + interrupted_by_, "interrupted");
      } else if (!outcome) {
        exit_code_ = Complain(kUnavailable, std::string(api::DescribeRejection(outcome.error())));
      } else {
        exit_code_ = ExitCodeOf(*outcome);
        if (command_.json) {
          PrintJson(*outcome, limits);
        } else {
          PrintStreams(*outcome, limits);
        }
      }
    }
    signals_.cancel();
    co_await engine_->Stop(SteadyClock::now());
  }

  asio::awaitable<void> AwaitCleanUp() {
    co_await engine_->AwaitSupervisorEnd();
    context_.stop();
  }

  RunCommand command_;
  asio::io_context context_{1};
  asio::signal_set signals_;
  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  std::unique_ptr<Engine> engine_;
  int interrupted_by_ = 0;
  int exit_code_ = kUnavailable;
};

}  // namespace

int RunFile(int argc, const char* const* argv) {
  auto command = ReadRunCommand(argc, argv);
  if (!command) return Complain(kUsageError, command.error().message);
  if (command->help) {
    std::fputs(command->help->c_str(), stdout);
    return 0;
  }
  return OneRun(std::move(*command)).Run();
}

}  // namespace pyrunner::cli
