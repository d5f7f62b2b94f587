#include "engine/sandbox.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "sandbox/properties.h"
#include "wire/sandbox_messages.h"

namespace pyrunner {

namespace asio = boost::asio;

namespace {

std::string MissingProperties(std::uint32_t missing) {
  std::string names;
  for (std::size_t i = 0; i < sandbox::kPropertyNames.size(); ++i) {
    if ((missing & (1U << i)) == 0) continue;
    if (!names.empty()) names += ", ";
    names += sandbox::kPropertyNames[i];
  }
  return names;
}

// Most programs are done in a few milliseconds and should not wait for those that compute on and
// on. After a brief time a program therefore has only the processor time that brief ones leave,
// and, lest it starve, some turns with the same share as they have.
constexpr std::chrono::milliseconds kBriefRun{50};
constexpr std::chrono::milliseconds kTurnOfLongRun{50};
constexpr std::chrono::milliseconds kRestOfLongRun{450};

// For so long a program is left alone; by then most have ended. After the first part of it, and
// twice that, and so on, it is looked at, because one that has filled a pipe waits.
constexpr std::chrono::milliseconds kUnattended{8};
constexpr std::chrono::milliseconds kFirstLook{2};
constexpr std::uint64_t kMuchOutput = 16384;  // of which more is to be expected

// A process that a debugger holds has ended for its descriptor, but cannot be reaped yet.
constexpr std::chrono::milliseconds kReapPause{5};

// Between two reads of output that is not kept, which makes 32 MB/s.
constexpr std::chrono::milliseconds kPauseOfFlood{2};

}  // namespace

Sandbox::Sandbox(const asio::any_io_executor& executor, ForkedSandbox forked, Slot slot,
                 std::function<void(Slot)> on_end)
    : events_(EventSet::Of(executor)),
      pid_(forked.pid),
      process_(std::move(forked.process)),
      process_view_(process_.get()),
      channel_(std::move(forked.channel)),
      slot_(std::move(slot)),
      on_end_(std::move(on_end)),
      fork_time_(forked.fork_time),
      frames_(wire::kMaxSandboxPayload) {
  output_.fd = std::move(forked.standard_output);
  error_.fd = std::move(forked.standard_error);
  for (const Stream* stream : {&output_, &error_}) {
    (void)::fcntl(stream->fd.get(), F_SETFL, O_RDONLY | O_NONBLOCK);
  }
}

std::shared_ptr<Sandbox> Sandbox::Adopt(const asio::any_io_executor& executor, ForkedSandbox forked,
                                        Slot slot, std::function<void(Slot)> on_end) {
  std::shared_ptr<Sandbox> sandbox(
      new Sandbox(executor, std::move(forked), std::move(slot), std::move(on_end)));
  sandbox->event_id_ = sandbox->events_.Add(sandbox);
  sandbox->Await(kProcess, sandbox->process_.get(), EPOLLIN);
  sandbox->Await(kChannel, sandbox->channel_.get(), EPOLLIN);
  sandbox->Await(kError, sandbox->error_.fd.get(), 0);
  return sandbox;
}

void Sandbox::Await(Descriptor which, int fd, std::uint32_t events) {
  if (events_.Await(event_id_, which, fd, events)) return;
  // Nobody would hear of it.
  Kill();
  reap_at_ = SteadyClock::now() + kReapPause;
  AwaitNextTime();
}

void Sandbox::Kill() {
  if (end_) return;
  // Dying takes processor time too, and a client waits for it.
  slot_.cgroup.SetProcessorShare(sandbox::Cgroup::ProcessorShare::kNormal);
  process_view_.Kill();
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

void Sandbox::OnEvent(int which) {
  switch (which) {
    case kProcess:
      OnProcessEnd();
      return;
    case kChannel:
      OnChannel();
      break;
    default:
      OnOutput(static_cast<Descriptor>(which));
  }
  GoOn();
}

// Whoever waits goes on first, which writes the answer; the rest no client should wait for.
void Sandbox::GoOn() {
  if (run_over_) return;
  const bool told = properties_ || !failure_.empty() || late_;
  if (dispatched_ ? !silenced_ : !told) return;
  waiting_.Resume();
  if (!run_over_ || end_) return;
  Kill();
  AwaitNextTime();
}

void Sandbox::OnProcessEnd() {
  const auto end = process_view_.TakeEnd();
  if (!end) {
    reap_at_ = SteadyClock::now() + kReapPause;
    AwaitNextTime();
    return;
  }
  // Killing process 1 of a namespace ends all others first: what the pipes hold now is all that
  // there will ever be.
  end_ = *end;
  while (ReadChannel() == ReadResult::kData) {
  }
  waiting_.Resume();
  if (!dispatched_ || run_over_) on_end_(std::move(slot_));
  events_.Remove(event_id_);
}

void Sandbox::OnChannel() {
  if (sending_) Send();
  const bool listening = dispatched_ ? attending_ : !properties_;
  if (listening && ReadChannel() == ReadResult::kEnd) channel_ended_ = true;
  if (channel_ended_ || end_ || silenced_) return;
  // One that is ready has nothing to say until its program is there.
  const std::uint32_t events =
      ((dispatched_ ? attending_ : !properties_) ? EPOLLIN : 0U) | (sending_ ? EPOLLOUT : 0U);
  if (events != 0) Await(kChannel, channel_.get(), events);
}

void Sandbox::OnOutput(Descriptor which) {
  if (!dispatched_ || silenced_) return;  // it is about to end
  if (!attending_) {
    // Standard error was closed, by the program's end or by the program.
    if (ReadChannel() == ReadResult::kEnd) channel_ended_ = true;
    if (!silenced_) Attend();
    return;
  }
  // One read for each event, so that a program that prints without end does not starve the others.
  Stream& stream = which == kOutput ? output_ : error_;
  if (ReadOutput(stream) == ReadResult::kEnd) {
    stream.ended = true;
    if (finished_ || refusal_) CompleteIfSilent();
  } else if (stream.capture.total() <= output_kept_bytes_) {
    Await(which, stream.fd.get(), EPOLLIN);
  } else {
    // What comes now is thrown away. The program may wait for that: the others need the gateway.
    stream.paused_until = SteadyClock::now() + kPauseOfFlood;
    AwaitNextTime();
  }
}

void Sandbox::Look(Deadline now) {
  const auto elapsed = now - dispatched_at_;
  (void)ReadOutput(output_);
  (void)ReadOutput(error_);
  const bool much = output_.capture.total() + error_.capture.total() >= kMuchOutput;
  if (much || elapsed >= kUnattended) {
    Attend();
  } else {
    attend_at_ = now + elapsed;
  }
}

void Sandbox::Attend() {
  attending_ = true;
  attend_at_ = Deadline::max();
  if (!channel_ended_) Await(kChannel, channel_.get(), EPOLLIN | (sending_ ? EPOLLOUT : 0U));
  Await(kOutput, output_.fd.get(), EPOLLIN);
  Await(kError, error_.fd.get(), EPOLLIN);
}

void Sandbox::AwaitNextTime() {
  Deadline next = reap_at_;
  if (!silenced_) {
    if (!stopped_for_) next = std::min({next, attend_at_, stop_at_, next_turn_});
    for (const Stream* stream : {&output_, &error_}) {
      if (!stream->ended) next = std::min(next, stream->paused_until);
    }
  }
  events_.AwaitTime(event_id_, next);
}

void Sandbox::OnTime() {
  const Deadline now = SteadyClock::now();
  if (now >= reap_at_) {
    reap_at_ = Deadline::max();
    OnProcessEnd();
    return;
  }
  if (!dispatched_) {
    late_ = true;
    GoOn();
    return;
  }
  if (now >= stop_at_ && !stopped_for_) Stop(Ending::kTimedOut);
  if (now >= attend_at_) Look(now);
  for (auto [which, stream] : {std::pair(kOutput, &output_), std::pair(kError, &error_)}) {
    if (now < stream->paused_until) continue;
    stream->paused_until = Deadline::max();
    Await(which, stream->fd.get(), EPOLLIN);
  }
  if (now >= next_turn_) {
    favoured_ = !favoured_;
    slot_.cgroup.SetProcessorShare(favoured_ ? sandbox::Cgroup::ProcessorShare::kNormal
                                             : sandbox::Cgroup::ProcessorShare::kIdle);
    next_turn_ = now + (favoured_ ? kTurnOfLongRun : kRestOfLongRun);
  }
  AwaitNextTime();
}

void Sandbox::StartToSend(const Program& program, const EngineOptions& options) {
  const auto own_policy = options.policies.find(program.policy);
  wire::AppendAround(
      wire::ProgramMessage{
          .wall_milliseconds = static_cast<std::uint64_t>(program.limits.wall_time.count()),
          .memory_bytes = program.limits.memory_bytes,
          .policy = program.policy,
          .policy_definition =
              own_policy != options.policies.end() ? own_policy->second.definition : std::string(),
          .call_main = program.call_main,
          .code = {},
          .standard_input = program.standard_input,
          .arguments = program.arguments},
      program.code, before_code_, after_code_);
  sending_ = true;
  Send();
  if (sending_) Await(kChannel, channel_.get(), EPOLLOUT);
}

// A program that ends before it was sent whole shows in how its process ended.
void Sandbox::Send() {
  while (sending_) {
    std::array<std::string_view, 3> parts{before_code_, program_->code, after_code_};
    std::array<iovec, 3> vectors{};
    std::size_t skip = sent_;
    std::size_t left = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::size_t skipped = std::min(skip, parts[i].size());
      skip -= skipped;
      parts[i].remove_prefix(skipped);
      left += parts[i].size();
      vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = vectors.size();
    const ssize_t sent = ::sendmsg(channel_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0 || static_cast<std::size_t>(sent) == left) {
      sending_ = false;
      program_.reset();
    } else {
      sent_ += static_cast<std::size_t>(sent);
    }
  }
}

std::string Sandbox::HowItEnded() const {
  if (!end_) return "its channel closed";
  return end_->signal != 0 ? "it was killed by signal " + std::to_string(end_->signal)
                           : "it exited with code " + std::to_string(end_->exit_code);
}

asio::awaitable<Status> Sandbox::AwaitReady(Deadline deadline, std::uint32_t required) {
  const auto self = shared_from_this();
  stop_at_ = deadline;
  AwaitNextTime();
  while (!end_ && !properties_ && failure_.empty() && !late_) {
    auto told = waiting_.Wait();
    co_await std::move(told);
  }
  stop_at_ = Deadline::max();
  AwaitNextTime();
  if (!properties_) {
    const bool in_time = !late_ || end_;
    Kill();
    co_return Failure(!failure_.empty() ? failure_
                      : in_time         ? HowItEnded()
                                        : "it was not ready in time");
  }
  if (const std::uint32_t missing = required & ~*properties_; missing != 0) {
    Kill();
    co_return Failure("properties not in force: " + MissingProperties(missing));
  }
  co_return Status{};
}

asio::awaitable<Result<Outcome>> Sandbox::Run(std::shared_ptr<const Program> program,
                                              const EngineOptions& options,
                                              std::shared_ptr<Cancellation> cancellation) {
  const auto self = shared_from_this();
  dispatched_at_ = SteadyClock::now();
  const Limits limits = program->limits;
  if (end_) co_return Failure("the sandbox ended before its program came: " + HowItEnded());
  if (auto limited = slot_.cgroup.SetMemoryLimit(limits.memory_bytes); !limited) {
    Kill();
    co_return tl::unexpected(limited.error());
  }
  dispatched_ = true;
  const std::uint64_t kept = limits.output_bytes != 0 ? limits.output_bytes : options.output_bytes;
  output_.capture = OutputCapture(kept);
  error_.capture = OutputCapture(kept);
  output_kept_bytes_ = kept;
  output_stop_bytes_ = std::max(options.output_stop_bytes, kept);
  result_limit_ = program->call_main ? options.result_bytes : 0;
  program_ = std::move(program);
  StartToSend(*program_, options);
  attend_at_ = dispatched_at_ + kFirstLook;
  stop_at_ = dispatched_at_ + limits.wall_time;
  next_turn_ = dispatched_at_ + kBriefRun;
  AwaitNextTime();
  cancellation->Listen([this] { Stop(Ending::kCancelled); });
  while (!end_ && !silenced_) {
    auto over = waiting_.Wait();
    co_await std::move(over);
  }
  cancellation->StopListening();
  run_over_ = true;
  if (!started_ && !stopped_for_ && end_) {
    co_return Failure("the sandbox ended before its program came: " + HowItEnded());
  }
  co_return MakeOutcome(limits);
}

Outcome Sandbox::MakeOutcome(const Limits& limits) {
  // No writer is left: what remains in the pipes, if anything, is at most what a pipe holds.
  for (Stream* stream : {&output_, &error_}) {
    while (!silenced_ && ReadOutput(*stream) == ReadResult::kData) {
    }
  }
  const auto now = SteadyClock::now();
  Outcome outcome;
  outcome.wall_time = now - dispatched_at_;
  outcome.standard_output = output_.capture.Take();
  outcome.standard_error = error_.capture.Take();
  outcome.memory_peak = slot_.cgroup.MemoryPeak();
  if (!slot_.cgroup.valid() && finished_) {
    // At least a page, which every program has touched: its zygote's peak can hide a small one's.
    constexpr std::uint64_t kPage = 4096;
    outcome.memory_peak = std::clamp(told_memory_, kPage, limits.memory_bytes);
  }
  Classify(outcome, limits);
  outcome.phases = phases_;
  outcome.phases.fork = fork_time_;
  outcome.phases.isolate = isolate_time_;
  if (finished_) outcome.phases.collect = now - finished_at_;
  return outcome;
}

void Sandbox::Classify(Outcome& outcome, const Limits& limits) {
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
  } else if (end_->signal == SIGKILL && end_->cpu_time >= limits.wall_time) {
    outcome.ending = Ending::kCpuExceeded;
  } else {
    outcome.ending = Ending::kCrashed;
  }
}

}  // namespace pyrunner
