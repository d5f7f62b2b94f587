#include "api/pyrunner.h"

#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "api/validation.h"

namespace pyrunner::api {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

using Decoded = tl::expected<Program, http::Response>;

Decoded DecodeText(std::string_view body, std::string_view content_type = "application/json",
                   const PyRunnerOptions& options = {}) {
  auto request = DecodeRun(body, content_type, options);
  if (!request) return tl::unexpected(request.error());
  return request->program;
}

Decoded Decode(const json& body, const PyRunnerOptions& options = {}) {
  return DecodeText(body.dump(), "application/json", options);
}

json Detail(const Decoded& decoded) {
  EXPECT_FALSE(decoded);
  if (decoded) return nullptr;
  EXPECT_EQ(decoded.error().status, 422);
  return json::parse(decoded.error().body).at("detail");
}

TEST(DecodeRun, FillsInTheDefaults) {
  const auto program = Decode({{"code", "print(1)"}});
  ASSERT_TRUE(program);
  EXPECT_EQ(program->code, "print(1)");
  EXPECT_EQ(program->limits.wall_time, 30s);
  EXPECT_EQ(program->limits.memory_bytes, 512 * kMiB);
  EXPECT_EQ(program->policy, "scientific");
  EXPECT_EQ(program->standard_input, "");
  EXPECT_TRUE(program->arguments.empty());
}

TEST(DecodeRun, TakesLimitsAndIgnoresUnknownFields) {
  const auto program = Decode({{"code", " x = '\u00E9'\n"},
                               {"timeout", 300},
                               {"memory_limit", "2048"},
                               {"policy", "open"},
                               {"extra", {{"a", {1, 2}}}}});
  ASSERT_TRUE(program);
  EXPECT_EQ(program->code, " x = '\u00E9'\n");
  EXPECT_EQ(program->limits.wall_time, 300s);
  EXPECT_EQ(program->limits.memory_bytes, 2048 * kMiB);
  EXPECT_EQ(program->policy, "scientific");
}

TEST(DecodeRun, FollowsTheOperator) {
  PyRunnerOptions options;
  options.policy = "open";
  options.max_timeout = 10s;
  options.max_memory_mb = 128;
  const auto program = Decode({{"code", "1"}}, options);
  ASSERT_TRUE(program);
  EXPECT_EQ(program->policy, "open");
  EXPECT_EQ(program->limits.wall_time, 10s);
  EXPECT_EQ(program->limits.memory_bytes, 128 * kMiB);

  const json detail = Detail(Decode({{"code", "1"}, {"timeout", 11}}, options));
  EXPECT_EQ(detail[0]["ctx"], (json{{"le", 10}}));
}

TEST(DecodeRun, ReportsAllFailingFieldsAtOnce) {
  const auto program = Decode({{"timeout", 0}, {"memory_limit", 2049}});
  EXPECT_EQ(Detail(program), json::parse(R"([
      {"type": "missing", "loc": ["body", "code"], "msg": "Field required",
       "input": {"timeout": 0, "memory_limit": 2049}},
      {"type": "greater_than_equal", "loc": ["body", "timeout"],
       "msg": "Input should be greater than or equal to 1", "input": 0, "ctx": {"ge": 1}},
      {"type": "less_than_equal", "loc": ["body", "memory_limit"],
       "msg": "Input should be less than or equal to 2048", "input": 2049, "ctx": {"le": 2048}}
    ])"));
}

TEST(DecodeRun, RefusesBlankCode) {
  for (const std::string_view code : {"", " ", "\n\t\r\n", "\u00A0\u2003\u3000\u2028"}) {
    EXPECT_EQ(Detail(Decode({{"code", code}})), (json{{{"type", "value_error"},
                                                       {"loc", {"body", "code"}},
                                                       {"msg", "Value error, Code cannot be empty"},
                                                       {"input", code},
                                                       {"ctx", {{"error", json::object()}}}}}));
  }
  EXPECT_TRUE(Decode({{"code", "\u200B"}}));  // no white space to Python either
}

TEST(DecodeRun, CountsCharactersAgainstTheLimit) {
  std::string emoji;
  for (std::size_t i = 0; i < kMaxCodeCharacters; ++i) emoji += "\U0001F600";
  EXPECT_TRUE(Decode({{"code", std::string(kMaxCodeCharacters, '#')}}));
  EXPECT_TRUE(Decode({{"code", emoji}}));
  for (const std::string& code : {std::string(kMaxCodeCharacters + 1, '#'), emoji + "#"}) {
    EXPECT_EQ(Detail(Decode({{"code", code}})),
              (json{{{"type", "value_error"},
                     {"loc", {"body", "code"}},
                     {"msg", "Value error, Code too large (max 1MB)"},
                     {"ctx", {{"error", json::object()}}}}}));
  }
}

TEST(DecodeRun, LeavesANulInTheCodeToPython) {
  const auto program = Decode({{"code", std::string("a\0b", 3)}});
  ASSERT_TRUE(program);
  EXPECT_EQ(program->code, std::string("a\0b", 3));
}

TEST(DecodeRun, RefusesWhatIsNoJsonObject) {
  EXPECT_EQ(Detail(DecodeText("{"))[0]["type"], "json_invalid");
  EXPECT_EQ(Detail(DecodeText("[]"))[0]["type"], "model_attributes_type");
  EXPECT_EQ(Detail(DecodeText(R"({"code":"1"})", "text/plain"))[0]["type"],
            "model_attributes_type");
  EXPECT_EQ(Detail(DecodeText(""))[0]["type"], "missing");
}

/// A run of 23.4 ms that printed something to both streams.
Outcome Ran() {
  Outcome outcome;
  outcome.standard_output = {"out\n", 4, 0};
  outcome.standard_error = {"err", 3, 0};
  outcome.wall_time = 23'400us;
  outcome.memory_peak = 47'395'635;  // 45.2 MiB
  return outcome;
}

struct EncodeCase {
  const char* name;
  std::function<void(Outcome&)> change;
  json differences;  // from what Ran() alone gives
};

void PrintTo(const EncodeCase& c, std::ostream* out) { *out << c.name; }

class EncodeRunTest : public testing::TestWithParam<EncodeCase> {};

TEST_P(EncodeRunTest, TellsTheOutcome) {
  Outcome outcome = Ran();
  GetParam().change(outcome);
  Limits limits;
  limits.wall_time = 2s;
  const http::Response response = EncodeRun(outcome, limits);

  json expected = {{"status", "success"},     {"stdout", "out\n"},   {"stderr", "err"},
                   {"execution_time", 0.023}, {"memory_used", 45.2}, {"error", nullptr}};
  expected.update(GetParam().differences);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json::parse(response.body), expected);
}

