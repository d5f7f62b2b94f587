#include "sandbox/cgroup.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <string_view>
#include <thread>

#include "base/pidfd.h"
#include "base/text_file.h"
#include "sandbox/cgroup_mounts.h"

namespace pyrunner::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kHasSwapLimit = 1U << 0;
constexpr std::uint32_t kHasPeak = 1U << 1;
constexpr std::uint32_t kUnifiedMemory = 1U << 2;
constexpr std::uint32_t kHasProcessorIdle = 1U << 3;

// Of the group that a service in a version 2 hierarchy has to move to.
constexpr std::string_view kRefugeSuffix = ".service";

// For a server and its clients in one sandbox, with buffers as large as they get by themselves.
constexpr std::uint64_t kSocketBytes = std::uint64_t{32} << 20U;

constexpr std::uint64_t kCpuPeriodMicroseconds = 100'000;

std::string GroupName(std::uint32_t index) { return "s" + std::to_string(index); }

Status WriteValue(const Fd& file, std::string_view what, std::uint64_t value) {
  const std::string text = std::to_string(value);
  if (::pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return SystemError("write", what);
  }
  return {};
}

std::optional<std::string> ReadAll(const Fd& file) {
  std::array<char, 1024> buffer{};
  const ssize_t size = ::pread(file.get(), buffer.data(), buffer.size(), 0);
  if (size < 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

/// A number, and nothing behind it but the end of its line.
std::optional<std::uint64_t> ParseNumber(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The processes of a group, killed and waited for; the group itself, removed. False if it has some
/// that cannot be seen from here: then they are those of another process namespace.
bool RemoveGroup(const std::string& group) {
  constexpr int kAttempts = 200;
  constexpr int kAttemptsWithoutAny = 20;
  constexpr std::chrono::milliseconds kPause{5};
  int without_any = 0;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (::rmdir(group.c_str()) == 0 || errno == ENOENT) return true;
    const auto processes = ReadTextFile(group + "/cgroup.procs");
    if (!processes) return true;
    bool any = false;
    std::string_view rest = *processes;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      if (const auto pid = ParseNumber(rest.substr(0, end)); pid && *pid != 0) {
        any = true;
        // Through a pidfd, and only while it is still listed: a reused pid is never hit.
        if (const auto process = Pidfd::Open(static_cast<pid_t>(*pid))) {
          (void)process->Signal(SIGKILL);
        }
      }
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    if (!any && ++without_any == kAttemptsWithoutAny) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

void RemoveTree(const std::string& directory) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.is_directory(error) && !RemoveGroup(entry.path().string())) return;
  }
  ::rmdir(directory.c_str());
}

/// Whoever owns a tree holds a lock on its directory, which others see from any namespace.
Fd Lock(const std::string& directory) {
  Fd file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 ? std::move(file) : Fd();
}

bool IsOwned(const std::string& directory) {
  return ::access(directory.c_str(), F_OK) == 0 && !Lock(directory);
}

/// Removes the trees of services that were killed together with their supervisor. A number of a
/// process alone says little: the host's other services may count their processes otherwise.
void SweepStaleTrees(const std::string& parent, std::string_view prefix) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    std::string_view number = std::string_view(name).substr(prefix.size());
    std::string tree = entry.path().string();
    if (number.ends_with(kRefugeSuffix)) {
      number.remove_suffix(kRefugeSuffix.size());
      tree.resize(tree.size() - kRefugeSuffix.size());
    }
    const std::size_t dot = number.find('.');
    const auto pid = ParseNumber(number.substr(0, dot));
    const bool is_tree =
        pid && (dot == std::string_view::npos || ParseNumber(number.substr(dot + 1)));
    if (!is_tree || IsOwned(tree)) continue;
    const bool was_ours = *pid == static_cast<std::uint64_t>(::getpid());
    if (!was_ours && (::kill(static_cast<pid_t>(*pid), 0) == 0 || errno != ESRCH)) continue;
    RemoveTree(entry.path().string());
  }
}

Result<Fd> OpenFile(const std::string& path, int flags) {
  Fd file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file) return SystemError("open", path);
  return file;
}

std::string EnableList(const std::vector<std::string>& controllers, char sign) {
  std::string list;
  for (const std::string& controller : controllers) {
    if (!list.empty()) list += ' ';
    list += sign;
    list += controller;
  }
  return list;
}

}  // namespace

