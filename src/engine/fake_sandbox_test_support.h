// A child process that plays a sandbox, well or badly, and a slot that needs no privilege.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/child_test_support.h"
#include "base/unix_socket.h"
#include "engine/sandbox.h"
#include "sandbox/properties.h"
#include "wire/sandbox_messages.h"

namespace pyrunner {

/// What the child has in hand. All writes block; a peer that is gone ends the child.
class FakeSandbox {
 public:
  FakeSandbox(int channel, int out, int err) : channel_(channel), out_(out), err_(err) {}

  void Ready(std::uint32_t properties = sandbox::kAllProperties) const {
    Say(wire::Ready{.properties = properties, .isolate_nanoseconds = 5'000'000});
  }

  template <typename Message>
  void Say(const Message& message) const {
    std::string frame;
    wire::Append(message, frame);
    Write(channel_, frame);
  }

  /// Waits for the program as the real one does.
  [[nodiscard]] wire::ProgramMessage ReceiveProgram() const {
    std::string header = Read(8);
    std::uint32_t size = 0;
    std::memcpy(&size, header.data() + 4, sizeof size);
    auto program = wire::DecodeProgram(Read(size));
    if (!program) ::_exit(90);
    std::string started;
    wire::AppendFrame(wire::FrameType::kStarted, {}, started);
    Write(channel_, started);
    return std::move(*program);
  }

  void Print(std::string_view text) const { Write(out_, text); }
  void PrintError(std::string_view text) const { Write(err_, text); }
  void WriteToChannel(std::string_view bytes) const { Write(channel_, bytes); }
  [[nodiscard]] bool WriteSome(int stream, std::string_view bytes) const {
    return ::write(stream, bytes.data(), bytes.size()) > 0;
  }

  void CloseOutputs() const {
    for (const int fd : {out_, err_}) ::close(fd);
  }
  void CloseAll() const {
    CloseOutputs();
    ::close(channel_);
  }

  [[nodiscard]] int out() const { return out_; }
  [[nodiscard]] int err() const { return err_; }

  [[noreturn]] static void Hang() {
    while (true) ::pause();
  }
  [[noreturn]] static void DieBy(int signal) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);
    ::_exit(91);
  }

 private:
  static void Write(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd, bytes.data(), bytes.size());
      if (written <= 0) ::_exit(92);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  [[nodiscard]] std::string Read(std::size_t size) const {
    std::string bytes(size, '\0');
    for (std::size_t at = 0; at < size;) {
      const ssize_t received = ::read(channel_, bytes.data() + at, size - at);
      if (received <= 0) ::_exit(93);
      at += static_cast<std::size_t>(received);
    }
    return bytes;
  }

  int channel_;
  int out_;
  int err_;
};

/// Forks the child, which plays `role(FakeSandbox)` and exits with what that returns.
template <typename Role>
ForkedSandbox ForkFake(Role role) {
  auto channel = SocketPair(SOCK_STREAM);
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  EXPECT_TRUE(channel && ::pipe2(out.data(), O_CLOEXEC) == 0 &&
              ::pipe2(err.data(), O_CLOEXEC) == 0);
  const Fd out_there(out[1]);
  const Fd err_there(err[1]);
  ForkedSandbox forked;
  forked.standard_output = Fd(out[0]);
  forked.standard_error = Fd(err[0]);
  const pid_t pid = ForkChild([&]() -> int {
    // The engine's ends, which would keep the streams open.
    channel->first.Reset();
    ::close(out[0]);
    ::close(err[0]);
    ::signal(SIGPIPE, SIG_DFL);
    return role(FakeSandbox(channel->second.get(), out[1], err[1]));
  });
  forked.pid = pid;
  auto process = Pidfd::Open(pid);
  EXPECT_TRUE(process);
  forked.process = Fd(process->Release());
  forked.channel = std::move(channel->first);
  forked.fork_time = std::chrono::milliseconds(3);
  return forked;
}

/// The files of a version 2 memory cgroup, as far as an engine sees them.
class FakeCgroup {
 public:
  FakeCgroup() : limit_(Make()), events_(Make()), peak_(Make()), procs_(Make()) {
    SetOutOfMemoryKills(0);
    Put(peak_, "7340032\n");
  }

  [[nodiscard]] sandbox::Cgroup Group() const {
    constexpr std::uint32_t kHasPeakAndIsUnified = 6;
    std::vector<Fd> fds;
    for (const Fd* file : {&limit_, &events_, &peak_, &procs_}) {
      fds.emplace_back(::fcntl(file->get(), F_DUPFD_CLOEXEC, 0));
    }
    auto group = sandbox::Cgroup::FromFds(std::move(fds), kHasPeakAndIsUnified);
    EXPECT_TRUE(group);
    return std::move(*group);
  }

  void SetOutOfMemoryKills(int count) const {
    Put(events_,
        "low 0\nhigh 0\nmax 9\noom 1\noom_kill " + std::to_string(count) + "\noom_group_kill 0\n");
  }
  [[nodiscard]] std::string Limit() const {
    std::array<char, 64> text{};
    const ssize_t size = ::pread(limit_.get(), text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }
  /// From now on no limit can be set: the file takes no write.
  void RefuseLimits() { limit_ = Fd(::open("/dev/full", O_RDWR | O_CLOEXEC)); }

 private:
  static Fd Make() { return Fd(::memfd_create("cgroup", MFD_CLOEXEC)); }
  static void Put(const Fd& file, std::string_view text) {
    EXPECT_EQ(::ftruncate(file.get(), 0), 0);
    EXPECT_EQ(::pwrite(file.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }

  Fd limit_;
  Fd events_;
  Fd peak_;
  Fd procs_;
};

}  // namespace pyrunner
