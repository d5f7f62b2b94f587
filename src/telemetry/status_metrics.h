// What is read off a running service when its metrics are asked for.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/engine_options.h"
#include "engine/engine_status.h"
#include "http/server.h"
#include "sandbox/assurance.h"

namespace pyrunner::telemetry {

using Families = std::vector<prometheus::MetricFamily>;

/// Places, queue, memory, zygotes and their ready sandboxes.
void AppendEngine(Families& families, const EngineStatus& status, const EngineOptions& options);

/// Connections, requests, responses.
void AppendServer(Families& families, const http::ServerStats& stats,
                  const http::ServerOptions& options);

/// The level of isolation, and each property with its strength.
void AppendIsolation(Families& families, const sandbox::Assurance& assurance);

/// A gauge without labels.
void AppendGauge(Families& families, std::string_view name, std::string_view help, double value);
/// A counter without labels.
void AppendCounter(Families& families, std::string_view name, std::string_view help, double value);
/// A gauge that is always 1, whose label tells something.
void AppendInfo(Families& families, std::string_view name, std::string_view help,
                std::string_view label, std::string_view value);

/// The gateway's own process, by the names that Prometheus' client libraries have in common
/// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics). What cannot be
/// read is left out.
void AppendProcess(Families& families);

}  // namespace pyrunner::telemetry
