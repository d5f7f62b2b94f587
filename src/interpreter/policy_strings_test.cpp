#include "interpreter/policy_strings.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pyrunner::interpreter {
namespace {

/// The mentions of names like __this__: "f" in a field, "o" owned, "c" called.
std::vector<std::string> Dunders(std::string_view text) {
  std::vector<std::string> found;
  ForEachMention(text, [&](const Mention& mention) {
    if (!IsDunder(mention.name)) return;
    std::string how(mention.name);
    if (mention.in_field) how += " f";
    if (mention.owned) how += " o";
    if (mention.called) how += " c";
    found.push_back(how);
  });
  return found;
}

using Found = std::vector<std::string>;

TEST(PolicyStringsTest, TellsHowANameStandsInAText) {
  EXPECT_EQ(Dunders("__import__('os').system('x')"), (Found{"__import__ c"}));
  EXPECT_EQ(Dunders("x.__class__"), (Found{"__class__ o"}));
  EXPECT_EQ(Dunders("{0.__class__}"), (Found{"__class__ f", "__class__ o"}));
  EXPECT_EQ(Dunders("{0[__import__]}"), (Found{"__import__ f", "__import__"}));
  EXPECT_EQ(Dunders("{:{0.__dict__}}"), (Found{"__dict__ f", "__dict__ o"}));
  EXPECT_EQ(Dunders("about __class__ in prose"), (Found{"__class__"}));
  EXPECT_EQ(Dunders("{[_a-z]+} ____ snake__case__ __ {.}"), Found{});
}

TEST(PolicyStringsTest, KnowsPythonsOwnDunders) {
  EXPECT_TRUE(IsPythonsDunder("__globals__"));
  EXPECT_FALSE(IsPythonsDunder("__type__"));
  EXPECT_FALSE(IsPythonsDunder("__globals__ "));
  EXPECT_FALSE(IsDunder("_________"));
  EXPECT_TRUE(IsDunder("__a__"));
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
