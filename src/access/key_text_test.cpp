#include "access/key_text.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace pyrunner::access {
namespace {

TEST(KeyText, KeysHaveTheirFormAndDiffer) {
  std::set<std::string> keys;
  std::set<std::string> ids;
  std::map<char, int> counts;
  for (int i = 0; i < 200; ++i) {
    const auto key = MakeKey();
    ASSERT_TRUE(key);
    EXPECT_EQ(key->size(), 58U);
    EXPECT_TRUE(IsId(IdOf(*key))) << *key;
    keys.insert(*key);
    ids.insert(std::string(IdOf(*key)));
    for (const char c : key->substr(key->size() - kSecretCharacters)) ++counts[c];
  }
  EXPECT_EQ(keys.size(), 200U);
  EXPECT_EQ(ids.size(), 200U);
  EXPECT_EQ(counts.size(), 62U) << "every character, and no other";
}

TEST(KeyText, WhatIsNoKeyHasNoId) {
  const std::string key = MakeKey().value();
  EXPECT_EQ(IdOf(key), key.substr(4, 10));
  for (const std::string& text :
       {std::string(), std::string("pyr_"), key.substr(1), key + "x", key.substr(0, key.size() - 1),
        "PYR_" + key.substr(4), key.substr(0, 14) + "-" + key.substr(15), key.substr(0, 57) + "\n",
        key.substr(0, 57) + "_", key.substr(0, 5) + "\xC3" + key.substr(6), std::string(58, 'a'),
        std::string(100'000, 'a')}) {
    EXPECT_EQ(IdOf(text), "") << text.substr(0, 80);
  }
}

TEST(KeyText, Compares) {
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualInConstantTime("abc", "xbc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "ab"));
  EXPECT_FALSE(EqualInConstantTime("abc", std::string("ab\0", 3)));
}

}  // namespace
}  // namespace pyrunner::access
