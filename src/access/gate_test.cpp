#include "access/gate.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "access/key_text.h"
#include "base/sha256.h"

namespace pyrunner::access {
namespace {

using namespace std::chrono_literals;

const SteadyClock::time_point kNow{1000s};

KeyRecord RecordOf(const std::string& name, const std::string& key, Quota quota = {}) {
  return {.name = name,
          .id = std::string(IdOf(key)),
          .digest = Sha256(key),
          .created = {},
          .quota = std::move(quota)};
}

class GateTest : public testing::Test {
 protected:
  GateTest() {
    gate_.SetKeys(std::make_shared<const KeyRing>(
        KeyRecords{RecordOf("ada", ada_), RecordOf("bob", bob_)}, KeyRing(), kNow));
  }

  /// The caller's name, "nobody", or the status and the detail.
  [[nodiscard]] std::string Ask(const http::Headers& headers, const char* path = "/run") const {
    http::Request request;
    request.path = path;
    request.headers = headers;
    const auto answer = gate_.Authorize(request);
    if (!answer) return std::to_string(answer.error().status) + answer.error().body;
    return *answer ? (*answer)->name : "nobody";
  }

  const std::string ada_ = MakeKey().value();
  const std::string bob_ = MakeKey().value();
  Gate gate_{[](const http::Request& request) { return request.path == "/open"; }};
};

TEST_F(GateTest, BothHeadersWillDo) {
  for (const std::string& value : {"Bearer " + ada_, "bearer " + ada_, "BEARER   " + ada_}) {
    EXPECT_EQ(Ask({{"authorization", value}}), "ada") << value;
  }
  EXPECT_EQ(Ask({{"x-api-key", bob_}}), "bob");
  EXPECT_EQ(Ask({{"authorization", "Bearer " + ada_}, {"x-api-key", ada_}}), "ada");
  EXPECT_EQ(Ask({{"authorization", "Basic dXNlcjpwYXNz"}, {"x-api-key", ada_}}), "ada")
      << "a proxy's own";
}

TEST_F(GateTest, NoKeyIsAskedFor) {
  const std::string expected =
      R"(401{"detail":"Send an API key, as Authorization: Bearer KEY or X-Api-Key: KEY"})";
  EXPECT_EQ(Ask({}), expected);
  EXPECT_EQ(Ask({{"authorization", "Basic dXNlcjpwYXNz"}}), expected);
  EXPECT_EQ(Ask({{"authorization", ada_}}), expected);
  EXPECT_EQ(Ask({{"cookie", "key=" + ada_}}), expected);
}

TEST_F(GateTest, AWrongKeyAndAnUnknownOneAreToldTheSame) {
  std::string wrong = ada_;
  wrong.back() = wrong.back() == 'x' ? 'y' : 'x';
  const std::string expected = R"(401{"detail":"The API key is not valid"})";
  for (const std::string& key :
       {wrong, MakeKey().value(), std::string(), std::string("secret"), ada_ + " ", ada_ + ada_,
        ada_.substr(0, 20), std::string(8000, 'a'), std::string("\xff\xfe")}) {
    const std::string bearer = "Bearer x" + key;
    EXPECT_EQ(Ask({{"authorization", bearer}}), expected);
    if (key != ada_ + " ") {
      EXPECT_EQ(Ask({{"x-api-key", key}}), expected) << key;
    }
  }
  EXPECT_EQ(Ask({{"authorization", "Bearer"}}), expected);
}

TEST_F(GateTest, TwoKeysAreRefused) {
  const std::string expected =
      R"(400{"detail":"Send one API key: Authorization and X-Api-Key have two"})";
  EXPECT_EQ(Ask({{"authorization", "Bearer " + ada_}, {"x-api-key", bob_}}), expected);
  EXPECT_EQ(Ask({{"x-api-key", ada_}, {"x-api-key", bob_}}), expected);
  EXPECT_EQ(Ask({{"authorization", "Bearer " + ada_}, {"authorization", "Bearer x"}}), expected);
  EXPECT_EQ(Ask({{"authorization", "Bearer " + ada_}, {"x-api-key", ""}}), expected);
}

TEST_F(GateTest, WhatIsOpenIsOpenWhateverComesWithIt) {
  EXPECT_EQ(Ask({}, "/open"), "nobody");
  EXPECT_EQ(Ask({{"x-api-key", "wrong"}}, "/open"), "nobody");
  EXPECT_EQ(Ask({{"x-api-key", ada_}}, "/open"), "ada");
  EXPECT_EQ(Ask({{"x-api-key", ada_}, {"x-api-key", bob_}}, "/open"), "nobody");
}

TEST_F(GateTest, NewKeysReplaceTheOldOnes) {
  gate_.SetKeys(
      std::make_shared<const KeyRing>(KeyRecords{RecordOf("bob", bob_)}, *gate_.keys(), kNow));
  EXPECT_EQ(Ask({{"x-api-key", ada_}}).substr(0, 3), "401");
  EXPECT_EQ(Ask({{"x-api-key", bob_}}), "bob");
}

TEST(KeyRing, AReloadKeepsWhatHasNotChanged) {
  const std::string key = MakeKey().value();
  const KeyRing first({RecordOf("ada", key, {.rate = 1})}, KeyRing(), kNow);
  const auto caller = first.Find(key);
  ASSERT_TRUE(caller);
  EXPECT_TRUE(caller->rate->Take(kNow));
  EXPECT_TRUE(caller->rate->Take(kNow));

  const KeyRing same({RecordOf("ada", key, {.rate = 1})}, first, kNow);
  EXPECT_EQ(same.Find(key), caller);

  const KeyRing other({RecordOf("ada", key, {.rate = 1, .max_running = 2})}, same, kNow);
  EXPECT_NE(other.Find(key), caller);
  EXPECT_EQ(other.Find(key)->quota.max_running, 2U);
  EXPECT_FALSE(other.Find(key)->rate->Take(kNow)) << "a reload is no new start";

  const KeyRing faster({RecordOf("ada", key, {.rate = 100})}, other, kNow);
  EXPECT_FALSE(faster.Find(key)->rate->Take(kNow));
  EXPECT_TRUE(faster.Find(key)->rate->Take(kNow + 1s));

  const KeyRing unbound({RecordOf("ada", key)}, faster, kNow);
  EXPECT_EQ(unbound.Find(key)->rate, nullptr);
}

}  // namespace
}  // namespace pyrunner::access
