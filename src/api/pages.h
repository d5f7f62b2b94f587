// The web pages: the playground at GET / for browsers, Swagger UI at GET /docs, and their files
// below /web/. All of it is part of the program; no page asks another server for anything.
#pragma once

#include <string_view>

#include "http/router.h"

namespace pyrunner::api {

/// GET /docs and the files below /web/.
void AddPages(http::Router& router);

/// The description of the APIs before ApiFacts::Fill.
[[nodiscard]] std::string_view OpenApiTemplate();

/// A handler that answers with the playground whoever prefers HTML, and all others as `otherwise`.
[[nodiscard]] http::Handler PlaygroundOr(http::Handler otherwise);

}  // namespace pyrunner::api
