// Shelf: the ready sandboxes of one zygote kind and system call profile, and who waits for one.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/cancellation.h"
#include "base/deadline.h"
#include "engine/activity.h"
#include "engine/demand.h"
#include "engine/ready_budget.h"
#include "engine/sandbox.h"
#include "engine/wait_list.h"

namespace pyrunner {

/// How a sandbox is made.
enum class Preparation {
  kAtOnce,  // somebody waits for it
  kAhead,   // at low priority, and rehearsed
};

struct ReadySandbox {
  std::shared_ptr<Sandbox> sandbox;
  std::uint64_t zygote = 0;  // a number of the zygote that forked it
  Preparation preparation = Preparation::kAhead;
};

/// Decides when a sandbox is made, and how: at once for whoever waits; up to the least number soon;
/// up to what the arrivals of late ask for, and rehearsed instead of those that were made in haste,
/// while nothing else is to do. Gives back what nobody asks for any more. When it is at rest it
/// does nothing at all. Used from the gateway's thread.
class Shelf {
 public:
  /// Makes the sandboxes. Called back on the same thread; outlives the shelf.
  class Maker {
   public:
    virtual ~Maker() = default;
    /// Begins to make one, which ends in Add() or Failed() later; false if that cannot be now.
    virtual bool Make(Shelf& shelf, Preparation preparation) = 0;
    /// Somebody waits now: what is being made goes first.
    virtual void Hurry(Shelf& shelf) = 0;
    /// The number of the zygote that forks now; 0: there is none.
    [[nodiscard]] virtual std::uint64_t zygote() const = 0;
    /// Whether there is one, or hope for one.
    [[nodiscard]] virtual bool has_zygote() const = 0;
    /// Several could not be made, one after the other: perhaps it is the zygote that is broken.
    virtual void Doubt() = 0;
  };

  struct Options {
    std::size_t least = 0;              // kept ready always
    std::size_t group = 0;              // of the budget for more
    std::size_t at_once = 1;            // in the making at the same time
    SteadyClock::duration keep_time{};  // of what a burst asked for
    std::function<void(const std::string& why)> log_failure;
  };

  Shelf(const boost::asio::any_io_executor& executor, Options options, Maker& maker,
        const Activity& activity, ReadyBudget& budget);

  /// A request for one of these sandboxes has come, and will call Acquire when it may.
  void Expect(Deadline now) { demand_.Arrived(now); }

  /// A ready sandbox for one program; nothing if the deadline passed, the request was cancelled,
  /// none can be had or the shelf was stopped first.
  boost::asio::awaitable<std::shared_ptr<Sandbox>> Acquire(
      Deadline deadline, std::shared_ptr<Cancellation> cancellation);

  /// Something has changed: a zygote came, a slot is free, nobody is being answered.
  void Refill();

  void Add(ReadySandbox ready, SteadyClock::duration making);
  /// One could not be made; `why` is empty if that says nothing of the next.
  void Failed(const std::string& why);
  /// The memory of a rehearsed one; see ReadyBudget.
  void Measured(std::uint64_t bytes) { share_.Measured(bytes); }

  /// Whoever waits looks whether there is still hope.
  void WakeAll() { available_.NotifyAll(); }
  void Stop();

  /// False while none can be had and nothing says that one will be soon.
  [[nodiscard]] bool usable() const;
  [[nodiscard]] bool in_a_hurry() const { return waiting_ > 0; }
  [[nodiscard]] std::size_t ready() const { return ready_.size(); }
  [[nodiscard]] std::size_t wanted() const;
  /// True once nothing of it goes on.
  [[nodiscard]] bool Empty() const { return making_ == 0 && !looking_; }

 private:
  /// Makes the next one that is due; false if none is, or none can be made now.
  bool MakeNext(Deadline now);
  bool Begin(Preparation preparation, Deadline now);
  std::shared_ptr<Sandbox> Take();
  /// Ends what is more than wanted: first what an older zygote forked, then what is not rehearsed.
  void DropSurplus();
  void DropDead();
  /// A look at everything, at that time or earlier.
  void LookAt(Deadline time);
  boost::asio::awaitable<void> Look();
  void UpdateShare();
  void NoteLack(Deadline now);
  /// Fewer than the least number, of the present zygote.
  [[nodiscard]] bool IsLacking() const;
  [[nodiscard]] std::size_t CountCurrent() const;

  boost::asio::any_io_executor executor_;
  Options options_;
  Maker& maker_;
  const Activity& activity_;
  ReadyBudget::Share share_;
  Demand demand_;
  SteadyClock::duration making_time_{};  // of those made at once, a moving average

  std::deque<ReadySandbox> ready_;
  std::size_t making_ = 0;
  Deadline began_at_{};  // the latest of them
  std::size_t waiting_ = 0;
  WaitList available_;

  Deadline lacking_since_ = Deadline::max();
  Deadline look_at_ = Deadline::max();
  WaitList look_;
  bool looking_ = false;

  int failures_ = 0;  // in a row
  Deadline make_again_at_{};
  std::size_t most_extra_ = 0;  // beyond the least number, until
  Deadline grow_again_at_{};
  bool stopped_ = false;
};

}  // namespace pyrunner
