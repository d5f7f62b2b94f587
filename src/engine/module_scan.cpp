#include "engine/module_scan.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

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

// Which bytes names are made of, and which of them one of the names above begins with.
struct ByteKinds {
  std::array<bool, 256> of_a_name{};
  std::array<bool, 256> begins_a_word_of_interest{};
};

constexpr ByteKinds kBytes = [] {
  ByteKinds kinds;
  const auto names = [&kinds](int first, int last) {
    for (int c = first; c <= last; ++c) kinds.of_a_name[static_cast<std::size_t>(c)] = true;
  };
  names('a', 'z');
  names('A', 'Z');
  names('0', '9');
  names('_', '_');
  names(0x80, 0xff);
  for (const std::string_view word : kLibraries) {
    kinds.begins_a_word_of_interest[static_cast<unsigned char>(word.front())] = true;
  }
  for (const std::string_view word : kStandard) {
    kinds.begins_a_word_of_interest[static_cast<unsigned char>(word.front())] = true;
  }
  return kinds;
}();

bool IsOfAName(char c) { return kBytes.of_a_name[static_cast<unsigned char>(c)]; }

template <typename Names>
bool IsOneOf(const Names& names, std::string_view word) {
  return kBytes.begins_a_word_of_interest[static_cast<unsigned char>(word.front())] &&
         std::find(names.begin(), names.end(), word) != names.end();
}

/// Tells a library that is used from one that is only imported: by a mention of its name, or of the
/// one that it is imported as, beyond that of its import.
class LibraryUse {
 public:
  explicit LibraryUse(const wire::LibraryKind& kind)
      : kind_(kind.kind), library_(kind.library), name_(library_) {}

  void Read(std::string_view word, std::string_view before) {
    if (word == "as" && before == library_) {
      is_named_ = true;
    } else if (std::exchange(is_named_, false)) {
      name_ = word;
    } else if (word == name_ || word == library_) {
      used_ = used_ || imported_ || before == "from";
      imported_ = true;
    }
  }

  [[nodiscard]] std::string_view library() const { return library_; }
  [[nodiscard]] bool imported() const { return imported_; }
  [[nodiscard]] std::uint32_t kinds() const { return used_ ? kind_ : wire::kNoProgram; }

 private:
  std::uint32_t kind_;
  std::string_view library_;
  std::string_view name_;
  bool is_named_ = false;  // by the next word
  bool imported_ = false;
  bool used_ = false;
};

}  // namespace

ModuleNeeds ScanModules(std::string_view source) {
  ModuleNeeds needs;
  std::array uses = {LibraryUse(wire::kLibraryKinds[0]), LibraryUse(wire::kLibraryKinds[1]),
                     LibraryUse(wire::kLibraryKinds[2])};
  static_assert(uses.size() == wire::kLibraryKinds.size());
  std::string_view before;
  // Of the line, with those that continue it.
  bool names_standard = false;
  bool imports = false;
  std::size_t at = 0;
  while (at < source.size()) {
    const std::size_t start = at++;
    if (!IsOfAName(source[start])) {
      const bool continued = start > 0 && source[start - 1] == '\\';
      if (source[start] == '\n' && !continued) names_standard = imports = false;
      continue;
    }
    while (at < source.size() && IsOfAName(source[at])) ++at;
    const std::string_view word = source.substr(start, at - start);
    for (LibraryUse& use : uses) {
      if (use.imported() || word == use.library()) use.Read(word, before);
    }
    before = word;
    // Any mention counts, also in a string: __import__("numpy") imports it as well.
    if (IsOneOf(kLibraries, word)) {
      needs.zygote = wire::ZygoteKind::kScience;
      continue;
    }
    // These are words of every day, too.
    names_standard = names_standard || IsOneOf(kStandard, word);
    imports = imports || word.find("import") != std::string_view::npos;
    if (names_standard && imports) needs.zygote = wire::ZygoteKind::kScience;
  }
  for (const LibraryUse& use : uses) needs.kinds |= use.kinds();
  return needs;
}

}  // namespace pyrunner
