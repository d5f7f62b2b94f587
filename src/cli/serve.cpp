#include "cli/serve.h"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "api/apis.h"
#include "api/probes.h"
#include "api/quota.h"
#include "api/sandbox_status.h"
#include "cli/assurance_text.h"
#include "cli/command_line.h"
#include "cli/exit_codes.h"
#include "cli/host.h"
#include "cli/key_service.h"
#include "cli/log.h"
#include "cli/reload.h"
#include "cli/selftest.h"
#include "cli/service_notification.h"
#include "cli/service_telemetry.h"
#include "engine/engine.h"
#include "http/router.h"
#include "http/server.h"
#include "sandbox/memory_size.h"
#include "sandbox/weakening.h"

namespace pyrunner::cli {
namespace {

namespace asio = boost::asio;

/// Raises the limit on open files as far as it goes and leaves the connections what the sandboxes
/// do not need, or they would take what forks need, and nobody would be served.
/// Those that are not always ready make do with what the first half of the limit leaves them.
Status ShareOutDescriptors(Settings& settings) {
  constexpr std::uint64_t kPerSandbox = 12;  // its cgroup's files, pidfd, channel, two pipes
  constexpr std::uint64_t kSpare = 40;       // zygotes, supervisor, log, what is on its way
  constexpr std::uint64_t kFewestConnections = 16;
  constexpr std::uint64_t kTurnedAway = 256;  // at once: twice what the server gives time to read
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return SystemError("getrlimit", "open files");
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return SystemError("setrlimit", "open files");
  EngineOptions& engine = settings.engine;
  const std::uint32_t most_ready = std::exchange(engine.max_ready_sandboxes, 0);
  const std::uint64_t needed = SlotsFor(engine) * kPerSandbox + kSpare;
  const std::uint64_t half = limit.rlim_max / 2;
  const std::uint64_t for_more = half - std::min(half, needed);
  engine.max_ready_sandboxes = static_cast<std::uint32_t>(std::min<std::uint64_t>(
      most_ready, engine.ReadySandboxes() + for_more / kPerSandbox / wire::kZygoteKinds));
  const std::uint64_t reserved = SlotsFor(engine) * kPerSandbox + kSpare;
  if (limit.rlim_max < reserved + kFewestConnections) {
    return Failure("the limit of " + std::to_string(limit.rlim_max) +
                   " open files is too low: raise `ulimit -n` to " +
                   std::to_string(reserved + kFewestConnections) +
                   " or more, or lower --max-running and --ready-sandboxes");
  }
  // Those beyond the limit are accepted too, to be told so.
  const std::uint64_t rest = limit.rlim_max - reserved;
  settings.server.max_connections = std::min<std::uint64_t>(settings.server.max_connections,
                                                            rest - std::min(rest / 2, kTurnedAway));
  return {};
}

/// Requests and answers of megabytes go back to the system when they are done with. By default the
/// C library keeps up to 64 MiB after the first large ones, and in pieces.
void GiveLargeBuffersBack() {
  constexpr int kLargeBuffer = 256 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, kLargeBuffer);
  ::mallopt(M_TRIM_THRESHOLD, 2 * kLargeBuffer);
}

/// Settles what programs may have of the machine's memory. Returns a line for the log. Before the
/// service moves itself to another cgroup.
std::string ShareOutMemory(Settings& settings) {
  EngineOptions& engine = settings.engine;
  if (engine.memory_budget_bytes == 0) {
    engine.memory_budget_bytes = sandbox::MemoryForSandboxes();
  }
  const std::uint64_t bound = MemoryBound(engine);
  const std::string budget =
      std::to_string(engine.memory_budget_bytes / kMiB) + " MiB for running programs";
  if (bound == 0) return budget + ", but no bound on the sum of their limits";
  settings.api.most_memory_mb = bound / kMiB;
  return budget + "; the sum of their limits may be " + std::to_string(bound / kMiB) + " MiB";
}

/// A browser that resolved somebody's name to loopback must not get in.
void AllowLoopbackNames(Settings& settings) {
  if (!IsLoopback(settings.host) || !settings.server.allowed_hosts.empty()) return;
  settings.server.allowed_hosts = {"localhost", "127.0.0.1", "::1", settings.host};
}

constexpr std::chrono::seconds kCleanUp{15};  // at most, after the last program

/// The objects of a running service and their one way through life.
class Service {
 public:
  Service(Settings settings, std::shared_ptr<spdlog::logger> log, Reloader reloader)
      : settings_(std::move(settings)),
        log_(std::move(log)),
        reloader_(std::move(reloader)),
        telemetry_(log_),
        signals_(context_) {
    settings_.engine.log = [log = log_](EngineOptions::LogLevel level, const std::string& line) {
      using Level = EngineOptions::LogLevel;
      log->log(level == Level::kError     ? spdlog::level::err
               : level == Level::kWarning ? spdlog::level::warn
                                          : spdlog::level::info,
               "{}", line);
    };
    settings_.server.log = [log = log_](const std::string& line) { log->warn("{}", line); };
    settings_.server.on_answer = [log = log_](const http::AnsweredRequest& request) {
      if (log->should_log(spdlog::level::debug)) LogAnswer(*log, request);
    };
  }

