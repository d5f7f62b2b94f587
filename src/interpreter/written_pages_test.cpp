#include "interpreter/written_pages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

#include "base/child_test_support.h"

namespace pyrunner::interpreter {
namespace {

constexpr std::size_t kPages = 16;

std::size_t PageBytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

Fd Procfs() { return Fd(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)); }

long Faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

/// Some pages in a row that this process has written to, each a page of its own for the kernel.
class WrittenPagesTest : public testing::Test {
 protected:
  explicit WrittenPagesTest(int sharing = MAP_PRIVATE)
      : memory_(static_cast<char*>(::mmap(nullptr, kPages * PageBytes(), PROT_READ | PROT_WRITE,
                                          sharing | MAP_ANONYMOUS, -1, 0))) {
    ::madvise(memory_, kPages * PageBytes(), MADV_NOHUGEPAGE);
    std::memset(memory_, 'p', kPages * PageBytes());
  }
  ~WrittenPagesTest() override { ::munmap(memory_, kPages * PageBytes()); }

  [[nodiscard]] char* Page(std::size_t number) const { return memory_ + number * PageBytes(); }
  [[nodiscard]] std::uintptr_t Address(std::size_t number) const {
    return reinterpret_cast<std::uintptr_t>(Page(number));
  }
  [[nodiscard]] Pages OwnOf(const Pages& pages) const {
    Pages own;
    for (const std::uintptr_t page : pages) {
      if (page >= Address(0) && page < Address(kPages)) own.push_back(page);
    }
    return own;
  }

 private:
  char* memory_;
};

class SharedPagesTest : public WrittenPagesTest {
 protected:
  SharedPagesTest() : WrittenPagesTest(MAP_SHARED) {}
};

TEST_F(WrittenPagesTest, OnlyWhatTheForkWritesToIsFound) {
  const auto found = PagesWrittenBy(Procfs(), [this] {
    for (const std::size_t number : {3U, 4U, 9U}) *Page(number) = 'c';
    static_cast<void>(*static_cast<volatile char*>(Page(12)));  // read
  });
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(OwnOf(*found), (Pages{Address(3), Address(4), Address(9)}));
  EXPECT_TRUE(std::is_sorted(found->begin(), found->end()));
  EXPECT_EQ(*Page(3), 'p') << "it is the fork that has written";
}

TEST_F(SharedPagesTest, AreNobodysOwn) {
  const auto found = PagesWrittenBy(Procfs(), [this] { *Page(3) = 'c'; });
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(OwnOf(*found).empty());
}

TEST_F(WrittenPagesTest, AForkThatDiesTellsNothing) {
  EXPECT_FALSE(PagesWrittenBy(Procfs(), [] { ::raise(SIGKILL); }));
  EXPECT_FALSE(PagesWrittenBy(Procfs(), [] { ::_exit(3); }));
}

TEST_F(WrittenPagesTest, WithoutProcfsNothingIsKnown) {
  const Fd none(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  EXPECT_FALSE(PagesWrittenBy(none, [] {}));
}

TEST_F(WrittenPagesTest, NeighboursAreOneRange) {
  const auto ranges = RangesOf({Address(1), Address(2), Address(3), Address(7)});
  ASSERT_EQ(ranges.size(), 2U);
  EXPECT_EQ(ranges[0].begin, Page(1));
  EXPECT_EQ(ranges[0].bytes, 3 * PageBytes());
  EXPECT_EQ(ranges[1].begin, Page(7));
  EXPECT_EQ(ranges[1].bytes, PageBytes());
  EXPECT_TRUE(RangesOf({}).empty());
}

TEST_F(WrittenPagesTest, AForkThatGotThemAheadTakesNoFaultForThem) {
  const auto ranges = RangesOf({Address(0), Address(5), Address(6), Address(15)});
  const auto faults_of_writing = [this, &ranges](bool ahead) {
    return RunInChild([&] {
      if (ahead) Prefault(ranges);
      long before = 0;
      // The first time is for the pages of the code and the stack.
      for (const auto& numbers : {std::array{8, 9, 10, 11}, std::array{0, 5, 6, 15}}) {
        before = Faults();
        for (const int number : numbers) *Page(static_cast<std::size_t>(number)) = 'c';
      }
      return static_cast<int>(Faults() - before);
    });
  };
  EXPECT_EQ(faults_of_writing(false), 4);
  EXPECT_EQ(faults_of_writing(true), 0);
  EXPECT_EQ(*Page(5), 'p');
}

TEST_F(WrittenPagesTest, WhatIsThereStays) {
  EXPECT_EQ(RunInChild([this] {
              Prefault(RangesOf({Address(2), Address(3)}));
              CHILD_CHECK(*Page(2) == 'p' && *Page(3) == 'p');
              return 0;
            }),
            0);
}

TEST_F(WrittenPagesTest, MemoryThatIsGoneIsPassedOver) {
  EXPECT_EQ(RunInChild([this] {
              ::munmap(Page(2), PageBytes());
              Prefault(RangesOf({Address(2), Address(5)}));
              (void)Faults();
              const long before = Faults();
              *Page(5) = 'c';
              CHILD_CHECK(Faults() == before);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace pyrunner::interpreter
