#include "api/responses.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/runner.h"

namespace pyrunner::api {
namespace {

using namespace std::chrono_literals;

TEST(ServerTiming, TellsEveryPhaseInMilliseconds) {
  Phases phases;
  phases.queue = 12us;
  phases.fork = 1'500us;
  phases.isolate = 499ns;
  phases.compile = 501ns;
  phases.run = 2s + 50ms;
  phases.collect = -3us;  // a clock that was read in the wrong order shows nothing odd
  EXPECT_EQ(ServerTiming(phases),
            "queue;dur=0.012, fork;dur=1.500, isolate;dur=0.000, compile;dur=0.001, "
            "run;dur=2050.000, collect;dur=0.000");
}

TEST(RejectionResponse, Is503WithAReasonAndATime) {
  using Cause = Rejection::Cause;
  std::string last_detail;
  for (const Cause cause :
       {Cause::kQueueFull, Cause::kQueueTimedOut, Cause::kShuttingDown, Cause::kUnavailable}) {
    const http::Response response = RejectionResponse({cause, 7s});
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.headers, (http::Headers{{"Retry-After", "7"}}));
    const auto body = nlohmann::json::parse(response.body);
    ASSERT_EQ(body.size(), 1u);
    const auto detail = body.at("detail").get<std::string>();
    EXPECT_FALSE(detail.empty());
    EXPECT_NE(detail, last_detail);
    last_detail = detail;
  }
}

TEST(RejectionResponse, WhatNeverFitsIsNotInvitedToComeAgain) {
  const http::Response response = RejectionResponse({Rejection::Cause::kTooLarge});
  EXPECT_EQ(response.status, 422);
  EXPECT_TRUE(response.headers.empty());
  EXPECT_NE(response.body.find("memory limit"), std::string::npos);
}

TEST(RejectionResponse, NeverInvitesAtOnce) {
  EXPECT_EQ(RejectionResponse({Rejection::Cause::kQueueFull, 0s}).headers[0].second, "1");
}

}  // namespace
}  // namespace pyrunner::api
