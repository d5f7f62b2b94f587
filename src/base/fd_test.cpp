#include "base/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <type_traits>
#include <utility>

namespace pyrunner {
namespace {

static_assert(!std::is_copy_constructible_v<Fd> && !std::is_copy_assignable_v<Fd>);

int OpenNull() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool IsOpen(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(Fd, IsInvalidByDefault) {
  const Fd fd;
  EXPECT_FALSE(fd.valid());
  EXPECT_FALSE(static_cast<bool>(fd));
  EXPECT_EQ(fd.get(), -1);
}

TEST(Fd, OwnsZeroLikeAnyOther) {
  Fd zero(0);
  EXPECT_TRUE(zero.valid());
  EXPECT_EQ(zero.Release(), 0);
  EXPECT_TRUE(IsOpen(0));
}

TEST(Fd, ClosesAtTheEndOfItsLife) {
  const int number = OpenNull();
  {
    const Fd fd(number);
    EXPECT_TRUE(IsOpen(number));
  }
  EXPECT_FALSE(IsOpen(number));
}

TEST(Fd, MovedFromNoLongerOwns) {
  const int number = OpenNull();
  {
    Fd first(number);
    const Fd second(std::move(first));
    // What a move leaves behind is the matter of this test.
    // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
    EXPECT_FALSE(first.valid());
    first.Reset();
    EXPECT_TRUE(IsOpen(number));
    EXPECT_EQ(second.get(), number);
  }
  EXPECT_FALSE(IsOpen(number));
}

TEST(Fd, AssignmentClosesWhatItHad) {
  const int old_number = OpenNull();
  const int new_number = OpenNull();
  Fd target(old_number);
  target = Fd(new_number);
  EXPECT_FALSE(IsOpen(old_number));
  EXPECT_TRUE(IsOpen(new_number));
  EXPECT_EQ(target.get(), new_number);
}

TEST(Fd, AssigningItToItselfKeepsIt) {
  const int number = OpenNull();
  Fd fd(number);
  Fd& same = fd;
  fd = std::move(same);
  EXPECT_EQ(fd.get(), number);
  EXPECT_TRUE(IsOpen(number));
}

TEST(Fd, ReleaseGivesItUp) {
  int number = OpenNull();
  {
    Fd fd(number);
    EXPECT_EQ(fd.Release(), number);
    EXPECT_FALSE(fd.valid());
    EXPECT_EQ(fd.Release(), -1);
  }
  EXPECT_TRUE(IsOpen(number));
  ::close(number);
}

TEST(Fd, ResetClosesOnce) {
  const int number = OpenNull();
  Fd fd(number);
  fd.Reset();
  EXPECT_FALSE(IsOpen(number));
  // The number is free: somebody else's descriptor of that number must survive a second Reset.
  ASSERT_EQ(OpenNull(), number);
  fd.Reset();
  EXPECT_TRUE(IsOpen(number));
  ::close(number);
}

}  // namespace
}  // namespace pyrunner
