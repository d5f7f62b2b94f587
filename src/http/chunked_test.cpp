#include "http/chunked.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pyrunner::http {
namespace {

struct Decoded {
  int status = 0;  // of a refusal
  bool done = false;
  std::string body;
  std::size_t consumed = 0;
};

Decoded Decode(std::string_view input, std::size_t piece) {
  ChunkedDecoder decoder(100);
  Decoded result;
  while (result.consumed < input.size() && !decoder.done()) {
    const auto consumed = decoder.Decode(input.substr(result.consumed, piece), result.body);
    if (!consumed) {
      result.status = consumed.error().status;
      return result;
    }
    result.consumed += *consumed;
  }
  result.done = decoder.done();
  return result;
}

TEST(ChunkedTest, DecodesInPiecesOfAnySize) {
  const std::string input =
      "5\r\nhello\r\n00000000000000F\r\n, wide\r\nworld!!\r\n0\r\nA: b\r\nC:\r\n\r\n";
  for (std::size_t piece = 1; piece <= input.size(); ++piece) {
    const auto result = Decode(input + "GET /next", piece);
    EXPECT_EQ(result.status, 0);
    EXPECT_TRUE(result.done);
    EXPECT_EQ(result.body, "hello, wide\r\nworld!!");
    EXPECT_EQ(result.consumed, input.size()) << "the next request's bytes are not its own";
  }
}

TEST(ChunkedTest, AnEmptyBody) {
  const auto result = Decode("0\r\n\r\n", 1);
  EXPECT_TRUE(result.done);
  EXPECT_EQ(result.body, "");
}

TEST(ChunkedTest, WaitsForTheEnd) {
  for (const std::string_view input : {"", "5", "5\r", "5\r\n", "5\r\nhel", "5\r\nhello\r\n",
                                       "0\r\n", "0\r\n\r", "0\r\nA: b\r\n"}) {
    const auto result = Decode(input, 100);
    EXPECT_EQ(result.status, 0) << input;
    EXPECT_FALSE(result.done) << input;
  }
}

TEST(ChunkedTest, Refuses) {
  const std::vector<std::pair<std::string, int>> inputs = {
      {"5;a=b\r\nhello\r\n0\r\n\r\n", 400},
      {"5;" + std::string(100'000, 'a'), 400},
      {"5 \r\nhello\r\n0\r\n\r\n", 400},
      {" 5\r\nhello\r\n0\r\n\r\n", 400},
      {"0x5\r\nhello\r\n0\r\n\r\n", 400},
      {"+5\r\nhello\r\n0\r\n\r\n", 400},
      {"-1\r\n", 400},
      {"\r\n", 400},
      {"5\nhello\r\n0\r\n\r\n", 400},
      {"5\r\rhello", 400},
      {"5\r\nhello0\r\n\r\n", 400},
      {"5\r\nhello\n0\r\n\r\n", 400},
      {"5\r\nhello\r\r\n0\r\n\r\n", 400},
      {"4\r\nhello\r\n0\r\n\r\n", 400},
      {"00000000000000000\r\n\r\n", 400},
      {"65\r\n", 413},
      {"64\r\n" + std::string(100, 'a') + "\r\n1\r\n", 413},
      {"ffffffffffffffff\r\n", 413},
      {"10000000000000005\r\nhello", 413},
      {"0\r\nA b: c\r\n\r\n", 400},
      {"0\r\nA: b\n\r\n", 400},
      {"0\r\n A: b\r\n\r\n", 400},
      {"0\r\n\n", 400},
      {"0\r\nA: " + std::string(2000, 'b') + "\r\n\r\n", 431},
  };
  for (const auto& [input, status] : inputs) {
    EXPECT_EQ(Decode(input, 1).status, status) << input.substr(0, 60);
    EXPECT_EQ(Decode(input, input.size()).status, status) << input.substr(0, 60);
  }
}

TEST(ChunkedTest, TheLimitItselfIsAllowed) {
  const auto result = Decode("64\r\n" + std::string(100, 'a') + "\r\n0\r\n\r\n", 1000);
  EXPECT_TRUE(result.done);
  EXPECT_EQ(result.body.size(), 100U);
}

TEST(ChunkedTest, AnUnlimitedLimitDoesNotOverflow) {
  ChunkedDecoder decoder(UINT64_MAX);
  std::string body;
  EXPECT_TRUE(decoder.Decode("ffffffffffffffff\r\n", body).has_value());
  ChunkedDecoder overflowing(UINT64_MAX);
  EXPECT_FALSE(overflowing.Decode("10000000000000000\r\n", body).has_value());
}

}  // namespace
}  // namespace pyrunner::http
