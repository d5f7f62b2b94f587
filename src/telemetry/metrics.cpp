#include "telemetry/metrics.h"

#include <prometheus/text_serializer.h>

#include <chrono>
#include <iterator>
#include <utility>

#include "telemetry/names.h"

namespace pyrunner::telemetry {
namespace {

constexpr std::string_view kOther = "other";
constexpr std::string_view kPhases[] = {"queue", "fork", "isolate", "compile", "run", "collect"};

// From what a ready sandbox takes to the longest that a program may run.
const prometheus::Histogram::BucketBoundaries& TimeBuckets() {
  static const prometheus::Histogram::BucketBoundaries buckets = {
      50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3,
      0.25,  0.5,    1,      2.5,    5,    10,     30,   60,    150,   300,   600};
  return buckets;
}

const prometheus::Histogram::BucketBoundaries& MemoryBuckets() {
  static const prometheus::Histogram::BucketBoundaries buckets = {
      1 << 20,   4 << 20,       16 << 20,      64 << 20,      1 << 28,
      512 << 20, 1024.0 * kMiB, 2048.0 * kMiB, 4096.0 * kMiB, 8192.0 * kMiB};
  return buckets;
}

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

template <typename Names>
std::map<std::string_view, prometheus::Counter*> MakeCounters(
    prometheus::Family<prometheus::Counter>& family, const char* label, const Names& names) {
  std::map<std::string_view, prometheus::Counter*> counters;
  for (const std::string_view name : names) {
    counters[name] = &family.Add({{label, std::string(name)}});
  }
  return counters;
}

prometheus::Family<prometheus::Counter>& CounterFamily(prometheus::Registry& registry,
                                                       const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Family<prometheus::Histogram>& HistogramFamily(prometheus::Registry& registry,
                                                           const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

}  // namespace

Metrics::Metrics(const std::vector<std::string_view>& apis) {
  auto& programs = CounterFamily(registry_, "pyrunner_programs_total",
                                 "Programs that came to an end, by API and by how they ended");
  std::vector<std::string_view> all = apis;
  all.push_back(kOther);
  for (const std::string_view api : all) {
    for (const std::string_view outcome : kOutcomeNames) {
      programs_[api][outcome] =
          &programs.Add({{"api", std::string(api)}, {"outcome", std::string(outcome)}});
    }
  }
  refusals_ =
      MakeCounters(CounterFamily(registry_, "pyrunner_refusals_total",
                                 "Programs of which nothing was run, because of what they say"),
                   "cause", kRefusalNames);
  rejections_ = MakeCounters(CounterFamily(registry_, "pyrunner_rejections_total",
                                           "Programs that did not get to run, by why"),
                             "cause", kRejectionNames);
  kills_ = MakeCounters(CounterFamily(registry_, "pyrunner_kills_total",
                                      "Programs that were ended from outside, by cause"),
                        "cause", kKillNames);
  auto& phases = HistogramFamily(
      registry_, "pyrunner_program_phase_seconds",
      "Where the time of a program went; fork and isolate were spent before it came");
  for (const std::string_view phase : kPhases) {
    phases_.push_back(&phases.Add({{"phase", std::string(phase)}}, TimeBuckets()));
  }
  wall_time_ = &HistogramFamily(registry_, "pyrunner_program_wall_seconds",
                                "Time from a program's dispatch to the end of its process")
                    .Add({}, TimeBuckets());
  memory_peak_ = &HistogramFamily(registry_, "pyrunner_program_memory_peak_bytes",
                                  "Most memory of its own that a program had at once")
                      .Add({}, MemoryBuckets());
  audit_failures_ = &CounterFamily(registry_, "pyrunner_audit_failures_total",
                                   "Lines that could not be written to the audit log")
                         .Add({});
}

void Metrics::Ended(std::string_view api, const Outcome& outcome) {
  auto by_outcome = programs_.find(api);
  if (by_outcome == programs_.end()) by_outcome = programs_.find(kOther);
  by_outcome->second.at(OutcomeName(outcome))->Increment();
  if (outcome.refusal) refusals_.at(RefusalName(outcome.refusal->cause))->Increment();
  if (const std::string_view kill = KillName(outcome); !kill.empty()) kills_.at(kill)->Increment();
  Observe(outcome);
}

void Metrics::Observe(const Outcome& outcome) {
  const Phases& phases = outcome.phases;
  phases_[0]->Observe(Seconds(phases.queue));
  phases_[1]->Observe(Seconds(phases.fork));
  phases_[2]->Observe(Seconds(phases.isolate));
  phases_[3]->Observe(Seconds(phases.compile));
  // Nothing of a refused program ran, and no phase that does not belong to it shall look fast.
  if (outcome.ending == Ending::kRefused) return;
  phases_[4]->Observe(Seconds(phases.run));
  phases_[5]->Observe(Seconds(phases.collect));
  wall_time_->Observe(Seconds(outcome.wall_time));
  if (outcome.memory_peak) memory_peak_->Observe(static_cast<double>(*outcome.memory_peak));
}

void Metrics::Rejected(Rejection::Cause cause) {
  rejections_.at(RejectionName(cause))->Increment();
}

std::string Metrics::Text() const {
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  for (const Source& source : sources_) source(families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace pyrunner::telemetry
