#include "base/cancellation.h"

#include <gtest/gtest.h>

namespace pyrunner {
namespace {

TEST(Cancellation, CallsItsListenerOnce) {
  Cancellation cancellation;
  int calls = 0;
  cancellation.Listen([&] { ++calls; });
  EXPECT_FALSE(cancellation.cancelled());
  cancellation.Cancel();
  EXPECT_TRUE(cancellation.cancelled());
  EXPECT_EQ(calls, 1);
  cancellation.Cancel();
  EXPECT_EQ(calls, 1);
}

TEST(Cancellation, CallsWhoeverListensLate) {
  Cancellation cancellation;
  cancellation.Cancel();
  int calls = 0;
  cancellation.Listen([&] { ++calls; });
  EXPECT_EQ(calls, 1);
  cancellation.Cancel();
  EXPECT_EQ(calls, 1);
}

TEST(Cancellation, OnlyTheLastListenerIsCalled) {
  Cancellation cancellation;
  int first = 0;
  int second = 0;
  cancellation.Listen([&] { ++first; });
  cancellation.Listen([&] { ++second; });
  cancellation.Cancel();
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TEST(Cancellation, CallsNobodyWhoStoppedListening) {
  Cancellation cancellation;
  int calls = 0;
  cancellation.Listen([&] { ++calls; });
  cancellation.StopListening();
  cancellation.Cancel();
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(cancellation.cancelled());
}

// What a listener does may well end the listening, or cancel once more.
TEST(Cancellation, AListenerMayUseIt) {
  Cancellation cancellation;
  int calls = 0;
  cancellation.Listen([&] {
    ++calls;
    EXPECT_TRUE(cancellation.cancelled());
    cancellation.StopListening();
    cancellation.Cancel();
  });
  cancellation.Cancel();
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace pyrunner
