// Headers of any client: what is taken is written as it was read, and nothing is read behind the
// end.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/trace_context.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of its own, so that a read beyond it is noticed.
  const std::string header(reinterpret_cast<const char*>(data), size);
  const auto context = pyrunner::ParseTraceparent(header);
  if (!context) return 0;
  const std::string written = pyrunner::ToHeader(*context);
  constexpr std::size_t kVersion = 2;
  constexpr std::size_t kUpToFlags = 53;
  const auto ids = [](std::string_view text) {
    return text.substr(kVersion, kUpToFlags - kVersion);
  };
  if (ids(written) != ids(header) || pyrunner::ParseTraceparent(written) != context) std::abort();
  return 0;
}