std::vector<int> Cgroup::JoinFds() const {
  std::vector<int> fds;
  fds.reserve(procs_.size());
  for (const Fd& fd : procs_) fds.push_back(fd.get());
  return fds;
}

std::vector<int> Cgroup::Fds() const {
  std::vector<int> fds{memory_limit_.get(), memory_events_.get()};
  if (memory_and_swap_limit_) fds.push_back(memory_and_swap_limit_.get());
  if (memory_peak_) fds.push_back(memory_peak_.get());
  if (processor_idle_) fds.push_back(processor_idle_.get());
  for (const Fd& fd : procs_) fds.push_back(fd.get());
  return fds;
}

std::uint32_t Cgroup::Layout() const {
  return (memory_and_swap_limit_ ? kHasSwapLimit : 0U) | (memory_peak_ ? kHasPeak : 0U) |
         (processor_idle_ ? kHasProcessorIdle : 0U) | (unified_memory_ ? kUnifiedMemory : 0U);
}

Result<Cgroup> Cgroup::FromFds(std::vector<Fd> fds, std::uint32_t layout) {
  const bool has_swap = (layout & kHasSwapLimit) != 0;
  const bool has_peak = (layout & kHasPeak) != 0;
  const bool has_idle = (layout & kHasProcessorIdle) != 0;
  if (fds.size() < 3U + (has_swap ? 1U : 0U) + (has_peak ? 1U : 0U) + (has_idle ? 1U : 0U)) {
    return Failure("the supervisor passed too few descriptors for a cgroup");
  }
  std::size_t next = 0;
  Cgroup group;
  group.memory_limit_ = std::move(fds[next++]);
  group.memory_events_ = std::move(fds[next++]);
  if (has_swap) group.memory_and_swap_limit_ = std::move(fds[next++]);
  if (has_peak) group.memory_peak_ = std::move(fds[next++]);
  if (has_idle) group.processor_idle_ = std::move(fds[next++]);
  while (next < fds.size()) group.procs_.push_back(std::move(fds[next++]));
  group.unified_memory_ = (layout & kUnifiedMemory) != 0;
  return group;
}

Status Cgroup::SetMemoryLimit(std::uint64_t bytes) {
  if (!valid() || bytes == limit_in_force_) return {};
  const auto limit_memory = [&] { return WriteValue(memory_limit_, "the memory limit", bytes); };
  const auto limit_swap = [&]() -> Status {
    if (!memory_and_swap_limit_) return {};
    return WriteValue(memory_and_swap_limit_, "the swap limit", bytes);
  };
  // Memory alone may never exceed memory and swap together, at no moment. A new group has neither.
  const bool raises = limit_in_force_ != 0 && bytes > limit_in_force_;
  Status done = raises ? limit_swap() : limit_memory();
  if (done) done = raises ? limit_memory() : limit_swap();
  if (done) limit_in_force_ = bytes;
  return done;
}

void Cgroup::SetProcessorShare(ProcessorShare share) {
  if (share == share_ || !processor_idle_) return;
  const Status written =
      WriteValue(processor_idle_, "cpu.idle", share == ProcessorShare::kIdle ? 1 : 0);
  if (written) share_ = share;
}

std::optional<std::uint64_t> Cgroup::MemoryPeak() const {
  if (!memory_peak_) return std::nullopt;
  const auto text = ReadAll(memory_peak_);
  if (!text) return std::nullopt;
  return ParseNumber(*text);
}

std::uint64_t Cgroup::OutOfMemoryKills() const {
  constexpr std::string_view kKey = "oom_kill ";
  const auto text = ReadAll(memory_events_);
  if (!text) return kills_before_;
  const std::string_view all = *text;
  // At the start of a line: "oom_kill_disable" of version 1 is another one.
  std::size_t at = all.find(kKey);
  while (at != std::string_view::npos && at != 0 && all[at - 1] != '\n') {
    at = all.find(kKey, at + 1);
  }
  if (at == std::string_view::npos) return kills_before_;
  return ParseNumber(all.substr(at + kKey.size())).value_or(kills_before_);
}

bool Cgroup::OutOfMemory() const { return valid() && OutOfMemoryKills() > kills_before_; }

