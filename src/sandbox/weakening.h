// Weakening: what a build for tests leaves out of its sandboxes on purpose, to see that the other
// walls hold. A release build leaves out nothing, and nothing that it reads can change that.
#pragma once

#include <array>
#include <string_view>

#include "sandbox/sandbox_setup.h"

namespace pyrunner::sandbox {

/// The name of a step of isolation.cpp, as it travels to a zygote; empty: none.
using StepName = std::array<char, 24>;

/// The member functions have two definitions: weakening.cpp, and tests/weakened/weakening.cpp,
/// which only the programs in build/release/weakened are linked with. Nobody else can make a
/// Weakening.
class Weakening {
 public:
  [[nodiscard]] static Weakening OfThisBuild();

  /// The layers to leave out.
  [[nodiscard]] Layers without() const { return without_; }

  /// The step that the next sandbox is to fail at. Asked by the gateway for each fork.
  [[nodiscard]] static StepName StepToFail();

  /// Whether this step fails in a sandbox whose fork asked for `wanted`.
  [[nodiscard]] static bool Fails(const StepName& wanted, std::string_view step);

  /// Whether it is left out without a word, as a fault of this program would: `wanted` is then its
  /// name after a minus.
  [[nodiscard]] static bool Skips(const StepName& wanted, std::string_view step);

 private:
  Weakening() = default;
  Layers without_;
};

}  // namespace pyrunner::sandbox
