#include "wire/json_checker.h"

#include <gtest/gtest.h>

#include <string>

namespace pyrunner::wire {
namespace {

bool IsJson(std::string_view text) {
  JsonChecker whole;
  const bool accepted = whole.Feed(text) && whole.Complete();
  // However the stream is cut up.
  JsonChecker bytewise;
  bool fed = true;
  for (std::size_t i = 0; i < text.size() && fed; ++i) fed = bytewise.Feed(text.substr(i, 1));
  EXPECT_EQ(fed && bytewise.Complete(), accepted) << text;
  return accepted;
}

TEST(JsonCheckerTest, TakesJson) {
  for (const char* text : {"0",
                           "-0",
                           "1",
                           "-12",
                           "1.5",
                           "1e5",
                           "1E+5",
                           "-0.5e-07",
                           "1234567890123456789012345678901",
                           "true",
                           "false",
                           "null",
                           "\"\"",
                           "\"a\"",
                           R"("\"\\\/\b\f\n\r\t\u00e4\ud800")",
                           "\"\x7f\"",
                           "[]",
                           "[ ]",
                           "[1, 2]",
                           "[[[]], {}]",
                           "{}",
                           "{ }",
                           R"({"a": 1})",
                           R"({"a": {"b": [1, "c"]}, "d": null})",
                           " \t\r\n 1 \n",
                           R"([0, 0.5, 0e1, true])",
                           R"({"a": 0})"}) {
    EXPECT_TRUE(IsJson(text)) << text;
  }
}

TEST(JsonCheckerTest, RefusesWhatIsNot) {
  for (const char* text : {"",
                           " ",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "-",
                           "01",
                           "-01",
                           "1.",
                           ".5",
                           "+1",
                           "1e",
                           "1e+",
                           "1.5.5",
                           "1e5.5",
                           "1e5e5",
                           "tru",
                           "truex",
                           "nul",
                           "True",
                           "'a'",
                           "\"",
                           "\"a",
                           "\"\\\"",
                           "\"\\x41\"",
                           "\"\\u12g4\"",
                           "\"\n\"",
                           "\"\t\"",
                           "\"\xc3\xa4\"",
                           "[",
                           "]",
                           "[1",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[1}",
                           "{",
                           "}",
                           "{1: 2}",
                           R"({"a"})",
                           R"({"a":})",
                           R"({"a": 1,})",
                           R"({"a": 1 "b": 2})",
                           R"({"a": 1])",
                           R"({,})",
                           "1 2",
                           "{}{}",
                           "[] x",
                           "1,",
                           "\"a\" \"b\"",
                           "0x1",
                           "1_000",
                           "//",
                           "[1] //"}) {
    EXPECT_FALSE(IsJson(text)) << text;
  }
  EXPECT_FALSE(IsJson(std::string_view("\"\0\"", 3)));
}

TEST(JsonCheckerTest, BoundsTheDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(IsJson(nested(JsonChecker::kMaxDepth)));
  EXPECT_FALSE(IsJson(nested(JsonChecker::kMaxDepth + 1)));
}

TEST(JsonCheckerTest, StaysBroken) {
  JsonChecker checker;
  EXPECT_FALSE(checker.Feed("x"));
  EXPECT_FALSE(checker.Feed("1"));
  EXPECT_FALSE(checker.Complete());
}

}  // namespace
}  // namespace pyrunner::wire
