#include "sandbox/memory_size.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pyrunner::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;

/// Nested directories with the files that cgroups have.
class Groups : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "memory-size-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    fs::create_directories(root_ / "slice" / "service");
  }
  void TearDown() override { fs::remove_all(root_); }

  void Write(const fs::path& below, const std::string& text) const {
    std::ofstream(root_ / below) << text << '\n';
  }
  [[nodiscard]] std::string Own() const { return (root_ / "slice" / "service").string(); }

  fs::path root_;
};

TEST_F(Groups, TheLowestLimitCountsWhereverItIs) {
  Write("memory.max", "1000000");
  Write("slice/memory.max", "500000");
  Write("slice/service/memory.max", "max");
  EXPECT_EQ(LowestMemoryLimit(Own(), true), 500000U);
  Write("slice/service/memory.max", "700000");
  EXPECT_EQ(LowestMemoryLimit(Own(), true), 500000U);
  Write("slice/service/memory.max", "300000");
  EXPECT_EQ(LowestMemoryLimit(Own(), true), 300000U);
}

TEST_F(Groups, NoLimitAnywhereIsNone) {
  EXPECT_EQ(LowestMemoryLimit(Own(), true), std::nullopt);
  Write("slice/memory.max", "max");
  EXPECT_EQ(LowestMemoryLimit(Own(), true), std::nullopt);
}

TEST_F(Groups, Version1HasItsOwnFile) {
  Write("slice/memory.max", "1");
  Write("slice/memory.limit_in_bytes", "4096");
  Write("slice/service/memory.limit_in_bytes", "9223372036854771712");
  EXPECT_EQ(LowestMemoryLimit(Own(), false), 4096U);
}

TEST(TotalMemory, IsReadInKilobytes) {
  EXPECT_EQ(TotalMemory("MemTotal:       24683996 kB\nMemFree:  1 kB\n"),
            std::uint64_t{24683996} * 1024);
  EXPECT_EQ(TotalMemory("MemFree: 1 kB\n"), std::nullopt);
  EXPECT_EQ(TotalMemory("MemTotal: lots\n"), std::nullopt);
}

TEST(MemorySize, ThisMachineHasSome) {
  EXPECT_GT(MemorySize(), 16 * kMiB);
  EXPECT_LT(MemoryForSandboxes(), MemorySize());
}

TEST(Reserve, IsFixedAndAtMostHalfOfASmallMachine) {
  EXPECT_EQ(LessReserve(8192 * kMiB), (8192 - 512) * kMiB);
  EXPECT_EQ(LessReserve(512 * kMiB), 256 * kMiB);
  EXPECT_EQ(LessReserve(0), 0U);
}

}  // namespace
}  // namespace pyrunner::sandbox
