#include "interpreter/random_states.h"

#include <gtest/gtest.h>

#include "base/child_test_support.h"
#include "interpreter/interpreter_test_support.h"

namespace pyrunner::interpreter {
namespace {

class RandomStatesTest : public PythonTest {};

TEST_F(RandomStatesTest, EveryGeneratorDrawsOtherNumbers) {
  EXPECT_EQ(RunInChild([] {
              auto runtime = RunRuntimeFile("sandbox_start.py");
              CHILD_CHECK(runtime);
              CHILD_CHECK(PyRun_SimpleString("import random\n"
                                             "mine = random.Random(1)\n"
                                             "random.seed(1)\n"
                                             "mine.gauss(0, 1)\n") == 0);
              CHILD_CHECK(CallRuntime(*runtime, "prepare"));
              auto states = RandomStates::Find(*runtime);
              CHILD_CHECK(states);
              CHILD_CHECK(PyRun_SimpleString(
                              "def draw():\n"
                              "    return [mine.random(), mine.gauss(0, 1), random.random()]\n"
                              "states = mine.getstate(), random.getstate()\n"
                              "first = draw()\n"
                              "mine.setstate(states[0]), random.setstate(states[1])\n"
                              "assert draw() == first\n"
                              "mine.setstate(states[0]), random.setstate(states[1])\n") == 0);
              CHILD_CHECK(states->Reseed());
              return PyRun_SimpleString(
                  "second = draw()\n"
                  "assert not set(first) & set(second), (first, second)\n"
                  "assert mine.getstate() != random.getstate()\n"
                  "assert len({mine.random() for _ in range(2000)}) == 2000\n"
                  "random.seed(1)\n"
                  "assert random.random() == 0.13436424411240122\n");
            }),
            0);
}

TEST_F(RandomStatesTest, AStateElsewhereIsAnError) {
  auto runtime = RunRuntimeFile("sandbox_start.py");
  ASSERT_TRUE(runtime) << runtime.error().message;
  const PyRef done(
      PyRun_String("_PYTHON_GENERATORS_INDEX += 8", Py_file_input, runtime->get(), runtime->get()));
  ASSERT_TRUE(done) << TakeError();
  EXPECT_EQ(RunInChild([&] {
              CHILD_CHECK(CallRuntime(*runtime, "prepare"));
              const auto states = RandomStates::Find(*runtime);
              CHILD_CHECK(!states);
              CHILD_CHECK(states.error().message.find("random generator") != std::string::npos);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace pyrunner::interpreter
