#include "telemetry/line_limiter.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace pyrunner::telemetry {
namespace {

constexpr std::size_t kKeyBytes = 96;
constexpr std::size_t kExampleBytes = 60;
constexpr std::size_t kLineBytes = 4096;

/// The beginning, without its digits.
std::string KeyOf(std::string_view line) {
  std::string key;
  for (const char c : line.substr(0, kKeyBytes)) {
    if (c < '0' || c > '9') key += c;
  }
  return key;
}

}  // namespace

LineLimiter::Kind& LineLimiter::KindOf(std::string_view line, Clock::time_point now) {
  const std::string key = KeyOf(line);
  const auto known = kinds_.find(key);
  if (known != kinds_.end()) return known->second;
  if (kinds_.size() >= options_.kinds) {
    std::erase_if(kinds_, [&](const auto& entry) {
      const Kind& kind = entry.second;
      return kind.suppressed == 0 && kind.bucket.UntilFull(now).count() == 0;
    });
  }
  const Kind unused{.bucket = {options_.kind.per_second, options_.kind.burst, now}};
  if (kinds_.size() >= options_.kinds) {
    Kind& rest = kinds_.try_emplace("", unused).first->second;
    rest.example = "lines of other kinds";
    return rest;
  }
  Kind& kind = kinds_.try_emplace(key, unused).first->second;
  kind.example = PlainLine(line.substr(0, kExampleBytes));
  return kind;
}

bool LineLimiter::Admit(std::string_view line, Clock::time_point now) {
  Kind& kind = KindOf(line, now);
  if (all_.Left(now) > 0 && kind.bucket.Left(now) > 0) {
    return all_.Take(now) && kind.bucket.Take(now);
  }
  if (kind.suppressed++ == 0) kind.suppressed_since = now;
  ++suppressed_;
  ++unreported_;
  return false;
}

std::vector<LineLimiter::Suppressed> LineLimiter::TakeReports(Clock::time_point now) {
  std::vector<Suppressed> reports;
  if (unreported_ == 0) return reports;
  for (auto& [key, kind] : kinds_) {
    if (kind.suppressed == 0 || now < kind.suppressed_since + options_.between_reports) continue;
    unreported_ -= kind.suppressed;
    reports.push_back({kind.example, std::exchange(kind.suppressed, 0)});
  }
  return reports;
}

std::vector<LineLimiter::Suppressed> LineLimiter::TakeAll() {
  return TakeReports(Clock::time_point::max());
}

std::string PlainLine(std::string_view line) {
  std::string plain;
  for (const char c : line.substr(0, kLineBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr unsigned char kDelete = 0x7f;
    if (byte < ' ' || byte == kDelete) {
      plain += fmt::format("\\x{:02x}", byte);
    } else {
      plain += c;
    }
  }
  if (line.size() > kLineBytes) plain += "...";
  return plain;
}

}  // namespace pyrunner::telemetry
