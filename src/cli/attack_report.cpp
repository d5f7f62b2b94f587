#include "cli/attack_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

namespace pyrunner::cli {
namespace {

using sandbox::Layer;

constexpr std::array kFates = {Fate::kStopped, Fate::kAccepted, Fate::kEscaped, Fate::kNotTried};
using Counts = std::map<Fate, unsigned>;

constexpr std::pair<std::string_view, Layer> kWalls[] = {
    {"user", Layer::kUserNamespace},
    {"pid", Layer::kPidNamespace},
    {"mount", Layer::kMountNamespace},
    {"network", Layer::kNetworkNamespace},
    {"ipc", Layer::kIpcNamespace},
    {"uts", Layer::kUtsNamespace},
    {"cgroup-namespace", Layer::kCgroupNamespace},
    {"own-user", Layer::kOwnUser},
    {"capabilities", Layer::kNoCapabilities},
    {"cgroup", Layer::kCgroup},
    {"rlimits", Layer::kResourceLimits},
    {"landlock", Layer::kLandlock},
    {"seccomp", Layer::kSeccomp},
    {"mdwe", Layer::kNoNewCode},
};

std::string Walls(const Attack& attack, const sandbox::Assurance& assurance, bool in_force) {
  std::string text;
  for (const std::string& wall : attack.walls) {
    if (wall == "none" || InForce(wall, assurance) != in_force) continue;
    text += (text.empty() ? "" : ", ") + wall;
  }
  return text.empty() ? "none" : text;
}

Counts Count(const AttackReport& report, std::string_view kind) {
  Counts counts;
  for (const auto& entry : report.entries) {
    if (kind.empty() || entry.attack.kind == kind) ++counts[entry.outcome.fate];
  }
  return counts;
}

std::vector<std::string> Kinds(const AttackReport& report) {
  std::vector<std::string> kinds;
  for (const auto& entry : report.entries) {
    if (std::ranges::find(kinds, entry.attack.kind) == kinds.end()) {
      kinds.push_back(entry.attack.kind);
    }
  }
  return kinds;
}

std::string Row(std::string_view name, const Counts& counts) {
  unsigned sum = 0;
  for (const auto& [fate, count] : counts) sum += count;
  std::string row = fmt::format("{:<16}{:>8}", name, sum);
  for (const Fate fate : kFates) {
    const auto found = counts.find(fate);
    row += fmt::format("{:>10}", found == counts.end() ? 0 : found->second);
  }
  return row + "\n";
}

std::string Findings(const AttackReport& report, const sandbox::Assurance& assurance) {
  std::string text;
  for (const auto& entry : report.entries) {
    const Attack& attack = entry.attack;
    if (entry.outcome.fate == Fate::kNotTried) {
      text += fmt::format("not tried: {}: {}\n", attack.id, entry.outcome.detail);
    }
    if (entry.outcome.fate != Fate::kEscaped) continue;
    text += fmt::format(
        "ESCAPED: {}: {}\n  goal: {}\n  walls that should have held: {}\n  walls that are not "
        "in force here: {}\n",
        attack.id, entry.outcome.detail, attack.goal, Walls(attack, assurance, true),
        Walls(attack, assurance, false));
  }
  for (const std::string& what : report.disturbed) text += "wrong: " + what + "\n";
  for (const std::string& what : report.wrong_neighbours) text += "wrong: " + what + "\n";
  return text;
}

}  // namespace

bool InForce(std::string_view wall, const sandbox::Assurance& assurance) {
  for (const auto& [name, layer] : kWalls) {
    if (name == wall) return assurance.layers.Has(layer);
  }
  return true;
}

bool AttackReport::passed() const {
  const bool done = std::ranges::all_of(entries, [](const Entry& entry) {
    const Fate fate = entry.outcome.fate;
    return fate == Fate::kStopped || fate == Fate::kAccepted || entry.no_target;
  });
  return done && !entries.empty() && neighbours > 0 && wrong_neighbours.empty() &&
         disturbed.empty();
}

std::string DescribeForPeople(const AttackReport& report, const sandbox::Assurance& assurance) {
  std::string text = Findings(report, assurance);
  text += fmt::format("{:<16}{:>8}", "class", "attacks");
  for (const Fate fate : kFates) text += fmt::format("{:>10}", NameOf(fate));
  text += "\n";
  for (const std::string& kind : Kinds(report)) text += Row(kind, Count(report, kind));
  text += Row("all", Count(report, {}));
  text += fmt::format("honest programs beside them: {}, {} of them with a wrong answer\n",
                      report.neighbours, report.wrong_neighbours.size());
  text += fmt::format("level {}, {:.0f} s: {}\n", NameOf(assurance.level), report.seconds,
                      report.passed() ? "passed" : "failed");
  return text;
}

nlohmann::ordered_json DescribeForMachines(const AttackReport& report,
                                           const sandbox::Assurance& assurance) {
  using nlohmann::ordered_json;
  ordered_json counts;
  for (auto all = Count(report, {}); const Fate fate : kFates) counts[NameOf(fate)] = all[fate];
  ordered_json programs = ordered_json::array();
  for (const auto& entry : report.entries) {
    const Attack& attack = entry.attack;
    ordered_json walls = ordered_json::object();
    for (const std::string& wall : attack.walls) {
      if (wall != "none") walls[wall] = InForce(wall, assurance);
    }
    programs.push_back({{"id", attack.id},
                        {"class", attack.kind},
                        {"goal", attack.goal},
                        {"walls", walls},
                        {"outcome", NameOf(entry.outcome.fate)},
                        {"detail", entry.outcome.detail},
                        {"seconds", entry.seconds}});
  }
  return {{"passed", report.passed()},
          {"level", NameOf(assurance.level)},
          {"seconds", report.seconds},
          {"counts", counts},
          {"neighbours", {{"programs", report.neighbours}, {"wrong", report.wrong_neighbours}}},
          {"disturbed", report.disturbed},
          {"programs", programs}};
}

}  // namespace pyrunner::cli
