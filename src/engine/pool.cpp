#include "engine/pool.h"

#include <sys/wait.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "sandbox/weakening.h"
#include "wire/rehearsal.h"

namespace pyrunner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kFirstPause = 100ms;  // between failed starts, doubled each time
constexpr auto kLongestPause = 10s;
constexpr auto kLongestPauseOfForks = 5s;  // which cost little
constexpr double kJitter = 0.1;

// Making a sandbox competes for the processors with the program that was just sent. It waits until
// that has ended and was answered, or so long.
constexpr auto kRefillDelay = 20ms;

// Under load the count of runs comes soon. A zygote lives at least so many times as long as it took
// to warm up, so that renewing takes no more than this part of a processor.
constexpr int kLeastLifePerWarmUp = 50;

const char* NameOf(wire::ZygoteKind kind) {
  return kind == wire::ZygoteKind::kScience ? "science" : "base";
}

const char* NameOf(sandbox::SyscallProfile profile) {
  return profile == sandbox::SyscallProfile::kProcesses ? "a sandbox for processes" : "a sandbox";
}

}  // namespace

Pool::Pool(asio::any_io_executor executor, wire::ZygoteKind kind, const EngineOptions& options,
           Slots& slots, SupervisorClient& supervisor)
    : executor_(executor),
      kind_(kind),
      options_(options),
      slots_(slots),
      supervisor_(supervisor),
      shelves_{Shelf(executor, sandbox::SyscallProfile::kStrict),
               Shelf(executor, sandbox::SyscallProfile::kProcesses)},
      stopping_(executor),
      jitter_(std::random_device{}()) {}

void Pool::Log(EngineOptions::LogLevel level, const std::string& text) const {
  options_.log(level, std::string("zygote ") + NameOf(kind_) + ": " + text);
}

void Pool::Start() {
  keeping_ = true;
  asio::co_spawn(executor_, KeepZygote(), asio::detached);
}

asio::awaitable<void> Pool::KeepZygote() {
  using Level = EngineOptions::LogLevel;
  std::chrono::milliseconds pause = kFirstPause;
  std::uniform_real_distribution<double> jitter(1 - kJitter, 1 + kJitter);
  while (!stopped_) {
    auto started = co_await ZygoteClient::Start(supervisor_, kind_,
                                                SteadyClock::now() + options_.warm_time, warming_);
    if (stopped_) {
      if (started) (*started)->Close();
      break;
    }
    if (!started) {
      if (++failures_ == kGiveUpAfter) {
        for (Shelf& shelf : shelves_) shelf.available.NotifyAll();
      }
      Log(Level::kError, "does not start: " + started.error().message);
      (void)co_await stopping_.WaitUntil(SteadyClock::now() + pause);
      pause = std::min<std::chrono::milliseconds>(2 * pause, kLongestPause);
      continue;
    }
    failures_ = 0;
    pause = kFirstPause;
    // The old one is warm until this very moment; its ready sandboxes serve until there are new
    // ones.
    if (zygote_) zygote_->Close();
    zygote_ = std::move(*started);
    warm_since_ = SteadyClock::now();
    Log(Level::kInfo,
        "warm after " + std::to_string(zygote_->ready().warm_nanoseconds / 1'000'000) + " ms");
    Refill();
    const auto age = std::chrono::duration<double>(options_.zygote_age) * jitter(jitter_);
    const Deadline renew_at =
        SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(age);
    const auto max_forks = static_cast<std::uint64_t>(options_.zygote_runs * jitter(jitter_)) + 1;
    const Deadline keep_until =
        SteadyClock::now() +
        kLeastLifePerWarmUp * std::chrono::nanoseconds(zygote_->ready().warm_nanoseconds);
    const auto is_due = [&](Deadline now) {
      return now >= renew_at || (zygote_->forks() >= max_forks && now >= keep_until);
    };
    while (!stopped_ && zygote_->alive() && !is_due(SteadyClock::now())) {
      // Forks are counted, not signalled: looking once a second is soon enough.
      if (co_await zygote_->AwaitEnd(std::min(renew_at, SteadyClock::now() + 1s))) break;
    }
    if (!stopped_ && !zygote_->alive()) {
      Log(Level::kError, "ended unexpectedly; a new one is started");
      zygote_.reset();
    }
  }
  if (zygote_) {
    zygote_->Close();
    (void)co_await zygote_->AwaitEnd(Deadline::max());
    zygote_.reset();
  }
  keeping_ = false;
}

std::size_t Pool::CurrentReady(const Shelf& shelf) const {
  return static_cast<std::size_t>(
      std::count_if(shelf.ready.begin(), shelf.ready.end(),
                    [&](const auto& ready) { return ready.zygote == zygote_; }));
}

