#include "engine/pool.h"

#include <sys/wait.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <thread>
#include <utility>

#include "sandbox/weakening.h"
#include "wire/program_kind.h"

namespace pyrunner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

const char* NameOf(wire::ZygoteKind kind) {
  return kind == wire::ZygoteKind::kScience ? "science" : "base";
}

const char* NameOf(sandbox::SyscallProfile profile) {
  return profile == sandbox::SyscallProfile::kProcesses ? "a sandbox for processes" : "a sandbox";
}

}  // namespace

Pool::Pool(asio::any_io_executor executor, wire::ZygoteKind kind, const EngineOptions& options,
           Slots& slots, SupervisorClient& supervisor, const Activity& activity,
           ReadyBudget& budget)
    : executor_(executor),
      kind_(kind),
      options_(options),
      slots_(slots),
      ready_budget_(budget),
      zygotes_(
          executor, kind, options, supervisor,
          [this](EngineOptions::LogLevel level, const std::string& text) { Log(level, text); },
          [this] { ZygoteChanged(); }),
      shelves_{
          Shelf(executor, OptionsOf(sandbox::SyscallProfile::kStrict), *this, activity, budget),
          Shelf(executor, OptionsOf(sandbox::SyscallProfile::kProcesses), *this, activity, budget)},
      watch_(executor, slots, supervisor, options.processes),
      stopping_(executor) {}

Shelf::Options Pool::OptionsOf(sandbox::SyscallProfile profile) const {
  // Twice as many as there are processors: now and then one waits for the kernel. More make all of
  // them late.
  const std::size_t at_once = std::size_t{2} * std::max(1U, std::thread::hardware_concurrency());
  return {.least = options_.ReadySandboxes(profile),
          .group = static_cast<std::size_t>(kind_),
          .at_once = at_once,
          .keep_time = options_.ready_keep_time,
          .log_failure = [this, profile](const std::string& why) {
            Log(EngineOptions::LogLevel::kError, std::string(NameOf(profile)) + " failed: " + why);
          }};
}

void Pool::Log(EngineOptions::LogLevel level, const std::string& text) const {
  options_.log(level, std::string("zygote ") + NameOf(kind_) + ": " + text);
}

void Pool::Start() { zygotes_.Start(); }

void Pool::ZygoteChanged() {
  if (zygotes_.zygote()) return Refill();
  for (Shelf& shelf : shelves_) shelf.WakeAll();
}

std::uint64_t Pool::zygote() const { return zygotes_.zygote() ? zygotes_.number() : 0; }

void Pool::Refill() {
  for (Shelf& shelf : shelves_) shelf.Refill();
}

bool Pool::Make(Shelf& shelf, Preparation preparation) {
  // The slots of those beyond the least number are not at the cost of programs that run.
  if (!slots_.Provide(ready_budget_.used())) return false;
  auto slot = slots_.Take();
  if (!slot) return false;
  asio::co_spawn(executor_, Spawn(shelf, preparation, std::move(*slot)), asio::detached);
  return true;
}

asio::awaitable<void> Pool::Spawn(Shelf& shelf, Preparation preparation, Slot slot) {
  const auto begin = SteadyClock::now();
  const auto zygote = zygotes_.zygote();
  const std::uint64_t number = zygotes_.number();
  const bool ahead = preparation == Preparation::kAhead;
  const std::uint32_t rehearsal = ahead ? kinds_.ToRehearse() : wire::kNoProgram;
  const wire::ForkRequest request{.serial = 0,
                                  .slot = slot.index,
                                  .uid = slot.uid,
                                  .open_files = options_.open_files,
                                  .processes = options_.processes,
                                  .prefault = ahead ? rehearsal : kinds_.ToPrefault(),
                                  .rehearsal = rehearsal,
                                  .profile = static_cast<std::uint32_t>(ProfileOf(shelf)),
                                  .scratch_bytes = options_.scratch_bytes,
                                  .scratch_inodes = options_.scratch_inodes,
                                  .fail_at = sandbox::Weakening::StepToFail()};
  std::vector<int> cgroup_fds = slot.cgroup.JoinFds();
  auto forked = co_await zygote->Fork(request, std::move(cgroup_fds));
  if (!forked) {
    // What a zygote that died has begun says nothing of the next one.
    const std::string why = zygote->alive() ? forked.error().message : std::string();
    if (!why.empty()) ++failed_;
    shelf.Failed(why);
    co_await ReapStray(std::move(slot));
    co_return;
  }
  const auto sandbox = Adopt(std::move(*forked), std::move(slot));
  using Share = sandbox::Cgroup::ProcessorShare;
  if (ahead && !shelf.in_a_hurry()) {
    sandbox->SetProcessorShare(Share::kIdle);
    at_low_priority_.emplace(sandbox.get(), &shelf);
  }
  const Status ready = co_await sandbox->AwaitReady(SteadyClock::now() + options_.ready_time,
                                                    slots_.required_properties());
  at_low_priority_.erase(sandbox.get());
  if (ready && !stopped_) {
    sandbox->SetProcessorShare(Share::kNormal);
    const auto peak = ahead ? sandbox->MemoryPeak() : std::nullopt;
    if (peak) shelf.Measured(*peak);
    ReadySandbox entry{sandbox, number, preparation};
    shelf.Add(std::move(entry), SteadyClock::now() - begin);
    co_return;
  }
  if (!ready) ++failed_;
  // Before its slot comes back, which refills.
  shelf.Failed(ready ? std::string() : ready.error().message);
  sandbox->Kill();
}

