// `pyrunner doctor --attack`: the attack programs against sandboxes of this place.
#pragma once

#include <tl/expected.hpp>
#include <vector>

#include "cli/attack.h"
#include "cli/attack_report.h"
#include "cli/host.h"
#include "engine/engine_options.h"

namespace pyrunner::cli {

/// What the operator set, less what attacks have no use for: fewer sandboxes at once, so that this
/// fits beside a service.
[[nodiscard]] EngineOptions OptionsForAttacks(EngineOptions options);

/// Runs them all, four at a time, with honest programs in between, in two minutes at most. To be
/// called when privileges have been given up. An error is the exit code after a signal.
[[nodiscard]] tl::expected<AttackReport, int> RunAttacks(HostPart part,
                                                         const EngineOptions& options,
                                                         std::vector<Attack> attacks);

}  // namespace pyrunner::cli
