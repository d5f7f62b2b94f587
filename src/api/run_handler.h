// The way of every request that runs a program: decode, run, encode.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "engine/outcome.h"
#include "engine/program.h"
#include "engine/runner.h"
#include "http/router.h"

namespace pyrunner::api {

/// What a request asks for, and how to answer it.
struct RunRequest {
  Program program;
  std::function<http::Response(Outcome)> encode;
};

/// A request's body and content type into what it asks for, within the caller's ceilings (nullptr:
/// nobody's), or into the response that says what is wrong with it.
using RunDecoder = std::function<tl::expected<RunRequest, http::Response>(
    std::string_view body, std::string_view content_type, const Caller* caller)>;

/// The response for a program that was not run.
using RejectionEncoder = std::function<http::Response(const Rejection&)>;

/// `api` is a literal: the name in records. `policy` is that of the API's programs, by the name
/// that operators know. The runner must outlive the handler and every request in flight.
[[nodiscard]] http::Handler MakeRunHandler(std::string_view api, std::string policy, Runner& runner,
                                           RunDecoder decode, RejectionEncoder reject);

/// A handler that always answers with this JSON text.
[[nodiscard]] http::Handler AnswerWith(std::string body);

}  // namespace pyrunner::api
