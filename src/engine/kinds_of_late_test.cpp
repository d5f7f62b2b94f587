#include "engine/kinds_of_late.h"

#include <gtest/gtest.h>

namespace pyrunner {
namespace {

constexpr std::uint32_t kPandas = wire::kAnyProgram | wire::kPandasProgram;

TEST(KindsOfLate, NothingSpecialAtFirst) {
  EXPECT_EQ(KindsOfLate().Rehearsal(), wire::kAnyProgram);
}

TEST(KindsOfLate, OneOfEightIsRehearsedAndASingleOneIsNot) {
  KindsOfLate kinds;
  kinds.Came(kPandas);
  EXPECT_EQ(kinds.Rehearsal(), wire::kAnyProgram);
  kinds.Came(kPandas | wire::kNumpyProgram);
  EXPECT_EQ(kinds.Rehearsal(), kPandas);
  kinds.Came(wire::kAnyProgram | wire::kNumpyProgram);
  EXPECT_EQ(kinds.Rehearsal(), kPandas | wire::kNumpyProgram);
}

TEST(KindsOfLate, WhatNobodySendsAnyMoreIsForgotten) {
  KindsOfLate kinds;
  for (int i = 0; i < 100; ++i) kinds.Came(kPandas);
  EXPECT_EQ(kinds.Rehearsal(), kPandas);
  for (std::size_t i = 0; i < KindsOfLate::kRemembered; ++i) kinds.Came(wire::kAnyProgram);
  EXPECT_EQ(kinds.Rehearsal(), wire::kAnyProgram);
}

}  // namespace
}  // namespace pyrunner
