#include "sandbox/landlock.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/fd.h"

namespace pyrunner::sandbox {
namespace {

// From the kernel's include/uapi/linux/landlock.h; Debian 12's headers stop at ABI 2.
constexpr std::uint64_t kWriteFile = 1ULL << 1;
constexpr std::uint64_t kReadFile = 1ULL << 2;
constexpr std::uint64_t kReadDir = 1ULL << 3;
constexpr std::uint64_t kRemoveDir = 1ULL << 4;
constexpr std::uint64_t kRemoveFile = 1ULL << 5;
constexpr std::uint64_t kMakeDir = 1ULL << 7;
constexpr std::uint64_t kMakeReg = 1ULL << 8;
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

// "." is the scratch directory itself, which no other sandbox shares, and not the name /tmp.
// Nothing may be executed, and no special file or link be made, anywhere.
constexpr Rule kRules[] = {
    {"/usr", kRead},
    {"/etc", kRead},
    {".", kScratch},
    {"/dev/null", kDevice},
    // Written to, it could be mapped as shared memory, which no limit on data would count.
    {"/dev/zero", kReadFile},
    {"/dev/full", kDevice},
    {"/dev/random", kReadFile},
    {"/dev/urandom", kReadFile},
};

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

int RestrictByLandlock(int abi) {
  RulesetAttributes attributes{};
  attributes.handled_access_fs = HandledAccess(abi);
  std::size_t size = sizeof attributes.handled_access_fs;
  if (abi >= 4) {
    attributes.handled_access_net = kNetBindTcp | kNetConnectTcp;
    size += sizeof attributes.handled_access_net;
  }
  if (abi >= 6) {
    attributes.scoped = kScopeAbstractUnixSocket | kScopeSignal;
    size += sizeof attributes.scoped;
  }
  const Fd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0U)));
  if (!ruleset) return errno;
  for (const Rule& rule : kRules) {
    const Fd parent(::open(rule.path, O_PATH | O_CLOEXEC));
    if (!parent) return errno;
    const PathBeneath beneath{rule.access & attributes.handled_access_fs, parent.get()};
    if (::syscall(SYS_landlock_add_rule, ruleset.get(), kRulePathBeneath, &beneath, 0U) != 0) {
      return errno;
    }
  }
  return ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0U) == 0 ? 0 : errno;
}

}  // namespace pyrunner::sandbox
