// Resumption: one coroutine that waits for one thing to happen.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace pyrunner {

/// At most one waits at a time, on the same thread as whoever resumes it. If nobody ever does, the
/// waiter is destroyed with this.
class Resumption {
 public:
  [[nodiscard]] boost::asio::awaitable<void> Wait() {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        [this](auto handler) {
          waiter_ = std::make_unique<Model<decltype(handler)>>(std::move(handler));
        },
        boost::asio::use_awaitable);
  }

  /// The waiter, if there is one, goes on now, inside of this call, until it waits for something
  /// else or ends.
  void Resume() {
    if (const auto waiter = std::move(waiter_)) waiter->Go();
  }

  /// Destroys the waiter.
  void Abandon() { const auto waiter = std::move(waiter_); }

 private:
  struct Waiter {
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    virtual ~Waiter() = default;
    virtual void Go() = 0;
  };
  template <typename Handler>
  struct Model final : Waiter {
    explicit Model(Handler&& its_handler) : handler(std::move(its_handler)) {}
    void Go() override { std::move(handler)(); }
    Handler handler;
  };

  std::unique_ptr<Waiter> waiter_;
};

}  // namespace pyrunner
