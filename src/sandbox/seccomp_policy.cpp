#include "sandbox/seccomp_policy.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <utility>

namespace pyrunner::sandbox {
namespace {

using Test = Condition::Test;

// The words of seccomp_policy.def.

constexpr Verdict kAllow{Verdict::Kind::kAllow, 0};
constexpr Verdict kKill{Verdict::Kind::kKill, 0};
constexpr std::nullopt_t kSame = std::nullopt;

constexpr Verdict Refuse(int error) {
  return {Verdict::Kind::kErrno, static_cast<std::uint16_t>(error)};
}

Condition Is(std::uint8_t argument, auto value) {
  return {Test::kEqual, argument, ~0U, {static_cast<std::uint32_t>(value)}};
}
Condition InMasked(std::uint8_t argument, std::uint32_t mask, auto... values) {
  return {Test::kMaskedIn, argument, mask, {static_cast<std::uint32_t>(values)...}};
}
Condition In(std::uint8_t argument, auto... values) { return InMasked(argument, ~0U, values...); }
Condition HasAll(std::uint8_t argument, std::uint32_t bits) {
  return {Test::kMaskedEqual, argument, bits, {bits}};
}
Condition HasNone(std::uint8_t argument, std::uint32_t bits) {
  return {Test::kMaskedEqual, argument, bits, {0}};
}
Condition Null(std::uint8_t argument) { return {Test::kEqual64, argument, ~0U, {0}}; }
Condition Self(std::uint8_t argument) { return {Test::kSelf, argument, ~0U, {}}; }

ArgumentRule AllowIf(auto... conditions) { return {{std::move(conditions)...}, kAllow}; }
ArgumentRule RefuseIf(int error, auto... conditions) {
  return {{std::move(conditions)...}, Refuse(error)};
}
/// Answers 0 without doing anything.
ArgumentRule Pretend(auto... conditions) { return {{std::move(conditions)...}, Refuse(0)}; }

void Add(Answer& answer, ArgumentRule rule) { answer.rules.push_back(std::move(rule)); }
void Add(Answer& answer, Verdict otherwise) { answer.otherwise = otherwise; }
Answer FirstOf(auto... parts) {
  Answer answer;
  (Add(answer, std::move(parts)), ...);
  return answer;
}

// Of <asm/prctl.h>, which only x86 has.
constexpr std::uint32_t kArchSetFs = 0x1002;
constexpr std::uint32_t kArchGetFs = 0x1003;

/// The one number here that differs between the architectures.
std::uint32_t DirectFlag(Architecture architecture) {
  return architecture == Architecture::kX86_64 ? 0x4000 : 0x10000;
}
static_assert(O_DIRECT == (kNativeArchitecture == Architecture::kX86_64 ? 0x4000 : 0x10000));

/// A cell of the table.
struct Cell {
  Cell(std::nullopt_t) {}  // NOLINT: implicit, so that rows stay short
  Cell(Verdict verdict) : answer(Answer{{}, verdict}) {}  // NOLINT
  Cell(Answer rules) : answer(std::move(rules)) {}        // NOLINT
  std::optional<Answer> answer;
};

PolicyRow MakeRow(const Syscall& call, Cell strict, Cell processes, std::string_view reason) {
  Answer same = *strict.answer;
  return {call, std::move(*strict.answer), processes.answer ? std::move(*processes.answer) : same,
          reason};
}

void Prepend(Answer& answer, const ArgumentRule& rule) {
  if (rule.conditions.empty()) {
    answer = {{}, rule.verdict};
  } else {
    answer.rules.insert(answer.rules.begin(), rule);
  }
}

}  // namespace

const Verdict kUnknownCall = Refuse(ENOSYS);

PolicyTable ReadPolicyTable(Architecture architecture) {
  PolicyTable table;
#define CALL(name, strict, processes, reason) \
  table.rows.push_back(MakeRow(syscalls::k_##name, strict, processes, reason));
#define WITHOUT(option, name, rule, reason) \
  table.variants.push_back({&PolicyOptions::option, syscalls::k_##name, rule, reason});
#include "sandbox/seccomp_policy.def"
#undef CALL
#undef WITHOUT
  return table;
}

std::vector<SyscallRule> SeccompPolicy(SyscallProfile profile, PolicyOptions options,
                                       Architecture architecture) {
  PolicyTable table = ReadPolicyTable(architecture);
  std::vector<SyscallRule> policy;
  for (PolicyRow& row : table.rows) {
    const int number = row.call.On(architecture);
    if (number == Syscall::kNone) continue;
    Answer& answer = profile == SyscallProfile::kStrict ? row.strict : row.processes;
    for (const PolicyVariant& variant : table.variants) {
      if (variant.call.name == row.call.name && !(options.*variant.option)) {
        Prepend(answer, variant.rule);
      }
    }
    policy.push_back({number, std::move(answer.rules), answer.otherwise});
  }
  std::sort(policy.begin(), policy.end(),
            [](const SyscallRule& a, const SyscallRule& b) { return a.number < b.number; });
  return policy;
}

}  // namespace pyrunner::sandbox
