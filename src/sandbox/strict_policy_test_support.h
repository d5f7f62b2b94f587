// The compiled strict policy, asked about one call at a time.
#pragma once

#include <gtest/gtest.h>
#include <linux/audit.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>

#include "sandbox/bpf_evaluator_test_support.h"
#include "sandbox/seccomp.h"

namespace pyrunner::sandbox {

inline constexpr std::uint32_t kAllowed = SECCOMP_RET_ALLOW;
inline constexpr std::uint32_t kKilled = SECCOMP_RET_KILL_PROCESS;

constexpr std::uint32_t Refused(int error) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}

class StrictPolicyFixture : public testing::Test {
 protected:
  StrictPolicyFixture() : program_(*CompileSeccomp(StrictPolicy(), kUnknownCall)) {}

  /// What the kernel would be told: one of the above.
  std::uint32_t Answer(long number, std::initializer_list<std::uint64_t> arguments = {}) {
    seccomp_data call{};
    call.nr = static_cast<int>(number);
#if defined(__x86_64__)
    call.arch = AUDIT_ARCH_X86_64;
#else
    call.arch = AUDIT_ARCH_AARCH64;
#endif
    std::copy(arguments.begin(), arguments.end(), call.args);
    const auto run = RunFilter(program_, call);
    EXPECT_TRUE(run);
    return run ? run->action : 0;
  }

 private:
  SeccompProgram program_;
};

}  // namespace pyrunner::sandbox
