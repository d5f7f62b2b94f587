#include "cli/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "telemetry/line_limiter.h"

namespace pyrunner::cli {
namespace {

using telemetry::LineLimiter;

// Marks a line of the form "message name=value name=value", whose values have no spaces.
constexpr const char* kWithFields = "with fields";

bool HasFields(const spdlog::details::log_msg& message) {
  return message.source.funcname == kWithFields;
}

std::string_view Text(const spdlog::details::log_msg& message) {
  return {message.payload.data(), message.payload.size()};
}

std::string Dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// A number where it is one.
nlohmann::json ValueOf(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) {
    return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  }
  return std::string(text);
}

/// `"message":"...","name":value,...`
std::string JsonMembers(const spdlog::details::log_msg& message) {
  std::string_view text = Text(message);
  if (!HasFields(message)) return "\"message\":" + Dump(std::string(text));
  std::string members;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const std::size_t equals = word.find('=');
    const bool named = equals != std::string_view::npos;
    if (!members.empty()) members += ',';
    members += Dump(std::string(named ? word.substr(0, equals) : "message")) + ":";
    members += named && word.substr(0, equals) != "trace_id"
                   ? Dump(ValueOf(word.substr(equals + 1)))
                   : Dump(std::string(named ? word.substr(equals + 1) : word));
  }
  return members;
}

/// The line itself: as members of a JSON object, or as text without control characters.
template <bool as_json>
class Line final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& destination) override {
    const std::string line = as_json ? JsonMembers(message) : telemetry::PlainLine(Text(message));
    destination.append(line.data(), line.data() + line.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<Line>();
  }
};

/// Standard error, for so many lines.
class BoundedSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  BoundedSink() = default;
  ~BoundedSink() override {
    Report(lines_.TakeAll());
    Report(requests_.TakeAll());
  }
  BoundedSink(const BoundedSink&) = delete;
  BoundedSink& operator=(const BoundedSink&) = delete;

  [[nodiscard]] std::uint64_t suppressed() const {
    return lines_.suppressed() + requests_.suppressed();
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const auto now = LineLimiter::Clock::now();
    Report(lines_.TakeReports(now));
    Report(requests_.TakeReports(now));
    LineLimiter& limiter = HasFields(message) ? requests_ : lines_;
    if (limiter.Admit(Text(message), now)) Write(message);
  }
  void flush_() override { std::fflush(stderr); }

  void Report(const std::vector<LineLimiter::Suppressed>& suppressed) {
    for (const auto& [kind, lines] : suppressed) {
      const std::string text =
          std::to_string(lines) + " more lines like this were left out: " + kind;
      Write(spdlog::details::log_msg("pyrunner", spdlog::level::warn, text));
    }
  }

  void Write(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::fwrite(line.data(), 1, line.size(), stderr);
  }

  // What a fault that comes again and again says in a day: 17,000 lines of its kind, and never more
  // than 430,000.
  LineLimiter lines_{
      {.kind = {.burst = 50, .per_second = 0.2}, .all = {.burst = 200, .per_second = 5}}};
  // Asked for, with the level debug.
  LineLimiter requests_{
      {.kind = {.burst = 1000, .per_second = 200}, .all = {.burst = 1000, .per_second = 200}}};
};

}  // namespace

std::shared_ptr<spdlog::logger> MakeLogger(const Settings& settings) {
  auto logger = std::make_shared<spdlog::logger>("pyrunner", std::make_shared<BoundedSink>());
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  if (settings.log_format == "json") {
    formatter->add_flag<Line<true>>('*').set_pattern(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%*})");
  } else {
    formatter->add_flag<Line<false>>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %*");
  }
  logger->set_formatter(std::move(formatter));
  logger->set_level(spdlog::level::from_str(settings.log_level));
  logger->flush_on(spdlog::level::trace);
  return logger;
}

std::uint64_t SuppressedLines(const spdlog::logger& log) {
  std::uint64_t lines = 0;
  for (const auto& sink : log.sinks()) {
    if (const auto* bounded = dynamic_cast<const BoundedSink*>(sink.get())) {
      lines += bounded->suppressed();
    }
  }
  return lines;
}

void LogAnswer(spdlog::logger& log, const http::AnsweredRequest& request) {
  const std::chrono::duration<double, std::milli> time = request.time;
  log.log(spdlog::source_loc{"", 1, kWithFields}, spdlog::level::debug,
          "request method={} route={} status={} time_ms={:.3f} key={} trace_id={}", request.method,
          request.route.empty() ? "-" : request.route, request.status, time.count(),
          request.caller ? request.caller->name : "-", ToHex(request.trace.trace_id));
}

}  // namespace pyrunner::cli
