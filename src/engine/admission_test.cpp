#include "engine/admission.h"

#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <chrono>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/event_loop_test_support.h"

namespace pyrunner {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using Cause = Rejection::Cause;

/// One request: where it stands, and its place while it has one.
struct Visitor {
  std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
  std::optional<tl::expected<Admission::Ticket, Rejection>> answer;
  std::uint64_t memory_bytes = 1;
  std::shared_ptr<const Caller> caller;

  [[nodiscard]] bool waits() const { return !answer; }
  [[nodiscard]] bool runs() const { return answer && answer->has_value(); }
  [[nodiscard]] std::optional<Cause> rejection() const {
    if (!answer || answer->has_value()) return std::nullopt;
    return answer->error().cause;
  }
  void Leave() { answer.reset(); }
};

class AdmissionTest : public testing::Test {
 protected:
  static awaitable<void> Enter(Admission& admission, Visitor& visitor, Deadline deadline) {
    visitor.answer.emplace(co_await admission.Enter(visitor.memory_bytes, deadline,
                                                    visitor.cancellation, visitor.caller));
  }

  void Arrive(Visitor& visitor, Deadline deadline = Deadline::max()) {
    boost::asio::co_spawn(loop_.context(), Enter(admission_, visitor, deadline),
                          boost::asio::detached);
    loop_.Settle();
  }

