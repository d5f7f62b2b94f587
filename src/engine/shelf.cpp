#include "engine/shelf.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace pyrunner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Failed attempts in a row, after which requests are sent elsewhere or refused.
constexpr int kGiveUpAfter = 3;

constexpr auto kFirstPause = 100ms;  // after a failure, doubled each time
constexpr auto kLongestPause = 5s;   // attempts cost little

// Making a sandbox competes for the processors with the programs that were just sent. It waits
// until those have ended and were answered, or, for the least number, so long.
constexpr auto kRefillDelay = 20ms;

// At low priority nothing may come out while all processors are busy.
constexpr auto kPatience = 200ms;

constexpr auto kBetweenShrinkings = 1s;

// After one too many for the host could not be made.
constexpr auto kBeforeTheNextGrowth = 60s;

}  // namespace

Shelf::Shelf(const asio::any_io_executor& executor, Options options, Maker& maker,
             const Activity& activity, ReadyBudget& budget)
    : executor_(executor),
      options_(std::move(options)),
      maker_(maker),
      activity_(activity),
      share_(budget, options_.group),
      demand_(options_.keep_time),
      available_(executor),
      look_(executor) {}

asio::awaitable<std::shared_ptr<Sandbox>> Shelf::Acquire(
    Deadline deadline, std::shared_ptr<Cancellation> cancellation) {
  while (!stopped_ && !cancellation->cancelled()) {
    DropDead();
    if (!ready_.empty()) co_return Take();
    if (!usable()) break;
    if (waiting_++ == 0) maker_.Hurry(*this);
    Refill();
    const auto wake = co_await available_.WaitUntil(deadline, cancellation);
    --waiting_;
    if (wake == WaitList::Wake::kNotified) continue;
    DropSurplus();
    break;
  }
  co_return nullptr;
}

std::shared_ptr<Sandbox> Shelf::Take() {
  const auto now = SteadyClock::now();
  // What an older zygote forked goes first, and then the youngest, whose memory the processors'
  // caches still have.
  const auto rank = [number = maker_.zygote()](const ReadySandbox& entry) {
    return std::pair(entry.preparation == Preparation::kAhead, entry.zygote != number);
  };
  auto best = ready_.begin();
  for (auto entry = ready_.begin(); entry != ready_.end(); ++entry) {
    if (rank(*entry) >= rank(*best)) best = entry;
  }
  auto sandbox = std::move(best->sandbox);
  ready_.erase(best);
  UpdateShare();
  NoteLack(now);
  LookAt(now + kRefillDelay);
  return sandbox;
}

std::size_t Shelf::wanted() const {
  const auto now = SteadyClock::now();
  const std::size_t asked_for = demand_.Wanted(now, making_time_);
  std::size_t extra = asked_for - std::min(asked_for, options_.least);
  extra = std::min(extra, share_.Room());
  if (now < grow_again_at_) extra = std::min(extra, most_extra_);
  return options_.least + extra;
}

bool Shelf::usable() const {
  // Where none are kept ready only a request can find out that it works again.
  const bool worth_a_try =
      failures_ < kGiveUpAfter || (options_.least == 0 && SteadyClock::now() >= make_again_at_);
  return !ready_.empty() || (maker_.has_zygote() && worth_a_try);
}

std::size_t Shelf::CountCurrent() const {
  return static_cast<std::size_t>(std::count_if(
      ready_.begin(), ready_.end(),
      [number = maker_.zygote()](const auto& entry) { return entry.zygote == number; }));
}

bool Shelf::IsLacking() const { return CountCurrent() + making_ < options_.least; }

void Shelf::NoteLack(Deadline now) {
  lacking_since_ = IsLacking() ? std::min(lacking_since_, now) : Deadline::max();
}

void Shelf::UpdateShare() {
  const std::size_t all = ready_.size() + making_;
  share_.Use(all - std::min(all, std::max(options_.least, waiting_)));
}

void Shelf::Refill() {
  if (stopped_) return;
  const auto now = SteadyClock::now();
  DropDead();
  DropSurplus();
  if (making_ > 0 && now - began_at_ >= kPatience) maker_.Hurry(*this);
  while (MakeNext(now)) {
  }
  if (ready_.size() + making_ > options_.least) LookAt(now + kBetweenShrinkings);
}

