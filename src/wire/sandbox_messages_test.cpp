#include "wire/sandbox_messages.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "wire/codec.h"

namespace pyrunner::wire {
namespace {

/// The payload of the one frame that Append makes, after checking its header.
template <typename Message>
std::string Payload(const Message& message, FrameType type) {
  std::string stream;
  Append(message, stream);
  Reader reader(stream);
  EXPECT_EQ(reader.Integer<std::uint32_t>(), static_cast<std::uint32_t>(type));
  std::string payload = reader.String(stream.size());
  EXPECT_TRUE(reader.Complete());
  return payload;
}

/// Whatever is missing or too much makes it another message.
template <typename Decode>
void ExpectExact(const std::string& payload, Decode decode) {
  EXPECT_TRUE(decode(payload));
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EXPECT_FALSE(decode(std::string_view(payload).substr(0, size))) << "cut to " << size;
  }
  EXPECT_FALSE(decode(payload + std::string(1, '\0')));
  EXPECT_FALSE(decode(payload + payload));
}

std::string Repeat(char c, std::size_t count) { return std::string(count, c); }

TEST(SandboxMessages, ReadyComesBack) {
  const Ready sent{0x1ff, std::numeric_limits<std::uint64_t>::max()};
  const std::string payload = Payload(sent, FrameType::kReady);
  const auto received = DecodeReady(payload);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->properties, sent.properties);
  EXPECT_EQ(received->isolate_nanoseconds, sent.isolate_nanoseconds);
  ExpectExact(payload, DecodeReady);
}

TEST(SandboxMessages, FailedComesBack) {
  const Failed sent{"namespaces", -1, std::string("why\0not", 7)};
  const std::string payload = Payload(sent, FrameType::kFailed);
  const auto received = DecodeFailed(payload);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->step, sent.step);
  EXPECT_EQ(received->error_number, -1);
  EXPECT_EQ(received->detail, sent.detail);
  ExpectExact(payload, DecodeFailed);
}

TEST(SandboxMessages, ProgramComesBack) {
  const ProgramMessage sent{.wall_milliseconds = 30'000,
                            .memory_bytes = 512U << 20U,
                            .policy = "scientific",
                            .policy_definition = std::string("\0p", 2),
                            .call_main = true,
                            .code = "print('\xc3\xa9')\n",
                            .standard_input = std::string("\0\xff", 2),
                            .arguments = {"", "-x", "two words"}};
  const std::string payload = Payload(sent, FrameType::kProgram);
  const auto received = DecodeProgram(payload);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->wall_milliseconds, sent.wall_milliseconds);
  EXPECT_EQ(received->memory_bytes, sent.memory_bytes);
  EXPECT_EQ(received->policy, sent.policy);
  EXPECT_EQ(received->policy_definition, sent.policy_definition);
  EXPECT_TRUE(received->call_main);
  EXPECT_EQ(received->code, sent.code);
  EXPECT_EQ(received->standard_input, sent.standard_input);
  EXPECT_EQ(received->arguments, sent.arguments);
  ExpectExact(payload, DecodeProgram);
}

TEST(SandboxMessages, AProgramCanBeSentAroundItsCode) {
  ProgramMessage message{.policy = "open", .standard_input = "in", .arguments = {"a"}};
  std::string before = "kept";
  std::string after = "kept";
  AppendAround(message, "code", before, after);
  message.code = "code";
  std::string whole;
  Append(message, whole);
  EXPECT_EQ(before.substr(4) + "code" + after.substr(4), whole);
}

TEST(SandboxMessages, AnEmptyProgramComesBack) {
  const auto received = DecodeProgram(Payload(ProgramMessage{}, FrameType::kProgram));
  ASSERT_TRUE(received);
  EXPECT_TRUE(received->code.empty());
  EXPECT_TRUE(received->arguments.empty());
}

TEST(SandboxMessages, RefusedComesBack) {
  const Refused sent{.cause = Refused::Cause::kNoMain,
                     .reason = "Import of 'os' is not allowed",
                     .line = 3,
                     .column = 8};
  const std::string payload = Payload(sent, FrameType::kRefused);
  const auto received = DecodeRefused(payload);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->cause, sent.cause);
  EXPECT_EQ(received->line, 3);
  EXPECT_EQ(received->column, 8);
  EXPECT_EQ(received->reason, "Import of 'os' is not allowed");
  ExpectExact(payload, DecodeRefused);
}

TEST(SandboxMessages, FinishedComesBack) {
  const Finished sent{.exception_type = "ZeroDivisionError",
                      .exception_text = "ZeroDivisionError: division by zero",
                      .line = -7,
                      .in_result = true,
                      .memory_error = true,
                      .compile_nanoseconds = 1,
                      .run_nanoseconds = std::numeric_limits<std::uint64_t>::max(),
                      .peak_memory_bytes = 12345};
  const std::string payload = Payload(sent, FrameType::kFinished);
  const auto received = DecodeFinished(payload);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->exception_type, sent.exception_type);
  EXPECT_EQ(received->exception_text, sent.exception_text);
  EXPECT_EQ(received->line, -7);
  EXPECT_TRUE(received->in_result);
  EXPECT_TRUE(received->memory_error);
  EXPECT_EQ(received->compile_nanoseconds, 1U);
  EXPECT_EQ(received->run_nanoseconds, sent.run_nanoseconds);
  EXPECT_EQ(received->peak_memory_bytes, 12345U);
  ExpectExact(payload, DecodeFinished);
}