  EventLoop loop_;
  Admission admission_{loop_.executor(), {.places = 2, .queue = 3}};
};

TEST_F(AdmissionTest, AsManyRunAsThereArePlaces) {
  std::vector<Visitor> visitors(3);
  for (Visitor& visitor : visitors) Arrive(visitor);
  EXPECT_TRUE(visitors[0].runs());
  EXPECT_TRUE(visitors[1].runs());
  EXPECT_TRUE(visitors[2].waits());
  EXPECT_EQ(admission_.running(), 2U);
  EXPECT_EQ(admission_.queued(), 1U);

  visitors[1].Leave();
  loop_.Settle();
  EXPECT_TRUE(visitors[2].runs());
  EXPECT_EQ(admission_.running(), 2U);
  visitors[0].Leave();
  visitors[2].Leave();
  EXPECT_EQ(admission_.running(), 0U);
}

TEST_F(AdmissionTest, TheQueueIsBounded) {
  std::vector<Visitor> visitors(6);
  for (Visitor& visitor : visitors) Arrive(visitor);
  EXPECT_EQ(admission_.queued(), 3U);
  EXPECT_EQ(visitors[5].rejection(), Cause::kQueueFull);
  visitors[0].Leave();
  loop_.Settle();
  Visitor late;
  Arrive(late);
  EXPECT_TRUE(late.waits());
  for (Visitor& visitor : visitors) visitor.Leave();
  loop_.Settle();
  for (Visitor& visitor : visitors) visitor.Leave();
  loop_.Settle();
}

TEST_F(AdmissionTest, FirstComeFirstServed) {
  std::vector<Visitor> visitors(5);
  for (Visitor& visitor : visitors) Arrive(visitor);
  for (std::size_t i = 0; i < 3; ++i) {
    visitors[i].Leave();
    loop_.Settle();
    EXPECT_TRUE(visitors[i + 2].runs()) << i;
    for (std::size_t j = i + 3; j < visitors.size(); ++j) EXPECT_TRUE(visitors[j].waits()) << j;
  }
}

// A place that was handed over is taken, even before whoever got it runs.
TEST_F(AdmissionTest, NobodyJumpsTheQueue) {
  std::vector<Visitor> visitors(3);
  for (Visitor& visitor : visitors) Arrive(visitor);
  visitors[0].Leave();  // hands its place to the third, which does not run yet
  Visitor late;
  boost::asio::co_spawn(loop_.context(), Enter(admission_, late, Deadline::max()),
                        boost::asio::detached);
  loop_.Settle();
  EXPECT_TRUE(visitors[2].runs());
  EXPECT_TRUE(late.waits());
  EXPECT_EQ(admission_.running(), 2U);
  visitors[1].Leave();
  loop_.Settle();
  EXPECT_TRUE(late.runs());
}

TEST_F(AdmissionTest, WaitingEndsAtTheDeadline) {
  std::vector<Visitor> visitors(2);
  for (Visitor& visitor : visitors) Arrive(visitor);
  Visitor waiting;
  Arrive(waiting, SteadyClock::now() + 20ms);
  EXPECT_TRUE(waiting.waits());
  EXPECT_TRUE(loop_.RunUntil([&] { return !waiting.waits(); }));
  EXPECT_EQ(waiting.rejection(), Cause::kQueueTimedOut);
  EXPECT_EQ(admission_.queued(), 0U);
  visitors[0].Leave();
  visitors[1].Leave();
  EXPECT_EQ(admission_.running(), 0U) << "a place was given to whoever had left";
}

TEST_F(AdmissionTest, WaitingEndsWhenTheClientGoes) {
  std::vector<Visitor> visitors(4);
  for (Visitor& visitor : visitors) Arrive(visitor);
  visitors[2].cancellation->Cancel();
  loop_.Settle();
  EXPECT_EQ(visitors[2].rejection(), Cause::kCancelled);
  EXPECT_EQ(admission_.queued(), 1U);
  visitors[0].Leave();
  loop_.Settle();
  EXPECT_TRUE(visitors[3].runs());
}

// The place was handed over already: it may not get lost with the client.
TEST_F(AdmissionTest, APlaceHandedToAClientThatGoesComesBack) {
  std::vector<Visitor> visitors(3);
  for (Visitor& visitor : visitors) Arrive(visitor);
  visitors[0].Leave();
  visitors[2].cancellation->Cancel();
  loop_.Settle();
  for (Visitor& visitor : visitors) visitor.Leave();
  EXPECT_EQ(admission_.running(), 0U);
  Visitor next;
  Arrive(next);
  EXPECT_TRUE(next.runs());
}

TEST_F(AdmissionTest, ClosingRejectsWhoWaitsAndWhoComes) {
  std::vector<Visitor> visitors(4);
  for (Visitor& visitor : visitors) Arrive(visitor);
  admission_.Close();
  loop_.Settle();
  EXPECT_TRUE(visitors[0].runs()) << "who runs may finish";
  EXPECT_EQ(visitors[2].rejection(), Cause::kShuttingDown);
  EXPECT_EQ(visitors[3].rejection(), Cause::kShuttingDown);
  EXPECT_EQ(admission_.queued(), 0U);
  visitors[0].Leave();
  visitors[1].Leave();
  EXPECT_EQ(admission_.running(), 0U);
  Visitor late;
  Arrive(late);
  EXPECT_EQ(late.rejection(), Cause::kShuttingDown);
}

// A shutdown waits for running() to fall to 0.
TEST_F(AdmissionTest, ClosingLosesNoPlaceThatWasJustHandedOver) {
  std::vector<Visitor> visitors(3);
  for (Visitor& visitor : visitors) Arrive(visitor);
  visitors[0].Leave();  // hands its place to the third, which does not run yet
  admission_.Close();
  loop_.Settle();
  for (Visitor& visitor : visitors) visitor.Leave();
  EXPECT_EQ(admission_.running(), 0U);
}

TEST_F(AdmissionTest, AQueueOfNoneRejectsAtOnce) {
  Admission admission(loop_.executor(), {.places = 1, .queue = 0});
  Visitor first;
  Visitor second;
  for (Visitor* visitor : {&first, &second}) {
    boost::asio::co_spawn(loop_.context(), Enter(admission, *visitor, Deadline::max()),
                          boost::asio::detached);
  }
  loop_.Settle();
  EXPECT_TRUE(first.runs());
  EXPECT_EQ(second.rejection(), Cause::kQueueFull);
  first.Leave();
}

TEST_F(AdmissionTest, AMovedTicketGivesItsPlaceBackOnce) {
  Visitor visitor;
  Arrive(visitor);
  {
    const Admission::Ticket ticket(std::move(**visitor.answer));
    visitor.Leave();
    EXPECT_EQ(admission_.running(), 1U);
  }
  EXPECT_EQ(admission_.running(), 0U);
}

class AdmissionByMemory : public AdmissionTest {
 protected:
  Visitor& Ask(std::uint64_t memory_bytes, Deadline deadline = Deadline::max()) {
    Visitor& visitor = visitors_.emplace_back();
    visitor.memory_bytes = memory_bytes;
    boost::asio::co_spawn(loop_.context(), Enter(by_memory_, visitor, deadline),
                          boost::asio::detached);
    loop_.Settle();
    return visitor;
  }
  void Leave(Visitor& visitor) {
    visitor.Leave();
    loop_.Settle();
  }

