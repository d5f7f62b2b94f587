#include "engine/zygote_keeper.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

namespace pyrunner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kFirstPause = 100ms;  // between failed starts, doubled each time
constexpr auto kLongestPause = 10s;
constexpr double kJitter = 0.1;

// Under load the count of runs comes soon. A zygote lives at least so many times as long as it took
// to warm up, so that renewing takes no more than this part of a processor.
constexpr int kLeastLifePerWarmUp = 50;

}  // namespace

ZygoteKeeper::ZygoteKeeper(asio::any_io_executor executor, wire::ZygoteKind kind,
                           const EngineOptions& options, SupervisorClient& supervisor, Log log,
                           std::function<void()> on_change)
    : executor_(executor),
      kind_(kind),
      options_(options),
      supervisor_(supervisor),
      log_(std::move(log)),
      on_change_(std::move(on_change)),
      stopping_(executor),
      jitter_(std::random_device{}()) {}

void ZygoteKeeper::Start() {
  keeping_ = true;
  asio::co_spawn(executor_, Keep(), asio::detached);
}

void ZygoteKeeper::Stop() {
  stopped_ = true;
  stopping_.NotifyAll();
  warming_->Cancel();
  if (zygote_) zygote_->Close();
}

asio::awaitable<void> ZygoteKeeper::Keep() {
  using Level = EngineOptions::LogLevel;
  std::chrono::milliseconds pause = kFirstPause;
  while (!stopped_) {
    auto started = co_await ZygoteClient::Start(supervisor_, kind_,
                                                SteadyClock::now() + options_.warm_time, warming_);
    if (stopped_) {
      if (started) (*started)->Close();
      break;
    }
    if (!started) {
      ++history_.failed_starts;
      if (++failures_ == kGiveUpAfter) on_change_();
      log_(Level::kError, "does not start: " + started.error().message);
      (void)co_await stopping_.WaitUntil(SteadyClock::now() + pause);
      pause = std::min<std::chrono::milliseconds>(2 * pause, kLongestPause);
      continue;
    }
    failures_ = 0;
    pause = kFirstPause;
    // The old one is warm until this very moment; its ready sandboxes serve until there are new
    // ones.
    if (zygote_) {
      history_.forks += zygote_->forks();
      zygote_->Close();
    }
    zygote_ = std::move(*started);
    ++number_;
    warm_since_ = SteadyClock::now();
    log_(Level::kInfo,
         "warm after " + std::to_string(zygote_->ready().warm_nanoseconds / 1'000'000) + " ms");
    on_change_();
    co_await AwaitRenewal();
    if (!stopped_ && !zygote_->alive()) {
      log_(Level::kError, "ended unexpectedly; a new one is started");
      ++history_.died;
      history_.forks += zygote_->forks();
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

ZygoteHistory ZygoteKeeper::history() const {
  ZygoteHistory history = history_;
  if (zygote_) history.forks += zygote_->forks();
  return history;
}

asio::awaitable<void> ZygoteKeeper::AwaitRenewal() {
  std::uniform_real_distribution<double> jitter(1 - kJitter, 1 + kJitter);
  const auto age = std::chrono::duration<double>(options_.zygote_age) * jitter(jitter_);
  const Deadline renew_at = warm_since_ + std::chrono::duration_cast<SteadyClock::duration>(age);
  const auto max_forks = static_cast<std::uint64_t>(options_.zygote_runs * jitter(jitter_)) + 1;
  const Deadline keep_until =
      warm_since_ +
      kLeastLifePerWarmUp * std::chrono::nanoseconds(zygote_->ready().warm_nanoseconds);
  while (!stopped_ && zygote_->alive()) {
    const auto now = SteadyClock::now();
    const bool worn = zygote_->forks() >= max_forks && now >= keep_until;
    if (now >= renew_at || worn) {
      ++(worn ? history_.renewed_by_runs : history_.renewed_by_age);
      break;
    }
    // Forks are counted, not signalled: looking once a second is soon enough.
    if (co_await zygote_->AwaitEnd(std::min(renew_at, now + 1s))) break;
  }
}

}  // namespace pyrunner
