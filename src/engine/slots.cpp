#include "engine/slots.h"

#include <algorithm>
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
                          !resources.setup.roots.empty()),
      has_cgroups_(resources.setup.layers.Has(sandbox::Layer::kCgroup)),
      at_start_(resources.cgroups.size()),
      most_(resources.slots) {
  const sandbox::Layers layers = resources.setup.layers;
  const bool own_users = layers.Has(sandbox::Layer::kOwnUser);
  threads_are_watched_ = !layers.Has(sandbox::Layer::kCgroup) && !own_users &&
                         !layers.Has(sandbox::Layer::kUserNamespace);
  // As the zygote has to name it: inside of its user namespace, or on the host itself.
  if (own_users) {
    first_uid_ = sandbox::kFirstSandboxUid +
                 (resources.setup.zygote_user_namespace ? 0 : sandbox::kFirstMappedUid);
  }
  for (sandbox::Cgroup& cgroup : resources.cgroups) free_.push_back(MakeSlot(std::move(cgroup)));
}

Slot Slots::MakeSlot(sandbox::Cgroup cgroup) {
  const auto index = static_cast<std::uint32_t>(made_++);
  return {index, first_uid_ != 0 ? first_uid_ + index : 0, std::move(cgroup)};
}

bool Slots::Provide(std::size_t more) {
  if (failed_) return made_ >= at_start_ + more;
  needed_ = std::max(needed_, std::min(at_start_ + more, most_));
  if (made_ < needed_ && !std::exchange(making_, true)) {
    boost::asio::co_spawn(executor_, MakeMore(), boost::asio::detached);
  }
  return true;
}

boost::asio::awaitable<void> Slots::MakeMore() {
  while (made_ < needed_) {
    sandbox::Cgroup cgroup;
    if (has_cgroups_) {
      auto made = co_await supervisor_.ReplaceCgroup(static_cast<std::uint32_t>(made_));
      // The kernel's limits on groups, or on descriptors: those that there are have to do.
      failed_ = !made.has_value();
      if (failed_) break;
      cgroup = std::move(*made);
    }
    free_.push_back(MakeSlot(std::move(cgroup)));
  }
  making_ = false;
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
