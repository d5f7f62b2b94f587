#include "wire/sandbox_messages.h"

#include "wire/codec.h"

namespace pyrunner::wire {
namespace {

constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxSentence = 2048;
constexpr std::size_t kMaxArguments = 4096;
constexpr std::size_t kMaxPolicy = std::size_t{1024} * 1024;
constexpr std::size_t kMaxProgramPart = std::size_t{64} * 1024 * 1024;

template <typename Fill>
void AppendMessage(FrameType type, std::string& out, Fill fill) {
  std::string payload;
  Writer writer(payload);
  fill(writer);
  AppendFrame(type, payload, out);
}

template <typename T>
std::optional<T> IfComplete(const Reader& reader, T message) {
  if (!reader.Complete()) return std::nullopt;
  return message;
}

std::string_view Bounded(std::string_view text, std::size_t limit) { return text.substr(0, limit); }

}  // namespace

void Append(const Ready& message, std::string& out) {
  AppendMessage(FrameType::kReady, out, [&](Writer& writer) {
    writer.Integer(message.properties);
    writer.Integer(message.isolate_nanoseconds);
  });
}

void Append(const Failed& message, std::string& out) {
  AppendMessage(FrameType::kFailed, out, [&](Writer& writer) {
    writer.String(Bounded(message.step, kMaxName));
    writer.Integer(message.error_number);
    writer.String(Bounded(message.detail, kMaxName));
  });
}

void AppendAround(const ProgramMessage& message, std::string_view code, std::string& before,
                  std::string& after) {
  std::string fields;
  Writer first(fields);
  first.Integer(message.wall_milliseconds);
  first.Integer(message.memory_bytes);
  first.String(message.policy);
  first.String(message.policy_definition);
  first.Integer(static_cast<std::uint8_t>(message.call_main));
  first.Integer(static_cast<std::uint32_t>(code.size()));

  const std::size_t after_size = after.size();
  Writer last(after);
  last.String(message.standard_input);
  last.Integer(static_cast<std::uint32_t>(message.arguments.size()));
  for (const std::string& argument : message.arguments) last.String(argument);

  Writer header(before);
  header.Integer(static_cast<std::uint32_t>(FrameType::kProgram));
  header.Integer(
      static_cast<std::uint32_t>(fields.size() + code.size() + after.size() - after_size));
  before += fields;
}

void Append(const ProgramMessage& message, std::string& out) {
  std::string after;
  AppendAround(message, message.code, out, after);
  out.append(message.code).append(after);
}

void Append(const Refused& message, std::string& out) {
  AppendMessage(FrameType::kRefused, out, [&](Writer& writer) {
    writer.Integer(static_cast<std::uint8_t>(message.cause));
    writer.String(Bounded(message.reason, kMaxSentence));
    writer.Integer(message.line);
    writer.Integer(message.column);
  });
}

void Append(const Finished& message, std::string& out) {
  AppendMessage(FrameType::kFinished, out, [&](Writer& writer) {
    writer.Integer(message.exit_code);
    writer.String(Bounded(message.exception_type, kMaxName));
    writer.String(Bounded(message.exception_text, kMaxSentence));
    writer.Integer(message.line);
    writer.Integer(static_cast<std::uint8_t>(message.in_result));
    writer.Integer(static_cast<std::uint8_t>(message.memory_error));
    writer.Integer(message.compile_nanoseconds);
    writer.Integer(message.run_nanoseconds);
    writer.Integer(message.peak_memory_bytes);
  });
}

std::optional<Ready> DecodeReady(std::string_view payload) {
  Reader reader(payload);
  Ready message;
  message.properties = reader.Integer<std::uint32_t>();
  message.isolate_nanoseconds = reader.Integer<std::uint64_t>();
  return IfComplete(reader, message);
}

std::optional<Failed> DecodeFailed(std::string_view payload) {
  Reader reader(payload);
  Failed message;
  message.step = reader.String(kMaxName);
  message.error_number = reader.Integer<std::int32_t>();
  message.detail = reader.String(kMaxName);
  return IfComplete(reader, std::move(message));
}

std::optional<ProgramMessage> DecodeProgram(std::string_view payload) {
  Reader reader(payload);
  ProgramMessage message;
  message.wall_milliseconds = reader.Integer<std::uint64_t>();
  message.memory_bytes = reader.Integer<std::uint64_t>();
  message.policy = reader.String(kMaxName);
  message.policy_definition = reader.String(kMaxPolicy);
  message.call_main = reader.Integer<std::uint8_t>() != 0;
  message.code = reader.String(kMaxProgramPart);
  message.standard_input = reader.String(kMaxProgramPart);
  const auto count = reader.Integer<std::uint32_t>();
  if (count > kMaxArguments) return std::nullopt;
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    message.arguments.push_back(reader.String(kMaxProgramPart));
  }
  return IfComplete(reader, std::move(message));
}

std::optional<Refused> DecodeRefused(std::string_view payload) {
  Reader reader(payload);
  Refused message;
  const auto cause = reader.Integer<std::uint8_t>();
  if (cause > static_cast<std::uint8_t>(Refused::Cause::kNoMain)) return std::nullopt;
  message.cause = static_cast<Refused::Cause>(cause);
  message.reason = reader.String(kMaxSentence);
  message.line = reader.Integer<std::int32_t>();
  message.column = reader.Integer<std::int32_t>();
  return IfComplete(reader, std::move(message));
}

std::optional<Finished> DecodeFinished(std::string_view payload) {
  Reader reader(payload);
  Finished message;
  message.exit_code = reader.Integer<std::int32_t>();
  message.exception_type = reader.String(kMaxName);
  message.exception_text = reader.String(kMaxSentence);
  message.line = reader.Integer<std::int32_t>();
  message.in_result = reader.Integer<std::uint8_t>() != 0;
  message.memory_error = reader.Integer<std::uint8_t>() != 0;
  message.compile_nanoseconds = reader.Integer<std::uint64_t>();
  message.run_nanoseconds = reader.Integer<std::uint64_t>();
  message.peak_memory_bytes = reader.Integer<std::uint64_t>();
  return IfComplete(reader, std::move(message));
}

}  // namespace pyrunner::wire
