#include "cli/attack.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "cli/attack_neighbour.h"

namespace pyrunner::cli {
namespace {

using nlohmann::json;

Attack Forger() {
  return ParseAttack(
      "# id: forger\n# class: output\n# goal: lies\n# walls: gateway, seccomp\n# runs: 2-compare\n"
      "# request: {\"timeout\": 2}\n# never: {\"status\": [\"timeout\"]}\n"
      "# expect: {\"status\": [\"error\", \"success\"]}\nprint(TARGETS[\"file\"])\n",
      "prelude\n");
}

json Answer(const json& change) {
  json answer = {{"stdout", "stopped: x\n"},
                 {"stderr", ""},
                 {"status", "error"},
                 {"error", nullptr},
                 {"execution_time", 0.1}};
  answer.update(change);
  return answer;
}

Fate Judged(const json& change) { return JudgeAnswer(Forger(), Answer(change)).fate; }

TEST(AttackTest, TheHeaderSaysHowItRuns) {
  const Attack attack = Forger();
  EXPECT_EQ(attack.id, "forger");
  EXPECT_EQ(attack.kind, "output");
  EXPECT_EQ(attack.walls, (std::vector<std::string>{"gateway", "seccomp"}));
  EXPECT_EQ(attack.runs, 2);
  EXPECT_EQ(attack.way, Attack::Way::kCompared);
  EXPECT_TRUE(attack.Needs("file"));
  EXPECT_FALSE(attack.Needs("fil"));
}

TEST(AttackTest, TheHeaderSaysWhereItMaySucceed) {
  const Attack attack = ParseAttack(
      "# id: many\n# accepted-gvisor: as always\n# accepted-without-cgroup: nothing else counts\n",
      "");
  EXPECT_FALSE(attack.accepted);
  EXPECT_EQ(attack.accepted_at, (std::vector<std::string>{"gvisor"}));
  EXPECT_EQ(attack.accepted_without, (std::vector<std::string>{"cgroup"}));
}

TEST(AttackTest, AProgramKnowsItsRunAndTheTargets) {
  const std::string program = Forger().Program({{"abstract", std::string("\0x", 2)}}, 2);
  EXPECT_TRUE(program.starts_with(
      "ID = \"forger\"\nRUN = 2\nTARGETS = {\"abstract\":\"\\u0000x\"}\nprelude\n# id: forger\n"))
      << program;
}

TEST(AttackTest, WhatCountsAsAnEscape) {
  EXPECT_EQ(Judged(json::object()), Fate::kStopped);
  EXPECT_EQ(Judged({{"stdout", "x\nESCAPED forger: y\n"}}), Fate::kEscaped);
  EXPECT_EQ(Judged({{"stdout", "ESCAPED forger"}}), Fate::kEscaped);
  EXPECT_EQ(Judged({{"stdout", "ESCAPED forger2: y\nstopped: z\n"}}), Fate::kStopped);
  EXPECT_EQ(Judged({{"stdout", "print ESCAPED forger: y\nstopped: z\n"}}), Fate::kStopped);
  EXPECT_EQ(Judged({{"status", "timeout"}}), Fate::kEscaped);
  EXPECT_EQ(Judged({{"execution_time", 4.6}}), Fate::kEscaped);
}

TEST(AttackTest, WhatIsAFaultOfTheAttack) {
  EXPECT_EQ(Judged({{"status", "memory_exceeded"}}), Fate::kNotTried);
  EXPECT_EQ(Judged({{"stdout", ""}, {"error", "NameError on line 3"}}), Fate::kNotTried);
  EXPECT_EQ(Judged({{"stdout", ""}, {"error", "PermissionError on line 3"}}), Fate::kStopped);
  EXPECT_EQ(Judged({{"stdout", ""}, {"error", "Crashed with SIGSEGV"}}), Fate::kStopped);
  EXPECT_EQ(Judged({{"stdout", ""}, {"status", "success"}}), Fate::kNotTried);
}

TEST(AttackTest, TheWorstRunCounts) {
  const json one = Answer({{"stdout", "FINGERPRINT 1\n"}});
  const json other = Answer({{"stdout", "FINGERPRINT 2\n"}});
  const std::vector<AttackOutcome> stopped(2);
  EXPECT_EQ(JudgeRuns(Forger(), stopped, {one, other}).fate, Fate::kStopped);
  EXPECT_EQ(JudgeRuns(Forger(), stopped, {one, one}).fate, Fate::kEscaped);
  EXPECT_EQ(JudgeRuns(Forger(), stopped, {one, Answer(json::object())}).fate, Fate::kNotTried);
  EXPECT_EQ(JudgeRuns(Forger(), {{Fate::kNotTried, ""}, {Fate::kEscaped, ""}}, {}).fate,
            Fate::kEscaped);
  Attack accepted = Forger();
  accepted.accepted = true;
  EXPECT_EQ(JudgeRuns(accepted, stopped, {one, one}).fate, Fate::kAccepted);
}

TEST(AttackTest, NothingOfAProgramReachesTheTerminalRaw) {
  const auto outcome =
      JudgeAnswer(Forger(), Answer({{"stdout", "ESCAPED forger: \x1b[2J\xc3\xbc\n"}}));
  EXPECT_EQ(outcome.detail, "?[2J??");
}

TEST(AttackTest, AllEmbeddedOnesAreWhole) {
  const auto attacks = EmbeddedAttacks("");
  EXPECT_GT(attacks.size(), 250U);
  std::set<std::string> ids;
  for (const Attack& attack : attacks) {
    EXPECT_TRUE(ids.insert(attack.id).second) << attack.id;
    EXPECT_FALSE(attack.goal.empty()) << attack.id;
    EXPECT_NE(attack.kind, "client");
  }
}

TEST(NeighbourProgramTest, AWrongAnswerIsSeen) {
  const NeighbourProgram program = MakeNeighbourProgram("canary-1", 3);
  json answer = program.expected;
  EXPECT_EQ(program.Check(answer), "");
  answer["stdout"] = "x";
  EXPECT_EQ(program.Check(answer), "stdout is not as it should be");
}

}  // namespace
}  // namespace pyrunner::cli
