// The random generators of a zygote, which each of its forks must give other numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "interpreter/python.h"

namespace pyrunner::interpreter {

/// The states of random.Random and of numpy's own generator, wherever one exists: Mersenne
/// Twisters. They are found once, in the zygote. A fork fills them with the kernel's random bytes,
/// which touches a page each; seeding them in Python touches two hundred.
class RandomStates {
 public:
  /// `runtime` is the namespace of runtime/sandbox_start.py, which looks whether each state is
  /// where it should be.
  [[nodiscard]] static Result<RandomStates> Find(const PyRef& runtime);

  /// In a fork, before anything draws a number.
  [[nodiscard]] Status Reseed() const;

 private:
  struct State {
    void* words;
    std::uint32_t* used;
  };
  std::vector<State> states_;
};

}  // namespace pyrunner::interpreter
