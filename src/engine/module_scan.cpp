#include "engine/module_scan.h"

#include <algorithm>
#include <array>

namespace pyrunner {
namespace {

// Imported by the science zygote and not by the base one: the libraries, and what is large in the
// standard library. runtime/warm_base.py says why it is not there.
constexpr std::array<std::string_view, 36> kScience = {"argparse",
                                                       "ast",
                                                       "asyncio",
                                                       "concurrent",
                                                       "dateutil",
                                                       "difflib",
                                                       "dis",
                                                       "doctest",
                                                       "glob",
                                                       "gzip",
                                                       "inspect",
                                                       "joblib",
                                                       "locale",
                                                       "logging",
                                                       "lzma",
                                                       "matplotlib",
                                                       "mpl_toolkits",
                                                       "mpmath",
                                                       "multiprocessing",
                                                       "numpy",
                                                       "pandas",
                                                       "pathlib",
                                                       "pickle",
                                                       "pytz",
                                                       "scipy",
                                                       "shutil",
                                                       "sklearn",
                                                       "socket",
                                                       "sqlite3",
                                                       "subprocess",
                                                       "sympy",
                                                       "tempfile",
                                                       "timeit",
                                                       "tokenize",
                                                       "unittest",
                                                       "urllib"};

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) >= 0x80);
}

bool NamesScience(std::string_view word) {
  return std::find(kScience.begin(), kScience.end(), word) != kScience.end();
}

// What is used in a way of its own: a sandbox that has rehearsed that kind has its pages.
constexpr struct {
  std::string_view name;
  wire::Rehearsal rehearsal;
} kKinds[] = {{"numpy", wire::kNumpyProgram},
              {"pandas", wire::kPandasProgram},
              {"sympy", wire::kSympyProgram}};

}  // namespace

ModuleNeeds ScanModules(std::string_view source) {
  ModuleNeeds needs;
  // Any mention counts, also in a string: __import__("numpy") imports it as well.
  std::size_t at = 0;
  while (at < source.size()) {
    if (!IsNameByte(source[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < source.size() && IsNameByte(source[at])) ++at;
    const std::string_view word = source.substr(start, at - start);
    if (!NamesScience(word)) continue;
    needs.zygote = wire::ZygoteKind::kScience;
    for (const auto& [name, rehearsal] : kKinds) {
      if (word == name) needs.rehearsal |= rehearsal;
    }
  }
  return needs;
}

}  // namespace pyrunner
