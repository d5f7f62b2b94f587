#include "cli/policy_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "api/code_executor.h"
#include "cli/suggestion.h"

namespace pyrunner::cli {
namespace {

/// A key of the file, what it takes names from and what it adds them to.
struct ListKey {
  Names Policy::*from;  // may be null
  Names Policy::*to;    // may be null
};

const std::map<std::string_view, ListKey>& ListKeys() {
  static const std::map<std::string_view, ListKey> keys = {
      {"allow_modules", {&Policy::refused_modules, &Policy::allowed_modules}},
      {"refuse_modules", {&Policy::allowed_modules, &Policy::refused_modules}},
      {"allow_builtins", {&Policy::refused_builtins, nullptr}},
      {"refuse_builtins", {nullptr, &Policy::refused_builtins}},
      {"allow_calls", {&Policy::refused_calls, nullptr}},
      {"refuse_calls", {nullptr, &Policy::refused_calls}},
      {"allow_attributes", {&Policy::refused_attributes, nullptr}},
      {"refuse_attributes", {nullptr, &Policy::refused_attributes}},
      {"allow_members", {&Policy::refused_members, &Policy::visible_members}},
      {"refuse_members", {&Policy::visible_members, &Policy::refused_members}},
  };
  return keys;
}

const std::map<std::string_view, bool Policy::*>& FlagKeys() {
  static const std::map<std::string_view, bool Policy::*> keys = {
      {"allow_standard_library", &Policy::allow_standard_library},
      {"guard_modules", &Policy::guard_modules},
      {"check_strings", &Policy::check_strings},
      {"check_imports_at_run_time", &Policy::check_imports_at_run_time},
      {"processes", &Policy::processes},
  };
  return keys;
}

std::vector<std::string> KnownKeys() {
  std::vector<std::string> names;
  for (const PolicyKey& key : PolicyKeys()) names.emplace_back(key.name);
  return names;
}

Status UnknownKey(std::string_view key) {
  std::string all;
  for (const std::string& name : KnownKeys()) all += (all.empty() ? "" : ", ") + name;
  return Failure("there is no such key" + DidYouMean(key, KnownKeys(), "; there are " + all));
}

Status AddNames(const toml::node& node, Names& names) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return Failure("must be a list of names");
  for (const toml::node& item : *list) {
    const auto name = item.value<std::string>();
    if (!item.is_string() || name->empty()) return Failure("must be a list of names");
    names.insert(*name);
  }
  return {};
}

Status ReadList(const ListKey& key, const toml::node& node, Policy& policy) {
  Names names;
  if (Status read = AddNames(node, names); !read) return read;
  for (const std::string& name : names) {
    // A dunder is allowed by being on the one list of those that are.
    const bool dunder = name.starts_with("__") && name.ends_with("__");
    const bool names_it =
        key.from == &Policy::refused_attributes || key.from == &Policy::refused_builtins;
    if (names_it && dunder && !policy.allowed_dunders.empty()) {
      policy.allowed_dunders.insert(name);
    }
    if (key.from != nullptr) (policy.*key.from).erase(name);
    // A list of allowed modules that is empty allows all: it must not become one by the way.
    const bool all_allowed = key.to == &Policy::allowed_modules && policy.allowed_modules.empty() &&
                             !policy.allow_standard_library;
    if (key.to != nullptr && !all_allowed) (policy.*key.to).insert(name);
  }
  return {};
}

/// Exactly these, and nothing that they are taken from.
Status ReadOnlyModules(const toml::node& node, Policy& policy) {
  policy.allowed_modules.clear();
  policy.allow_standard_library = false;
  return AddNames(node, policy.allowed_modules);
}

Status ReadMessages(const toml::node& node, Policy& policy) {
  const toml::table* messages = node.as_table();
  if (messages == nullptr) return Failure("must be a table of texts");
  for (const auto& [name, text] : *messages) {
    if (!text.is_string()) return Failure("must be a table of texts");
    policy.messages.insert_or_assign(std::string(name.str()), *text.value<std::string>());
  }
  return {};
}

Status ReadKey(std::string_view key, const toml::node& node, Policy& policy) {
  const auto known = KnownKeys();  // A key that nobody is told of is none.
  if (std::find(known.begin(), known.end(), key) == known.end()) return UnknownKey(key);
  if (key == "extends") return {};
  if (key == "messages") return ReadMessages(node, policy);
  if (key == "only_modules") return ReadOnlyModules(node, policy);
  if (const auto list = ListKeys().find(key); list != ListKeys().end()) {
    return ReadList(list->second, node, policy);
  }
  if (const auto flag = FlagKeys().find(key); flag != FlagKeys().end()) {
    if (!node.is_boolean()) return Failure("must be true or false");
    policy.*(flag->second) = *node.value<bool>();
    return {};
  }
  return UnknownKey(key);
}

Result<Policy> ReadPolicy(const std::string& name, const toml::node& node) {
  const std::string where = "policies." + name;
  const toml::table* table = node.as_table();
  if (table == nullptr) return Failure(where + ": must be a table");
  if (FindBuiltinPolicy(name) != nullptr || name == api::kCodeExecutorPolicy) {
    return Failure(where + ": is a built-in policy's name");
  }
  if (name.empty() || name.size() > 64) return Failure(where + ": needs a name of 1 to 64 letters");
  std::string base = "open";
  if (const toml::node* extends = table->get("extends")) {
    if (!extends->is_string()) return Failure(where + ".extends: must be a policy's name");
    base = *extends->value<std::string>();
  }
  const Policy* found = FindBuiltinPolicy(base);
  if (found == nullptr) {
    std::vector<std::string> names;
    for (const Policy& policy : BuiltinPolicies()) names.push_back(policy.name);
    return Failure(fmt::format("{}.extends: '{}' is no built-in policy{}", where, base,
                               DidYouMean(base, names)));
  }
  Policy policy = *found;
  policy.name = name;
  // What a list of allowed modules means depends on these.
  const auto comes_first = [](std::string_view key) {
    return key == "only_modules" || FlagKeys().contains(key);
  };
  for (const bool first : {true, false}) {
    for (const auto& [key, value] : *table) {
      if (comes_first(key.str()) != first) continue;
      if (Status done = ReadKey(key.str(), value, policy); !done) {
        return Failure(fmt::format("{}.{}: {}", where, key.str(), done.error().message));
      }
    }
  }
  return policy;
}

}  // namespace

