#include "engine/admission.h"

namespace pyrunner {

namespace asio = boost::asio;

asio::awaitable<tl::expected<Admission::Ticket, Rejection>> Admission::Enter(
    Deadline deadline, std::shared_ptr<Cancellation> cancellation) {
  using Cause = Rejection::Cause;
  if (closed_) co_return tl::unexpected(Rejection{Cause::kShuttingDown});
  if (running_ < places_) {
    ++running_;
    co_return Ticket(*this);
  }
  if (queue_.size() >= max_queued_) co_return tl::unexpected(Rejection{Cause::kQueueFull});
  switch (co_await queue_.WaitUntil(deadline, std::move(cancellation))) {
    case WaitList::Wake::kDeadline:
      co_return tl::unexpected(Rejection{Cause::kQueueTimedOut});
    case WaitList::Wake::kCancelled:
      co_return tl::unexpected(Rejection{closed_ ? Cause::kShuttingDown : Cause::kCancelled});
    case WaitList::Wake::kNotified:
      break;
  }
  // The place of whoever left was handed over, and is counted still.
  Ticket ticket(*this);
  if (closed_) co_return tl::unexpected(Rejection{Cause::kShuttingDown});
  co_return ticket;
}

void Admission::Leave() {
  if (queue_.size() > 0 && !closed_) {
    queue_.NotifyOne();
  } else {
    --running_;
  }
}

void Admission::Close() {
  closed_ = true;
  queue_.CancelAll();
}

}  // namespace pyrunner
