#include "engine/module_scan.h"

#include <algorithm>
#include <array>

namespace pyrunner {
namespace {

// Imported by the science zygote and not by the base one.
constexpr std::array<std::string_view, 11> kLibraries = {
    "dateutil", "joblib", "matplotlib", "mpl_toolkits", "mpmath", "numpy",
    "pandas",   "pytz",   "scipy",      "sklearn",      "sympy"};

// What is large in the standard library, likewise; runtime/warm_base.py says why it is not there.
constexpr std::array<std::string_view, 25> kStandard = {
    "argparse", "ast",      "asyncio",  "concurrent", "difflib", "dis",        "doctest",
    "glob",     "gzip",     "inspect",  "locale",     "logging", "lzma",       "multiprocessing",
    "pathlib",  "pickle",   "shutil",   "socket",     "sqlite3", "subprocess", "tempfile",
    "timeit",   "tokenize", "unittest", "urllib"};

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) >= 0x80);
}

template <typename Names>
bool IsOneOf(const Names& names, std::string_view word) {
  return std::find(names.begin(), names.end(), word) != names.end();
}

}  // namespace

wire::ZygoteKind ZygoteFor(std::string_view source) {
  // Of the line, with those that continue it.
  bool names_standard = false;
  bool imports = false;
  std::size_t at = 0;
  while (at < source.size()) {
    if (!IsNameByte(source[at])) {
      const bool continued = at > 0 && source[at - 1] == '\\';
      if (source[at] == '\n' && !continued) names_standard = imports = false;
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < source.size() && IsNameByte(source[at])) ++at;
    const std::string_view word = source.substr(start, at - start);
    // Any mention counts, also in a string: __import__("numpy") imports it as well.
    if (IsOneOf(kLibraries, word)) return wire::ZygoteKind::kScience;
    // These are words of every day, too.
    names_standard = names_standard || IsOneOf(kStandard, word);
    imports = imports || word.find("import") != std::string_view::npos;
    if (names_standard && imports) return wire::ZygoteKind::kScience;
  }
  return wire::ZygoteKind::kBase;
}

}  // namespace pyrunner
