#include "http/framing.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pyrunner::http {
namespace {

using std::string_literals::operator""s;

FramingLimits Small() {
  return {
      .max_target_bytes = 100, .max_head_bytes = 1000, .max_headers = 5, .max_body_bytes = 1000};
}

// The status with which a head is refused, or 0.
int Verdict(std::string_view head) {
  const auto decision = CheckHead(head, Small());
  return decision ? 0 : decision.error().status;
}

// What the scanner says when the head comes in pieces of this size: the status of a refusal, 0 for
// a complete head, -1 for one that is not complete.
int Scan(std::string_view head, std::size_t piece) {
  HeadScanner scanner(Small());
  for (std::size_t end = 0; end < head.size();) {
    end = std::min(head.size(), end + piece);
    const auto size = scanner.Scan(head.substr(0, end));
    if (!size) return size.error().status;
    if (*size > 0) return *size == head.size() ? 0 : -2;
  }
  return -1;
}

std::string Get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

std::string Target(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string HostIs(std::string_view host) {
  return "GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
}

TEST(FramingTest, AcceptsWhatClientsSend) {
  const std::vector<std::string> heads = {
      "GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n",
      "GET / HTTP/1.1\r\nhOsT:localhost\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n",
      "M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n",
      "UPDATEREDIRECTREF / HTTP/1.1\r\nHost: a\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET http://a:80/x?y HTTP/1.1\r\nHost: A:80\r\n\r\n",
      "GET HTTPS://a HTTP/1.1\r\nHost: a\r\n\r\n",
      Target("/?"),
      Target("//etc/passwd"),
      Target("/a%2f%00;b=c?d=[e]&f={g}|\"<>^`\\~"),
      Target("/" + std::string(99, 'a')),
      Get(""),
      Get("A:\r\n"),
      Get("A: \t \r\n"),
      Get("A: b\tc \r\n"),
      Get("User-Agent: \xc3\xa9\r\n"),
      Get("!#$%&'*+-.^_`|~09azAZ: x\r\n"),
      Get("Cookie: a\r\nCookie: b\r\n"),
      Get("1:\r\n2:\r\n3:\r\n4:\r\n"),
      Get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"),
      Get("Content-Length: 0\r\n"),
      Get("Content-Length: 1000\r\n"),
      Get("Content-Length: 000000000000000000000000000001\r\n"),
      Get("Content-Encoding: identity\r\n"),
      Get("Transfer-Encoding: chunked\r\n"),
      Get("transfer-encoding:\tCHUNKED \r\n"),
      Get("Expect: 100-Continue\r\nContent-Length: 1\r\n"),
      HostIs("127.0.0.1:65535"),
      HostIs("[::1]"),
      HostIs("[2001:db8::1]:8000"),
      HostIs("xn--a_b-9.example."),
  };
  for (const auto& head : heads) {
    EXPECT_EQ(Verdict(head), 0) << head;
    for (const std::size_t piece : {1, 2, 7, 1000}) EXPECT_EQ(Scan(head, piece), 0) << head;
  }
}

TEST(FramingTest, RefusesTheRest) {
  const std::vector<std::pair<std::string, int>> heads = {
      // Line ends and control characters
      {"", 400},
      {"\r\n", 400},
      {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {"GET / HTTP/1.1\rHost: a\r\r", 400},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nA: b\n\nC: d\r\n\r\n", 400},
      {Get("A: b\r\r\n"), 400},
      {Get("A: b\rC: d\r\n"), 400},
      {Get("A\0b: c\r\n"s), 400},
      {Get("A: b\0c\r\n"s), 400},
      {Get("A: b\x01\r\n"), 400},
      {Get("A: b\x7f\r\n"), 400},
      {Get("A: b\x0b\r\n"), 400},
      {Get("") + "x", 400},
      {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
      // The request line
      {"GET / HTTP/1.1\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET /\r\nHost: a\r\n\r\n", 400},
      {"GET\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/11\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/+1.1\r\nHost: a\r\n\r\n", 400},
      {"get / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"Get / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"-X / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {std::string(21, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {std::string(800, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
      {"GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\n", 505},
      {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      // The target
      {Target("*"), 400},
      {Target("x"), 400},
      {Target("a:80"), 400},
      {Target("ftp://a/"), 400},
      {Target("http://b/"), 400},
      {Target("http://u@a/"), 400},
      {Target("http://"), 400},
      {"GET http://a/ HTTP/1.0\r\n\r\n", 400},
      {Target("/#f"), 400},
      {Target("/\xc3\xa9"), 400},
      {Target("/\x7f"), 400},
      {Target("/\x01"), 400},
      {Target("/" + std::string(100, 'a')), 414},
      {Target("/" + std::string(900, 'a')), 414},
      // Header lines
      {Get("A b: c\r\n"), 400},
      {Get("A : c\r\n"), 400},
      {Get("A\t: c\r\n"), 400},
      {Get(": c\r\n"), 400},
      {Get("A\r\n"), 400},
      {Get("A(b): c\r\n"), 400},
      {Get("\xc3\xa9: c\r\n"), 400},
      {Get("A: b\r\n c\r\n"), 400},
      {Get("A: b\r\n\tc\r\n"), 400},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {Get("1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n"), 431},
      {Get("A: " + std::string(1000, 'b') + "\r\n"), 431},
      // Host
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {Get("Host: a\r\n"), 400},
      {"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {HostIs(""), 400},
      {HostIs(":80"), 400},
      {HostIs("a:"), 400},
      {HostIs("a:65536"), 400},
      {HostIs("a:000080"), 400},
      {HostIs("a:8x"), 400},
      {HostIs("a:80:80"), 400},
      {HostIs("a b"), 400},
      {HostIs("a,b"), 400},
      {HostIs("a/b"), 400},
      {HostIs("u@a"), 400},
      {HostIs("a%2eb"), 400},
      {HostIs("::1"), 400},
      {HostIs("[::1"), 400},
      {HostIs("[::1]x"), 400},
      {HostIs("[::1]80"), 400},
      {HostIs("[fe80::1%eth0]"), 400},
      {HostIs("[]"), 400},
      {HostIs("[" + std::string(60, ':') + "]"), 400},
      {HostIs(std::string(256, 'a')), 400},
      // The body's length
      {Get("Content-Length: 1\r\nContent-Length: 2\r\n"), 400},
      {Get("Content-Length: 1\r\nContent-Length: 1\r\n"), 400},
      {Get("Content-Length: 1, 1\r\n"), 400},
      {Get("Content-Length:\r\n"), 400},
      {Get("Content-Length: +1\r\n"), 400},
      {Get("Content-Length: -1\r\n"), 400},
      {Get("Content-Length: 0x1\r\n"), 400},
      {Get("Content-Length: 1 1\r\n"), 400},
      {Get("Content-Length: 1.0\r\n"), 400},
      {Get("Content-Length: 1001\r\n"), 413},
      {Get("Content-Length: 18446744073709551616\r\n"), 413},
      {Get("Content-Length: 18446744073709551617\r\n"), 413},
      {Get("Content-Length: " + std::string(90, '9') + "\r\n"), 413},
      {Get("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), 400},
      {Get("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), 400},
      {Get("Content-Length: 1\r\nTransfer-Encoding: x\r\n"), 400},
      {Get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {Get("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 400},
      {Get("Transfer-Encoding: chunked, chunked\r\n"), 501},
      {Get("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {Get("Transfer-Encoding: chunked, identity\r\n"), 501},
      {Get("Transfer-Encoding: identity\r\n"), 501},
      {Get("Transfer-Encoding: xchunked\r\n"), 501},
      {Get("Transfer-Encoding: \"chunked\"\r\n"), 501},
      {Get("Transfer-Encoding: chunked;q=1\r\n"), 501},
      {Get("Transfer-Encoding:\r\n"), 501},
      {Get("Transfer-Encoding: chun\x0bked\r\n"), 400},
      {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {Get("Connection: close; x\r\n"), 400},
      {Get("Connection: keep alive\r\n"), 400},
      // What we do not do
      {Get("Expect: 200-ok\r\n"), 417},
      {Get("Expect: 100-continue, x\r\n"), 417},
      {Get("Expect: x\r\nContent-Length: 2000\r\n"), 417},
      {Get("Content-Encoding: gzip\r\nContent-Length: 5\r\n"), 415},
      {Get("Content-Encoding: identity, br\r\n"), 415},
      // One reader would take the first, another the last
      {Get("Content-Type: a/b\r\nContent-Type: c/d\r\n"), 400},
      {Get("Authorization: a\r\nAUTHORIZATION: b\r\n"), 400},
      {Get("Origin: a\r\nOrigin: b\r\n"), 400},
  };
  for (const auto& [head, status] : heads) EXPECT_EQ(Verdict(head), status) << head;
}

TEST(FramingTest, TheScannerRefusesGarbageBeforeItsEnd) {
  const std::vector<std::pair<std::string, int>> heads = {
      {"\x16\x03\x01"s, 400},                        // TLS
      {"get ", 400},                                 // from the first letter
      {"\r\n", 400},                                 //
      {"GET /health\r\n", 400},                      // HTTP/0.9
      {"GET / HTTP/1.1\n", 400},                     // no CRLF would ever come
      {"GET / HTTP/1.1\rH", 400},                    //
      {"GET / HTTP/1.1\r\nHost: a\r\nA: \0"s, 400},  //
      {"PRI * HTTP/2.0\r\n", 505},                   //
      {"TRACE / HTTP/1.1\r\n", 501},                 //
      {std::string(21, 'A'), 400},                   //
      {"GET /" + std::string(200, 'a'), 414},        //
      {Get("1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n"), 431},  //
      {"GET / HTTP/1.1\r\nA: " + std::string(1000, 'b'), 431},
  };
  for (const auto& [head, status] : heads) {
    for (const std::size_t piece : {1, 2, 7, 1000}) EXPECT_EQ(Scan(head, piece), status) << head;
  }
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\nHost: a\r\n", 1), -1);
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\nHost: a\r\n\r", 1), -1);
}

TEST(FramingTest, TheScannerStopsAtTheFirstHead) {
  HeadScanner scanner(Small());
  const std::string head = Get("");
  for (int i = 0; i < 2; ++i) {
    const auto size = scanner.Scan(head + "\n\0garbage"s);
    ASSERT_TRUE(size.has_value());
    EXPECT_EQ(*size, head.size());
    scanner.Reset();
  }
}

TEST(FramingTest, TellsWhatTheHeadSays) {
  const auto head = CheckHead(
      "POST /a/b?c=d?e HTTP/1.1\r\nHost: Example.org:80\r\nX-A:  b c \t\r\n"
      "Content-Length: 0123\r\nExpect: 100-continue\r\n\r\n",
      Small());
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->method, "POST");
  EXPECT_EQ(head->path, "/a/b");
  EXPECT_EQ(head->query, "c=d?e");
  EXPECT_EQ(head->host, "Example.org");
  ASSERT_EQ(head->headers.size(), 4U);
  EXPECT_EQ(head->headers[1].name, "X-A");
  EXPECT_EQ(head->headers[1].value, "b c");
  EXPECT_EQ(head->body, BodyFraming::kContentLength);
  EXPECT_EQ(head->content_length, 123U);
  EXPECT_EQ(head->minor_version, 1);
  EXPECT_TRUE(head->keep_alive);
  EXPECT_TRUE(head->expects_continue);
}

TEST(FramingTest, AbsoluteTargets) {
  const auto check = [](std::string_view target) {
    const std::string head = "GET " + std::string(target) + " HTTP/1.1\r\nHost: [::1]:8\r\n\r\n";
    const auto decision = CheckHead(head, Small());
    EXPECT_TRUE(decision.has_value()) << target;
    return decision ? std::string(decision->host) + " " + std::string(decision->path) + " " +
                          std::string(decision->query)
                    : "";
  };
  EXPECT_EQ(check("http://[::1]:8/x?y"), "::1 /x y");
  EXPECT_EQ(check("http://[::1]:8"), "::1 / ");
  EXPECT_EQ(check("http://[::1]:8?y"), "::1 / y");
}

TEST(FramingTest, KeepAlive) {
  const auto kept = [](std::string_view version, std::string_view fields) {
    const std::string head =
        "GET / " + std::string(version) + "\r\nHost: a\r\n" + std::string(fields) + "\r\n";
    const auto decision = CheckHead(head, Small());
    EXPECT_TRUE(decision.has_value()) << head;
    return decision && decision->keep_alive;
  };
  EXPECT_TRUE(kept("HTTP/1.1", ""));
  EXPECT_TRUE(kept("HTTP/1.1", "Connection: x\r\n"));
  EXPECT_TRUE(kept("HTTP/1.1", "Connection: disclose, close-x\r\n"));
  EXPECT_FALSE(kept("HTTP/1.1", "Connection: close\r\n"));
  EXPECT_FALSE(kept("HTTP/1.1", "Connection: keep-alive , CLOSE\r\n"));
  EXPECT_FALSE(kept("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_FALSE(kept("HTTP/1.0", ""));
  EXPECT_TRUE(kept("HTTP/1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(kept("HTTP/1.0", "Connection: keep-alive, close\r\n"));
}

TEST(FramingTest, NobodyWaitsForAContinueThatHasNoBodyOrVersion) {
  const auto without_body = CheckHead(Get("Expect: 100-continue\r\n"), Small());
  ASSERT_TRUE(without_body.has_value());
  EXPECT_FALSE(without_body->expects_continue);
  const auto old =
      CheckHead("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", Small());
  ASSERT_TRUE(old.has_value());
  EXPECT_FALSE(old->expects_continue);
}

TEST(FramingTest, AnUnlimitedLimitDoesNotOverflow) {
  FramingLimits limits = Small();
  limits.max_body_bytes = UINT64_MAX;
  const auto largest = CheckHead(Get("Content-Length: 18446744073709551615\r\n"), limits);
  ASSERT_TRUE(largest.has_value());
  EXPECT_EQ(largest->content_length, UINT64_MAX);
  EXPECT_FALSE(CheckHead(Get("Content-Length: 18446744073709551616\r\n"), limits).has_value());
}

}  // namespace
}  // namespace pyrunner::http
