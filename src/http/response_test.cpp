#include "http/response.h"

#include <gtest/gtest.h>

namespace pyrunner::http {
namespace {

std::string Head(const Response& response, ConnectionField field = ConnectionField::kImplied) {
  std::string out;
  AppendHead(out, response, field);
  return out;
}

TEST(ResponseTest, Head) {
  Response response;
  response.body = "{}";
  response.headers.emplace_back("X-A", "b");
  EXPECT_EQ(Head(response),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nX-A: b\r\n"
            "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n");
}

TEST(ResponseTest, SaysWhatBecomesOfTheConnection) {
  EXPECT_NE(Head({}, ConnectionField::kClose).find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_NE(Head({}, ConnectionField::kKeepAlive).find("\r\nConnection: keep-alive\r\n"),
            std::string::npos);
}

TEST(ResponseTest, AHandlerMaySetItsCaching) {
  Response response;
  response.headers.emplace_back("cache-control", "max-age=60");
  const auto head = Head(response);
  EXPECT_NE(head.find("cache-control: max-age=60\r\n"), std::string::npos);
  EXPECT_EQ(head.find("no-store"), std::string::npos);
}

TEST(ResponseTest, AHandlerCannotSplitTheResponseOrFrameIt) {
  Response response;
  response.content_type = "text/plain\r\nX-Evil: 1";
  response.headers = {
      {"X-A", "b\r\nX-Evil: 1"}, {"X-Evil: 1\r\nX-B", "c"},        {"", "X-Evil"},
      {"Content-Length", "666"}, {"transfer-encoding", "chunked"}, {"Connection", "upgrade"}};
  const auto head = Head(response);
  EXPECT_EQ(head,
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
            "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n");
}

TEST(ResponseTest, NoContentHasNoLength) {
  Response response;
  response.status = 204;
  EXPECT_EQ(Head(response).find("Content-"), Head(response).find("Content-Type-Options"));
}

TEST(ResponseTest, Errors) {
  const auto response = ErrorResponse(503, R"(say "when" \)");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, R"({"detail":"say \"when\" \\"})");
  EXPECT_EQ(response.content_type, "application/json");
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers[0].first, "Retry-After");
  EXPECT_TRUE(ErrorResponse(400, "x").headers.empty());
}

}  // namespace
}  // namespace pyrunner::http
