#include "cli/attack_neighbour.h"

#include <fmt/core.h>

#include <cstdint>

namespace pyrunner::cli {
namespace {

constexpr const char* kProgram = R"(import os, sys, time
token, number = "{}", {}
value, total = number, 0
for _ in range(2000):
    value = (value * 1103515245 + 12345) % 2**31
    total += value >> 16
with open("notes", "x") as file:
    file.write(token)
time.sleep(0.02)
print(token, total, sorted(os.listdir(".")), open("notes").read() == token)
if number % 2:
    sys.exit(token)
)";

std::uint64_t Total(std::uint64_t value) {
  std::uint64_t total = 0;
  for (int i = 0; i < 2000; ++i) {
    value = (value * 1103515245 + 12345) % (std::uint64_t{1} << 31);
    total += value >> 16;
  }
  return total;
}

}  // namespace

std::string NeighbourProgram::Check(const nlohmann::json& answer) const {
  std::string wrong;
  for (const auto& [key, value] : expected.items()) {
    const auto found = answer.find(key);
    if (found != answer.end() && *found == value) continue;
    wrong += (wrong.empty() ? "" : ", ") + key + " is not as it should be";
  }
  return wrong;
}

NeighbourProgram MakeNeighbourProgram(const std::string& secret, unsigned number) {
  const std::string token = fmt::format("{}-{}-ünï", secret, number);
  const bool odd = number % 2 == 1;
  NeighbourProgram program;
  program.code = fmt::format(kProgram, token, number);
  program.expected = {
      {"stdout", fmt::format("{} {} ['main.py', 'notes'] True\n", token, Total(number))},
      {"stderr", odd ? token + "\n" : ""},
      {"status", odd ? "error" : "success"},
      {"error", odd ? nlohmann::json("SystemExit on line 12") : nlohmann::json()}};
  return program;
}

}  // namespace pyrunner::cli
