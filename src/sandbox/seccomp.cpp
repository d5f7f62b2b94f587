#include "sandbox/seccomp.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>

namespace pyrunner::sandbox {
namespace {

// x32 calls of x86-64 have this bit set; no other call number reaches it.
constexpr std::uint32_t kX32Bit = 0x40000000;

constexpr std::size_t kMaxShortJump = std::numeric_limits<std::uint8_t>::max();

// No process id, and refused as such by every call that takes one.
constexpr std::uint32_t kNobody = 0x80000000;

struct Instruction {
  Instruction(sock_filter code, bool is_self = false)  // NOLINT: implicit, one is the other
      : filter(code), self(is_self) {}
  sock_filter filter;
  bool self;  // its constant is the own process id
};
using Code = std::vector<Instruction>;

std::uint32_t AuditArchitecture(Architecture architecture) {
  return architecture == Architecture::kX86_64 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64;
}

sock_filter Load(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

sock_filter Mask(std::uint32_t bits) { return BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits); }

sock_filter Jump(unsigned test, std::uint32_t value, std::uint8_t if_so = 0,
                 std::uint8_t if_not = 0) {
  return BPF_JUMP(BPF_JMP | test | BPF_K, value, if_so, if_not);
}

sock_filter Return(Verdict verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::kAllow:
      return BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    case Verdict::Kind::kKill:
      return BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    case Verdict::Kind::kErrno:
      break;
  }
  return BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | verdict.error);
}

void Append(Code& code, const Code& more) { code.insert(code.end(), more.begin(), more.end()); }

// seccomp_data is little-endian here: the lower half of an argument comes first.
std::size_t LowerHalf(std::uint8_t argument) {
  return offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t);
}
std::size_t UpperHalf(std::uint8_t argument) { return LowerHalf(argument) + sizeof(std::uint32_t); }

/// Code that falls through when the condition holds and otherwise jumps `to_next` instructions
/// beyond its own end.
Code TestCondition(const Condition& condition, std::uint8_t to_next) {
  Code code;
  if (condition.test == Condition::Test::kEqual64) {
    const auto beyond = static_cast<std::uint8_t>(to_next + 2);
    code.push_back(Load(UpperHalf(condition.argument)));
    code.push_back(Jump(BPF_JEQ, 0, 0, beyond));
  }
  code.push_back(Load(LowerHalf(condition.argument)));
  if (condition.mask != ~0U) {
    code.push_back(Mask(condition.mask));
  }
  if (condition.test == Condition::Test::kSelf) {
    code.push_back({Jump(BPF_JEQ, kNobody, 0, to_next), true});
  }
  for (std::size_t i = 0; i < condition.values.size(); ++i) {
    const std::size_t rest = condition.values.size() - 1 - i;
    const auto if_not = static_cast<std::uint8_t>(rest == 0 ? to_next : 0);
    code.push_back(Jump(BPF_JEQ, condition.values[i], static_cast<std::uint8_t>(rest), if_not));
  }
  return code;
}

/// No less than the instructions of a rule, each of which its first jump may have to pass.
std::size_t LongestCode(const ArgumentRule& rule) {
  constexpr std::size_t kBesideValues = 4;  // two loads, a mask, the test of the upper half
  std::size_t size = 1;
  for (const Condition& condition : rule.conditions) {
    size += kBesideValues + condition.values.size();
  }
  return size;
}

Code CompileRule(const ArgumentRule& rule) {
  Code code{Return(rule.verdict)};
  // Back to front, because each condition has to know how much code follows it.
  for (auto condition = rule.conditions.rbegin(); condition != rule.conditions.rend();
       ++condition) {
    Code test = TestCondition(*condition, static_cast<std::uint8_t>(code.size()));
    Append(test, code);
    code = std::move(test);
  }
  return code;
}

