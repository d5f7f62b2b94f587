// What a program needs of a sandbox, by a quick look at its source.
#pragma once

#include <cstdint>
#include <string_view>

#include "wire/program_kind.h"
#include "wire/zygote_messages.h"

namespace pyrunner {

struct ModuleNeeds {
  wire::ZygoteKind zygote = wire::ZygoteKind::kBase;
  std::uint32_t kinds = wire::kAnyProgram;  // bits of wire::ProgramKind
};

/// The cheapest zygote that has imported whatever the source seems to name, and which libraries it
/// seems to use: who imports one without a mention of it later writes to few of its pages. A wrong
/// guess costs time, never correctness: every sandbox can import everything.
[[nodiscard]] ModuleNeeds ScanModules(std::string_view source);

}  // namespace pyrunner
