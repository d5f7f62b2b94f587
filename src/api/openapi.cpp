#include "api/openapi.h"

#include <utility>

#include "api/json_text.h"
#include "api/pages.h"
#include "api/run_handler.h"
#include "api/validation.h"

namespace pyrunner::api {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

}  // namespace

void ApiFacts::Set(std::string name, std::uint64_t number) {
  facts_.insert_or_assign(std::move(name), Fact{std::to_string(number), true});
}

void ApiFacts::Set(std::string name, std::string_view text) {
  Fact fact{{}, false};
  AppendJsonText(fact.text, text);
  facts_.insert_or_assign(std::move(name), std::move(fact));
}

std::string ApiFacts::Fill(std::string_view text) const {
  std::string filled;
  filled.reserve(text.size());
  for (std::size_t open = text.find(kOpen); open != std::string_view::npos;
       open = text.find(kOpen)) {
    const std::size_t close = text.find(kClose, open);
    if (close == std::string_view::npos) break;
    const auto fact = facts_.find(text.substr(open + kOpen.size(), close - open - kOpen.size()));
    if (fact == facts_.end()) {
      filled.append(text.substr(0, open + kOpen.size()));
      text.remove_prefix(open + kOpen.size());
      continue;
    }
    std::string_view before = text.substr(0, open);
    text.remove_prefix(close + kClose.size());
    if (fact->second.is_json && before.ends_with('"') && text.starts_with('"')) {
      before.remove_suffix(1);
      text.remove_prefix(1);
    }
    filled.append(before).append(fact->second.text);
  }
  return filled.append(text);
}

void AddOpenApi(http::Router& router, ApiFacts facts) {
  facts.Set("max_code_characters", kMaxCodeCharacters);
  facts.Set("keys",
            "where the operator made keys, every request but those to open paths carries one.");
  // Those of all operations but the open ones: one of the two, or none where there are no keys.
  facts.facts_.insert_or_assign("security",
                                ApiFacts::Fact{R"([{},{"bearer":[]},{"apiKey":[]}])", true});
  router.Add("GET", "/openapi.json", AnswerWith(facts.Fill(OpenApiTemplate())),
             http::Router::Access::kOpen);
}

}  // namespace pyrunner::api
