#include "api/json_input.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pyrunner::api {
namespace {

using namespace std::string_view_literals;
using nlohmann::json;

std::string Nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(ParseJson, BuildsTheValue) {
  const auto value = ParseJson(
      R"( {"a": [1, -2, 3.5, true, false, null, {"b": "c"}], "d": {}, "e": [], "f": "\u00e9\n"} )");
  ASSERT_TRUE(value) << value.error().reason;
  const json expected = {{"a", {1, -2, 3.5, true, false, nullptr, {{"b", "c"}}}},
                         {"d", json::object()},
                         {"e", json::array()},
                         {"f", "\u00E9\n"}};
  EXPECT_EQ(*value, expected);
}

TEST(ParseJson, AcceptsWhatIsOddButValid) {
  struct Case {
    std::string_view body;
    json value;
  };
  for (const Case& c : {
           Case{"\xEF\xBB\xBF{}"sv, json::object()},  // a byte order mark
           Case{"\"\\ud83d\\ude00\"", "\U0001F600"},  // a pair of surrogates
           Case{R"("a\u0000b")", std::string("a\0b", 3)},
           Case{"\"\x7F\u2028\"", "\x7F\u2028"},
           Case{R"({"a":{"x":1},"b":{"x":1}})", {{"a", {{"x", 1}}}, {"b", {{"x", 1}}}}},
           Case{"18446744073709551615", 18446744073709551615u},
           Case{"-9223372036854775808", INT64_MIN},
           Case{"99999999999999999999", 99999999999999999999.0},  // past 64 bits
           Case{"1e-400", 0.0},
           Case{"1E2", 100.0},
           Case{"\t\n\r 1", 1},
       }) {
    const auto value = ParseJson(c.body);
    ASSERT_TRUE(value) << c.body << ": " << value.error().reason;
    EXPECT_EQ(*value, c.value);
  }
}

TEST(ParseJson, SaysWhatIsWrongAndWhere) {
  struct Case {
    std::string_view body;
    std::size_t position;
    std::string_view reason;
  };
  for (const Case& c : {
           Case{"", 0,
                "syntax error while parsing value: unexpected end of input; expected '[', "
                "'{', or a literal"},
           Case{"  ", 2,
                "syntax error while parsing value: unexpected end of input; expected '[', "
                "'{', or a literal"},
           Case{"{", 1,
                "syntax error while parsing object key: unexpected end of input; "
                "expected string literal"},
           Case{R"({"a":1,})", 7,
                "syntax error while parsing object key: unexpected '}'; expected string literal"},
           Case{R"({"a" 1})", 5,
                "syntax error while parsing object separator: unexpected number literal; "
                "expected ':'"},
           Case{"{} {}", 3,
                "syntax error while parsing value: unexpected '{'; expected end of input"},
           Case{"{}x", 2, "syntax error while parsing value: invalid literal"},
           Case{"{'a': 1}", 1, "syntax error while parsing object key: invalid literal"},
           Case{"nul", 3, "syntax error while parsing value: invalid literal"},
           Case{"[1, /* x */ 2]", 4, "syntax error while parsing value: invalid literal"},
           Case{"\"abc", 4,
                "syntax error while parsing value: invalid string: missing closing "
                "quote"},
           Case{"\"a\nb\"", 2,
                "syntax error while parsing value: invalid string: control character U+000A (LF) "
                "must be escaped to \\u000A or \\n"},
           Case{R"("\x")", 2,
                "syntax error while parsing value: invalid string: forbidden "
                "character after backslash"},
           // Python's json reads these three.
           Case{"NaN", 0, "syntax error while parsing value: invalid literal"},
           Case{"[Infinity]", 1, "syntax error while parsing value: invalid literal"},
           Case{"-Infinity", 1,
                "syntax error while parsing value: invalid number; expected digit "
                "after '-'"},
           Case{"1e400", 4, "number out of range"},
           Case{"-1e400", 5, "number out of range"},
           Case{"01", 1,
                "syntax error while parsing value: unexpected number literal; expected "
                "end of input"},
           // Not UTF-8: a stray continuation, overlong, an encoded surrogate, past U+10FFFF, cut.
           Case{"\"\x80\"", 1,
                "syntax error while parsing value: invalid string: ill-formed UTF-8 "
                "byte"},
           Case{"\"\xC0\x80\"", 1,
                "syntax error while parsing value: invalid string: ill-formed "
                "UTF-8 byte"},
           Case{"\"\xED\xA0\x80\"", 2,
                "syntax error while parsing value: invalid string: "
                "ill-formed UTF-8 byte"},
           Case{"\"\xF4\x90\x80\x80\"", 2,
                "syntax error while parsing value: invalid string: "
                "ill-formed UTF-8 byte"},
           Case{"\"\xE2\x82", 3,
                "syntax error while parsing value: invalid string: ill-formed "
                "UTF-8 byte"},
           Case{"\xFF\xFE{\x01", 0, "syntax error while parsing value: invalid literal"},
           // Lone surrogates.
           Case{R"("\ud800")", 7,
                "syntax error while parsing value: invalid string: surrogate "
                "U+D800..U+DBFF must be followed by U+DC00..U+DFFF"},
           Case{R"("\ud800\u0041")", 12,
                "syntax error while parsing value: invalid string: surrogate U+D800..U+DBFF must "
                "be followed by U+DC00..U+DFFF"},
           Case{R"("\udc00")", 6,
                "syntax error while parsing value: invalid string: surrogate "
                "U+DC00..U+DFFF must follow U+D800..U+DBFF"},
           // nlohmann would take the NUL for the end.
           Case{"{}\0garbage"sv, 2, "a NUL byte is not allowed in JSON"},
           Case{"{}\0"sv, 2, "a NUL byte is not allowed in JSON"},
           Case{"\"\0\""sv, 1, "a NUL byte is not allowed in JSON"},
           Case{"{\0\"\0"sv, 1, "a NUL byte is not allowed in JSON"},  // UTF-16
           Case{R"({"a": 1, "a": 2})", 12, R"(duplicate key "a")"},
           Case{R"({"x": {"a\n": 1, "b": 2, "a\n": 3}})", 30, R"(duplicate key "a\n")"},
       }) {
    const auto value = ParseJson(c.body);
    ASSERT_FALSE(value) << testing::PrintToString(c.body);
    EXPECT_EQ(value.error().reason, c.reason) << testing::PrintToString(c.body);
    EXPECT_EQ(value.error().position, c.position) << testing::PrintToString(c.body);
  }
}

TEST(ParseJson, BoundsTheDepth) {
  EXPECT_TRUE(ParseJson(Nested(kMaxJsonDepth)));
  const auto too_deep = ParseJson(Nested(kMaxJsonDepth + 1));
  ASSERT_FALSE(too_deep);
  EXPECT_EQ(too_deep.error().reason, "nested deeper than 32 levels");
  EXPECT_EQ(too_deep.error().position, kMaxJsonDepth + 1);

  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  for (const std::string& body : {std::string(1'000'000, '['), objects}) {
    const auto value = ParseJson(body);
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().reason, "nested deeper than 32 levels");
  }
}

