#include "engine/demand.h"

#include <gtest/gtest.h>

namespace pyrunner {
namespace {

using namespace std::chrono_literals;

constexpr auto kKeep = 60s;

class DemandTest : public testing::Test {
 protected:
  void Burst(int requests, SteadyClock::duration apart = 100us) {
    for (int i = 0; i < requests; ++i) {
      now_ += apart;
      demand_.Arrived(now_);
    }
  }
  [[nodiscard]] std::size_t WantedAfter(SteadyClock::duration time,
                                        SteadyClock::duration making = 5ms) {
    now_ += time;
    return demand_.Wanted(now_, making);
  }

  Deadline now_{1'000'000s};
  Demand demand_{kKeep};
};

TEST_F(DemandTest, NobodyCameNothingIsWanted) { EXPECT_EQ(WantedAfter(0s), 0U); }

TEST_F(DemandTest, ABurstIsRememberedWithHeadroom) {
  Burst(200);
  EXPECT_EQ(WantedAfter(0s), 225U);
  EXPECT_EQ(WantedAfter(59s), 225U) << "the next one may come within a minute";
}

TEST_F(DemandTest, ABurstIsForgottenByHalvesAndInTheEndWhole) {
  Burst(200);
  EXPECT_EQ(WantedAfter(kKeep + 20s), 112U);
  EXPECT_EQ(WantedAfter(20s), 56U);
  EXPECT_EQ(WantedAfter(10min), 0U);
}

TEST_F(DemandTest, ABurstThatFallsBetweenTwoWindowsCountsWhole) {
  for (const auto offset : {0ms, 20ms, 45ms, 49ms}) {
    SCOPED_TRACE(offset.count());
    demand_ = Demand(kKeep);
    Burst(1);
    now_ += offset;
    Burst(80, 500us);
    EXPECT_GE(WantedAfter(0s), 90U);
  }
}

TEST_F(DemandTest, ASteadyStreamWantsWhatATenthOfASecondBrings) {
  Burst(1000, 10ms);
  EXPECT_GE(WantedAfter(0s), 10U);
  EXPECT_LE(WantedAfter(0s), 12U);
}

TEST_F(DemandTest, MoreWhereMakingOneTakesLong) {
  Burst(1000, 10ms);
  EXPECT_GE(WantedAfter(0s, 300ms), 30U);
  EXPECT_LE(WantedAfter(0s, 300ms), 37U);
}

TEST_F(DemandTest, ASmallerBurstNeitherShrinksNorProlongsWhatALargeOneWanted) {
  Burst(200);
  EXPECT_EQ(WantedAfter(50s), 225U);
  Burst(50);
  EXPECT_EQ(WantedAfter(0s), 225U);
  EXPECT_LT(WantedAfter(30s), 225U);
}

TEST_F(DemandTest, ALargerOneCountsAtOnce) {
  Burst(20);
  EXPECT_EQ(WantedAfter(1s), 22U);
  Burst(100);
  EXPECT_EQ(WantedAfter(0s), 112U);
}

TEST_F(DemandTest, AnOldWindowDoesNotCount) {
  Burst(40);
  now_ += 200ms;
  Burst(40);
  EXPECT_EQ(WantedAfter(0s), 45U);
}

}  // namespace
}  // namespace pyrunner
