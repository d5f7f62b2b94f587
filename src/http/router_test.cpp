#include "http/router.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <utility>

namespace pyrunner::http {
namespace {

boost::asio::awaitable<Response> Name(Request request) {
  Response response;
  response.body = request.method + " " + request.path;
  co_return response;
}

boost::asio::awaitable<Response> Other(Request) {
  Response response;
  response.body = "other";
  co_return response;
}

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.Add("GET", "/", Name);
    router_.Add("GET", "/both", Name);
    router_.Add("POST", "/both", Other);
    router_.Add("POST", "/run", Name);
  }

  Response Ask(std::string method, std::string path) {
    Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    boost::asio::io_context context;
    Response answer;
    auto keep = [&answer](const std::exception_ptr& failure, Response response) {
      EXPECT_EQ(failure, nullptr);
      answer = std::move(response);
    };
    boost::asio::co_spawn(context, router_.Dispatch(std::move(request)), keep);
    context.run();
    return answer;
  }

  static std::string Allow(const Response& response) {
    for (const auto& [name, value] : response.headers) {
      if (name == "Allow") return value;
    }
    return "none";
  }

  Router router_;
};

TEST_F(RouterTest, PicksByPathAndMethod) {
  EXPECT_EQ(Ask("GET", "/").body, "GET /");
  EXPECT_EQ(Ask("GET", "/both").body, "GET /both");
  EXPECT_EQ(Ask("POST", "/both").body, "other");
}

TEST_F(RouterTest, PathsAreExact) {
  for (const char* path : {"/run/", "/RUN", "//run", "/%72un", "/../run", "", "run"}) {
    const auto response = Ask("POST", path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body, R"({"detail":"Not Found"})");
  }
}

TEST_F(RouterTest, AWrongMethodLearnsTheRightOnes) {
  const auto response = Ask("PUT", "/both");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.body, R"({"detail":"Method Not Allowed"})");
  EXPECT_EQ(Allow(response), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(Allow(Ask("GET", "/run")), "POST, OPTIONS");
}

TEST_F(RouterTest, HeadGoesToGet) {
  EXPECT_EQ(Ask("HEAD", "/both").body, "HEAD /both");
  EXPECT_EQ(Ask("HEAD", "/run").status, 405);
}

TEST_F(RouterTest, Options) {
  const auto response = Ask("OPTIONS", "/run");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(Allow(response), "POST, OPTIONS");
  EXPECT_EQ(Ask("OPTIONS", "*").status, 204);
  EXPECT_EQ(Ask("OPTIONS", "/nowhere").status, 404);
}

TEST_F(RouterTest, OnlyWhatIsOpenIsOpen) {
  router_.Add("GET", "/open", Other, Router::Access::kOpen);
  router_.Add("POST", "/open", Other);
  const auto open = [this](const char* method, const char* path) {
    Request request;
    request.method = method;
    request.path = path;
    return router_.IsOpen(request);
  };
  EXPECT_TRUE(open("GET", "/open"));
  EXPECT_TRUE(open("HEAD", "/open"));
  EXPECT_FALSE(open("POST", "/open"));
  EXPECT_FALSE(open("DELETE", "/open"));
  EXPECT_FALSE(open("GET", "/both"));
  EXPECT_FALSE(open("GET", "/nowhere"));
}

TEST_F(RouterTest, AHandlerOfItsOwnWins) {
  router_.Add("OPTIONS", "/run", Other);
  EXPECT_EQ(Ask("OPTIONS", "/run").body, "other");
  router_.Add("POST", "/run", Other);
  EXPECT_EQ(Ask("POST", "/run").body, "other");
}

TEST_F(RouterTest, NamesTheRouteThatAnswers) {
  const auto name_of = [this](std::string method, std::string path) {
    Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    const Router::Name name = router_.NameOf(request);
    return std::string(name.method) + " " + std::string(name.path);
  };
  EXPECT_EQ(name_of("POST", "/both"), "POST /both");
  EXPECT_EQ(name_of("HEAD", "/both"), "HEAD /both");
  EXPECT_EQ(name_of("SECRET", "/both"), "other /both");
  EXPECT_EQ(name_of("HEAD", "/run"), "other /run");
  EXPECT_EQ(name_of("GET", "/secret"), "other ");
}

}  // namespace
}  // namespace pyrunner::http
