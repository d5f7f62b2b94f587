// Admission: how many programs run at once, and how many may wait for their turn.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/cancellation.h"
#include "base/deadline.h"
#include "engine/runner.h"
#include "engine/wait_list.h"

namespace pyrunner {

/// A bounded queue before a bounded number of places, first come, first served. Used from the
/// gateway's thread; outlives its tickets.
class Admission {
 public:
  Admission(boost::asio::any_io_executor executor, std::uint32_t places, std::uint32_t queue)
      : queue_(std::move(executor)), places_(places), max_queued_(queue) {}

  /// A place, given back when the ticket goes.
  class Ticket {
   public:
    explicit Ticket(Admission& admission) : admission_(&admission) {}
    Ticket(Ticket&& other) noexcept : admission_(std::exchange(other.admission_, nullptr)) {}
    Ticket& operator=(Ticket&&) = delete;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() {
      if (admission_ != nullptr) admission_->Leave();
    }

   private:
    Admission* admission_;
  };

  boost::asio::awaitable<tl::expected<Ticket, Rejection>> Enter(
      Deadline deadline, std::shared_ptr<Cancellation> cancellation);

  /// From now on nobody enters; those who wait are rejected.
  void Close();

  [[nodiscard]] std::uint32_t running() const { return running_; }
  [[nodiscard]] std::size_t queued() const { return queue_.size(); }

 private:
  void Leave();

  WaitList queue_;
  std::uint32_t places_;
  std::uint32_t max_queued_;
  std::uint32_t running_ = 0;  // places taken, those that were just handed over included
  bool closed_ = false;
};

}  // namespace pyrunner
