// Fuzzes the engine's side of the channel to a sandbox, where every byte may be a program's own
// invention: frames cut out of a stream that comes in pieces of any size, then the messages in
// them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "wire/frame.h"
#include "wire/sandbox_messages.h"

namespace {

using pyrunner::wire::AppendFrame;
using pyrunner::wire::DecodeFailed;
using pyrunner::wire::DecodeFinished;
using pyrunner::wire::DecodeProgram;
using pyrunner::wire::DecodeReady;
using pyrunner::wire::DecodeRefused;
using pyrunner::wire::Failed;
using pyrunner::wire::Finished;
using pyrunner::wire::FrameReader;
using pyrunner::wire::FrameType;
using pyrunner::wire::kMaxSandboxPayload;
using pyrunner::wire::ProgramMessage;
using pyrunner::wire::Ready;
using pyrunner::wire::Refused;

constexpr std::size_t kHeader = 8;

// abort() rather than assert(): the oracle must hold in builds with NDEBUG too.
void Require(bool holds) {
  if (!holds) std::abort();
}

auto Fields(const Ready& m) { return std::tuple(m.properties, m.isolate_nanoseconds); }
auto Fields(const Failed& m) { return std::tuple(m.step, m.error_number, m.detail); }
auto Fields(const Refused& m) { return std::tuple(m.cause, m.reason, m.line, m.column); }
auto Fields(const Finished& m) {
  return std::tuple(m.exception_type, m.exception_text, m.line, m.in_result, m.memory_error,
                    m.compile_nanoseconds, m.run_nanoseconds, m.peak_memory_bytes);
}
auto Fields(const ProgramMessage& m) {
  return std::tuple(m.wall_milliseconds, m.memory_bytes, m.policy, m.code, m.standard_input,
                    m.arguments);
}

/// A message that was read says the same when it is written and read again.
template <typename Message>
void CheckRoundTrip(const std::optional<Message>& message, FrameType type,
                    std::optional<Message> (*decode)(std::string_view), std::size_t payload_size) {
  if (!message) return;
  std::string stream;
  Append(*message, stream);
  // Nothing is held that did not come in.
  Require(stream.size() == payload_size + kHeader);
  FrameReader reader(payload_size);
  Require(reader.Feed(stream));
  const auto frame = reader.Next();
  Require(frame && frame->type == type && frame->payload.size() == payload_size);
  const auto again = decode(frame->payload);
  Require(again && Fields(*again) == Fields(*message));
  Require(!reader.Next());
}

/// Whatever a frame says it is: each decoder has to cope with each payload.
void CheckPayload(std::string_view payload) {
  const std::size_t size = payload.size();
  CheckRoundTrip(DecodeReady(payload), FrameType::kReady, DecodeReady, size);
  CheckRoundTrip(DecodeFailed(payload), FrameType::kFailed, DecodeFailed, size);
  CheckRoundTrip(DecodeProgram(payload), FrameType::kProgram, DecodeProgram, size);
  CheckRoundTrip(DecodeRefused(payload), FrameType::kRefused, DecodeRefused, size);
  CheckRoundTrip(DecodeFinished(payload), FrameType::kFinished, DecodeFinished, size);
  if (const auto failed = DecodeFailed(payload)) {
    Require(failed->step.size() <= 256 && failed->detail.size() <= 256);
  }
  if (const auto refused = DecodeRefused(payload)) Require(refused->reason.size() <= 2048);
  if (const auto finished = DecodeFinished(payload)) {
    Require(finished->exception_type.size() <= 256);
  }
}

/// What the engine makes of a stream: its frames, and whether it broke off. The first byte of the
/// input seeds the sizes of the pieces.
std::string ReadInPieces(std::string_view stream, std::uint32_t seed) {
  FrameReader reader(kMaxSandboxPayload);
  std::string seen;
  while (!stream.empty()) {
    seed = seed * 1664525U + 1013904223U;
    // As the engine feeds it: never more than one payload at a time.
    const std::size_t bound = (seed & 1U) == 0 ? 16 : kMaxSandboxPayload;
    const std::size_t size = 1 + (seed >> 16U) % bound;
    const std::string_view piece = stream.substr(0, size);
    stream.remove_prefix(piece.size());
    if (!reader.Feed(piece)) break;
    while (const auto frame = reader.Next()) {
      Require(frame->payload.size() <= kMaxSandboxPayload);
      AppendFrame(frame->type, frame->payload, seen);
    }
  }
  if (reader.broken()) {
    Require(!reader.Feed("x"));
    Require(!reader.Next());
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  CheckPayload(stream.substr(0, kMaxSandboxPayload));

  const std::string frames = ReadInPieces(stream, data[0]);
  // Every byte given out came in, in its place; how it was cut makes no difference.
  Require(stream.starts_with(frames));
  Require(ReadInPieces(stream, data[0] + 256U) == frames);

  FrameReader reader(kMaxSandboxPayload);
  for (std::string_view rest = frames; !rest.empty();) {
    const std::string_view piece = rest.substr(0, kMaxSandboxPayload);
    rest.remove_prefix(piece.size());
    Require(reader.Feed(piece));
    while (const auto frame = reader.Next()) CheckPayload(frame->payload);
  }
  Require(!reader.broken());
  return 0;
}
