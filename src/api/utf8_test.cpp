#include "api/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pyrunner::api {
namespace {

using namespace std::string_view_literals;

// What str.isspace() is true for, as CPython 3.11 lists it.
constexpr char32_t kPythonSpaces[] = {
    0x09,   0x0A,   0x0B,   0x0C,   0x0D,   0x1C,   0x1D,   0x1E,   0x1F,   0x20,
    0x85,   0xA0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
    0x2007, 0x2008, 0x2009, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};

std::string Encode(char32_t c) {
  std::string out;
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  }
  return out;
}

TEST(Utf8, ReadsEveryCodePointAndNoSurrogate) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    const std::string text = Encode(c);
    const Utf8Step step = ReadUtf8(text, 0);
    if (c >= 0xD800 && c <= 0xDFFF) {
      ASSERT_EQ(step.kind, Utf8Step::Kind::kInvalid) << std::hex << static_cast<unsigned>(c);
      ASSERT_EQ(step.length, 1u);
    } else {
      ASSERT_EQ(step.kind, Utf8Step::Kind::kCharacter) << std::hex << static_cast<unsigned>(c);
      ASSERT_EQ(step.length, text.size());
    }
  }
}

TEST(Utf8, TellsDamageFromWhatOnlyEndsTooEarly) {
  struct Case {
    std::string_view bytes;
    Utf8Step::Kind kind;
    std::size_t length;
  };
  for (const Case& c : std::vector<Case>{
           {"\xE2\x82"sv, Utf8Step::Kind::kIncomplete, 2},
           {"\xF0\x9F\x98"sv, Utf8Step::Kind::kIncomplete, 3},
           {"\xC3"sv, Utf8Step::Kind::kIncomplete, 1},
           {"\xE2\x82x"sv, Utf8Step::Kind::kInvalid, 2},
           {"\xED\xA0"sv, Utf8Step::Kind::kInvalid, 1},
           {"\xC0\x80"sv, Utf8Step::Kind::kInvalid, 1},
           {"\x80"sv, Utf8Step::Kind::kInvalid, 1},
       }) {
    const Utf8Step step = ReadUtf8(c.bytes, 0);
    EXPECT_EQ(step.kind, c.kind) << testing::PrintToString(c.bytes);
    EXPECT_EQ(step.length, c.length) << testing::PrintToString(c.bytes);
  }
}

TEST(Utf8, CountsCharactersNotBytes) {
  EXPECT_EQ(CountCodePoints(""), 0u);
  EXPECT_EQ(CountCodePoints("abc"), 3u);
  EXPECT_EQ(CountCodePoints("a\u00E9\u20AC\U0001F600\0"sv), 5u);
}

TEST(Utf8, StripsWhatPythonStrips) {
  std::string all;
  for (const char32_t c : kPythonSpaces) {
    EXPECT_EQ(StripWhitespace(Encode(c)), "") << std::hex << static_cast<unsigned>(c);
    all += Encode(c);
  }
  EXPECT_EQ(StripWhitespace(all), "");
  EXPECT_EQ(StripWhitespace(all + "x \u00A0 y" + all), "x \u00A0 y");
  EXPECT_EQ(StripWhitespace(all + "\U0001F600" + all), "\U0001F600");
}

TEST(Utf8, KeepsWhatPythonKeeps) {
  // Zero width space, byte order mark, Mongolian vowel separator, NUL: blank to the eye only.
  for (const std::string_view text : {"\u200B"sv, "\uFEFF"sv, "\u180E"sv, "\0"sv, "x"sv}) {
    EXPECT_EQ(StripWhitespace(text), text);
  }
}

TEST(Utf8, FindsTheCharacterThatACutSplit) {
  constexpr std::string_view kText = "a\u00E9\u20AC\U0001F600";
  for (std::size_t cut = 0; cut <= kText.size(); ++cut) {
    const std::string_view head = kText.substr(0, cut);
    const std::string_view tail = kText.substr(cut);
    const std::size_t head_length = LengthWithoutCutCharacter(head);
    const std::size_t cut_length = LengthOfCutCharacter(tail);
    for (const std::size_t boundary : {0, 1, 3, 6, 10}) {
      if (boundary <= cut) {
        EXPECT_GE(head_length, boundary);
      }
      if (boundary >= cut) {
        EXPECT_LE(cut + cut_length, boundary);
      }
    }
    // Both ends lie on a boundary.
    for (const std::size_t end : {head_length, cut + cut_length}) {
      EXPECT_TRUE(end == 0 || end == 1 || end == 3 || end == 6 || end == 10) << end;
    }
  }
}

TEST(Utf8, LeavesDamageAtACutToTheDecoder) {
  EXPECT_EQ(LengthWithoutCutCharacter("ab\xFF"sv), 3u);
  EXPECT_EQ(LengthWithoutCutCharacter("ab\x80\x80\x80\x80"sv), 6u);
  EXPECT_EQ(LengthWithoutCutCharacter("\xED\xA0"sv), 2u);
  EXPECT_EQ(LengthOfCutCharacter("\x80\x80\x80\x80z"sv), 3u);
  EXPECT_EQ(LengthOfCutCharacter("\xFFz"sv), 0u);
  EXPECT_EQ(LengthOfCutCharacter(""sv), 0u);
}

}  // namespace
}  // namespace pyrunner::api
