// Python, started once for all tests of this room.
#pragma once

#include <gtest/gtest.h>

#include "interpreter/python.h"

namespace pyrunner::interpreter {

/// Tests with an interpreter. It is never taken down, as in a zygote.
class PythonTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (Py_IsInitialized() != 0) return;
    const Status started = StartPython("/tmp");
    ASSERT_TRUE(started) << started.error().message;
  }
  void TearDown() override { EXPECT_EQ(PyErr_Occurred(), nullptr) << TakeError(); }
};

}  // namespace pyrunner::interpreter
