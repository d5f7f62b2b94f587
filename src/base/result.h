// Result<T>: how trusted code reports failure. No exception crosses a module.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace pyrunner {

/// What failed, on what, and why. `code` is an errno value, or 0 where none applies.
struct Error {
  std::string message;
  int code = 0;
};

template <typename T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

/// An error from a failed system call: "<operation> <object>: <strerror>".
[[nodiscard]] inline tl::unexpected<Error> SystemError(std::string_view operation,
                                                       std::string_view object, int code = errno) {
  std::string message(operation);
  if (!object.empty()) message.append(" ").append(object);
  message.append(": ").append(std::strerror(code));
  return tl::unexpected(Error{std::move(message), code});
}

/// An error that no errno explains.
[[nodiscard]] inline tl::unexpected<Error> Failure(std::string message) {
  return tl::unexpected(Error{std::move(message), 0});
}

}  // namespace pyrunner
