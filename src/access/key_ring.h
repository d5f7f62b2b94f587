// KeyRing: the keys that let somebody in, and whom.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "access/key_record.h"
#include "base/caller.h"
#include "base/deadline.h"

namespace pyrunner::access {

/// Immutable once made.
class KeyRing {
 public:
  KeyRing() = default;
  /// Who was on `previous` as well keeps what it saved up of its rate, and its Caller where nothing
  /// about it has changed.
  KeyRing(const KeyRecords& records, const KeyRing& previous, SteadyClock::time_point now);

  /// Whose key this is, or nullptr. Takes as long for a key that is not known as for one that is
  /// wrong.
  [[nodiscard]] std::shared_ptr<const Caller> Find(std::string_view key) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  void ForEach(const std::function<void(const Caller&)>& visit) const;

 private:
  struct Entry {
    std::string digest;
    std::shared_ptr<const Caller> caller;
  };
  std::map<std::string, Entry, std::less<>> entries_;  // by id
};

}  // namespace pyrunner::access
