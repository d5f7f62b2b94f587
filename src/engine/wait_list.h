// WaitList: coroutines that wait for something to change, first come, first served.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <list>
#include <memory>
#include <utility>

#include "base/cancellation.h"
#include "base/deadline.h"

namespace pyrunner {

/// Used from one thread only. Must outlive its waiters.
class WaitList {
 public:
  /// Why a waiter goes on.
  enum class Wake { kNotified, kDeadline, kCancelled };

  explicit WaitList(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;

  /// True when notified, false when the deadline passed first.
  boost::asio::awaitable<bool> WaitUntil(Deadline deadline);

  /// The same for a request that may be cancelled; listens to it meanwhile.
  boost::asio::awaitable<Wake> WaitUntil(Deadline deadline,
                                         std::shared_ptr<Cancellation> cancellation);

  /// Wakes whoever waits longest.
  void NotifyOne();
  void NotifyAll();
  /// Wakes all of them with kCancelled.
  void CancelAll();

  [[nodiscard]] std::size_t size() const { return waiters_.size(); }

 private:
  struct Waiter;
  using Waiters = std::list<Waiter*>;

  void WakeFirst(Wake wake);

  boost::asio::any_io_executor executor_;
  Waiters waiters_;
};

}  // namespace pyrunner