const EncodeCase kEncodeCases[] = {
    {"Success", [](Outcome&) {}, json::object()},
    {"SuccessInSpiteOfAReport",
     [](Outcome& o) { o.exception = UncaughtException{.type = "NameError", .line = 1}; },
     json::object()},
    {"UncaughtException",
     [](Outcome& o) {
       o.exit_code = 1;
       o.exception = UncaughtException{.type = "NameError", .line = 1};
     },
     {{"status", "error"}, {"error", "NameError on line 1"}}},
    {"ExceptionWithoutLine",
     [](Outcome& o) {
       o.exit_code = 1;
       o.exception = UncaughtException{.type = "my.pkg.Error", .line = 0};
     },
     {{"status", "error"}, {"error", "my.pkg.Error"}}},
    {"ExitCode",
     [](Outcome& o) { o.exit_code = 3; },
     {{"status", "error"}, {"error", "Exited with code 3"}}},
    {"ExceptionWithoutType",
     [](Outcome& o) {
       o.exit_code = 1;
       o.exception = UncaughtException{};
     },
     {{"status", "error"}, {"error", "Exited with code 1"}}},
    {"UncaughtMemoryError",
     [](Outcome& o) {
       o.ending = Ending::kMemoryExceeded;
       o.exit_code = 1;
       o.exception = UncaughtException{.type = "MemoryError", .line = 2};
       o.standard_error = {"MemoryError\n", 12, 0};
     },
     {{"status", "memory_exceeded"}, {"stderr", "MemoryError\nMemory limit exceeded"}}},
    {"MemoryKill",
     [](Outcome& o) {
       o.ending = Ending::kMemoryExceeded;
       o.standard_error = {};
     },
     {{"status", "memory_exceeded"}, {"stderr", "Memory limit exceeded"}}},
    {"Refused",
     [](Outcome& o) {
       o.ending = Ending::kRefused;
       o.refusal = Refusal{.reason = "Import of 'os' is not allowed"};
     },
     {{"status", "error"},
      {"stdout", ""},
      {"stderr", "Security validation failed: Import of 'os' is not allowed"},
      {"execution_time", 0.0},
      {"memory_used", nullptr},
      {"error", "Import of 'os' is not allowed"}}},
    {"TimedOut",
     [](Outcome& o) {
       o.ending = Ending::kTimedOut;
       o.wall_time = 2'004ms;
     },
     {{"status", "timeout"},
      {"stderr", "err\nExecution timed out after 2 seconds"},
      {"execution_time", 2.0}}},
    {"TimedOutInSilence",
     [](Outcome& o) {
       o.ending = Ending::kTimedOut;
       o.standard_error = {};
     },
     {{"status", "timeout"},
      {"stderr", "Execution timed out after 2 seconds"},
      {"execution_time", 2.0}}},
    {"CpuExceeded",
     [](Outcome& o) { o.ending = Ending::kCpuExceeded; },
     {{"status", "timeout"}, {"stderr", "err\nCPU time limit exceeded"}}},
    {"OutputExceeded",
     [](Outcome& o) {
       o.ending = Ending::kOutputExceeded;
       o.standard_output = {"headtail", 1008, 4};
     },
     {{"status", "error"},
      {"stdout", "head\n... [output truncated: 1000 bytes omitted] ...\ntail"},
      {"stderr", "err\nOutput limit exceeded"},
      {"error", "Output limit exceeded"}}},
    {"TruncatedStandardError",
     [](Outcome& o) {
       o.ending = Ending::kCpuExceeded;
       o.standard_error = {"headtail\n", 109, 4};
     },
     {{"status", "timeout"},
      {"stderr",
       "head\n... [output truncated: 100 bytes omitted] ...\ntail\nCPU time limit exceeded"}}},
    {"Crashed",
     [](Outcome& o) {
       o.ending = Ending::kCrashed;
       o.signal = SIGSEGV;
     },
     {{"status", "error"},
      {"stderr", "err\nCrashed with SIGSEGV (segmentation fault or abort)"},
      {"error", "Crashed with SIGSEGV (segmentation fault or abort)"}}},
    {"CrashedByASignalOfNoName",
     [](Outcome& o) {
       o.ending = Ending::kCrashed;
       o.signal = 40;
     },
     {{"status", "error"},
      {"stderr", "err\nCrashed with signal 40"},
      {"error", "Crashed with signal 40"}}},
    {"Violation",
     [](Outcome& o) {
       o.ending = Ending::kViolation;
       o.reason = "a forbidden system call";
     },
     {{"status", "error"},
      {"stderr", "err\nStopped for a forbidden system call"},
      {"error", "Stopped for a forbidden system call"}}},
    {"InvalidUtf8",
     [](Outcome& o) {
       o.standard_output = {"\xED\xA0\x80 \xE2\x82 \xFF\"", 9, 0};
       o.exit_code = 1;
       o.exception = UncaughtException{.type = "\xFF", .line = 1};
     },
     {{"status", "error"},
      {"stdout", "\uFFFD\uFFFD\uFFFD \uFFFD \uFFFD\""},
      {"error", "\uFFFD on line 1"}}},
    {"MemoryUnknown", [](Outcome& o) { o.memory_peak.reset(); }, {{"memory_used", nullptr}}},
    {"MemoryUnmeasured", [](Outcome& o) { o.memory_peak = 0; }, {{"memory_used", nullptr}}},
    {"MemoryRounds",
     [](Outcome& o) { o.memory_peak = 2048 * kMiB - 1; },
     {{"memory_used", 2048.0}}},
    {"TimeRounds", [](Outcome& o) { o.wall_time = 1'999'600us; }, {{"execution_time", 2.0}}},
};

