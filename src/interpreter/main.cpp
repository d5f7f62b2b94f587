// pyrunner-zygote base|science SETUP...: started by the supervisor, never by hand.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/unix_socket.h"
#include "interpreter/warm_up.h"
#include "interpreter/zygote.h"
#include "sandbox/sandbox_setup.h"
#include "wire/zygote_messages.h"

namespace pyrunner::interpreter {
namespace {

int Main(std::string_view kind, sandbox::SandboxSetup setup) {
  const auto start = std::chrono::steady_clock::now();
  auto zygote = WarmUp(kind == "science", std::move(setup));
  if (!zygote) {
    std::fprintf(stderr, "pyrunner-zygote %s: %s\n", std::string(kind).c_str(),
                 zygote.error().message.c_str());
    return 1;
  }
  const wire::ZygoteReady ready{
      .warm_nanoseconds = static_cast<std::uint64_t>(
          std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count()),
      .seccomp_instructions = zygote->seccomp.code.size(),
      .image_bytes = zygote->image_bytes};
  if (!SendMessage(zygote->control.get(), BytesOf(ready), {})) return 0;
  ServeForks(*zygote);
  // No Py_Finalize: there is nothing to save, and it takes longer than everything else.
  ::_exit(0);
}

}  // namespace
}  // namespace pyrunner::interpreter

int main(int argc, char** argv) {
  constexpr int kBeforeSetup = 2;
  const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
  auto setup = argc > kBeforeSetup
                   ? pyrunner::sandbox::SandboxSetup::FromArguments(words.subspan(kBeforeSetup))
                   : std::nullopt;
  if (!setup) {
    std::fputs("pyrunner-zygote is started by `pyrunner serve`\n", stderr);
    return 64;
  }
  return pyrunner::interpreter::Main(argv[1], std::move(*setup));
}
