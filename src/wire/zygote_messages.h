// Messages between the trusted processes of one build: gateway, supervisor and zygotes. Each is a
// fixed struct in one SOCK_SEQPACKET datagram; descriptors travel along.
#pragma once

#include <array>
#include <cstdint>

namespace pyrunner::wire {

/// Zygote to gateway, once, when it is warm.
struct ZygoteReady {
  std::uint64_t warm_nanoseconds = 0;
  std::uint64_t seccomp_instructions = 0;
  std::uint64_t image_bytes = 0;  // of its memory that forks share without page tables of their own
};

/// Gateway to zygote: fork a sandbox. Passes the descriptors of the cgroups that it must join.
struct ForkRequest {
  std::uint64_t serial = 0;
  std::uint32_t slot = 0;  // of which no other live sandbox is
  std::uint32_t uid = 0;   // inside the zygote's user namespace; no other live sandbox has it
  std::uint64_t open_files = 0;
  std::uint32_t processes = 0;
  std::uint32_t prefault = 0;   // kinds of programs, bits of ProgramKind, whose pages it gets ahead
  std::uint32_t rehearsal = 0;  // kinds of programs that it walks through before it is locked up
  std::uint32_t profile = 0;    // sandbox::SyscallProfile
  std::uint64_t scratch_bytes = 0;
  std::uint64_t scratch_inodes = 0;
  std::array<char, 24> fail_at{};  // a step of the isolation, in builds for tests only
};

/// Zygote to gateway. On success passes: pidfd (or a ChildKeeper's socket), channel, standard
/// output, standard error.
struct ForkReply {
  std::uint64_t serial = 0;
  std::int32_t error_number = 0;  // 0: success
  std::int32_t pid = 0;           // to tell it from a stray; everything else goes by the pidfd
  std::uint64_t fork_nanoseconds = 0;
};

/// How a child of a sandbox::ChildKeeper ended.
struct ProcessEnded {
  std::int32_t exit_code = 0;
  std::int32_t signal = 0;  // 0: it exited by itself
  std::uint64_t cpu_microseconds = 0;
};

enum class SupervisorTask : std::uint32_t {
  kStartZygote = 1,    // argument: ZygoteKind; passes the zygote's end of a control socket
  kReplaceCgroup = 2,  // argument: index of the cgroup
  // Where scratch directories are no file systems of their own; argument: index of the slot.
  kEmptyScratch = 3,
  kMeasureScratch = 4,
};

struct SupervisorRequest {
  std::uint64_t serial = 0;
  SupervisorTask task{};
  std::uint32_t argument = 0;
};

/// On success passes the zygote's pidfd (or a ChildKeeper's socket), or the new cgroup's
/// descriptors.
struct SupervisorReply {
  std::uint64_t serial = 0;
  std::int32_t error_number = 0;
  std::uint32_t cgroup_layout = 0;
  std::uint32_t within_quota = 0;
  std::array<char, 200> detail{};  // a sentence, NUL-terminated, when error_number is not 0
};

/// What a zygote has imported before it forks.
enum class ZygoteKind : std::uint32_t { kBase = 0, kScience = 1 };
inline constexpr std::size_t kZygoteKinds = 2;

/// The control socket's descriptor number in a zygote.
inline constexpr int kZygoteControlFd = 3;

}  // namespace pyrunner::wire
