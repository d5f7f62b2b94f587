#include "access/key_record.h"

#include <gtest/gtest.h>

#include <string>

namespace pyrunner::access {
namespace {

const std::string kDigest(64, 'a');
const std::string kIdentity = "id = \"abcdefghij\"\nsha256 = \"" + kDigest + "\"\n";

std::string Complaint(const std::string& text) {
  const auto records = ParseKeys(text, "keys.toml");
  return records ? "none" : records.error().message;
}

TEST(KeyRecord, WhatIsWrittenIsRead) {
  KeyRecords records;
  records.push_back(
      {.name = "a-1", .id = "0123456789", .digest = kDigest, .created = "", .quota = {}});
  records.push_back({.name = "b_2",
                     .id = "abcdefghij",
                     .digest = kDigest,
                     .created = "2026-01-31T12:00:00Z",
                     .quota = {.rate = 2.5,
                               .max_running = 3,
                               .max_timeout = std::chrono::seconds(60),
                               .max_memory_mb = 256,
                               .policies = {"scientific", "open"}}});
  const auto read = ParseKeys(FormatKeys(records), "keys.toml");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ((*read)[i].name, records[i].name);
    EXPECT_EQ((*read)[i].id, records[i].id);
    EXPECT_EQ((*read)[i].digest, records[i].digest);
    EXPECT_EQ((*read)[i].created, records[i].created);
    EXPECT_EQ((*read)[i].quota, records[i].quota);
  }
}

TEST(KeyRecord, AnEmptyFileHasNoKeys) {
  for (const char* text : {"", "# nothing\n", "[keys]\n", "keys = {}\n"}) {
    const auto records = ParseKeys(text, "keys.toml");
    ASSERT_TRUE(records) << text;
    EXPECT_TRUE(records->empty());
  }
}

TEST(KeyRecord, ComplaintsNameTheLineTheKeyAndTheField) {
  EXPECT_NE(Complaint("[keys.ada\n").find("line 1"), std::string::npos);
  EXPECT_EQ(Complaint("\nother = 1\n"),
            "keys.toml: line 2: a keys file has nothing but tables [keys.NAME]");
  EXPECT_EQ(Complaint("keys = 1\n"),
            "keys.toml: line 1: keys must be a table with one table for each key");
  EXPECT_EQ(
      Complaint("# x\n[keys.ada]\n" + kIdentity + "max_runing = 1\n"),
      "keys.toml: line 2: keys.ada: max_runing: there is no such field; there are id, sha256, "
      "created, rate, max_running, max_timeout, max_memory_mb and policies");
  EXPECT_EQ(Complaint("[keys.ada]\n"),
            "keys.toml: line 1: keys.ada: id: must be the 10 characters behind pyr_ of the key");
  EXPECT_EQ(Complaint("[keys.ada]\n" + kIdentity + "[keys.bob]\n" + kIdentity),
            "keys.toml: keys.bob: id: another key has the same");
  EXPECT_EQ(Complaint("[keys.\"a\\nb\"]\n" + kIdentity),
            "keys.toml: line 1: keys.?: a name has 1 to 64 letters, digits, '-' and '_'");
}

TEST(KeyRecord, AQuotaThatIsWrongIsNoQuota) {
  for (const char* line : {"rate = 0",
                           "rate = -1",
                           "rate = nan",
                           "rate = inf",
                           "rate = 1e9",
                           "rate = \"5\"",
                           "rate = 0.0001",
                           "max_running = 0",
                           "max_running = 1.5",
                           "max_running = 100000",
                           "max_running = true",
                           "max_timeout = 0",
                           "max_timeout = 100000",
                           "max_memory_mb = 1",
                           "max_memory_mb = -1",
                           "max_memory_mb = 9223372036854775807",
                           "policies = []",
                           "policies = \"open\"",
                           "policies = [1]",
                           "policies = [\"\"]",
                           "policies = [\"a b\"]",
                           "created = 1",
                           "created = \"a\\nb\"",
                           "sha256 = \"\"",
                           "id = \"a\""}) {
    const std::string complaint = Complaint("[keys.ada]\n" + kIdentity + line + "\n");
    EXPECT_NE(complaint, "none") << line;
    EXPECT_EQ(complaint.find('\n'), std::string::npos) << line;
  }
  EXPECT_EQ(Complaint("[keys.ada]\n" + kIdentity + "rate = 5\nmax_running = 1\n"), "none");
}

TEST(KeyRecord, Names) {
  for (const char* name : {"a", "A1", "0", "ada-lovelace_2"}) EXPECT_TRUE(IsKeyName(name)) << name;
  for (const std::string& name :
       {std::string(), std::string("-a"), std::string("a b"), std::string("a.b"),
        std::string("a\n"), std::string("\xC3\xA4"), std::string(65, 'a')}) {
    EXPECT_FALSE(IsKeyName(name)) << name;
  }
}

}  // namespace
}  // namespace pyrunner::access
