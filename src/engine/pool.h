// Pool: the sandboxes of one zygote kind that are ready before anybody asks for them.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/cancellation.h"
#include "base/deadline.h"
#include "engine/activity.h"
#include "engine/engine_options.h"
#include "engine/engine_status.h"
#include "engine/kinds_of_late.h"
#include "engine/ready_budget.h"
#include "engine/sandbox.h"
#include "engine/sandbox_watch.h"
#include "engine/shelf.h"
#include "engine/slots.h"
#include "engine/supervisor_client.h"
#include "engine/wait_list.h"
#include "engine/zygote_keeper.h"
#include "sandbox/syscall_profile.h"

namespace pyrunner {

/// A zygote and, for each system call profile, a shelf of its sandboxes. Makes sandboxes when the
/// shelves say so. Used from the gateway's thread.
class Pool final : private Shelf::Maker {
 public:
  Pool(boost::asio::any_io_executor executor, wire::ZygoteKind kind, const EngineOptions& options,
       Slots& slots, SupervisorClient& supervisor, const Activity& activity, ReadyBudget& budget);

  /// Starts the zygote, in the background.
  void Start();

  /// A request has come that will ask for a sandbox of this profile, for a program of these kinds
  /// (bits of wire::ProgramKind).
  void Expect(sandbox::SyscallProfile profile, std::uint32_t kinds) {
    kinds_.Came(kinds);
    ShelfOf(profile).Expect(SteadyClock::now());
  }

  /// See Shelf.
  boost::asio::awaitable<std::shared_ptr<Sandbox>> Acquire(
      sandbox::SyscallProfile profile, Deadline deadline,
      std::shared_ptr<Cancellation> cancellation);

  /// Ends the zygote and everything that it forked.
  void Stop();

  /// False while this kind cannot be had and nothing says that it will be soon.
  [[nodiscard]] bool usable(sandbox::SyscallProfile profile) const {
    return ShelfOf(profile).usable();
  }
  [[nodiscard]] bool has_ready(sandbox::SyscallProfile profile) const {
    return ShelfOf(profile).ready() > 0;
  }
  /// Whether there is a zygote now, and forks succeed.
  [[nodiscard]] bool can_make(sandbox::SyscallProfile profile) const {
    return zygotes_.zygote() != nullptr && ShelfOf(profile).usable();
  }
  [[nodiscard]] ZygoteStatus status() const;
  /// True once nothing of the pool is left: no zygote, no sandbox.
  [[nodiscard]] bool Empty() const;

 private:
  bool Make(Shelf& shelf, Preparation preparation) override;
  void Hurry(Shelf& shelf) override;
  [[nodiscard]] std::uint64_t zygote() const override;
  [[nodiscard]] bool has_zygote() const override { return zygotes_.hopeful(); }
  void Doubt() override { zygotes_.Kill(); }

  boost::asio::awaitable<void> Spawn(Shelf& shelf, Preparation preparation, Slot slot);
  boost::asio::awaitable<void> ReapStray(Slot slot);
  /// The engine's handle on a fork, known to live from now on.
  std::shared_ptr<Sandbox> Adopt(ForkedSandbox forked, Slot slot);
  void ZygoteChanged();
  void Refill();
  [[nodiscard]] Shelf::Options OptionsOf(sandbox::SyscallProfile profile) const;
  void Log(EngineOptions::LogLevel level, const std::string& text) const;

  [[nodiscard]] sandbox::SyscallProfile ProfileOf(const Shelf& shelf) const {
    return static_cast<sandbox::SyscallProfile>(&shelf - shelves_.data());
  }
  [[nodiscard]] Shelf& ShelfOf(sandbox::SyscallProfile profile) {
    return shelves_[static_cast<std::size_t>(profile)];
  }
  [[nodiscard]] const Shelf& ShelfOf(sandbox::SyscallProfile profile) const {
    return shelves_[static_cast<std::size_t>(profile)];
  }

  boost::asio::any_io_executor executor_;
  wire::ZygoteKind kind_;
  const EngineOptions& options_;
  Slots& slots_;
  const ReadyBudget& ready_budget_;
  ZygoteKeeper zygotes_;
  std::array<Shelf, sandbox::kSyscallProfiles> shelves_;
  KindsOfLate kinds_;
  SandboxWatch watch_;
  std::set<std::shared_ptr<Sandbox>> live_;           // forked and not ended
  std::map<Sandbox*, const Shelf*> at_low_priority_;  // of the live ones
  WaitList stopping_;
  std::uint64_t failed_ = 0;  // sandboxes that could not be made
  std::size_t strays_ = 0;    // slots of which a process may be left
  bool stopped_ = false;
};

}  // namespace pyrunner
