// Cancellation: how a client that went away stops the work done for it.
#pragma once

#include <functional>
#include <utility>

namespace pyrunner {

/// One request's wish to stop. Used from the gateway's single thread only. At most one party
/// listens at a time: whoever currently works for the request.
class Cancellation {
 public:
  [[nodiscard]] bool cancelled() const { return cancelled_; }

  /// Calls the listener once, at most. Later listeners are called as soon as they are set.
  void Cancel() {
    if (std::exchange(cancelled_, true)) return;
    if (auto listener = std::exchange(listener_, nullptr)) listener();
  }

  void Listen(std::function<void()> listener) {
    if (cancelled_) {
      listener();
      return;
    }
    listener_ = std::move(listener);
  }

  void StopListening() { listener_ = nullptr; }

 private:
  bool cancelled_ = false;
  std::function<void()> listener_;
};

}  // namespace pyrunner
