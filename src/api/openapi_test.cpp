#include "api/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "api/apis.h"
#include "api/probes.h"

namespace pyrunner::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(ApiFacts, StandInThePlaceOfTheirNames) {
  ApiFacts facts;
  facts.Set("most", 7U);
  facts.Set("policy", "a \"b\"");
  EXPECT_EQ(facts.Fill(R"({"maximum":"{{most}}","text":"up to {{most}} of {{policy}}"})"),
            R"({"maximum":7,"text":"up to 7 of a \"b\""})");
}

TEST(ApiFacts, LeaveWhatTheyDoNotKnow) {
  ApiFacts facts;
  facts.Set("known", 1U);
  for (const char* text : {"", "{{", "{{unknown}}", "{{known", "}}{{", "{ {known}}"}) {
    EXPECT_EQ(facts.Fill(text), text);
  }
  EXPECT_EQ(facts.Fill("{{unknown}}{{known}}"), "{{unknown}}1");
}

/// No program is run here.
class NoRunner : public Runner {
 public:
  boost::asio::awaitable<tl::expected<Outcome, Rejection>> Run(
      Program /*program*/, std::shared_ptr<Cancellation> /*cancellation*/) override {
    co_return Outcome{};  // NOLINT(bugprone-throw-keyword-missing): it sees a type named Exception
  }
};

class OpenApiTest : public testing::Test {
 protected:
  OpenApiTest() {
    StatusReports reports;
    reports.sandbox = [] { return std::string("{}"); };
    reports.health = [] { return HealthReport{"{}"}; };
    MountApis(router_, runner_, options_, reports);
    AddProbes(router_, [] { return std::string_view(); });
    // The one route that no function of this room adds; tests/api/test_openapi.py looks for it.
    router_.Add("GET", "/metrics", {});
  }

  std::string Get(std::string path) {
    boost::asio::io_context io;
    http::Request request;
    request.method = "GET";
    request.path = std::move(path);
    std::string body;
    boost::asio::co_spawn(io, router_.Dispatch(std::move(request)),
                          [&](const std::exception_ptr& error, const http::Response& response) {
                            if (error) std::rethrow_exception(error);
                            body = response.body;
                          });
    io.run();
    return body;
  }

  ApiOptions options_;
  NoRunner runner_;
  http::Router router_;
};

TEST_F(OpenApiTest, DescribesEveryRouteAndNoOther) {
  const json document = json::parse(Get("/openapi.json"));
  std::vector<std::pair<std::string, std::string>> described;
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, unused] : item.items()) {
      std::string upper = method;
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      described.emplace_back(path, upper);
    }
  }
  auto routes = router_.Routes();
  // The files of the pages are no part of the API: they have other paths in each version.
  std::erase_if(routes, [](const auto& route) { return route.first.starts_with("/web/"); });
  EXPECT_THAT(described, testing::UnorderedElementsAreArray(routes));
}

TEST_F(OpenApiTest, HasEveryFact) { EXPECT_THAT(Get("/openapi.json"), Not(HasSubstr("{{"))); }

}  // namespace
}  // namespace pyrunner::api
