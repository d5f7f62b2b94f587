#include "wire/codec.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace pyrunner::wire {
namespace {

TEST(Codec, IntegersAreLittleEndian) {
  std::string out;
  Writer writer(out);
  writer.Integer(std::uint32_t{0x01020304});
  writer.Integer(std::uint8_t{0xff});
  writer.Integer(std::int32_t{-2});
  EXPECT_EQ(out, std::string("\x04\x03\x02\x01\xff\xfe\xff\xff\xff", 9));
}

TEST(Codec, IntegersComeBack) {
  std::string out;
  Writer writer(out);
  writer.Integer(std::numeric_limits<std::uint64_t>::max());
  writer.Integer(std::numeric_limits<std::int32_t>::min());
  writer.Integer(std::uint8_t{0});
  Reader reader(out);
  EXPECT_EQ(reader.Integer<std::uint64_t>(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(reader.Integer<std::int32_t>(), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(reader.Integer<std::uint8_t>(), 0);
  EXPECT_TRUE(reader.Complete());
}

TEST(Codec, StringsComeBackWithEveryByte) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  std::string out;
  Writer writer(out);
  writer.String(every);
  writer.String("");
  Reader reader(out);
  EXPECT_EQ(reader.String(256), every);
  EXPECT_EQ(reader.String(0), "");
  EXPECT_TRUE(reader.Complete());
}

TEST(Codec, AStringBeyondItsLimitIsAnError) {
  std::string out;
  Writer(out).String("four");
  {
    Reader reader(out);
    EXPECT_EQ(reader.String(4), "four");
    EXPECT_TRUE(reader.ok());
  }
  Reader reader(out);
  EXPECT_EQ(reader.String(3), "");
  EXPECT_FALSE(reader.ok());
}

// A length is only a claim: nothing is made of a size that the bytes do not cover.
TEST(Codec, AStringLongerThanItsBytesIsAnError) {
  std::string out;
  Writer(out).Integer(std::numeric_limits<std::uint32_t>::max());
  out += "abc";
  Reader reader(out);
  EXPECT_EQ(reader.String(std::numeric_limits<std::size_t>::max()), "");
  EXPECT_FALSE(reader.ok());
}

TEST(Codec, AfterAnErrorNothingIsRead) {
  std::string out;
  Writer writer(out);
  writer.String("too long");
  writer.Integer(std::uint32_t{7});
  writer.String("x");
  Reader reader(out);
  EXPECT_EQ(reader.String(2), "");
  EXPECT_EQ(reader.Integer<std::uint32_t>(), 0U);
  EXPECT_EQ(reader.String(100), "");
  EXPECT_FALSE(reader.ok());
  EXPECT_FALSE(reader.Complete());
}

TEST(Codec, IntegersAreNotReadInPart) {
  const std::string bytes("\x01\x02\x03", 3);
  Reader reader(bytes);
  EXPECT_EQ(reader.Integer<std::uint32_t>(), 0U);
  EXPECT_FALSE(reader.ok());
  // The bytes are still there, but no longer to be had.
  EXPECT_EQ(reader.Integer<std::uint8_t>(), 0U);
}

TEST(Codec, CompleteMeansThatNothingIsLeft) {
  Reader empty("");
  EXPECT_TRUE(empty.Complete());
  Reader one("x");
  EXPECT_TRUE(one.ok());
  EXPECT_FALSE(one.Complete());
}

}  // namespace
}  // namespace pyrunner::wire
