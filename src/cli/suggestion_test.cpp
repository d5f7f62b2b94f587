#include "cli/suggestion.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pyrunner::cli {
namespace {

TEST(Suggestion, DistanceCountsEachSlipOfTheHandOnce) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("abc", ""), 3U);
  EXPECT_EQ(EditDistance("serve", "serve"), 0U);
  EXPECT_EQ(EditDistance("srve", "serve"), 1U);
  EXPECT_EQ(EditDistance("serrve", "serve"), 1U);
  EXPECT_EQ(EditDistance("sarve", "serve"), 1U);
  EXPECT_EQ(EditDistance("sevre", "serve"), 1U) << "two neighbours swapped";
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
  EXPECT_EQ(EditDistance("Max_Running", "max-running"), 0U);
}

TEST(Suggestion, TheNearestNameIsMeant) {
  const std::vector<std::string> names = {"max_queued", "max_running", "host", "port"};
  EXPECT_EQ(NearestName("max_runing", names), "max_running");
  EXPECT_EQ(NearestName("MAX-QUEUD", names), "max_queued");
  EXPECT_EQ(NearestName("prot", names), "port");
  EXPECT_EQ(NearestName("max-running", names), "max_running") << "only spelled for elsewhere";
}

TEST(Suggestion, WhatIsFarFromAllWasNotASlip) {
  const std::vector<std::string> names = {"max_queued", "max_running", "host", "port"};
  for (const char* word : {"", "engine", "x", "temperature", "max"}) {
    EXPECT_EQ(NearestName(word, names), "") << word;
  }
  EXPECT_EQ(NearestName("a", {"b"}), "");
  EXPECT_EQ(NearestName(std::string(100'000, 'p'), names), "");
}

TEST(Suggestion, IsTheEndOfAComplaint) {
  EXPECT_EQ(DidYouMean("hots", {"host"}), "; did you mean 'host'?");
  EXPECT_EQ(DidYouMean("engine", {"host"}), "");
  EXPECT_EQ(DidYouMean("engine", {"host"}, "; see --help"), "; see --help");
}

}  // namespace
}  // namespace pyrunner::cli
