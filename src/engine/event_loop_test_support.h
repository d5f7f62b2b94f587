// An event loop for tests of coroutines.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace pyrunner {

/// Runs a test's coroutines in the test's own thread. One that takes far too long fails the test.
class EventLoop {
 public:
  boost::asio::io_context& context() { return context_; }
  boost::asio::any_io_executor executor() { return context_.get_executor(); }

  /// Runs the loop until `work` is done, and returns its result.
  template <typename T>
  std::optional<T> Run(boost::asio::awaitable<T> work) {
    std::optional<T> result;
    Start(std::move(work), result);
    EXPECT_TRUE(RunUntil([&] { return result.has_value(); })) << "the coroutine does not end";
    return result;
  }

  /// Starts `work`, which leaves its result in `result`.
  template <typename T>
  void Start(boost::asio::awaitable<T> work, std::optional<T>& result) {
    boost::asio::co_spawn(context_, std::move(work),
                          [&result](const std::exception_ptr& error, T value) {
                            if (error) std::rethrow_exception(error);
                            result.emplace(std::move(value));
                          });
  }

  /// Runs the loop until the condition holds; false if it does not in time.
  template <typename Condition>
  bool RunUntil(Condition condition, std::chrono::milliseconds patience = kPatience) {
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      context_.restart();
      context_.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
  }

  /// Runs whatever is ready now.
  void Settle() {
    context_.restart();
    context_.poll();
  }

 private:
  static constexpr std::chrono::milliseconds kPatience{20'000};

  boost::asio::io_context context_;
};

}  // namespace pyrunner
