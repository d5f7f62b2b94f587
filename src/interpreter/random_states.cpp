#include "interpreter/random_states.h"

#include <sys/random.h>

#include <algorithm>

namespace pyrunner::interpreter {
namespace {

constexpr std::size_t kWords = 624;
constexpr std::size_t kStateBytes = kWords * sizeof(std::uint32_t);

void* AddressOf(PyObject* number) { return PyLong_AsVoidPtr(number); }

Status FillWithRandomBytes(void* words) {
  // Up to 256 bytes come whole; more may be cut short by a signal (getrandom(2)).
  constexpr std::size_t kPiece = 256;
  auto* target = static_cast<char*>(words);
  for (std::size_t done = 0; done < kStateBytes;) {
    const std::size_t size = std::min(kPiece, kStateBytes - done);
    const ssize_t got = ::getrandom(target + done, size, 0);
    if (got <= 0) return SystemError("getrandom", "");
    done += static_cast<std::size_t>(got);
  }
  return {};
}

}  // namespace

Result<RandomStates> RandomStates::Find(const PyRef& runtime) {
  const PyRef found(PyObject_CallNoArgs(PyDict_GetItemString(runtime.get(), "generator_states")));
  if (!found) return Failure("the random generators: " + TakeError());
  PyObject* words = PyTuple_GetItem(found.get(), 0);
  PyObject* used = PyTuple_GetItem(found.get(), 1);
  RandomStates states;
  for (Py_ssize_t i = 0; i < PyList_Size(words); ++i) {
    states.states_.push_back({AddressOf(PyList_GetItem(words, i)),
                              static_cast<std::uint32_t*>(AddressOf(PyList_GetItem(used, i)))});
  }
  return states;
}

Status RandomStates::Reseed() const {
  for (const State& state : states_) {
    if (Status filled = FillWithRandomBytes(state.words); !filled) return filled;
    *state.used = kWords;  // all: the next number is drawn from new ones
  }
  return {};
}

}  // namespace pyrunner::interpreter
