// Policy: what programs are refused before they run. Data; interpreter/policy_checker.h applies it.
//
// A policy is a courtesy that says early and in plain words what will not work. The kernel is the
// wall: no claim of safety rests on a policy.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace pyrunner {

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

/// Names of Python: identifiers, or dotted paths of them.
using Names = std::unordered_set<std::string, StringHash, std::equal_to<>>;

/// All sets empty: the policy that refuses nothing. A dotted path is that of the module that
/// defines a thing for its users, whatever name a program gives it: "numpy.load", not "np.load".
struct Policy {
  std::string name;

  // Modules, by the first part of their names.
  Names allowed_modules;  // empty: all but the refused
  Names refused_modules;
  bool allow_standard_library = false;  // beside allowed_modules

  // Built-in functions that a program may neither call nor name.
  Names refused_builtins;
  // Those of them whose names a program may use for variables of its own.
  Names replaceable_builtins;
  // Functions that are refused by name when they are called.
  Names refused_calls;

  // Attributes of anything at all.
  Names refused_attributes;
  // The only names like __this__ that a program may use; empty: all.
  Names allowed_dunders;
  // Those that it may also define as methods.
  Names allowed_methods;
  // Attributes that may not be read of a caught exception, nor by a class pattern.
  Names refused_exception_attributes;

  // Parts of modules, as dotted paths; "subprocess.*" is everything in a module.
  Names refused_members;
  // Names by which modules that may not be imported are reached as a part of another
  // ("numpy.lib.npyio.os") where that is not loaded, so that nobody can look; and the paths that
  // are something else of that name ("scipy.signal").
  Names hidden_modules;
  Names visible_members;
  // Private parts of modules, changes to modules, modules as values, relative imports.
  bool guard_modules = false;

  // Functions of which every argument must be a literal, dotted: what they are told to do is code.
  Names literal_only;
  // Arguments that may only be False, by keyword.
  Names refused_arguments;
  // Look into strings for what reaches attributes: "{0.__class__}".
  bool check_strings = false;

  // Imports at run time obey too. With a text for `missing_module`, modules that are not on the
  // list are no refusal but missing: ImportError, with that text, {} in it for the module.
  bool check_imports_at_run_time = false;
  std::string missing_module;

  // Programs may start processes and use their own loopback network: they run in sandboxes of the
  // system call profile `processes`.
  bool processes = false;

  // The operator's own words, by the module, function, attribute or dotted path that is refused.
  std::map<std::string, std::string, std::less<>> messages;
};

/// Why `what` is refused: in the operator's words if there are any, in `ours` otherwise.
[[nodiscard]] const std::string& ReasonFor(const Policy& policy, std::string_view what,
                                           const std::string& ours);

enum class ModuleVerdict { kAllowed, kRefused, kNotListed };

/// What `policy` says of the first part of the dotted path `module`. `is_standard` tells whether
/// a name is a module of the standard library.
[[nodiscard]] ModuleVerdict JudgeModule(const Policy& policy, std::string_view module,
                                        const std::function<bool(std::string_view)>& is_standard);

/// scientific, no-dangerous-imports, unsafe-calls and open. Thread-safe; built at the first call.
[[nodiscard]] const std::vector<Policy>& BuiltinPolicies();

/// The built-in policy of this name, or nullptr.
[[nodiscard]] const Policy* FindBuiltinPolicy(std::string_view name);

/// A policy as bytes, and back from bytes that nobody vouches for.
[[nodiscard]] std::string EncodePolicy(const Policy& policy);
[[nodiscard]] std::optional<Policy> DecodePolicy(std::string_view bytes);

}  // namespace pyrunner
