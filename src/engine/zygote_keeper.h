// ZygoteKeeper: one zygote of a kind, always.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "base/cancellation.h"
#include "base/deadline.h"
#include "engine/engine_options.h"
#include "engine/engine_status.h"
#include "engine/supervisor_client.h"
#include "engine/wait_list.h"
#include "engine/zygote_client.h"

namespace pyrunner {

/// Starts a zygote, renews it by age and by use, the successor warm first, and replaces it when it
/// dies. Used from the gateway's thread.
class ZygoteKeeper {
 public:
  using Log = std::function<void(EngineOptions::LogLevel, const std::string&)>;

  /// `on_change` is called when another zygote is warm, and when there is no hope for one any more.
  ZygoteKeeper(boost::asio::any_io_executor executor, wire::ZygoteKind kind,
               const EngineOptions& options, SupervisorClient& supervisor, Log log,
               std::function<void()> on_change);

  /// Starts the first one, in the background.
  void Start();
  /// Lets it end.
  void Stop();
  /// So that another one comes.
  void Kill() {
    if (zygote_) zygote_->Kill();
  }

  /// The one that forks now; nothing while there is none.
  [[nodiscard]] std::shared_ptr<ZygoteClient> zygote() const {
    return zygote_ && zygote_->alive() ? zygote_ : nullptr;
  }
  /// Counts them, from 1.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] Deadline warm_since() const { return warm_since_; }
  [[nodiscard]] ZygoteHistory history() const;
  /// False once it did not start several times in a row.
  [[nodiscard]] bool hopeful() const { return failures_ < kGiveUpAfter || zygote() != nullptr; }
  /// True once it is stopped and no zygote is left.
  [[nodiscard]] bool Empty() const { return !keeping_; }

 private:
  static constexpr int kGiveUpAfter = 3;

  boost::asio::awaitable<void> Keep();
  /// Completes when the zygote has ended or is to be renewed.
  boost::asio::awaitable<void> AwaitRenewal();

  boost::asio::any_io_executor executor_;
  wire::ZygoteKind kind_;
  const EngineOptions& options_;
  SupervisorClient& supervisor_;
  Log log_;
  std::function<void()> on_change_;
  std::shared_ptr<ZygoteClient> zygote_;
  std::uint64_t number_ = 0;
  Deadline warm_since_{};
  WaitList stopping_;
  std::shared_ptr<Cancellation> warming_ = std::make_shared<Cancellation>();
  ZygoteHistory history_;    // without the forks of the present one
  std::minstd_rand jitter_;  // of renewals, not of secrets
  int failures_ = 0;         // of starting a zygote, in a row
  bool stopped_ = false;
  bool keeping_ = false;
};

}  // namespace pyrunner
