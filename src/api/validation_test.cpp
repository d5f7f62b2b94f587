#include "api/validation.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pyrunner::api {
namespace {

using nlohmann::json;

constexpr FieldReader::IntegerField kTimeout{1, 300, 30};

std::optional<std::string> RefuseBad(std::string_view text) {
  if (text.starts_with("bad")) return "Not this one";
  return std::nullopt;
}

json Detail(const http::Response& response) {
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/json");
  return json::parse(response.body).at("detail");
}

json Detail(const ValidationErrors& errors) { return Detail(errors.ToResponse()); }

TEST(ValidationErrors, ListsAllInOrderAndInPydanticsShape) {
  ValidationErrors errors;
  EXPECT_TRUE(errors.empty());
  errors.Add({"missing", {"body", "code"}, "Field required", "{}", {}});
  errors.Add(
      {"greater_than_equal", {"body", "items", std::size_t{2}}, "\"quoted\"", {}, R"({"ge":1})"});
  EXPECT_FALSE(errors.empty());
  EXPECT_EQ(errors.ToResponse().body,
            R"({"detail":[{"type":"missing","loc":["body","code"],"msg":"Field required",)"
            R"("input":{}},{"type":"greater_than_equal","loc":["body","items",2],)"
            R"("msg":"\"quoted\"","ctx":{"ge":1}}]})");
}

TEST(EchoInput, SendsBackWhatIsSmall) {
  EXPECT_EQ(EchoInput(nullptr), "null");
  EXPECT_EQ(EchoInput(30.5), "30.5");
  EXPECT_EQ(EchoInput(true), "true");
  EXPECT_EQ(EchoInput(json{{"a", {1, "b"}}}), R"({"a":[1,"b"]})");
  EXPECT_EQ(EchoInput(std::string(200, 'x')), '"' + std::string(200, 'x') + '"');
  EXPECT_EQ(EchoInput(std::string(201, 'x')), "");
  EXPECT_EQ(EchoInput(json(std::vector<int>(1000, 1))), "");
  EXPECT_EQ(EchoInput(json{{std::string(300, 'k'), 1}}), "");
  EXPECT_EQ(EchoInput(json{{"a", std::string(300, 'v')}}), "");
}

TEST(ParseJsonObject, TakesAnObject) {
  const auto object = ParseJsonObject(R"({"a":1})", "application/json");
  ASSERT_TRUE(object);
  EXPECT_EQ(*object, (json{{"a", 1}}));
}

TEST(ParseJsonObject, RefusesEverythingElse) {
  const auto not_an_object = [](const json& input) {
    return json{{{"type", "model_attributes_type"},
                 {"loc", {"body"}},
                 {"msg", "Input should be a valid dictionary or object to extract fields from"},
                 {"input", input}}};
  };
  const json missing = {
      {{"type", "missing"}, {"loc", {"body"}}, {"msg", "Field required"}, {"input", nullptr}}};
  const auto invalid = [](int position, const std::string& reason) {
    return json{{{"type", "json_invalid"},
                 {"loc", {"body", position}},
                 {"msg", "JSON decode error"},
                 {"input", json::object()},
                 {"ctx", {{"error", reason}}}}};
  };
  struct Case {
    std::string body;
    std::string content_type;
    json detail;
  };
  for (const Case& c : {
           Case{"", "application/json", missing},
           Case{"", "", missing},
           Case{"null", "application/json", missing},
           Case{"[1]", "application/json", not_an_object(json::array({1}))},
           Case{"\"x\"", "application/json", not_an_object("x")},
           Case{"1.5", "application/json", not_an_object(1.5)},
           Case{"{\"a\":1}", "text/plain", not_an_object("{\"a\":1}")},
           Case{"{\"a\":1}", "", not_an_object("{\"a\":1}")},
           Case{"a=\xFF", "application/x-www-form-urlencoded", not_an_object("a=\uFFFD")},
           Case{"{\"a\": nope}", "application/json",
                invalid(7, "syntax error while parsing value: invalid literal")},
           Case{"{\"a\":1,\"a\":2}", "application/json", invalid(10, "duplicate key \"a\"")},
       }) {
    const auto object = ParseJsonObject(c.body, c.content_type);
    ASSERT_FALSE(object) << c.body;
    EXPECT_EQ(Detail(object.error()), c.detail) << c.body << " as " << c.content_type;
  }
}

TEST(ParseJsonObject, LeavesALargeInputOut) {
  const auto large = "[\"" + std::string(1000, 'x') + "\"]";
  for (const std::string_view type : {"application/json", "text/plain"}) {
    const auto object = ParseJsonObject(large, type);
    ASSERT_FALSE(object);
    EXPECT_FALSE(Detail(object.error())[0].contains("input"));
  }
}

TEST(RequiredString, GivesTheString) {
  json object = {{"code", "print(1)"}};
  ValidationErrors errors;
  FieldReader fields(object, errors);
  const std::string* code = fields.RequiredString("code", RefuseBad);
  ASSERT_NE(code, nullptr);
  EXPECT_EQ(*code, "print(1)");
  EXPECT_TRUE(errors.empty());
}

