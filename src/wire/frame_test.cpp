#include "wire/frame.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/codec.h"

namespace pyrunner::wire {
namespace {

constexpr std::size_t kHeader = 8;

std::string Header(std::uint32_t type, std::uint32_t size) {
  std::string out;
  Writer writer(out);
  writer.Integer(type);
  writer.Integer(size);
  return out;
}

std::string FrameOf(FrameType type, std::string_view payload) {
  std::string out;
  AppendFrame(type, payload, out);
  return out;
}

TEST(Frame, IsATypeALengthAndAPayload) {
  EXPECT_EQ(FrameOf(FrameType::kRefused, "abc"), Header(4, 3) + "abc");
  EXPECT_EQ(FrameOf(FrameType::kFinished, ""), Header(5, 0));
}

TEST(Frame, AppendsToWhatIsThere) {
  std::string out = "before";
  AppendFrame(FrameType::kReady, "x", out);
  EXPECT_EQ(out, "before" + Header(1, 1) + "x");
}

TEST(FrameReader, CutsAStreamHoweverItArrives) {
  const std::vector<std::pair<FrameType, std::string>> sent = {
      {FrameType::kReady, "first"},
      {FrameType::kFailed, ""},
      {FrameType::kRefused, std::string("\0\xff\n", 3)},
      {FrameType::kFinished, std::string(20, 'z')}};
  std::string stream;
  for (const auto& [type, payload] : sent) AppendFrame(type, payload, stream);
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameReader reader(64);
    std::vector<Frame> received;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      ASSERT_TRUE(reader.Feed(std::string_view(stream).substr(at, piece))) << "pieces of " << piece;
      while (auto frame = reader.Next()) received.push_back(std::move(*frame));
    }
    ASSERT_EQ(received.size(), sent.size()) << "pieces of " << piece;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      EXPECT_EQ(received[i].type, sent[i].first);
      EXPECT_EQ(received[i].payload, sent[i].second);
    }
  }
}

TEST(FrameReader, GivesNothingBeforeTheLastByte) {
  const std::string stream = FrameOf(FrameType::kReady, "payload");
  FrameReader reader(100);
  for (std::size_t i = 0; i + 1 < stream.size(); ++i) {
    ASSERT_TRUE(reader.Feed(stream.substr(i, 1)));
    ASSERT_FALSE(reader.Next()) << "after " << i + 1 << " bytes";
  }
  ASSERT_TRUE(reader.Feed(stream.substr(stream.size() - 1)));
  EXPECT_TRUE(reader.Next());
  EXPECT_FALSE(reader.Next());
}

TEST(FrameReader, TakesAPayloadOfExactlyItsBound) {
  FrameReader reader(100);
  ASSERT_TRUE(reader.Feed(FrameOf(FrameType::kReady, std::string(100, 'x'))));
  const auto frame = reader.Next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->payload.size(), 100U);
}

TEST(FrameReader, RefusesALongerPayloadByItsHeaderAlone) {
  for (const std::uint32_t size : {101U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    FrameReader reader(100);
    EXPECT_FALSE(reader.Feed(Header(1, size))) << size;
    EXPECT_TRUE(reader.broken());
    EXPECT_FALSE(reader.Next());
  }
}

TEST(FrameReader, RefusesALongerPayloadBehindAGoodFrame) {
  FrameReader reader(100);
  (void)reader.Feed(FrameOf(FrameType::kReady, "good") + Header(1, 101));
  ASSERT_TRUE(reader.Next());
  EXPECT_FALSE(reader.Next());
  EXPECT_TRUE(reader.broken());
}

TEST(FrameReader, TakesNothingAfterAnError) {
  FrameReader reader(100);
  ASSERT_FALSE(reader.Feed(Header(1, 101)));
  EXPECT_FALSE(reader.Feed(FrameOf(FrameType::kReady, "good")));
  EXPECT_FALSE(reader.Feed(""));
  EXPECT_FALSE(reader.Next());
  EXPECT_TRUE(reader.broken());
}

// One that nobody empties must break and not grow.
TEST(FrameReader, TakesManySmallFramesFromFewPieces) {
  std::string stream;
  for (int i = 0; i < 20'000; ++i) {
    stream += FrameOf(FrameType::kResult, std::string(static_cast<std::size_t>(i % 3), 'x'));
  }
  FrameReader reader(65536);
  int frames = 0;
  for (std::size_t at = 0; at < stream.size(); at += 65536) {
    ASSERT_TRUE(reader.Feed(std::string_view(stream).substr(at, 65536)));
    while (const auto frame = reader.Next()) {
      ASSERT_EQ(frame->payload.size(), static_cast<std::size_t>(frames % 3));
      ++frames;
    }
  }
  EXPECT_EQ(frames, 20'000);
}

TEST(FrameReader, HoldsNoMoreThanItsBound) {
  constexpr std::size_t kBound = 64;
  for (const std::size_t piece : {1U, 7U, 8U, 72U, 144U}) {
    FrameReader reader(kBound);
    const std::string frame = FrameOf(FrameType::kReady, std::string(kBound, 'x'));
    std::string flood;
    for (int i = 0; i < 100; ++i) flood += frame;
    std::size_t taken = 0;
    while (taken < flood.size() && reader.Feed(std::string_view(flood).substr(taken, piece))) {
      taken += piece;
    }
    EXPECT_TRUE(reader.broken());
    EXPECT_LE(taken, 2 * (kBound + kHeader)) << "pieces of " << piece;
  }
}

TEST(FrameReader, RefusesAFloodInOnePiece) {
  FrameReader reader(64);
  std::string flood;
  for (int i = 0; i < 1000; ++i) AppendFrame(FrameType::kReady, "", flood);
  EXPECT_FALSE(reader.Feed(flood));
  EXPECT_FALSE(reader.Next());
}

// Which messages there are is for the reader's owner to know.
TEST(FrameReader, PassesUnknownTypesOn) {
  FrameReader reader(64);
  ASSERT_TRUE(reader.Feed(Header(0xfffffffe, 1) + "x"));
  const auto frame = reader.Next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(static_cast<std::uint32_t>(frame->type), 0xfffffffeU);
}

TEST(FrameReader, AReaderOfEmptyPayloadsIsPossible) {
  FrameReader reader(0);
  ASSERT_TRUE(reader.Feed(Header(1, 0)));
  EXPECT_TRUE(reader.Next());
  EXPECT_FALSE(reader.Feed(Header(1, 1)));
}

}  // namespace
}  // namespace pyrunner::wire
