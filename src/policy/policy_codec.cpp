
#include <utility>

#include "policy/policy.h"
#include "wire/codec.h"

namespace pyrunner {
namespace {

constexpr std::size_t kMaxText = 1024;
constexpr std::uint32_t kMaxNames = 10'000;

/// Every part of a policy, in the order of its encoding.
template <typename P, typename Text, typename Flag, typename Set, typename Texts>
void ForEachPart(P& policy, Text text, Flag flag, Set set, Texts texts) {
  text(policy.name);
  text(policy.missing_module);
  flag(policy.allow_standard_library);
  flag(policy.guard_modules);
  flag(policy.check_strings);
  flag(policy.check_imports_at_run_time);
  flag(policy.processes);
  set(policy.allowed_modules);
  set(policy.refused_modules);
  set(policy.refused_builtins);
  set(policy.replaceable_builtins);
  set(policy.refused_calls);
  set(policy.refused_attributes);
  set(policy.allowed_dunders);
  set(policy.allowed_methods);
  set(policy.refused_exception_attributes);
  set(policy.refused_members);
  set(policy.hidden_modules);
  set(policy.visible_members);
  set(policy.literal_only);
  set(policy.refused_arguments);
  texts(policy.messages);
}

}  // namespace

std::string EncodePolicy(const Policy& policy) {
  std::string bytes;
  wire::Writer writer(bytes);
  ForEachPart(
      policy, [&](const std::string& text) { writer.String(text); },
      [&](bool flag) { writer.Integer(static_cast<std::uint8_t>(flag)); },
      [&](const Names& names) {
        writer.Integer(static_cast<std::uint32_t>(names.size()));
        for (const std::string& name : names) writer.String(name);
      },
      [&](const auto& messages) {
        writer.Integer(static_cast<std::uint32_t>(messages.size()));
        for (const auto& [name, message] : messages) {
          writer.String(name);
          writer.String(message);
        }
      });
  return bytes;
}

std::optional<Policy> DecodePolicy(std::string_view bytes) {
  wire::Reader reader(bytes);
  Policy policy;
  bool fits = true;
  ForEachPart(
      policy, [&](std::string& text) { text = reader.String(kMaxText); },
      [&](bool& flag) { flag = reader.Integer<std::uint8_t>() != 0; },
      [&](Names& names) {
        const auto count = reader.Integer<std::uint32_t>();
        if (count > kMaxNames) fits = false;
        for (std::uint32_t i = 0; fits && i < count && reader.ok(); ++i) {
          names.insert(reader.String(kMaxText));
        }
      },
      [&](auto& messages) {
        const auto count = reader.Integer<std::uint32_t>();
        if (count > kMaxNames) fits = false;
        for (std::uint32_t i = 0; fits && i < count && reader.ok(); ++i) {
          std::string name = reader.String(kMaxText);
          messages.insert_or_assign(std::move(name), reader.String(kMaxText));
        }
      });
  if (!fits || !reader.Complete()) return std::nullopt;
  return policy;
}

}  // namespace pyrunner
