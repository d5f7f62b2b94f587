#include "cli/doctor.h"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/sandbox_status.h"
#include "cli/assurance_text.h"
#include "cli/attack.h"
#include "cli/attack_report.h"
#include "cli/attack_targets.h"
#include "cli/command_line.h"
#include "cli/doctor_attack.h"
#include "cli/exit_codes.h"
#include "cli/host.h"
#include "cli/selftest.h"
#include "engine/engine.h"

namespace pyrunner::cli {
namespace {

namespace asio = boost::asio;

/// An engine that lives for one self-test.
class Examination {
 public:
  Examination(HostPart part, const EngineOptions& options)
      : assurance_(std::move(part.assurance)),
        options_(options),
        engine_(context_.get_executor(), options_, std::move(part.supervisor),
                std::move(part.resources)) {}

  void Run() {
    engine_.Start();
    asio::co_spawn(context_, Examine(), asio::detached);
    asio::co_spawn(context_, AwaitCleanUp(), asio::detached);
    context_.run();
  }

  [[nodiscard]] const sandbox::Assurance& assurance() const { return assurance_; }
  [[nodiscard]] const EngineStatus& status() const { return status_; }
  [[nodiscard]] const api::SelfTest& self_test() const { return self_test_; }

 private:
  asio::awaitable<void> Examine() {
    const Status ready = co_await engine_.AwaitReady();
    if (ready) {
      self_test_ = co_await RunSelfTest(engine_, assurance_, options_);
      status_ = engine_.status();
    } else {
      self_test_.failure = ready.error().message;
    }
    co_await engine_.Stop(SteadyClock::now());
  }

  asio::awaitable<void> AwaitCleanUp() {
    co_await engine_.AwaitSupervisorEnd();
    context_.stop();
  }

  sandbox::Assurance assurance_;
  const EngineOptions& options_;
  asio::io_context context_{1};
  Engine engine_;
  EngineStatus status_;
  api::SelfTest self_test_;
};

struct DoctorCommand {
  Settings settings;
  bool json = false;
  bool attack = false;
  std::string only;
  std::string file;
};

std::unique_ptr<CLI::App> AppOf(DoctorCommand& command) {
  auto app = std::make_unique<CLI::App>(
      "Tells which isolation layers are in force here, why one is not and how to get it, and tries "
      "forbidden acts from inside a sandbox.",
      "pyrunner doctor");
  app->add_flag("--json", command.json, "As GET /v1/sandbox has it");
  CLI::Option* attack = app->add_flag("--attack", command.attack,
                                      "Runs the project's attack programs and tells which got out");
  app->add_option("--only", command.only, "Those whose class or name contains this")->needs(attack);
  app->add_option("--config", command.file, "Configuration file (TOML), as for `pyrunner serve`")
      ->type_name("FILE");
  return app;
}

/// The command, or the exit code with which it has ended already.
tl::expected<DoctorCommand, int> ReadDoctorCommand(int argc, const char* const* argv) {
  DoctorCommand command;
  const auto help = ParseArguments(*AppOf(command), argc, argv);
  if (!help) return tl::unexpected(Complain(kUsageError, help.error().message));
  if (*help) {
    std::fputs((*help)->c_str(), stdout);
    return tl::unexpected(0);
  }
  auto settings = ReadSettings(command.file);
  if (!settings) return tl::unexpected(Complain(kUsageError, settings.error().message));
  command.settings = std::move(*settings);
  EngineOptions& options = command.settings.engine;
  if (command.attack) {
    options = OptionsForAttacks(std::move(options));
  } else {
    options.ready_sandboxes = 1;
    options.max_ready_sandboxes = 0;
  }
  options.log = [](EngineOptions::LogLevel level, const std::string& line) {
    if (level == EngineOptions::LogLevel::kError) (void)Complain(0, line);
  };
  return command;
}

void Print(const DoctorCommand& command, const sandbox::Assurance& assurance,
           const EngineStatus& status, const api::SelfTest& self_test) {
  const EngineOptions& options = command.settings.engine;
  std::string text = command.json
                         ? api::SandboxStatus(assurance, options, status, self_test).dump(2) + "\n"
                         : DescribeForPeople(assurance, options, status, self_test);
  std::fputs(text.c_str(), stdout);
}

int AttackThis(const DoctorCommand& command, HostPart part, std::vector<Attack> attacks) {
  const sandbox::Assurance assurance = part.assurance;
  const auto report = RunAttacks(std::move(part), command.settings.engine, std::move(attacks));
  if (!report) return report.error();
  const std::string text = command.json ? DescribeForMachines(*report, assurance).dump(2) + "\n"
                                        : DescribeForPeople(*report, assurance);
  std::fputs(text.c_str(), stdout);
  return report->passed() ? 0 : kFailure;
}

}  // namespace

int Doctor(int argc, const char* const* argv) {
  auto command = ReadDoctorCommand(argc, argv);
  if (!command) return command.error();
  std::vector<Attack> attacks;
  if (command->attack) {
    attacks = EmbeddedAttacks(command->only);
    if (attacks.empty()) {
      return Complain(kUsageError, "no attack's class or name contains '" + command->only + "'");
    }
    CarrySecret(argv);
  }
  ::signal(SIGPIPE, SIG_IGN);
  const EngineOptions& options = command->settings.engine;
  HostSurvey survey = SurveyHost(options, WaivedProperties(command->settings));
  if (const std::string complaint = survey.assurance.Complaint(); !complaint.empty()) {
    Print(*command, survey.assurance, {}, {});
    survey.Abandon();
    return Complain(kHostLacksSomething, complaint);
  }
  auto part = TakeHost(std::move(survey), options);
  if (!part) return Complain(kHostLacksSomething, part.error().message);
  if (Status done = GiveUpPrivileges(*part); !done) {
    return Complain(kFailure, done.error().message);
  }
  if (command->attack) return AttackThis(*command, std::move(*part), std::move(attacks));
  Examination examination(std::move(*part), options);
  examination.Run();
  Print(*command, examination.assurance(), examination.status(), examination.self_test());
  if (examination.self_test().passed()) return 0;
  return Complain(kFailure, "the self-test failed; this place is not safe for a service");
}

CommandManual ManualOfDoctor() {
  DoctorCommand command;
  return ManualOf(*AppOf(command));
}

}  // namespace pyrunner::cli
