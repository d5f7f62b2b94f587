// Honest programs that run beside attacks, and whose answers must be right.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pyrunner::cli {

/// One program, different for each number, and how it ends.
struct NeighbourProgram {  // NOLINT(bugprone-exception-escape): json asserts as it moves
  std::string code;
  nlohmann::json expected;  // fields of the answer

  /// What is wrong with an answer; empty: nothing.
  [[nodiscard]] std::string Check(const nlohmann::json& answer) const;
};

/// `secret` stands in the program and in what it writes, for attacks to look for.
[[nodiscard]] NeighbourProgram MakeNeighbourProgram(const std::string& secret, unsigned number);

}  // namespace pyrunner::cli
