// Small text files of the kernel and of operators.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pyrunner {

/// The whole content of a file, at most 16 MiB.
[[nodiscard]] Result<std::string> ReadTextFile(const std::string& path);

/// Writes to a file that exists, in one write, as the kernel's files want it.
[[nodiscard]] Status WriteTextFile(const std::string& path, std::string_view text);

}  // namespace pyrunner
