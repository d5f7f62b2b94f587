// Fuzzes the PyRunner API's request decoder with arbitrary bodies. Whatever comes in, out comes
// either a program within the API's bounds or a response that a client can read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "api/pyrunner_codec.h"
#include "api/utf8.h"

namespace {

using pyrunner::api::Utf8Step;

// abort() rather than assert(): the oracle must hold in builds with NDEBUG too.
void Require(bool holds) {
  if (!holds) std::abort();
}

bool IsValidUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = pyrunner::api::ReadUtf8(text, at);
    if (step.kind != Utf8Step::Kind::kCharacter) return false;
    at += step.length;
  }
  return true;
}

void CheckProgram(const pyrunner::Program& program) {
  Require(IsValidUtf8(program.code));
  const std::size_t characters = pyrunner::api::CountCodePoints(program.code);
  Require(characters >= 1 && characters <= pyrunner::api::kMaxCodeCharacters);
  Require(!pyrunner::api::StripWhitespace(program.code).empty());
  Require(program.limits.wall_time >= std::chrono::seconds(1));
  Require(program.limits.wall_time <= std::chrono::seconds(300));
  Require(program.limits.memory_bytes >= 64 * pyrunner::kMiB);
  Require(program.limits.memory_bytes <= 2048 * pyrunner::kMiB);
  Require(program.policy == "scientific");
}

void CheckRejection(const pyrunner::http::Response& response) {
  Require(response.status == 422);
  const auto body = nlohmann::json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  Require(body.is_object() && body.contains("detail"));
  const auto& detail = body["detail"];
  Require(detail.is_array() && !detail.empty());
  for (const auto& error : detail) {
    Require(error.is_object() && error.contains("type") && error.contains("msg"));
    Require(error.contains("loc") && error["loc"].is_array() && error["loc"][0] == "body");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  static const pyrunner::api::PyRunnerOptions kOptions;
  const auto program = pyrunner::api::DecodeRun(body, "application/json", kOptions);
  if (program) {
    CheckProgram(*program);
  } else {
    CheckRejection(program.error());
  }
  return 0;
}
