#include "sandbox/cgroup.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/child_test_support.h"
#include "base/text_file.h"
#include "sandbox/cgroup_mounts.h"

namespace pyrunner::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
constexpr const char* kPrefix = "pyrunner-cgroup-test-";

/// The directories that a tree of this test has, in all hierarchies.
std::vector<std::string> TreeDirectories() {
  std::vector<std::string> found;
  const auto own = FindOwnCgroups();
  if (!own) return found;
  for (const auto& [name, group] : *own) {
    const std::string directory = group.directory + "/" + kPrefix + std::to_string(::getpid());
    if (fs::exists(directory)) found.push_back(directory);
  }
  return found;
}

bool Join(const Cgroup& group) {
  for (const int fd : group.JoinFds()) {
    if (::write(fd, "0", 1) != 1) return false;
  }
  return true;
}

/// Touches fresh memory, page by page.
void Touch(std::uint64_t bytes) {
  constexpr std::uint64_t kPage = 4096;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) ::_exit(9);
  auto* first = static_cast<volatile char*>(memory);
  for (std::uint64_t at = 0; at < bytes; at += kPage) first[at] = 1;
  ::munmap(memory, bytes);
}

/// In the group, touches so much memory.
int TouchIn(const Cgroup& group, std::uint64_t bytes) {
  return RunInChild([&] {
    CHILD_CHECK(Join(group));
    Touch(bytes);
    return 0;
  });
}

class CgroupTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "not root: no control group can be made";
    auto tree = CgroupTree::Create(kPrefix, {.processes = 8, .cpus = 0.5});
    if (!tree) GTEST_SKIP() << "no control groups here: " << tree.error().message;
    tree_ = std::move(*tree);
  }
  void TearDown() override {
    if (tree_) tree_->Remove();
    EXPECT_TRUE(TreeDirectories().empty());
  }

  Cgroup MakeGroup(std::uint32_t index) {
    auto group = tree_->MakeGroup(index);
    EXPECT_TRUE(group) << group.error().message;
    return group ? std::move(*group) : Cgroup();
  }

  /// The content of a file of group 0, from whichever hierarchy has it.
  static std::string FileOfGroup(const std::string& name) {
    const std::string file = "/s0/" + name;
    for (const std::string& directory : TreeDirectories()) {
      if (const auto text = ReadTextFile(directory + file)) return *text;
    }
    return {};
  }

  std::optional<CgroupTree> tree_;
};

TEST_F(CgroupTest, SaysWhatItHas) {
  const std::string description = tree_->Describe();
  EXPECT_NE(description.find("memory (v"), std::string::npos) << description;
  EXPECT_NE(description.find("pids (v"), std::string::npos) << description;
  EXPECT_FALSE(TreeDirectories().empty());
}

TEST_F(CgroupTest, AJoinedProcessIsInEveryGroup) {
  const Cgroup group = MakeGroup(0);
  EXPECT_FALSE(group.JoinFds().empty());
  EXPECT_EQ(RunInChild([&] {
              CHILD_CHECK(Join(group));
              const auto own = FindOwnCgroups();
              CHILD_CHECK(own);
              for (const char* controller : {"memory", "pids"}) {
                CHILD_CHECK(own->at(controller).directory.ends_with("/s0"));
              }
              return 0;
            }),
            0);
}

TEST_F(CgroupTest, AChildBeyondItsMemoryIsKilledAndSeen) {
  Cgroup group = MakeGroup(0);
  ASSERT_TRUE(group.SetMemoryLimit(16 * kMiB));
  EXPECT_FALSE(group.OutOfMemory());
  EXPECT_EQ(TouchIn(group, 64 * kMiB), -SIGKILL);
  EXPECT_TRUE(group.OutOfMemory());
}

TEST_F(CgroupTest, AChildWithinItsMemoryLives) {
  Cgroup group = MakeGroup(0);
  ASSERT_TRUE(group.SetMemoryLimit(64 * kMiB));
  EXPECT_EQ(TouchIn(group, 16 * kMiB), 0);
  EXPECT_FALSE(group.OutOfMemory());
}

TEST_F(CgroupTest, AKillByAnybodyElseIsNotForMemory) {
  Cgroup group = MakeGroup(0);
  ASSERT_TRUE(group.SetMemoryLimit(64 * kMiB));
  EXPECT_EQ(RunInChild([&] {
              CHILD_CHECK(Join(group));
              return ::raise(SIGKILL);
            }),
            -SIGKILL);
  EXPECT_FALSE(group.OutOfMemory());
}

TEST_F(CgroupTest, ThePeakIsWhatWasTouched) {
  Cgroup group = MakeGroup(0);
  ASSERT_TRUE(group.SetMemoryLimit(128 * kMiB));
  ASSERT_EQ(TouchIn(group, 24 * kMiB), 0);
  const auto peak = group.MemoryPeak();
  if (!peak) GTEST_SKIP() << "this kernel does not tell the peak";
  EXPECT_GE(*peak, 24 * kMiB);
  EXPECT_LE(*peak, 32 * kMiB);
}

