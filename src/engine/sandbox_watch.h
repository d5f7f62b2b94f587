// SandboxWatch: the limits that nothing but looking holds, where the kernel has no better means.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>

#include "engine/sandbox.h"
#include "engine/slots.h"
#include "engine/supervisor_client.h"
#include "engine/wait_list.h"

namespace pyrunner {

/// Used from the gateway's thread.
class SandboxWatch {
 public:
  SandboxWatch(const boost::asio::any_io_executor& executor, const Slots& slots,
               SupervisorClient& supervisor, std::uint32_t most_threads);

  /// Watches one whose program comes now, as far as that is needed here.
  void Watch(const std::shared_ptr<Sandbox>& sandbox);
  void Stop();
  [[nodiscard]] bool Empty() const { return watching_ == 0; }

 private:
  /// Where scratch space is a directory: stops the sandbox when it has filled it.
  boost::asio::awaitable<void> WatchScratch(std::shared_ptr<Sandbox> sandbox);
  boost::asio::awaitable<void> WatchThreads(std::shared_ptr<Sandbox> sandbox);

  boost::asio::any_io_executor executor_;
  const Slots& slots_;
  SupervisorClient& supervisor_;
  std::uint32_t most_threads_;
  WaitList stopping_;
  std::size_t watching_ = 0;
  bool stopped_ = false;
};

}  // namespace pyrunner
