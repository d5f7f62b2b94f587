#include "engine/shelf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/event_loop_test_support.h"
#include "engine/fake_sandbox_test_support.h"

namespace pyrunner {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLeast = 4;
constexpr std::size_t kAtOnce = 2;
constexpr std::size_t kMost = 12;

/// Makes sandboxes, which never run anything, when the test says so.
class FakeMaker final : public Shelf::Maker {
 public:
  explicit FakeMaker(EventLoop& loop) : loop_(loop) {}
  ~FakeMaker() override { KillAll(); }

  bool Make(Shelf& /*shelf*/, Preparation preparation) override {
    if (!has_slots) return false;
    begun.push_back(preparation);
    return true;
  }
  void Hurry(Shelf& /*shelf*/) override { ++hurries; }
  [[nodiscard]] std::uint64_t zygote() const override { return number; }
  [[nodiscard]] bool has_zygote() const override { return true; }
  void Doubt() override { ++doubts; }

  /// The oldest that was begun is ready.
  void Finish(Shelf& shelf) {
    const Preparation preparation = begun.front();
    begun.pop_front();
    made_.push_back(Sandbox::Adopt(loop_.executor(), ForkFake([](const FakeSandbox& sandbox) {
                                     (void)sandbox;
                                     FakeSandbox::Hang();
                                     return 0;
                                   }),
                                   Slot{}, [](Slot) {}));
    shelf.Add({made_.back(), number, preparation}, 1ms);
    loop_.Settle();
  }
  void Fail(Shelf& shelf) {
    begun.pop_front();
    shelf.Failed("no luck");
    loop_.Settle();
  }

  void KillAll() {
    for (const auto& sandbox : made_) sandbox->Kill();
    EXPECT_TRUE(loop_.RunUntil([&] {
      return std::none_of(made_.begin(), made_.end(), [](const auto& one) { return one->alive(); });
    }));
    loop_.Settle();
  }

  std::deque<Preparation> begun;  // and not finished
  bool has_slots = true;
  std::uint64_t number = 1;
  int hurries = 0;
  int doubts = 0;

 private:
  EventLoop& loop_;
  std::vector<std::shared_ptr<Sandbox>> made_;
};

class ShelfTest : public testing::Test {
 protected:
  explicit ShelfTest(std::chrono::milliseconds keep_time = 60s)
      : shelf_(loop_.executor(),
               {.least = kLeast,
                .at_once = kAtOnce,
                .keep_time = keep_time,
                .log_failure = [this](const std::string& why) { failures_.push_back(why); }},
               maker_, activity_, budget_) {}

  void TearDown() override {
    shelf_.Stop();
    while (!maker_.begun.empty()) maker_.Fail(shelf_);
    EXPECT_TRUE(loop_.RunUntil([&] { return shelf_.Empty(); }));
  }

  /// Makes all that is asked for.
  void Fill() {
    shelf_.Refill();
    while (!maker_.begun.empty()) maker_.Finish(shelf_);
  }
  void Burst(int requests) {
    for (int i = 0; i < requests; ++i) shelf_.Expect(SteadyClock::now());
  }

  using Acquired = std::optional<std::shared_ptr<Sandbox>>;
  void Acquire(Acquired& sandbox, SteadyClock::duration patience = 1h) {
    loop_.Start(shelf_.Acquire(SteadyClock::now() + patience, cancellation_), sandbox);
    loop_.Settle();
  }
  [[nodiscard]] bool Begins(std::size_t count) {
    return loop_.RunUntil([&] { return maker_.begun.size() >= count; });
  }

