#include "api/run_handler.h"

#include <memory>
#include <string>
#include <utility>

#include "api/responses.h"
#include "base/deadline.h"

namespace pyrunner::api {
namespace {

using boost::asio::awaitable;

/// Shared by the requests in flight, so it lives as long as they do.
class RunHandler {
 public:
  RunHandler(std::string_view api, Runner& runner, RunDecoder decode, RejectionEncoder reject)
      : api_(api), runner_(runner), decode_(std::move(decode)), reject_(std::move(reject)) {}

  awaitable<http::Response> Handle(http::Request request) {
    auto decoded = decode_(request.body, request.Header("content-type"));
    if (!decoded) co_return std::move(decoded.error());
    std::string().swap(request.body);  // up to megabytes, for as long as the program runs

    decoded->program.context = {.api = api_,
                                .caller = std::move(request.caller),
                                .client = std::move(request.client),
                                .trace = request.trace};
    // Named, not temporaries of the co_await expression, which g++ 12 destroys twice.
    std::shared_ptr<Cancellation> cancellation = std::move(request.cancellation);
    const auto start = SteadyClock::now();
    auto run = runner_.Run(std::move(decoded->program), std::move(cancellation));
    auto outcome = co_await std::move(run);
    if (!outcome) {
      if (outcome.error().cause == Rejection::Cause::kCancelled) co_return ClientGoneResponse();
      http::Response response = reject_(outcome.error());
      const Phases phases{.queue = SteadyClock::now() - start};
      response.headers.emplace_back("Server-Timing", ServerTiming(phases));
      co_return response;
    }
    if (outcome->ending == Ending::kCancelled) co_return ClientGoneResponse();
    const std::string timing = ServerTiming(outcome->phases);
    http::Response response = decoded->encode(std::move(*outcome));
    response.headers.emplace_back("Server-Timing", timing);
    co_return response;
  }

 private:
  const std::string_view api_;
  Runner& runner_;
  const RunDecoder decode_;
  const RejectionEncoder reject_;
};

awaitable<http::Response> Answer(std::shared_ptr<const std::string> body) {
  http::Response response;
  response.body = *body;
  co_return response;
}

}  // namespace

http::Handler MakeRunHandler(std::string_view api, Runner& runner, RunDecoder decode,
                             RejectionEncoder reject) {
  const auto handler =
      std::make_shared<RunHandler>(api, runner, std::move(decode), std::move(reject));
  return [handler](http::Request request) { return handler->Handle(std::move(request)); };
}

http::Handler AnswerWith(std::string body) {
  const auto shared = std::make_shared<const std::string>(std::move(body));
  return [shared](const http::Request&) { return Answer(shared); };
}

}  // namespace pyrunner::api
