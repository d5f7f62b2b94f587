// Admission: which programs run at once, by number and by memory, and how many may wait.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <utility>

#include "base/cancellation.h"
#include "base/deadline.h"
#include "engine/runner.h"

namespace pyrunner {

struct AdmissionLimits {
  std::uint32_t places = 1;        // programs at once
  std::uint32_t queue = 0;         // requests that may wait
  std::uint64_t memory_bytes = 0;  // sum of the memory limits of all that run; 0: no bound
};

/// A bounded queue before a bounded number of places and a bounded sum of memory limits. First
/// come, first served, without exception: nobody overtakes a large program that waits for memory,
/// or small ones could keep it waiting for ever. Used from the gateway's thread; outlives its
/// tickets.
class Admission {
 public:
  Admission(boost::asio::any_io_executor executor, AdmissionLimits limits)
      : executor_(std::move(executor)), limits_(limits) {}

  /// A place and its memory, given back when the ticket goes.
  class Ticket {
   public:
    Ticket(Admission& admission, std::uint64_t memory_bytes)
        : admission_(&admission), memory_bytes_(memory_bytes) {}
    Ticket(Ticket&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)),
          memory_bytes_(other.memory_bytes_) {}
    Ticket& operator=(Ticket&&) = delete;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() {
      if (admission_ != nullptr) admission_->Leave(memory_bytes_);
    }

   private:
    Admission* admission_;
    std::uint64_t memory_bytes_;
  };

  /// Waits for a place and for so much memory. What can never fit is rejected at once.
  boost::asio::awaitable<tl::expected<Ticket, Rejection>> Enter(
      std::uint64_t memory_bytes, Deadline deadline, std::shared_ptr<Cancellation> cancellation);

  /// From now on nobody enters; those who wait are rejected.
  void Close();

  [[nodiscard]] std::uint32_t running() const { return running_; }
  [[nodiscard]] std::size_t queued() const { return queue_.size(); }
  [[nodiscard]] std::uint64_t granted_bytes() const { return granted_bytes_; }

 private:
  struct Waiter;

  [[nodiscard]] bool Fits(std::uint64_t memory_bytes) const;
  void Take(std::uint64_t memory_bytes);
  void Leave(std::uint64_t memory_bytes);
  /// Lets in whoever is first for as long as there is room.
  void AdmitWaiting();

  boost::asio::any_io_executor executor_;
  AdmissionLimits limits_;
  std::list<Waiter*> queue_;
  std::uint32_t running_ = 0;        // places taken, those that were just handed over included
  std::uint64_t granted_bytes_ = 0;  // the same of memory
  bool closed_ = false;
};

}  // namespace pyrunner
