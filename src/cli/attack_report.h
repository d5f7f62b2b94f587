// What attacks on this place came to, for people and for machines.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/attack.h"
#include "sandbox/assurance.h"

namespace pyrunner::cli {

struct AttackReport {
  struct Entry {
    Attack attack;
    AttackOutcome outcome{Fate::kNotTried, "there was no time left"};
    bool no_target = false;  // what it looks for cannot be planted here
    double seconds = 0;
  };
  std::vector<Entry> entries;
  unsigned neighbours = 0;                    // honest programs
  std::vector<std::string> wrong_neighbours;  // what was wrong with their answers
  std::vector<std::string> disturbed;         // what an attack changed on the host
  double seconds = 0;

  /// Nothing escaped, nothing was disturbed, and everything was tried that can be tried here.
  [[nodiscard]] bool passed() const;
};

/// Whether a wall of Attack::walls is there. Those that are no layer, as the gateway, always are.
[[nodiscard]] bool InForce(std::string_view wall, const sandbox::Assurance& assurance);

/// A table by class, every escape with the walls that were expected to hold, and the sum.
[[nodiscard]] std::string DescribeForPeople(const AttackReport& report,
                                            const sandbox::Assurance& assurance);

[[nodiscard]] nlohmann::ordered_json DescribeForMachines(const AttackReport& report,
                                                         const sandbox::Assurance& assurance);

}  // namespace pyrunner::cli