// A writer never makes what its reader refuses, nor a frame that is too long for the engine.
TEST(SandboxMessages, LongTextsAreCutByTheWriter) {
  const std::string failed =
      Payload(Failed{Repeat('s', 9'000), 1, Repeat('d', 9'000)}, FrameType::kFailed);
  ASSERT_TRUE(DecodeFailed(failed));
  EXPECT_EQ(DecodeFailed(failed)->step, Repeat('s', 256));
  EXPECT_EQ(DecodeFailed(failed)->detail, Repeat('d', 256));

  const std::string refused = Payload(Refused{.reason = Repeat('r', 9'000)}, FrameType::kRefused);
  ASSERT_TRUE(DecodeRefused(refused));
  EXPECT_EQ(DecodeRefused(refused)->reason, Repeat('r', 2048));

  const std::string finished =
      Payload(Finished{.exception_type = Repeat('e', 9'000), .exception_text = Repeat('t', 9'000)},
              FrameType::kFinished);
  ASSERT_TRUE(DecodeFinished(finished));
  EXPECT_EQ(DecodeFinished(finished)->exception_type, Repeat('e', 256));
  EXPECT_EQ(DecodeFinished(finished)->exception_text, Repeat('t', 2048));

  for (const std::string& payload : {failed, refused, finished}) {
    EXPECT_LE(payload.size(), kMaxSandboxPayload);
  }
}

TEST(SandboxMessages, LongTextsOfALyingWriterAreRefused) {
  std::string refused;
  Writer refusing(refused);
  refusing.Integer(std::uint8_t{0});
  refusing.String(Repeat('r', 2049));
  refusing.Integer(std::int32_t{0});
  refusing.Integer(std::int32_t{0});
  EXPECT_FALSE(DecodeRefused(refused));
  // The same with a cause that there is not.
  EXPECT_TRUE(DecodeRefused(std::string(13, '\0')));
  EXPECT_FALSE(DecodeRefused("\x03" + std::string(12, '\0')));

  for (const auto& [step, detail] : {std::pair(257, 0), std::pair(0, 257)}) {
    std::string failed;
    Writer writer(failed);
    writer.String(Repeat('s', static_cast<std::size_t>(step)));
    writer.Integer(std::int32_t{1});
    writer.String(Repeat('d', static_cast<std::size_t>(detail)));
    EXPECT_FALSE(DecodeFailed(failed));
  }

  std::string finished;
  Writer writer(finished);
  writer.Integer(std::int32_t{0});
  writer.String(Repeat('e', 257));
  writer.String("");
  writer.Integer(std::int32_t{0});
  writer.Integer(std::uint8_t{0});
  writer.Integer(std::uint8_t{0});
  writer.Integer(std::uint64_t{0});
  writer.Integer(std::uint64_t{0});
  writer.Integer(std::uint64_t{0});
  EXPECT_FALSE(DecodeFinished(finished));
}

TEST(SandboxMessages, AnArgumentCountIsOnlyAClaim) {
  std::string payload = Payload(ProgramMessage{.code = "pass"}, FrameType::kProgram);
  for (const std::uint32_t count : {1U, 4096U, 4097U, 0xffffffffU}) {
    std::string lying = payload.substr(0, payload.size() - sizeof count);
    Writer(lying).Integer(count);
    EXPECT_FALSE(DecodeProgram(lying)) << count;
  }
}

TEST(SandboxMessages, MoreArgumentsThanPromisedAreRefused) {
  ProgramMessage program;
  program.arguments.assign(4096, "x");
  EXPECT_TRUE(DecodeProgram(Payload(program, FrameType::kProgram)));
  program.arguments.emplace_back("x");
  EXPECT_FALSE(DecodeProgram(Payload(program, FrameType::kProgram)));
}

TEST(SandboxMessages, APolicyNameIsShort) {
  EXPECT_TRUE(
      DecodeProgram(Payload(ProgramMessage{.policy = Repeat('p', 256)}, FrameType::kProgram)));
  EXPECT_FALSE(
      DecodeProgram(Payload(ProgramMessage{.policy = Repeat('p', 257)}, FrameType::kProgram)));
}

// The types share no self-description: what keeps them apart is their exact size.
TEST(SandboxMessages, OneMessageIsNotTakenForAnother) {
  const std::string ready = Payload(Ready{1, 2}, FrameType::kReady);
  EXPECT_FALSE(DecodeFinished(ready));
  EXPECT_FALSE(DecodeProgram(ready));
  EXPECT_FALSE(DecodeFailed(ready));
  EXPECT_FALSE(DecodeRefused(ready));
  const std::string finished = Payload(Finished{.exception_type = "E"}, FrameType::kFinished);
  EXPECT_FALSE(DecodeReady(finished));
  EXPECT_FALSE(DecodeRefused(finished));
  EXPECT_FALSE(DecodeProgram(finished));
}

TEST(SandboxMessages, SeveralMessagesShareAStream) {
  std::string stream;
  Append(Ready{0x1ff, 5}, stream);
  Append(Refused{.reason = "no"}, stream);
  FrameReader reader(kMaxSandboxPayload);
  ASSERT_TRUE(reader.Feed(stream));
  const auto first = reader.Next();
  const auto second = reader.Next();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->type, FrameType::kReady);
  EXPECT_TRUE(DecodeReady(first->payload));
  EXPECT_EQ(second->type, FrameType::kRefused);
  EXPECT_TRUE(DecodeRefused(second->payload));
}

}  // namespace
}  // namespace pyrunner::wire
