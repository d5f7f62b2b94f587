#include "telemetry/line_limiter.h"

#include <gtest/gtest.h>

#include <string>

namespace pyrunner::telemetry {
namespace {

using namespace std::chrono_literals;

class LineLimiterTest : public testing::Test {
 protected:
  int Admitted(int lines, const std::string& text) {
    int admitted = 0;
    for (int i = 0; i < lines; ++i) admitted += limiter_.Admit(text + std::to_string(i), now_);
    return admitted;
  }

  LineLimiter limiter_{
      {.kind = {.burst = 5, .per_second = 0.5}, .all = {.burst = 12, .per_second = 2}, .kinds = 4}};
  LineLimiter::Clock::time_point now_ = LineLimiter::Clock::time_point() + 1h;
};

TEST_F(LineLimiterTest, LinesThatDifferInNumbersAreOfOneKind) {
  EXPECT_EQ(Admitted(100, "lost sandbox "), 5);
  EXPECT_EQ(Admitted(1, "zygote ended "), 1);
  EXPECT_EQ(limiter_.suppressed(), 95);
}

TEST_F(LineLimiterTest, AKindHasMoreAfterAWhile) {
  EXPECT_EQ(Admitted(100, "lost "), 5);
  now_ += 4s;
  EXPECT_EQ(Admitted(100, "lost "), 2);
  now_ += 1h;
  EXPECT_EQ(Admitted(100, "lost "), 5);
}

TEST_F(LineLimiterTest, SoManyKindsAsThereAreHaveABoundTogether) {
  int admitted = 0;
  for (char kind = 'a'; kind <= 'z'; ++kind) admitted += Admitted(10, std::string(1, kind));
  EXPECT_EQ(admitted, 12);
  EXPECT_EQ(limiter_.suppressed(), 260 - 12);
}

TEST_F(LineLimiterTest, WhatWasLeftOutIsTold) {
  Admitted(8, "lost sandbox ");
  EXPECT_TRUE(limiter_.TakeReports(now_).empty());
  now_ += 11s;
  const auto reports = limiter_.TakeReports(now_);
  ASSERT_EQ(reports.size(), 1);
  EXPECT_EQ(reports[0].kind, "lost sandbox 0");
  EXPECT_EQ(reports[0].lines, 3);
  EXPECT_TRUE(limiter_.TakeReports(now_ + 1h).empty());
}

TEST_F(LineLimiterTest, AtTheEndAllOfItIsTold) {
  Admitted(8, "lost sandbox ");
  const auto reports = limiter_.TakeAll();
  ASSERT_EQ(reports.size(), 1);
  EXPECT_EQ(reports[0].lines, 3);
}

TEST_F(LineLimiterTest, KindsThatWereQuietMakeRoomForOthers) {
  for (const char* kind : {"a", "b", "c", "d"}) Admitted(1, kind);
  now_ += 1h;
  EXPECT_EQ(Admitted(100, "e"), 5);
  EXPECT_EQ(Admitted(100, "f"), 5);
}

TEST(PlainLineTest, ControlCharactersAreEscaped) {
  EXPECT_EQ(PlainLine("a\nb\x1b[31mc\x7f\xc3\xa4"), "a\\x0ab\\x1b[31mc\\x7f\xc3\xa4");
}

TEST(PlainLineTest, LongLinesAreCut) {
  EXPECT_EQ(PlainLine(std::string(10'000, 'x')).size(), 4096 + 3);
}

}  // namespace
}  // namespace pyrunner::telemetry
