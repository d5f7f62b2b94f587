// The fixture for tests of Sandbox: one child, one slot, one event loop.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include "engine/event_loop_test_support.h"
#include "engine/fake_sandbox_test_support.h"

namespace pyrunner {

/// Adopts one child and checks at the end that its slot came back.
class SandboxFixture : public testing::Test {
 protected:
  // As the gateway does: a sandbox that dies while its program is sent is no reason to die too.
  static void SetUpTestSuite() { ::signal(SIGPIPE, SIG_IGN); }

  void TearDown() override {
    if (!sandbox_) return;
    sandbox_->Kill();
    EXPECT_TRUE(loop_.RunUntil([&] { return !sandbox_->alive() && slots_returned_ > 0; }));
    loop_.Settle();
    EXPECT_EQ(slots_returned_, 1) << "the slot comes back once";
    EXPECT_EQ(returned_index_, 5U);
  }

  template <typename Role>
  void Adopt(Role role) {
    AdoptForked(ForkFake(role));
  }
  void AdoptForked(ForkedSandbox forked) {
    sandbox_ =
        Sandbox::Adopt(loop_.executor(), std::move(forked),
                       Slot{.index = 5, .uid = 1005, .cgroup = cgroup_.Group()}, [this](Slot slot) {
                         ++slots_returned_;
                         returned_index_ = slot.index;
                       });
  }

  Status AwaitReady(std::chrono::milliseconds time = std::chrono::seconds(10),
                    std::uint32_t required = sandbox::kAllProperties) {
    auto ready = loop_.Run(sandbox_->AwaitReady(SteadyClock::now() + time, required));
    return ready ? std::move(*ready) : Status(Failure("no answer"));
  }

  std::string WhyNotReady(std::chrono::milliseconds time = std::chrono::seconds(10)) {
    const Status ready = AwaitReady(time);
    return ready ? "ready" : ready.error().message;
  }

  /// Runs a program in a sandbox that plays `role` from its start on.
  template <typename Role>
  Outcome RunIn(Role role, Program program = {}) {
    Adopt(role);
    EXPECT_TRUE(AwaitReady());
    auto outcome = loop_.Run(sandbox_->Run(Shared(std::move(program)), options_, cancellation_));
    EXPECT_TRUE(outcome && *outcome);
    // One that is refused or killed may be told before the kernel is done with its process.
    EXPECT_TRUE(loop_.RunUntil([&] { return !sandbox_->alive(); }));
    return outcome && *outcome ? std::move(**outcome) : Outcome{};
  }

  static std::shared_ptr<const Program> Shared(Program program) {
    return std::make_shared<const Program>(std::move(program));
  }

  static Program Within(std::chrono::milliseconds time) {
    return {.code = "pass", .limits = {.wall_time = time}};
  }

  EventLoop loop_;
  FakeCgroup cgroup_;
  EngineOptions options_;
  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  std::shared_ptr<Sandbox> sandbox_;
  int slots_returned_ = 0;
  std::uint32_t returned_index_ = 0;
};

}  // namespace pyrunner
