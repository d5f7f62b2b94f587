#include "engine/admission.h"

#include <algorithm>

#include "engine/wait_list.h"

namespace pyrunner {

namespace asio = boost::asio;

/// One request in the queue; lives in its coroutine.
struct Admission::Waiter {
  enum class State {
    kQueued,
    kAdmitted,   // its place and memory are counted
    kDisplaced,  // by somebody who has less
  };

  Waiter(const asio::any_io_executor& executor, Share& whose, std::uint64_t bytes)
      : turn(executor), share(whose), memory_bytes(bytes) {}
  WaitList turn;
  Share& share;
  std::uint64_t memory_bytes;
  std::list<Waiter*>::iterator position;
  State state = State::kQueued;
};

asio::awaitable<tl::expected<Admission::Ticket, Rejection>> Admission::Enter(
    std::uint64_t memory_bytes, Deadline deadline, std::shared_ptr<Cancellation> cancellation,
    std::shared_ptr<const Caller> caller) {
  using Cause = Rejection::Cause;
  if (closed_) co_return tl::unexpected(Rejection{Cause::kShuttingDown});
  if (limits_.memory_bytes != 0 && memory_bytes > limits_.memory_bytes) {
    co_return tl::unexpected(Rejection{Cause::kTooLarge});
  }
  Share& share = ShareOf(caller.get());
  const bool first_of_its_own = share.waiting.empty() && share.MayRun();
  if (first_of_its_own && Fits(memory_bytes) && (queued_ == 0 || Next() == nullptr)) {
    Take(share, memory_bytes);
    co_return Ticket(*this, share, memory_bytes);
  }
  if (queued_ >= limits_.queue && !Displace(share)) {
    Tidy(share);
    co_return tl::unexpected(Rejection{Cause::kQueueFull});
  }

  Waiter waiter(executor_, share, memory_bytes);
  Queue(waiter);
  const auto wake = co_await waiter.turn.WaitUntil(deadline, std::move(cancellation));
  if (waiter.state == Waiter::State::kAdmitted) {
    Ticket ticket(*this, share, memory_bytes);
    // Between its end of waiting and now its turn may have come. Then it goes to the next.
    if (wake == WaitList::Wake::kCancelled) co_return tl::unexpected(Rejection{Cause::kCancelled});
    if (closed_) co_return tl::unexpected(Rejection{Cause::kShuttingDown});
    co_return ticket;
  }
  const bool displaced = waiter.state == Waiter::State::kDisplaced;
  if (!displaced) {
    Unqueue(waiter);
    Tidy(share);
    // Those behind it may need less than it did.
    AdmitWaiting();
  }
  if (closed_) co_return tl::unexpected(Rejection{Cause::kShuttingDown});
  if (wake == WaitList::Wake::kCancelled) co_return tl::unexpected(Rejection{Cause::kCancelled});
  co_return tl::unexpected(Rejection{displaced ? Cause::kQueueFull : Cause::kQueueTimedOut});
}

Admission::Share& Admission::ShareOf(const Caller* caller) {
  if (caller == nullptr) return anybody_;
  Share& share = shares_[caller->id];
  if (share.id.empty()) share.id = caller->id;
  share.max_running = caller->quota.max_running;  // that of the last request: it may have changed
  return share;
}

void Admission::Tidy(Share& share) {
  if (share.programs() > 0 || &share == &anybody_) return;
  const std::string id = share.id;  // not a reference into what is erased
  shares_.erase(id);
}

bool Admission::Fits(std::uint64_t memory_bytes) const {
  if (running_ >= limits_.places) return false;
  return limits_.memory_bytes == 0 || memory_bytes <= limits_.memory_bytes - granted_bytes_;
}

void Admission::Take(Share& share, std::uint64_t memory_bytes) {
  last_ = &share;
  ++share.running;
  ++running_;
  granted_bytes_ += memory_bytes;
}

void Admission::Leave(Share& share, std::uint64_t memory_bytes) {
  --share.running;
  --running_;
  granted_bytes_ -= memory_bytes;
  Tidy(share);
  AdmitWaiting();
}

void Admission::Queue(Waiter& waiter) {
  Share& share = waiter.share;
  if (share.waiting.empty()) turns_.push_back(&share);
  waiter.position = share.waiting.insert(share.waiting.end(), &waiter);
  ++queued_;
}

void Admission::Unqueue(Waiter& waiter) {
  Share& share = waiter.share;
  // It was its request's turn, not its caller's as such.
  if (next_ == &share && share.waiting.front() == &waiter) next_ = nullptr;
  share.waiting.erase(waiter.position);
  --queued_;
  if (share.waiting.empty()) turns_.remove(&share);
}

Admission::Share* Admission::Next() {
  if (next_ != nullptr && next_->MayRun()) return next_;
  next_ = nullptr;
  for (Share* share : turns_) {
    if (!share->MayRun()) continue;
    const bool fewer = next_ == nullptr || share->running < next_->running;
    // Among equals in turn, and never twice in a row: who comes anew stands behind whoever waits.
    const bool in_turn = !fewer && next_ == last_ && share->running == next_->running;
    if (fewer || in_turn) next_ = share;
  }
  return next_;
}

void Admission::AdmitWaiting() {
  while (!closed_ && queued_ > 0 && running_ < limits_.places) {
    Share* share = Next();
    if (share == nullptr || !Fits(share->waiting.front()->memory_bytes)) return;
    Waiter& first = *share->waiting.front();
    Unqueue(first);
    if (!share->waiting.empty()) {
      turns_.remove(share);
      turns_.push_back(share);
    }
    Take(*share, first.memory_bytes);
    first.state = Waiter::State::kAdmitted;
    first.turn.NotifyOne();
  }
}

bool Admission::Displace(const Share& newcomer) {
  Share* most = nullptr;
  for (Share* share : turns_) {
    // What is next waits for memory only, and waited for it all along.
    if (share == next_ && share->waiting.size() == 1) continue;
    if (most == nullptr || share->programs() > most->programs()) most = share;
  }
  if (most == nullptr || most == &newcomer || most->programs() < newcomer.programs() + 2) {
    return false;
  }
  Waiter& last = *most->waiting.back();
  Unqueue(last);
  last.state = Waiter::State::kDisplaced;
  last.turn.NotifyOne();
  return true;
}

void Admission::SetLimits(std::uint32_t places, std::uint32_t queue) {
  limits_.places = places;
  limits_.queue = queue;
  AdmitWaiting();
}

void Admission::Close() {
  closed_ = true;
  for (Share* share : turns_) {
    for (Waiter* waiter : share->waiting) waiter->turn.CancelAll();
  }
}

}  // namespace pyrunner
