// Slots: what a sandbox needs one of for itself - a cgroup and a user id.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/supervisor_client.h"
#include "sandbox/cgroup.h"
#include "sandbox/resources.h"

namespace pyrunner {

/// A cgroup and a user id that no other live sandbox has.
struct Slot {
  std::uint32_t index = 0;
  std::uint32_t uid = 0;  // inside the zygote's user namespace
  sandbox::Cgroup cgroup;
};

/// All slots of the service. Their number bounds the sandboxes, ready and running together. There
/// are as many as have cgroups at the start; more are made when they are needed, and stay. Used
/// from the gateway's thread; outlives every sandbox.
class Slots {
 public:
  Slots(boost::asio::any_io_executor executor, sandbox::SandboxResources resources,
        SupervisorClient& supervisor);

  [[nodiscard]] std::optional<Slot> Take();

  /// Sees to it that there are so many beyond those of the start, or as many as there may be, soon.
  /// False if they are missing because no more can be made.
  [[nodiscard]] bool Provide(std::size_t more);

  /// Takes back the slot of a sandbox of which no process is left.
  void Return(Slot slot);

  [[nodiscard]] std::size_t free() const { return free_.size(); }
  [[nodiscard]] std::uint32_t required_properties() const { return required_properties_; }
  /// False where scratch directories are file systems that end with the sandbox, and count bytes
  /// and files.
  [[nodiscard]] bool scratch_is_watched() const { return scratch_is_watched_; }
  /// True where no cgroup counts threads, nor the kernel by a user whom no other sandbox has.
  [[nodiscard]] bool threads_are_watched() const { return threads_are_watched_; }

 private:
  [[nodiscard]] Slot MakeSlot(sandbox::Cgroup cgroup);
  boost::asio::awaitable<void> MakeMore();
  boost::asio::awaitable<void> Clean(Slot slot, bool new_cgroup);

  boost::asio::any_io_executor executor_;
  SupervisorClient& supervisor_;
  std::uint32_t required_properties_;
  bool scratch_is_watched_;
  bool threads_are_watched_ = false;
  std::uint32_t first_uid_ = 0;  // 0: all have the gateway's
  bool has_cgroups_;
  std::size_t at_start_;
  std::size_t most_;
  std::size_t made_ = 0;
  std::size_t needed_ = 0;
  bool making_ = false;
  bool failed_ = false;
  std::vector<Slot> free_;
};

}  // namespace pyrunner
