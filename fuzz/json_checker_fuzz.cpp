// The checker of results against nlohmann/json's own parser, on ASCII: both must say the same,
// however the stream is cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "wire/json_checker.h"

namespace {

using nlohmann::json;

/// Follows the grammar only. What nlohmann refuses beyond it is a number that no double can hold
/// and an escape that is half a character; Python writes both.
class Grammar : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return Enter(); }
  bool key(string_t& /*value*/) override { return true; }
  bool end_object() override { return Leave(); }
  bool start_array(std::size_t /*size*/) override { return Enter(); }
  bool end_array() override { return Leave(); }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    const std::string_view what = error.what();
    beyond_grammar_ = error.id == 406 || what.find("surrogate") != std::string_view::npos;
    return false;
  }

  [[nodiscard]] bool beyond_grammar() const { return beyond_grammar_; }
  [[nodiscard]] bool too_deep() const { return too_deep_; }

 private:
  bool Enter() {
    if (++depth_ > pyrunner::wire::JsonChecker::kMaxDepth) too_deep_ = true;
    return true;
  }
  bool Leave() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  bool beyond_grammar_ = false;
  bool too_deep_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  pyrunner::wire::JsonChecker whole;
  const bool accepted = whole.Feed(bytes) && whole.Complete();
  pyrunner::wire::JsonChecker cut;
  const std::size_t half = size == 0 ? 0 : data[size / 2] % size;
  const bool accepted_cut =
      cut.Feed(bytes.substr(0, half)) && cut.Feed(bytes.substr(half)) && cut.Complete();
  if (accepted != accepted_cut) std::abort();
  // nlohmann takes a NUL for the end.
  const bool text = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c > 0; });
  if (!text) {
    if (accepted) std::abort();
    return 0;
  }
  Grammar grammar;
  const bool parsed = json::sax_parse(bytes, &grammar);
  if (grammar.beyond_grammar() || grammar.too_deep()) return 0;
  if (accepted != parsed) std::abort();
  return 0;
}
