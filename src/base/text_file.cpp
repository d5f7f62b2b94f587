#include "base/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/fd.h"

namespace pyrunner {

Result<std::string> ReadTextFile(const std::string& path) {
  constexpr std::size_t kLimit = std::size_t{16} * 1024 * 1024;
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return SystemError("open", path);
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
    if (size < 0) return SystemError("read", path);
    if (size == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(size));
    if (text.size() > kLimit) return Failure(path + " is too large");
  }
}

Status WriteTextFile(const std::string& path, std::string_view text) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return SystemError("open", path);
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return SystemError("write", path);
  }
  return {};
}

}  // namespace pyrunner