  int Run() {
    settings_.engine.policies = EnginePolicies(settings_);  // SlotsFor() looks at them
    if (Status loaded = keys_.Load(); !loaded) return Complain(kUsageError, loaded.error().message);
    settings_.server.authorize = keys_.Authorizer();
    if (Status done = ShareOutDescriptors(settings_); !done) {
      return Complain(kHostLacksSomething, done.error().message);
    }
    ::signal(SIGPIPE, SIG_IGN);
    GiveLargeBuffersBack();
    const std::string memory = ShareOutMemory(settings_);
    HostSurvey survey = SurveyHost(settings_.engine, WaivedProperties(settings_));
    // Each with several mounts that everybody on the host would see.
    if (survey.setup.layers.Has(sandbox::Layer::kChroot)) settings_.engine.max_ready_sandboxes = 0;
    auto part = TakeHost(std::move(survey), settings_.engine);
    if (!part) return Complain(kHostLacksSomething, part.error().message);

    server_ = std::make_unique<http::Server>(context_, settings_.server, router_);
    if (Status listening = server_->Listen(settings_.host, settings_.port); !listening) {
      return Complain(kFailure, listening.error().message);
    }
    if (Status open = telemetry_.OpenAuditLog(settings_, GatewayUser(*part)); !open) {
      return Complain(kFailure, open.error().message);
    }
    // After the supervisor, whose zygotes and sandboxes shall not have it: the one process that all
    // answers go through comes first. Without the privilege it is one among others.
    constexpr int kNice = -10;
    (void)::setpriority(PRIO_PROCESS, 0, kNice);
    if (Status done = GiveUpPrivileges(*part); !done) {
      return Complain(kFailure, done.error().message);
    }

    assurance_ = std::move(part->assurance);
    for (const std::string& line : settings_.warnings) log_->warn("{}", line);
    for (const std::string& line : DescribeForLog(assurance_)) log_->info("{}", line);
    log_->info("memory: {}", memory);
    keys_.Announce();
    engine_ = std::make_unique<Engine>(context_.get_executor(), settings_.engine,
                                       std::move(part->supervisor), std::move(part->resources));
    settings_.api.max_body_bytes = settings_.server.max_body_bytes;
    quotas_ = std::make_unique<api::QuotaRunner>(*engine_);
    api::MountApis(router_, telemetry_.Record(*quotas_, settings_.engine), settings_.api,
                   Reports());
    api::AddProbes(router_, [this] { return NotReadyBecause(); });
    telemetry_.Mount(router_, {settings_, *engine_, *server_, assurance_, self_test_});

    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.add(SIGHUP);
    engine_->Start();
    asio::co_spawn(context_, StartServing(), asio::detached);
    asio::co_spawn(context_, AwaitSignal(), asio::detached);
    asio::co_spawn(context_, WatchSupervisor(), asio::detached);
    asio::co_spawn(context_, keys_.Watch(), asio::detached);
    context_.run();
    log_->info("stopped");
    return exit_code_;
  }

 private:
  asio::awaitable<void> StartServing() {
    const auto start = SteadyClock::now();
    const Status ready = co_await engine_->AwaitReady();
    if (stopping_) co_return;
    if (!ready) {
      log_->error("cannot start: {}", ready.error().message);
      exit_code_ = kHostLacksSomething;
      co_await Stop();
      co_return;
    }
    if (!co_await PassSelfTest()) co_return;
    server_->Start();
    const std::chrono::duration<double> elapsed = SteadyClock::now() - start;
    const bool v6 = settings_.host.find(':') != std::string::npos;
    const std::string address = "http://" + std::string(v6 ? "[" : "") + settings_.host +
                                (v6 ? "]:" : ":") + std::to_string(server_->port());
    log_->info("serving on {} after {:.2f} s", address, elapsed.count());
    status_ = "serving on " + address;
    manager_.Ready(status_);
    asio::co_spawn(context_, TellNotStuck(), asio::detached);
  }