  Admission by_memory_{loop_.executor(), {.places = 10, .queue = 10, .memory_bytes = 100}};
  std::list<Visitor> visitors_;  // after the admission: their tickets go first
};

TEST_F(AdmissionByMemory, TheSumOfTheLimitsIsBounded) {
  Visitor& first = Ask(60);
  Visitor& second = Ask(40);
  Visitor& third = Ask(1);
  EXPECT_TRUE(first.runs());
  EXPECT_TRUE(second.runs());
  EXPECT_TRUE(third.waits());
  EXPECT_EQ(by_memory_.granted_bytes(), 100U);
  Leave(second);
  EXPECT_TRUE(third.runs());
  EXPECT_EQ(by_memory_.granted_bytes(), 61U);
  Leave(first);
  Leave(third);
  EXPECT_EQ(by_memory_.granted_bytes(), 0U);
  EXPECT_EQ(by_memory_.running(), 0U);
}

TEST_F(AdmissionByMemory, WhatNeverFitsIsRejectedAtOnceEvenBehindAQueue) {
  Visitor& whole = Ask(100);
  Visitor& waiting = Ask(100);
  EXPECT_TRUE(whole.runs());
  EXPECT_TRUE(waiting.waits());
  EXPECT_EQ(Ask(101).rejection(), Cause::kTooLarge);
  EXPECT_EQ(by_memory_.queued(), 1U);
}

TEST_F(AdmissionByMemory, SmallOnesDoNotOvertakeALargeOne) {
  Visitor& running = Ask(30);
  Visitor& large = Ask(90);
  Visitor& small = Ask(5);
  EXPECT_TRUE(large.waits());
  EXPECT_TRUE(small.waits()) << "it fits, but it came later";
  Leave(running);
  EXPECT_TRUE(large.runs());
  EXPECT_TRUE(small.runs());
}

TEST_F(AdmissionByMemory, OneThatLeavesMakesRoomForSeveral) {
  Visitor& large = Ask(90);
  Visitor& a = Ask(30);
  Visitor& b = Ask(30);
  Visitor& c = Ask(50);
  EXPECT_EQ(by_memory_.queued(), 3U);
  Leave(large);
  EXPECT_TRUE(a.runs());
  EXPECT_TRUE(b.runs());
  EXPECT_TRUE(c.waits());
  Leave(a);
  EXPECT_TRUE(c.runs());
}

// Nobody leaves, and still there is room: for those whom only the first one's size held up.
TEST_F(AdmissionByMemory, TheNextOnesGoOnWhenALargeOneGivesUp) {
  Visitor& running = Ask(30);
  Visitor& large = Ask(90);
  Visitor& small = Ask(5);
  large.cancellation->Cancel();
  loop_.Settle();
  EXPECT_EQ(large.rejection(), Cause::kCancelled);
  EXPECT_TRUE(small.runs());

  Visitor& impatient = Ask(90, SteadyClock::now() + 20ms);
  Visitor& patient = Ask(6);
  EXPECT_TRUE(patient.waits());
  EXPECT_TRUE(loop_.RunUntil([&] { return patient.runs(); }));
  EXPECT_EQ(impatient.rejection(), Cause::kQueueTimedOut);
  EXPECT_TRUE(running.runs());
}

// Its turn comes between its client's going and its own next step: nothing may get lost.
TEST_F(AdmissionByMemory, MemoryGrantedToAClientThatJustWentComesBack) {
  Visitor& running = Ask(100);
  Visitor& gone = Ask(100);
  Visitor& next = Ask(100);
  gone.cancellation->Cancel();
  running.Leave();
  loop_.Settle();
  EXPECT_EQ(gone.rejection(), Cause::kCancelled);
  EXPECT_TRUE(next.runs());
  EXPECT_EQ(by_memory_.granted_bytes(), 100U);
  Leave(next);
  EXPECT_EQ(by_memory_.granted_bytes(), 0U);
  EXPECT_EQ(by_memory_.running(), 0U);
}

TEST_F(AdmissionByMemory, ClosingLetsNobodyInByMemoryThatComesBack) {
  Visitor& running = Ask(100);
  Visitor& waiting = Ask(50);
  by_memory_.Close();
  running.Leave();
  loop_.Settle();
  EXPECT_EQ(waiting.rejection(), Cause::kShuttingDown);
  EXPECT_EQ(by_memory_.granted_bytes(), 0U);
}

/// Several callers, each program with a letter: 'a' to 'z' of keys, '-' of nobody's.
class AdmissionBetweenCallers : public AdmissionTest {
 protected:
  Visitor& Ask(char who, std::uint64_t memory_bytes = 1) {
    Visitor& visitor = visitors_.emplace_back();
    visitor.memory_bytes = memory_bytes;
    if (who != '-') {
      auto& caller = callers_[who];
      if (!caller) {
        caller = std::make_shared<const Caller>(Caller{.name = {who}, .id = {who}, .quota = {}});
      }
      visitor.caller = caller;
    }
    names_[&visitor] = who;
    boost::asio::co_spawn(loop_.context(), Enter(*admission_, visitor, Deadline::max()),
                          boost::asio::detached);
    loop_.Settle();
    return visitor;
  }
  void AskMany(char who, int count) {
    for (int i = 0; i < count; ++i) Ask(who);
  }
  void SetMaxRunning(char who, std::uint32_t max_running) {
    callers_[who] = std::make_shared<const Caller>(
        Caller{.name = {who}, .id = {who}, .quota = {.max_running = max_running}});
  }
  void Make(AdmissionLimits limits) {
    admission_ = std::make_unique<Admission>(loop_.executor(), limits);
  }
  void Leave(Visitor& visitor) {
    visitor.Leave();
    names_.erase(&visitor);
    loop_.Settle();
  }

