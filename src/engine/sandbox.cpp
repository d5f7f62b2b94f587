#include "engine/sandbox.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <utility>

#include "engine/message_socket.h"
#include "sandbox/properties.h"
#include "wire/sandbox_messages.h"

namespace pyrunner {

namespace asio = boost::asio;

namespace {

// As much as a pipe holds. One buffer for all sandboxes: nothing suspends while it is in use.
using ReadBuffer = std::array<char, 65536>;

ReadBuffer& SharedReadBuffer() {
  static thread_local ReadBuffer buffer;
  return buffer;
}

std::string MissingProperties(std::uint32_t missing) {
  std::string names;
  for (std::size_t i = 0; i < sandbox::kPropertyNames.size(); ++i) {
    if ((missing & (1U << i)) == 0) continue;
    if (!names.empty()) names += ", ";
    names += sandbox::kPropertyNames[i];
  }
  return names;
}

// Far more than a sandbox ever has to say, beside a result.
constexpr std::size_t kMaxChannelBytes = std::size_t{64} * 1024;

// Most programs are done in a few milliseconds and should not wait for those that compute on and
// on. After a brief time a program therefore has only the processor time that brief ones leave,
// and, lest it starve, some turns with the same share as they have.
constexpr std::chrono::milliseconds kBriefRun{50};
constexpr std::chrono::milliseconds kTurnOfLongRun{50};
constexpr std::chrono::milliseconds kRestOfLongRun{450};

// Between two reads of output that is not kept, which makes 32 MB/s.
constexpr std::chrono::milliseconds kPauseOfFlood{2};

/// A time that the sandbox says it took, of which it cannot have taken more than `whole`.
std::chrono::nanoseconds AtMost(std::chrono::nanoseconds whole, std::uint64_t claimed) {
  const auto limit = static_cast<std::uint64_t>(whole.count());
  return std::chrono::nanoseconds(std::min(limit, claimed));
}

void Cancel(asio::posix::stream_descriptor& stream) {
  boost::system::error_code ignored;
  stream.cancel(ignored);
}

}  // namespace

Sandbox::Sandbox(const asio::any_io_executor& executor, ForkedSandbox forked, Slot slot,
                 std::function<void(Slot)> on_end)
    : executor_(executor),
      pid_(forked.pid),
      process_(executor, std::move(forked.process)),
      channel_(executor, forked.channel.Release()),
      standard_output_(executor, forked.standard_output.Release()),
      standard_error_(executor, forked.standard_error.Release()),
      slot_(std::move(slot)),
      on_end_(std::move(on_end)),
      changed_(executor),
      fork_time_(forked.fork_time),
      frames_(wire::kMaxSandboxPayload),
      output_(0),
      error_(0) {
  for (auto* stream : {&channel_, &standard_output_, &standard_error_}) {
    stream->native_non_blocking(true);
  }
}

std::shared_ptr<Sandbox> Sandbox::Adopt(const asio::any_io_executor& executor, ForkedSandbox forked,
                                        Slot slot, std::function<void(Slot)> on_end) {
  std::shared_ptr<Sandbox> sandbox(
      new Sandbox(executor, std::move(forked), std::move(slot), std::move(on_end)));
  asio::co_spawn(executor, sandbox->AwaitEnd(), asio::detached);
  asio::co_spawn(executor, sandbox->DrainChannel(), asio::detached);
  return sandbox;
}

void Sandbox::Kill() {
  if (end_) return;
  // Dying takes processor time too, and a client waits for it.
  slot_.cgroup.SetProcessorShare(sandbox::Cgroup::ProcessorShare::kNormal);
  process_.Kill();
}

void Sandbox::Stop(Ending cause) {
  if (!stopped_for_) stopped_for_ = cause;
  Kill();
}

void Sandbox::StopForViolation(std::string what) {
  if (!stopped_for_) violation_ = std::move(what);
  Stop(Ending::kViolation);
}

void Sandbox::StopForFullScratch() {
  if (!end_ && !silenced_) StopForViolation("more in its scratch directory than allowed");
}

void Sandbox::StopForThreadsAbove(std::uint32_t most) {
  if (end_ || silenced_) return;
  // One folder for each, and the two that every folder has. The process is this one's child, which
  // it has not reaped: the number is still its own.
  struct stat tasks {};
  const std::string path = "/proc/" + std::to_string(pid_) + "/task";
  if (::stat(path.c_str(), &tasks) == 0 && tasks.st_nlink > std::uint64_t{most} + 2) {
    StopForViolation("more threads than allowed");
  }
}

asio::awaitable<void> Sandbox::AwaitEnd() {
  const auto self = shared_from_this();
  const ProcessEnd end = co_await process_.AwaitEnd();
  // Killing process 1 of a namespace ends all others first: what the pipes hold now is all that
  // there will ever be, and their readers are not needed any more.
  end_ = end;
  while (ReadChannel() == ReadResult::kData) {
  }
  for (auto* stream : {&channel_, &standard_output_, &standard_error_}) Cancel(*stream);
  if (!dispatched_ || run_over_) on_end_(std::move(slot_));
  changed_.NotifyAll();
}

Sandbox::ReadResult Sandbox::ReadSome(asio::posix::stream_descriptor& stream,
                                      std::string_view& bytes) {
  ReadBuffer& buffer = SharedReadBuffer();
  const ssize_t size = ::read(stream.native_handle(), buffer.data(), buffer.size());
  if (size > 0) {
    bytes = {buffer.data(), static_cast<std::size_t>(size)};
    return ReadResult::kData;
  }
  const bool try_again = size < 0 && (errno == EAGAIN || errno == EINTR);
  return try_again ? ReadResult::kNothingYet : ReadResult::kEnd;
}

Sandbox::ReadResult Sandbox::ReadChannel() {
  std::string_view bytes;
  const ReadResult result = ReadSome(channel_, bytes);
  if (result != ReadResult::kData) return result;
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
  return result;
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
    changed_.NotifyAll();
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
  if (end_ || stopped_for_) return;
  for (auto [stream, capture] :
       {std::pair(&standard_output_, &output_), std::pair(&standard_error_, &error_)}) {
    ReadResult result = ReadResult::kData;
    while (result == ReadResult::kData) result = ReadOutput(*stream, *capture);
    if (result != ReadResult::kEnd || stopped_for_) return;
  }
  silenced_ = true;
  Kill();
  changed_.NotifyAll();
}

asio::awaitable<void> Sandbox::DrainChannel() {
  const auto self = shared_from_this();
  while (co_await AwaitReadable(channel_)) {
    if (end_ || ReadChannel() == ReadResult::kEnd) break;
  }
}

Sandbox::ReadResult Sandbox::ReadOutput(asio::posix::stream_descriptor& stream,
                                        OutputCapture& capture) {
  std::string_view bytes;
  const ReadResult result = ReadSome(stream, bytes);
  if (result != ReadResult::kData) return result;
  capture.Append(bytes);
  if (capture.total() <= output_stop_bytes_) return result;
  Stop(Ending::kOutputExceeded);
  return ReadResult::kEnd;
}

asio::awaitable<void> Sandbox::DrainOutput(asio::posix::stream_descriptor& stream,
                                           OutputCapture& capture) {
  const auto self = shared_from_this();
  // One read per wake-up, so that a program that prints without end does not starve the others.
  while (co_await AwaitReadable(stream)) {
    if (end_ || ReadOutput(stream, capture) == ReadResult::kEnd) break;
    // What comes now is thrown away. The program may wait for that: the others need the gateway.
    if (capture.total() <= output_kept_bytes_) continue;
    (void)co_await changed_.WaitUntil(SteadyClock::now() + kPauseOfFlood);
  }
}

asio::awaitable<void> Sandbox::SendProgram(std::string frame) {
  const auto self = shared_from_this();
  // A program that ends before it was sent whole shows in how its process ended.
  (void)co_await asio::async_write(channel_, asio::buffer(frame),
                                   asio::as_tuple(asio::use_awaitable));
}

std::string Sandbox::HowItEnded() const {
  if (!end_) return "its channel closed";
  return end_->signal != 0 ? "it was killed by signal " + std::to_string(end_->signal)
                           : "it exited with code " + std::to_string(end_->exit_code);
}

asio::awaitable<Status> Sandbox::AwaitReady(Deadline deadline, std::uint32_t required) {
  const auto self = shared_from_this();
  while (!end_ && !properties_ && failure_.empty()) {
    if (!co_await changed_.WaitUntil(deadline)) {
      Kill();
      co_return Failure("it was not ready in time");
    }
  }
  if (!properties_) {
    Kill();
    co_return Failure(failure_.empty() ? HowItEnded() : failure_);
  }
  if (const std::uint32_t missing = required & ~*properties_; missing != 0) {
    Kill();
    co_return Failure("properties not in force: " + MissingProperties(missing));
  }
  co_return Status{};
}

asio::awaitable<Result<Outcome>> Sandbox::Run(Program program, const EngineOptions& options,
                                              std::shared_ptr<Cancellation> cancellation) {
  const auto self = shared_from_this();
  dispatched_at_ = SteadyClock::now();
  const Deadline deadline = dispatched_at_ + program.limits.wall_time;
  if (end_) co_return Failure("the sandbox ended before its program came: " + HowItEnded());
  if (auto limited = slot_.cgroup.SetMemoryLimit(program.limits.memory_bytes); !limited) {
    Kill();
    co_return tl::unexpected(limited.error());
  }
  dispatched_ = true;
  const std::uint64_t kept =
      program.limits.output_bytes != 0 ? program.limits.output_bytes : options.output_bytes;
  output_ = OutputCapture(kept);
  error_ = OutputCapture(kept);
  output_kept_bytes_ = kept;
  output_stop_bytes_ = std::max(options.output_stop_bytes, kept);
  result_limit_ = program.call_main ? options.result_bytes : 0;
  const auto own_policy = options.policies.find(program.policy);

  std::string frame;
  wire::Append(
      wire::ProgramMessage{
          .wall_milliseconds = static_cast<std::uint64_t>(program.limits.wall_time.count()),
          .memory_bytes = program.limits.memory_bytes,
          .policy = program.policy,
          .policy_definition =
              own_policy != options.policies.end() ? own_policy->second.definition : std::string(),
          .call_main = program.call_main,
          .code = std::move(program.code),
          .standard_input = std::move(program.standard_input),
          .arguments = std::move(program.arguments)},
      frame);
  asio::co_spawn(executor_, SendProgram(std::move(frame)), asio::detached);
  asio::co_spawn(executor_, DrainOutput(standard_output_, output_), asio::detached);
  asio::co_spawn(executor_, DrainOutput(standard_error_, error_), asio::detached);
  cancellation->Listen([this] { Stop(Ending::kCancelled); });

  Deadline next_turn = dispatched_at_ + kBriefRun;
  bool favoured = true;
  while (!end_ && !silenced_) {
    const Deadline wake_at = stopped_for_ ? Deadline::max() : std::min(deadline, next_turn);
    if (co_await changed_.WaitUntil(wake_at)) continue;
    if (SteadyClock::now() >= deadline) {
      Stop(Ending::kTimedOut);
      continue;
    }
    favoured = !favoured;
    slot_.cgroup.SetProcessorShare(favoured ? sandbox::Cgroup::ProcessorShare::kNormal
                                            : sandbox::Cgroup::ProcessorShare::kIdle);
    next_turn = SteadyClock::now() + (favoured ? kTurnOfLongRun : kRestOfLongRun);
  }
  cancellation->StopListening();
  // No writer is left: what remains in the pipes, if anything, is at most what a pipe holds.
  while (ReadOutput(standard_output_, output_) == ReadResult::kData) {
  }
  while (ReadOutput(standard_error_, error_) == ReadResult::kData) {
  }

  if (!started_ && !stopped_for_ && end_) {
    on_end_(std::move(slot_));
    co_return Failure("the sandbox ended before its program came: " + HowItEnded());
  }
  const auto now = SteadyClock::now();
  Outcome outcome;
  outcome.wall_time = now - dispatched_at_;
  outcome.standard_output = output_.Take();
  outcome.standard_error = error_.Take();
  outcome.memory_peak = slot_.cgroup.MemoryPeak();
  if (!slot_.cgroup.valid() && finished_) {
    // At least a page, which every program has touched: its zygote's peak can hide a small one's.
    constexpr std::uint64_t kPage = 4096;
    outcome.memory_peak = std::clamp(told_memory_, kPage, program.limits.memory_bytes);
  }
  Classify(outcome, program);
  outcome.phases = phases_;
  outcome.phases.fork = fork_time_;
  outcome.phases.isolate = isolate_time_;
  if (finished_) outcome.phases.collect = now - finished_at_;
  if (end_) {
    on_end_(std::move(slot_));
  } else {
    run_over_ = true;
  }
  co_return outcome;
}

void Sandbox::Classify(Outcome& outcome, const Program& program) {
  outcome.exit_code = silenced_ ? exit_code_ : end_->exit_code;
  outcome.signal = silenced_ ? 0 : end_->signal;
  // What it should not have said stays said, even if it ended before it could be stopped.
  const bool for_its_words =
      stopped_for_ == Ending::kViolation || stopped_for_ == Ending::kResultExceeded;
  if (outcome.signal == 0 && !for_its_words) {
    // It ended by itself, whatever was on its way to it.
    outcome.ending = refusal_ ? Ending::kRefused : Ending::kExited;
    outcome.refusal = refusal_;
    if (finished_) outcome.exception = exception_;
    if (finished_ && result_checker_.Complete()) outcome.result = std::move(result_);
    if (memory_error_) outcome.ending = Ending::kMemoryExceeded;
    return;
  }
  if (stopped_for_) {
    outcome.ending = *stopped_for_;
    outcome.reason = violation_;
  } else if (slot_.cgroup.OutOfMemory()) {
    outcome.ending = Ending::kMemoryExceeded;
  } else if (end_->signal == SIGSYS) {
    outcome.ending = Ending::kViolation;
    outcome.reason = "a forbidden system call";
  } else if (end_->signal == SIGKILL && end_->cpu_time >= program.limits.wall_time) {
    outcome.ending = Ending::kCpuExceeded;
  } else {
    outcome.ending = Ending::kCrashed;
  }
}

}  // namespace pyrunner
