#include "engine/ready_budget.h"

#include <algorithm>

namespace pyrunner {

std::size_t ReadyBudget::used() const {
  std::size_t sandboxes = 0;
  for (const Share* share : shares_) sandboxes += share->used_;
  return sandboxes;
}

void ReadyBudget::Share::Measured(std::uint64_t bytes) {
  // A moving average of about eight: no single one stands for all.
  bytes_each_ = std::max<std::uint64_t>(bytes_each_ - bytes_each_ / 8 + bytes / 8, 1);
}

std::size_t ReadyBudget::Share::Room() const {
  std::size_t sandboxes = 0;
  std::uint64_t bytes = 0;
  for (const Share* other : budget_.shares_) {
    if (other == this) continue;
    if (other->group_ == group_) sandboxes += other->used_;
    bytes += other->used_ * other->bytes_each_;
  }
  std::size_t room = budget_.sandboxes_ - std::min(budget_.sandboxes_, sandboxes);
  if (budget_.bytes_ != 0) {
    const std::uint64_t left = budget_.bytes_ - std::min(budget_.bytes_, bytes);
    room = std::min<std::uint64_t>(room, left / bytes_each_);
  }
  return room;
}

}  // namespace pyrunner
