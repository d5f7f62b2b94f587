// Waiting for a child to end.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/pidfd.h"

namespace pyrunner {

/// Completes when the child behind the pidfd has ended, and reaps it. If the kernel does not tell
/// how it ended, it counts as killed.
boost::asio::awaitable<ProcessEnd> AwaitProcessEnd(boost::asio::posix::stream_descriptor& pidfd);

}  // namespace pyrunner
