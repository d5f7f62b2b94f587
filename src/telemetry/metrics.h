// Metrics: what the service has done, counted, and what it is doing, in Prometheus' text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/). Names and labels are promises:
// tests/api/metrics.golden has all of them.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/outcome.h"
#include "engine/runner.h"

namespace pyrunner::telemetry {

/// The counters that grow with each program, and whatever else is to be collected. All series exist
/// from the start: their number does not depend on what clients send. Used from the gateway's
/// thread.
class Metrics {
 public:
  /// Families that are read off the service when somebody asks.
  using Source = std::function<void(std::vector<prometheus::MetricFamily>&)>;

  /// `apis`: the names that RunContext::api may have; any other counts as "other".
  explicit Metrics(const std::vector<std::string_view>& apis);

  void Add(Source source) { sources_.push_back(std::move(source)); }

  void Ended(std::string_view api, const Outcome& outcome);
  void Rejected(Rejection::Cause cause);
  void AuditFailed() { audit_failures_->Increment(); }

  /// All of them, as text.
  [[nodiscard]] std::string Text() const;

 private:
  using Counters = std::map<std::string_view, prometheus::Counter*>;

  void Observe(const Outcome& outcome);

  prometheus::Registry registry_;
  std::map<std::string_view, Counters, std::less<>> programs_;  // by API, then by outcome
  Counters refusals_;
  Counters rejections_;
  Counters kills_;
  std::vector<prometheus::Histogram*> phases_;  // in the order of Phases
  prometheus::Histogram* wall_time_;
  prometheus::Histogram* memory_peak_;
  prometheus::Counter* audit_failures_;
  std::vector<Source> sources_;
};

}  // namespace pyrunner::telemetry
