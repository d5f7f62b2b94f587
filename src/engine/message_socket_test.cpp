#include "engine/message_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "engine/event_loop_test_support.h"

namespace pyrunner {
namespace {

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

class MessageSocketTest : public testing::Test {
 protected:
  using Received = std::optional<Result<ReceivedMessage>>;

  MessageSocketTest() {
    auto pair = SocketPair(SOCK_SEQPACKET);
    EXPECT_TRUE(pair);
    socket_.emplace(loop_.executor(), std::move(pair->first));
    peer_ = std::move(pair->second);
  }

  EventLoop loop_;
  std::optional<MessageSocket> socket_;
  Fd peer_;
  std::array<std::byte, 16> buffer_{};
};

TEST_F(MessageSocketTest, ReceivesWhatIsThereAlready) {
  ASSERT_TRUE(SendMessage(peer_.get(), Bytes("hello"), {}));
  const auto received = loop_.Run(socket_->Receive(buffer_));
  ASSERT_TRUE(received && *received);
  EXPECT_EQ((*received)->size, 5U);
  EXPECT_EQ(std::memcmp(buffer_.data(), "hello", 5), 0);
}

TEST_F(MessageSocketTest, WaitsForWhatComesLater) {
  Received received;
  loop_.Start(socket_->Receive(buffer_), received);
  loop_.Settle();
  EXPECT_FALSE(received);
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(SendMessage(peer_.get(), Bytes("x"), std::array{null.get()}));
  ASSERT_TRUE(loop_.RunUntil([&] { return received.has_value(); }));
  ASSERT_TRUE(*received);
  EXPECT_EQ((*received)->fds.size(), 1U);
}

TEST_F(MessageSocketTest, ReadsAPeerThatClosesAsNothing) {
  Received received;
  loop_.Start(socket_->Receive(buffer_), received);
  loop_.Settle();
  peer_.Reset();
  ASSERT_TRUE(loop_.RunUntil([&] { return received.has_value(); }));
  ASSERT_TRUE(*received);
  EXPECT_EQ((*received)->size, 0U);
}

TEST_F(MessageSocketTest, AMessageThatDoesNotFitIsAnError) {
  ASSERT_TRUE(SendMessage(peer_.get(), Bytes("more than sixteen bytes"), {}));
  const auto received = loop_.Run(socket_->Receive(buffer_));
  ASSERT_TRUE(received);
  EXPECT_FALSE(*received);
}

TEST_F(MessageSocketTest, ClosingEndsTheWait) {
  Received received;
  loop_.Start(socket_->Receive(buffer_), received);
  loop_.Settle();
  socket_->Close();
  ASSERT_TRUE(loop_.RunUntil([&] { return received.has_value(); }));
  EXPECT_FALSE(*received);

  const auto again = loop_.Run(socket_->Receive(buffer_));
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
  EXPECT_FALSE(socket_->Send(Bytes("x"), {}));
  socket_->Close();
}

TEST_F(MessageSocketTest, SendsWithDescriptors) {
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(socket_->Send(Bytes("ping"), std::array{null.get()}));
  const auto received = ReceiveMessage(peer_.get(), buffer_);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->size, 4U);
  EXPECT_EQ(received->fds.size(), 1U);
}

TEST_F(MessageSocketTest, NeverWaitsForRoom) {
  Status sent;
  for (int i = 0; i < 100'000 && sent; ++i) sent = socket_->Send(Bytes("full?"), {});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, EAGAIN);
}

}  // namespace
}  // namespace pyrunner
