#include "cli/key_service.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <map>
#include <utility>

namespace pyrunner::cli {
namespace {

namespace asio = boost::asio;

std::string Now() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

/// "1 added, 2 changed, 3 revoked"
std::string Compare(const access::KeyRing& before, const access::KeyRing& after) {
  std::map<std::string, const Caller*> old;
  before.ForEach([&](const Caller& caller) { old[caller.id] = &caller; });
  int added = 0;
  int changed = 0;
  after.ForEach([&](const Caller& caller) {
    const auto found = old.find(caller.id);
    if (found == old.end()) {
      ++added;
      return;
    }
    if (found->second != &caller) ++changed;
    old.erase(found);
  });
  return fmt::format("{} added, {} changed, {} revoked", added, changed, old.size());
}

}  // namespace

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

std::string KeyService::Why() const {
  if (settings_.insecure_no_auth) return "switched off by --insecure-no-auth";
  if (!IsLoopback(settings_.host)) return "the service listens elsewhere than on loopback";
  if (needed_) return "there are keys";
  return "the service listens on loopback only and there is no key";
}

Status KeyService::Load() {
  if (settings_.insecure_no_auth) return {};
  state_ = access::StateOf(settings_.keys_file);
  auto records = access::ReadKeyFile(settings_.keys_file);
  if (!records) {
    if (records.error().code != ENOENT) return Failure("keys-file: " + records.error().message);
    records = access::KeyRecords();
  }
  needed_ = !IsLoopback(settings_.host);
  if (needed_ && records->empty()) {
    return Failure(fmt::format(
        "host: {} can be reached from other machines, and there is no API key in {}: make one with "
        "`pyrunner key add NAME --keys-file {}`, or let everybody in with --insecure-no-auth",
        settings_.host, settings_.keys_file, settings_.keys_file));
  }
  Accept(*records);
  return {};
}

void KeyService::Accept(const access::KeyRecords& records) {
  auto keys = std::make_shared<const access::KeyRing>(records, *gate_.keys(), SteadyClock::now());
  needed_ = needed_ || keys->size() > 0;
  gate_.SetKeys(std::move(keys));
  loaded_at_ = Now();
}

http::ServerOptions::Authorize KeyService::Authorizer() {
  if (settings_.insecure_no_auth) return {};
  return [this](const http::Request& head)
             -> tl::expected<std::shared_ptr<const Caller>, http::Response> {
    if (!needed_) return nullptr;
    return gate_.Authorize(head);
  };
}

void KeyService::Announce() {
  if (!needed_) {
    const bool everybody = settings_.insecure_no_auth && !IsLoopback(settings_.host);
    log_.log(everybody ? spdlog::level::warn : spdlog::level::info, "keys: none needed: {}", Why());
    return;
  }
  log_.info("keys: {} from {}; needed: {}", gate_.keys()->size(), settings_.keys_file, Why());
  WarnOfUnknownPolicies();
  if (const auto again = access::ReadKeyFile(settings_.keys_file); !again) {
    log_.warn(
        "keys: without root the file cannot be read again, so changes need a restart: {}; it holds "
        "hashes only and may be readable for all, its folders too",
        again.error().message);
  }
}

void KeyService::WarnOfUnknownPolicies() const {
  gate_.keys()->ForEach([&](const Caller& caller) {
    for (const std::string& policy : caller.quota.policies) {
      if (FindPolicy(settings_, policy) != nullptr) continue;
      log_.warn("keys: '{}' may use the policy '{}', which does not exist", caller.name, policy);
    }
  });
}

void KeyService::Reload() {
  if (settings_.insecure_no_auth) return;
  state_ = access::StateOf(settings_.keys_file);
  const auto records = access::ReadKeyFile(settings_.keys_file);
  if (!records) {
    if (records.error().code == ENOENT && !needed_) return;
    log_.error("keys: the {} of {} stay valid: {}", gate_.keys()->size(),
               loaded_at_.empty() ? "start" : loaded_at_, records.error().message);
    return;
  }
  const auto before = gate_.keys();
  Accept(*records);
  if (!needed_) return;
  log_.info("keys: {} from {}: {}", gate_.keys()->size(), settings_.keys_file,
            Compare(*before, *gate_.keys()));
  WarnOfUnknownPolicies();
  if (gate_.keys()->size() == 0) {
    log_.warn("keys: there is none left, so nobody is let in until there is one");
  }
}

asio::awaitable<void> KeyService::Watch() {
  constexpr std::chrono::seconds kInterval{1};
  if (settings_.insecure_no_auth) co_return;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (true) {
    timer.expires_after(kInterval);
    co_await timer.async_wait(asio::use_awaitable);
    if (access::StateOf(settings_.keys_file) != state_) Reload();
  }
}

nlohmann::json KeyService::Describe() const {
  return {{"keys_needed", needed_},
          {"because", Why()},
          {"loaded_at", loaded_at_.empty() ? nlohmann::json(nullptr) : nlohmann::json(loaded_at_)}};
}

}  // namespace pyrunner::cli
