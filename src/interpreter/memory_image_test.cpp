#include "interpreter/memory_image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <string>
#include <vector>

#include "base/child_test_support.h"
#include "interpreter/interpreter_test_support.h"
#include "interpreter/memory_map.h"
#include "interpreter/warm_heap.h"

namespace pyrunner::interpreter {
namespace {

// Each test is a process of its own, which may give up its memory.
class MemoryImageTest : public PythonTest {
 protected:
  static Fd Procfs() { return Fd(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)); }

  static std::string NameOf(const void* address) {
    const auto mappings = ReadMemoryMap(Procfs());
    for (const auto& mapping : *mappings) {
      const auto wanted = reinterpret_cast<std::uintptr_t>(address);
      if (mapping.begin <= wanted && wanted < mapping.end) return mapping.name;
    }
    return "nothing";
  }
  static bool IsInImage(const void* address) { return NameOf(address).starts_with("/memfd:"); }
};

int global_variable = 41;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

TEST_F(MemoryImageTest, EverythingIsAsItWasAndInTheImage) {
  EXPECT_EQ(RunInChild([] {
              GatherHeap();
              const std::string small(100, 's');
              const std::vector<int> large(1 << 20, 7);
              const auto moved = MoveMemoryToImage(Procfs());
              CHILD_CHECK(moved);
              CHILD_CHECK(*moved > large.size() * sizeof(int));
              CHILD_CHECK(small == std::string(100, 's'));
              CHILD_CHECK(std::count(large.begin(), large.end(), 7) == 1 << 20);
              CHILD_CHECK(global_variable == 41);
              CHILD_CHECK(IsInImage(small.data()) && IsInImage(large.data()));
              CHILD_CHECK(IsInImage(&global_variable));
              CHILD_CHECK(IsInImage(reinterpret_cast<const void*>(&MoveMemoryToImage)));
              CHILD_CHECK(IsInImage(reinterpret_cast<const void*>(&std::strlen)));
              return 0;
            }),
            0);
}

TEST_F(MemoryImageTest, ForksWriteForThemselves) {
  EXPECT_EQ(RunInChild([] {
              GatherHeap();
              std::vector<int> numbers(100'000, 1);
              CHILD_CHECK(MoveMemoryToImage(Procfs()));
              ReleaseHeap();
              const pid_t pid = ForkChild([&] {
                std::fill(numbers.begin(), numbers.end(), 2);
                global_variable = 2;
                numbers.resize(10'000'000, 3);
                return numbers[0] + numbers[9'999'999] == 5 ? 0 : 1;
              });
              CHILD_CHECK(WaitFor(pid) == 0);
              CHILD_CHECK(numbers.size() == 100'000 && numbers[0] == 1 && global_variable == 41);
              global_variable = 42;
              const pid_t next = ForkChild([&] { return global_variable == 42 ? 0 : 1; });
              CHILD_CHECK(WaitFor(next) == 0);
              return 0;
            }),
            0);
}

TEST_F(MemoryImageTest, NothingCanBeWrittenAndExecuted) {
  EXPECT_EQ(RunInChild([] {
              GatherHeap();
              CHILD_CHECK(MoveMemoryToImage(Procfs()));
              const auto mappings = ReadMemoryMap(Procfs());
              for (const auto& mapping : *mappings) {
                if (!mapping.name.starts_with("/memfd:")) continue;
                CHILD_CHECK(!mapping.shared);
                CHILD_CHECK(mapping.protection == (PROT_READ | PROT_WRITE) ||
                            mapping.protection == (PROT_READ | PROT_EXEC));
              }
              return 0;
            }),
            0);
}

TEST_F(MemoryImageTest, NoDescriptorIsLeft) {
  EXPECT_EQ(RunInChild([] {
              GatherHeap();
              const Fd before(::open("/dev/null", O_RDONLY));
              CHILD_CHECK(MoveMemoryToImage(Procfs()));
              const Fd after(::open("/dev/null", O_RDONLY));
              CHILD_CHECK(after.get() == before.get() + 1);
              return 0;
            }),
            0);
}

TEST_F(MemoryImageTest, PythonGoesOn) {
  EXPECT_EQ(RunInChild([] {
              GatherHeap();
              CHILD_CHECK(MoveMemoryToImage(Procfs()));
              ReleaseHeap();
              return PyRun_SimpleString(
                  "import json, random, threading\n"
                  "data = {str(i): [i] * 10 for i in range(50_000)}\n"
                  "assert json.loads(json.dumps(data)) == data\n"
                  "thread = threading.Thread(target=data.clear)\n"
                  "thread.start(); thread.join()\n"
                  "assert not data\n");
            }),
            0);
}

TEST_F(MemoryImageTest, HardlyUsedMemoryStaysWhereItIs) {
  EXPECT_EQ(RunInChild([] {
              GatherHeap();
              constexpr std::size_t kSize = std::size_t{64} << 20U;
              auto* reserved =
                  static_cast<char*>(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
              reserved[kSize / 2] = 'x';
              const auto moved = MoveMemoryToImage(Procfs());
              CHILD_CHECK(moved);
              CHILD_CHECK(!IsInImage(reserved + kSize / 2) && reserved[kSize / 2] == 'x');
              return 0;
            }),
            0);
}

TEST_F(MemoryImageTest, WithoutMemoryForItForksAreAsBefore) {
  EXPECT_EQ(RunInChild([] {
              GatherHeap();
              // The image is a file, and too large for this limit.
              const rlimit limit{1 << 20, 1 << 20};
              CHILD_CHECK(::signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
              CHILD_CHECK(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
              const std::string text(100, 's');
              const auto moved = MoveMemoryToImage(Procfs());
              CHILD_CHECK(!moved);
              CHILD_CHECK(text == std::string(100, 's') && !IsInImage(text.data()));
              CHILD_CHECK(WaitFor(ForkChild([] { return global_variable == 41 ? 0 : 1; })) == 0);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace pyrunner::interpreter
