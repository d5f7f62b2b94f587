#include "base/text_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "base/child_test_support.h"
#include "base/fd.h"

namespace pyrunner {
namespace {

class TextFileTest : public testing::Test {
 protected:
  std::string Make(const std::string& name, const std::string& content) {
    std::ofstream(directory_.File(name), std::ios::binary) << content;
    return directory_.File(name);
  }

  TemporaryDirectory directory_;
};

TEST_F(TextFileTest, ReadsAllBytes) {
  const std::string content("line\n\0after a NUL\xff\n", 18);
  const auto text = ReadTextFile(Make("bytes", content));
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, content);
}

TEST_F(TextFileTest, ReadsAnEmptyFile) {
  const auto text = ReadTextFile(Make("empty", ""));
  ASSERT_TRUE(text);
  EXPECT_TRUE(text->empty());
}

TEST_F(TextFileTest, ReadsMoreThanOneBuffer) {
  for (const std::size_t size : {4095U, 4096U, 4097U, 100'000U}) {
    std::string content(size, 'a');
    content.back() = 'z';
    const auto text = ReadTextFile(Make("long", content));
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, content);
  }
}

// Their size is 0, as fstat tells it.
TEST_F(TextFileTest, ReadsTheKernelsFiles) {
  const auto text = ReadTextFile("/proc/self/status");
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("\nThreads:"), std::string::npos);
}

TEST_F(TextFileTest, RefusesWhatIsTooLarge) {
  const std::string path = Make("sparse", "");
  constexpr off_t kLimit = 16 * 1024 * 1024;
  ASSERT_EQ(::truncate(path.c_str(), kLimit), 0);
  EXPECT_TRUE(ReadTextFile(path));
  ASSERT_EQ(::truncate(path.c_str(), kLimit + 1), 0);
  const auto text = ReadTextFile(path);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message, path + " is too large");
  EXPECT_FALSE(ReadTextFile("/dev/zero"));
}

TEST_F(TextFileTest, ErrorsNameTheFile) {
  const std::string path = directory_.File("none");
  const auto text = ReadTextFile(path);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ENOENT);
  EXPECT_EQ(text.error().message, "open " + path + ": No such file or directory");

  const auto folder = ReadTextFile(directory_.path());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, EISDIR);
}

TEST_F(TextFileTest, WritesIntoAFileThatExists) {
  const std::string path = Make("value", "old");
  ASSERT_TRUE(WriteTextFile(path, "new"));
  EXPECT_EQ(ReadTextFile(path).value_or(""), "new");
}

TEST_F(TextFileTest, MakesNoFile) {
  const std::string path = directory_.File("none");
  const auto written = WriteTextFile(path, "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ENOENT);
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST_F(TextFileTest, SaysWhenTheKernelRefusesTheValue) {
  const auto written = WriteTextFile("/dev/full", "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ENOSPC);
  EXPECT_EQ(written.error().message, "write /dev/full: No space left on device");
}

// The kernel's files take a value whole or not at all: two writes would be two values.
TEST_F(TextFileTest, WritesAtOnce) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_DIRECT), 0);  // a packet for each write
  const Fd read(ends[0]);
  const Fd write(ends[1]);
  ASSERT_TRUE(WriteTextFile("/proc/self/fd/" + std::to_string(write.get()), "+memory +pids"));
  char buffer[64];
  EXPECT_EQ(::read(read.get(), buffer, sizeof buffer), 13);
}

}  // namespace
}  // namespace pyrunner
