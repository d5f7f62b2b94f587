#include "engine/slots.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "sandbox/identity.h"

namespace pyrunner {

Slots::Slots(boost::asio::any_io_executor executor, sandbox::SandboxResources resources,
             SupervisorClient& supervisor)
    : executor_(std::move(executor)), supervisor_(supervisor) {
  for (std::uint32_t index = 0; index < resources.cgroups.size(); ++index) {
    const std::uint32_t uid = resources.own_users ? sandbox::kFirstSandboxUid + index : 0;
    free_.push_back({index, uid, std::move(resources.cgroups[index])});
  }
}

std::optional<Slot> Slots::Take() {
  if (free_.empty()) return std::nullopt;
  Slot slot = std::move(free_.back());
  free_.pop_back();
  return slot;
}

void Slots::Return(Slot slot) {
  if (slot.cgroup.Recycle()) {
    free_.push_back(std::move(slot));
  } else {
    boost::asio::co_spawn(executor_, Replace(std::move(slot)), boost::asio::detached);
  }
}

boost::asio::awaitable<void> Slots::Replace(Slot slot) {
  // The supervisor removes the directory first: our descriptors of the old group must not matter.
  auto cgroup = co_await supervisor_.ReplaceCgroup(slot.index);
  // A group that cannot be replaced still limits; only its peak is of all programs so far.
  if (cgroup) slot.cgroup = std::move(*cgroup);
  free_.push_back(std::move(slot));
}

}  // namespace pyrunner
