#include "engine/sandbox_watch.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

namespace pyrunner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

SandboxWatch::SandboxWatch(const asio::any_io_executor& executor, const Slots& slots,
                           SupervisorClient& supervisor, std::uint32_t most_threads)
    : executor_(executor),
      slots_(slots),
      supervisor_(supervisor),
      most_threads_(most_threads),
      stopping_(executor) {}

void SandboxWatch::Watch(const std::shared_ptr<Sandbox>& sandbox) {
  if (slots_.threads_are_watched()) {
    asio::co_spawn(executor_, WatchThreads(sandbox), asio::detached);
  }
  if (slots_.scratch_is_watched()) {
    asio::co_spawn(executor_, WatchScratch(sandbox), asio::detached);
  }
}

void SandboxWatch::Stop() {
  stopped_ = true;
  stopping_.NotifyAll();
}

asio::awaitable<void> SandboxWatch::WatchScratch(std::shared_ptr<Sandbox> sandbox) {
  constexpr auto kBetweenLooks = 100ms;
  ++watching_;
  (void)co_await stopping_.WaitUntil(SteadyClock::now() + kBetweenLooks);
  while (!stopped_ && sandbox->alive()) {
    const bool within = co_await supervisor_.ScratchIsWithinQuota(sandbox->slot_index());
    if (!within) sandbox->StopForFullScratch();
    if (!within) break;
    (void)co_await stopping_.WaitUntil(SteadyClock::now() + kBetweenLooks);
  }
  --watching_;
}

asio::awaitable<void> SandboxWatch::WatchThreads(std::shared_ptr<Sandbox> sandbox) {
  // A thread takes a program in Python some 50 us: this many more it may have had for a moment.
  constexpr auto kBetweenLooks = 10ms;
  ++watching_;
  while (!stopped_ && sandbox->alive()) {
    sandbox->StopForThreadsAbove(most_threads_);
    (void)co_await stopping_.WaitUntil(SteadyClock::now() + kBetweenLooks);
  }
  --watching_;
}

}  // namespace pyrunner
