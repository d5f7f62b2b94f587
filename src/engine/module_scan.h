// What a program needs of a sandbox, by a quick look at its source.
#pragma once

#include <cstdint>
#include <string_view>

#include "wire/rehearsal.h"
#include "wire/zygote_messages.h"

namespace pyrunner {

struct ModuleNeeds {
  wire::ZygoteKind zygote = wire::ZygoteKind::kBase;
  std::uint32_t rehearsal = wire::kAnyProgram;  // of programs of its kind
};

/// The cheapest zygote that has imported whatever the source seems to name, and which rehearsal
/// takes ahead what such a program does. A wrong guess costs time, never correctness: every sandbox
/// can import everything.
[[nodiscard]] ModuleNeeds ScanModules(std::string_view source);

}  // namespace pyrunner
