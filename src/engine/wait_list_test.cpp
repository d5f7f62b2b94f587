#include "engine/wait_list.h"

#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "engine/event_loop_test_support.h"

namespace pyrunner {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using Wake = WaitList::Wake;

class WaitListTest : public testing::Test {
 protected:
  static awaitable<void> Note(WaitList& list, int number, std::vector<int>& woken) {
    const bool notified = co_await list.WaitUntil(Deadline::max());
    if (notified) woken.push_back(number);
  }

  void Wait(int number) {
    boost::asio::co_spawn(loop_.context(), Note(list_, number, woken_), boost::asio::detached);
    loop_.Settle();
  }

  EventLoop loop_;
  WaitList list_{loop_.executor()};
  std::vector<int> woken_;
};

TEST_F(WaitListTest, WakesWhoeverWaitsLongestFirst) {
  for (const int number : {1, 2, 3}) Wait(number);
  EXPECT_EQ(list_.size(), 3U);
  list_.NotifyOne();
  EXPECT_EQ(list_.size(), 2U) << "who is notified waits no longer";
  loop_.Settle();
  EXPECT_EQ(woken_, (std::vector{1}));
  list_.NotifyOne();
  list_.NotifyOne();
  loop_.Settle();
  EXPECT_EQ(woken_, (std::vector{1, 2, 3}));
  EXPECT_EQ(list_.size(), 0U);
}

TEST_F(WaitListTest, WakesAll) {
  for (const int number : {1, 2, 3}) Wait(number);
  list_.NotifyAll();
  loop_.Settle();
  EXPECT_EQ(woken_, (std::vector{1, 2, 3}));
}

TEST_F(WaitListTest, ANotificationIsNotKeptForLater) {
  list_.NotifyOne();
  list_.NotifyAll();
  Wait(1);
  EXPECT_TRUE(woken_.empty());
  EXPECT_EQ(list_.size(), 1U);
  list_.NotifyAll();
  loop_.Settle();
}

TEST_F(WaitListTest, GivesUpAtTheDeadline) {
  const auto start = SteadyClock::now();
  const auto notified = loop_.Run(list_.WaitUntil(start + 30ms));
  EXPECT_EQ(notified, false);
  EXPECT_GE(SteadyClock::now() - start, 30ms);
  EXPECT_EQ(list_.size(), 0U);
}

TEST_F(WaitListTest, ADeadlineInThePastIsOver) {
  EXPECT_EQ(loop_.Run(list_.WaitUntil(SteadyClock::now() - 1h)), false);
  EXPECT_EQ(loop_.Run(list_.WaitUntil(Deadline::min())), false);
}

// The timer has run out, but its handler has not run: the notification must not be lost on it.
TEST_F(WaitListTest, ANotificationBeatsADeadlineThatIsNotNoticedYet) {
  std::optional<bool> notified;
  loop_.Start(list_.WaitUntil(SteadyClock::now() + 1ms), notified);
  loop_.context().restart();
  loop_.context().poll_one();
  const auto late = SteadyClock::now() + 10ms;
  while (SteadyClock::now() < late) {
  }
  list_.NotifyOne();
  EXPECT_TRUE(loop_.RunUntil([&] { return notified.has_value(); }));
  EXPECT_EQ(notified, true);
  EXPECT_EQ(list_.size(), 0U);
}

TEST_F(WaitListTest, CancellingWakes) {
  const auto cancellation = std::make_shared<Cancellation>();
  std::optional<Wake> wake;
  loop_.Start(list_.WaitUntil(Deadline::max(), cancellation), wake);
  loop_.Settle();
  EXPECT_FALSE(wake);
  cancellation->Cancel();
  EXPECT_EQ(list_.size(), 0U);
  loop_.Settle();
  EXPECT_EQ(wake, Wake::kCancelled);
}

TEST_F(WaitListTest, WhoeverIsCancelledAlreadyDoesNotWait) {
  const auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  EXPECT_EQ(loop_.Run(list_.WaitUntil(Deadline::max(), cancellation)), Wake::kCancelled);
}

// What was handed over with the notification would otherwise belong to nobody.
TEST_F(WaitListTest, CancellingAfterTheNotificationComesTooLate) {
  const auto cancellation = std::make_shared<Cancellation>();
  std::optional<Wake> wake;
  loop_.Start(list_.WaitUntil(Deadline::max(), cancellation), wake);
  loop_.Settle();
  list_.NotifyOne();
  cancellation->Cancel();
  loop_.Settle();
  EXPECT_EQ(wake, Wake::kNotified);
}

TEST_F(WaitListTest, NotifyingAfterTheCancellationReachesTheNext) {
  const auto cancellation = std::make_shared<Cancellation>();
  std::optional<Wake> wake;
  loop_.Start(list_.WaitUntil(Deadline::max(), cancellation), wake);
  loop_.Settle();
  Wait(2);
  cancellation->Cancel();
  list_.NotifyOne();
  loop_.Settle();
  EXPECT_EQ(wake, Wake::kCancelled);
  EXPECT_EQ(woken_, (std::vector{2}));
}

TEST_F(WaitListTest, NobodyListensAfterwards) {
  const auto cancellation = std::make_shared<Cancellation>();
  EXPECT_EQ(loop_.Run(list_.WaitUntil(SteadyClock::now() + 5ms, cancellation)), Wake::kDeadline);
  cancellation->Cancel();
  EXPECT_EQ(list_.size(), 0U);
}

}  // namespace
}  // namespace pyrunner
