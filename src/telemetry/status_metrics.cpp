#include "telemetry/status_metrics.h"

#include <string>
#include <utility>

#include "engine/engine.h"

namespace pyrunner::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// A family and the series that it has so far; it goes to the others when it is complete.
class Family {
 public:
  Family(Families& families, MetricType type, std::string_view name, std::string_view help)
      : families_(families) {
    family_.type = type;
    family_.name = name;
    family_.help = help;
  }
  ~Family() { families_.push_back(std::move(family_)); }
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  Family& With(Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    (family_.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    family_.metric.push_back(std::move(metric));
    return *this;
  }

 private:
  Families& families_;
  MetricFamily family_;
};

void AppendZygotes(Families& families, const std::vector<ZygoteStatus>& zygotes) {
  const auto each = [&](MetricType type, std::string_view name, std::string_view help,
                        auto value_of) {
    Family family(families, type, name, help);
    for (const ZygoteStatus& zygote : zygotes) {
      family.With({{"zygote", std::string(zygote.kind)}}, static_cast<double>(value_of(zygote)));
    }
  };
  using Zygote = const ZygoteStatus&;
  each(MetricType::Gauge, "pyrunner_sandboxes_ready", "Sandboxes that wait for a program",
       [](Zygote zygote) { return zygote.ready; });
  each(MetricType::Gauge, "pyrunner_sandboxes_wanted",
       "Sandboxes that should wait, from what came of late",
       [](Zygote zygote) { return zygote.wanted; });
  each(MetricType::Counter, "pyrunner_sandboxes_forked_total", "Sandboxes that zygotes forked",
       [](Zygote zygote) { return zygote.history.forks; });
  each(MetricType::Counter, "pyrunner_sandbox_failures_total", "Sandboxes that could not be made",
       [](Zygote zygote) { return zygote.failed_sandboxes; });
  each(MetricType::Gauge, "pyrunner_zygote_warm", "Whether there is a zygote that can fork",
       [](Zygote zygote) { return zygote.warm; });
  each(MetricType::Gauge, "pyrunner_zygote_age_seconds", "Age of the zygote that forks now",
       [](Zygote zygote) { return zygote.age.count(); });
  each(MetricType::Counter, "pyrunner_zygote_start_failures_total",
       "Attempts to start a zygote that failed",
       [](Zygote zygote) { return zygote.history.failed_starts; });
  Family renewals(families, MetricType::Counter, "pyrunner_zygote_renewals_total",
                  "Zygotes that were replaced: for their age, after so many runs, or because they "
                  "died");
  for (const ZygoteStatus& zygote : zygotes) {
    const auto with = [&](const char* cause, std::uint64_t count) {
      renewals.With({{"zygote", std::string(zygote.kind)}, {"cause", cause}},
                    static_cast<double>(count));
    };
    with("age", zygote.history.renewed_by_age);
    with("runs", zygote.history.renewed_by_runs);
    with("death", zygote.history.died);
  }
}

}  // namespace

void AppendGauge(Families& families, std::string_view name, std::string_view help, double value) {
  Family(families, MetricType::Gauge, name, help).With({}, value);
}

void AppendCounter(Families& families, std::string_view name, std::string_view help, double value) {
  Family(families, MetricType::Counter, name, help).With({}, value);
}

void AppendInfo(Families& families, std::string_view name, std::string_view help,
                std::string_view label, std::string_view value) {
  Family(families, MetricType::Gauge, name, help)
      .With({{std::string(label), std::string(value)}}, 1);
}

void AppendEngine(Families& families, const EngineStatus& status, const EngineOptions& options) {
  AppendGauge(families, "pyrunner_programs_running", "Programs that have a place now",
              status.running);
  AppendGauge(families, "pyrunner_programs_running_limit", "Programs that may run at once",
              options.max_running);
  AppendGauge(families, "pyrunner_programs_queued", "Requests that wait for their turn",
              static_cast<double>(status.queued));
  AppendGauge(families, "pyrunner_programs_queued_limit", "Requests that may wait for their turn",
              options.max_queued);
  AppendGauge(families, "pyrunner_memory_promised_bytes",
              "Sum of the memory limits of the programs that run now",
              static_cast<double>(status.memory_promised_bytes));
  AppendGauge(families, "pyrunner_memory_promised_limit_bytes", "What that sum may be; 0: no bound",
              static_cast<double>(MemoryBound(options)));
  AppendZygotes(families, status.zygotes);
}

void AppendServer(Families& families, const http::ServerStats& stats,
                  const http::ServerOptions& options) {
  const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
  AppendGauge(families, "pyrunner_http_connections", "Connections that are open",
              count(stats.open_connections));
  AppendGauge(families, "pyrunner_http_connections_limit", "Connections that may be open",
              count(options.max_connections));
  AppendGauge(families, "pyrunner_http_requests_active", "Requests that are being answered",
              count(stats.active_requests));
  AppendGauge(families, "pyrunner_http_request_bodies_bytes",
              "Bodies of requests that are being read or answered",
              count(stats.buffered_body_bytes));
  AppendGauge(families, "pyrunner_http_response_bodies_bytes",
              "Large responses that wait for their clients", count(stats.buffered_response_bytes));
  Family(families, MetricType::Counter, "pyrunner_http_connections_total",
         "Connections that were accepted, and what became of those beyond a limit")
      .With({{"fate", "accepted"}}, count(stats.accepted_connections))
      .With({{"fate", "turned_away"}}, count(stats.turned_away_connections))
      .With({{"fate", "displaced"}}, count(stats.displaced_connections));
  AppendCounter(families, "pyrunner_http_requests_total", "Requests that a handler answered",
                count(stats.requests));
  AppendCounter(families, "pyrunner_http_requests_refused_total",
                "Requests that no handler saw: malformed, too large, too slow, or not allowed",
                count(stats.refused_requests));
  AppendCounter(families, "pyrunner_http_disconnects_total",
                "Clients that left before their answer", count(stats.disconnects));
  Family responses(families, MetricType::Counter, "pyrunner_http_responses_total",
                   "Responses, by the class of their status");
  for (std::size_t i = 0; i < stats.responses.size(); ++i) {
    responses.With({{"class", std::to_string(i + 1) + "xx"}}, count(stats.responses[i]));
  }
}

void AppendIsolation(Families& families, const sandbox::Assurance& assurance) {
  Family(families, MetricType::Gauge, "pyrunner_isolation_info",
         "The level of isolation that is in force, and what the service itself is inside of")
      .With({{"level", std::string(NameOf(assurance.level))},
             {"outer_sandbox", std::string(NameOf(assurance.outer))}},
            1);
  Family properties(families, MetricType::Gauge, "pyrunner_isolation_property_info",
                    "What the sandboxes promise, how strongly, and whether the operator does "
                    "without");
  for (const sandbox::PropertyAssurance& property : assurance.properties) {
    properties.With({{"property", std::string(property.name)},
                     {"strength", std::string(NameOf(property.strength))},
                     {"waived", property.waived ? "true" : "false"}},
                    1);
  }
}

}  // namespace pyrunner::telemetry