std::size_t Pool::WantedReady(const Shelf& shelf) const {
  return std::max<std::size_t>(options_.ReadySandboxes(shelf.profile), shelf.waiting);
}

void Pool::Refill() {
  for (Shelf& shelf : shelves_) Refill(shelf);
}

void Pool::Refill(Shelf& shelf) {
  if (stopped_ || !zygote_ || !zygote_->alive()) return;
  while (CurrentReady(shelf) + shelf.spawning < WantedReady(shelf)) {
    if (const auto now = SteadyClock::now(); now < shelf.spawn_again_at) {
      asio::co_spawn(executor_, RefillAfter(shelf, shelf.spawn_again_at - now), asio::detached);
      return;
    }
    auto slot = slots_.Take();
    if (!slot) return;
    ++shelf.spawning;
    asio::co_spawn(executor_, Spawn(shelf, zygote_, std::move(*slot)), asio::detached);
  }
}

asio::awaitable<void> Pool::RefillAfter(Shelf& shelf, SteadyClock::duration delay) {
  if (std::exchange(shelf.refill_scheduled, true)) co_return;
  (void)co_await stopping_.WaitUntil(SteadyClock::now() + delay);
  shelf.refill_scheduled = false;
  Refill(shelf);
}

void Pool::SpawnFailed(Shelf& shelf, const std::string& why) {
  const auto now = SteadyClock::now();
  // Those that were begun together fail together, and count and are told of once.
  if (stopped_ || now < shelf.spawn_again_at) return;
  ++shelf.spawn_failures;
  const auto pause = std::min<SteadyClock::duration>(
      kFirstPause * (1 << std::min(shelf.spawn_failures - 1, 10)), kLongestPauseOfForks);
  shelf.spawn_again_at = now + pause;
  Log(EngineOptions::LogLevel::kError, std::string(NameOf(shelf.profile)) + " failed: " + why);
  if (shelf.spawn_failures == kGiveUpAfter) shelf.available.NotifyAll();
  // Perhaps it is the zygote that is broken.
  if (shelf.spawn_failures % kGiveUpAfter == 0 && zygote_) zygote_->Kill();
}

asio::awaitable<void> Pool::Spawn(Shelf& shelf, std::shared_ptr<ZygoteClient> zygote, Slot slot) {
  const wire::ForkRequest request{
      .serial = 0,
      .slot = slot.index,
      .uid = slot.uid,
      .open_files = options_.open_files,
      .processes = options_.processes,
      .rehearsal = shelf.waiting == 0 ? wire::kAnyProgram : wire::kNoRehearsal,
      .profile = static_cast<std::uint32_t>(shelf.profile),
      .scratch_bytes = options_.scratch_bytes,
      .scratch_inodes = options_.scratch_inodes,
      .fail_at = sandbox::Weakening::StepToFail()};
  std::vector<int> cgroup_fds = slot.cgroup.JoinFds();
  auto forked = co_await zygote->Fork(request, std::move(cgroup_fds));
  if (!forked) {
    if (zygote->alive()) SpawnFailed(shelf, forked.error().message);
    co_await ReapStray(std::move(slot));
    --shelf.spawning;
    Refill();
    co_return;
  }
  auto owner = std::make_shared<std::weak_ptr<Sandbox>>();
  auto on_end = [this, owner](Slot ended) {
    slots_.Return(std::move(ended));
    live_.erase(owner->lock());
    DropDead();
    asio::post(executor_, [this] { Refill(); });  // after the answer has left
  };
  auto sandbox = Sandbox::Adopt(executor_, std::move(*forked), std::move(slot), std::move(on_end));
  *owner = sandbox;
  live_.insert(sandbox);
  const Status ready = co_await sandbox->AwaitReady(SteadyClock::now() + options_.ready_time,
                                                    slots_.required_properties());
  --shelf.spawning;
  if (ready && !stopped_) {
    shelf.spawn_failures = 0;
    ReadySandbox entry{std::move(sandbox), std::move(zygote)};
    AddReady(shelf, std::move(entry));
    co_return;
  }
  // Before its slot comes back, which refills.
  if (!ready) SpawnFailed(shelf, ready.error().message);
  sandbox->Kill();
}

// A zygote that dies between its fork and its answer leaves a sandbox that nobody knows. It ends
// by itself, because its channel closed; what remains is to reap it, and its slot.
asio::awaitable<void> Pool::ReapStray(Slot slot) {
  (void)co_await stopping_.WaitUntil(SteadyClock::now() + 1s);
  siginfo_t info{};
  if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
    const bool known = std::any_of(live_.begin(), live_.end(), [&](const auto& sandbox) {
      return sandbox->pid() == info.si_pid;
    });
    if (!known) ::waitid(P_PID, static_cast<id_t>(info.si_pid), &info, WEXITED | WNOHANG);
  }
  slots_.Return(std::move(slot));
}

