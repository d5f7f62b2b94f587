#include "api/apis.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/code_executor.h"
#include "api/quota.h"
#include "http/router.h"

namespace pyrunner::api {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using nlohmann::json;

/// Answers with what a test prepared, after one turn of the event loop, and keeps what it was
/// given.
class FakeRunner : public Runner {
 public:
  awaitable<tl::expected<Outcome, Rejection>> Run(
      Program program, std::shared_ptr<Cancellation> cancellation) override {
    programs.push_back(std::move(program));
    cancellations.push_back(std::move(cancellation));
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
    co_return answer;
  }

  tl::expected<Outcome, Rejection> answer;
  std::vector<Program> programs;
  std::vector<std::shared_ptr<Cancellation>> cancellations;
};

class ApisTest : public testing::Test {
 protected:
  ApisTest() { MountApis(router_, quotas_, {}); }

  http::Response Send(http::Request request) {
    boost::asio::io_context io;
    std::optional<http::Response> received;
    const auto keep = [&](const std::exception_ptr& error, http::Response response) {
      if (error) std::rethrow_exception(error);
      received = std::move(response);
    };
    boost::asio::co_spawn(io, router_.Dispatch(std::move(request)), keep);
    io.run();
    EXPECT_TRUE(received);
    return received.value_or(http::Response{});
  }

  http::Response Get(std::string path) {
    http::Request request;
    request.method = "GET";
    request.path = std::move(path);
    return Send(std::move(request));
  }

  http::Response Post(std::string path, std::string body) {
    http::Request request;
    request.method = "POST";
    request.path = std::move(path);
    request.headers = {{"content-type", "application/json"}};
    request.body = std::move(body);
    request.cancellation = cancellation_;
    return Send(std::move(request));
  }

  FakeRunner runner_;
  QuotaRunner quotas_{runner_};
  http::Router router_;
  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
};

TEST_F(ApisTest, DescribesItself) {
  const json expected = {
      {"service", "PyRunner"},
      {"status", "healthy"},
      {"version", "1.0.0"},
      {"capabilities",
       {{"max_timeout", 300},
        {"max_memory_mb", 2048},
        {"libraries", {"sympy", "numpy", "pandas", "matplotlib", "scipy", "sklearn"}}}}};
  for (const char* path : {"/", "/pyrunner", "/pyrunner/"}) {
    const http::Response response = Get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.content_type, "application/json") << path;
    EXPECT_EQ(json::parse(response.body), expected) << path;
  }
}

TEST_F(ApisTest, IsHealthy) {
  for (const char* path : {"/health", "/pyrunner/health", "/nsjail/health", "/cloudrun/health",
                           "/code-executor/health"}) {
    const http::Response response = Get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body, R"({"status":"healthy"})") << path;
  }
}

TEST_F(ApisTest, RunsAProgram) {
  Outcome outcome;
  outcome.standard_output = {"Hello, World!\n", 14, 0};
  outcome.wall_time = 23ms;
  outcome.memory_peak = 2 * kMiB;
  outcome.phases.queue = 12us;
  runner_.answer = outcome;
  for (const char* path : {"/run", "/pyrunner/run"}) {
    runner_.programs.clear();
    runner_.cancellations.clear();
    const http::Response response =
        Post(path, R"json({"code":"print('Hello, World!')","timeout":5,"memory_limit":64})json");

    ASSERT_EQ(runner_.programs.size(), 1u) << path;
    EXPECT_EQ(runner_.programs[0].code, "print('Hello, World!')");
    EXPECT_EQ(runner_.programs[0].limits.wall_time, 5s);
    EXPECT_EQ(runner_.programs[0].limits.memory_bytes, 64 * kMiB);
    EXPECT_EQ(runner_.cancellations[0], cancellation_);

    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(json::parse(response.body), (json{{"status", "success"},
                                                {"stdout", "Hello, World!\n"},
                                                {"stderr", ""},
                                                {"execution_time", 0.023},
                                                {"memory_used", 2.0},
                                                {"error", nullptr}}));
    EXPECT_EQ(response.headers,
              (http::Headers{{"Server-Timing",
                              "queue;dur=0.012, fork;dur=0.000, isolate;dur=0.000, "
                              "compile;dur=0.000, run;dur=0.000, collect;dur=0.000"}}));
  }
}

TEST_F(ApisTest, TellsTheProgramsOwnTimeLimit) {
  Outcome outcome;
  outcome.ending = Ending::kTimedOut;
  runner_.answer = outcome;
  const json body = json::parse(Post("/run", R"({"code":"1","timeout":7})").body);
  EXPECT_EQ(body["stderr"], "Execution timed out after 7 seconds");
}

