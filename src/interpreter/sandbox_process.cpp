#include "interpreter/sandbox_process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#include "sandbox/limits.h"
#include "wire/sandbox_messages.h"

namespace pyrunner::interpreter {
namespace {

constexpr int kChannelFd = 3;
constexpr int kProcfsFd = 4;
constexpr int kFirstClosedFd = 5;
constexpr int kFailureExitCode = 70;

// A sandbox has one processor: it can't use more CPU seconds than its wall time. This holds where
// no CPU cgroup does.
constexpr std::uint64_t kSpareCpuSeconds = 2;

[[noreturn]] void Fail(const char* step, int error, const std::string& detail = {}) {
  std::string frame;
  wire::Append(wire::Failed{.step = step, .error_number = error, .detail = detail}, frame);
  const ssize_t told = ::write(kChannelFd, frame.data(), frame.size());
  ::_exit(told >= 0 ? kFailureExitCode : kFailureExitCode + 1);
}

bool WriteAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(kChannelFd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// The most resident memory that this process ever had, the zygote's pages included.
std::uint64_t PeakResidentBytes() {
  rusage usage{};
  return ::getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<std::uint64_t>(usage.ru_maxrss) * 1024
                                               : 0;
}

/// In pieces that the engine reads one by one. If the engine is gone, so is this process, soon.
void SendResult(std::string_view json) {
  while (!json.empty()) {
    const std::string_view piece = json.substr(0, wire::kMaxSandboxPayload);
    json.remove_prefix(piece.size());
    std::string frame;
    wire::AppendFrame(wire::FrameType::kResult, piece, frame);
    if (!WriteAll(frame)) return;
  }
}

bool ReadExactly(char* target, std::size_t size) {
  while (size > 0) {
    const ssize_t received = ::read(kChannelFd, target, size);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return false;
    target += received;
    size -= static_cast<std::size_t>(received);
  }
  return true;
}

/// The one program of this sandbox; nothing when the engine has gone away.
std::optional<wire::ProgramMessage> ReceiveProgram() {
  std::array<std::uint32_t, 2> header{};
  if (!ReadExactly(reinterpret_cast<char*>(header.data()), sizeof header)) return std::nullopt;
  if (header[0] != static_cast<std::uint32_t>(wire::FrameType::kProgram)) return std::nullopt;
  std::string payload(header[1], '\0');
  if (!ReadExactly(payload.data(), payload.size())) return std::nullopt;
  return wire::DecodeProgram(payload);
}

int ArrangeDescriptors(SandboxProcess& process) {
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const std::array sources = {null.get(), process.standard_output.get(),
                              process.standard_error.get(), process.channel.get(),
                              process.procfs.get()};
  constexpr int kOutOfTheWay = 64;
  std::array<int, sources.size()> high{};
  for (std::size_t i = 0; i < sources.size(); ++i) {
    high[i] = ::fcntl(sources[i], F_DUPFD, kOutOfTheWay);
    if (high[i] < 0) return errno;
  }
  for (std::size_t i = 0; i < high.size(); ++i) {
    const int target = static_cast<int>(i);
    // What is not a standard stream is no business of a program that it starts.
    const int flags = target > STDERR_FILENO ? O_CLOEXEC : 0;
    if (::dup3(high[i], target, flags) < 0) return errno;
  }
  // The owners' numbers are gone or mean something else now.
  (void)process.channel.Release();
  (void)process.standard_output.Release();
  (void)process.standard_error.Release();
  (void)process.procfs.Release();
  process.plan.procfs_fd = kProcfsFd;
  return ::syscall(SYS_close_range, kFirstClosedFd, INT_MAX, 0U) == 0 ? 0 : errno;
}

/// A rehearsal, then fresh random numbers: all of the Python that runs before the lockdown, none of
/// it a user's.
void PreparePython(const SandboxProcess& process, ProgramRunner& runner) {
  const PreparedInterpreter& python = *process.interpreter;
  runner.Rehearse(process.rehearsal);
  if (const Status done = python.random.Reseed(); !done) Fail("random", 0, done.error().message);
  // In a namespace of its own every sandbox's is 1, which the zygote has set already.
  if (!process.plan.layers.Has(sandbox::Layer::kPidNamespace)) {
    const Status set = CallRuntime(python.runtime, "set_native_id");
    if (!set) Fail("thread", 0, set.error().message);
  }
  if (!process.plan.layers.Has(sandbox::Layer::kMountNamespace)) {
    const Status moved = CallRuntime(python.runtime, "move_to", process.plan.scratch);
    if (!moved) Fail("scratch", 0, moved.error().message);
  }
}

int LimitProgram(const SandboxProcess& process, const wire::ProgramMessage& program) {
  if (!process.plan.layers.Has(sandbox::Layer::kResourceLimits)) return 0;
  const std::uint64_t seconds = program.wall_milliseconds / 1000 + kSpareCpuSeconds;
  return sandbox::SetProgramLimits(process.plan.memory_base, program.memory_bytes, seconds,
                                   process.limit_address_space);
}

}  // namespace

void RunSandboxProcess(SandboxProcess process) {
  const auto start = std::chrono::steady_clock::now();
  // First: every page that is touched from here on counts.
  const auto joined = sandbox::JoinCgroups(process.plan);
  if (const int error = ArrangeDescriptors(process); error != 0) ::_exit(kFailureExitCode);
  if (!joined.ok()) Fail(joined.step, joined.error);

  process.pages->Prefault(process.prefault);
  ProgramRunner runner(*process.interpreter, process.plan.scratch);
  PreparePython(process, runner);
  if (const auto step = sandbox::Isolate(process.plan); !step.ok()) Fail(step.step, step.error);

  const auto elapsed = std::chrono::steady_clock::now() - start;
  std::string report;
  wire::Append(wire::Ready{.properties = sandbox::VerifyIsolation(process.plan),
                           .isolate_nanoseconds = static_cast<std::uint64_t>(
                               std::chrono::nanoseconds(elapsed).count())},
               report);
  if (!WriteAll(report)) ::_exit(kFailureExitCode);

  const auto program = ReceiveProgram();
  if (!program) ::_exit(kFailureExitCode);
  if (const int error = LimitProgram(process, *program); error != 0) {
    Fail("program limits", error);
  }

  std::string frame;
  wire::AppendFrame(wire::FrameType::kStarted, {}, frame);
  if (!WriteAll(frame)) ::_exit(kFailureExitCode);

  const pid_t self = ::getpid();
  const std::uint64_t memory_before = PeakResidentBytes();
  ProgramEnd end = runner.Run(*program, SendResult);
  end.finished.peak_memory_bytes = PeakResidentBytes() - memory_before;
  if (::getpid() != self) {
    // A fork of the program's own that ran to its end: it is not the one who reports.
    std::fflush(nullptr);
    ::_exit(end.exit_code);
  }
  frame.clear();
  if (end.refusal) {
    wire::Append(*end.refusal, frame);
  } else {
    end.finished.exit_code = end.exit_code;
    wire::Append(end.finished, frame);
  }
  // Closed: the engine need not wait until the kernel has taken a large process apart to know that
  // nothing more will come. Standard error last, the end of which is what the engine waits for.
  std::fflush(nullptr);
  ::close(STDOUT_FILENO);
  (void)WriteAll(frame);
  ::close(STDERR_FILENO);
  ::_exit(end.exit_code);
}

}  // namespace pyrunner::interpreter
