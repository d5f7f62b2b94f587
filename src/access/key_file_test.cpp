#include "access/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "access/key_text.h"
#include "base/child_test_support.h"
#include "base/text_file.h"

namespace pyrunner::access {
namespace {

class KeyFileTest : public testing::Test {
 protected:
  KeyFileTest() { path_ = directory_.File("keys.toml"); }

  static KeyRecord Record(const std::string& name) {
    return {.name = name,
            .id = std::string(IdOf(MakeKey().value())),
            .digest = std::string(64, 'a'),
            .created = {},
            .quota = {}};
  }
  [[nodiscard]] Status Add(const std::string& name, const std::string& path) const {
    return ChangeKeyFile(path, [&](KeyRecords& records) -> Status {
      records.push_back(Record(name));
      return {};
    });
  }
  [[nodiscard]] std::size_t Count() const { return ReadKeyFile(path_).value().size(); }
  [[nodiscard]] mode_t Mode() const {
    struct stat status {};
    EXPECT_EQ(::stat(path_.c_str(), &status), 0);
    return status.st_mode & 0777;
  }
  [[nodiscard]] std::size_t FilesBeside() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(path_).parent_path())) {
      ++count;
    }
    return count;
  }

  TemporaryDirectory directory_;
  std::string path_;
};

TEST_F(KeyFileTest, NoFileIsToldApart) {
  const auto records = ReadKeyFile(path_);
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().code, ENOENT);
}

TEST_F(KeyFileTest, ANewFileIsReadableForAllWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  const Status added = Add("ada", path_);
  ::umask(before);
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(Mode(), 0644U);
  EXPECT_EQ(Count(), 1U);
  EXPECT_EQ(FilesBeside(), 1U);
}

TEST_F(KeyFileTest, AnOldOneKeepsItsMode) {
  ASSERT_TRUE(Add("ada", path_));
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  ASSERT_TRUE(Add("bob", path_));
  EXPECT_EQ(Mode(), 0640U);
}

TEST_F(KeyFileTest, MakesItsFolder) {
  path_ = directory_.File("etc") + "/keys.toml";
  ASSERT_TRUE(Add("ada", path_));
  EXPECT_EQ(Count(), 1U);
}

TEST_F(KeyFileTest, AChangeThatFailsChangesNothing) {
  ASSERT_TRUE(Add("ada", path_));
  const FileState before = StateOf(path_);
  const Status changed = ChangeKeyFile(path_, [](KeyRecords& records) -> Status {
    records.clear();
    return Failure("no");
  });
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().message, "no");
  EXPECT_EQ(StateOf(path_), before);
  EXPECT_EQ(FilesBeside(), 1U);
}

TEST_F(KeyFileTest, ABrokenFileIsNotReplaced) {
  std::ofstream(path_) << "[keys.";
  EXPECT_FALSE(Add("ada", path_));
  EXPECT_EQ(ReadTextFile(path_).value(), "[keys.");
}

TEST_F(KeyFileTest, ALinkStaysALink) {
  const std::string link = directory_.File("link.toml");
  ASSERT_TRUE(Add("ada", path_));
  std::filesystem::create_symlink(path_, link);
  ASSERT_TRUE(Add("bob", link));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(Count(), 2U);
}

TEST_F(KeyFileTest, AFolderOrAPipeIsNoFile) {
  EXPECT_FALSE(ReadKeyFile(std::filesystem::path(path_).parent_path()));
  ASSERT_EQ(::mkfifo(path_.c_str(), 0644), 0);
  EXPECT_FALSE(ReadKeyFile(path_)) << "and it does not wait for a writer";
}

TEST_F(KeyFileTest, WritersAtOnceLoseNothing) {
  constexpr int kWriters = 4;
  std::vector<pid_t> children;
  children.reserve(kWriters);
  for (int child = 0; child < kWriters; ++child) {
    children.push_back(ForkChild([&] {
      for (int i = 0; i < 10; ++i) {
        if (!Add("k" + std::to_string(child) + "-" + std::to_string(i), path_)) return 1;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(WaitFor(child), 0);
  EXPECT_EQ(Count(), 40U);
  EXPECT_EQ(FilesBeside(), 1U);
}

TEST_F(KeyFileTest, EveryChangeIsSeen) {
  FileState before = StateOf(path_);
  EXPECT_EQ(before, FileState());
  const auto changed = [&] {
    const FileState now = StateOf(path_);
    const bool differs = now != before;
    before = now;
    return differs;
  };
  ASSERT_TRUE(Add("ada", path_));
  EXPECT_TRUE(changed());
  EXPECT_FALSE(changed());
  ASSERT_TRUE(Add("bob", path_));
  EXPECT_TRUE(changed());

  // As Kubernetes does it: a link to a folder's file, and the folder behind a link.
  const std::string folder = std::filesystem::path(path_).parent_path();
  for (const char* version : {"v1", "v2"}) {
    std::filesystem::create_directory(folder + "/" + version);
    std::filesystem::copy_file(path_, folder + "/" + version + "/keys.toml");
  }
  std::filesystem::create_directory_symlink("v1", folder + "/data");
  std::filesystem::remove(path_);
  std::filesystem::create_symlink("data/keys.toml", path_);
  EXPECT_TRUE(changed());
  std::filesystem::create_directory_symlink("v2", folder + "/new");
  std::filesystem::rename(folder + "/new", folder + "/data");
  EXPECT_TRUE(changed());
  std::filesystem::remove(path_);
  EXPECT_TRUE(changed());
}

}  // namespace
}  // namespace pyrunner::access
