#include "cli/selftest.h"

#include <gtest/gtest.h>

#include "engine/module_scan.h"
#include "runtime_files.h"

namespace pyrunner::cli {
namespace {

TEST(SelfTest, DoesNotWaitForTheLibraries) {
  for (const EmbeddedFile& file : kRuntimeFiles) {
    if (file.name != "self_test.py") continue;
    EXPECT_EQ(ScanModules(file.source).zygote, wire::ZygoteKind::kBase);
    return;
  }
  FAIL() << "there is no self-test";
}

}  // namespace
}  // namespace pyrunner::cli
