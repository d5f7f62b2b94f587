// EventSet: the kernel's events of many descriptors and times, each asked for by itself.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/deadline.h"
#include "base/fd.h"

namespace pyrunner {

/// An epoll inside of Asio's, and one timer. Asio wakes the thread for whatever happens to a
/// descriptor, whether anybody waits for it or not; here nobody is woken for what was not asked
/// for, and no wait costs a coroutine. One for each io_context. Used from its one thread.
class EventSet final : public boost::asio::execution_context::service {
 public:
  class Listener {
   public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;

    /// One of its descriptors has what was asked for, or was closed at its other end. Of what the
    /// kernel reports together, descriptors 0 of all listeners come after all others, and times
    /// last.
    virtual void OnEvent(int which) = 0;
    /// Its time has come.
    virtual void OnTime() = 0;
    /// The io_context ends; nothing will come any more.
    virtual void OnShutdown() = 0;
  };

  using Id = std::uint64_t;
  static constexpr int kMostDescriptors = 8;  // of one listener

  using key_type = EventSet;  // as Asio finds a service
  explicit EventSet(boost::asio::execution_context& context);

  /// That of the executor's context.
  static EventSet& Of(const boost::asio::any_io_executor& executor);

  /// Keeps the listener alive until Remove.
  Id Add(std::shared_ptr<Listener> listener);
  /// Nothing comes after this. The descriptors may be closed before or after.
  void Remove(Id id);

  /// Asks for one event: any of `events` (EPOLLIN and so on) or the end of the peer, which alone is
  /// asked for with 0. `which`, below kMostDescriptors, is the listener's own name of the
  /// descriptor. Replaces what was asked for before. False if the kernel lacks the memory.
  [[nodiscard]] bool Await(Id id, int which, int fd, std::uint32_t events);

  /// Asks for one OnTime, in place of the one asked for before; Deadline::max() for none.
  void AwaitTime(Id id, Deadline time);

 private:
  struct Entry {
    std::shared_ptr<Listener> listener;
    Deadline time = Deadline::max();
    std::uint32_t known = 0;  // bits: which descriptors the kernel knows
  };

  void shutdown() override;
  void Wait();
  void Dispatch();
  void RunTimes();
  void SetTimer();

  std::unordered_map<Id, Entry> entries_;  // never one of kTimer
  std::set<std::pair<Deadline, Id>> times_;
  Fd timer_;
  Deadline timer_set_to_ = Deadline::max();
  static constexpr Id kTimer = 0;
  Id last_id_ = kTimer;
  bool waiting_ = false;
  std::optional<boost::asio::posix::stream_descriptor> epoll_;
};

}  // namespace pyrunner
