#include "base/unix_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace pyrunner {
namespace {

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::size_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

bool SameFile(int a, int b) {
  struct stat first {};
  struct stat second {};
  return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

class UnixSocketTest : public testing::Test {
 protected:
  UnixSocketTest() {
    auto pair = SocketPair(SOCK_SEQPACKET);
    EXPECT_TRUE(pair);
    here_ = std::move(pair->first);
    there_ = std::move(pair->second);
  }

  Fd here_;
  Fd there_;
  std::array<std::byte, 64> buffer_{};
};

TEST_F(UnixSocketTest, SocketsAreClosedByExec) {
  EXPECT_NE(::fcntl(here_.get(), F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_NE(::fcntl(there_.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(UnixSocketTest, MessagesKeepTheirBoundaries) {
  ASSERT_TRUE(SendMessage(here_.get(), Bytes("one"), {}));
  ASSERT_TRUE(SendMessage(here_.get(), Bytes("three"), {}));
  const auto first = ReceiveMessage(there_.get(), buffer_);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size, 3U);
  EXPECT_EQ(std::memcmp(buffer_.data(), "one", 3), 0);
  EXPECT_TRUE(first->fds.empty());
  const auto second = ReceiveMessage(there_.get(), buffer_);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->size, 5U);
}

TEST_F(UnixSocketTest, DescriptorsTravelInOrderAndAreClosedByExec) {
  const Fd null(::open("/dev/null", O_RDONLY));
  const Fd zero(::open("/dev/zero", O_RDONLY));
  ASSERT_TRUE(SendMessage(here_.get(), Bytes("fds"), std::array{null.get(), zero.get()}));
  const auto received = ReceiveMessage(there_.get(), buffer_);
  ASSERT_TRUE(received);
  ASSERT_EQ(received->fds.size(), 2U);
  EXPECT_TRUE(SameFile(received->fds[0].get(), null.get()));
  EXPECT_TRUE(SameFile(received->fds[1].get(), zero.get()));
  EXPECT_NE(received->fds[0].get(), null.get());
  EXPECT_NE(::fcntl(received->fds[0].get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(UnixSocketTest, AsManyDescriptorsAsPromisedAndNoMore) {
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const std::vector<int> most(kMaxPassedFds, null.get());
  ASSERT_TRUE(SendMessage(here_.get(), Bytes("x"), most));
  const auto received = ReceiveMessage(there_.get(), buffer_);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->fds.size(), kMaxPassedFds);

  const std::vector<int> too_many(kMaxPassedFds + 1, null.get());
  EXPECT_FALSE(SendMessage(here_.get(), Bytes("x"), too_many));
}

TEST_F(UnixSocketTest, AMessageThatDoesNotFitIsAnErrorAndLeaksNothing) {
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const std::size_t before = OpenDescriptors();
  ASSERT_TRUE(SendMessage(here_.get(), Bytes("12345"), std::array{null.get()}));
  const auto received = ReceiveMessage(there_.get(), std::span(buffer_).first(4));
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().message, "message truncated");
  EXPECT_EQ(OpenDescriptors(), before);
}

// Sent by hand, because SendMessage refuses to.
TEST_F(UnixSocketTest, MoreDescriptorsThanExpectedAreAnErrorAndLeakNothing) {
  constexpr std::size_t kCount = kMaxPassedFds + 8;
  const std::size_t before = OpenDescriptors();
  std::array<int, kCount> fds{};
  fds.fill(here_.get());
  char byte = 'x';
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fds)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fds);
  std::memcpy(CMSG_DATA(header), fds.data(), sizeof fds);
  ASSERT_EQ(::sendmsg(here_.get(), &message, 0), 1);

  EXPECT_FALSE(ReceiveMessage(there_.get(), buffer_));
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_F(UnixSocketTest, APeerThatClosedReadsAsNothing) {
  here_.Reset();
  const auto received = ReceiveMessage(there_.get(), buffer_);
  ASSERT_TRUE(received) << received.error().message;
  EXPECT_EQ(received->size, 0U);
}

TEST_F(UnixSocketTest, SendingToAPeerThatClosedIsAnErrorAndNotASignal) {
  there_.Reset();
  const auto sent = SendMessage(here_.get(), Bytes("x"), {});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, EPIPE);
}

TEST_F(UnixSocketTest, DoesNotWaitWhenAskedNotTo) {
  const auto received = ReceiveMessage(there_.get(), buffer_, MSG_DONTWAIT);
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, EAGAIN);

  Status sent;
  for (int i = 0; i < 100'000 && sent; ++i) {
    sent = SendMessage(here_.get(), Bytes("full?"), {}, MSG_DONTWAIT);
  }
  ASSERT_FALSE(sent) << "the buffer never filled up";
  EXPECT_EQ(sent.error().code, EAGAIN);
}

TEST_F(UnixSocketTest, StructsTravelByTheirBytes) {
  struct Pair {
    std::uint64_t a;
    std::uint32_t b;
    std::uint32_t c;
  };
  const Pair sent{0x1122334455667788U, 7, 9};
  ASSERT_TRUE(SendMessage(here_.get(), BytesOf(sent), {}));
  Pair received{};
  const auto message = ReceiveMessage(there_.get(), WritableBytesOf(received));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->size, sizeof received);
  EXPECT_EQ(received.a, sent.a);
  EXPECT_EQ(received.b, sent.b);
  EXPECT_EQ(received.c, sent.c);
}

}  // namespace
}  // namespace pyrunner
