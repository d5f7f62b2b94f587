#include "engine/event_set.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <span>
#include <system_error>
#include <vector>

namespace pyrunner {

namespace asio = boost::asio;

namespace {

// Then those who wait for Asio get their turn.
constexpr int kEventsAtOnce = 32;

void Check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

EventSet::EventSet(asio::execution_context& context)
    : asio::execution_context::service(context),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  Check(timer_.get(), "timerfd_create");
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  Check(epoll, "epoll_create");
  epoll_.emplace(static_cast<asio::io_context&>(context), epoll);
  // Never read: setting it anew is enough.
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = kTimer}};
  Check(::epoll_ctl(epoll, EPOLL_CTL_ADD, timer_.get(), &event), "epoll_ctl");
}

EventSet& EventSet::Of(const asio::any_io_executor& executor) {
  return asio::use_service<EventSet>(asio::query(executor, asio::execution::context));
}

EventSet::Id EventSet::Add(std::shared_ptr<Listener> listener) {
  entries_.emplace(++last_id_, Entry{.listener = std::move(listener)});
  Wait();
  return last_id_;
}

void EventSet::Remove(Id id) {
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return;
  AwaitTime(id, Deadline::max());
  entries_.erase(entry);
  // What waits keeps the io_context running.
  if (entries_.empty() && waiting_) epoll_->cancel();
}

bool EventSet::Await(Id id, int which, int fd, std::uint32_t events) {
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return true;
  // Once: an end that nobody has an ear for any more must not come again and again.
  epoll_event event{.events = events | EPOLLONESHOT,
                    .data = {.u64 = id * kMostDescriptors + static_cast<std::uint64_t>(which)}};
  std::uint32_t& known = entry->second.known;
  const std::uint32_t bit = 1U << static_cast<unsigned>(which);
  const int operation = (known & bit) != 0 ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (::epoll_ctl(epoll_->native_handle(), operation, fd, &event) != 0) return false;
  known |= bit;
  return true;
}

void EventSet::AwaitTime(Id id, Deadline time) {
  const auto entry = entries_.find(id);
  if (entry == entries_.end() || entry->second.time == time) return;
  if (entry->second.time != Deadline::max()) times_.erase({entry->second.time, id});
  entry->second.time = time;
  if (time != Deadline::max()) times_.emplace(time, id);
  SetTimer();
}

void EventSet::SetTimer() {
  const Deadline next = times_.empty() ? Deadline::max() : times_.begin()->first;
  if (next == timer_set_to_) return;
  timer_set_to_ = next;
  itimerspec value{};
  if (next != Deadline::max()) {
    using std::chrono::nanoseconds;
    constexpr std::int64_t kSecond = 1'000'000'000;
    // Zero would stop it.
    const std::int64_t time =
        std::max<std::int64_t>(1, nanoseconds(next.time_since_epoch()).count());
    value.it_value = {.tv_sec = time / kSecond, .tv_nsec = time % kSecond};
  }
  Check(::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &value, nullptr), "timerfd_settime");
}

void EventSet::Wait() {
  if (waiting_) return;
  waiting_ = true;
  epoll_->async_wait(asio::posix::stream_descriptor::wait_read,
                     [this](const boost::system::error_code& error) {
                       waiting_ = false;
                       if (!epoll_) return;
                       if (!error) Dispatch();
                       if (!entries_.empty()) Wait();
                     });
}

void EventSet::Dispatch() {
  std::array<epoll_event, kEventsAtOnce> buffer;
  const int count = ::epoll_wait(epoll_->native_handle(), buffer.data(), buffer.size(), 0);
  const std::span events(buffer.data(), static_cast<std::size_t>(std::max(count, 0)));
  bool time_has_come = false;
  for (const bool last : {false, true}) {
    for (const epoll_event& event : events) {
      const Id id = event.data.u64 / kMostDescriptors;
      const auto which = static_cast<int>(event.data.u64 % kMostDescriptors);
      time_has_come |= id == kTimer;
      if ((which == 0) != last) continue;
      const auto entry = entries_.find(id);
      if (entry == entries_.end()) continue;  // the timer, or removed by one before it
      const auto listener = entry->second.listener;
      listener->OnEvent(which);
    }
  }
  if (time_has_come) RunTimes();
}

void EventSet::RunTimes() {
  const Deadline now = SteadyClock::now();
  // Each once, so that one that asks for the past does not keep the thread.
  std::vector<Id> due;
  for (auto time = times_.begin(); time != times_.end() && time->first <= now; ++time) {
    due.push_back(time->second);
  }
  for (const Id id : due) {
    const auto entry = entries_.find(id);
    if (entry == entries_.end() || entry->second.time > now) continue;
    AwaitTime(id, Deadline::max());
    const auto listener = entry->second.listener;
    listener->OnTime();
  }
}

void EventSet::shutdown() {
  epoll_.reset();
  times_.clear();
  for (auto& [unused, entry] : std::exchange(entries_, {})) entry.listener->OnShutdown();
}

}  // namespace pyrunner
