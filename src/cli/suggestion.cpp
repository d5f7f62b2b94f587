#include "cli/suggestion.h"

#include <algorithm>
#include <cctype>

namespace pyrunner::cli {
namespace {

constexpr std::size_t kLongestWord = 64;  // a word from the command line may be a whole program

std::string Normal(std::string_view text) {
  std::string normal(text);
  for (char& c : normal) {
    c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return normal;
}

}  // namespace

std::size_t EditDistance(std::string_view one, std::string_view other) {
  const std::string a = Normal(one);
  const std::string b = Normal(other);
  // Three rows of the table of the distances of all beginnings.
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::move(last);
    last = std::move(row);
  }
  return last.back();
}

std::string_view NearestName(std::string_view word, const std::vector<std::string>& names) {
  if (word.empty() || word.size() > kLongestWord) return {};
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& name : names) {
    const std::size_t distance = EditDistance(word, name);
    // All letters of a short word changed are another word.
    if (distance >= least || distance >= name.size()) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& names,
                       std::string_view otherwise) {
  const std::string_view nearest = NearestName(word, names);
  if (nearest.empty()) return std::string(otherwise);
  return "; did you mean '" + std::string(nearest) + "'?";
}

}  // namespace pyrunner::cli