asio::awaitable<void> Pool::WatchScratch(std::shared_ptr<Sandbox> sandbox) {
  constexpr auto kBetweenLooks = 100ms;
  ++watching_;
  (void)co_await stopping_.WaitUntil(SteadyClock::now() + kBetweenLooks);
  while (!stopped_ && sandbox->alive()) {
    const bool within = co_await supervisor_.ScratchIsWithinQuota(sandbox->slot_index());
    if (!within) sandbox->StopForFullScratch();
    if (!within) break;
    (void)co_await stopping_.WaitUntil(SteadyClock::now() + kBetweenLooks);
  }
  --watching_;
}

asio::awaitable<void> Pool::WatchThreads(std::shared_ptr<Sandbox> sandbox) {
  // A thread takes a program in Python some 50 us: this many more it may have had for a moment.
  constexpr auto kBetweenLooks = 10ms;
  ++watching_;
  while (!stopped_ && sandbox->alive()) {
    sandbox->StopForThreadsAbove(options_.processes);
    (void)co_await stopping_.WaitUntil(SteadyClock::now() + kBetweenLooks);
  }
  --watching_;
}

void Pool::AddReady(Shelf& shelf, ReadySandbox ready) {
  shelf.ready.push_back(std::move(ready));
  if (CurrentReady(shelf) >= options_.ReadySandboxes(shelf.profile)) {
    // A renewed zygote's address layout shall not live on in what it forked.
    std::erase_if(shelf.ready, [&](const ReadySandbox& entry) {
      if (entry.zygote == zygote_) return false;
      entry.sandbox->Kill();
      return true;
    });
  }
  shelf.available.NotifyOne();
  DropSurplus(shelf);
}

void Pool::DropSurplus(Shelf& shelf) {
  while (shelf.ready.size() > WantedReady(shelf)) {
    auto surplus = std::find_if(shelf.ready.begin(), shelf.ready.end(),
                                [&](const auto& entry) { return entry.zygote != zygote_; });
    if (surplus == shelf.ready.end()) --surplus;
    surplus->sandbox->Kill();
    shelf.ready.erase(surplus);
  }
}

void Pool::DropDead() {
  for (Shelf& shelf : shelves_) {
    std::erase_if(shelf.ready, [](const ReadySandbox& entry) { return !entry.sandbox->alive(); });
  }
}

asio::awaitable<std::shared_ptr<Sandbox>> Pool::Acquire(
    sandbox::SyscallProfile profile, Deadline deadline,
    std::shared_ptr<Cancellation> cancellation) {
  Shelf& shelf = shelves_[static_cast<std::size_t>(profile)];
  while (!stopped_ && !cancellation->cancelled()) {
    DropDead();
    if (!shelf.ready.empty()) {
      auto sandbox = std::move(shelf.ready.front().sandbox);
      shelf.ready.pop_front();
      asio::co_spawn(executor_, RefillAfter(shelf, kRefillDelay), asio::detached);
      if (slots_.threads_are_watched()) {
        asio::co_spawn(executor_, WatchThreads(sandbox), asio::detached);
      }
      if (slots_.scratch_is_watched()) {
        asio::co_spawn(executor_, WatchScratch(sandbox), asio::detached);
      }
      co_return sandbox;
    }
    if (!usable(profile)) break;
    ++shelf.waiting;
    Refill(shelf);
    const auto wake = co_await shelf.available.WaitUntil(deadline, cancellation);
    --shelf.waiting;
    if (wake == WaitList::Wake::kNotified) continue;
    DropSurplus(shelf);
    break;
  }
  co_return nullptr;
}

void Pool::Stop() {
  if (stopped_) return;
  stopped_ = true;
  for (const auto& sandbox : live_) sandbox->Kill();
  stopping_.NotifyAll();
  for (Shelf& shelf : shelves_) shelf.available.NotifyAll();
  warming_->Cancel();
  if (zygote_) zygote_->Close();
}

ZygoteStatus Pool::status() const {
  ZygoteStatus status{.kind = NameOf(kind_)};
  for (const Shelf& shelf : shelves_) status.ready += shelf.ready.size();
  if (!zygote_ || !zygote_->alive()) return status;
  status.warm = true;
  status.age = std::chrono::duration_cast<std::chrono::seconds>(SteadyClock::now() - warm_since_);
  status.forks = zygote_->forks();
  status.seccomp_instructions = zygote_->ready().seccomp_instructions;
  status.image_bytes = zygote_->ready().image_bytes;
  return status;
}

bool Pool::Empty() const {
  const bool idle = std::all_of(shelves_.begin(), shelves_.end(), [](const Shelf& shelf) {
    return shelf.spawning == 0 && !shelf.refill_scheduled;
  });
  return idle && !keeping_ && live_.empty() && watching_ == 0;
}

}  // namespace pyrunner
