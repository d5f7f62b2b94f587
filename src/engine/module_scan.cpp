#include "engine/module_scan.h"

#include <algorithm>
#include <array>
#include <cstdint>

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

// What a byte says of the word that begins with it.
struct Initial {
  bool of_a_name = false;
  std::uint8_t first = kScience.size();  // of those in kScience that begin so
};

constexpr std::array<Initial, 256> kInitials = [] {
  std::array<Initial, 256> initials{};
  const auto name = [&initials](int first, int last) {
    for (int c = first; c <= last; ++c) initials[static_cast<std::size_t>(c)].of_a_name = true;
  };
  name('a', 'z');
  name('A', 'Z');
  name('0', '9');
  name('_', '_');
  name(0x80, 0xff);
  for (std::size_t i = kScience.size(); i-- > 0;) {
    initials[static_cast<unsigned char>(kScience[i].front())].first = static_cast<std::uint8_t>(i);
  }
  return initials;
}();
static_assert(std::is_sorted(kScience.begin(), kScience.end()));

const Initial& InitialOf(char c) { return kInitials[static_cast<unsigned char>(c)]; }

bool NamesScience(std::string_view word) {
  for (std::size_t i = InitialOf(word.front()).first; i < kScience.size(); ++i) {
    if (kScience[i].front() != word.front()) return false;
    if (kScience[i] == word) return true;
  }
  return false;
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
    const std::size_t start = at++;
    if (!InitialOf(source[start]).of_a_name) continue;
    while (at < source.size() && InitialOf(source[at]).of_a_name) ++at;
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
