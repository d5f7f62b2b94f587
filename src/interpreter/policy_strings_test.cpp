#include "interpreter/policy_strings.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pyrunner::interpreter {
namespace {

std::string Reached(std::string_view text) {
  return ReachedAttribute(text, [](std::string_view name) { return name == "__init__"; })
      .value_or("nothing");
}

TEST(PolicyStringsTest, FindsWhatTextWouldReach) {
  EXPECT_EQ(Reached("__globals__"), "__globals__");
  EXPECT_EQ(Reached("__import__('os').system('x')"), "__import__");
  EXPECT_EQ(Reached("x.__class__"), "__class__");
  EXPECT_EQ(Reached("{0.__class__}"), "__class__");
  EXPECT_EQ(Reached("{0[__import__]}"), "__import__");
  EXPECT_EQ(Reached("{x.y.__dict__!r:>10}"), "__dict__");
  EXPECT_EQ(Reached("{:{0._secret}}"), "_secret");
  EXPECT_EQ(Reached("a {} b {0.__class__"), "__class__");
}

TEST(PolicyStringsTest, PassesOverWhatItWouldNot) {
  for (const char* text : {"", "_", "____", "__init__", "x.__init__()", "plain", "{}", "{0}",
                           "{0.real:.2f}", "{a[b]}", "about __class__ in prose", "snake__case__",
                           "{{0.x}}", "{.", "{[", "}", "http://x/__y__"}) {
    EXPECT_EQ(Reached(text), "nothing") << text;
  }
}

TEST(PolicyStringsTest, KnowsFormatsThatReadAttributes) {
  EXPECT_TRUE(FormatReadsAttributes("{0.a}"));
  EXPECT_TRUE(FormatReadsAttributes("{x[1]}"));
  EXPECT_FALSE(FormatReadsAttributes("{:.2f} {0:>5.1f} {x!r}"));
  EXPECT_FALSE(FormatReadsAttributes("a.b[c]"));
}

TEST(PolicyStringsTest, CutsTextIntoIdentifiers) {
  std::vector<std::string> found;
  ForEachIdentifier("a.b_1(x + \xc3\xa4)",
                    [&](std::string_view name) { found.emplace_back(name); });
  EXPECT_EQ(found, (std::vector<std::string>{"a", "b_1", "x", "\xc3\xa4"}));
}

}  // namespace
}  // namespace pyrunner::interpreter
