#include "interpreter/memory_map.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>

#include <algorithm>

namespace pyrunner::interpreter {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(MemoryMapTest, ReadsWhatTheKernelWrites) {
  const auto mappings = ParseMemoryMap(
      "55c32f3b1000-55c3329d9000 rw-p 00000000 00:00 0                          [heap]\n"
      "Size:              55456 kB\n"
      "Rss:               55148 kB\n"
      "VmFlags: rd wr mr mw me ac \n"
      "7f3ad5a4e000-7f3ad5b50000 r-xp 00002000 fe:00 1234    /usr/lib/with space.so (deleted)\n"
      "Rss:                   0 kB\n"
      "7f3ad6000000-7f3ad6001000 ---p 00000000 00:00 0 \n"
      "7f3ad7000000-7f3ad7001000 rw-s 00000000 00:01 7       /dev/zero\n");
  ASSERT_THAT(mappings, SizeIs(4));
  EXPECT_EQ(mappings[0].begin, 0x55c32f3b1000U);
  EXPECT_EQ(mappings[0].size(), 0x3628000U);
  EXPECT_EQ(mappings[0].protection, PROT_READ | PROT_WRITE);
  EXPECT_EQ(mappings[0].name, "[heap]");
  EXPECT_EQ(mappings[0].resident_bytes, 55148U * 1024);
  EXPECT_FALSE(mappings[0].of_file());
  EXPECT_EQ(mappings[1].protection, PROT_READ | PROT_EXEC);
  EXPECT_EQ(mappings[1].name, "/usr/lib/with space.so (deleted)");
  EXPECT_TRUE(mappings[1].of_file());
  EXPECT_EQ(mappings[2].protection, PROT_NONE);
  EXPECT_EQ(mappings[2].name, "");
  EXPECT_FALSE(mappings[2].shared);
  EXPECT_TRUE(mappings[3].shared);
}

TEST(MemoryMapTest, NonsenseIsPassedOver) {
  EXPECT_THAT(ParseMemoryMap(""), IsEmpty());
  EXPECT_THAT(ParseMemoryMap("Rss: 4 kB\n"), IsEmpty());
  EXPECT_THAT(ParseMemoryMap("x-y rw-p 0 0 0\n-\n1000-2000\n1000-2000 rw\n\n"), IsEmpty());
}

TEST(MemoryMapTest, FindsItself) {
  const Fd procfs(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto mappings = ReadMemoryMap(procfs);
  ASSERT_TRUE(mappings) << mappings.error().message;
  const int local = 0;
  const auto address = reinterpret_cast<std::uintptr_t>(&local);
  const auto stack = std::find_if(mappings->begin(), mappings->end(), [&](const auto& mapping) {
    return mapping.begin <= address && address < mapping.end;
  });
  ASSERT_NE(stack, mappings->end());
  EXPECT_EQ(stack->name, "[stack]");
  EXPECT_GT(stack->resident_bytes, 0U);
}

}  // namespace
}  // namespace pyrunner::interpreter
