#include "api/plain_json.h"

#include <gtest/gtest.h>

#include <string>

#include "api/json_input.h"

namespace pyrunner::api {
namespace {

using nlohmann::json;

TEST(ParsePlainObject, ReadsWhatRequestsSend) {
  const auto object = ParsePlainObject(
      " {\"code\" : \"print(\\\"hi\\\")\\n\\t\\\\ \\/ \xC3\xA4 \xF0\x9F\x90\x8D\", "
      "\"timeout\":30,\r\n"
      "\"a\":true,\"b\":false,\"c\":null,\"d\":0,\"e\":\"\"} ");
  ASSERT_TRUE(object);
  EXPECT_EQ((*object)["code"], "print(\"hi\")\n\t\\ / \xC3\xA4 \xF0\x9F\x90\x8D");
  EXPECT_EQ((*object)["timeout"], 30);
  EXPECT_TRUE((*object)["timeout"].is_number_unsigned());
  EXPECT_EQ((*object)["a"], true);
  EXPECT_EQ((*object)["b"], false);
  EXPECT_TRUE((*object)["c"].is_null());
  EXPECT_EQ((*object)["d"], 0);
  EXPECT_EQ((*object)["e"], "");
  EXPECT_EQ(ParsePlainObject("{}"), json::object());
  EXPECT_EQ(ParsePlainObject("{ }\n"), json::object());
}

TEST(ParsePlainObject, AgreesWithTheFullGrammar) {
  for (const std::string text :
       {R"({"a":"x","b":7})", R"({"a":999999999999999999})", R"({"":""})",
        R"({"a":"\u0041\u00e4\u20AC\ud83d\uDC0d\u0000\uffff\ud800\udc00\udbff\udfff"})",
        "{\"a\":\"\x7f\"}", "{\"a\":\"\xEF\xBF\xBD\xE2\x82\xAC\"}",
        R"({"a":"0123456\n89abcdef\\"})"}) {
    const auto plain = ParsePlainObject(text);
    // An array is not plain.
    const auto full = ParseJson("[" + text + "]");
    ASSERT_TRUE(plain && full) << text;
    EXPECT_EQ(*plain, (*full)[0]) << text;
    EXPECT_EQ(plain->begin()->type(), (*full)[0].begin()->type()) << text;
  }
}

TEST(ParsePlainObject, LeavesTheRestToTheFullGrammar) {
  for (const std::string text : {"",
                                 "  ",
                                 "{",
                                 "{}}",
                                 "{} x",
                                 "[]",
                                 "\"a\"",
                                 "7",
                                 "\xEF\xBB\xBF{}",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{\"a\":1,}",
                                 "{,}",
                                 "{\"a\" 1}",
                                 "{\"a\":1 \"b\":2}",
                                 "{\"a\":1,\"a\":1}",
                                 "{\"a\":-1}",
                                 "{\"a\":-0}",
                                 "{\"a\":01}",
                                 "{\"a\":00}",
                                 "{\"a\":1.5}",
                                 "{\"a\":1e3}",
                                 "{\"a\":1E3}",
                                 "{\"a\":9999999999999999999}",
                                 "{\"a\":99999999999999999999999}",
                                 "{\"a\":+1}",
                                 "{\"a\":truex}",
                                 "{\"a\":tru}",
                                 "{\"a\":nul",
                                 "{\"a\":[1]}",
                                 "{\"a\":{}}",
                                 "{\"a\":\"\n\"}",
                                 "{\"a\":\"\\u004\"}",
                                 "{\"a\":\"\\u00g1\"}",
                                 "{\"a\":\"\\uD800\"}",
                                 "{\"a\":\"\\uDC00\"}",
                                 "{\"a\":\"\\uD83D\\u0041\"}",
                                 "{\"a\":\"\\u12",
                                 "{\"a\":\"\\x\"}",
                                 "{\"a\":\"\\",
                                 "{\"a\":\"",
                                 "{\"a\":\"\xFF\"}",
                                 "{\"a\":\"\xC3\"}",
                                 "{\"a\":\"\xED\xA0\x80\"}",
                                 "{\"a\":'b'}",
                                 "{a:1}",
                                 "{\"a\":1}/**/"}) {
    EXPECT_FALSE(ParsePlainObject(text)) << text;
  }
  EXPECT_FALSE(ParsePlainObject(std::string("{\"a\":\"\0\"}", 9)));
  EXPECT_FALSE(ParsePlainObject(std::string("{}\0", 3)));
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += '"' + std::to_string(i) + "\":1,";
  many.back() = '}';
  EXPECT_FALSE(ParsePlainObject(many));
  EXPECT_TRUE(ParseJson(many));
}

}  // namespace
}  // namespace pyrunner::api
