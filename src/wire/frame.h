// Frames: a type, a length and a payload, on a stream between engine and sandbox.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pyrunner::wire {

/// Every message between engine and sandbox. The values are the format.
enum class FrameType : std::uint32_t {
  kReady = 1,     // sandbox to engine: isolated and verified
  kFailed = 2,    // sandbox to engine: a step of the isolation failed; nothing was run
  kProgram = 3,   // engine to sandbox
  kRefused = 4,   // sandbox to engine: by the policy; nothing was run
  kFinished = 5,  // sandbox to engine: the program ran to its end
  kStarted = 6,   // sandbox to engine, without payload: the program is there, and its limits set
  kResult = 7,    // sandbox to engine: the next piece of the value of main(), as JSON
};

struct Frame {
  FrameType type;
  std::string payload;
};

/// Appends one frame to `out`.
void AppendFrame(FrameType type, std::string_view payload, std::string& out);

/// Cuts a stream of untrusted bytes into frames. Never holds more than two messages' worth
/// of them; after the first error it takes nothing any more.
class FrameReader {
 public:
  explicit FrameReader(std::size_t max_payload) : max_payload_(max_payload) {}

  /// Takes more bytes of the stream. False once the stream has broken the format.
  [[nodiscard]] bool Feed(std::string_view bytes);
  /// The next whole frame, if there is one. Call until empty before feeding more.
  [[nodiscard]] std::optional<Frame> Next();

  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::size_t max_payload_;
  std::string buffer_;
  std::size_t taken_ = 0;  // of the buffer's start, by Next
  bool broken_ = false;
};

}  // namespace pyrunner::wire