TEST_F(ApisTest, RefusesABadRequestBeforeItReachesTheRunner) {
  const http::Response response = Post("/run", R"({"code":"1","timeout":0})");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(json::parse(response.body)["detail"][0]["loc"], (json{"body", "timeout"}));
  EXPECT_TRUE(runner_.programs.empty());
}

TEST_F(ApisTest, RefusesAFormWhateverItHolds) {
  http::Request request;
  request.method = "POST";
  request.path = "/run";
  request.body = R"({"code":"1"})";
  EXPECT_EQ(Send(request).status, 422);  // no type at all
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  EXPECT_EQ(Send(request).status, 422);
  EXPECT_TRUE(runner_.programs.empty());
}

TEST_F(ApisTest, SaysSoWhenNothingCanRun) {
  runner_.answer = tl::unexpected(Rejection{Rejection::Cause::kQueueFull, 3s});
  const http::Response response = Post("/run", R"({"code":"1"})");
  EXPECT_EQ(response.status, 503);
  ASSERT_FALSE(response.headers.empty());
  EXPECT_EQ(response.headers.front(), (std::pair<std::string, std::string>{"Retry-After", "3"}));
  EXPECT_TRUE(json::parse(response.body).contains("detail"));
}

TEST_F(ApisTest, HasNothingToSayToAClientThatLeft) {
  runner_.answer = tl::unexpected(Rejection{Rejection::Cause::kCancelled});
  EXPECT_EQ(Post("/run", R"({"code":"1"})").status, 499);
}

TEST_F(ApisTest, RunsOnlyWhatIsPosted) {
  for (const char* path :
       {"/run", "/execute", "/nsjail/execute", "/cloudrun/execute", "/code-executor/execute"}) {
    const http::Response response = Get(path);
    EXPECT_EQ(response.status, 405) << path;
    EXPECT_EQ(response.headers, (http::Headers{{"Allow", "POST, OPTIONS"}})) << path;
  }
}

TEST_F(ApisTest, TellsTheApisOfTheBareExecuteApart) {
  const struct {
    const char* body;
    const char* policy;  // of the API that took it
  } cases[] = {
      {R"({"code":"1","language":"python"})", kCodeExecutorPolicy},
      {R"({"script":"def main(): pass"})", "open"},
      {R"({"language":"python","x":{"script":1},"code":"1"})", kCodeExecutorPolicy},
      {R"({"x":"\"code\":1","script":"1"})", "open"},
  };
  for (const auto& c : cases) {
    runner_.programs.clear();
    (void)Post("/execute", c.body);
    ASSERT_EQ(runner_.programs.size(), 1U) << c.body;
    EXPECT_EQ(runner_.programs[0].policy, c.policy) << c.body;
  }
  EXPECT_EQ(Post("/execute", "{}").status, 400);
  EXPECT_EQ(Post("/execute", R"({"language":"python"})").status, 422);
}

TEST_F(ApisTest, EachHasItsLimitsAndItsPolicy) {
  (void)Post("/run", R"({"code":"1"})");
  (void)Post("/code-executor/execute", R"({"code":"1","language":"python"})");
  (void)Post("/nsjail/execute", R"({"script":"1"})");
  (void)Post("/cloudrun/execute", R"({"script":"1"})");
  ASSERT_EQ(runner_.programs.size(), 4U);
  const auto& programs = runner_.programs;
  EXPECT_EQ(programs[0].policy, "scientific");
  EXPECT_EQ(programs[1].policy, kCodeExecutorPolicy);
  EXPECT_EQ(programs[2].policy, "no-dangerous-imports");
  EXPECT_EQ(programs[3].policy, "open");
  const std::uint64_t memory[] = {512, 4096, 512, 1024};
  const std::chrono::seconds time[] = {30s, 300s, 30s, 30s};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(programs[i].limits.memory_bytes, memory[i] * kMiB);
    EXPECT_EQ(programs[i].limits.wall_time, time[i]);
    EXPECT_EQ(programs[i].call_main, i >= 2);
  }
}

TEST_F(ApisTest, EachIsBusyInItsOwnWords) {
  runner_.answer = tl::unexpected(Rejection{Rejection::Cause::kQueueFull, 3s});
  for (const char* path : {"/nsjail/execute", "/cloudrun/execute"}) {
    const http::Response response = Post(path, R"({"script":"1"})");
    EXPECT_EQ(response.status, 503);
    const json body = json::parse(response.body);
    EXPECT_TRUE(body.contains("error") && body.contains("stdout"));
  }
  EXPECT_TRUE(
      json::parse(Post("/execute", R"({"code":"1","language":"python"})").body).contains("detail"));
}

