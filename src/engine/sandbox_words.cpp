// Sandbox: what comes from the sandbox, read and taken with suspicion.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/sandbox.h"
#include "wire/sandbox_messages.h"

namespace pyrunner {

namespace {

// As much as a pipe holds. One buffer for all sandboxes: nothing suspends while it is in use.
using ReadBuffer = std::array<char, 65536>;

ReadBuffer& SharedReadBuffer() {
  static thread_local ReadBuffer buffer;
  return buffer;
}

// Far more than a sandbox ever has to say, beside a result.
constexpr std::size_t kMaxChannelBytes = std::size_t{64} * 1024;

/// A time that the sandbox says it took, of which it cannot have taken more than `whole`.
std::chrono::nanoseconds AtMost(std::chrono::nanoseconds whole, std::uint64_t claimed) {
  const auto limit = static_cast<std::uint64_t>(whole.count());
  return std::chrono::nanoseconds(std::min(limit, claimed));
}

}  // namespace

Sandbox::ReadResult Sandbox::ReadChannel() {
  ReadBuffer& buffer = SharedReadBuffer();
  const ssize_t size = ::recv(channel_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size <= 0) return WithoutData(size);
  std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
  channel_bytes_ += bytes.size();
  // Twice a result, for the frames around its pieces.
  if (channel_bytes_ > kMaxChannelBytes + 2 * result_limit_) {
    StopForViolation("writing to the service's channel");
    return ReadResult::kEnd;
  }
  while (!bytes.empty()) {
    // In pieces, so that the reader never holds more than one message.
    const std::string_view piece = bytes.substr(0, wire::kMaxSandboxPayload);
    bytes.remove_prefix(piece.size());
    if (frames_.Feed(piece)) {
      while (const auto frame = frames_.Next()) TakeFrame(*frame);
    }
    if (frames_.broken()) {
      StopForViolation("writing to the service's channel");
      return ReadResult::kEnd;
    }
  }
  return ReadResult::kData;
}

void Sandbox::TakeFrame(const wire::Frame& frame) {
  if (!dispatched_) {
    if (frame.type == wire::FrameType::kReady && !properties_) {
      if (const auto ready = wire::DecodeReady(frame.payload)) {
        properties_ = ready->properties;
        isolate_time_ = std::chrono::nanoseconds(ready->isolate_nanoseconds);
      }
    } else if (frame.type == wire::FrameType::kFailed) {
      if (const auto failed = wire::DecodeFailed(frame.payload)) {
        failure_ = failed->step + ": " + std::strerror(failed->error_number) +
                   (failed->detail.empty() ? "" : " (" + failed->detail + ")");
      }
    }
    return;
  }
  // From here on the sender may be the program itself, which can only lie about itself.
  if (finished_ || refusal_) return;
  if (frame.type == wire::FrameType::kStarted) {
    started_ = true;
  } else if (frame.type == wire::FrameType::kRefused) {
    TakeRefusal(frame.payload);
  } else if (frame.type == wire::FrameType::kResult) {
    TakeResult(frame.payload);
  } else if (frame.type == wire::FrameType::kFinished) {
    TakeFinished(frame.payload);
  }
}

void Sandbox::TakeRefusal(std::string_view payload) {
  auto refused = wire::DecodeRefused(payload);
  if (!refused) return;
  using Said = wire::Refused::Cause;
  const Refusal::Cause cause = refused->cause == Said::kPolicy   ? Refusal::Cause::kPolicy
                               : refused->cause == Said::kSyntax ? Refusal::Cause::kSyntax
                                                                 : Refusal::Cause::kNoMain;
  refusal_ = Refusal{cause, std::move(refused->reason), refused->line, refused->column};
  CompleteIfSilent();
}

// Checked as it comes: a result can be megabytes, and nobody should wait while it is looked at.
void Sandbox::TakeResult(std::string_view piece) {
  if (result_limit_ == 0) return;  // nobody has asked for one
  if (result_.size() + piece.size() > result_limit_) return Stop(Ending::kResultExceeded);
  if (!result_checker_.Feed(piece)) return StopForViolation("a result that is not JSON");
  result_ += piece;
}

void Sandbox::TakeFinished(std::string_view payload) {
  auto finished = wire::DecodeFinished(payload);
  if (!finished) return;
  finished_ = true;
  finished_at_ = SteadyClock::now();
  phases_.compile = AtMost(finished_at_ - dispatched_at_, finished->compile_nanoseconds);
  phases_.run = AtMost(finished_at_ - dispatched_at_, finished->run_nanoseconds);
  if (!finished->exception_type.empty()) {
    exception_ =
        UncaughtException{std::move(finished->exception_type), std::move(finished->exception_text),
                          finished->line, finished->in_result};
    memory_error_ = finished->memory_error;
  }
  exit_code_ = finished->exit_code & 0xff;
  told_memory_ = finished->peak_memory_bytes;
  CompleteIfSilent();
}

// Taking a large process apart costs the kernel milliseconds that no client should wait for. One
// that has closed both outputs and said its last word can add nothing; a program that forges this
// gains what exiting would have given it.
void Sandbox::CompleteIfSilent() {
  if (end_ || stopped_for_ || silenced_) return;
  for (Stream* stream : {&output_, &error_}) {
    ReadResult result = stream->ended ? ReadResult::kEnd : ReadResult::kData;
    while (result == ReadResult::kData) result = ReadOutput(*stream);
    if (result != ReadResult::kEnd || stopped_for_) return;
    stream->ended = true;
  }
  silenced_ = true;
}

Sandbox::ReadResult Sandbox::ReadOutput(Stream& stream) {
  ReadBuffer& buffer = SharedReadBuffer();
  const ssize_t size = ::read(stream.fd.get(), buffer.data(), buffer.size());
  if (size <= 0) return WithoutData(size);
  stream.capture.Append({buffer.data(), static_cast<std::size_t>(size)});
  if (stream.capture.total() <= output_stop_bytes_) return ReadResult::kData;
  Stop(Ending::kOutputExceeded);
  return ReadResult::kEnd;
}

Sandbox::ReadResult Sandbox::WithoutData(ssize_t size) {
  const bool try_again = size < 0 && (errno == EAGAIN || errno == EINTR);
  return try_again ? ReadResult::kNothingYet : ReadResult::kEnd;
}

}  // namespace pyrunner
