#include "http/open_connections.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <string>

namespace pyrunner::http {
namespace {

namespace asio = boost::asio;

// A look at all connections for the overdue among them serves so many that come, and is not
// repeated for so long if there were none: a flood must not make every arrival such a look.
constexpr std::size_t kDisplacedAtOnce = 32;
constexpr std::chrono::milliseconds kBetweenLooks{100};

constexpr Refusal kServerFull{503, "Too many connections at the moment: try again later"};
constexpr Refusal kAddressFull{
    429, "Too many connections from this address: close some, or send requests over fewer"};

}  // namespace

AddressKey KeyOf(const asio::ip::address& address) {
  AddressKey key{};
  if (address.is_v6() && !address.to_v6().is_v4_mapped()) {
    const auto bytes = address.to_v6().to_bytes();
    key[0] = 6;
    std::copy_n(bytes.begin(), 8, key.begin() + 1);
  } else {
    const auto v4 = address.is_v4()
                        ? address.to_v4()
                        : asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    const auto bytes = v4.to_bytes();
    key[0] = 4;
    std::copy_n(bytes.begin(), 4, key.begin() + 1);
  }
  return key;
}

OpenConnections::Place::Place(std::shared_ptr<OpenConnections> all,
                              std::shared_ptr<Connection> connection, const AddressKey& address,
                              bool counted)
    : all_(std::move(all)),
      connection_(std::move(connection)),
      address_(address),
      counted_(counted) {
  all_->places_.insert(this);
  if (counted_) {
    ++all_->per_address_[address_].connections;
    ++all_->context_->stats.open_connections;
  }
}

OpenConnections::Place::~Place() {
  all_->places_.erase(this);
  Uncount();
}

void OpenConnections::Place::Uncount() {
  if (!std::exchange(counted_, false)) return;
  const auto share = all_->per_address_.find(address_);
  if (--share->second.connections == 0) all_->per_address_.erase(share);
  --all_->context_->stats.open_connections;
}

std::unique_ptr<OpenConnections::Place> OpenConnections::AddServed(
    std::shared_ptr<Connection> connection, const AddressKey& address) {
  return std::make_unique<Place>(shared_from_this(), std::move(connection), address, true);
}

std::unique_ptr<OpenConnections::Place> OpenConnections::AddTurnedAway(
    std::shared_ptr<Connection> connection, const AddressKey& address) {
  return std::make_unique<Place>(shared_from_this(), std::move(connection), address, false);
}

std::size_t OpenConnections::turned_away() const {
  return places_.size() - context_->stats.open_connections;
}

std::vector<std::shared_ptr<Connection>> OpenConnections::All() const {
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(places_.size());
  for (const Place* place : places_) all.push_back(place->connection_);
  return all;
}

void OpenConnections::Tick(Clock::time_point now) {
  // A tick may end connections, and with them their places: collect first.
  for (const Place* place : places_) {
    if (place->connection_->NeedsTick(now)) due_.push_back(place->connection_);
  }
  for (const auto& connection : due_) connection->Tick(now);
  due_.clear();
}

std::optional<Refusal> OpenConnections::Excess(const AddressKey& newcomer) const {
  const auto& options = context_->options;
  const auto own = per_address_.find(newcomer);
  if (options.max_connections_per_address > 0 && own != per_address_.end() &&
      own->second.connections >= options.max_connections_per_address) {
    return kAddressFull;
  }
  if (context_->stats.open_connections >= options.max_connections) return kServerFull;
  return std::nullopt;
}

std::optional<Refusal> OpenConnections::MakeRoomFor(const AddressKey& newcomer) {
  auto excess = Excess(newcomer);
  if (!excess) return excess;
  if (excess->status == kAddressFull.status) {
    // An address that has its share makes room among its own.
    DisplaceOverdue(&newcomer, per_address_.at(newcomer).none_overdue_until);
    return Excess(newcomer);
  }
  DisplaceOverdue(nullptr, none_overdue_until_);
  excess = Excess(newcomer);
  if (!excess) return excess;
  DisplaceOneOfTheHeaviest(newcomer);
  return Excess(newcomer);
}

void OpenConnections::DisplaceOverdue(const AddressKey* address, Clock::time_point& none_until) {
  const auto now = Clock::now();
  if (now < none_until) return;
  auto overdue = Waiting(address, context_->options.patience_when_full);
  if (overdue.empty()) none_until = now + kBetweenLooks;
  Displace(std::move(overdue), kDisplacedAtOnce);
}

// Whoever connects anew all the time is never overdue, but has most of the connections.
void OpenConnections::DisplaceOneOfTheHeaviest(const AddressKey& newcomer) {
  const auto heaviest = std::max_element(
      per_address_.begin(), per_address_.end(),
      [](const auto& a, const auto& b) { return a.second.connections < b.second.connections; });
  if (heaviest == per_address_.end()) return;
  const auto own = per_address_.find(newcomer);
  const std::size_t after = own == per_address_.end() ? 1 : own->second.connections + 1;
  if (heaviest->second.connections <= 2 * after) return;
  const AddressKey address = heaviest->first;
  Displace(Waiting(&address, Clock::duration::zero()), 1);
}

std::vector<OpenConnections::WaitingSince> OpenConnections::Waiting(
    const AddressKey* address, Clock::duration patience) const {
  const auto now = Clock::now();
  std::vector<WaitingSince> waiting;
  for (Place* place : places_) {
    if (!place->counted_ || (address && place->address_ != *address)) continue;
    const auto since = place->connection_->OverdueSince(now, patience);
    if (since) waiting.emplace_back(*since, place);
  }
  return waiting;
}

void OpenConnections::Displace(std::vector<WaitingSince> waiting, std::size_t most) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(waiting.size(), most));
  std::partial_sort(waiting.begin(), waiting.begin() + count, waiting.end());
  for (const auto& [since, place] : std::span(waiting.begin(), waiting.begin() + count)) {
    ++context_->stats.displaced_connections;
    place->Uncount();
    place->connection_->Cut();
  }
}

}  // namespace pyrunner::http