bool Shelf::MakeNext(Deadline now) {
  if (maker_.zygote() == 0) return false;
  NoteLack(now);
  // A renewed zygote's address layout shall not live on in what it forked: those count as made in
  // haste do, as what has to be replaced.
  const bool some_are_poor = std::any_of(ready_.begin(), ready_.end(), [](const auto& entry) {
    return entry.preparation == Preparation::kAtOnce;
  });
  const bool needed = ready_.size() + making_ < waiting_;
  const bool lacking = IsLacking();
  if (!needed && !lacking && !some_are_poor && CountCurrent() + making_ >= wanted()) return false;
  if (now < make_again_at_) {
    LookAt(make_again_at_);
    return false;
  }
  // When one of them is ready there is another look.
  if (making_ >= options_.at_once) return false;
  if (needed) return Begin(Preparation::kAtOnce, now);
  if (waiting_ > 0) return false;
  if (!lacking && making_ > 0) return false;  // what is not urgent one by one
  const Deadline due =
      std::min(activity_.quiet_from(), (lacking ? lacking_since_ : now) + kRefillDelay);
  if (due <= now) return Begin(Preparation::kAhead, now);
  LookAt(due);
  return false;
}

bool Shelf::Begin(Preparation preparation, Deadline now) {
  ++making_;
  UpdateShare();
  if (!maker_.Make(*this, preparation)) {
    --making_;
    UpdateShare();
    LookAt(now + kRefillDelay);
    return false;
  }
  began_at_ = now;
  if (preparation == Preparation::kAhead) LookAt(now + kPatience);
  return true;
}

void Shelf::Add(ReadySandbox ready, SteadyClock::duration making) {
  constexpr int kAverageOf = 8;
  // At low priority it says more of what else the machine did.
  if (ready.preparation == Preparation::kAtOnce) {
    making_time_ += (making - making_time_) / kAverageOf;
  }
  failures_ = 0;
  --making_;
  ready_.push_back(std::move(ready));
  available_.NotifyOne();
  DropSurplus();
  UpdateShare();
  // After whoever waited for it has it.
  asio::post(executor_, [this] { Refill(); });
}

void Shelf::Failed(const std::string& why) {
  --making_;
  const auto now = SteadyClock::now();
  if (why.empty()) return LookAt(now);
  // Those that were begun together fail together, and count and are told of once.
  if (stopped_ || now < make_again_at_) return;
  const bool was_extra =
      waiting_ == 0 && CountCurrent() >= std::max<std::size_t>(options_.least, 1);
  if (was_extra) {
    // The host has no room for more of them. Those that there are will do.
    most_extra_ = ready_.size() - std::min(ready_.size(), options_.least);
    grow_again_at_ = now + kBeforeTheNextGrowth;
    make_again_at_ = now + kFirstPause;
  } else {
    ++failures_;
    make_again_at_ = now + std::min<SteadyClock::duration>(
                               kFirstPause * (1 << std::min(failures_ - 1, 10)), kLongestPause);
  }
  LookAt(make_again_at_);
  options_.log_failure(why);
  if (was_extra) return;
  if (failures_ == kGiveUpAfter) available_.NotifyAll();
  if (failures_ % kGiveUpAfter == 0) maker_.Doubt();
}

void Shelf::DropSurplus() {
  const std::size_t most = std::max(wanted(), waiting_);
  while (ready_.size() > most) {
    auto worst = std::find_if(
        ready_.begin(), ready_.end(),
        [number = maker_.zygote()](const auto& entry) { return entry.zygote != number; });
    if (worst == ready_.end()) {
      worst = std::find_if(ready_.begin(), ready_.end(), [](const auto& entry) {
        return entry.preparation == Preparation::kAtOnce;
      });
    }
    if (worst == ready_.end()) worst = ready_.begin();
    worst->sandbox->Kill();
    ready_.erase(worst);
  }
  UpdateShare();
}

void Shelf::DropDead() {
  std::erase_if(ready_, [](const ReadySandbox& entry) { return !entry.sandbox->alive(); });
  UpdateShare();
}

void Shelf::LookAt(Deadline time) {
  if (stopped_ || time >= look_at_) return;
  look_at_ = time;
  if (looking_) return look_.NotifyAll();
  looking_ = true;
  asio::co_spawn(executor_, Look(), asio::detached);
}

asio::awaitable<void> Shelf::Look() {
  while (!stopped_ && look_at_ != Deadline::max()) {
    if (SteadyClock::now() < look_at_) {
      (void)co_await look_.WaitUntil(look_at_);
      continue;
    }
    look_at_ = Deadline::max();
    Refill();
  }
  looking_ = false;
}

void Shelf::Stop() {
  stopped_ = true;
  look_.NotifyAll();
  available_.NotifyAll();
}

}  // namespace pyrunner
