#include "sandbox/cgroup_mounts.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/child_test_support.h"

namespace pyrunner::sandbox {
namespace {

// A line of mountinfo with what varies.
std::string Mount(const std::string& root, const std::string& point, const std::string& type,
                  const std::string& options) {
  return "32 31 0:29 " + root + " " + point + " rw,nosuid,nodev,noexec,relatime shared:9 - " +
         type + " " + type + " " + options + "\n";
}
std::string MountV1(const std::string& root, const std::string& point,
                    const std::string& controllers) {
  return Mount(root, point, "cgroup", "rw," + controllers);
}
std::string MountV2(const std::string& root, const std::string& point) {
  return Mount(root, point, "cgroup2", "rw,nsdelegate,memory_recursiveprot");
}

constexpr const char* kOtherMounts =
    "22 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw\n"
    "28 1 252:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro\n"
    "31 22 0:28 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:8 - tmpfs tmpfs ro,mode=755\n";

/// Version 2 is read from the group itself, so these tests have a directory that looks like one.
class UnifiedCgroupTest : public testing::Test {
 protected:
  void MakeGroup(const std::string& path, const std::string& controllers) {
    std::filesystem::create_directories(directory_.path() + path);
    std::ofstream(directory_.path() + path + "/cgroup.controllers") << controllers << "\n";
  }
  [[nodiscard]] const std::string& point() const { return directory_.path(); }

