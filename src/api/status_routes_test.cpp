#include "api/status_routes.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string>
#include <utility>

namespace pyrunner::api {
namespace {

class StatusRoutesTest : public testing::Test {
 protected:
  http::Response Get(const std::string& path, const std::string& query = "") {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.query = query;
    http::Response response;
    const auto keep = [&response](const std::exception_ptr& error, http::Response got) {
      if (error) std::rethrow_exception(error);
      response = std::move(got);
    };
    boost::asio::io_context context;
    boost::asio::co_spawn(context, router_.Dispatch(std::move(request)), keep);
    context.run();
    return response;
  }

  StatusReports Reports() {
    return {.sandbox = [] { return std::string(R"({"level":"full"})"); },
            .health =
                [this] {
                  return HealthReport{R"({"status":"long"})", healthy_};
                }};
  }

  http::Router router_;
  bool healthy_ = true;
};

TEST_F(StatusRoutesTest, HealthIsBriefUnlessAsked) {
  AddHealth(router_, "/nsjail", Reports());
  for (const char* query : {"", "verbose=0", "verbose=10", "notverbose=1", "a=b"}) {
    const auto answer = Get("/nsjail/health", query);
    EXPECT_EQ(answer.status, 200) << query;
    EXPECT_EQ(answer.body, R"({"status":"healthy"})") << query;
  }
  for (const char* query : {"verbose=1", "verbose", "verbose=true", "a=b&verbose=1", "&verbose"}) {
    EXPECT_EQ(Get("/nsjail/health", query).body, R"({"status":"long"})") << query;
  }
}

TEST_F(StatusRoutesTest, OnlyTheVerboseReportTellsThatItIsIll) {
  AddHealth(router_, "", Reports());
  healthy_ = false;
  EXPECT_EQ(Get("/health").status, 200);
  EXPECT_EQ(Get("/health", "verbose=1").status, 503);
}

TEST_F(StatusRoutesTest, WhatHasNoReportHasNoRoute) {
  AddHealth(router_, "", {});
  AddSandboxStatus(router_, {});
  EXPECT_EQ(Get("/health", "verbose=1").body, R"({"status":"healthy"})");
  EXPECT_EQ(Get("/v1/sandbox").status, 404);
}

TEST_F(StatusRoutesTest, TellsOfTheSandbox) {
  AddSandboxStatus(router_, Reports());
  EXPECT_EQ(Get("/v1/sandbox").body, R"({"level":"full"})");
}

}  // namespace
}  // namespace pyrunner::api