  /// As long as the one thread that all answers go through goes through here, too.
  asio::awaitable<void> TellNotStuck() {
    asio::steady_timer timer(context_);
    while (manager_.watchdog().count() > 0) {
      manager_.NotStuck();
      timer.expires_after(manager_.watchdog() / 3);
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  /// Nobody is served by sandboxes that let through what they should refuse.
  asio::awaitable<bool> PassSelfTest() {
    self_test_ = co_await RunSelfTest(*engine_, assurance_, settings_.engine);
    if (stopping_) co_return false;
    if (self_test_.passed()) {
      log_->info("self-test: {} of {} forbidden acts refused", self_test_.acts.size(),
                 self_test_.acts.size());
      co_return true;
    }
    if (!self_test_.failure.empty()) log_->error("self-test: {}", self_test_.failure);
    for (const api::SelfTestAct& act : self_test_.acts) {
      if (!act.refused) log_->error("self-test: {}: {}: {}", act.property, act.act, act.answer);
    }
    if (sandbox::Weakening::OfThisBuild().without().bits() != 0) co_return true;
    log_->error("cannot start: the self-test of a sandbox failed");
    exit_code_ = kHostLacksSomething;
    co_await Stop();
    co_return false;
  }

  api::StatusReports Reports() {
    return {.sandbox =
                [this] {
                  auto status = api::SandboxStatus(assurance_, settings_.engine, engine_->status(),
                                                   self_test_);
                  status["access"] = keys_.Describe();
                  return status.dump();
                },
            .health = [this]() -> api::HealthReport {
              return {api::HealthStatus(assurance_, engine_->status(), self_test_).dump(),
                      self_test_.passed()};
            }};
  }

  std::string_view NotReadyBecause() const {
    if (draining_ || stopping_) return "draining";
    if (!engine_->status().can_run) return "no_sandbox";
    return {};
  }

  /// Whoever sends requests here needs a while to notice that no more should come. A second signal
  /// ends it.
  asio::awaitable<void> Delay() {
    draining_ = true;
    if (settings_.drain_delay.count() == 0) co_return;
    log_->info("not ready any more; still serving for {} s", settings_.drain_delay.count());
    manager_.Stopping(settings_.drain_delay + settings_.drain_time + kCleanUp,
                      "still serving, but not ready any more");
    auto timer = std::make_shared<asio::steady_timer>(context_, settings_.drain_delay);
    asio::signal_set again(context_, SIGINT, SIGTERM);
    again.async_wait([timer](boost::system::error_code error, int) {
      if (!error) timer->cancel();
    });
    boost::system::error_code ignored;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  asio::awaitable<void> AwaitSignal() {
    int signal = SIGHUP;
    while (signal == SIGHUP) {
      signal = co_await signals_.async_wait(asio::use_awaitable);
      if (signal == SIGHUP) Reload();
    }
    co_await Delay();
    log_->info("{}: finishing what runs, at most {} s", signal == SIGINT ? "SIGINT" : "SIGTERM",
               settings_.drain_time.count());
    co_await Stop();
  }

  void Reload() {
    log_->info("SIGHUP: reading keys and settings again");
    if (!status_.empty()) manager_.Reloading();
    keys_.Reload();
    telemetry_.ReopenAuditLog();
    if (reloader_.Reload(settings_, *log_)) {
      const EngineOptions& engine = settings_.engine;
      engine_->SetQueue(engine.max_running, engine.max_queued, engine.queue_time);
    }
    if (!status_.empty()) manager_.Ready(status_);
  }

  asio::awaitable<void> WatchSupervisor() {
    co_await engine_->AwaitSupervisorEnd();
    supervisor_ended_ = true;
    if (!stopping_) {
      log_->error("the supervisor ended: without it no zygote can be renewed; stopping");
      exit_code_ = kFailure;
      co_await Stop();
    }
    context_.stop();
  }

  asio::awaitable<void> Stop() {
    if (stopping_) co_return;
    stopping_ = true;
    const Deadline deadline = SteadyClock::now() + settings_.drain_time;
    manager_.Stopping(settings_.drain_time + kCleanUp, "finishing what runs");
    server_->StartDraining();
    co_await engine_->Stop(deadline);
    // The answers of what was stopped still have to leave.
    constexpr std::chrono::seconds kLastAnswers{2};
    co_await server_->Drain(std::max(deadline, SteadyClock::now() + kLastAnswers));
    // The supervisor cleans up; its end ends the loop.
    if (supervisor_ended_) context_.stop();
  }

  Settings settings_;
  std::shared_ptr<spdlog::logger> log_;
  Reloader reloader_;
  ServiceTelemetry telemetry_;
  // One thread: no locks.
  asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
  asio::signal_set signals_;
  ServiceNotification manager_ = ServiceNotification::TakeFromEnvironment();
  http::Router router_;
  KeyService keys_{settings_, *log_,
                   [this](const http::Request& request) { return router_.IsOpen(request); }};
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<api::QuotaRunner> quotas_;
  sandbox::Assurance assurance_;
  api::SelfTest self_test_;
  std::string status_;  // for the manager; empty until it serves
  bool draining_ = false;
  bool stopping_ = false;
  bool supervisor_ended_ = false;
  int exit_code_ = 0;
};

}  // namespace

int Serve(int argc, const char* const* argv) {
  // Until it is listened for: what it asks for is done by the start.
  ::signal(SIGHUP, SIG_IGN);
  auto command = ReadServeCommand(argc, argv);
  if (!command) return Complain(kUsageError, command.error().message);
  if (command->help) {
    std::fputs(command->help->c_str(), stdout);
    return 0;
  }
  Reloader reloader(command->settings, [argc, argv]() -> Result<Settings> {
    auto again = ReadServeCommand(argc, argv);
    if (!again) return tl::unexpected(again.error());
    return std::move(again->settings);
  });
  AllowLoopbackNames(command->settings);
  const auto log = MakeLogger(command->settings);
  Service service(std::move(command->settings), log, std::move(reloader));
  return service.Run();
}

}  // namespace pyrunner::cli