  [[nodiscard]] std::string Who(bool (Visitor::*state)() const) const {
    std::string who;
    for (const Visitor& visitor : visitors_) {
      if (const auto name = names_.find(&visitor); name != names_.end() && (visitor.*state)()) {
        who += name->second;
      }
    }
    return who;
  }
  [[nodiscard]] std::string Running() const { return Who(&Visitor::runs); }
  [[nodiscard]] std::string Waiting() const { return Who(&Visitor::waits); }

  /// Ends what runs longest until nothing does, and tells in which order the others began.
  std::string Order() {
    std::string order;
    std::list<Visitor*> running;
    std::set<const Visitor*> known;
    const auto look = [&](bool first) {
      for (Visitor& visitor : visitors_) {
        if (!names_.contains(&visitor) || !visitor.runs() || !known.insert(&visitor).second) {
          continue;
        }
        running.push_back(&visitor);
        if (!first) order += names_[&visitor];
      }
    };
    look(true);
    while (!running.empty()) {
      Visitor* oldest = running.front();
      running.pop_front();
      Leave(*oldest);
      look(false);
    }
    return order;
  }

  std::unique_ptr<Admission> admission_ =
      std::make_unique<Admission>(loop_.executor(), AdmissionLimits{.places = 1, .queue = 100});
  std::map<char, std::shared_ptr<const Caller>> callers_;
  std::list<Visitor> visitors_;  // after the admission: their tickets go first
  std::map<const Visitor*, char> names_;
};

TEST_F(AdmissionBetweenCallers, TheyTakeTurns) {
  AskMany('a', 6);
  AskMany('b', 3);
  Ask('c');
  EXPECT_EQ(Running(), "a");
  EXPECT_EQ(Order(), "bacbabaaa");
  EXPECT_EQ(admission_->running(), 0U);
  EXPECT_EQ(admission_->queued(), 0U);
}

TEST_F(AdmissionBetweenCallers, AQuietOneWaitsForOnePlaceHoweverManyAnotherSends) {
  AskMany('a', 60);
  for (int round = 0; round < 20; ++round) {
    Ask('a');  // without pause
    Visitor& quiet = Ask('b');
    ASSERT_TRUE(quiet.waits());
    Visitor* running = nullptr;
    for (Visitor& visitor : visitors_) {
      if (names_.contains(&visitor) && visitor.runs()) running = &visitor;
    }
    ASSERT_NE(running, nullptr);
    Leave(*running);
    ASSERT_TRUE(quiet.runs()) << round;
    Leave(quiet);
  }
}

TEST_F(AdmissionBetweenCallers, ThoseWithoutAKeyAreOneCaller) {
  AskMany('-', 4);
  AskMany('a', 2);
  EXPECT_EQ(Order(), "a-a--");
}

TEST_F(AdmissionBetweenCallers, WhoHasTheFewestRunningIsNext) {
  Make({.places = 4, .queue = 100});
  AskMany('a', 8);
  EXPECT_EQ(Running(), "aaaa");
  AskMany('b', 4);
  // Long programs of a's: as they end one by one, b gets as many places as a has, and no more.
  for (const char* expected : {"aaab", "aabb", "aabb"}) {
    for (Visitor& visitor : visitors_) {
      if (!names_.contains(&visitor) || !visitor.runs() || names_[&visitor] != 'a') continue;
      Leave(visitor);
      break;
    }
    EXPECT_EQ(Running(), expected);
  }
}

TEST_F(AdmissionBetweenCallers, AUsedUpQuotaKeepsNobodyElseWaiting) {
  Make({.places = 3, .queue = 100});
  SetMaxRunning('a', 1);
  AskMany('a', 3);
  EXPECT_EQ(Running(), "a");
  EXPECT_EQ(admission_->queued(), 2U);
  AskMany('b', 2);
  EXPECT_EQ(Running(), "abb") << "past those of a's that may not run yet";
  Ask('b');
  EXPECT_EQ(Waiting(), "aab");
  EXPECT_EQ(Order(), "aba");
}

TEST_F(AdmissionBetweenCallers, AQuotaChangesWithTheNextRequest) {
  Make({.places = 3, .queue = 100});
  SetMaxRunning('a', 1);
  Visitor& first = Ask('a');
  AskMany('a', 2);
  SetMaxRunning('a', 2);
  Ask('a');
  EXPECT_EQ(Running(), "a");
  Leave(first);
  EXPECT_EQ(Running(), "aa");
}

TEST_F(AdmissionBetweenCallers, NobodyOvertakesALargeOneWhoseTurnItIs) {
  Make({.places = 10, .queue = 100, .memory_bytes = 100});
  Visitor& running = Ask('a', 50);
  Visitor& large = Ask('b', 90);
  for (const char who : {'a', 'c', 'd'}) EXPECT_TRUE(Ask(who, 5).waits()) << who;
  EXPECT_TRUE(large.waits());
  Leave(running);
  EXPECT_TRUE(large.runs());
  EXPECT_EQ(Running(), "bac") << "and what fits beside it";
}

TEST_F(AdmissionBetweenCallers, WhenALargeOneGivesUpTheOthersGoOn) {
  Make({.places = 10, .queue = 100, .memory_bytes = 100});
  Ask('a', 50);
  Visitor& large = Ask('b', 90);
  Visitor& small = Ask('c', 5);
  large.cancellation->Cancel();
  loop_.Settle();
  EXPECT_EQ(large.rejection(), Cause::kCancelled);
  EXPECT_TRUE(small.runs());
}

TEST_F(AdmissionBetweenCallers, AFullQueueMakesRoomForWhoHasLess) {
  Make({.places = 1, .queue = 4});
  AskMany('a', 5);
  EXPECT_EQ(Waiting(), "aaaa");
  EXPECT_EQ(Ask('a').rejection(), Cause::kQueueFull);
  Visitor& last = *std::prev(std::prev(visitors_.end()));
  Visitor& quiet = Ask('b');
  EXPECT_TRUE(quiet.waits());
  EXPECT_EQ(last.rejection(), Cause::kQueueFull) << "the last of a's";
  EXPECT_EQ(Waiting(), "aaab");
  Ask('b');
  EXPECT_EQ(Waiting(), "aabb");
  EXPECT_EQ(Ask('b').rejection(), Cause::kQueueFull) << "a has three programs, b would have three";
  EXPECT_TRUE(Ask('c').waits());
  EXPECT_EQ(Waiting(), "abbc");
  EXPECT_EQ(admission_->queued(), 4U);
  EXPECT_EQ(Order(), "bacb");
}

TEST_F(AdmissionBetweenCallers, AQueueOfNoneStaysOne) {
  Make({.places = 1, .queue = 0});
  Ask('a');
  EXPECT_EQ(Ask('b').rejection(), Cause::kQueueFull);
}

TEST_F(AdmissionBetweenCallers, OtherLimitsHoldAtOnce) {
  AskMany('a', 5);
  admission_->SetLimits(3, 2);
  loop_.Settle();
  EXPECT_EQ(Running(), "aaa");
  EXPECT_EQ(Ask('a').rejection(), Cause::kQueueFull);
  admission_->SetLimits(1, 100);
  EXPECT_EQ(Running(), "aaa") << "nobody is sent away";
  for (Visitor& visitor : visitors_) {
    if (visitor.runs()) visitor.Leave();
  }
  loop_.Settle();
  EXPECT_EQ(admission_->running(), 1U);
}

TEST_F(AdmissionBetweenCallers, ClosingRejectsThoseOfEveryCaller) {
  for (const char who : {'a', 'b', 'c'}) AskMany(who, 2);
  admission_->Close();
  loop_.Settle();
  EXPECT_EQ(Waiting(), "");
  EXPECT_EQ(admission_->queued(), 0U);
  EXPECT_EQ(Running(), "a");
}

}  // namespace
}  // namespace pyrunner
