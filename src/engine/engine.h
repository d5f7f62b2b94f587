// Engine: runs programs in sandboxes. Knows no HTTP and no JSON.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <vector>

#include "engine/activity.h"
#include "engine/admission.h"
#include "engine/engine_options.h"
#include "engine/engine_status.h"
#include "engine/pool.h"
#include "engine/ready_budget.h"
#include "engine/runner.h"
#include "engine/slots.h"
#include "engine/supervisor_client.h"

namespace pyrunner {

/// What the memory limits of all running programs may sum up to, in bytes; 0: no bound.
[[nodiscard]] std::uint64_t MemoryBound(const EngineOptions& options);

/// What a program gets of the memory that it asks for: nobody can have more than there is. More
/// than the bound stays as it is, to be rejected.
[[nodiscard]] std::uint64_t GrantedMemory(const EngineOptions& options, std::uint64_t asked_bytes);

/// How many slots an engine with these options has at its start.
[[nodiscard]] std::uint32_t SlotsAtStart(const EngineOptions& options);
/// How many it may come to need.
[[nodiscard]] std::uint32_t SlotsFor(const EngineOptions& options);

/// The engine of one service. Everything happens on the executor's single thread. Stop it before
/// it is destroyed.
class Engine final : public Runner {
 public:
  Engine(boost::asio::any_io_executor executor, EngineOptions options,
         sandbox::SupervisorProcess supervisor, sandbox::SandboxResources resources);

  /// Starts the zygotes, the cheap one first.
  void Start();

  boost::asio::awaitable<tl::expected<Outcome, Rejection>> Run(
      Program program, std::shared_ptr<Cancellation> cancellation) override;

  /// Waits for the first ready sandbox; an error if there will be none.
  boost::asio::awaitable<Status> AwaitReady();

  /// Completes when the supervisor has ended, which leaves a service that cannot go on.
  boost::asio::awaitable<void> AwaitSupervisorEnd() { return supervisor_.AwaitEnd(); }

  /// Rejects what comes, lets what runs finish until the deadline, then kills it; completes when
  /// no process is left.
  boost::asio::awaitable<void> Stop(Deadline deadline);

  /// Other numbers for requests from now on; `max_running` at most that of the start, for which
  /// there are slots. Who waits already keeps its deadline.
  void SetQueue(std::uint32_t max_running, std::uint32_t max_queued,
                std::chrono::milliseconds queue_time);

  [[nodiscard]] EngineStatus status() const;

 private:
  [[nodiscard]] Pool& PoolFor(wire::ZygoteKind kind, sandbox::SyscallProfile profile);

  EngineOptions options_;
  SupervisorClient supervisor_;
  Slots slots_;
  Admission admission_;
  Activity activity_;
  ReadyBudget ready_budget_;
  std::array<Pool, wire::kZygoteKinds> pools_;
  WaitList ticks_;
};

}  // namespace pyrunner
