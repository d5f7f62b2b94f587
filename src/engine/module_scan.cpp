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

// What a byte can be of: no word, a word, or the first of a word that is in kScience.
enum class Byte : std::uint8_t { kNone, kName, kScienceInitial };

constexpr std::array<Byte, 256> kBytes = [] {
  std::array<Byte, 256> bytes{};
  const auto name = [&bytes](int first, int last) {
    for (int c = first; c <= last; ++c) bytes[static_cast<std::size_t>(c)] = Byte::kName;
  };
  name('a', 'z');
  name('A', 'Z');
  name('0', '9');
  name('_', '_');
  name(0x80, 0xff);
  for (const std::string_view word : kScience) {
    bytes[static_cast<unsigned char>(word.front())] = Byte::kScienceInitial;
  }
  return bytes;
}();

Byte KindOf(char c) { return kBytes[static_cast<unsigned char>(c)]; }

bool NamesScience(std::string_view word) {
  return std::any_of(kScience.begin(), kScience.end(), [word](std::string_view name) {
    return name.size() == word.size() && name.front() == word.front() && name == word;
  });
}

}  // namespace

wire::ZygoteKind ZygoteFor(std::string_view source) {
  // Any mention counts, also in a string: __import__("numpy") imports it as well.
  std::size_t at = 0;
  while (at < source.size()) {
    const std::size_t start = at;
    const Byte first = KindOf(source[at++]);
    if (first == Byte::kNone) continue;
    while (at < source.size() && KindOf(source[at]) != Byte::kNone) ++at;
    if (first == Byte::kScienceInitial && NamesScience(source.substr(start, at - start))) {
      return wire::ZygoteKind::kScience;
    }
  }
  return wire::ZygoteKind::kBase;
}

}  // namespace pyrunner
