// The files of the web pages, which are part of the program: see cmake/web_files.py.
#pragma once

#include <span>
#include <string_view>

namespace pyrunner::api {

/// Views of the program's read-only data; valid for ever.
struct WebFile {
  /// The path that it is served at, below /web/; or, without a slash, the name of a page.
  std::string_view name;
  std::string_view content_type;
  std::string_view tag;  // another for another content
  std::string_view body;
  std::string_view gzip;  // the same, compressed; empty: not worth it
};

[[nodiscard]] std::span<const WebFile> WebFiles();

}  // namespace pyrunner::api
