// The definitions for build/release/weakened: PYRUNNER_WEAKENED_WITHOUT names a layer to leave out,
// PYRUNNER_WEAKENED_FAULT a file with the name of the step that every next sandbox is to fail at
// or, after a minus, to leave out without a word.
#include "sandbox/weakening.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/text_file.h"

namespace pyrunner::sandbox {

Weakening Weakening::OfThisBuild() {
  Weakening weakening;
  const char* name = std::getenv("PYRUNNER_WEAKENED_WITHOUT");
  if (name == nullptr) return weakening;
  const auto found = std::find_if(kLayerNames.begin(), kLayerNames.end(),
                                  [&](const LayerName& entry) { return entry.name == name; });
  if (found == kLayerNames.end()) {
    std::fprintf(stderr, "there is no layer '%s'\n", name);
    std::exit(64);
  }
  weakening.without_.Add(found->layer);
  return weakening;
}

StepName Weakening::StepToFail() {
  StepName step{};
  const char* path = std::getenv("PYRUNNER_WEAKENED_FAULT");
  if (path == nullptr) return step;
  const auto text = ReadTextFile(path);
  if (text) std::snprintf(step.data(), step.size(), "%s", text->c_str());
  return step;
}

bool Weakening::Fails(const StepName& wanted, std::string_view step) {
  return step == wanted.data();
}

bool Weakening::Skips(const StepName& wanted, std::string_view step) {
  return wanted[0] == '-' && step == wanted.data() + 1;
}

}  // namespace pyrunner::sandbox
