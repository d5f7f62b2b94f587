#include "api/json_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace pyrunner::api {
namespace {

using namespace std::string_view_literals;

std::string Text(std::string_view bytes) {
  std::string out;
  AppendJsonText(out, bytes);
  return out;
}

// What json.dumps(bytes.decode("utf-8", "replace"), ensure_ascii=False)[1:-1] gives in
// CPython 3.11.
struct DecodedByPython {
  std::string_view bytes;
  std::string_view text;
};
constexpr DecodedByPython kDecodedByPython[] = {
    {""sv, ""},
    {"plain"sv, "plain"},
    {"\x00"sv, "\\u0000"},
    {"\x1F\x7F"sv, "\\u001f\x7F"},
    {"\x22\x5C/"sv, "\\\"\\\\/"},
    {"\x08\x0C\x0A\x0D\x09\x0B"sv, "\\b\\f\\n\\r\\t\\u000b"},
    {"\xC3\xA9"sv, "\u00E9"},
    {"\xE2\x82\xAC"sv, "\u20AC"},
    {"\xF0\x9F\x98\x80"sv, "\U0001F600"},
    {"\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF\xEF\xBF\xBD\xF4\x8F\xBF\xBF"sv,
     "\u2028\u2029\uFEFF\uFFFD\U0010FFFF"},
    {"\x80"sv, "\uFFFD"},
    {"\xBF\xBF"sv, "\uFFFD\uFFFD"},
    {"\xC0\x80"sv, "\uFFFD\uFFFD"},
    {"\xC1\xBF"sv, "\uFFFD\uFFFD"},
    {"\xC2"sv, "\uFFFD"},
    {"\xC2"
     "A"sv,
     "\uFFFDA"},
    {"\xC2\xC2\xA0"sv, "\uFFFD\u00A0"},
    {"\xE0\x80\x80"sv, "\uFFFD\uFFFD\uFFFD"},
    {"\xE0\x9F\xBF"sv, "\uFFFD\uFFFD\uFFFD"},
    {"\xE0\xA0"sv, "\uFFFD"},
    {"\xE0\xA0"
     "A"sv,
     "\uFFFDA"},
    {"\xE0\xA0\xE0\xA0\x80"sv, "\uFFFD\u0800"},
    {"\xE1\x80"sv, "\uFFFD"},
    {"\xE1\x80\xC2\xA0"sv, "\uFFFD\u00A0"},
    {"\xED\x9F\xBF"sv, "\uD7FF"},
    {"\xED\xA0\x80"sv, "\uFFFD\uFFFD\uFFFD"},
    {"\xED\xBF\xBF"sv, "\uFFFD\uFFFD\uFFFD"},
    {"\xED\xA0\xBD\xED\xB8\x80"sv, "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"\xEE\x80\x80"sv, "\uE000"},
    {"\xEF\xBF"sv, "\uFFFD"},
    {"\xEF\xBB\xBFx"sv, "\uFEFFx"},
    {"\xF0\x80\x80\x80"sv, "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"\xF0\x8F\xBF\xBF"sv, "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"\xF0\x90\x80"sv, "\uFFFD"},
    {"\xF0\x90\x80"
     "A"sv,
     "\uFFFDA"},
    {"\xF0\x9F\x98"sv, "\uFFFD"},
    {"\xF0\x9F\x98\xF0\x9F\x98\x80"sv, "\uFFFD\U0001F600"},
    {"\xF1\x80"sv, "\uFFFD"},
    {"\xF1"sv, "\uFFFD"},
    {"\xF4\x8F\xBF\xBF"sv, "\U0010FFFF"},
    {"\xF4\x90\x80\x80"sv, "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"\xF4\x8F\xBF"sv, "\uFFFD"},
    {"\xF5\x80\x80\x80"sv, "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"\xF8\x88\x80\x80\x80"sv, "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"\xFE\xFF"sv, "\uFFFD\uFFFD"},
    {"\xFF"sv, "\uFFFD"},
    {"a\xFF"
     "b\xFE"
     "c"sv,
     "a\uFFFDb\uFFFDc"},
    {"12345678\xFF"sv, "12345678\uFFFD"},
    {"1234567\xFF"
     "12345678"sv,
     "1234567\uFFFD12345678"},
    {"\xE2\x82\xAC"
     "e2\x82\xE2\x82"sv,
     "\u20ACe2\uFFFD\uFFFD"},
    {"\xF0\x9F\x98\x80\x80\x80"sv, "\U0001F600\uFFFD\uFFFD"},
    {"A\xE2\x89\xA2\xCE\x91\xF0\x90\xBF"sv, "A\u2262\u0391\uFFFD"},
};

TEST(JsonText, IsWhatPythonMakesOfTheSameBytes) {
  for (const DecodedByPython& example : kDecodedByPython) {
    EXPECT_EQ(Text(example.bytes), example.text) << testing::PrintToString(example.bytes);
    // The same behind and before a run of plain text, which is copied in words.
    const std::string run = "0123456789abcdefghi";
    std::string bytes = run;
    bytes.append(example.bytes).append(" ").append(run);
    std::string text = run;
    text.append(example.text).append(" ").append(run);
    EXPECT_EQ(Text(bytes), text) << testing::PrintToString(example.bytes);
  }
}

TEST(JsonText, IsWhatPythonMakesOfAllShortSequencesOfCriticalBytes) {
  // Every sequence of one to four of these bytes, which bound all ranges that UTF-8 and JSON tell
  // apart. The sum is FNV-1a over the json.dumps() of all of them, computed once with CPython 3.11:
  // lengths ascending, the last byte varying fastest.
  constexpr std::uint64_t kSumInPython = 0xf646ff49a3989338;
  constexpr unsigned char kBytes[] = {0x00, 0x0A, 0x22, 0x41, 0x5C, 0x7F, 0x80, 0x8F, 0x90,
                                      0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
                                      0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF};
  constexpr std::size_t kCount = sizeof kBytes;

  std::uint64_t sum = 0xcbf29ce484222325;
  std::string out;
  std::size_t sequences = 1;
  for (std::size_t length = 1; length <= 4; ++length) {
    sequences *= kCount;
    std::string bytes(length, '\0');
    for (std::size_t number = 0; number < sequences; ++number) {
      std::size_t rest = number;
      for (std::size_t i = length; i-- > 0; rest /= kCount) {
        bytes[i] = static_cast<char>(kBytes[rest % kCount]);
      }
      out.clear();
      AppendJsonString(out, bytes);
      for (const char c : out) {
        sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
      }
    }
  }
  EXPECT_EQ(sum, kSumInPython);
}

TEST(JsonText, EscapesAnywhereInARun) {
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string bytes(length, 'x');
      bytes[at] = '"';
      std::string expected(length, 'x');
      expected.replace(at, 1, "\\\"");
      EXPECT_EQ(Text(bytes), expected);
    }
  }
}

TEST(JsonText, EveryByteComesBackThroughAJsonParser) {
  for (int first = 0; first < 0x80; ++first) {
    const std::string bytes = std::string("a") + static_cast<char>(first) + "z";
    std::string out;
    AppendJsonString(out, bytes);
    EXPECT_EQ(nlohmann::json::parse(out).get<std::string>(), bytes);
  }
}

TEST(JsonText, AppendsAndKeepsWhatIsThere) {
  std::string out = "before";
  AppendJsonString(out, "x");
  EXPECT_EQ(out, "before\"x\"");
}

std::string Stream(std::string bytes, std::uint64_t total, std::size_t cut_at) {
  std::string out;
  AppendJsonStream(out, {std::move(bytes), total, cut_at});
  return out;
}

TEST(JsonStream, IsTheTextWhenNothingWasCut) {
  EXPECT_EQ(Stream("Hello\n", 6, 0), "Hello\\n");
  EXPECT_EQ(Stream("", 0, 0), "");
}

TEST(JsonStream, MarksTheCut) {
  EXPECT_EQ(Stream("headtail", 8 + 15'728'640, 4),
            "head\\n... [output truncated: 15728640 bytes omitted] ...\\ntail");
  EXPECT_EQ(Stream("head", 10, 4), "head\\n... [output truncated: 6 bytes omitted] ...\\n");
  EXPECT_EQ(Stream("tail", 10, 0), "\\n... [output truncated: 6 bytes omitted] ...\\ntail");
  EXPECT_EQ(Stream("", 10, 0), "\\n... [output truncated: 10 bytes omitted] ...\\n");
}

TEST(JsonStream, LeavesOutWhatTheCutSplit) {
  // Two of the euro sign's bytes before the cut, one after: all three are omitted.
  EXPECT_EQ(Stream("a\xE2\x82\xACz", 5 + 10, 3),
            "a\\n... [output truncated: 13 bytes omitted] ...\\nz");
  // Damage that is not of the cut's making stays visible.
  EXPECT_EQ(Stream("a\xFF\xFFz", 4 + 10, 2),
            "a\uFFFD\\n... [output truncated: 10 bytes omitted] ...\\n\uFFFDz");
}

TEST(JsonStream, SurvivesACutOutsideOfTheBytes) {
  EXPECT_EQ(Stream("head", 5, 99), "head\\n... [output truncated: 1 bytes omitted] ...\\n");
}

TEST(JsonDecimal, WritesWhatPythonWritesForAFloat) {
  struct Case {
    std::uint64_t value;
    int decimals;
    std::string_view text;
  };
  for (const Case& c :
       {Case{0, 3, "0.0"}, Case{23, 3, "0.023"}, Case{2000, 3, "2.0"}, Case{1500, 3, "1.5"},
        Case{300'000, 3, "300.0"}, Case{1, 3, "0.001"}, Case{4520, 2, "45.2"}, Case{7, 2, "0.07"},
        Case{10, 2, "0.1"}, Case{204'800, 2, "2048.0"}, Case{5, 0, "5.0"}}) {
    std::string out;
    AppendJsonDecimal(out, c.value, c.decimals);
    EXPECT_EQ(out, c.text);
  }
}

}  // namespace
}  // namespace pyrunner::api
