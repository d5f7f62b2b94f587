// What somebody may have meant who wrote a name that does not exist.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pyrunner::cli {

/// How many letters have to be put in, taken out, changed or swapped with their neighbour to make
/// one word of the other. Large and small letters, and - and _, are the same.
[[nodiscard]] std::size_t EditDistance(std::string_view one, std::string_view other);

/// The name that is next to the word, or nothing if none is near: a third of its letters may
/// differ.
[[nodiscard]] std::string_view NearestName(std::string_view word,
                                           const std::vector<std::string>& names);

/// "; did you mean 'NAME'?", or `otherwise` if no name is near.
[[nodiscard]] std::string DidYouMean(std::string_view word, const std::vector<std::string>& names,
                                     std::string_view otherwise = {});

}  // namespace pyrunner::cli
