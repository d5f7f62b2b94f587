#include "cli/run.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
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
#include <optional>
#include <string>
#include <vector>

#include "api/responses.h"
#include "base/deadline.h"
#include "base/fd.h"
#include "cli/command_line.h"
#include "cli/exit_codes.h"
#include "cli/host.h"
#include "cli/run_report.h"
#include "engine/engine.h"

namespace pyrunner::cli {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxInput = std::size_t{64} * 1024 * 1024 - 1;

constexpr std::chrono::minutes kStartTime{2};

struct RunCommand {
  Program program;
  Settings settings;
  bool json = false;
  Colour colour = Colour::kAuto;
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

/// This command's standard input becomes the program's.
Status ReadStandardInput(Program& program, Deadline deadline) {
  // Nobody types into a program that is read before it starts.
  if (::isatty(STDIN_FILENO) != 0 || ::fcntl(STDIN_FILENO, F_GETFD) < 0) return {};
  auto input = ReadToEnd(STDIN_FILENO, "standard input", deadline);
  if (!input) return tl::unexpected(input.error());
  program.standard_input = std::move(*input);
  return {};
}

Status TakeCode(std::string code, Program& program) {
  program.code = std::move(code);
  return ReadStandardInput(program, SteadyClock::now() + program.limits.wall_time);
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
  return ReadStandardInput(program, deadline);
}

/// Arguments as they were given.
struct Arguments {
  std::string file;
  std::vector<std::string> program;
  std::string code;
  std::string config;
  std::string colour = "auto";
  double timeout = 30;
  std::uint64_t memory = 512;
  std::string policy = "open";
  bool json = false;
};

std::unique_ptr<CLI::App> AppOf(Arguments& arguments) {
  auto app = std::make_unique<CLI::App>(
      "Runs one Python program in a sandbox, as the service would.", "pyrunner run");
  app->footer(
      "The program gets this command's standard input. Its exit code is the command's: 124 when "
      "it\n"
      "ran out of time, 137 when it ran out of memory or was stopped.");
  app->add_option("FILE", arguments.file, "The program; - for standard input; none with -c")
      ->type_name("");
  app->add_option("ARGUMENTS", arguments.program, "The program's own, behind -- if need be")
      ->type_name("");
  app->add_option("-c", arguments.code, "The program itself")->type_name("CODE");
  app->add_option("--timeout", arguments.timeout, "Seconds that it may run")
      ->check(CLI::Range(0.001, 86400.0).description(""))
      ->type_name("SECONDS")
      ->capture_default_str();
  app->add_option("--memory", arguments.memory, "MiB of memory that it may have")
      ->check(CLI::Range(16, 1 << 20).description(""))
      ->type_name("MIB")
      ->capture_default_str();
  app->add_option("--policy", arguments.policy, "What it may not even try")
      ->type_name("NAME")
      ->capture_default_str();
  app->add_option("--config", arguments.config,
                  "Configuration file (TOML), for limits and policies")
      ->type_name("FILE");
  app->add_flag("--json", arguments.json, "Tell how it ended as JSON, its output included");
  app->add_option("--color", arguments.colour,
                  "Whether this command's own words are coloured: auto, always or never")
      ->type_name("WHEN")
      ->capture_default_str();
  return app;
}

Result<Colour> ColourOf(const std::string& word) {
  if (word == "auto") return Colour::kAuto;
  if (word == "always") return Colour::kAlways;
  if (word == "never") return Colour::kNever;
  return Failure("--color: must be auto, always or never");
}

Result<RunCommand> ReadRunCommand(int argc, const char* const* argv) {
  Arguments arguments;
  const auto app = AppOf(arguments);
  RunCommand command;
  auto help = ParseArguments(*app, argc, argv);
  if (!help) return tl::unexpected(help.error());
  if (*help) {
    command.help = std::move(*help);
    return command;
  }
  const bool code_given = app->count("-c") > 0;
  if (!code_given && app->count("FILE") == 0) {
    return Failure("run what: a FILE, - for standard input, or -c CODE");
  }
  auto colour = ColourOf(arguments.colour);
  if (!colour) return tl::unexpected(colour.error());
  command.colour = *colour;
  command.json = arguments.json;
  auto settings = ReadSettings(arguments.config);
  if (!settings) return tl::unexpected(settings.error());
  command.settings = std::move(*settings);
  for (const std::string& warning : command.settings.warnings) (void)Complain(0, warning);
  if (FindPolicy(command.settings, arguments.policy) == nullptr) {
    return Failure("--policy: " + DescribeUnknownPolicy(command.settings, arguments.policy));
  }
  Program& program = command.program;
  program.policy = arguments.policy;
  program.limits.wall_time =
      std::chrono::milliseconds(static_cast<std::int64_t>(arguments.timeout * 1000));
  program.limits.memory_bytes = arguments.memory * kMiB;
  program.arguments = std::move(arguments.program);
  // As python has it: what follows the code are arguments, the first of them, too.
  if (code_given && app->count("FILE") > 0) {
    program.arguments.insert(program.arguments.begin(), arguments.file);
  }
  Status read = code_given ? TakeCode(std::move(arguments.code), program)
                           : ReadInputs(arguments.file, program);
  if (!read) return tl::unexpected(read.error());
  return command;
}

/// An engine for one program, from its start to its end.
class OneRun {
 public:
  explicit OneRun(RunCommand command) : command_(std::move(command)), signals_(context_) {
    EngineOptions& options = command_.settings.engine;
    options.max_running = 1;
    // There is nobody else: what it waits for are libraries that are imported.
    options.queue_time = std::max<std::chrono::milliseconds>(options.queue_time, kStartTime);
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
          std::puts(DescribeAsJson(*outcome, limits).c_str());
        } else {
          PrintStreams(*outcome, limits, command_.colour);
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

CommandManual ManualOfRun() {
  Arguments arguments;
  CommandManual manual = ManualOf(*AppOf(arguments));
  for (const Policy& policy : BuiltinPolicies()) {
    manual.Flag("--policy").choices.push_back(policy.name);
  }
  manual.Flag("--color").choices = {"auto", "always", "never"};
  return manual;
}

}  // namespace pyrunner::cli
