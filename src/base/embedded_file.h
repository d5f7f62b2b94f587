// EmbeddedFile: a file of the source tree that is part of a program.
#pragma once

#include <string_view>

namespace pyrunner {

/// One entry of a list that cmake/EmbedFiles.cmake makes.
struct EmbeddedFile {
  std::string_view name;  // without its folder
  std::string_view source;
};

}  // namespace pyrunner
