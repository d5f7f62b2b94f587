#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "engine/module_scan.h"

namespace pyrunner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kTick = 5ms;

// Between a sandbox's last page and its slot's return there is a moment in which the next one is
// wanted already.
constexpr std::uint32_t kSpareSlots = 8;

// Of one program, each in a new sandbox because the one before ended without having started it.
constexpr int kMaxTries = 5;

// Of the memory for running programs, what sandboxes beyond the least number may take.
constexpr std::uint64_t kPartForReady = 8;

constexpr std::size_t IndexOf(wire::ZygoteKind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

std::uint64_t MemoryBound(const EngineOptions& options) {
  return static_cast<std::uint64_t>(static_cast<double>(options.memory_budget_bytes) *
                                    options.memory_overcommit);
}

std::uint64_t GrantedMemory(const EngineOptions& options, std::uint64_t asked_bytes) {
  const std::uint64_t bound = MemoryBound(options);
  if (bound == 0 || asked_bytes > bound) return asked_bytes;
  return std::min(asked_bytes, options.memory_budget_bytes);
}

std::uint32_t SlotsAtStart(const EngineOptions& options) {
  constexpr std::uint32_t kKinds = wire::kZygoteKinds;
  return options.max_running + kKinds * options.ReadySandboxes() + kSpareSlots;
}

std::uint32_t SlotsFor(const EngineOptions& options) {
  constexpr std::uint32_t kKinds = wire::kZygoteKinds;
  return SlotsAtStart(options) + kKinds * options.ExtraReadySandboxes();
}

Engine::Engine(asio::any_io_executor executor, EngineOptions options,
               sandbox::SupervisorProcess supervisor, sandbox::SandboxResources resources)
    : options_(std::move(options)),
      supervisor_(executor, std::move(supervisor)),
      slots_(executor, std::move(resources), supervisor_),
      admission_(executor, {.places = options_.max_running,
                            .queue = options_.max_queued,
                            .memory_bytes = MemoryBound(options_)}),
      ready_budget_(options_.ExtraReadySandboxes(), options_.memory_budget_bytes / kPartForReady),
      pools_{Pool(executor, wire::ZygoteKind::kBase, options_, slots_, supervisor_, activity_,
                  ready_budget_),
             Pool(executor, wire::ZygoteKind::kScience, options_, slots_, supervisor_, activity_,
                  ready_budget_)},
      ticks_(executor) {}

void Engine::Start() {
  for (Pool& pool : pools_) pool.Start();
}

Pool& Engine::PoolFor(wire::ZygoteKind kind, sandbox::SyscallProfile profile) {
  Pool& preferred = pools_[IndexOf(kind)];
  // Without the libraries preloaded a program still runs, just not as fast.
  return preferred.usable(profile) ? preferred : pools_[IndexOf(wire::ZygoteKind::kBase)];
}

asio::awaitable<tl::expected<Outcome, Rejection>> Engine::Run(
    Program program, std::shared_ptr<Cancellation> cancellation) {
  using Cause = Rejection::Cause;
  const auto arrival = SteadyClock::now();
  const Deadline deadline = arrival + options_.queue_time;
  program.limits.memory_bytes = GrantedMemory(options_, program.limits.memory_bytes);
  const sandbox::SyscallProfile profile = options_.ProfileOf(program.policy);
  Activity::Request request(activity_);
  const ModuleNeeds needs = ScanModules(program.code);
  PoolFor(needs.zygote, profile).Expect(profile, needs.kinds);
  std::shared_ptr<const Caller> caller = program.context.caller;
  auto entry =
      admission_.Enter(program.limits.memory_bytes, deadline, cancellation, std::move(caller));
  const auto ticket = co_await std::move(entry);
  if (!ticket) co_return tl::unexpected(ticket.error());

  // Kept: a sandbox that is gone before its program came costs a second try, not the program.
  const auto shared = std::make_shared<const Program>(std::move(program));
  int tries = 0;
  while (true) {
    Pool& pool = PoolFor(needs.zygote, profile);
    const auto sandbox = co_await pool.Acquire(profile, deadline, cancellation);
    if (!sandbox) {
      if (cancellation->cancelled()) co_return tl::unexpected(Rejection{Cause::kCancelled});
      if (SteadyClock::now() >= deadline) {
        co_return tl::unexpected(Rejection{Cause::kQueueTimedOut});
      }
      if (&PoolFor(needs.zygote, profile) != &pool) continue;
      co_return tl::unexpected(Rejection{Cause::kUnavailable});
    }
    const auto start = SteadyClock::now();
    const auto queued = start - arrival;
    request.Start(start);
    auto run = sandbox->Run(shared, options_, cancellation);
    auto outcome = co_await std::move(run);
    if (!outcome) {
      if (++tries == kMaxTries) co_return tl::unexpected(Rejection{Cause::kUnavailable});
      options_.log(EngineOptions::LogLevel::kWarning,
                   "a ready sandbox was lost: " + outcome.error().message);
      continue;
    }
    outcome->phases.queue = queued;
    co_return std::move(*outcome);
  }
}

asio::awaitable<Status> Engine::AwaitReady() {
  Pool& base = pools_[IndexOf(wire::ZygoteKind::kBase)];
  while (!base.has_ready(sandbox::SyscallProfile::kStrict)) {
    if (!base.usable(sandbox::SyscallProfile::kStrict))
      co_return Failure("no sandbox can be made; the lines above say why");
    if (!supervisor_.alive()) co_return Failure("the supervisor ended");
    (void)co_await ticks_.WaitUntil(SteadyClock::now() + kTick);
  }
  co_return Status{};
}

void Engine::SetQueue(std::uint32_t max_running, std::uint32_t max_queued,
                      std::chrono::milliseconds queue_time) {
  options_.queue_time = queue_time;
  admission_.SetLimits(max_running, max_queued);
}

EngineStatus Engine::status() const {
  constexpr auto kStrict = sandbox::SyscallProfile::kStrict;
  const Pool& base = pools_[IndexOf(wire::ZygoteKind::kBase)];
  EngineStatus status{.running = admission_.running(),
                      .queued = admission_.queued(),
                      .memory_promised_bytes = admission_.granted_bytes(),
                      .can_run = base.has_ready(kStrict) || base.can_make(kStrict)};
  for (const Pool& pool : pools_) status.zygotes.push_back(pool.status());
  return status;
}

asio::awaitable<void> Engine::Stop(Deadline deadline) {
  admission_.Close();
  while (admission_.running() > 0 && SteadyClock::now() < deadline) {
    (void)co_await ticks_.WaitUntil(SteadyClock::now() + kTick);
  }
  for (Pool& pool : pools_) pool.Stop();
  for (Pool& pool : pools_) {
    while (!pool.Empty()) (void)co_await ticks_.WaitUntil(SteadyClock::now() + kTick);
  }
  supervisor_.Close();
}

}  // namespace pyrunner