TEST_F(CgroupTest, RecyclingForgetsPeakAndKills) {
  Cgroup group = MakeGroup(0);
  ASSERT_TRUE(group.SetMemoryLimit(16 * kMiB));
  ASSERT_EQ(TouchIn(group, 64 * kMiB), -SIGKILL);
  ASSERT_TRUE(group.OutOfMemory());
  if (!group.Recycle()) GTEST_SKIP() << "this kernel cannot reset the peak";
  EXPECT_FALSE(group.OutOfMemory());
  const auto peak = group.MemoryPeak();
  ASSERT_TRUE(peak);
  EXPECT_LT(*peak, 4 * kMiB);
  // And it counts again.
  ASSERT_EQ(TouchIn(group, 64 * kMiB), -SIGKILL);
  EXPECT_TRUE(group.OutOfMemory());
}

TEST_F(CgroupTest, TheLimitMayGoUpAndDown) {
  Cgroup group = MakeGroup(0);
  for (const std::uint64_t limit : {32 * kMiB, 64 * kMiB, 16 * kMiB, 16 * kMiB, 256 * kMiB}) {
    ASSERT_TRUE(group.SetMemoryLimit(limit)) << limit;
    EXPECT_EQ(TouchIn(group, limit / 2), 0);
    EXPECT_EQ(TouchIn(group, 2 * limit), -SIGKILL);
  }
}

TEST_F(CgroupTest, ProcessesAreBounded) {
  const Cgroup group = MakeGroup(0);
  EXPECT_EQ(RunInChild([&] {
              CHILD_CHECK(Join(group));
              std::vector<pid_t> children;
              while (children.size() < 20) {
                const pid_t pid = ::fork();
                if (pid < 0) break;
                if (pid == 0) {
                  while (true) ::pause();
                }
                children.push_back(pid);
              }
              const int error = errno;
              for (const pid_t pid : children) ::kill(pid, SIGKILL);
              CHILD_CHECK(children.size() == 7);
              CHILD_CHECK(error == EAGAIN);
              return 0;
            }),
            0);
}

TEST_F(CgroupTest, CpuTimeIsBounded) {
  const Cgroup group = MakeGroup(0);
  const std::string v1 = FileOfGroup("cpu.cfs_quota_us");
  const std::string v2 = FileOfGroup("cpu.max");
  if (v1.empty() && v2.empty()) GTEST_SKIP() << "no cpu controller here";
  EXPECT_TRUE(v1 == "50000\n" || v2 == "50000 100000\n") << v1 << v2;
}

TEST_F(CgroupTest, AGroupStepsBackAndIsRecycledWithTheNormalShare) {
  using Share = Cgroup::ProcessorShare;
  Cgroup group = MakeGroup(0);
  if (FileOfGroup("cpu.idle").empty()) GTEST_SKIP() << "no cpu controller with cpu.idle here";
  EXPECT_EQ(FileOfGroup("cpu.idle"), "0\n");
  group.SetProcessorShare(Share::kIdle);
  EXPECT_EQ(FileOfGroup("cpu.idle"), "1\n");
  group.SetProcessorShare(Share::kNormal);
  EXPECT_EQ(FileOfGroup("cpu.idle"), "0\n");
  group.SetProcessorShare(Share::kIdle);
  (void)group.Recycle();
  EXPECT_EQ(FileOfGroup("cpu.idle"), "0\n");
}

TEST_F(CgroupTest, DescriptorsAreAllThatItTakes) {
  Cgroup group = MakeGroup(0);
  std::vector<Fd> fds;
  for (const int fd : group.Fds()) fds.emplace_back(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  auto copy = Cgroup::FromFds(std::move(fds), group.Layout());
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->Layout(), group.Layout());
  EXPECT_EQ(copy->JoinFds().size(), group.JoinFds().size());
  group = Cgroup();
  copy->SetProcessorShare(Cgroup::ProcessorShare::kIdle);
  EXPECT_NE(FileOfGroup("cpu.idle"), "0\n");
  ASSERT_TRUE(copy->SetMemoryLimit(16 * kMiB));
  EXPECT_EQ(TouchIn(*copy, 64 * kMiB), -SIGKILL);
  EXPECT_TRUE(copy->OutOfMemory());
}

TEST(CgroupFromFds, TooFewDescriptorsAreAnError) {
  for (std::uint32_t layout = 0; layout < 16; ++layout) {
    std::vector<Fd> fds(2);
    for (Fd& fd : fds) fd = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_FALSE(Cgroup::FromFds(std::move(fds), layout)) << layout;
  }
}

