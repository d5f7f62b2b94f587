#include "api/run_handler.h"

#include <memory>
#include <string>
#include <utility>

#include "api/quota.h"
#include "api/responses.h"
#include "base/deadline.h"

namespace pyrunner::api {
namespace {

using boost::asio::awaitable;

/// Shared by the requests in flight, so it lives as long as they do.
class RunHandler {
 public:
  RunHandler(std::string_view api, std::string policy, Runner& runner, RunDecoder decode,
             RejectionEncoder reject)
      : api_(api),
        policy_(std::move(policy)),
        runner_(runner),
        decode_(std::move(decode)),
        reject_(std::move(reject)) {}

  awaitable<http::Response> Handle(http::Request request) {
    const std::shared_ptr<const Caller> caller = std::move(request.caller);
    const Caller* const asking = caller.get();
    auto decoded = decode_(request.body, request.Header("content-type"), asking);
    if (!decoded) co_return Finish(std::move(decoded.error()), asking);
    std::string().swap(request.body);  // up to megabytes, for as long as the program runs

    decoded->program.context = {.api = api_,
                                .policy = policy_,
                                .caller = caller,
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
      co_return Finish(std::move(response), asking);
    }
    if (outcome->ending == Ending::kCancelled) co_return ClientGoneResponse();
    const std::string timing = ServerTiming(outcome->phases);
    http::Response response = decoded->encode(std::move(*outcome));
    response.headers.emplace_back("Server-Timing", timing);
    co_return Finish(std::move(response), asking);
  }

 private:
  static http::Response Finish(http::Response response, const Caller* caller) {
    TellRate(response, caller, SteadyClock::now());
    return response;
  }

  const std::string_view api_;
  const std::string policy_;
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

http::Handler MakeRunHandler(std::string_view api, std::string policy, Runner& runner,
                             RunDecoder decode, RejectionEncoder reject) {
  const auto handler = std::make_shared<RunHandler>(api, std::move(policy), runner,
                                                    std::move(decode), std::move(reject));
  return [handler](http::Request request) { return handler->Handle(std::move(request)); };
}

http::Handler AnswerWith(std::string body) {
  const auto shared = std::make_shared<const std::string>(std::move(body));
  return [shared](const http::Request&) { return Answer(shared); };
}

}  // namespace pyrunner::api