const std::vector<PolicyKey>& PolicyKeys() {
  static const std::vector<PolicyKey> keys = {
      {"extends", "The built-in policy to start from; without it, open", R"("scientific")"},
      {"messages",
       "Your own words, by the module, function, attribute or full path that is refused",
       "[policies.classroom.messages]\n#sklearn = \"Not in this course\""},
      {"only_modules", "Exactly these modules can be imported, and what allow_modules adds",
       R"(["math", "numpy"])"},
      {"allow_modules", "Modules, by the first part of their names", R"(["random"])"},
      {"refuse_modules", "Modules, by the first part of their names", R"(["sklearn"])"},
      {"allow_builtins", "Functions that may be called and named", R"(["getattr"])"},
      {"refuse_builtins", "Functions that may be neither called nor named", R"(["sorted"])"},
      {"allow_calls", "Functions that may be called by name", R"(["compile"])"},
      {"refuse_calls", "Functions that are refused by name where they are called, and only there",
       R"(["print"])"},
      {"allow_attributes", "Attributes of anything, without the dot", R"(["gi_frame"])"},
      {"refuse_attributes", "Attributes of anything, without the dot", R"(["sort"])"},
      {"allow_members", "Parts of modules, by their full path", R"(["numpy.load"])"},
      {"refuse_members", "Parts of modules, by their full path; module.* is everything in it",
       R"(["statistics.median"])"},
      {"allow_standard_library",
       "Modules of the standard library can be imported beside those on the list", "true"},
      {"guard_modules", "No private parts of modules, no changes to modules, no relative imports",
       "true"},
      {"check_strings", "Look into text for what reaches attributes", "true"},
      {"check_imports_at_run_time", "Look at imports again when they happen", "true"},
      {"processes",
       "Programs may start processes: their sandboxes get the system call profile processes",
       "false"},
  };
  return keys;
}

Result<std::vector<Policy>> ReadPolicies(const toml::table& tables) {
  std::vector<Policy> policies;
  for (const auto& [name, node] : tables) {
    auto policy = ReadPolicy(std::string(name.str()), node);
    if (!policy) return tl::unexpected(policy.error());
    policies.push_back(std::move(*policy));
  }
  return policies;
}

}  // namespace pyrunner::cli
