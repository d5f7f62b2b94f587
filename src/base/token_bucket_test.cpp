#include "base/token_bucket.h"

#include <gtest/gtest.h>

#include <chrono>

namespace pyrunner {
namespace {

using namespace std::chrono_literals;

const SteadyClock::time_point kStart{1000s};

int TakeAll(TokenBucket& bucket, SteadyClock::time_point now) {
  int taken = 0;
  while (bucket.Take(now)) ++taken;
  return taken;
}

TEST(TokenBucket, TwoSecondsWorthAtOnceThenItsRate) {
  TokenBucket bucket(5, kStart);
  EXPECT_EQ(bucket.capacity(), 10U);
  EXPECT_EQ(bucket.Window(), 2s);
  EXPECT_EQ(TakeAll(bucket, kStart), 10);
  EXPECT_EQ(TakeAll(bucket, kStart + 100ms), 0);
  EXPECT_EQ(TakeAll(bucket, kStart + 200ms), 1);
  EXPECT_EQ(TakeAll(bucket, kStart + 1200ms), 5);
  EXPECT_EQ(TakeAll(bucket, kStart + 100s), 10) << "no more than it holds";
}

TEST(TokenBucket, HoldsWhatItIsToldToHold) {
  TokenBucket bucket(2, 50, kStart);
  EXPECT_EQ(bucket.capacity(), 50U);
  EXPECT_EQ(bucket.Window(), 25s);
  EXPECT_EQ(TakeAll(bucket, kStart), 50);
  EXPECT_EQ(TakeAll(bucket, kStart + 3s), 6);
}

TEST(TokenBucket, ASlowOneHoldsOne) {
  TokenBucket bucket(0.1, kStart);
  EXPECT_EQ(bucket.capacity(), 1U);
  EXPECT_EQ(bucket.Window(), 10s);
  EXPECT_EQ(TakeAll(bucket, kStart), 1);
  EXPECT_EQ(bucket.UntilNext(kStart + 500ms), 10s) << "rounded up";
  EXPECT_EQ(TakeAll(bucket, kStart + 9s), 0);
  EXPECT_EQ(TakeAll(bucket, kStart + 10s), 1);
}

TEST(TokenBucket, WhoWaitsAsLongAsToldGetsOne) {
  for (const double rate : {0.3, 0.7, 1.0, 3.0, 7.3, 1000.0}) {
    TokenBucket bucket(rate, kStart);
    SteadyClock::time_point now = kStart;
    for (int i = 0; i < 10; ++i) {
      TakeAll(bucket, now);
      EXPECT_GE(bucket.UntilNext(now), 1s) << rate;
      now += bucket.UntilNext(now);
      EXPECT_GE(bucket.Left(now), 1U) << rate;
      EXPECT_TRUE(bucket.Take(now)) << rate;
    }
  }
}

TEST(TokenBucket, TellsWhatIsLeft) {
  TokenBucket bucket(2, kStart);
  EXPECT_EQ(bucket.Left(kStart), 4U);
  EXPECT_EQ(bucket.UntilFull(kStart), 0s);
  EXPECT_EQ(bucket.UntilNext(kStart), 0s);
  ASSERT_TRUE(bucket.Take(kStart));
  ASSERT_TRUE(bucket.Take(kStart));
  ASSERT_TRUE(bucket.Take(kStart));
  EXPECT_EQ(bucket.Left(kStart), 1U);
  EXPECT_EQ(bucket.UntilFull(kStart), 2s);
  EXPECT_EQ(bucket.UntilFull(kStart + 1s), 1s);
}

TEST(TokenBucket, ANewRateIsNoNewStart) {
  TokenBucket old(5, kStart);
  TakeAll(old, kStart);
  TokenBucket faster(50, old, kStart);
  EXPECT_EQ(TakeAll(faster, kStart), 0);
  EXPECT_EQ(TakeAll(faster, kStart + 1s), 50);
  const TokenBucket slower(1, TokenBucket(50, kStart), kStart);
  EXPECT_EQ(slower.Left(kStart), 2U);
}

}  // namespace
}  // namespace pyrunner