bool Cgroup::Recycle() {
  if (!valid()) return true;
  kills_before_ = OutOfMemoryKills();
  SetProcessorShare(ProcessorShare::kNormal);
  // Version 1 resets the peak with any write; version 2 since Linux 6.12, for this descriptor.
  return memory_peak_ && ::pwrite(memory_peak_.get(), "0", 1, 0) == 1;
}

Result<std::vector<CgroupTree::Hierarchy>> CgroupTree::FindHierarchies() {
  constexpr const char* kHowTo =
      "; start as root on a host, or delegate cgroups to the service (systemd: Delegate=yes)";
  auto own = FindOwnCgroups();
  if (!own) return tl::unexpected(own.error());
  std::vector<Hierarchy> hierarchies;
  for (const std::string controller : {"memory", "pids", "cpu"}) {
    const auto found = own->find(controller);
    if (found == own->end()) {
      if (controller == "cpu") continue;
      return Failure("no writable cgroup with the " + controller + " controller" + kHowTo);
    }
    bool merged = false;
    for (Hierarchy& hierarchy : hierarchies) {
      if (hierarchy.parent != found->second.directory) continue;
      hierarchy.controllers.push_back(controller);
      merged = true;
    }
    if (merged) continue;
    hierarchies.push_back({.parent = found->second.directory,
                           .directory = {},
                           .refuge = {},
                           .unified = found->second.unified,
                           .controllers = {controller},
                           .lock = {}});
  }
  return hierarchies;
}

Status CgroupTree::MakeTree(Hierarchy& hierarchy, const std::string& name) {
  // Of the same number may be the service of another container.
  constexpr int kMostOfOneNumber = 100;
  hierarchy.directory = hierarchy.parent + "/" + name;
  for (int i = 2; i <= kMostOfOneNumber && IsOwned(hierarchy.directory); ++i) {
    hierarchy.directory = hierarchy.parent + "/" + name + "." + std::to_string(i);
  }
  if (hierarchy.unified) {
    const bool is_root = ::access((hierarchy.parent + "/cgroup.type").c_str(), F_OK) != 0;
    if (!is_root) {
      // Version 2 gives controllers to children only where no process sits beside them.
      hierarchy.refuge = hierarchy.directory + std::string(kRefugeSuffix);
      if (::mkdir(hierarchy.refuge.c_str(), 0755) != 0) {
        return SystemError("mkdir", hierarchy.refuge);
      }
      if (auto moved = WriteTextFile(hierarchy.refuge + "/cgroup.procs", "0"); !moved) return moved;
    }
    if (auto on = WriteTextFile(hierarchy.parent + "/cgroup.subtree_control",
                                EnableList(hierarchy.controllers, '+'));
        !on) {
      return on;
    }
  }
  if (::mkdir(hierarchy.directory.c_str(), 0755) != 0) {
    return SystemError("mkdir", hierarchy.directory);
  }
  hierarchy.lock = std::make_shared<Fd>(Lock(hierarchy.directory));
  if (!*hierarchy.lock) return SystemError("flock", hierarchy.directory);
  if (!hierarchy.unified) return {};
  return WriteTextFile(hierarchy.directory + "/cgroup.subtree_control",
                       EnableList(hierarchy.controllers, '+'));
}

Result<CgroupTree> CgroupTree::Create(std::string name_prefix, CgroupLimits limits) {
  auto hierarchies = FindHierarchies();
  if (!hierarchies) return tl::unexpected(hierarchies.error());
  CgroupTree tree;
  tree.limits_ = limits;
  const std::string name = name_prefix + std::to_string(::getpid());
  for (Hierarchy& hierarchy : *hierarchies) {
    SweepStaleTrees(hierarchy.parent, name_prefix);
    const Status made = MakeTree(hierarchy, name);
    tree.hierarchies_.push_back(hierarchy);
    if (!made) {
      tree.Remove();
      return tl::unexpected(made.error());
    }
  }
  return tree;
}

