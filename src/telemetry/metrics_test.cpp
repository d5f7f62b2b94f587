#include "telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "telemetry/names.h"
#include "telemetry/status_metrics.h"

namespace pyrunner::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

class MetricsTest : public testing::Test {
 protected:
  Metrics metrics_{{"pyrunner", "nsjail"}};
};

TEST_F(MetricsTest, AllSeriesAreThereFromTheStart) {
  const std::string text = metrics_.Text();
  for (const std::string_view outcome : kOutcomeNames) {
    EXPECT_THAT(text, HasSubstr("pyrunner_programs_total{api=\"nsjail\",outcome=\"" +
                                std::string(outcome) + "\"} 0\n"));
  }
  EXPECT_THAT(text, HasSubstr("pyrunner_rejections_total{cause=\"queue_full\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE pyrunner_program_phase_seconds histogram\n"));
}

TEST_F(MetricsTest, AProgramIsCountedOnce) {
  Outcome outcome;
  outcome.exit_code = 1;
  outcome.wall_time = 30ms;
  outcome.phases.run = 20ms;
  outcome.memory_peak = 3 * kMiB;
  metrics_.Ended("pyrunner", outcome);
  const std::string text = metrics_.Text();
  EXPECT_THAT(text, HasSubstr("{api=\"pyrunner\",outcome=\"failed\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{api=\"pyrunner\",outcome=\"succeeded\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{phase=\"run\",le=\"0.01\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{phase=\"run\",le=\"0.025\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("pyrunner_program_wall_seconds_count 1\n"));
  EXPECT_THAT(text, HasSubstr("pyrunner_program_memory_peak_bytes_bucket{le=\"1048576\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("pyrunner_program_memory_peak_bytes_bucket{le=\"4194304\"} 1\n"));
}

TEST_F(MetricsTest, KillsAndRefusalsHaveTheirCause) {
  Outcome killed;
  killed.ending = Ending::kMemoryExceeded;
  metrics_.Ended("nsjail", killed);
  Outcome raised = killed;
  raised.exception = UncaughtException{.type = "MemoryError"};
  metrics_.Ended("nsjail", raised);
  Outcome refused;
  refused.ending = Ending::kRefused;
  refused.refusal = Refusal{.cause = Refusal::Cause::kNoMain};
  metrics_.Ended("nsjail", refused);
  const std::string text = metrics_.Text();
  EXPECT_THAT(text, HasSubstr("{api=\"nsjail\",outcome=\"memory_exceeded\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("pyrunner_kills_total{cause=\"memory\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("pyrunner_refusals_total{cause=\"no_main\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("pyrunner_program_wall_seconds_count 2\n"));
}

TEST_F(MetricsTest, AnApiThatNobodyNamedIsAnother) {
  metrics_.Ended("surprise", Outcome());
  EXPECT_THAT(metrics_.Text(), HasSubstr("{api=\"other\",outcome=\"succeeded\"} 1\n"));
  EXPECT_THAT(metrics_.Text(), Not(HasSubstr("surprise")));
}

TEST_F(MetricsTest, EveryEndingHasAName) {
  for (int i = 0; i <= static_cast<int>(Ending::kCancelled); ++i) {
    Outcome outcome;
    outcome.ending = static_cast<Ending>(i);
    metrics_.Ended("pyrunner", outcome);
  }
  for (int i = 0; i <= static_cast<int>(Rejection::Cause::kTooOften); ++i) {
    metrics_.Rejected(static_cast<Rejection::Cause>(i));
  }
  for (const std::string_view cause : kRejectionNames) {
    EXPECT_THAT(metrics_.Text(),
                HasSubstr("pyrunner_rejections_total{cause=\"" + std::string(cause) + "\"} 1\n"));
  }
}

TEST_F(MetricsTest, StatusIsReadWhenItIsAskedFor) {
  EngineStatus status;
  metrics_.Add([&](Families& families) { AppendEngine(families, status, EngineOptions()); });
  status.running = 7;
  status.zygotes.push_back({.kind = "base", .wanted = 9, .history = {.renewed_by_runs = 4}});
  const std::string text = metrics_.Text();
  EXPECT_THAT(text, HasSubstr("pyrunner_programs_running 7\n"));
  EXPECT_THAT(text, HasSubstr("pyrunner_sandboxes_wanted{zygote=\"base\"} 9\n"));
  EXPECT_THAT(text,
              HasSubstr("pyrunner_zygote_renewals_total{zygote=\"base\",cause=\"runs\"} 4\n"));
}

TEST_F(MetricsTest, TheProcessIsThisOne) {
  Families families;
  AppendProcess(families);
  std::map<std::string, double> values;
  for (const auto& family : families) {
    values[family.name] = family.metric.at(0).counter.value + family.metric.at(0).gauge.value;
  }
  EXPECT_GT(values["process_resident_memory_bytes"], kMiB);
  EXPECT_GE(values["process_open_fds"], 3);
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_LT(values["process_start_time_seconds"], now + 2);
  EXPECT_GT(values["process_start_time_seconds"], now - 600);
}

}  // namespace
}  // namespace pyrunner::telemetry
