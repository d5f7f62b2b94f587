// A compiled policy, asked about one call at a time; of either architecture, whatever this one is.
#pragma once

#include <gtest/gtest.h>
#include <linux/audit.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "sandbox/bpf_evaluator_test_support.h"
#include "sandbox/seccomp.h"
#include "sandbox/seccomp_policy.h"

namespace pyrunner::sandbox {

inline constexpr std::uint32_t kAllowed = SECCOMP_RET_ALLOW;
inline constexpr std::uint32_t kKilled = SECCOMP_RET_KILL_PROCESS;

inline constexpr Architecture kArchitectures[] = {Architecture::kX86_64, Architecture::kArm64};

constexpr std::uint32_t Refused(int error) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}

constexpr std::uint32_t ActionOf(Verdict verdict) {
  if (verdict.kind == Verdict::Kind::kAllow) return kAllowed;
  if (verdict.kind == Verdict::Kind::kKill) return kKilled;
  return Refused(verdict.error);
}

constexpr std::uint32_t AuditNumber(Architecture architecture) {
  return architecture == Architecture::kX86_64 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64;
}

/// A policy's filter in process `self`.
class TestedFilter {
 public:
  explicit TestedFilter(SyscallProfile profile, PolicyOptions options = {},
                        Architecture architecture = kNativeArchitecture, pid_t self = 1)
      : architecture_(architecture),
        program_(*CompileSeccomp(SeccompPolicy(profile, options, architecture), kUnknownCall,
                                 architecture)) {
    SetSelf(program_, self);
  }

  [[nodiscard]] const SeccompProgram& program() const { return program_; }
  [[nodiscard]] Architecture architecture() const { return architecture_; }

  /// What the kernel would be told: one of the above.
  [[nodiscard]] std::uint32_t Answer(std::uint32_t number,
                                     std::span<const std::uint64_t> arguments = {}) const {
    seccomp_data call{};
    call.nr = static_cast<int>(number);
    call.arch = AuditNumber(architecture_);
    std::copy(arguments.begin(), arguments.end(), call.args);
    const auto run = RunFilter(program_.code, call);
    EXPECT_TRUE(run);
    return run ? run->action : 0;
  }

 private:
  Architecture architecture_;
  SeccompProgram program_;
};

/// Tests of a policy on all architectures at once: what holds on one holds on each that has the
/// call.
class PolicyFixture : public testing::Test {
 protected:
  void Use(SyscallProfile profile, PolicyOptions options = {}, pid_t self = 1) {
    filters_.clear();
    for (const Architecture architecture : kArchitectures) {
      filters_.emplace_back(profile, options, architecture, self);
    }
  }

  std::uint32_t Answer(const Syscall& call, std::initializer_list<std::uint64_t> arguments = {}) {
    if (filters_.empty()) Use(SyscallProfile::kStrict);
    std::optional<std::uint32_t> answer;
    for (const TestedFilter& filter : filters_) {
      const int number = call.On(filter.architecture());
      if (number == Syscall::kNone) continue;
      const std::uint32_t here = filter.Answer(static_cast<std::uint32_t>(number), arguments);
      EXPECT_EQ(here, answer.value_or(here)) << call.name << " differs on arm64";
      answer = here;
    }
    EXPECT_TRUE(answer) << call.name;
    return answer.value_or(0);
  }

 private:
  std::vector<TestedFilter> filters_;
};

}  // namespace pyrunner::sandbox