TEST(ApiOptions, ChooseTheBareScriptApiAndThePolicyOfAll) {
  FakeRunner runner;
  http::Router router;
  MountApis(router, runner, {.policy = "mine", .script_api = "nsjail"});
  boost::asio::io_context io;
  http::Request request;
  request.method = "POST";
  request.path = "/execute";
  request.headers = {{"content-type", "application/json"}};
  request.body = R"({"script":"1"})";
  boost::asio::co_spawn(io, router.Dispatch(std::move(request)), boost::asio::detached);
  io.run();
  ASSERT_EQ(runner.programs.size(), 1U);
  EXPECT_EQ(runner.programs[0].policy, "mine");
  EXPECT_EQ(runner.programs[0].limits.memory_bytes, 512 * kMiB);
}

TEST_F(ApisTest, AKeysCeilingsAreThoseOfItsRequests) {
  const auto caller = std::make_shared<const Caller>(
      Caller{.name = "ada",
             .id = "0123456789",
             .quota = {.max_timeout = std::chrono::seconds(2), .max_memory_mb = 100}});
  const auto post = [&](const char* path, const char* body) {
    http::Request request;
    request.method = "POST";
    request.path = path;
    request.headers = {{"content-type", "application/json"}};
    request.body = body;
    request.cancellation = cancellation_;
    request.caller = caller;
    return Send(std::move(request));
  };
  runner_.answer = Outcome();
  for (const auto& [path, body] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/run", R"({"code":"1"})"},
           {"/execute", R"({"code":"1","language":"python"})"},
           {"/nsjail/execute", R"({"script":"1"})"},
           {"/cloudrun/execute", R"({"script":"1"})"}}) {
    runner_.programs.clear();
    const http::Response response = post(path, body);
    EXPECT_EQ(response.status, 200) << path << response.body;
    ASSERT_EQ(runner_.programs.size(), 1U) << path;
    EXPECT_EQ(runner_.programs[0].limits.wall_time, 2s) << path;
    EXPECT_EQ(runner_.programs[0].limits.memory_bytes, 100 * kMiB) << path;
    EXPECT_EQ(runner_.programs[0].context.caller, caller) << path;
  }
  runner_.programs.clear();
  EXPECT_EQ(post("/run", R"({"code":"1","timeout":3})").status, 422);
  EXPECT_EQ(post("/run", R"({"code":"1","memory_limit":101})").status, 422);
  EXPECT_EQ(post("/execute", R"({"code":"1","language":"python","timeout":3})").status, 422);
  EXPECT_TRUE(runner_.programs.empty());
}

TEST_F(ApisTest, AKeysPoliciesAndRateAreAskedBeforeItsProgramRuns) {
  Caller caller{.name = "ada", .id = "0123456789", .quota = {.rate = 0.01, .policies = {"open"}}};
  caller.rate = std::make_shared<TokenBucket>(0.01, SteadyClock::now());
  const auto shared = std::make_shared<const Caller>(caller);
  const auto post = [&](const char* path, const char* body) {
    http::Request request;
    request.method = "POST";
    request.path = path;
    request.headers = {{"content-type", "application/json"}};
    request.body = body;
    request.cancellation = cancellation_;
    request.caller = shared;
    return Send(std::move(request));
  };
  runner_.answer = Outcome();
  const http::Response refused = post("/run", R"({"code":"1"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(
      refused.body,
      R"({"detail":"This API runs programs with the policy scientific; the API key may use open"})");
  EXPECT_EQ(post("/nsjail/execute", R"({"script":"1"})").status, 403);
  EXPECT_EQ(json::parse(post("/nsjail/execute", R"({"script":"1"})").body).at("stdout"), "");
  EXPECT_EQ(post("/cloudrun/execute", "{}").status, 400);
  EXPECT_EQ(post("/cloudrun/execute", R"({"script":"1"})").status, 200)
      << "what was refused has not counted";
  const http::Response late = post("/cloudrun/execute", R"({"script":"1"})");
  EXPECT_EQ(late.status, 429);
  EXPECT_EQ(json::parse(late.body).at("error"),
            "The API key may run 0.01 programs per second. Try again in 100 s.");
  http::Headers told = late.headers;
  std::erase_if(told, [](const auto& field) { return field.first == "Server-Timing"; });
  EXPECT_EQ(told, (http::Headers{{"Retry-After", "100"},
                                 {"RateLimit-Policy", "\"programs\";q=1;w=100"},
                                 {"RateLimit", "\"programs\";r=0;t=100"}}));
  EXPECT_EQ(runner_.programs.size(), 1U);
}

}  // namespace
}  // namespace pyrunner::api