TEST_F(CgroupTest, AGroupCanBeMadeAnew) {
  Cgroup group = MakeGroup(0);
  ASSERT_TRUE(group.SetMemoryLimit(16 * kMiB));
  ASSERT_EQ(TouchIn(group, 64 * kMiB), -SIGKILL);
  // While the old descriptors are still open, as the gateway's are.
  const Cgroup fresh = MakeGroup(0);
  EXPECT_FALSE(fresh.OutOfMemory());
  EXPECT_EQ(TouchIn(fresh, 64 * kMiB), 0) << "the old limit is still there";
}

TEST_F(CgroupTest, AGroupInUseIsNotMadeAnew) {
  const Cgroup group = MakeGroup(0);
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t pid = ForkChild([&]() -> int {
    CHILD_CHECK(Join(group));
    CHILD_CHECK(::write(ready[1], "x", 1) == 1);
    while (true) ::pause();
  });
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_FALSE(tree_->MakeGroup(0));

  // What is left over is killed when the tree goes, in all its groups.
  const Cgroup other = MakeGroup(3);
  ASSERT_FALSE(TreeDirectories().empty());
  // The killed child stays a zombie until it is waited for, but it is no longer in the group.
  tree_->Remove();
  EXPECT_TRUE(TreeDirectories().empty());
  EXPECT_EQ(WaitFor(pid), -SIGKILL);
}

TEST_F(CgroupTest, TreesOfServicesThatAreGoneAreSweptAway) {
  // A child makes a tree with a group in it and is gone without removing it.
  const pid_t pid = ForkChild([] {
    auto tree = CgroupTree::Create(kPrefix, {.processes = 8, .cpus = 0});
    CHILD_CHECK(tree);
    CHILD_CHECK(tree->MakeGroup(0));
    return 0;
  });
  ASSERT_EQ(WaitFor(pid), 0);
  const auto own = FindOwnCgroups();
  ASSERT_TRUE(own);
  const std::string stale = own->at("memory").directory + "/" + kPrefix + std::to_string(pid);
  ASSERT_TRUE(fs::exists(stale));
  const std::string mine = own->at("memory").directory + "/" + kPrefix + std::to_string(::getpid());
  ASSERT_TRUE(fs::exists(mine));

  EXPECT_EQ(RunInChild([] {
              auto tree = CgroupTree::Create(kPrefix, {.processes = 8, .cpus = 0});
              CHILD_CHECK(tree);
              tree->Remove();
              return 0;
            }),
            0);
  EXPECT_FALSE(fs::exists(stale));
  EXPECT_TRUE(fs::exists(mine)) << "the tree of a service that lives was removed";
}

// In another container processes are counted otherwise.
TEST_F(CgroupTest, TreesThatSomebodyOwnsStayWhateverTheirNumber) {
  const auto own = FindOwnCgroups();
  ASSERT_TRUE(own);
  constexpr const char* kNoSuchPid = "4194303";
  const std::string other = own->at("memory").directory + "/" + kPrefix + kNoSuchPid;
  ASSERT_TRUE(fs::create_directory(other));
  const Fd owner(::open(other.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(::flock(owner.get(), LOCK_EX | LOCK_NB), 0);
  EXPECT_EQ(RunInChild([&] {
              const std::string same =
                  own->at("memory").directory + "/" + kPrefix + std::to_string(::getpid());
              CHILD_CHECK(fs::create_directory(same));
              const Fd neighbour(::open(same.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
              CHILD_CHECK(::flock(neighbour.get(), LOCK_EX | LOCK_NB) == 0);
              auto tree = CgroupTree::Create(kPrefix, {.processes = 8, .cpus = 0});
              CHILD_CHECK(tree);
              CHILD_CHECK(tree->MakeGroup(0));
              CHILD_CHECK(fs::exists(same + ".2/s0"));
              tree->Remove();
              CHILD_CHECK(!fs::exists(same + ".2") && fs::exists(same));
              ::rmdir(same.c_str());
              return 0;
            }),
            0);
  EXPECT_TRUE(fs::exists(other));
  ::rmdir(other.c_str());
}

// A name that goes on after the number is somebody else's.
TEST_F(CgroupTest, OnlyNamesOfOursAreSweptAway) {
  const auto own = FindOwnCgroups();
  ASSERT_TRUE(own);
  constexpr const char* kNoSuchPid = "4194303";
  const std::string other = own->at("memory").directory + "/" + kPrefix + kNoSuchPid + "-backup";
  ASSERT_TRUE(fs::create_directory(other));
  EXPECT_EQ(RunInChild([] {
              auto tree = CgroupTree::Create(kPrefix, {.processes = 8, .cpus = 0});
              CHILD_CHECK(tree);
              tree->Remove();
              return 0;
            }),
            0);
  EXPECT_TRUE(fs::exists(other));
  ::rmdir(other.c_str());
}

}  // namespace
}  // namespace pyrunner::sandbox
