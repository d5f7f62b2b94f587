#include "http/server.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "http/response.h"
#include "http/server_test_support.h"

namespace pyrunner::http {
namespace {

using std::string_literals::operator""s;

TEST_F(ServerTest, KeepsConnections) {
  StartServer();
  Client client = Connect();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Send(Post("/echo", "body " + std::to_string(i))));
    const auto response = client.Receive();
    EXPECT_EQ(StatusOf(response), 200);
    EXPECT_EQ(BodyOf(response), "body " + std::to_string(i));
    EXPECT_EQ(response.find("Connection:"), std::string::npos);
  }
  EXPECT_EQ(stats().accepted_connections, 1U);
  EXPECT_EQ(stats().requests, 3U);
}

TEST_F(ServerTest, ClosesWhenAskedTo) {
  StartServer();
  Client client = Connect();
  client.Send(Get("/hello", "Connection: close\r\n"));
  const auto all = client.ReceiveAll();
  EXPECT_EQ(BodyOf(all), "hello");
  EXPECT_NE(all.find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST_F(ServerTest, Http10) {
  StartServer();
  Client once = Connect();
  once.Send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(BodyOf(once.ReceiveAll()), "hello");
  Client kept = Connect();
  for (int i = 0; i < 2; ++i) {
    kept.Send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_NE(kept.Receive().find("\r\nConnection: keep-alive\r\n"), std::string::npos);
  }
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  StartServer();
  Client client = Connect();
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += Post("/echo", std::to_string(i));
  client.Send(requests);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(BodyOf(client.Receive()), std::to_string(i));
}

TEST_F(ServerTest, TakesRequestsByteByByte) {
  StartServer();
  Client client = Connect();
  const std::string chunked =
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n";
  for (const char c : Post("/echo", "abcdef") + chunked + Get("/hello")) {
    client.Send({&c, 1});
    if (c == '\n') std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_EQ(BodyOf(client.Receive()), "abcdef");
  EXPECT_EQ(BodyOf(client.Receive()), "abcdef");
  EXPECT_EQ(BodyOf(client.Receive()), "hello");
}

TEST_F(ServerTest, CarriesLargeBodies) {
  StartServer();
  Client client = Connect();
  std::string body(8 << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>(i);
  std::thread sender([&] { client.Send(Post("/echo", body)); });
  const auto response = client.Receive();
  sender.join();
  EXPECT_TRUE(BodyOf(response) == body);
  EXPECT_EQ(stats().buffered_body_bytes, 0U);
}

TEST_F(ServerTest, HeadHasTheLengthButNotTheBody) {
  StartServer();
  Client client = Connect();
  client.Send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n" + Get("/hello"));
  const auto head = client.Receive(/*bodiless=*/true);
  EXPECT_NE(head.find("\r\nContent-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(BodyOf(client.Receive()), "hello");
}

TEST_F(ServerTest, RoutingErrorsKeepTheConnection) {
  StartServer();
  Client client = Connect();
  client.Send(Get("/<script>") + Get("/echo") + "OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n" +
              Get("/hello"));
  const auto missing = client.Receive();
  EXPECT_EQ(StatusOf(missing), 404);
  EXPECT_EQ(missing.find("script"), std::string::npos);
  EXPECT_EQ(StatusOf(client.Receive()), 405);
  EXPECT_EQ(StatusOf(client.Receive(/*bodiless=*/true)), 204);
  EXPECT_EQ(BodyOf(client.Receive()), "hello");
}

TEST_F(ServerTest, ContinuesWhoeverAsks) {
  StartServer();
  Client client = Connect();
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.Receive(/*bodiless=*/true), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("body");
  EXPECT_EQ(BodyOf(client.Receive()), "body");
  // Who sends the body at once gets the answer at once.
  client.Send(Post("/echo", "body", "Expect: 100-continue\r\n"));
  EXPECT_EQ(StatusOf(client.Receive()), 200);
}

TEST_F(ServerTest, NeverSwitchesProtocols) {
  StartServer();
  Client client = Connect();
  client.Send(Get("/hello",
                  "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                  "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"));
  EXPECT_EQ(StatusOf(client.Receive()), 200);
  client.Send(Get("/hello", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  EXPECT_EQ(StatusOf(client.Receive()), 200);
}

TEST_F(ServerTest, RefusesOnceAndCloses) {
  StartServer();
  const std::string smuggled = Post("/echo", "smuggled");
  const std::vector<std::pair<std::string, int>> requests = {
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
       "0\r\n\r\n",
       400},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 60\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;x=\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx0\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
       415},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: x\r\nContent-Length: 1\r\n\r\nx", 417},
      {"TRACE /hello HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"GET /health\r\n", 400},
      {"GARBAGE\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\nHost: a\n\n", 400},
      {std::string(10'000, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
  };
  for (const auto& [request, status] : requests) {
    EXPECT_EQ(StatusAndClose(request + smuggled), status) << request;
  }
  EXPECT_EQ(echoed_, 0) << "what follows a refusal is never a request";
  EXPECT_EQ(stats().refused_requests, requests.size());
}

TEST_F(ServerTest, ErrorsEchoNothing) {
  StartServer();
  Client client = Connect();
  client.Send("GET /needle HTTP/1.1\r\nneedle needle\r\n\r\n");
  EXPECT_EQ(client.ReceiveAll().find("needle"), std::string::npos);
}

TEST_F(ServerTest, AHandlerThatThrowsIsA500) {
  StartServer();
  Client client = Connect();
  client.Send(Get("/throw") + Get("/hello"));
  const auto response = client.Receive();
  EXPECT_EQ(StatusOf(response), 500);
  EXPECT_EQ(BodyOf(response), R"({"detail":"Internal Server Error"})");
  EXPECT_EQ(BodyOf(client.Receive()), "hello");
  ASSERT_EQ(log().size(), 1U);
  EXPECT_NE(log()[0].find("the secret of the house"), std::string::npos);
}

TEST_F(ServerTest, AnswersOnlyToItsNames) {
  ServerOptions options;
  options.allowed_hosts = {"localhost", "[::1]"};
  StartServer(options);
  Client client = Connect();
  for (const char* host : {"localhost", "LOCALHOST:1234", "[::1]:80", "[::1]"}) {
    client.Send("GET /hello HTTP/1.1\r\nHost: "s + host + "\r\n\r\n");
    EXPECT_EQ(StatusOf(client.Receive()), 200) << host;
  }
  for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1", "localhost."}) {
    EXPECT_EQ(StatusAndClose("GET /hello HTTP/1.1\r\nHost: "s + host + "\r\n\r\n"), 421) << host;
  }
  EXPECT_EQ(StatusAndClose("GET /hello HTTP/1.0\r\n\r\n"), 421);
}

TEST_F(ServerTest, WhoMayNotIsToldSoBeforeTheBody) {
  ServerOptions options;
  options.authorize =
      [](const Request& head) -> tl::expected<std::shared_ptr<const Caller>, Response> {
    EXPECT_TRUE(head.body.empty());
    if (head.Header("authorization") == "Bearer right") {
      return std::make_shared<const Caller>(Caller{.name = "ada"});
    }
    Response refused = ErrorResponse(401, "Send a key");
    refused.headers.emplace_back("WWW-Authenticate", "Bearer");
    return tl::unexpected(std::move(refused));
  };
  StartServer(options);
  Client stranger = Connect();
  stranger.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nthe first few");
  const auto refused = stranger.ReceiveAll();
  EXPECT_EQ(StatusOf(refused), 401);
  EXPECT_NE(refused.find("\r\nWWW-Authenticate: Bearer\r\n"), std::string::npos);
  EXPECT_EQ(stats().requests, 0U);
  Client known = Connect();
  known.Send(Post("/echo", "in", "Authorization: Bearer right\r\n"));
  EXPECT_EQ(BodyOf(known.Receive()), "in");
}

TEST_F(ServerTest, AClientThatClosesCancelsItsRequest) {
  StartServer();
  for (const auto leave : {&Client::Close, &Client::Reset, &Client::HalfClose}) {
    waiting_ = cancelled_ = 0;
    Client client = Connect();
    client.Send(Post("/wait", "x"));
    ASSERT_TRUE(Eventually([&] { return waiting_ == 1; }));
    EXPECT_EQ(cancelled_, 0);
    (client.*leave)();
    EXPECT_TRUE(Eventually([&] { return cancelled_ == 1; }));
  }
  EXPECT_TRUE(Eventually([&] { return stats().open_connections == 0; }));
  EXPECT_EQ(stats().disconnects, 3U);
}

TEST_F(ServerTest, UnreadBytesDoNotHideADisconnect) {
  StartServer();
  Client client = Connect();
  client.Send(Post("/wait", "x"));
  ASSERT_TRUE(Eventually([&] { return waiting_ == 1; }));
  client.Send(Get("/hello"));
  std::this_thread::sleep_for(milliseconds(150));
  EXPECT_EQ(cancelled_, 0) << "a pipelined request is no disconnect";
  client.Close();
  EXPECT_TRUE(Eventually([&] { return cancelled_ == 1; }));
}

TEST_F(ServerTest, BytesSentAheadWaitForTheirTurn) {
  wait_ = milliseconds(250);
  StartServer();
  Client client = Connect();
  client.Send(Post("/wait", "x") + Get("/hello"));
  EXPECT_EQ(BodyOf(client.Receive()), "waited");
  client.Send(Post("/wait", "x"));
  EXPECT_EQ(BodyOf(client.Receive()), "hello");
  EXPECT_EQ(BodyOf(client.Receive()), "waited");
  EXPECT_EQ(stats().disconnects, 0U);
}

TEST_F(ServerTest, AnAnswerThatIsReadyAtOnceReachesAHalfClosedClient) {
  StartServer();
  Client client = Connect();
  client.Send(Get("/hello"));
  client.HalfClose();
  EXPECT_EQ(BodyOf(client.ReceiveAll()), "hello");
}

TEST_F(ServerTest, ListensOnIPv6AndReportsWhatItCannot) {
  boost::asio::io_context context;
  const Router router;
  Server first(context, {}, router);
  const auto status = first.Listen("::1", 0);
  if (status.has_value()) {
    EXPECT_NE(first.port(), 0);
    Server second(context, {}, router);
    const auto taken = second.Listen("::1", first.port());
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error().code, EADDRINUSE);
    EXPECT_NE(taken.error().message.find(std::to_string(first.port())), std::string::npos);
  }
  Server third(context, {}, router);
  EXPECT_FALSE(third.Listen("no.such.host.invalid", 0).has_value());
}

}  // namespace
}  // namespace pyrunner::http