TEST(RequiredString, SaysWhatIsWrong) {
  const auto expected = [](std::string_view type, std::string_view message, const json& input) {
    return json{{"type", type}, {"loc", {"body", "code"}}, {"msg", message}, {"input", input}};
  };
  json refused = expected("value_error", "Value error, Not this one", "bad");
  refused["ctx"] = {{"error", json::object()}};
  struct Case {
    json object;
    json error;
  };
  for (const Case& c : {
           Case{json::object(), expected("missing", "Field required", json::object())},
           Case{{{"x", 1}}, expected("missing", "Field required", {{"x", 1}})},
           Case{{{"code", 5}}, expected("string_type", "Input should be a valid string", 5)},
           Case{{{"code", nullptr}},
                expected("string_type", "Input should be a valid string", nullptr)},
           Case{{{"code", {"a"}}},
                expected("string_type", "Input should be a valid string", json::array({"a"}))},
           Case{{{"code", "bad"}}, refused},
       }) {
    json object = c.object;
    ValidationErrors errors;
    FieldReader fields(object, errors);
    EXPECT_EQ(fields.RequiredString("code", RefuseBad), nullptr);
    EXPECT_EQ(Detail(errors), json::array({c.error}));
  }
}

TEST(OptionalInteger, ConvertsAsPydanticsLaxMode) {
  struct Case {
    json value;
    std::int64_t expected;
  };
  for (const Case& c : {
           Case{30, 30},
           Case{1, 1},
           Case{300, 300},
           Case{nullptr, 30},
           Case{true, 1},
           Case{30.0, 30},
           Case{1e2, 100},
           Case{"30", 30},
           Case{"+30", 30},
           Case{"030", 30},
           Case{"30.0", 30},
           Case{"30.", 30},
           Case{"30.000", 30},
           Case{"1_0_0", 100},
           Case{" 30 ", 30},
           Case{"\u00A030\n", 30},
       }) {
    json object = {{"timeout", c.value}};
    ValidationErrors errors;
    FieldReader fields(object, errors);
    EXPECT_EQ(fields.OptionalInteger("timeout", kTimeout), c.expected) << c.value;
    EXPECT_TRUE(errors.empty()) << c.value;
  }
  json empty = json::object();
  ValidationErrors errors;
  EXPECT_EQ(FieldReader(empty, errors).OptionalInteger("timeout", kTimeout), 30);
}

TEST(OptionalInteger, SaysWhatIsWrong) {
  const json type = {{"type", "int_type"}, {"msg", "Input should be a valid integer"}};
  const json parsing = {
      {"type", "int_parsing"},
      {"msg", "Input should be a valid integer, unable to parse string as an integer"}};
  const json fraction = {
      {"type", "int_from_float"},
      {"msg", "Input should be a valid integer, got a number with a fractional part"}};
  const json size = {{"type", "int_parsing_size"},
                     {"msg", "Unable to parse input string as an integer, exceeded maximum size"}};
  const json small = {{"type", "greater_than_equal"},
                      {"msg", "Input should be greater than or equal to 1"},
                      {"ctx", {{"ge", 1}}}};
  const json large = {{"type", "less_than_equal"},
                      {"msg", "Input should be less than or equal to 300"},
                      {"ctx", {{"le", 300}}}};
  struct Case {
    json value;
    json error;
  };
  for (const Case& c : {
           Case{json::array({1}), type},
           Case{json::object(), type},
           Case{"", parsing},
           Case{"abc", parsing},
           Case{"30.5", parsing},
           Case{"3e1", parsing},
           Case{"0x1e", parsing},
           Case{"-", parsing},
           Case{"+-3", parsing},
           Case{".0", parsing},
           Case{"1.0.0", parsing},
           Case{"1__0", parsing},
           Case{"_10", parsing},
           Case{"10_", parsing},
           Case{"3 0", parsing},
           Case{"\u0663\u0660", parsing},
           Case{30.5, fraction},
           Case{-0.1, fraction},
           Case{0, small},
           Case{-5, small},
           Case{false, small},
           Case{INT64_MIN, small},
           Case{-1e300, small},
           Case{"-99999999999999999999999", small},
           Case{301, large},
           Case{"301", large},
           Case{INT64_MAX, large},
           Case{UINT64_MAX, large},
           Case{9.3e18, large},
           Case{1e300, large},
           Case{"99999999999999999999999", large},
           Case{std::string(4301, '1'), size},
       }) {
    json object = {{"timeout", c.value}};
    ValidationErrors errors;
    FieldReader fields(object, errors);
    EXPECT_EQ(fields.OptionalInteger("timeout", kTimeout), std::nullopt) << c.value;
    json expected = c.error;
    expected["loc"] = {"body", "timeout"};
    if (!c.value.is_string() || c.value.get_ref<const std::string&>().size() <= kMaxEchoedInput) {
      expected["input"] = c.value;
    }
    EXPECT_EQ(Detail(errors), json::array({expected})) << c.value;
  }
}

}  // namespace
}  // namespace pyrunner::api
