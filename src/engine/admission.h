// Admission: which programs run at once, by number and by memory, how many may wait, and whose
// turn it is.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/caller.h"
#include "base/cancellation.h"
#include "base/deadline.h"
#include "engine/runner.h"

namespace pyrunner {

struct AdmissionLimits {
  std::uint32_t places = 1;        // programs at once
  std::uint32_t queue = 0;         // requests that may wait
  std::uint64_t memory_bytes = 0;  // sum of the memory limits of all that run; 0: no bound
};

/// A bounded queue before a bounded number of places and a bounded sum of memory limits, shared
/// fairly between callers. All who come without a key are one caller.
///
/// Of one caller: first come, first served, without exception. Between callers: the next place is
/// for the one of whose programs the fewest run, and in turn among equals. So whoever sends few
/// programs waits for one place and not behind the many of somebody else, and long programs do not
/// gather places that others leave after short ones.
///
/// Whoever is next and needs more memory than there is keeps everybody waiting until it fits:
/// nobody overtakes a large program that waits for memory, or small ones could keep it waiting for
/// ever. A caller whose quota of running programs is used up keeps nobody waiting but itself.
///
/// When the queue is full, whoever comes displaces the last one to wait of the caller with the most
/// programs, if that caller has more than the newcomer's by two or more. So one caller can have the
/// whole queue, and cannot keep others out of it.
///
/// Used from the gateway's thread; outlives its tickets.
class Admission {
 private:
  struct Waiter;

  /// What one caller has.
  struct Share {
    std::string id;
    std::uint32_t max_running = 0;  // 0: no bound
    std::uint32_t running = 0;
    std::list<Waiter*> waiting;

    [[nodiscard]] bool MayRun() const { return max_running == 0 || running < max_running; }
    [[nodiscard]] std::size_t programs() const { return running + waiting.size(); }
  };

 public:
  Admission(boost::asio::any_io_executor executor, AdmissionLimits limits)
      : executor_(std::move(executor)), limits_(limits) {}

  /// A place and its memory, given back when the ticket goes.
  class Ticket {
   public:
    Ticket(Admission& admission, Share& share, std::uint64_t memory_bytes)
        : admission_(&admission), share_(&share), memory_bytes_(memory_bytes) {}
    Ticket(Ticket&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)),
          share_(other.share_),
          memory_bytes_(other.memory_bytes_) {}
    Ticket& operator=(Ticket&&) = delete;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() {
      if (admission_ != nullptr) admission_->Leave(*share_, memory_bytes_);
    }

   private:
    Admission* admission_;
    Share* share_;
    std::uint64_t memory_bytes_;
  };

  /// Waits for a place and for so much memory. What can never fit is rejected at once.
  boost::asio::awaitable<tl::expected<Ticket, Rejection>> Enter(
      std::uint64_t memory_bytes, Deadline deadline, std::shared_ptr<Cancellation> cancellation,
      std::shared_ptr<const Caller> caller = nullptr);

  /// Other numbers from now on. Who runs or waits already is not sent away.
  void SetLimits(std::uint32_t places, std::uint32_t queue);

  /// From now on nobody enters; those who wait are rejected.
  void Close();

  [[nodiscard]] std::uint32_t running() const { return running_; }
  [[nodiscard]] std::size_t queued() const { return queued_; }
  [[nodiscard]] std::uint64_t granted_bytes() const { return granted_bytes_; }

 private:
  [[nodiscard]] Share& ShareOf(const Caller* caller);
  /// Forgets a caller that has no program left.
  void Tidy(Share& share);

  [[nodiscard]] bool Fits(std::uint64_t memory_bytes) const;
  void Take(Share& share, std::uint64_t memory_bytes);
  void Leave(Share& share, std::uint64_t memory_bytes);

  void Queue(Waiter& waiter);
  void Unqueue(Waiter& waiter);
  /// Whose turn it is, which stays its turn until it is let in or goes; nullptr: nobody may run.
  [[nodiscard]] Share* Next();
  /// Lets in whoever is next for as long as there is room.
  void AdmitWaiting();
  /// Makes room in the queue for one more of this share, if that is fair.
  [[nodiscard]] bool Displace(const Share& newcomer);

  boost::asio::any_io_executor executor_;
  AdmissionLimits limits_;
  Share anybody_;
  std::unordered_map<std::string, Share> shares_;  // by the key's id; nodes stay where they are
  std::list<Share*> turns_;                        // those who wait, whoever was let in last behind
  Share* next_ = nullptr;
  const Share* last_ = nullptr;  // to be let in; only compared, it may be gone
  std::size_t queued_ = 0;
  std::uint32_t running_ = 0;        // places taken, those that were just handed over included
  std::uint64_t granted_bytes_ = 0;  // the same of memory
  bool closed_ = false;
};

}  // namespace pyrunner
