#include "http/origin.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/server_test_support.h"

namespace pyrunner::http {
namespace {

const std::vector<std::string> kNone;
const std::vector<std::string> kApp = {"https://app.example", "http://localhost:3000"};

OriginVerdict Judge(Headers headers, const std::vector<std::string>& allowed = kNone,
                    std::string method = "POST") {
  Request request;
  request.method = std::move(method);
  request.headers = std::move(headers);
  return CheckOrigin(request, allowed);
}

TEST(IsOrigin, TakesWhatBrowsersSend) {
  for (const char* text :
       {"https://app.example", "http://localhost:3000", "http://127.0.0.1", "http://[::1]:8000",
        "HTTPS://App.Example", "chrome-extension://abcdefgh", "vscode-webview://1a2b-3c"}) {
    EXPECT_TRUE(IsOrigin(text)) << text;
  }
  for (const char* text : {"", "*", "null", "app.example", "https://", "://app.example",
                           "https://*.example", "https://app.example/", "https://app.example/x",
                           "https://user@app.example", "https://a.example https://b.example",
                           "1http://a", "https://a%2eb", "file:///", "https:app.example"}) {
    EXPECT_FALSE(IsOrigin(text)) << text;
  }
}

TEST(CheckOrigin, ServesWhoIsNoPage) {
  EXPECT_EQ(Judge({{"host", "localhost:8000"}}), OriginVerdict::kOwn);
  EXPECT_EQ(Judge({}), OriginVerdict::kOwn);
  EXPECT_EQ(Judge({{"sec-fetch-site", "none"}}), OriginVerdict::kOwn) << "typed in by hand";
}

TEST(CheckOrigin, ServesItsOwnPages) {
  for (const auto& [origin, host] : std::vector<std::pair<std::string, std::string>>{
           {"http://localhost:8000", "localhost:8000"},
           {"http://LOCALHOST:8000", "localhost:8000"},
           {"http://127.0.0.1:8000", "127.0.0.1:8000"},
           {"http://[::1]:8000", "[::1]:8000"},
           {"http://runner.example", "runner.example"},
           {"http://runner.example", "runner.example:80"},
           {"https://runner.example", "runner.example"},
           {"https://runner.example", "runner.example:443"},
           {"https://runner.example:8443", "runner.example:8443"}}) {
    EXPECT_EQ(Judge({{"origin", origin}, {"host", host}}), OriginVerdict::kOwn) << origin;
    EXPECT_EQ(Judge({{"origin", origin}, {"host", host}, {"sec-fetch-site", "same-origin"}}),
              OriginVerdict::kOwn)
        << origin;
  }
}

TEST(CheckOrigin, RefusesOtherSites) {
  for (const auto& [origin, host] : std::vector<std::pair<std::string, std::string>>{
           {"http://evil.example", "localhost:8000"},
           {"http://localhost:3000", "localhost:8000"},
           {"http://localhost", "localhost:8000"},
           {"http://localhost:80", "localhost:8000"},
           {"https://localhost:8000.evil.example", "localhost:8000"},
           {"http://127.0.0.1:8000", "localhost:8000"},
           {"null", "localhost:8000"},
           {"null", "null"},
           {"*", "localhost:8000"},
           {"localhost:8000", "localhost:8000"},
           {"http://runner.example", "runner.example:443"},
           {"ftp://localhost:8000", "localhost:8000"},
           {"http://evil.example http://localhost:8000", "localhost:8000"},
           {"http://localhost:8000", ""}}) {
    EXPECT_EQ(Judge({{"origin", origin}, {"host", host}}), OriginVerdict::kRefused) << origin;
  }
}

TEST(CheckOrigin, BelievesTheBrowserAboutTheSite) {
  for (const char* site : {"cross-site", "same-site", "something-new"}) {
    for (const char* method : {"GET", "POST", "OPTIONS"}) {
      EXPECT_EQ(Judge({{"host", "localhost"}, {"sec-fetch-site", site}}, kNone, method),
                OriginVerdict::kRefused)
          << site << " " << method;
    }
    // A page of http://name and the service behind https://name are not the same site.
    EXPECT_EQ(Judge({{"host", "a"}, {"origin", "http://a"}, {"sec-fetch-site", site}}),
              OriginVerdict::kRefused);
  }
}

TEST(CheckOrigin, LetsPeopleFollowLinks) {
  const Headers visit = {{"host", "localhost"},
                         {"sec-fetch-site", "cross-site"},
                         {"sec-fetch-mode", "navigate"},
                         {"sec-fetch-dest", "document"}};
  EXPECT_EQ(Judge(visit, kNone, "GET"), OriginVerdict::kOwn);
  EXPECT_EQ(Judge(visit, kNone, "POST"), OriginVerdict::kRefused) << "a form, not a link";
  Headers frame = visit;
  frame.back().second = "iframe";
  EXPECT_EQ(Judge(frame, kNone, "GET"), OriginVerdict::kRefused);
}

TEST(CheckOrigin, AllowsWhatTheOperatorAllows) {
  for (const char* origin :
       {"https://app.example", "https://APP.example:443", "http://localhost:3000"}) {
    EXPECT_EQ(
        Judge({{"host", "localhost:8000"}, {"origin", origin}, {"sec-fetch-site", "cross-site"}},
              kApp),
        OriginVerdict::kAllowed)
        << origin;
  }
  for (const char* origin :
       {"http://app.example", "https://app.example:8443", "https://app.example.evil.example",
        "https://sub.app.example", "null"}) {
    EXPECT_EQ(Judge({{"host", "localhost:8000"}, {"origin", origin}}, kApp),
              OriginVerdict::kRefused)
        << origin;
  }
}

std::string Preflight(std::string_view origin) {
  return "OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: " + std::string(origin) +
         "\r\nSec-Fetch-Site: cross-site\r\nAccess-Control-Request-Method: POST\r\n"
         "Access-Control-Request-Headers: content-type\r\n\r\n";
}

TEST_F(ServerTest, PagesOfOtherSitesReachNoHandler) {
  StartServer();
  EXPECT_EQ(StatusAndClose(Post("/echo", "x", "Origin: http://evil.example\r\n")), 403);
  EXPECT_EQ(StatusAndClose(Post("/echo", "x", "Origin: null\r\n")), 403);
  EXPECT_EQ(StatusAndClose(Post("/echo", "x", "Sec-Fetch-Site: cross-site\r\n")), 403);
  EXPECT_EQ(StatusAndClose(Preflight("http://evil.example")), 403);
  EXPECT_EQ(echoed_, 0);
  EXPECT_EQ(stats().requests, 0U);
  EXPECT_EQ(stats().refused_requests, 4U);
}

TEST_F(ServerTest, AnAllowedOriginMayReadAnswersAndRefusals) {
  ServerOptions options;
  options.allowed_origins = {"https://app.example"};
  options.max_body_bytes = 10;
  StartServer(options);
  constexpr std::string_view kAllow = "\r\nAccess-Control-Allow-Origin: https://app.example\r\n";
  Client client = Connect();

  client.Send(Preflight("https://app.example"));
  const auto preflight = client.Receive(/*bodiless=*/true);
  EXPECT_EQ(StatusOf(preflight), 204);
  EXPECT_NE(preflight.find(kAllow), std::string::npos);
  EXPECT_NE(preflight.find("\r\nAccess-Control-Allow-Methods: GET, HEAD, POST\r\n"),
            std::string::npos);
  EXPECT_NE(preflight.find(
                "\r\nAccess-Control-Allow-Headers: Authorization, Content-Type, X-Api-Key\r\n"),
            std::string::npos);
  EXPECT_NE(preflight.find("\r\nVary: Origin\r\n"), std::string::npos);

  client.Send(Post("/echo", "body", "Origin: https://app.example\r\n"));
  const auto response = client.Receive();
  EXPECT_EQ(BodyOf(response), "body");
  EXPECT_NE(response.find(kAllow), std::string::npos);
  EXPECT_EQ(response.find("Credentials"), std::string::npos);

  client.Send(Post("/echo", "body"));
  EXPECT_EQ(client.Receive().find("Access-Control"), std::string::npos) << "nobody asked";

  client.Send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example\r\n"
      "Transfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n");
  const auto refusal = client.Receive();
  EXPECT_EQ(StatusOf(refusal), 413);
  EXPECT_NE(refusal.find(kAllow), std::string::npos) << "or the page cannot tell why";

  EXPECT_EQ(StatusAndClose(Preflight("https://other.example")), 403);
}

}  // namespace
}  // namespace pyrunner::http
