#include "sandbox/scratch_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/fd.h"
#include "sandbox/sandbox_setup.h"

namespace pyrunner::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr ScratchQuota kQuota{.bytes = 1 << 20, .files = 50};

class ScratchFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = fs::temp_directory_path() / "scratch-folder-test-XXXXXX";
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    parent_ = path;
    auto made = Make();
    ASSERT_TRUE(made) << made.error().message;
    folder_ = *made;
    slot_ = ScratchOfSlot(folder_.path(), 0);
  }

  void TearDown() override {
    folder_.Remove();
    EXPECT_TRUE(fs::is_empty(parent_)) << "something is left";
    fs::remove_all(parent_);
  }

  Result<ScratchFolder> Make() const {
    const auto owner = [](std::uint32_t) { return ::geteuid(); };
    return ScratchFolder::Create(parent_, 2, ::geteuid(), owner, kQuota);
  }

  void Write(const std::string& path, std::size_t bytes) const {
    std::ofstream(path, std::ios::binary) << std::string(bytes, 'x');
  }

  void ExpectEmptied() const {
    const Status emptied = folder_.Empty(0);
    ASSERT_TRUE(emptied) << emptied.error().message;
    EXPECT_TRUE(fs::is_empty(slot_));
  }

  std::string parent_;
  ScratchFolder folder_;
  std::string slot_;
};

TEST_F(ScratchFolderTest, OthersWalkThroughItAndIntoNone) {
  struct stat status {};
  ASSERT_EQ(::stat(folder_.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0711U);
  for (const std::string& path : {slot_, folder_.path() + "/warm"}) {
    ASSERT_EQ(::stat(path.c_str(), &status), 0) << path;
    EXPECT_EQ(status.st_mode & 0777U, 0700U) << path;
  }
}

TEST_F(ScratchFolderTest, EmptiesWhatAProgramLeaves) {
  Write(slot_ + "/name\nof two lines", 10);
  Write(slot_ + "/.hidden", 10);
  Write(slot_ + "/\xff\xfe", 10);
  fs::create_directories(slot_ + "/a/b/c");
  Write(slot_ + "/a/b/c/file", 10);
  fs::create_directory(slot_ + "/.moved-0");
  Write(slot_ + "/.moved-0/file", 10);
  ExpectEmptied();
}

TEST_F(ScratchFolderTest, EmptiesWhatMayNotBeReadOrWritten) {
  fs::create_directories(slot_ + "/outer/inner");
  Write(slot_ + "/outer/inner/file", 10);
  Write(slot_ + "/outer/file", 0);
  ASSERT_EQ(::chmod((slot_ + "/outer/file").c_str(), 0), 0);
  ASSERT_EQ(::chmod((slot_ + "/outer/inner").c_str(), 0), 0);
  ASSERT_EQ(::chmod((slot_ + "/outer").c_str(), 0), 0);
  ExpectEmptied();
}

TEST_F(ScratchFolderTest, EmptiesATreeDeeperThanAnyPathCanSay) {
  Fd here(::open(slot_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int depth = 0; depth < 3000; ++depth) {
    ASSERT_EQ(::mkdirat(here.get(), "deeper", 0700), 0);
    here = Fd(::openat(here.get(), "deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(here);
  }
  EXPECT_FALSE(folder_.WithinQuota(0));
  ExpectEmptied();
}

TEST_F(ScratchFolderTest, EmptiesOnlyTheSlotThatIsMeant) {
  Write(ScratchOfSlot(folder_.path(), 1) + "/mine", 10);
  Write(slot_ + "/mine", 10);
  ExpectEmptied();
  EXPECT_TRUE(fs::exists(ScratchOfSlot(folder_.path(), 1) + "/mine"));
}

TEST_F(ScratchFolderTest, CountsBytesAndFiles) {
  EXPECT_TRUE(folder_.WithinQuota(0));
  fs::create_directory(slot_ + "/inner");
  Write(slot_ + "/inner/a", 500'000);
  EXPECT_TRUE(folder_.WithinQuota(0));
  Write(slot_ + "/inner/b", 600'000);
  EXPECT_FALSE(folder_.WithinQuota(0));
  EXPECT_TRUE(folder_.WithinQuota(1));
  ExpectEmptied();
  for (std::uint64_t i = 0; i <= kQuota.files; ++i) Write(slot_ + "/" + std::to_string(i), 0);
  EXPECT_FALSE(folder_.WithinQuota(0));
  ExpectEmptied();
  EXPECT_TRUE(folder_.WithinQuota(0));
}

TEST_F(ScratchFolderTest, ASparseFileCountsByWhatItTakes) {
  Write(slot_ + "/sparse", 1);
  fs::resize_file(slot_ + "/sparse", 1 << 30);
  EXPECT_TRUE(folder_.WithinQuota(0));
}

TEST_F(ScratchFolderTest, DoesNotFollowLinks) {
  const std::string outside = parent_ + "/outside";
  fs::create_directory(outside);
  Write(outside + "/kept", 2'000'000);
  // No program can make one; whoever shares the user could.
  fs::create_directory_symlink(outside, slot_ + "/link");
  EXPECT_TRUE(folder_.WithinQuota(0));
  ExpectEmptied();
  EXPECT_TRUE(fs::exists(outside + "/kept"));
  fs::remove_all(outside);
}

TEST_F(ScratchFolderTest, SweepsFoldersOfServicesThatAreGone) {
  // No process has this number: it is above the highest there can be.
  const std::string gone = parent_ + "/pyrunner-scratch-2000000000-aaaaaa";
  const std::string other = parent_ + "/pyrunner-scratch-of-somebody";
  fs::create_directories(gone + "/s0/deep");
  Write(gone + "/s0/file", 1);
  fs::create_directories(other);
  auto next = Make();
  ASSERT_TRUE(next);
  EXPECT_FALSE(fs::exists(gone));
  EXPECT_TRUE(fs::exists(other));
  EXPECT_TRUE(fs::exists(folder_.path())) << "its process lives";
  next->Remove();
  EXPECT_FALSE(fs::exists(next->path()) && !next->path().empty());
  fs::remove_all(other);
}

TEST(ScratchFolder, NoneHasNoLimitAndNothingToDo) {
  ScratchFolder none;
  EXPECT_TRUE(none.Empty(3));
  EXPECT_TRUE(none.WithinQuota(3));
  none.Remove();
  EXPECT_EQ(none.path(), "");
}

}  // namespace
}  // namespace pyrunner::sandbox
