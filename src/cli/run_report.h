// How `pyrunner run` tells the end of a program: exit code, streams, JSON.
#pragma once

#include <string>

#include "engine/outcome.h"
#include "engine/program.h"

namespace pyrunner::cli {

/// Whether words that are this command's own are coloured.
enum class Colour {
  kAuto,  // on a terminal, unless NO_COLOR is set (no-color.org)
  kAlways,
  kNever,
};

/// The exit code of the command after this end of its program.
[[nodiscard]] int ExitCodeOf(const Outcome& outcome);

/// What there is to say of a program that did not end by itself; else empty.
[[nodiscard]] std::string Note(const Outcome& outcome, const Limits& limits);

/// All of it as one line of JSON.
[[nodiscard]] std::string DescribeAsJson(const Outcome& outcome, const Limits& limits);

/// Writes the program's streams, byte by byte as it wrote them where nothing was cut, and the note
/// to standard error.
void PrintStreams(const Outcome& outcome, const Limits& limits, Colour colour);

}  // namespace pyrunner::cli
