#include "engine/ready_budget.h"

#include <gtest/gtest.h>

namespace pyrunner {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

void MeasureOften(ReadyBudget::Share& share, std::uint64_t bytes) {
  for (int i = 0; i < 200; ++i) share.Measured(bytes);
}

TEST(ReadyBudget, WhatOneHasTheOthersCannotHave) {
  ReadyBudget budget(100, 0);
  ReadyBudget::Share one(budget, 0);
  ReadyBudget::Share other(budget, 0);
  EXPECT_EQ(one.Room(), 100U);
  one.Use(70);
  EXPECT_EQ(one.Room(), 100U) << "its own do not stand in its way";
  EXPECT_EQ(other.Room(), 30U);
  other.Use(30);
  EXPECT_EQ(budget.used(), 100U);
  EXPECT_EQ(one.Room(), 70U);
  one.Use(0);
  EXPECT_EQ(other.Room(), 100U);
}

TEST(ReadyBudget, GroupsShareTheMemoryOnly) {
  ReadyBudget budget(10, 64 * kMiB);
  ReadyBudget::Share one(budget, 0);
  ReadyBudget::Share other(budget, 1);
  one.Use(10);
  EXPECT_EQ(other.Room(), 6U);
  MeasureOften(one, kMiB);
  EXPECT_EQ(other.Room(), 10U);
}

TEST(ReadyBudget, NothingToShareOut) {
  ReadyBudget budget(0, 0);
  ReadyBudget::Share share(budget, 0);
  EXPECT_EQ(share.Room(), 0U);
}

TEST(ReadyBudget, MemoryBoundsThemAsMeasured) {
  ReadyBudget budget(1000, 64 * kMiB);
  ReadyBudget::Share small(budget, 0);
  ReadyBudget::Share large(budget, 1);
  EXPECT_EQ(small.Room(), 16U) << "before the first measurement";
  MeasureOften(small, kMiB);
  MeasureOften(large, 2 * kMiB);
  EXPECT_NEAR(static_cast<double>(small.Room()), 64, 1);
  small.Use(32);
  EXPECT_NEAR(static_cast<double>(large.Room()), 16, 1);
}

TEST(ReadyBudget, OneThatHasMoreThanThereIsLeavesNothing) {
  ReadyBudget budget(4, 8 * kMiB);
  ReadyBudget::Share greedy(budget, 0);
  ReadyBudget::Share other(budget, 0);
  greedy.Use(50);
  EXPECT_EQ(other.Room(), 0U);
}

TEST(ReadyBudget, AShareThatGoesGivesBack) {
  ReadyBudget budget(10, 0);
  ReadyBudget::Share stays(budget, 0);
  {
    ReadyBudget::Share goes(budget, 0);
    goes.Use(10);
    EXPECT_EQ(stays.Room(), 0U);
  }
  EXPECT_EQ(stays.Room(), 10U);
}

}  // namespace
}  // namespace pyrunner
