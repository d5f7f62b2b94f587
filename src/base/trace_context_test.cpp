#include "base/trace_context.h"

#include <gtest/gtest.h>

#include <set>

namespace pyrunner {
namespace {

constexpr const char* kExample = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContextTest, ReadsAndWritesTheRecommendationsExample) {
  const auto context = ParseTraceparent(kExample);
  ASSERT_TRUE(context);
  EXPECT_EQ(ToHex(context->trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(ToHex(context->span_id), "00f067aa0ba902b7");
  EXPECT_EQ(context->flags, TraceContext::kSampled);
  EXPECT_EQ(ToHeader(*context), kExample);
}

TEST(TraceContextTest, BrokenOnesAreIgnored) {
  for (const char* header : {
           "",
           "00",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what",
           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
           " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
       }) {
    EXPECT_FALSE(ParseTraceparent(header)) << header;
  }
}

TEST(TraceContextTest, OfLaterVersionsWhatIsKnownIsRead) {
  for (const char* header :
       {"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more-of-it"}) {
    const auto context = ParseTraceparent(header);
    ASSERT_TRUE(context) << header;
    EXPECT_EQ(ToHeader(*context), kExample);
  }
}

TEST(TraceContextTest, UnknownFlagsAreLeftOut) {
  const auto context = ParseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe");
  ASSERT_TRUE(context);
  EXPECT_EQ(context->flags, TraceContext::kRandom);
}

TEST(TraceContextTest, ARequestContinuesItsTraceWithASpanOfItsOwn) {
  TraceIds ids;
  const TraceContext context = Continue(kExample, ids);
  EXPECT_EQ(ToHex(context.trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_NE(ToHex(context.span_id), "00f067aa0ba902b7");
  EXPECT_EQ(context.flags, TraceContext::kSampled);
}

TEST(TraceContextTest, WithoutOneItBeginsATrace) {
  TraceIds ids;
  std::set<std::string> seen;
  constexpr int kMany = 1000;  // more than one page of random bytes makes
  for (int i = 0; i < kMany; ++i) {
    const TraceContext context = Continue("nonsense", ids);
    EXPECT_EQ(ParseTraceparent(ToHeader(context)), context);
    seen.insert(ToHex(context.trace_id));
    seen.insert(ToHex(context.span_id));
  }
  EXPECT_EQ(seen.size(), 2 * kMany);
}

}  // namespace
}  // namespace pyrunner
