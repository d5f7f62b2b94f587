#include "engine/output_capture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

namespace pyrunner {
namespace {

/// The obvious way to do it, with all the memory that it takes.
CapturedStream Naive(std::string_view all, std::size_t limit) {
  CapturedStream stream;
  stream.total = all.size();
  const std::size_t head = limit / 2;
  stream.cut_at = std::min(head, all.size());
  stream.bytes = all.size() <= limit ? std::string(all)
                                     : std::string(all.substr(0, head)) +
                                           std::string(all.substr(all.size() - (limit - head)));
  return stream;
}

void ExpectSame(const CapturedStream& captured, const CapturedStream& naive) {
  EXPECT_EQ(captured.bytes, naive.bytes);
  EXPECT_EQ(captured.total, naive.total);
  EXPECT_EQ(captured.cut_at, naive.cut_at);
  EXPECT_EQ(captured.truncated(), naive.truncated());
}

CapturedStream InPieces(std::string_view all, std::size_t limit, std::size_t piece) {
  OutputCapture capture(limit);
  for (std::size_t at = 0; at < all.size(); at += piece) capture.Append(all.substr(at, piece));
  EXPECT_EQ(capture.total(), all.size());
  return capture.Take();
}

std::string Alphabet(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('!' + i % 90);
  return text;
}

TEST(OutputCapture, KeepsEverythingWithinItsLimit) {
  OutputCapture capture(10);
  capture.Append("hello");
  capture.Append("");
  capture.Append("world");
  const auto stream = capture.Take();
  EXPECT_EQ(stream.bytes, "helloworld");
  EXPECT_EQ(stream.total, 10U);
  EXPECT_FALSE(stream.truncated());
}

TEST(OutputCapture, KeepsHeadAndTailBeyondIt) {
  OutputCapture capture(10);
  capture.Append("0123456789ABCDEF");
  const auto stream = capture.Take();
  EXPECT_EQ(stream.bytes, "01234BCDEF");
  EXPECT_EQ(stream.cut_at, 5U);
  EXPECT_EQ(stream.total, 16U);
  EXPECT_TRUE(stream.truncated());
}

TEST(OutputCapture, EverySizeLimitAndPieceGivesTheSame) {
  for (std::size_t limit = 0; limit <= 9; ++limit) {
    for (std::size_t size = 0; size <= 40; ++size) {
      const std::string all = Alphabet(size);
      const auto naive = Naive(all, limit);
      for (std::size_t piece = 1; piece <= size + 1; ++piece) {
        SCOPED_TRACE("limit " + std::to_string(limit) + ", size " + std::to_string(size) +
                     ", pieces of " + std::to_string(piece));
        ExpectSame(InPieces(all, limit, piece), naive);
        if (HasFailure()) return;
      }
    }
  }
}

TEST(OutputCapture, TinyLimits) {
  ExpectSame(InPieces("abc", 0, 1), {.bytes = "", .total = 3, .cut_at = 0});
  ExpectSame(InPieces("abc", 1, 1), {.bytes = "c", .total = 3, .cut_at = 0});
  ExpectSame(InPieces("abc", 2, 1), {.bytes = "ac", .total = 3, .cut_at = 1});
  ExpectSame(InPieces("", 0, 1), {.bytes = "", .total = 0, .cut_at = 0});
}

TEST(OutputCapture, RandomPiecesGiveTheSame) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const std::size_t limit = random() % 200;
    OutputCapture capture(limit);
    std::string all;
    for (std::uint32_t i = random() % 30; i > 0; --i) {
      std::string piece(random() % 100, '\0');
      std::generate(piece.begin(), piece.end(), [&] { return static_cast<char>(random()); });
      capture.Append(piece);
      all += piece;
    }
    SCOPED_TRACE("round " + std::to_string(round));
    ExpectSame(capture.Take(), Naive(all, limit));
    if (HasFailure()) return;
  }
}

TEST(OutputCapture, OnePieceMuchLargerThanTheLimit) {
  const std::string all = Alphabet(100'000);
  ExpectSame(InPieces(all, 64, all.size()), Naive(all, 64));
  ExpectSame(InPieces("x" + all, 64, 65'536), Naive("x" + all, 64));
}

TEST(OutputCapture, IsEmptyAgainAfterwards) {
  OutputCapture capture(6);
  capture.Append("0123456789");
  (void)capture.Take();
  EXPECT_EQ(capture.total(), 0U);
  capture.Append("abcdefgh");
  ExpectSame(capture.Take(), Naive("abcdefgh", 6));
  ExpectSame(capture.Take(), Naive("", 6));
}

}  // namespace
}  // namespace pyrunner
