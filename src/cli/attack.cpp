#include "cli/attack.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <utility>

#include "attack_files.h"

namespace pyrunner::cli {
namespace {

using nlohmann::json;

constexpr int kDefaultTimeout = 10;  // seconds
constexpr double kSlack = 2.5;       // seconds past its time after which time did not stop it
constexpr std::size_t kLongestDetail = 300;

// What a wall raises. Any other exception is a fault of the attack itself.
constexpr std::array<std::string_view, 9> kOrdinary = {
    "PermissionError",    "OSError",
    "FileNotFoundError",  "BlockingIOError",
    "ProcessLookupError", "ConnectionRefusedError",
    "TimeoutError",       "MemoryError",
    "NotADirectoryError"};

/// Calls `use` with each line until it returns false.
template <typename Use>
void ForEachLine(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!use(text.substr(0, end))) return;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string_view Strip(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (const auto word = Strip(text.substr(0, end)); !word.empty()) words.emplace_back(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// One line of it, in characters that do nothing to a terminal.
std::string Printable(std::string_view text) {
  std::string result(text.substr(0, kLongestDetail));
  for (char& c : result) {
    if (c < ' ' || c > '~') c = c == '\n' ? '/' : '?';
  }
  return result;
}

std::string TextOf(const json& answer, const char* key) {
  const auto found = answer.find(key);
  return found != answer.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string_view Tail(std::string_view text, std::size_t size) {
  return text.substr(text.size() - std::min(size, text.size()));
}

/// What follows the word that begins a line of the output.
std::optional<std::string> Said(std::string_view output, std::string_view beginning) {
  std::optional<std::string> said;
  ForEachLine(output, [&](std::string_view line) {
    if (line.starts_with(beginning)) said = line.substr(beginning.size());
    return !said;
  });
  return said;
}

/// What a program said behind this word: of its escape, or of a wall that is open though the one
/// behind it held.
std::optional<std::string> Said(const std::string& word, const Attack& attack,
                                std::string_view output) {
  const std::string beginning = word + " " + attack.id;
  std::optional<std::string> proof;
  ForEachLine(output, [&](std::string_view line) {
    if (!line.starts_with(beginning)) return true;
    line.remove_prefix(beginning.size());
    if (!line.empty() && IsWord(line.front())) return true;  // another's name
    if (line.starts_with(':')) line.remove_prefix(1);
    proof = Strip(line);
    if (proof->empty()) proof = "it said so";
    return false;
  });
  return proof;
}

/// The exception of "OSError on line 3".
std::string_view Raised(std::string_view error) {
  constexpr std::string_view kMiddle = " on line ";
  const std::size_t at = error.find(kMiddle);
  if (at == std::string_view::npos) return {};
  const auto type = error.substr(0, at);
  const auto line = error.substr(at + kMiddle.size());
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool whole = !type.empty() && !line.empty() && std::ranges::all_of(type, IsWord) &&
                     std::ranges::all_of(line, is_digit);
  return whole ? type : std::string_view();
}

std::vector<std::string> Fingerprints(const json& answer) {
  std::vector<std::string> lines;
  ForEachLine(TextOf(answer, "stdout"), [&](std::string_view line) {
    if (line.starts_with("FINGERPRINT")) lines.emplace_back(line);
    return true;
  });
  return lines;
}

void Take(Attack& attack, std::string_view key, std::string_view value) {
  const auto object = [&] { return json::parse(value, nullptr, /*allow_exceptions=*/false); };
  if (key == "id") attack.id = value;
  if (key == "class") attack.kind = value;
  if (key == "goal") attack.goal = value;
  if (key == "walls") attack.walls = Words(value);
  if (key == "accepted") attack.accepted = true;
  constexpr std::string_view kAcceptedAt = "accepted-";
  constexpr std::string_view kAcceptedWithout = "accepted-without-";
  if (key.starts_with(kAcceptedWithout)) {
    attack.accepted_without.emplace_back(key.substr(kAcceptedWithout.size()));
  } else if (key.starts_with(kAcceptedAt)) {
    attack.accepted_at.emplace_back(key.substr(kAcceptedAt.size()));
  }
  if (key == "prelude" && value == "no") attack.prelude = {};
  if (key == "request") attack.request = object();
  if (key == "expect") attack.expect = object();
  if (key == "never") attack.never = object();
  if (key != "runs") return;
  attack.runs = std::atoi(std::string(value).c_str());  // 0: a client
  if (value.ends_with("-parallel")) attack.way = Attack::Way::kTogether;
  if (value.ends_with("-compare")) attack.way = Attack::Way::kCompared;
}

}  // namespace

std::string Attack::Program(const json& targets, int run) const {
  if (prelude.empty()) return std::string(source);
  // As JSON writes them, strings, numbers and lists are Python's, too.
  std::string program = "ID = " + json(id).dump() + "\nRUN = " + std::to_string(run) +
                        "\nTARGETS = " + targets.dump() + "\n";
  return program.append(prelude).append(source);
}

bool Attack::Needs(std::string_view target) const {
  return source.find("TARGETS[\"" + std::string(target) + "\"]") != std::string_view::npos;
}

std::string_view NameOf(Fate fate) {
  switch (fate) {
    case Fate::kEscaped:
      return "escaped";
    case Fate::kNotTried:
      return "not tried";
    case Fate::kAccepted:
      return "accepted";
    case Fate::kStopped:
      break;
  }
  return "stopped";
}

Attack ParseAttack(std::string_view source, std::string_view prelude) {
  Attack attack;
  attack.prelude = prelude;
  attack.source = source;
  attack.request = attack.expect = attack.never = json::object();
  ForEachLine(source, [&](std::string_view line) {
    if (!line.starts_with("#")) return false;
    const std::size_t colon = line.find(": ");
    if (line.starts_with("# ") && colon != std::string_view::npos) {
      Take(attack, line.substr(2, colon - 2), Strip(line.substr(colon + 2)));
    }
    return true;
  });
  const bool sound =
      attack.request.is_object() && attack.expect.is_object() && attack.never.is_object();
  if (!sound) attack.id.clear();
  return attack;
}

std::vector<Attack> EmbeddedAttacks(std::string_view selection) {
  std::string_view prelude;
  for (const EmbeddedFile& file : kAttackFiles) {
    if (file.name == "prelude.py") prelude = file.source;
  }
  std::vector<Attack> attacks;
  for (const EmbeddedFile& file : kAttackFiles) {
    Attack attack = ParseAttack(file.source, prelude);
    const bool chosen = attack.id.find(selection) != std::string::npos ||
                        attack.kind.find(selection) != std::string::npos;
    if (!attack.id.empty() && attack.runs > 0 && chosen) attacks.push_back(std::move(attack));
  }
  return attacks;
}

AttackOutcome JudgeAnswer(const Attack& attack, const json& answer) {
  const std::string output = TextOf(answer, "stdout");
  const std::string errors = TextOf(answer, "stderr");
  const std::string error = TextOf(answer, "error");
  const auto field = [&](const std::string& key) { return answer.value(key, json()); };
  if (auto proof = Said("ESCAPED", attack, output)) return {Fate::kEscaped, Printable(*proof)};
  if (auto proof = Said("EXPOSED", attack, output)) {
    return {Fate::kEscaped, Printable("a wall is open: " + *proof)};
  }
  const double seconds = answer.value("execution_time", 0.0);
  if (seconds > attack.request.value("timeout", kDefaultTimeout) + kSlack) {
    return {Fate::kEscaped, "ran for " + std::to_string(seconds) + " s"};
  }
  const auto is_one_of = [](const json& values, const json& value) {
    return std::ranges::find(values, value) != values.end();
  };
  for (const auto& [key, values] : attack.never.items()) {
    if (is_one_of(values, field(key))) {
      return {Fate::kEscaped, Printable(key + " is " + field(key).dump())};
    }
  }
  for (const auto& [key, values] : attack.expect.items()) {
    if (is_one_of(values, field(key))) continue;
    const std::string what = key + " is " + field(key).dump(-1, ' ', true);
    return {Fate::kNotTried, Printable(what + ": " + std::string(Tail(errors, 150)))};
  }
  const auto said = Said(output, "stopped: ");
  const std::string_view raised = Raised(error);
  const bool faulty = !raised.empty() && std::ranges::find(kOrdinary, raised) == kOrdinary.end();
  if (faulty && !said) return {Fate::kNotTried, Printable(Tail(errors, 200))};
  const std::string status = TextOf(answer, "status");
  if (status == "success" && !said && output.find("FINGERPRINT") == std::string::npos) {
    return {Fate::kNotTried, "it says nothing"};
  }
  return {Fate::kStopped, Printable(said ? *said : error.empty() ? status : error)};
}

AttackOutcome JudgeRuns(const Attack& attack, std::vector<AttackOutcome> outcomes,
                        const std::vector<json>& answers) {
  const bool all_answered = static_cast<int>(answers.size()) == attack.runs;
  if (attack.way == Attack::Way::kCompared && all_answered) {
    std::vector<std::vector<std::string>> prints;
    std::ranges::transform(answers, std::back_inserter(prints), Fingerprints);
    const bool none = std::ranges::any_of(prints, [](const auto& one) { return one.empty(); });
    if (none) {
      outcomes.push_back({Fate::kNotTried, "no fingerprint"});
    } else if (prints[0] == prints[1]) {
      outcomes.push_back({Fate::kEscaped, "both programs have the same"});
    }
  }
  AttackOutcome worst = *std::ranges::min_element(outcomes, {}, &AttackOutcome::fate);
  if (worst.fate == Fate::kEscaped && attack.accepted) worst.fate = Fate::kAccepted;
  return worst;
}

}  // namespace pyrunner::cli
