#include "cli/doctor_attack.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/pyrunner.h"
#include "api/responses.h"
#include "base/cancellation.h"
#include "base/deadline.h"
#include "cli/attack_neighbour.h"
#include "cli/attack_targets.h"
#include "cli/exit_codes.h"
#include "engine/engine.h"
#include "engine/wait_list.h"
#include "sandbox/memory_size.h"

namespace pyrunner::cli {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr unsigned kAttackers = 4;
constexpr unsigned kNeighbours = 2;
constexpr std::chrono::seconds kTime{100};  // after which no program is sent any more
constexpr std::chrono::seconds kLast{20};   // then those that run are ended
constexpr std::chrono::milliseconds kPause{200};

/// The answer of one program, or why there is none.
using Answer = tl::expected<json, std::string>;

class AttackRun {
 public:
  AttackRun(HostPart part, const EngineOptions& options, std::vector<Attack> attacks)
      : signals_(context_),
        engine_(context_.get_executor(), options, std::move(part.supervisor),
                std::move(part.resources)),
        changes_(context_.get_executor()),
        targets_(context_.get_executor(), NameOf(part.assurance.level)) {
    const std::string level(NameOf(part.assurance.level));
    for (Attack& attack : attacks) {
      const auto& levels = attack.accepted_at;
      const auto& walls = attack.accepted_without;
      attack.accepted =
          attack.accepted || std::find(levels.begin(), levels.end(), level) != levels.end() ||
          std::any_of(walls.begin(), walls.end(),
                      [&part](const std::string& wall) { return !InForce(wall, part.assurance); });
      report_.entries.push_back({.attack = std::move(attack)});
    }
  }

  tl::expected<AttackReport, int> Run() {
    engine_.Start();
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    asio::co_spawn(context_, AwaitSignal(), asio::detached);
    asio::co_spawn(context_, Direct(), asio::detached);
    asio::co_spawn(context_, AwaitCleanUp(), asio::detached);
    context_.run();
    if (signal_ != 0) return tl::unexpected(128 + signal_);
    return std::move(report_);
  }

 private:
  asio::awaitable<void> Direct() {
    const auto start = SteadyClock::now();
    const Status ready = co_await engine_.AwaitReady();
    if (ready) {
      last_start_ = SteadyClock::now() + kTime;
      working_ = kAttackers + kNeighbours;
      attackers_ = kAttackers;
      for (unsigned i = 0; i < kAttackers; ++i) {
        asio::co_spawn(context_, BeAttacker(), asio::detached);
      }
      for (unsigned i = 0; i < kNeighbours; ++i) {
        asio::co_spawn(context_, BeNeighbour(i), asio::detached);
      }
      co_await AwaitWorkers();
    } else {
      for (auto& entry : report_.entries) entry.outcome.detail = ready.error().message;
    }
    report_.disturbed = targets_.Disturbed();
    targets_.Remove();
    report_.seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
    if (Progress()) std::fputs("\r\033[K", stderr);
    boost::system::error_code ignored;
    signals_.cancel(ignored);
    co_await engine_.Stop(SteadyClock::now());
  }

  asio::awaitable<void> AwaitWorkers() {
    const Deadline end = last_start_ + kLast;
    while (working_ > 0) {
      const bool in_time = co_await changes_.WaitUntil(end);
      if (!in_time) break;
    }
    // Who has not ended by now is ended.
    CancelAll();
    while (working_ > 0) {
      (void)co_await changes_.WaitUntil(SteadyClock::now() + kPause);
    }
  }

  asio::awaitable<void> AwaitSignal() {
    boost::system::error_code error;
    const int signal =
        co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    signal_ = signal;
    CancelAll();
  }

  asio::awaitable<void> AwaitCleanUp() {
    co_await engine_.AwaitSupervisorEnd();
    context_.stop();
  }

  void CancelAll() {
    cancelled_ = true;
    const auto running = running_;  // a listener may change the list
    for (const auto& cancellation : running) cancellation->Cancel();
  }

  [[nodiscard]] bool TimeIsUp() const { return cancelled_ || SteadyClock::now() > last_start_; }

  // --- What is sent ---

  /// One program, as POST /run takes it, and its answer. Waits where there is no room.
  asio::awaitable<Answer> Send(json request) {
    const std::string body = request.dump();
    for (;;) {
      if (TimeIsUp()) co_return tl::unexpected<std::string>("there was no time left");
      api::PyRunnerOptions options;
      options.policy = "open";
      auto decoded = api::DecodeRun(body, "application/json", options);
      if (!decoded) co_return tl::unexpected<std::string>("its request is refused");
      auto cancellation = std::make_shared<Cancellation>();
      running_.push_back(cancellation);
      auto run = engine_.Run(std::move(decoded->program), cancellation);
      const auto outcome = co_await std::move(run);
      std::erase(running_, cancellation);
      if (outcome && outcome->ending == Ending::kCancelled) {
        co_return tl::unexpected<std::string>("it was ended when the time was up");
      }
      if (outcome) {
        // The very words of the API.
        const auto response = decoded->encode(*outcome);
        co_return json::parse(response.body, nullptr, /*allow_exceptions=*/false);
      }
      const auto cause = outcome.error().cause;
      if (cause == Rejection::Cause::kTooLarge || cause == Rejection::Cause::kShuttingDown) {
        co_return tl::unexpected(std::string(api::DescribeRejection(outcome.error())));
      }
      (void)co_await pauses_.WaitUntil(SteadyClock::now() + kPause);
    }
  }