TEST(ParseJson, BoundsTheNumberOfValues) {
  std::string body = "[0";
  for (std::size_t i = 2; i < kMaxJsonValues; ++i) body += ",0";
  EXPECT_TRUE(ParseJson(body + "]"));
  const auto too_many = ParseJson(body + ",0]");
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().reason, "more than 100000 values");
}

TEST(ParseJson, KeepsReasonsShort) {
  const std::string key(1000, 'k');
  const auto duplicate = ParseJson("{\"" + key + "\":1,\"" + key + "\":2}");
  ASSERT_FALSE(duplicate);
  EXPECT_EQ(duplicate.error().reason, "duplicate key");

  const auto damaged = ParseJson("{\"code\": \"" + std::string(1'000'000, 'x') + "\xFF\"}");
  ASSERT_FALSE(damaged);
  EXPECT_LT(damaged.error().reason.size(), 200u);
  EXPECT_EQ(damaged.error().position, 1'000'010u);
}

TEST(ParseJson, ReadsAMegabyteString) {
  std::string code;
  while (code.size() < 1'000'000) code += "x = '\u00E9'\n";
  const auto value = ParseJson(json{{"code", code}}.dump());
  ASSERT_TRUE(value);
  EXPECT_EQ(value->at("code"), code);
}

TEST(JsonContentType, IsWhatFastApiParses) {
  for (const std::string_view type :
       {"application/json", "application/json; charset=utf-8", "APPLICATION/JSON",
        " application/json ;x", "application/vnd.api+json", "application/problem+JSON; q=1"}) {
    EXPECT_TRUE(IsJsonContentType(type)) << type;
  }
  for (const std::string_view type :
       {"", " ", ";", "text/plain", "text/json", "application/jsonx", "application/x-json",
        "application/x-www-form-urlencoded", "application/json/x", "application/a/b+json",
        "application", "json", "application/", "multipart/form-data; boundary=application/json"}) {
    EXPECT_FALSE(IsJsonContentType(type)) << type;
  }
}

}  // namespace
}  // namespace pyrunner::api
