#include "access/key_ring.h"

#include "access/key_text.h"
#include "base/sha256.h"

namespace pyrunner::access {
namespace {

std::shared_ptr<TokenBucket> BucketFor(const Quota& quota, const Caller* before,
                                       SteadyClock::time_point now) {
  if (quota.rate == 0) return nullptr;
  if (before == nullptr || before->rate == nullptr) {
    return std::make_shared<TokenBucket>(quota.rate, now);
  }
  if (before->quota.rate == quota.rate) return before->rate;
  return std::make_shared<TokenBucket>(quota.rate, *before->rate, now);
}

}  // namespace

KeyRing::KeyRing(const KeyRecords& records, const KeyRing& previous, SteadyClock::time_point now) {
  for (const KeyRecord& record : records) {
    const auto found = previous.entries_.find(record.id);
    const Caller* before = found == previous.entries_.end() ? nullptr : found->second.caller.get();
    if (before != nullptr && before->name == record.name && before->quota == record.quota) {
      entries_[record.id] = {record.digest, found->second.caller};
      continue;
    }
    entries_[record.id] = {record.digest, std::make_shared<const Caller>(Caller{
                                              .name = record.name,
                                              .id = record.id,
                                              .quota = record.quota,
                                              .rate = BucketFor(record.quota, before, now)})};
  }
}

std::shared_ptr<const Caller> KeyRing::Find(std::string_view key) const {
  static const std::string kNobodys(64, '0');
  const std::string_view id = IdOf(key);
  if (id.empty()) return nullptr;
  const std::string digest = Sha256(key);
  const auto found = entries_.find(id);
  const bool known = found != entries_.end();
  const bool right = EqualInConstantTime(digest, known ? found->second.digest : kNobodys);
  return known && right ? found->second.caller : nullptr;
}

void KeyRing::ForEach(const std::function<void(const Caller&)>& visit) const {
  for (const auto& [id, entry] : entries_) visit(*entry.caller);
}

}  // namespace pyrunner::access
