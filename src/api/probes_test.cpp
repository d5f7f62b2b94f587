#include "api/probes.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string>
#include <utility>

namespace pyrunner::api {
namespace {

class ProbesTest : public testing::Test {
 protected:
  ProbesTest() {
    AddProbes(router_, [this] { return reason_; });
  }

  http::Response Get(const std::string& path) {
    http::Response response;
    boost::asio::io_context context;
    boost::asio::co_spawn(context, router_.Dispatch(Request(path)),
                          [&](const std::exception_ptr& error, http::Response got) {
                            if (error) std::rethrow_exception(error);
                            response = std::move(got);
                          });
    context.run();
    return response;
  }

  static http::Request Request(const std::string& path) {
    http::Request request;
    request.method = "GET";
    request.path = path;
    return request;
  }

  http::Router router_;
  std::string_view reason_;
};

TEST_F(ProbesTest, ReadinessSaysWhyNot) {
  EXPECT_EQ(Get("/readyz").status, 200);
  reason_ = "draining";
  const http::Response answer = Get("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, R"({"status":"not ready","reason":"draining"})");
  EXPECT_EQ(Get("/livez").status, 200);
}

TEST_F(ProbesTest, BothAreOpenToEverybody) {
  EXPECT_TRUE(router_.IsOpen(Request("/livez")));
  EXPECT_TRUE(router_.IsOpen(Request("/readyz")));
}

}  // namespace
}  // namespace pyrunner::api
