// OpenConnections: which connections a server has, whom they count against, and which of them has
// to go when there are too many. Internal to the server.
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "http/connection.h"
#include "http/framing.h"

namespace pyrunner::http {

/// Whom a limit per address counts as one: an IPv4 address, or an IPv6 network of 64 bits, which is
/// what a single customer gets.
using AddressKey = std::array<unsigned char, 9>;
[[nodiscard]] AddressKey KeyOf(const boost::asio::ip::address& address);

/// Owned by shared_ptr. Used from the io_context's thread only.
class OpenConnections : public std::enable_shared_from_this<OpenConnections> {
 public:
  using Clock = Connection::Clock;

  /// The life of one connection among the others, from Add to its end, however it ends.
  class Place {
   public:
    Place(std::shared_ptr<OpenConnections> all, std::shared_ptr<Connection> connection,
          const AddressKey& address, bool counted);
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

    [[nodiscard]] Connection& connection() const { return *connection_; }

   private:
    friend class OpenConnections;
    /// Takes it out of the limits.
    void Uncount();

    std::shared_ptr<OpenConnections> all_;
    std::shared_ptr<Connection> connection_;
    AddressKey address_;
    bool counted_;  // against the limits: not for those turned away
  };

  explicit OpenConnections(std::shared_ptr<ServerContext> context) : context_(std::move(context)) {}

  /// Why one more from this address is too much; nothing if it is not, which may have taken the end
  /// of others that only waited for their clients.
  [[nodiscard]] std::optional<Refusal> MakeRoomFor(const AddressKey& newcomer);

  [[nodiscard]] std::unique_ptr<Place> AddServed(std::shared_ptr<Connection> connection,
                                                 const AddressKey& address);
  [[nodiscard]] std::unique_ptr<Place> AddTurnedAway(std::shared_ptr<Connection> connection,
                                                     const AddressKey& address);

  [[nodiscard]] bool empty() const { return places_.empty(); }
  /// Those that are not served, but not gone yet.
  [[nodiscard]] std::size_t turned_away() const;
  /// All that there are now, kept alive: what is done to one may end it.
  [[nodiscard]] std::vector<std::shared_ptr<Connection>> All() const;
  /// Ticks those that need it.
  void Tick(Clock::time_point now);

 private:
  // What one address has of the connections.
  struct Share {
    std::size_t connections = 0;
    Clock::time_point none_overdue_until;  // known from the last look
  };
  using WaitingSince = std::pair<Clock::time_point, Place*>;

  [[nodiscard]] std::optional<Refusal> Excess(const AddressKey& newcomer) const;
  /// Of one address, or of all for nullptr. `none_until`: what the last look found.
  void DisplaceOverdue(const AddressKey* address, Clock::time_point& none_until);
  void DisplaceOneOfTheHeaviest(const AddressKey& newcomer);
  [[nodiscard]] std::vector<WaitingSince> Waiting(const AddressKey* address,
                                                  Clock::duration patience) const;
  /// Ends those that wait longest.
  void Displace(std::vector<WaitingSince> waiting, std::size_t most);

  std::shared_ptr<ServerContext> context_;
  std::unordered_set<Place*> places_;
  std::map<AddressKey, Share> per_address_;
  Clock::time_point none_overdue_until_;          // of all addresses
  std::vector<std::shared_ptr<Connection>> due_;  // Tick's, kept for its room
};

}  // namespace pyrunner::http
