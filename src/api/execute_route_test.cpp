#include "api/execute_route.h"

#include <gtest/gtest.h>

namespace pyrunner::api {
namespace {

using Keys = std::vector<std::string_view>;

TEST(TopLevelKeys, AreThoseOfTheObject) {
  EXPECT_EQ(TopLevelKeys(R"({"a":1,"b":"x"})"), (Keys{"a", "b"}));
  EXPECT_EQ(TopLevelKeys(" {\n \"a\" : [1, {\"x\": \"}\"}] , \"b\":null}"), (Keys{"a", "b"}));
  EXPECT_EQ(TopLevelKeys(R"({"a":"\",\"b\":1","c":{"d":1}})"), (Keys{"a", "c"}));
  EXPECT_EQ(TopLevelKeys("\xEF\xBB\xBF{\"a\":1}"), (Keys{"a"}));
  EXPECT_EQ(TopLevelKeys("{}"), Keys{});
}

TEST(TopLevelKeys, StopWhereTheTextIsNoObject) {
  for (const char* text : {"", "  ", "[\"a\"]", "\"a\"", "{", "{\"", "{\"a", "{a:1}", "null"}) {
    EXPECT_EQ(TopLevelKeys(text), Keys{}) << text;
  }
  EXPECT_EQ(TopLevelKeys(R"({"a":1,)"), (Keys{"a"}));
  EXPECT_EQ(TopLevelKeys(R"({"a":"x)"), (Keys{"a"}));
  EXPECT_EQ(TopLevelKeys(R"({"a" 1,"b":2})"), (Keys{"a"}));
}

TEST(TopLevelKeys, AreBounded) {
  std::string body = "{";
  for (int i = 0; i < 1000; ++i) body += "\"k\":1,";
  EXPECT_EQ(TopLevelKeys(body).size(), 1000U);
  EXPECT_EQ(TopLevelKeys(body, 7).size(), 7U);
}

}  // namespace
}  // namespace pyrunner::api
