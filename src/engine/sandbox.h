// Sandbox: the engine's handle on one sandbox, from its fork to the end of its process.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
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
#include "base/resumption.h"
#include "engine/child_process.h"
#include "engine/engine_options.h"
#include "engine/event_set.h"
#include "engine/outcome.h"
#include "engine/output_capture.h"
#include "engine/program.h"
#include "engine/slots.h"
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
///
/// Most programs print little and end soon. So that the gateway is not woken for each line of
/// theirs, at first it listens only for the end of standard error, which comes right before or
/// after the last word, and reads everything then. Now and then it looks whether a pipe fills, and
/// attends to a program that has not ended after some milliseconds.
class Sandbox final : public EventSet::Listener, public std::enable_shared_from_this<Sandbox> {
 public:
  /// `on_end` gets the slot back when no process of the sandbox is left.
  static std::shared_ptr<Sandbox> Adopt(const boost::asio::any_io_executor& executor,
                                        ForkedSandbox forked, Slot slot,
                                        std::function<void(Slot)> on_end);

  /// Waits until the sandbox reports itself isolated, with all of `required` properties seen.
  /// Otherwise it is killed.
  boost::asio::awaitable<Status> AwaitReady(Deadline deadline, std::uint32_t required);

  /// Runs the one program of this sandbox. Completes when its process is gone, or earlier: when it
  /// has closed its outputs and said its last word, so that nothing can come any more. It is killed
  /// then as soon as the caller waits for something else. Fails, without having run anything, if
  /// the sandbox is gone or cannot be limited as asked.
  boost::asio::awaitable<Result<Outcome>> Run(std::shared_ptr<const Program> program,
                                              const EngineOptions& options,
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
  // As the EventSet knows them.
  enum Descriptor : int { kProcess, kChannel, kOutput, kError };

  /// One of the program's outputs.
  struct Stream {
    Fd fd;
    OutputCapture capture{0};
    bool ended = false;
    Deadline paused_until = Deadline::max();
  };

  Sandbox(const boost::asio::any_io_executor& executor, ForkedSandbox forked, Slot slot,
          std::function<void(Slot)> on_end);

  void OnEvent(int which) override;
  void OnTime() override;
  void OnShutdown() override { waiting_.Abandon(); }

  void OnProcessEnd();
  void OnChannel();
  void OnOutput(Descriptor which);
  void Look(Deadline now);
  void Attend();
  void Await(Descriptor which, int fd, std::uint32_t events);
  void AwaitNextTime();
  void GoOn();

  void StartToSend(const Program& program, const EngineOptions& options);
  void Send();

  enum class ReadResult { kData, kNothingYet, kEnd };
  /// What a read of no bytes or of -1 means.
  static ReadResult WithoutData(ssize_t size);
  ReadResult ReadChannel();
  ReadResult ReadOutput(Stream& stream);
  void TakeFrame(const wire::Frame& frame);
  void TakeRefusal(std::string_view payload);
  void TakeResult(std::string_view piece);
  void TakeFinished(std::string_view payload);
  void Stop(Ending cause);
  void StopForViolation(std::string what);
  void CompleteIfSilent();
  [[nodiscard]] std::string HowItEnded() const;
  [[nodiscard]] Outcome MakeOutcome(const Limits& limits);
  void Classify(Outcome& outcome, const Limits& limits);

  EventSet& events_;
  EventSet::Id event_id_ = 0;
  Resumption waiting_;
  std::int32_t pid_;
  Fd process_;
  ProcessView process_view_;
  Fd channel_;
  Stream output_;
  Stream error_;
  Slot slot_;
  std::function<void(Slot)> on_end_;

  std::chrono::nanoseconds fork_time_{};
  std::chrono::nanoseconds isolate_time_{};
  std::optional<std::uint32_t> properties_;  // as reported
  std::string failure_;                      // why it did not become ready
  bool late_ = false;                        // to become ready

  std::shared_ptr<const Program> program_;
  std::string before_code_;  // of the program's frame, and behind it
  std::string after_code_;
  std::size_t sent_ = 0;  // of that frame
  bool sending_ = false;

  wire::FrameReader frames_;
  std::size_t channel_bytes_ = 0;
  bool channel_ended_ = false;
  std::uint64_t output_kept_bytes_ = 0;
  std::uint64_t output_stop_bytes_ = 0;
  bool dispatched_ = false;
  bool attending_ = false;
  bool started_ = false;  // the sandbox has its program
  std::optional<Ending> stopped_for_;
  std::string violation_;
  std::optional<Refusal> refusal_;
  std::size_t result_limit_ = 0;
  std::string result_;
  wire::JsonChecker result_checker_;
  bool finished_ = false;
  int exit_code_ = 0;              // as it said when it finished
  bool silenced_ = false;          // it has closed its outputs and said its last word
  std::uint64_t told_memory_ = 0;  // by the sandbox itself, for where no cgroup counts it
  bool run_over_ = false;          // the Outcome is out; what is left is to reap
  Phases phases_;
  std::optional<UncaughtException> exception_;
  bool memory_error_ = false;
  Deadline dispatched_at_{};
  Deadline finished_at_{};
  std::optional<ProcessEnd> end_;

  // What OnTime is for; before the program comes it is for AwaitReady.
  Deadline attend_at_ = Deadline::max();
  Deadline stop_at_ = Deadline::max();
  Deadline next_turn_ = Deadline::max();
  Deadline reap_at_ = Deadline::max();
  bool favoured_ = true;
};

}  // namespace pyrunner
