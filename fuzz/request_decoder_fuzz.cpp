// Fuzzes the APIs' request decoders with arbitrary bodies. Whatever comes in, out comes either a
// program within the API's bounds or a response that a client can read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "api/code_executor.h"
#include "api/main_script.h"
#include "api/plain_json.h"
#include "api/pyrunner.h"
#include "api/utf8.h"
#include "api/validation.h"

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

/// Two readers, one value.
void CheckPlainJson(std::string_view body) {
  const auto plain = pyrunner::api::ParsePlainObject(body);
  if (!plain) return;
  const auto whole = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  Require(!whole.is_discarded() && whole == *plain);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  CheckPlainJson(body);
  constexpr const char* kType = "application/json";
  static const pyrunner::api::PyRunnerOptions kPyRunner;
  if (const auto run = pyrunner::api::DecodeRun(body, kType, kPyRunner)) {
    CheckProgram(run->program);
  } else {
    CheckRejection(run.error());
  }
  static const pyrunner::api::CodeExecutorOptions kCodeExecutor;
  if (const auto run = pyrunner::api::DecodeExecute(body, kType, kCodeExecutor)) {
    Require(IsValidUtf8(run->program.code));
    Require(run->program.limits.wall_time <= std::chrono::seconds(600));
    Require(run->program.limits.memory_bytes <= 8192 * pyrunner::kMiB);
  } else {
    CheckRejection(run.error());
  }
  static const pyrunner::api::MainScriptOptions kMainScript;
  if (const auto run = pyrunner::api::DecodeMainScript(body, kType, kMainScript)) {
    Require(IsValidUtf8(run->program.code) && run->program.call_main);
  } else {
    Require(run.error().status == 400);
    const auto said = nlohmann::json::parse(run.error().body, nullptr, false);
    Require(said.is_object() && said.contains("error") && said.contains("stdout"));
  }
  (void)pyrunner::api::TopLevelKeys(body);
  return 0;
}