INSTANTIATE_TEST_SUITE_P(, EncodeRunTest, testing::ValuesIn(kEncodeCases),
                         [](const auto& test) { return test.param.name; });

TEST(EncodeRun, KeepsTheOriginalsOrderAndNumbers) {
  EXPECT_EQ(EncodeRun(Ran(), {}).body,
            R"({"status":"success","stdout":"out\n","stderr":"err","execution_time":0.023,)"
            R"("memory_used":45.2,"error":null})");
  Outcome refused = Ran();
  refused.ending = Ending::kRefused;
  refused.refusal.emplace();
  EXPECT_NE(EncodeRun(refused, {}).body.find(R"("execution_time":0.0,)"), std::string::npos);
}

TEST(EncodeRun, SaysWhereARefusalIs) {
  Outcome refused = Ran();
  refused.ending = Ending::kRefused;
  refused.refusal = Refusal{.reason = "no", .line = 3, .column = 8};
  const json body = json::parse(EncodeRun(refused, {}).body);
  EXPECT_EQ(body["refusal"], (json{{"line", 3}, {"column", 8}}));
  EXPECT_FALSE(json::parse(EncodeRun(Ran(), {}).body).contains("refusal"));
}

TEST(DescribeService, IsTheOriginalsAnswer) {
  EXPECT_EQ(DescribeService({}),
            R"({"service":"PyRunner","status":"healthy","version":"1.0.0","capabilities":)"
            R"({"max_timeout":300,"max_memory_mb":2048,)"
            R"("libraries":["sympy","numpy","pandas","matplotlib","scipy","sklearn"]}})");
  PyRunnerOptions options;
  options.version = "2\"";
  options.max_timeout = 10s;
  options.max_memory_mb = 256;
  const json described = json::parse(DescribeService(options));
  EXPECT_EQ(described["version"], "2\"");
  EXPECT_EQ(described["capabilities"]["max_timeout"], 10);
  EXPECT_EQ(described["capabilities"]["max_memory_mb"], 256);
}

}  // namespace
}  // namespace pyrunner::api
