#include "sandbox/landlock.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <span>

#include "base/fd.h"

namespace pyrunner::sandbox {
namespace {

// From the kernel's include/uapi/linux/landlock.h; Debian 12's headers stop at ABI 2.
constexpr std::uint64_t kExecute = 1ULL << 0;
constexpr std::uint64_t kWriteFile = 1ULL << 1;
constexpr std::uint64_t kReadFile = 1ULL << 2;
constexpr std::uint64_t kReadDir = 1ULL << 3;
constexpr std::uint64_t kRemoveDir = 1ULL << 4;
constexpr std::uint64_t kRemoveFile = 1ULL << 5;
constexpr std::uint64_t kMakeDir = 1ULL << 7;
constexpr std::uint64_t kMakeReg = 1ULL << 8;
constexpr std::uint64_t kMakeSock = 1ULL << 9;
constexpr std::uint64_t kTruncate = 1ULL << 14;

constexpr std::uint64_t kAllAbi1 = (1ULL << 13) - 1;
constexpr std::uint64_t kAllAbi2 = (1ULL << 14) - 1;  // refer
constexpr std::uint64_t kAllAbi3 = (1ULL << 15) - 1;  // truncate
constexpr std::uint64_t kAllAbi5 = (1ULL << 16) - 1;  // ioctl on devices
constexpr std::uint64_t kNetBindTcp = 1ULL << 0;
constexpr std::uint64_t kNetConnectTcp = 1ULL << 1;
constexpr std::uint64_t kScopeAbstractUnixSocket = 1ULL << 0;
constexpr std::uint64_t kScopeSignal = 1ULL << 1;

struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;  // ABI 4
  std::uint64_t scoped;              // ABI 6
};

struct __attribute__((packed)) PathBeneath {
  std::uint64_t allowed_access;
  std::int32_t parent_fd;
};

constexpr int kRulePathBeneath = 1;
constexpr unsigned kCreateRulesetVersion = 1;

constexpr std::uint64_t kRead = kReadFile | kReadDir;
constexpr std::uint64_t kScratch =
    kRead | kWriteFile | kRemoveDir | kRemoveFile | kMakeDir | kMakeReg | kTruncate;
constexpr std::uint64_t kDevice = kReadFile | kWriteFile;

struct Rule {
  const char* path;
  std::uint64_t access;
};

// Each names what is meant and nothing beside it, so that it holds on the host's own root too: "."
// is the scratch directory itself, which no other sandbox shares, and not the name /tmp; of /etc
// it is single files. Nothing may be executed, and no special file or link be made, anywhere but
// where kRulesForProcesses adds it: rules for the same place add up.
// /dev/zero is not writable, because a shared mapping of it would be memory that nobody counts.
constexpr Rule kRules[] = {
    {"/usr", kRead},
    {"/etc/ld.so.cache", kReadFile},
    {"/etc/localtime", kReadFile},
    {"/etc/matplotlibrc", kReadFile},
    {".", kScratch},
    {"/dev/null", kDevice},
    {"/dev/zero", kReadFile},
    {"/dev/full", kDevice},
    {"/dev/random", kReadFile},
    {"/dev/urandom", kReadFile},
};
constexpr Rule kRulesOfOwnRoot[] = {
    {"/etc/passwd", kReadFile},
    {"/etc/group", kReadFile},
};
constexpr Rule kRulesForProcesses[] = {
    {"/usr", kExecute},
    {".", kMakeSock},
    {"/dev/shm", kScratch | kMakeSock},
};

int AddRules(const Fd& ruleset, std::span<const Rule> rules, std::uint64_t handled) {
  for (const Rule& rule : rules) {
    const Fd parent(::open(rule.path, O_PATH | O_CLOEXEC));
    if (!parent && errno == ENOENT) continue;  // what a distribution lacks needs no rule
    if (!parent) return errno;
    const PathBeneath beneath{rule.access & handled, parent.get()};
    if (::syscall(SYS_landlock_add_rule, ruleset.get(), kRulePathBeneath, &beneath, 0U) != 0) {
      return errno;
    }
  }
  return 0;
}

std::uint64_t HandledAccess(int abi) {
  if (abi >= 5) return kAllAbi5;
  if (abi >= 3) return kAllAbi3;
  return abi == 2 ? kAllAbi2 : kAllAbi1;
}

}  // namespace

int LandlockAbi() {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kCreateRulesetVersion);
  return abi > 0 ? static_cast<int>(abi) : 0;
}

int RestrictByLandlock(int abi, LandlockOptions options) {
  const bool processes = options.profile == SyscallProfile::kProcesses;
  RulesetAttributes attributes{};
  attributes.handled_access_fs = HandledAccess(abi);
  std::size_t size = sizeof attributes.handled_access_fs;
  if (abi >= 4) {
    attributes.handled_access_net = processes ? 0 : kNetBindTcp | kNetConnectTcp;
    size += sizeof attributes.handled_access_net;
  }
  if (abi >= 6) {
    attributes.scoped = kScopeAbstractUnixSocket | kScopeSignal;
    size += sizeof attributes.scoped;
  }
  const Fd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0U)));
  if (!ruleset) return errno;
  if (const int error = AddRules(ruleset, kRules, attributes.handled_access_fs); error != 0) {
    return error;
  }
  if (options.own_root) {
    const int error = AddRules(ruleset, kRulesOfOwnRoot, attributes.handled_access_fs);
    if (error != 0) return error;
  }
  if (processes) {
    const int error = AddRules(ruleset, kRulesForProcesses, attributes.handled_access_fs);
    if (error != 0) return error;
  }
  return ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0U) == 0 ? 0 : errno;
}

}  // namespace pyrunner::sandbox
