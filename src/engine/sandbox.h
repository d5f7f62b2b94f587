// Sandbox: the engine's handle on one sandbox, from its fork to the end of its process.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/deadline.h"
#include "base/fd.h"
#include "base/result.h"
#include "engine/child_process.h"
#include "engine/engine_options.h"
#include "engine/outcome.h"
#include "engine/output_capture.h"
#include "engine/program.h"
#include "engine/slots.h"
#include "engine/wait_list.h"
#include "wire/frame.h"
#include "wire/json_checker.h"

namespace pyrunner {

/// The engine's ends of a fresh fork.
struct ForkedSandbox {
  std::int32_t pid = 0;  // to tell it from a stray; everything else goes by the pidfd
  Fd process;            // see ChildProcess
  Fd channel;
  Fd standard_output;
  Fd standard_error;
  std::chrono::nanoseconds fork_time{};
};

/// Used from the gateway's thread, for at most one program. Nothing that comes out of the sandbox
/// is trusted: how it ended is the kernel's word, its messages are bounded, and the sandbox is
/// killed when it breaks the format. Reaps its process by itself.
class Sandbox : public std::enable_shared_from_this<Sandbox> {
 public:
  /// `on_end` gets the slot back when no process of the sandbox is left.
  static std::shared_ptr<Sandbox> Adopt(const boost::asio::any_io_executor& executor,
                                        ForkedSandbox forked, Slot slot,
                                        std::function<void(Slot)> on_end);

  /// Waits until the sandbox reports itself isolated, with all of `required` properties seen.
  /// Otherwise it is killed.
  boost::asio::awaitable<Status> AwaitReady(Deadline deadline, std::uint32_t required);

  /// Runs the one program of this sandbox. Completes when its process is gone, or earlier: when it
  /// has closed its outputs, said its last word and was killed, so that nothing can come any more.
  /// Fails, without having run anything, if the sandbox is gone or cannot be limited as asked.
  boost::asio::awaitable<Result<Outcome>> Run(Program program, const EngineOptions& options,
                                              std::shared_ptr<Cancellation> cancellation);

  void Kill();
  /// Until its program comes, which gets the normal share.
  void SetProcessorShare(sandbox::Cgroup::ProcessorShare share) {
    slot_.cgroup.SetProcessorShare(share);
  }
  /// Of all of its processes so far, in bytes; nothing where the kernel does not tell.
  [[nodiscard]] std::optional<std::uint64_t> MemoryPeak() const {
    return slot_.cgroup.MemoryPeak();
  }
  /// Stops its program for having filled a scratch directory that has no size of its own.
  void StopForFullScratch();
  /// Stops its program for having more threads than that, where nothing else bounds them.
  void StopForThreadsAbove(std::uint32_t most);
  [[nodiscard]] std::uint32_t slot_index() const { return slot_.index; }
  [[nodiscard]] bool alive() const { return !end_; }
  [[nodiscard]] std::int32_t pid() const { return pid_; }

 private:
  Sandbox(const boost::asio::any_io_executor& executor, ForkedSandbox forked, Slot slot,
          std::function<void(Slot)> on_end);

  boost::asio::awaitable<void> AwaitEnd();
  boost::asio::awaitable<void> DrainChannel();
  boost::asio::awaitable<void> DrainOutput(boost::asio::posix::stream_descriptor& stream,
                                           OutputCapture& capture);
  boost::asio::awaitable<void> SendProgram(std::string frame);

  enum class ReadResult { kData, kNothingYet, kEnd };
  /// One read into a buffer that all sandboxes share; `bytes` is good until the next suspension.
  static ReadResult ReadSome(boost::asio::posix::stream_descriptor& stream,
                             std::string_view& bytes);
  ReadResult ReadChannel();
  ReadResult ReadOutput(boost::asio::posix::stream_descriptor& stream, OutputCapture& capture);
  void TakeFrame(const wire::Frame& frame);
  void TakeRefusal(std::string_view payload);
  void TakeResult(std::string_view piece);
  void TakeFinished(std::string_view payload);
  void Stop(Ending cause);
  void StopForViolation(std::string what);
  void CompleteIfSilent();
  [[nodiscard]] std::string HowItEnded() const;
  void Classify(Outcome& outcome, const Program& program);

  boost::asio::any_io_executor executor_;
  std::int32_t pid_;
  ChildProcess process_;
  boost::asio::posix::stream_descriptor channel_;
  boost::asio::posix::stream_descriptor standard_output_;
  boost::asio::posix::stream_descriptor standard_error_;
  Slot slot_;
  std::function<void(Slot)> on_end_;
  WaitList changed_;

  std::chrono::nanoseconds fork_time_{};
  std::chrono::nanoseconds isolate_time_{};
  std::optional<std::uint32_t> properties_;  // as reported
  std::string failure_;                      // why it did not become ready

  wire::FrameReader frames_;
  std::size_t channel_bytes_ = 0;
  OutputCapture output_;
  OutputCapture error_;
  std::uint64_t output_kept_bytes_ = 0;
  std::uint64_t output_stop_bytes_ = 0;
  bool dispatched_ = false;
  bool started_ = false;  // the sandbox has its program
  std::optional<Ending> stopped_for_;
  std::string violation_;
  std::optional<Refusal> refusal_;
  std::size_t result_limit_ = 0;
  std::string result_;
  wire::JsonChecker result_checker_;
  bool finished_ = false;
  int exit_code_ = 0;      // as it said when it finished
  bool silenced_ = false;  // it has closed its outputs and said its last word, and was killed
  std::uint64_t told_memory_ = 0;  // by the sandbox itself, for where no cgroup counts it
  bool run_over_ = false;          // the Outcome is out; what is left is to reap
  Phases phases_;
  std::optional<UncaughtException> exception_;
  bool memory_error_ = false;
  Deadline dispatched_at_{};
  Deadline finished_at_{};
  std::optional<ProcessEnd> end_;
};

}  // namespace pyrunner
