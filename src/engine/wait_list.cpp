#include "engine/wait_list.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pyrunner {

namespace asio = boost::asio;

struct WaitList::Waiter {
  Waiter(const asio::any_io_executor& executor, Deadline deadline) : timer(executor, deadline) {}
  asio::steady_timer timer;
  Wake wake = Wake::kDeadline;
};

asio::awaitable<bool> WaitList::WaitUntil(Deadline deadline) {
  Waiter waiter(executor_, deadline);
  const auto place = waiters_.insert(waiters_.end(), &waiter);
  (void)co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  // Whoever notifies takes the waiter out of the list first.
  if (waiter.wake == Wake::kDeadline) waiters_.erase(place);
  co_return waiter.wake == Wake::kNotified;
}

asio::awaitable<WaitList::Wake> WaitList::WaitUntil(Deadline deadline,
                                                    std::shared_ptr<Cancellation> cancellation) {
  if (cancellation->cancelled()) co_return Wake::kCancelled;
  Waiter waiter(executor_, deadline);
  const auto place = waiters_.insert(waiters_.end(), &waiter);
  cancellation->Listen([this, &waiter, place] {
    // One that is notified already has what it waited for, and goes on with it.
    if (waiter.wake != Wake::kDeadline) return;
    waiters_.erase(place);
    waiter.wake = Wake::kCancelled;
    waiter.timer.cancel();
  });
  (void)co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  cancellation->StopListening();
  if (waiter.wake == Wake::kDeadline) waiters_.erase(place);
  co_return waiter.wake;
}

void WaitList::WakeFirst(Wake wake) {
  Waiter* waiter = waiters_.front();
  waiters_.pop_front();
  waiter->wake = wake;
  waiter->timer.cancel();
}

void WaitList::NotifyOne() {
  if (!waiters_.empty()) WakeFirst(Wake::kNotified);
}

void WaitList::NotifyAll() {
  while (!waiters_.empty()) WakeFirst(Wake::kNotified);
}

void WaitList::CancelAll() {
  while (!waiters_.empty()) WakeFirst(Wake::kCancelled);
}

}  // namespace pyrunner
