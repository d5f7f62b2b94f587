// Attack: one program of attacks/, and what became of it. docs/attacks.md describes the headers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace pyrunner::cli {

/// A program that tries to get out, and what its header says of it.
struct Attack {  // NOLINT(bugprone-exception-escape): json asserts as it moves
  enum class Way { kInTurn, kTogether, kCompared };  // if it runs more than once

  std::string id;
  std::string kind;  // its class
  std::string goal;
  std::vector<std::string> walls;  // each of which should stop it
  int runs = 1;
  Way way = Way::kInTurn;
  bool accepted = false;                      // it may succeed
  std::vector<std::string> accepted_at;       // levels of the sandbox where it may
  std::vector<std::string> accepted_without;  // walls; it may where one of them is not in force
  nlohmann::json request;                     // fields beside the code
  nlohmann::json expect;                      // what fields of the answer must be
  nlohmann::json never;                       // and what they must not be
  std::string_view prelude;
  std::string_view source;

  /// What is sent in its run of this number, from 1. `targets` is an object.
  [[nodiscard]] std::string Program(const nlohmann::json& targets, int run) const;

  /// Whether the program looks for this target.
  [[nodiscard]] bool Needs(std::string_view target) const;
};

/// From the worst to the best.
enum class Fate { kEscaped, kNotTried, kAccepted, kStopped };

[[nodiscard]] std::string_view NameOf(Fate fate);

/// What became of an attack, or of one of its runs.
struct AttackOutcome {
  Fate fate = Fate::kStopped;
  std::string detail;  // one line, printable; a part of it may be the program's own words
};

/// One attack from its file. An error in a header gives an attack without id.
[[nodiscard]] Attack ParseAttack(std::string_view source, std::string_view prelude);

/// Those that are part of this program and are sent to a sandbox, in the order of their files: all,
/// or those whose class or id contains `selection`.
[[nodiscard]] std::vector<Attack> EmbeddedAttacks(std::string_view selection);

/// What an answer of POST /run shows, as attacks/run.py judges it.
[[nodiscard]] AttackOutcome JudgeAnswer(const Attack& attack, const nlohmann::json& answer);

/// The fate of an attack from its runs'. `answers` are those of its runs, if each had one.
[[nodiscard]] AttackOutcome JudgeRuns(const Attack& attack, std::vector<AttackOutcome> outcomes,
                                      const std::vector<nlohmann::json>& answers);

}  // namespace pyrunner::cli