  TemporaryDirectory directory_;
};

TEST(OwnCgroups, VersionOneHasOneHierarchyForEachController) {
  const auto own = FindOwnCgroups(
      kOtherMounts + MountV1("/", "/sys/fs/cgroup/memory", "memory") +
          MountV1("/", "/sys/fs/cgroup/pids", "pids") +
          MountV1("/", "/sys/fs/cgroup/cpu,cpuacct", "cpu,cpuacct") +
          MountV1("/", "/sys/fs/cgroup/systemd", "xattr,name=systemd"),
      "9:memory:/user.slice/one\n5:pids:/\n3:cpu,cpuacct:/two\n1:name=systemd:/three\n");
  ASSERT_TRUE(own.contains("memory"));
  EXPECT_EQ(own.at("memory").directory, "/sys/fs/cgroup/memory/user.slice/one");
  EXPECT_FALSE(own.at("memory").unified);
  EXPECT_EQ(own.at("pids").directory, "/sys/fs/cgroup/pids");
  EXPECT_EQ(own.at("cpu").directory, "/sys/fs/cgroup/cpu,cpuacct/two");
  EXPECT_EQ(own.at("cpuacct").directory, "/sys/fs/cgroup/cpu,cpuacct/two");
}

TEST(OwnCgroups, ControllersThatAreNotMountedAreNotThere) {
  const auto own = FindOwnCgroups(MountV1("/", "/sys/fs/cgroup/pids", "pids"),
                                  "9:memory:/group\n5:pids:/group\n");
  EXPECT_FALSE(own.contains("memory"));
  EXPECT_TRUE(own.contains("pids"));
}

// A container without a cgroup namespace: the mount shows a part of the host's tree only.
TEST(OwnCgroups, AMountMayStartAtTheContainersGroup) {
  const auto own = FindOwnCgroups(MountV1("/docker/0123abcd", "/sys/fs/cgroup/memory", "memory") +
                                      MountV1("/docker/0123abcd", "/sys/fs/cgroup/pids", "pids"),
                                  "9:memory:/docker/0123abcd\n5:pids:/docker/0123abcd/below\n");
  EXPECT_EQ(own.at("memory").directory, "/sys/fs/cgroup/memory");
  EXPECT_EQ(own.at("pids").directory, "/sys/fs/cgroup/pids/below");
}

TEST(OwnCgroups, AGroupNamespaceShowsItsOwnRoot) {
  const auto own = FindOwnCgroups(MountV1("/", "/sys/fs/cgroup/memory", "memory"), "4:memory:/\n");
  EXPECT_EQ(own.at("memory").directory, "/sys/fs/cgroup/memory");
}

TEST(OwnCgroups, LinesThatMeanNothingAreSkipped) {
  EXPECT_TRUE(FindOwnCgroups("", "").empty());
  EXPECT_TRUE(FindOwnCgroups("garbage\n1 2 3 - cgroup\n - \n", "garbage\n:\n::\n").empty());
  const auto own = FindOwnCgroups("garbage\n" + MountV1("/", "/cg/memory", "memory"),
                                  "garbage\n\n4:memory:/x\n");
  EXPECT_EQ(own.at("memory").directory, "/cg/memory/x");
}

TEST(OwnCgroups, OptionalFieldsOfAMountMayBeMissingOrMany) {
  for (const std::string optional : {"", "shared:1 ", "shared:1 master:2 propagate_from:3 "}) {
    const auto own = FindOwnCgroups(
        "32 31 0:29 / /cg/memory rw " + optional + "- cgroup cgroup rw,memory\n", "4:memory:/x\n");
    ASSERT_TRUE(own.contains("memory")) << optional;
    EXPECT_EQ(own.at("memory").directory, "/cg/memory/x");
  }
}

// The root of a mount is a path, not the first letters of one.
TEST(OwnCgroups, ANeighbourWithALongerNameIsNotBelowTheMount) {
  const auto own = FindOwnCgroups(MountV1("/docker/ab", "/sys/fs/cgroup/memory", "memory"),
                                  "9:memory:/docker/abcd/own\n");
  if (own.contains("memory")) {
    EXPECT_EQ(own.at("memory").directory.find("/sys/fs/cgroup/memory/"), 0U)
        << own.at("memory").directory;
  }
}

TEST_F(UnifiedCgroupTest, VersionTwoHasOneGroupWithItsControllers) {
  MakeGroup("/system.slice/pyrunner.service", "cpu io memory pids");
  const auto own =
      FindOwnCgroups(kOtherMounts + MountV2("/", point()), "0::/system.slice/pyrunner.service\n");
  for (const std::string name : {"cpu", "io", "memory", "pids"}) {
    ASSERT_TRUE(own.contains(name)) << name;
    EXPECT_EQ(own.at(name).directory, point() + "/system.slice/pyrunner.service");
    EXPECT_TRUE(own.at(name).unified);
  }
  EXPECT_EQ(own.size(), 4U);
}

TEST_F(UnifiedCgroupTest, ControllersThatAreNotDelegatedAreNotThere) {
  MakeGroup("/user.slice", "memory pids");
  const auto own = FindOwnCgroups(MountV2("/", point()), "0::/user.slice\n");
  EXPECT_TRUE(own.contains("memory"));
  EXPECT_FALSE(own.contains("cpu"));
}

TEST_F(UnifiedCgroupTest, AContainerSeesItsOwnRoot) {
  MakeGroup("", "memory pids");
  EXPECT_EQ(FindOwnCgroups(MountV2("/", point()), "0::/\n").at("memory").directory, point());
  EXPECT_EQ(FindOwnCgroups(MountV2("/kubepods/pod1", point()), "0::/kubepods/pod1\n")
                .at("memory")
                .directory,
            point());
}

TEST_F(UnifiedCgroupTest, AGroupThatTheMountDoesNotShowIsNotTaken) {
  EXPECT_TRUE(FindOwnCgroups(MountV2("/", point()), "0::/elsewhere\n").empty());
}

// systemd's hybrid: version 2 is mounted, but version 1 has the controllers.
TEST_F(UnifiedCgroupTest, AHybridTakesEachControllerWhereItIs) {
  MakeGroup("/x", "io");
  const std::string mounts = MountV2("/", point()) + MountV1("/", "/cg/memory", "memory") +
                             MountV1("/", "/cg/pids", "pids");
  for (const std::string groups :
       {"9:memory:/a\n8:pids:/b\n0::/x\n", "0::/x\n9:memory:/a\n8:pids:/b\n"}) {
    const auto own = FindOwnCgroups(mounts, groups);
    EXPECT_EQ(own.at("memory").directory, "/cg/memory/a");
    EXPECT_FALSE(own.at("memory").unified);
    EXPECT_EQ(own.at("pids").directory, "/cg/pids/b");
    EXPECT_EQ(own.at("io").directory, point() + "/x");
    EXPECT_TRUE(own.at("io").unified);
  }
}

TEST_F(UnifiedCgroupTest, AnUnusedVersionTwoIsNoHindrance) {
  MakeGroup("", "");
  const auto own = FindOwnCgroups(MountV2("/", point()) + MountV1("/", "/cg/memory", "memory"),
                                  "4:memory:/\n0::/\n");
  EXPECT_EQ(own.size(), 1U);
  EXPECT_EQ(own.at("memory").directory, "/cg/memory");
}

TEST(OwnCgroups, ThisMachinesOwnCanBeRead) {
  const auto own = FindOwnCgroups();
  ASSERT_TRUE(own) << own.error().message;
  for (const auto& [name, group] : *own) {
    EXPECT_TRUE(std::filesystem::exists(group.directory + "/cgroup.procs"))
        << name << ": " << group.directory;
  }
}

}  // namespace
}  // namespace pyrunner::sandbox
