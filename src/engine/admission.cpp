#include "engine/admission.h"

#include "engine/wait_list.h"

namespace pyrunner {

namespace asio = boost::asio;

/// One request in the queue; lives in its coroutine.
struct Admission::Waiter {
  Waiter(const asio::any_io_executor& executor, std::uint64_t bytes)
      : turn(executor), memory_bytes(bytes) {}
  WaitList turn;
  std::uint64_t memory_bytes;
  bool admitted = false;  // its place and memory are counted
};

asio::awaitable<tl::expected<Admission::Ticket, Rejection>> Admission::Enter(
    std::uint64_t memory_bytes, Deadline deadline, std::shared_ptr<Cancellation> cancellation) {
  using Cause = Rejection::Cause;
  if (closed_) co_return tl::unexpected(Rejection{Cause::kShuttingDown});
  if (limits_.memory_bytes != 0 && memory_bytes > limits_.memory_bytes) {
    co_return tl::unexpected(Rejection{Cause::kTooLarge});
  }
  if (queue_.empty() && Fits(memory_bytes)) {
    Take(memory_bytes);
    co_return Ticket(*this, memory_bytes);
  }
  if (queue_.size() >= limits_.queue) co_return tl::unexpected(Rejection{Cause::kQueueFull});

  Waiter waiter(executor_, memory_bytes);
  const auto position = queue_.insert(queue_.end(), &waiter);
  const auto wake = co_await waiter.turn.WaitUntil(deadline, std::move(cancellation));
  if (waiter.admitted) {
    Ticket ticket(*this, memory_bytes);
    // Between its end of waiting and now its turn may have come. Then it goes to the next.
    if (wake == WaitList::Wake::kCancelled) co_return tl::unexpected(Rejection{Cause::kCancelled});
    if (closed_) co_return tl::unexpected(Rejection{Cause::kShuttingDown});
    co_return ticket;
  }
  queue_.erase(position);
  // Those behind it may need less than it did.
  AdmitWaiting();
  if (closed_) co_return tl::unexpected(Rejection{Cause::kShuttingDown});
  co_return tl::unexpected(
      Rejection{wake == WaitList::Wake::kDeadline ? Cause::kQueueTimedOut : Cause::kCancelled});
}

bool Admission::Fits(std::uint64_t memory_bytes) const {
  if (running_ >= limits_.places) return false;
  return limits_.memory_bytes == 0 || memory_bytes <= limits_.memory_bytes - granted_bytes_;
}

void Admission::Take(std::uint64_t memory_bytes) {
  ++running_;
  granted_bytes_ += memory_bytes;
}

void Admission::Leave(std::uint64_t memory_bytes) {
  --running_;
  granted_bytes_ -= memory_bytes;
  AdmitWaiting();
}

void Admission::AdmitWaiting() {
  while (!closed_ && !queue_.empty() && Fits(queue_.front()->memory_bytes)) {
    Waiter& first = *queue_.front();
    queue_.pop_front();
    Take(first.memory_bytes);
    first.admitted = true;
    first.turn.NotifyOne();
  }
}

void Admission::Close() {
  closed_ = true;
  for (Waiter* waiter : queue_) waiter->turn.CancelAll();
}

}  // namespace pyrunner
