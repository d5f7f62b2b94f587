#include "api/pages.h"

#include <string>
#include <string_view>
#include <utility>

#include "api/accept.h"
#include "api/web_files.h"

namespace pyrunner::api {
namespace {

using boost::asio::awaitable;

// Files are named after their content; pages are asked for again, and name the files of today.
constexpr std::string_view kForEver = "public, max-age=31536000, immutable";
constexpr std::string_view kAskAgain = "no-cache";

// No script or style but our own files, no other server, no frame around it, no form that leaves.
// The playground's editor keeps its styles in a shadow root as style sheet objects, which need no
// exception; and it makes no HTML out of text, which trusted types hold it to.
constexpr std::string_view kPlaygroundPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";
// Swagger UI makes HTML out of text, and its style sheet has its icons in it.
constexpr std::string_view kDocsPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

http::Headers PageHeaders(std::string_view policy) {
  return {{"Content-Security-Policy", std::string(policy)},
          {"Referrer-Policy", "no-referrer"},
          {"X-Frame-Options", "DENY"},  // for browsers that do not know frame-ancestors
          {"Cross-Origin-Opener-Policy", "same-origin"},
          {"Cross-Origin-Resource-Policy", "same-origin"},
          {"Permissions-Policy",
           "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
           "clipboard-write=(self)"}};
}

http::Headers FileHeaders() {
  // Were a file opened as a page, an image for example, nothing in it would run.
  return {{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
          {"Cross-Origin-Resource-Policy", "same-origin"}};
}

struct Served {
  const WebFile* file;
  http::Headers headers;
  std::string_view cache;
  std::string_view vary;
};

http::Response Serve(const Served& served, const http::Request& request) {
  const WebFile& file = *served.file;
  const bool packed = !file.gzip.empty() && AcceptsGzip(request);
  const std::string tag = std::string("\"").append(file.tag).append(packed ? "-gzip\"" : "\"");
  http::Response response;
  response.content_type = file.content_type;
  response.headers = served.headers;
  response.headers.emplace_back("Cache-Control", served.cache);
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Vary", served.vary);
  if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
  if (HasTag(request, tag)) {
    response.status = 304;
  } else {
    response.constant_body = packed ? file.gzip : file.body;
  }
  return response;
}

awaitable<http::Response> Answer(http::Response response) { co_return response; }

awaitable<http::Response> AnswerVarying(awaitable<http::Response> answer) {
  http::Response response = co_await std::move(answer);
  response.headers.emplace_back("Vary", "Accept");
  co_return response;
}

const WebFile* FindPage(std::string_view name) {
  for (const WebFile& file : WebFiles()) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

http::Handler Serving(Served served) {
  return [served = std::move(served)](const http::Request& request) {
    return Answer(Serve(served, request));
  };
}

}  // namespace

void AddPages(http::Router& router) {
  router.Add(
      "GET", "/docs",
      Serving({FindPage("docs.html"), PageHeaders(kDocsPolicy), kAskAgain, "Accept-Encoding"}),
      http::Router::Access::kOpen);
  for (const WebFile& file : WebFiles()) {
    if (!file.name.starts_with('/')) continue;
    router.Add("GET", std::string(file.name),
               Serving({&file, FileHeaders(), kForEver, "Accept-Encoding"}),
               http::Router::Access::kOpen);
  }
}

std::string_view OpenApiTemplate() { return FindPage("openapi.json")->body; }

http::Handler PlaygroundOr(http::Handler otherwise) {
  return [otherwise = std::move(otherwise),
          playground = Serving({FindPage("index.html"), PageHeaders(kPlaygroundPolicy), kAskAgain,
                                "Accept, Accept-Encoding"})](http::Request request) {
    if (PrefersHtml(request)) return playground(std::move(request));
    return AnswerVarying(otherwise(std::move(request)));
  };
}

}  // namespace pyrunner::api