  EventLoop loop_;
  FakeMaker maker_{loop_};
  Activity activity_;
  ReadyBudget budget_{kMost - kLeast, 0};
  std::vector<std::string> failures_;
  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  Shelf shelf_;
};

TEST_F(ShelfTest, FillsUpToTheLeastNumberAFewAtATime) {
  shelf_.Refill();
  EXPECT_EQ(maker_.begun.size(), kAtOnce);
  while (!maker_.begun.empty()) {
    EXPECT_EQ(maker_.begun.front(), Preparation::kAhead);
    EXPECT_LE(maker_.begun.size(), kAtOnce);
    maker_.Finish(shelf_);
  }
  EXPECT_EQ(shelf_.ready(), kLeast);
  EXPECT_EQ(shelf_.wanted(), kLeast);
}

TEST_F(ShelfTest, WithoutAZygoteNothingIsMade) {
  maker_.number = 0;
  shelf_.Refill();
  EXPECT_TRUE(maker_.begun.empty());
}

TEST_F(ShelfTest, ReadyOnesAreHandedOutAndReplaced) {
  Fill();
  Acquired sandbox;
  Acquire(sandbox);
  ASSERT_TRUE(sandbox);
  EXPECT_TRUE((*sandbox)->alive());
  EXPECT_EQ(shelf_.ready(), kLeast - 1);
  EXPECT_TRUE(maker_.begun.empty()) << "not while the program starts";
  EXPECT_TRUE(Begins(1));
  EXPECT_EQ(maker_.begun.front(), Preparation::kAhead);
}

TEST_F(ShelfTest, WhoWaitsGetsTheNextOneMadeInHaste) {
  const Activity::Request request(activity_);
  Acquired first;
  Acquired second;
  Acquire(first);
  Acquire(second);
  ASSERT_EQ(maker_.begun, (std::deque{Preparation::kAtOnce, Preparation::kAtOnce}));
  maker_.Finish(shelf_);
  EXPECT_TRUE(first);
  EXPECT_FALSE(second);
  maker_.Finish(shelf_);
  EXPECT_TRUE(second);
}

TEST_F(ShelfTest, WhatIsBeingMadeGoesFirstWhenSomebodyWaits) {
  shelf_.Refill();
  EXPECT_EQ(maker_.hurries, 0);
  Acquired sandbox;
  Acquire(sandbox);
  EXPECT_EQ(maker_.hurries, 1);
  maker_.Finish(shelf_);
  EXPECT_TRUE(sandbox);
}

TEST_F(ShelfTest, NothingIsRehearsedWhileRequestsWait) {
  const Activity::Request request(activity_);
  std::vector<Acquired> sandboxes(6);
  for (Acquired& sandbox : sandboxes) Acquire(sandbox);
  while (!std::all_of(sandboxes.begin(), sandboxes.end(), [](const auto& one) { return !!one; })) {
    ASSERT_FALSE(maker_.begun.empty());
    EXPECT_EQ(maker_.begun.front(), Preparation::kAtOnce);
    maker_.Finish(shelf_);
  }
}

TEST_F(ShelfTest, WhatWasMadeInHasteIsReplacedWhenAllIsQuiet) {
  {
    const Activity::Request request(activity_);
    Acquired sandbox;
    Acquire(sandbox, 1ms);
    ASSERT_EQ(maker_.begun.size(), 1U);
    EXPECT_TRUE(loop_.RunUntil([&] { return sandbox.has_value(); }));
    EXPECT_EQ(*sandbox, nullptr) << "it did not wait so long";
    maker_.Finish(shelf_);
    EXPECT_EQ(shelf_.ready(), 1U);
  }
  for (std::size_t made = 0; made < kLeast; ++made) {
    ASSERT_TRUE(Begins(1));
    EXPECT_EQ(maker_.begun.front(), Preparation::kAhead);
    maker_.Finish(shelf_);
  }
  EXPECT_EQ(shelf_.ready(), kLeast);
}

TEST_F(ShelfTest, AfterABurstThereAreAsManyReadyAsItHadAndMore) {
  Fill();
  Burst(8);
  EXPECT_EQ(shelf_.wanted(), 9U);
  Fill();
  EXPECT_EQ(shelf_.ready(), 9U);
}

TEST_F(ShelfTest, WhatABurstAskedForIsMadeOneByOneWhileNobodyIsAnswered) {
  Fill();
  Burst(8);
  {
    const Activity::Request request(activity_);
    shelf_.Refill();
    EXPECT_TRUE(maker_.begun.empty());
  }
  EXPECT_TRUE(Begins(1));
  maker_.Finish(shelf_);
  EXPECT_EQ(maker_.begun.size(), 1U);
}

TEST_F(ShelfTest, NoMoreThanTheBudgetHas) {
  Burst(1000);
  Fill();
  EXPECT_EQ(shelf_.ready(), kMost);
}

TEST_F(ShelfTest, TheLeastNumberIsMadeThoughRequestsAreAnsweredAllTheTime) {
  const Activity::Request request(activity_);
  shelf_.Refill();
  EXPECT_TRUE(maker_.begun.empty());
  for (std::size_t made = 0; made < kLeast; ++made) {
    ASSERT_TRUE(Begins(1));
    maker_.Finish(shelf_);
  }
  EXPECT_EQ(shelf_.ready(), kLeast);
}

TEST_F(ShelfTest, ARenewedZygotesSandboxesTakeTheOldOnesPlacesOneByOne) {
  Burst(8);
  Fill();
  const std::size_t ready = shelf_.ready();
  maker_.number = 2;
  shelf_.Refill();
  int made = 0;
  for (; !maker_.begun.empty(); ++made) {
    maker_.Finish(shelf_);
    EXPECT_EQ(shelf_.ready(), ready);
  }
  EXPECT_EQ(made, static_cast<int>(ready));
}

TEST_F(ShelfTest, ADeadOneIsNotHandedOut) {
  Fill();
  Acquired sandbox;
  Acquire(sandbox);
  ASSERT_TRUE(sandbox);
  maker_.KillAll();
  Acquired next;
  Acquire(next);
  EXPECT_FALSE(next);
  ASSERT_TRUE(Begins(1));
  maker_.Finish(shelf_);
  ASSERT_TRUE(next);
  EXPECT_TRUE((*next)->alive());
}

TEST_F(ShelfTest, WithoutASlotItIsTriedAgain) {
  maker_.has_slots = false;
  Acquired sandbox;
  Acquire(sandbox);
  EXPECT_TRUE(maker_.begun.empty());
  maker_.has_slots = true;
  ASSERT_TRUE(Begins(1));
  maker_.Finish(shelf_);
  EXPECT_TRUE(sandbox);
}

TEST_F(ShelfTest, AfterSeveralFailuresNobodyIsLeftWaiting) {
  Acquired sandbox;
  Acquire(sandbox);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(sandbox);
    ASSERT_TRUE(Begins(1));
    maker_.Fail(shelf_);
  }
  ASSERT_TRUE(sandbox);
  EXPECT_EQ(*sandbox, nullptr);
  EXPECT_FALSE(shelf_.usable());
  EXPECT_EQ(maker_.doubts, 1);
  EXPECT_EQ(failures_, std::vector<std::string>(3, "no luck"));
  // It goes on trying.
  ASSERT_TRUE(Begins(1));
  maker_.Finish(shelf_);
  EXPECT_TRUE(shelf_.usable());
}

