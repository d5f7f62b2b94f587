#include "sandbox/sandbox_setup.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pyrunner::sandbox {
namespace {

std::optional<SandboxSetup> Read(const std::vector<std::string>& words) {
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  return SandboxSetup::FromArguments(arguments);
}

std::vector<std::string> Write(const SandboxSetup& setup) {
  const auto words = setup.ToArguments();
  return {words.begin(), words.end()};
}

TEST(SandboxSetup, IsTheSameAfterACommandLine) {
  SandboxSetup setup;
  setup.layers = Layers::All();
  setup.layers.Remove(Layer::kMountNamespace);
  setup.landlock_abi = 7;
  setup.zygote_user_namespace = true;
  setup.limit_address_space = true;
  setup.scratch_folder = "/tmp/with space";
  const auto read = Read(Write(setup));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->layers.bits(), setup.layers.bits());
  EXPECT_EQ(read->landlock_abi, 7);
  EXPECT_TRUE(read->zygote_user_namespace);
  EXPECT_TRUE(read->limit_address_space);
  EXPECT_FALSE(read->become_gateway_user);
  EXPECT_EQ(read->scratch_folder, "/tmp/with space");
  EXPECT_EQ(Write(*read), Write(setup));
}

TEST(SandboxSetup, AnyFlagAloneSurvives) {
  for (bool SandboxSetup::*flag :
       {&SandboxSetup::zygote_user_namespace, &SandboxSetup::limit_address_space,
        &SandboxSetup::become_gateway_user}) {
    SandboxSetup setup;
    setup.*flag = true;
    const auto read = Read(Write(setup));
    ASSERT_TRUE(read);
    EXPECT_TRUE((*read).*flag);
    EXPECT_EQ(Write(*read), Write(setup));
  }
}

TEST(SandboxSetup, RefusesWhatItDidNotWrite) {
  const std::vector<std::string> good = Write(SandboxSetup());
  ASSERT_TRUE(Read(good));
  for (std::size_t i = 0; i < 3; ++i) {
    for (const char* bad : {"", "x", "1x", "-1", "99999999999"}) {
      auto words = good;
      words[i] = bad;
      EXPECT_FALSE(Read(words)) << i << " " << bad;
    }
  }
  auto short_of_one = good;
  short_of_one.pop_back();
  EXPECT_FALSE(Read(short_of_one));
  EXPECT_FALSE(Read({}));
}

TEST(SandboxSetup, EachSlotHasAScratchDirectoryOfItsOwn) {
  EXPECT_NE(ScratchOfSlot("/tmp/x", 1), ScratchOfSlot("/tmp/x", 11));
  EXPECT_TRUE(ScratchOfSlot("/tmp/x", 1).starts_with("/tmp/x/"));
}

}  // namespace
}  // namespace pyrunner::sandbox