Status CgroupTree::OpenGroup(const Hierarchy& hierarchy, const std::string& group,
                             Cgroup& cgroup) const {
  // Whoever moves a process waits until no process of the host is about to fork or end: 10 ms and
  // more, while none can. A thread that moves itself need not, and a new sandbox has just one.
  // Version 2 has no such file for groups with a memory controller.
  auto procs = OpenFile(group + (hierarchy.unified ? "/cgroup.procs" : "/tasks"), O_WRONLY);
  if (!procs) return tl::unexpected(procs.error());
  cgroup.procs_.push_back(std::move(*procs));

  const auto quota = static_cast<std::uint64_t>(limits_.cpus * kCpuPeriodMicroseconds);
  for (const std::string& controller : hierarchy.controllers) {
    if (controller == "pids") {
      if (auto set = WriteTextFile(group + "/pids.max", std::to_string(limits_.processes)); !set) {
        return set;
      }
    } else if (controller == "cpu") {
      // All groups weigh the same, so that nobody gets more by having more threads.
      if (auto idle = OpenFile(group + "/cpu.idle", O_WRONLY)) {
        cgroup.processor_idle_ = std::move(*idle);
      }
      if (quota == 0) continue;
      Status set =
          hierarchy.unified
              ? WriteTextFile(group + "/cpu.max",
                              std::to_string(quota) + " " + std::to_string(kCpuPeriodMicroseconds))
              : WriteTextFile(group + "/cpu.cfs_quota_us", std::to_string(quota));
      if (!set) return set;
    } else if (controller == "memory") {
      const bool v2 = hierarchy.unified;
      auto limit = OpenFile(group + (v2 ? "/memory.max" : "/memory.limit_in_bytes"), O_WRONLY);
      auto events = OpenFile(group + (v2 ? "/memory.events" : "/memory.oom_control"), O_RDONLY);
      if (!limit) return tl::unexpected(limit.error());
      if (!events) return tl::unexpected(events.error());
      cgroup.memory_limit_ = std::move(*limit);
      cgroup.memory_events_ = std::move(*events);
      const std::string peak = group + (v2 ? "/memory.peak" : "/memory.max_usage_in_bytes");
      if (auto file = OpenFile(peak, O_RDWR)) {
        cgroup.memory_peak_ = std::move(*file);
      } else if (auto readable = OpenFile(peak, O_RDONLY)) {
        cgroup.memory_peak_ = std::move(*readable);
      }
      cgroup.unified_memory_ = v2;
      if (v2) {
        // Where swap is not counted there is none to forbid.
        (void)WriteTextFile(group + "/memory.swap.max", "0");
        if (auto set = WriteTextFile(group + "/memory.oom.group", "1"); !set) return set;
        continue;
      }
      if (auto swap = OpenFile(group + "/memory.memsw.limit_in_bytes", O_WRONLY)) {
        cgroup.memory_and_swap_limit_ = std::move(*swap);
      }
      // Version 2 counts what sockets hold as memory, this one beside it, and only if told a limit.
      (void)WriteTextFile(group + "/memory.kmem.tcp.limit_in_bytes", std::to_string(kSocketBytes));
    }
  }
  return {};
}

Result<Cgroup> CgroupTree::MakeGroup(std::uint32_t index) {
  Cgroup cgroup;
  for (const Hierarchy& hierarchy : hierarchies_) {
    const std::string group = hierarchy.directory + "/" + GroupName(index);
    if (::rmdir(group.c_str()) != 0 && errno != ENOENT) return SystemError("rmdir", group);
    if (::mkdir(group.c_str(), 0755) != 0) return SystemError("mkdir", group);
    if (Status opened = OpenGroup(hierarchy, group, cgroup); !opened) {
      return tl::unexpected(opened.error());
    }
  }
  groups_ = std::max(groups_, index + 1);
  return cgroup;
}

void CgroupTree::Remove() {
  for (const Hierarchy& hierarchy : hierarchies_) {
    if (hierarchy.directory.empty()) continue;
    RemoveTree(hierarchy.directory);
    if (hierarchy.refuge.empty()) continue;
    // Back to where the service came from, which needs the controllers to be off again.
    (void)WriteTextFile(hierarchy.parent + "/cgroup.subtree_control",
                        EnableList(hierarchy.controllers, '-'));
    (void)WriteTextFile(hierarchy.parent + "/cgroup.procs", "0");
    ::rmdir(hierarchy.refuge.c_str());
  }
  hierarchies_.clear();
}

std::string CgroupTree::Describe() const {
  std::string text;
  for (const Hierarchy& hierarchy : hierarchies_) {
    for (const std::string& controller : hierarchy.controllers) {
      if (!text.empty()) text += ", ";
      text += controller + (hierarchy.unified ? " (v2)" : " (v1)");
    }
  }
  return text;
}

}  // namespace pyrunner::sandbox
