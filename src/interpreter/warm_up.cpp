#include "interpreter/warm_up.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "interpreter/memory_image.h"
#include "interpreter/program_pages.h"
#include "interpreter/python.h"
#include "interpreter/warm_heap.h"
#include "policy/policy.h"
#include "sandbox/credentials.h"
#include "sandbox/namespaces.h"
#include "sandbox/root.h"
#include "sandbox/seccomp_policy.h"
#include "sandbox/slot_roots.h"
#include "wire/zygote_messages.h"

namespace pyrunner::interpreter {
namespace {

constexpr std::uint64_t Bit(int capability) { return 1ULL << static_cast<unsigned>(capability); }

// What a fork needs to become a sandbox; it loses all of them on the way. CAP_SETFCAP is for the
// service of an ordinary user, whose one id is root here: the kernel lets a namespace map its
// parent's root only if its maker had that (user_namespaces(7), since Linux 5.12).
constexpr std::uint64_t kZygoteCapabilities =
    Bit(CAP_SYS_ADMIN) | Bit(CAP_SETUID) | Bit(CAP_SETGID) | Bit(CAP_SETFCAP);

// Without a namespace it gives each fork a user, and perhaps a root, and signals it.
constexpr std::uint64_t kKeeperCapabilities =
    Bit(CAP_SETUID) | Bit(CAP_SETGID) | Bit(CAP_KILL) | Bit(CAP_SYS_CHROOT);

std::uint64_t NeededCapabilities(const sandbox::SandboxSetup& setup) {
  if (setup.zygote_user_namespace) return kZygoteCapabilities;
  return setup.layers.Has(sandbox::Layer::kOwnUser) ? kKeeperCapabilities : 0;
}

/// A number of /proc/self/status, e.g. "VmData:" in kB or "Threads:".
Result<std::uint64_t> StatusNumber(const Fd& procfs, std::string_view key) {
  const Fd file(::openat(procfs.get(), "self/status", O_RDONLY | O_CLOEXEC));
  std::string text(16384, '\0');
  const ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : -1;
  if (size < 0) return SystemError("read", "/proc/self/status");
  text.resize(static_cast<std::size_t>(size));
  const std::size_t at = text.find("\n" + std::string(key));
  if (at == std::string::npos) return Failure("/proc/self/status lacks " + std::string(key));
  return std::strtoull(text.c_str() + at + 1 + key.size(), nullptr, 10);
}

/// Nothing that a library opened while warming up may be shared by all forks.
Status CheckDescriptors(const Fd& procfs) {
  const Fd directory(::openat(procfs.get(), "self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DIR* entries = directory ? ::fdopendir(::dup(directory.get())) : nullptr;
  if (entries == nullptr) return SystemError("open", "/proc/self/fd");
  const int listing = ::dirfd(entries);
  std::string unexpected;
  while (const dirent* entry = ::readdir(entries)) {
    const int fd = std::atoi(entry->d_name);
    const bool ours = fd <= wire::kZygoteControlFd || fd == procfs.get() || fd == directory.get() ||
                      fd == listing;
    if (!ours) unexpected += std::string(" ") + entry->d_name;
  }
  ::closedir(entries);
  if (!unexpected.empty()) return Failure("a library left descriptors open:" + unexpected);
  return {};
}

/// The memory limit counts a thread's whole stack, used or not, so that eight megabytes each, as
/// libraries have it by default, would allow a small program just a few threads.
Status ShrinkThreadStacks() {
  constexpr std::size_t kThreadStackBytes = std::size_t{1} << 20;
  pthread_attr_t attributes;
  int error = ::pthread_attr_init(&attributes);
  if (error == 0) error = ::pthread_attr_setstacksize(&attributes, kThreadStackBytes);
  if (error == 0) error = ::pthread_setattr_default_np(&attributes);
  if (error != 0) return SystemError("set", "the threads' stack size", error);
  return {};
}

/// Where the libraries may write while they are imported.
std::string WarmUpFolder(const sandbox::SandboxSetup& setup) {
  if (!setup.roots.empty()) return sandbox::SlotRoots::WarmUpFolder(setup.roots);
  return setup.scratch_folder.empty() ? "/tmp" : setup.scratch_folder + "/warm";
}

/// The namespaces that its forks begin in, and what holds for all of them.
Status EnterPlace(const WarmZygote& zygote) {
  const sandbox::Layers layers = zygote.setup.layers;
  if (Status done = sandbox::EnterZygoteNamespaces(layers); !done) return done;
  if (zygote.setup.zygote_user_namespace) {
    const int error = sandbox::RefuseWatches(zygote.procfs.get());
    if (error != 0) return SystemError("write", "/proc/sys/user", error);
  }
  if (!layers.Has(sandbox::Layer::kMountNamespace)) return {};
  return sandbox::BuildRoot(zygote.setup.processes);
}

Status CompileFilters(WarmZygote& zygote) {
  const sandbox::Layers layers = zygote.setup.layers;
  const sandbox::PolicyOptions options{.shared_memory = layers.Has(sandbox::Layer::kCgroup),
                                       .own_root = layers.Has(sandbox::Layer::kMountNamespace)};
  for (auto [profile, filter] :
       {std::pair(sandbox::SyscallProfile::kStrict, &zygote.seccomp),
        std::pair(sandbox::SyscallProfile::kProcesses, &zygote.seccomp_for_processes)}) {
    if (profile == sandbox::SyscallProfile::kProcesses && !zygote.setup.processes) continue;
    auto seccomp =
        sandbox::CompileSeccomp(sandbox::SeccompPolicy(profile, options), sandbox::kUnknownCall);
    if (!seccomp) return tl::unexpected(seccomp.error());
    // Process 1 of its namespace; without one, each fork says who it is.
    sandbox::SetSelf(*seccomp, 1);
    *filter = std::move(*seccomp);
  }
  return {};
}

/// Imports and exercises what programs of this kind use.
Result<PreparedInterpreter> WarmInterpreter(bool science, const std::string& temporary) {
  if (Status done = StartPython(temporary); !done) return tl::unexpected(done.error());
  for (const char* file : {"warm_base.py", "warm_science.py"}) {
    if (!science && std::string_view(file) == "warm_science.py") continue;
    if (auto globals = RunRuntimeFile(file); !globals) return tl::unexpected(globals.error());
  }
  PyRef programs;
  if (science) {
    auto globals = RunRuntimeFile("representative_programs.py");
    if (!globals) return tl::unexpected(globals.error());
    if (Status done = CallRuntime(*globals, "warm"); !done) return tl::unexpected(done.error());
    programs = std::move(*globals);
  }
  auto interpreter = PreparedInterpreter::Make();
  if (!interpreter) return interpreter;
  interpreter->programs = std::move(programs);
  ProgramRunner(*interpreter).Rehearse();
  return interpreter;
}

/// Makes forks cheap. Where that does not work they are as right, and slower.
void ShareMemory(WarmZygote& zygote) {
  FillGaps();
  ::malloc_trim(0);
  if (auto moved = MoveMemoryToImage(zygote.procfs)) {
    zygote.image_bytes = *moved;
  } else {
    std::fprintf(stderr, "pyrunner-zygote: forks copy its page tables: %s\n",
                 moved.error().message.c_str());
  }
  ReleaseHeap();
}

/// Makes programs cheap. Where that does not work, under gVisor for one, they are as right, and
/// there is nothing that an operator could do about it.
void FindPages(WarmZygote& zygote) {
  auto found = ProgramPages::Find(zygote.procfs, zygote.interpreter);
  if (found) zygote.pages = std::move(*found);
}

Status CheckThreads(const Fd& procfs) {
  auto threads = StatusNumber(procfs, "Threads:");
  if (!threads) return tl::unexpected(threads.error());
  if (*threads != 1) return Failure("a library left a thread running: forks would hang");
  return {};
}

Status MeasureMemory(WarmZygote& zygote) {
  auto data = StatusNumber(zygote.procfs, "VmData:");
  if (!data) return tl::unexpected(data.error());
  auto address_space = StatusNumber(zygote.procfs, "VmSize:");
  if (!address_space) return tl::unexpected(address_space.error());
  zygote.memory_base = {*data * 1024, *address_space * 1024};
  return {};
}

Status GiveUpCapabilities(const sandbox::SandboxSetup& setup) {
  const int error = sandbox::KeepCapabilities(NeededCapabilities(setup));
  if (error != 0) return SystemError("capset", "", error);
  return {};
}

}  // namespace

Result<WarmZygote> WarmUp(bool science, sandbox::SandboxSetup setup) {
  WarmZygote zygote;
  zygote.setup = std::move(setup);
  zygote.control = Fd(wire::kZygoteControlFd);
  zygote.procfs = Fd(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!zygote.procfs) return SystemError("open", "/proc");
  Status done = EnterPlace(zygote);
  if (done) done = CompileFilters(zygote);
  if (done) done = ShrinkThreadStacks();
  if (!done) return tl::unexpected(done.error());

  (void)BuiltinPolicies();  // made once here, and not in every fork
  GatherHeap();
  auto interpreter = WarmInterpreter(science, WarmUpFolder(zygote.setup));
  if (!interpreter) return tl::unexpected(interpreter.error());
  zygote.interpreter = std::move(*interpreter);
  if (zygote.setup.layers.Has(sandbox::Layer::kMountNamespace)) done = sandbox::SealRoot();
  if (done) done = CheckThreads(zygote.procfs);
  if (!done) return tl::unexpected(done.error());
  ShareMemory(zygote);
  FindPages(zygote);

  done = CheckDescriptors(zygote.procfs);
  if (done) done = MeasureMemory(zygote);
  if (done) done = GiveUpCapabilities(zygote.setup);
  if (!done) return tl::unexpected(done.error());
  return zygote;
}

}  // namespace pyrunner::interpreter
