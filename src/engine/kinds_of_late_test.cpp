#include "engine/kinds_of_late.h"

#include <gtest/gtest.h>

namespace pyrunner {
namespace {

constexpr std::uint32_t kPandas = wire::kAnyProgram | wire::kPandasProgram;

TEST(KindsOfLate, NothingSpecialAtFirst) {
  EXPECT_EQ(KindsOfLate().ToRehearse(), wire::kAnyProgram);
}

TEST(KindsOfLate, OneOfEightIsRehearsedAndASingleOneIsNot) {
  KindsOfLate kinds;
  kinds.Came(kPandas);
  EXPECT_EQ(kinds.ToRehearse(), wire::kAnyProgram);
  kinds.Came(kPandas | wire::kNumpyProgram);
  EXPECT_EQ(kinds.ToRehearse(), kPandas);
  kinds.Came(wire::kAnyProgram | wire::kNumpyProgram);
  EXPECT_EQ(kinds.ToRehearse(), kPandas | wire::kNumpyProgram);
}

TEST(KindsOfLate, PagesAreForWhatMostProgramsAre) {
  KindsOfLate kinds;
  EXPECT_EQ(kinds.ToPrefault(), wire::kAnyProgram);
  for (std::size_t i = 0; i < KindsOfLate::kRemembered * 3 / 4 - 1; ++i) kinds.Came(kPandas);
  EXPECT_EQ(kinds.ToPrefault(), wire::kAnyProgram);
  kinds.Came(kPandas);
  EXPECT_EQ(kinds.ToPrefault(), kPandas);
}

TEST(KindsOfLate, WhatNobodySendsAnyMoreIsForgotten) {
  KindsOfLate kinds;
  for (int i = 0; i < 100; ++i) kinds.Came(kPandas);
  EXPECT_EQ(kinds.ToRehearse(), kPandas);
  for (std::size_t i = 0; i < KindsOfLate::kRemembered; ++i) kinds.Came(wire::kAnyProgram);
  EXPECT_EQ(kinds.ToRehearse(), wire::kAnyProgram);
}

}  // namespace
}  // namespace pyrunner