std::shared_ptr<Sandbox> Pool::Adopt(ForkedSandbox forked, Slot slot) {
  auto owner = std::make_shared<std::weak_ptr<Sandbox>>();
  auto on_end = [this, owner](Slot ended) {
    slots_.Return(std::move(ended));
    live_.erase(owner->lock());
    asio::post(executor_, [this] { Refill(); });  // after the answer has left
  };
  auto sandbox = Sandbox::Adopt(executor_, std::move(forked), std::move(slot), std::move(on_end));
  *owner = sandbox;
  live_.insert(sandbox);
  return sandbox;
}

// A zygote that dies between its fork and its answer leaves a sandbox that nobody knows. It ends
// by itself, because its channel closed; what remains is to reap it, and its slot.
asio::awaitable<void> Pool::ReapStray(Slot slot) {
  // At the end the supervisor sees to it.
  if (stopped_) co_return;
  ++strays_;
  (void)co_await stopping_.WaitUntil(SteadyClock::now() + 1s);
  siginfo_t info{};
  if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
    const bool known = std::any_of(live_.begin(), live_.end(), [&](const auto& sandbox) {
      return sandbox->pid() == info.si_pid;
    });
    if (!known) ::waitid(P_PID, static_cast<id_t>(info.si_pid), &info, WEXITED | WNOHANG);
  }
  slots_.Return(std::move(slot));
  --strays_;
  Refill();
}

void Pool::Hurry(Shelf& shelf) {
  std::erase_if(at_low_priority_, [&](const auto& entry) {
    if (entry.second != &shelf) return false;
    entry.first->SetProcessorShare(sandbox::Cgroup::ProcessorShare::kNormal);
    return true;
  });
}

asio::awaitable<std::shared_ptr<Sandbox>> Pool::Acquire(
    sandbox::SyscallProfile profile, Deadline deadline,
    std::shared_ptr<Cancellation> cancellation) {
  auto sandbox = co_await ShelfOf(profile).Acquire(deadline, std::move(cancellation));
  if (sandbox) watch_.Watch(sandbox);
  co_return sandbox;
}

void Pool::Stop() {
  if (stopped_) return;
  stopped_ = true;
  for (const auto& sandbox : live_) sandbox->Kill();
  stopping_.NotifyAll();
  watch_.Stop();
  for (Shelf& shelf : shelves_) shelf.Stop();
  zygotes_.Stop();
}

ZygoteStatus Pool::status() const {
  ZygoteStatus status{
      .kind = NameOf(kind_), .failed_sandboxes = failed_, .history = zygotes_.history()};
  for (const Shelf& shelf : shelves_) {
    status.ready += shelf.ready();
    status.wanted += shelf.wanted();
  }
  const auto zygote = zygotes_.zygote();
  if (!zygote) return status;
  status.warm = true;
  status.age =
      std::chrono::duration_cast<std::chrono::seconds>(SteadyClock::now() - zygotes_.warm_since());
  status.forks = zygote->forks();
  status.seccomp_instructions = zygote->ready().seccomp_instructions;
  status.image_bytes = zygote->ready().image_bytes;
  return status;
}

bool Pool::Empty() const {
  return std::all_of(shelves_.begin(), shelves_.end(),
                     [](const Shelf& shelf) { return shelf.Empty(); }) &&
         strays_ == 0 && zygotes_.Empty() && live_.empty() && watch_.Empty();
}

}  // namespace pyrunner