Code CompileCall(const SyscallRule& call) {
  Code code;
  for (const ArgumentRule& rule : call.rules) Append(code, CompileRule(rule));
  code.push_back(Return(call.verdict));
  return code;
}

/// All numbers from `first` up to the next segment's are answered by `code`.
struct Segment {
  std::uint32_t first;
  Code code;
};

bool SameCode(const Code& a, const Code& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const Instruction& x, const Instruction& y) {
        return x.filter.code == y.filter.code && x.filter.jt == y.filter.jt &&
               x.filter.jf == y.filter.jf && x.filter.k == y.filter.k && x.self == y.self;
      });
}

std::vector<Segment> MakeSegments(std::span<const SyscallRule> policy, Verdict unknown) {
  std::vector<Segment> segments{{0, {Return(unknown)}}};
  const auto add = [&segments](std::uint32_t first, Code code) {
    if (segments.back().first == first) segments.pop_back();
    if (!segments.empty() && SameCode(segments.back().code, code)) return;
    segments.push_back({first, std::move(code)});
  };
  std::uint32_t next = 0;
  for (const SyscallRule& call : policy) {
    const auto number = static_cast<std::uint32_t>(call.number);
    if (number > next) add(next, {Return(unknown)});
    add(number, CompileCall(call));
    next = number + 1;
  }
  add(next, {Return(unknown)});
  return segments;
}

Code Search(std::span<const Segment> segments) {
  if (segments.size() == 1) return segments.front().code;
  const std::size_t middle = segments.size() / 2;
  const Code below = Search(segments.first(middle));
  const Code above = Search(segments.subspan(middle));
  Code code;
  const std::uint32_t pivot = segments[middle].first;
  if (below.size() <= kMaxShortJump) {
    code.push_back(Jump(BPF_JGE, pivot, static_cast<std::uint8_t>(below.size()), 0));
  } else {
    code.push_back(Jump(BPF_JGE, pivot, 0, 1));
    code.push_back(Jump(BPF_JA, static_cast<std::uint32_t>(below.size())));
  }
  Append(code, below);
  Append(code, above);
  return code;
}

}  // namespace

Result<SeccompProgram> CompileSeccomp(std::span<const SyscallRule> policy, Verdict unknown,
                                      Architecture architecture) {
  for (std::size_t i = 1; i < policy.size(); ++i) {
    if (policy[i - 1].number >= policy[i].number) {
      return Failure("system call " + std::to_string(policy[i].number) +
                     " stands in the policy twice or out of order");
    }
  }
  for (const SyscallRule& call : policy) {
    for (const ArgumentRule& rule : call.rules) {
      if (LongestCode(rule) > kMaxShortJump) {
        return Failure("a rule of system call " + std::to_string(call.number) + " is too long");
      }
    }
  }
  const Verdict kill{Verdict::Kind::kKill, 0};
  Code code{
      Load(offsetof(seccomp_data, arch)),
      Jump(BPF_JEQ, AuditArchitecture(architecture), 1, 0),
      Return(kill),
      Load(offsetof(seccomp_data, nr)),
      Jump(BPF_JGE, kX32Bit, 0, 1),
      Return(kill),
  };
  Append(code, Search(MakeSegments(policy, unknown)));
  if (code.size() > BPF_MAXINSNS) return Failure("the system call filter is too long");
  SeccompProgram program;
  for (const Instruction& instruction : code) {
    if (instruction.self) program.self.push_back(program.code.size());
    program.code.push_back(instruction.filter);
  }
  return program;
}

void SetSelf(SeccompProgram& program, pid_t self) noexcept {
  for (const std::size_t at : program.self) program.code[at].k = static_cast<std::uint32_t>(self);
}

int InstallSeccomp(std::span<const sock_filter> program) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()),
                          const_cast<sock_filter*>(program.data())};
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0) return 0;
  // Some container's own filter lacks the newer call of the two.
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : errno;
}

}  // namespace pyrunner::sandbox
