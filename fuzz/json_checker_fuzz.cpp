// The checker of results against nlohmann/json's own: what is accepted must be JSON, however the
// stream is cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "wire/json_checker.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  pyrunner::wire::JsonChecker whole;
  const bool accepted = whole.Feed(bytes) && whole.Complete();
  pyrunner::wire::JsonChecker cut;
  const std::size_t half = size == 0 ? 0 : data[0] % size;
  const bool accepted_cut =
      cut.Feed(bytes.substr(0, half)) && cut.Feed(bytes.substr(half)) && cut.Complete();
  if (accepted != accepted_cut) std::abort();
  if (accepted && !nlohmann::json::accept(bytes)) {
    // It also refuses what is no Unicode: escapes of lone surrogates, which Python writes.
    if (bytes.find("\\u") == std::string_view::npos) std::abort();
  }
  return 0;
}
