#include "engine/event_set.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/resumption.h"
#include "base/unix_socket.h"
#include "engine/event_loop_test_support.h"

namespace pyrunner {
namespace {

using namespace std::chrono_literals;

/// Writes down what it is told, into a list that it may share with others.
class Recorder final : public EventSet::Listener {
 public:
  Recorder(std::string name, std::vector<std::string>& told)
      : name_(std::move(name)), told_(told) {}
  void OnEvent(int which) override { told_.push_back(name_ + std::to_string(which)); }
  void OnTime() override { told_.push_back(name_ + " time"); }
  void OnShutdown() override { told_.push_back(name_ + " shutdown"); }

 private:
  std::string name_;
  std::vector<std::string>& told_;
};

class EventSetTest : public testing::Test {
 protected:
  EventSet::Id Add(const std::string& name) {
    return events_.Add(std::make_shared<Recorder>(name, told_));
  }
  static std::pair<Fd, Fd> Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    return {Fd(ends[0]), Fd(ends[1])};
  }
  static void Write(const Fd& fd) { EXPECT_EQ(::write(fd.get(), "x", 1), 1); }
  bool Quiet() {
    const std::size_t before = told_.size();
    (void)loop_.RunUntil([&] { return told_.size() != before; }, 30ms);
    return told_.size() == before;
  }
  bool Until(std::size_t count) {
    return loop_.RunUntil([&] { return told_.size() >= count; });
  }

  std::vector<std::string> told_;  // outlives the listeners
  EventLoop loop_;
  EventSet& events_ = EventSet::Of(loop_.executor());
};

TEST_F(EventSetTest, IsOneForEachLoop) {
  EventLoop other;
  EXPECT_EQ(&EventSet::Of(loop_.executor()), &events_);
  EXPECT_NE(&EventSet::Of(other.executor()), &events_);
}

TEST_F(EventSetTest, TellsOnceOfWhatWasAskedFor) {
  auto [in, out] = Pipe();
  const auto id = Add("a");
  ASSERT_TRUE(events_.Await(id, 3, in.get(), EPOLLIN));
  EXPECT_TRUE(Quiet());
  Write(out);
  ASSERT_TRUE(Until(1));
  EXPECT_EQ(told_, std::vector<std::string>{"a3"});
  Write(out);
  EXPECT_TRUE(Quiet());
  ASSERT_TRUE(events_.Await(id, 3, in.get(), EPOLLIN)) << "there is something to read still";
  EXPECT_TRUE(Until(2));
}

TEST_F(EventSetTest, NobodyIsWokenForDataWhereOnlyTheEndWasAskedFor) {
  auto [in, out] = Pipe();
  const auto id = Add("a");
  ASSERT_TRUE(events_.Await(id, 1, in.get(), 0));
  Write(out);
  EXPECT_TRUE(Quiet());
  out.Reset();
  EXPECT_TRUE(Until(1));
}

TEST_F(EventSetTest, TellsOfOtherDescriptorsBeforeThoseOfNumberZero) {
  auto [in_a, out_a] = Pipe();
  auto [in_b, out_b] = Pipe();
  const auto a = Add("a");
  const auto b = Add("b");
  ASSERT_TRUE(events_.Await(a, 0, in_a.get(), EPOLLIN));
  ASSERT_TRUE(events_.Await(b, 1, in_b.get(), EPOLLIN));
  events_.AwaitTime(a, SteadyClock::now());
  Write(out_a);
  Write(out_b);
  ASSERT_TRUE(Until(3));
  EXPECT_EQ(told_, (std::vector<std::string>{"b1", "a0", "a time"}));
}

TEST_F(EventSetTest, ARemovedOneIsToldNothing) {
  auto [in, out] = Pipe();
  const auto id = Add("a");
  (void)Add("b");
  ASSERT_TRUE(events_.Await(id, 1, in.get(), EPOLLIN));
  events_.AwaitTime(id, SteadyClock::now() + 1ms);
  Write(out);
  events_.Remove(id);
  EXPECT_TRUE(events_.Await(id, 1, in.get(), EPOLLIN)) << "and asks for nothing";
  EXPECT_TRUE(Quiet());
}

TEST_F(EventSetTest, TimesComeInTheirOrderAndOnce) {
  const auto now = SteadyClock::now();
  const auto a = Add("a");
  const auto b = Add("b");
  const auto c = Add("c");
  events_.AwaitTime(a, now + 40ms);
  events_.AwaitTime(b, now + 20ms);
  events_.AwaitTime(c, now + 10ms);
  events_.AwaitTime(c, Deadline::max());
  EXPECT_TRUE(told_.empty());
  ASSERT_TRUE(Until(2));
  EXPECT_EQ(told_, (std::vector<std::string>{"b time", "a time"}));
  EXPECT_GE(SteadyClock::now(), now + 40ms);
  EXPECT_TRUE(Quiet());
}

TEST_F(EventSetTest, ATimeInThePastComesAtOnce) {
  events_.AwaitTime(Add("a"), Deadline::min());
  EXPECT_TRUE(Until(1));
}

TEST_F(EventSetTest, AnEmptySetDoesNotKeepTheLoopRunning) {
  const auto id = Add("a");
  loop_.Settle();
  events_.Remove(id);
  loop_.context().restart();
  loop_.context().run();  // or the test hangs
  events_.AwaitTime(Add("b"), SteadyClock::now());
  EXPECT_TRUE(Until(1)) << "it may be used again";
}

TEST(EventSetShutdown, IsToldToListenersAndLetsGoOfThem) {
  std::vector<std::string> told;
  std::weak_ptr<EventSet::Listener> listener;
  {
    EventLoop loop;
    auto recorder = std::make_shared<Recorder>("a", told);
    listener = recorder;
    (void)EventSet::Of(loop.executor()).Add(std::move(recorder));
  }
  EXPECT_EQ(told, std::vector<std::string>{"a shutdown"});
  EXPECT_TRUE(listener.expired());
}

TEST(ResumptionTest, GoesOnInsideOfResume) {
  EventLoop loop;
  Resumption resumption;
  std::optional<int> result;
  const auto wait = [](Resumption& its) -> boost::asio::awaitable<int> {
    auto first = its.Wait();
    co_await std::move(first);
    auto second = its.Wait();
    co_await std::move(second);
    co_return 7;
  };
  resumption.Resume();  // nobody waits
  loop.Start(wait(resumption), result);
  loop.Settle();
  resumption.Resume();
  EXPECT_FALSE(result);
  resumption.Resume();
  loop.Settle();
  EXPECT_EQ(result, 7);
}

TEST(ResumptionTest, AWaiterThatIsAbandonedIsDestroyed) {
  EventLoop loop;
  Resumption resumption;
  const auto held = std::make_shared<int>(1);
  std::optional<int> result;
  const auto wait = [](Resumption& its, std::shared_ptr<int> value) -> boost::asio::awaitable<int> {
    auto waiting = its.Wait();
    co_await std::move(waiting);
    co_return *value;
  };
  loop.Start(wait(resumption, held), result);
  loop.Settle();
  EXPECT_GT(held.use_count(), 1);
  resumption.Abandon();
  loop.Settle();
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_FALSE(result);
}

}  // namespace
}  // namespace pyrunner
