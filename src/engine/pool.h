// Pool: the sandboxes of one zygote kind that are ready before anybody asks for them.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "base/cancellation.h"
#include "base/deadline.h"
#include "engine/engine_options.h"
#include "engine/engine_status.h"
#include "engine/sandbox.h"
#include "engine/slots.h"
#include "engine/supervisor_client.h"
#include "engine/wait_list.h"
#include "engine/zygote_client.h"
#include "sandbox/syscall_profile.h"

namespace pyrunner {

/// Keeps a zygote alive and a number of its sandboxes of each profile ready; renews the zygote by
/// age and by use, the successor warm first, and replaces it when it dies, while requests wait.
/// Used from the gateway's thread.
class Pool {
 public:
  Pool(boost::asio::any_io_executor executor, wire::ZygoteKind kind, const EngineOptions& options,
       Slots& slots, SupervisorClient& supervisor);

  /// Starts the zygote, in the background.
  void Start();

  /// A sandbox of this profile that is ready, for one program; nothing if the deadline passed, the
  /// request was cancelled or the pool was stopped first.
  boost::asio::awaitable<std::shared_ptr<Sandbox>> Acquire(
      sandbox::SyscallProfile profile, Deadline deadline,
      std::shared_ptr<Cancellation> cancellation);

  /// Ends the zygote and everything that it forked.
  void Stop();

  /// False while this kind cannot be had and nothing says that it will be soon.
  [[nodiscard]] bool usable(sandbox::SyscallProfile profile) const {
    const bool zygotes = failures_ < kGiveUpAfter || (zygote_ && zygote_->alive());
    const Shelf& shelf = shelves_[static_cast<std::size_t>(profile)];
    // Where none are kept ready only a request can find out that it works again.
    const bool worth_a_try =
        shelf.spawn_failures < kGiveUpAfter ||
        (options_.ReadySandboxes(profile) == 0 && SteadyClock::now() >= shelf.spawn_again_at);
    return !shelf.ready.empty() || (zygotes && worth_a_try);
  }
  [[nodiscard]] bool has_ready(sandbox::SyscallProfile profile) const {
    return !shelves_[static_cast<std::size_t>(profile)].ready.empty();
  }
  [[nodiscard]] ZygoteStatus status() const;
  /// True once nothing of the pool is left: no zygote, no sandbox.
  [[nodiscard]] bool Empty() const;

 private:
  // Failed starts in a row, after which requests are sent elsewhere or refused.
  static constexpr int kGiveUpAfter = 3;

  struct ReadySandbox {
    std::shared_ptr<Sandbox> sandbox;
    std::shared_ptr<ZygoteClient> zygote;  // that forked it
  };

  /// The ready sandboxes of one profile, and those who wait for one.
  struct Shelf {
    Shelf(const boost::asio::any_io_executor& executor, sandbox::SyscallProfile its_profile)
        : profile(its_profile), available(executor) {}
    sandbox::SyscallProfile profile;
    std::deque<ReadySandbox> ready;
    std::size_t spawning = 0;
    std::size_t waiting = 0;
    bool refill_scheduled = false;
    int spawn_failures = 0;  // in a row
    Deadline spawn_again_at{};
    WaitList available;
  };

  boost::asio::awaitable<void> KeepZygote();
  boost::asio::awaitable<void> Spawn(Shelf& shelf, std::shared_ptr<ZygoteClient> zygote, Slot slot);
  boost::asio::awaitable<void> ReapStray(Slot slot);
  /// Where scratch space is a directory: stops the sandbox when it has filled it.
  boost::asio::awaitable<void> WatchScratch(std::shared_ptr<Sandbox> sandbox);
  boost::asio::awaitable<void> WatchThreads(std::shared_ptr<Sandbox> sandbox);
  void Refill();
  void Refill(Shelf& shelf);
  /// Refilling competes with the program that was just sent, so it waits until that has a start.
  boost::asio::awaitable<void> RefillAfter(Shelf& shelf, SteadyClock::duration delay);
  void SpawnFailed(Shelf& shelf, const std::string& why);
  void AddReady(Shelf& shelf, ReadySandbox ready);
  /// Ends what nobody waits for any more: it would keep a slot from the other profile's programs.
  void DropSurplus(Shelf& shelf);
  void DropDead();
  void Log(EngineOptions::LogLevel level, const std::string& text) const;
  [[nodiscard]] std::size_t CurrentReady(const Shelf& shelf) const;
  [[nodiscard]] std::size_t WantedReady(const Shelf& shelf) const;

  boost::asio::any_io_executor executor_;
  wire::ZygoteKind kind_;
  const EngineOptions& options_;
  Slots& slots_;
  SupervisorClient& supervisor_;
  std::shared_ptr<ZygoteClient> zygote_;
  Deadline warm_since_{};
  std::array<Shelf, sandbox::kSyscallProfiles> shelves_;
  std::set<std::shared_ptr<Sandbox>> live_;  // forked and not ended
  std::size_t watching_ = 0;
  WaitList stopping_;
  std::shared_ptr<Cancellation> warming_ = std::make_shared<Cancellation>();
  std::minstd_rand jitter_;  // of renewals, not of secrets
  int failures_ = 0;         // of starting a zygote, in a row
  bool stopped_ = false;
  bool keeping_ = false;
};

}  // namespace pyrunner