  // --- Attackers ---

  asio::awaitable<void> BeAttacker() {
    while (next_ < report_.entries.size() && !TimeIsUp()) {
      const std::size_t index = next_++;
      co_await Attempt(index);
      ++done_;
      if (Progress()) {
        std::fprintf(stderr, "\r%zu of %zu attacks, %u escaped", done_, report_.entries.size(),
                     escaped_);
      }
    }
    --attackers_;
    --working_;
    changes_.NotifyAll();
  }

  /// The runs of one attack, as they come in.
  struct Runs {
    std::vector<AttackOutcome> outcomes;
    std::vector<json> answers;
  };

  asio::awaitable<void> Attempt(std::size_t index) {
    AttackReport::Entry& entry = report_.entries[index];
    const Attack& attack = entry.attack;
    if (const auto missing = MissingTarget(attack)) {
      entry.outcome = {Fate::kNotTried, *missing + " cannot be planted here"};
      entry.no_target = true;
      co_return;
    }
    const auto start = SteadyClock::now();
    const auto runs = std::make_shared<Runs>();
    for (int run = 1; run <= attack.runs; ++run) {
      if (attack.way == Attack::Way::kTogether) {
        asio::co_spawn(context_, RunOnce(index, run, runs), asio::detached);
      } else {
        co_await RunOnce(index, run, runs);
      }
    }
    while (static_cast<int>(runs->outcomes.size()) < attack.runs) {
      (void)co_await changes_.WaitUntil(SteadyClock::now() + kPause);
    }
    entry.outcome = JudgeRuns(attack, runs->outcomes, runs->answers);
    entry.seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
    if (entry.outcome.fate == Fate::kEscaped) ++escaped_;
  }

  asio::awaitable<void> RunOnce(std::size_t index, int run, std::shared_ptr<Runs> runs) {
    const Attack& attack = report_.entries[index].attack;
    json request = {{"code", attack.Program(targets_.description(), run)}, {"timeout", 10}};
    request.update(attack.request);
    auto sending = Send(std::move(request));
    Answer answer = co_await std::move(sending);
    if (answer) {
      runs->outcomes.push_back(JudgeAnswer(attack, *answer));
      runs->answers.push_back(std::move(*answer));
    } else {
      runs->outcomes.push_back({Fate::kNotTried, answer.error()});
    }
    changes_.NotifyAll();
  }

  [[nodiscard]] std::optional<std::string> MissingTarget(const Attack& attack) const {
    constexpr std::pair<const char*, const char*> kTargets[] = {
        {"folder", "a file in /tmp"},
        {"file", "a file in /tmp"},
        {"drop", "a file in /tmp"},
        {"elsewhere", "a file in /var/tmp"},
        {"unix", "a socket in /tmp"},
        {"datagram", "a socket in /tmp"},
        {"abstract", "an abstract socket"},
        {"port", "a TCP port"},
        {"service", "a TCP port"},
        {"udp", "a UDP port"},
        {"pid", "a process"},
        {"shm", "shared memory"},
        {"hostname", "the host's name"},
    };
    for (const auto& [key, what] : kTargets) {
      if (attack.Needs(key) && !targets_.description().contains(key)) return what;
    }
    return std::nullopt;
  }

  // --- Honest neighbours ---

  asio::awaitable<void> BeNeighbour(unsigned first) {
    for (unsigned number = first; attackers_ > 0 && !TimeIsUp(); number += kNeighbours) {
      const auto program = MakeNeighbourProgram(targets_.neighbours_secret(), number);
      json request = {{"code", program.code}, {"timeout", 30}};
      auto sending = Send(std::move(request));
      const Answer answer = co_await std::move(sending);
      if (!answer && TimeIsUp()) break;
      ++report_.neighbours;
      const std::string wrong = answer ? program.Check(*answer) : answer.error();
      if (!wrong.empty()) {
        report_.wrong_neighbours.push_back(
            fmt::format("the answer of honest program {}: {}", number, wrong));
      }
    }
    --working_;
    changes_.NotifyAll();
  }

  static bool Progress() {
    static const bool terminal = ::isatty(STDERR_FILENO) == 1;
    return terminal;
  }

  asio::io_context context_{1};
  asio::signal_set signals_;
  Engine engine_;
  WaitList changes_;
  WaitList pauses_{context_.get_executor()};
  AttackTargets targets_;
  AttackReport report_;
  Deadline last_start_;
  std::vector<std::shared_ptr<Cancellation>> running_;
  std::size_t next_ = 0;
  std::size_t done_ = 0;
  unsigned escaped_ = 0;
  unsigned attackers_ = 0;
  unsigned working_ = 0;
  bool cancelled_ = false;
  int signal_ = 0;
};

}  // namespace

EngineOptions OptionsForAttacks(EngineOptions options) {
  constexpr std::uint32_t kAtOnce = 2 * kAttackers + kNeighbours;  // some come in pairs
  options.max_running = std::clamp<std::uint32_t>(options.max_running, 2, kAtOnce);
  options.ready_sandboxes = kAttackers;
  options.max_ready_sandboxes = 0;
  if (options.memory_budget_bytes == 0) {
    options.memory_budget_bytes = sandbox::MemoryForSandboxes();
  }
  return options;
}

tl::expected<AttackReport, int> RunAttacks(HostPart part, const EngineOptions& options,
                                           std::vector<Attack> attacks) {
  return AttackRun(std::move(part), options, std::move(attacks)).Run();
}

}  // namespace pyrunner::cli
