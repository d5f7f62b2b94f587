#include "engine/slots.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "sandbox/identity.h"

namespace pyrunner {

Slots::Slots(boost::asio::any_io_executor executor, sandbox::SandboxResources resources,
             SupervisorClient& supervisor)
    : executor_(std::move(executor)),
      supervisor_(supervisor),
      required_properties_(resources.required_properties),
      scratch_is_watched_(!resources.setup.scratch_folder.empty() ||
                          !resources.setup.roots.empty()) {
  const sandbox::Layers layers = resources.setup.layers;
  const bool own_users = layers.Has(sandbox::Layer::kOwnUser);
  threads_are_watched_ = !layers.Has(sandbox::Layer::kCgroup) && !own_users &&
                         !layers.Has(sandbox::Layer::kUserNamespace);
  // As the zygote has to name it: inside of its user namespace, or on the host itself.
  const std::uint32_t first =
      sandbox::kFirstSandboxUid +
      (resources.setup.zygote_user_namespace ? 0 : sandbox::kFirstMappedUid);
  for (std::uint32_t index = 0; index < resources.cgroups.size(); ++index) {
    const std::uint32_t uid = own_users ? first + index : 0;
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
  const bool new_cgroup = !slot.cgroup.Recycle();
  if (!new_cgroup && !scratch_is_watched_) {
    free_.push_back(std::move(slot));
  } else {
    boost::asio::co_spawn(executor_, Clean(std::move(slot), new_cgroup), boost::asio::detached);
  }
}

boost::asio::awaitable<void> Slots::Clean(Slot slot, bool new_cgroup) {
  if (scratch_is_watched_) {
    const Status emptied = co_await supervisor_.EmptyScratch(slot.index);
    // Nobody may find what a program before it has left: rather one slot less.
    if (!emptied) co_return;
  }
  if (new_cgroup) {
    // The supervisor removes the directory first: our descriptors of the old group must not matter.
    auto cgroup = co_await supervisor_.ReplaceCgroup(slot.index);
    // A group that cannot be replaced still limits; only its peak is of all programs so far.
    if (cgroup) slot.cgroup = std::move(*cgroup);
  }
  free_.push_back(std::move(slot));
}

}  // namespace pyrunner