TEST_F(ShelfTest, ThoseThatFailTogetherCountOnce) {
  shelf_.Refill();
  ASSERT_EQ(maker_.begun.size(), 2U);
  maker_.Fail(shelf_);
  maker_.Fail(shelf_);
  EXPECT_EQ(failures_.size(), 1U);
}

TEST_F(ShelfTest, OneTooManyForTheHostMakesNoDoubtsAndNoMore) {
  Fill();
  Burst(8);
  shelf_.Refill();
  maker_.Finish(shelf_);
  ASSERT_EQ(maker_.begun.size(), 1U);
  maker_.Fail(shelf_);
  EXPECT_TRUE(shelf_.usable());
  EXPECT_EQ(maker_.doubts, 0);
  EXPECT_EQ(shelf_.wanted(), kLeast + 1);
  EXPECT_EQ(shelf_.ready(), kLeast + 1);
}

TEST_F(ShelfTest, StoppingEndsAllWaiting) {
  Acquired sandbox;
  Acquire(sandbox);
  shelf_.Stop();
  loop_.Settle();
  ASSERT_TRUE(sandbox);
  EXPECT_EQ(*sandbox, nullptr);
}

TEST_F(ShelfTest, ACancelledRequestGetsNone) {
  Acquired sandbox;
  Acquire(sandbox);
  cancellation_->Cancel();
  loop_.Settle();
  ASSERT_TRUE(sandbox);
  EXPECT_EQ(*sandbox, nullptr);
}

class BriefMemory : public ShelfTest {
 protected:
  BriefMemory() : ShelfTest(100ms) {}
};

TEST_F(BriefMemory, WhatNobodyAsksForAnyMoreIsGivenBack) {
  Burst(8);
  Fill();
  EXPECT_GT(shelf_.ready(), kLeast);
  EXPECT_TRUE(loop_.RunUntil([&] { return shelf_.ready() == kLeast; }));
  EXPECT_TRUE(maker_.begun.empty());
}

}  // namespace
}  // namespace pyrunner
