// A seccomp filter run in user space, as strict as the kernel's own checker.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace pyrunner::sandbox {

struct FilterRun {
  std::uint32_t action = 0;  // SECCOMP_RET_... with its data
  std::size_t steps = 0;     // instructions executed, the return included
};

/// Runs `program` on one system call. Nothing if the kernel would not load such a program: an
/// unknown instruction, a load that is not of a word of seccomp_data, a jump beyond the end.
inline std::optional<FilterRun> RunFilter(std::span<const sock_filter> program,
                                          const seccomp_data& call) {
  std::uint32_t accumulator = 0;
  FilterRun run;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& instruction = program[at];
    ++run.steps;
    bool jumps = false;
    switch (instruction.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (instruction.k % 4 != 0 || instruction.k + 4 > sizeof call) return std::nullopt;
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&call) + instruction.k, 4);
        continue;
      case BPF_ALU | BPF_AND | BPF_K:
        accumulator &= instruction.k;
        continue;
      case BPF_RET | BPF_K:
        run.action = instruction.k;
        return run;
      case BPF_JMP | BPF_JA:
        at += instruction.k;
        continue;
      case BPF_JMP | BPF_JEQ | BPF_K:
        jumps = accumulator == instruction.k;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        jumps = accumulator >= instruction.k;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        jumps = accumulator > instruction.k;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        jumps = (accumulator & instruction.k) != 0;
        break;
      default:
        return std::nullopt;
    }
    at += jumps ? instruction.jt : instruction.jf;
  }
  return std::nullopt;
}

}  // namespace pyrunner::sandbox
