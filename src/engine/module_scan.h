// Which zygote a program needs, by a quick look at its source.
#pragma once

#include <string_view>

#include "wire/zygote_messages.h"

namespace pyrunner {

/// The cheapest zygote that has imported whatever the source seems to name. A wrong guess costs
/// time, never correctness: every sandbox can import everything.
[[nodiscard]] wire::ZygoteKind ZygoteFor(std::string_view source);

}  // namespace pyrunner
