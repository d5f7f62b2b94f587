#include "cli/health.h"

#include <gtest/gtest.h>

namespace pyrunner::cli {
namespace {

TEST(Health, ReadsUrls) {
  const auto full = ParseHealthUrl("http://runner.example:8080/readyz?x=1");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->address, "runner.example");
  EXPECT_EQ(full->port, 8080);
  EXPECT_EQ(full->path, "/readyz?x=1");
  EXPECT_EQ(full->host, "runner.example:8080");

  const auto bare = ParseHealthUrl("http://localhost/");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->Url(), "http://localhost:80/health");

  const auto version6 = ParseHealthUrl("http://[::1]:81");
  ASSERT_TRUE(version6);
  EXPECT_EQ(version6->address, "::1");
  EXPECT_EQ(version6->host, "[::1]:81");
  EXPECT_EQ(version6->Url(), "http://[::1]:81/health");
}

TEST(Health, RefusesWhatIsNoUrlOfAService) {
  for (const char* url :
       {"", "localhost:8000", "https://localhost/", "http://", "http://:80/", "http://[::1/",
        "http://[::1]80/", "http://x:/", "http://x:0/", "http://x:65536/", "http://x:8o/",
        "http://x/a b", "http://x/\r\nHost: y", "http://user@x/"}) {
    const auto parsed = ParseHealthUrl(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_NE(parsed.error().message.find("http://HOST[:PORT][/PATH]"), std::string::npos);
  }
}

TEST(Health, AsksTheServiceOfTheSettings) {
  Settings settings;
  EXPECT_EQ(OwnHealthTarget(settings).Url(), "http://127.0.0.1:8000/health");
  settings.host = "0.0.0.0";
  settings.port = 8080;
  EXPECT_EQ(OwnHealthTarget(settings).Url(), "http://127.0.0.1:8080/health");
  EXPECT_EQ(OwnHealthTarget(settings).host, "127.0.0.1");
  settings.host = "::";
  EXPECT_EQ(OwnHealthTarget(settings).Url(), "http://[::1]:8080/health");
  EXPECT_EQ(OwnHealthTarget(settings).host, "[::1]");
}

TEST(Health, AsksByANameThatIsServed) {
  Settings settings;
  settings.server.allowed_hosts = {"runner.example"};
  EXPECT_EQ(OwnHealthTarget(settings).host, "runner.example");
  EXPECT_EQ(OwnHealthTarget(settings).address, "127.0.0.1");
}

}  // namespace
}  // namespace pyrunner::cli
