#pragma once
// libevent's loop: file descriptors that become readable, one timer, and a stop that any thread may ask for.

#include <functional>
#include <memory>
#include <vector>

#include "ike-engine/base/time.h"

struct event;
struct event_base;

namespace latchkey::host {

class Loop {
 public:
  using Callback = std::function<void()>;

  /// Throws std::runtime_error if the system has no event mechanism or no descriptors left.
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Calls `callback` whenever `fd` is readable, as long as the loop exists. Callbacks must not throw.
  void on_readable(int fd, Callback callback);
  /// What the timer calls.
  void on_timer(Callback callback) { timer_callback_ = std::move(callback); }
  /// Sets the one timer; kNever stops it.
  void arm(base::TimePoint at, base::TimePoint now);
  /// Until stop().
  void run();
  /// From any thread.
  void stop();
  event_base* base() const { return base_.get(); }

 private:
  struct FreeBase {
    void operator()(event_base* base) const;
  };
  struct FreeEvent {
    void operator()(event* e) const;
  };
  struct Watch {
    Callback callback;
    std::unique_ptr<event, FreeEvent> armed;
  };
  static void run_watch(int, short, void* context);
  static void run_timer(int, short, void* context);

  std::unique_ptr<event_base, FreeBase> base_;
  std::vector<std::unique_ptr<Watch>> watches_;
  std::unique_ptr<event, FreeEvent> timer_;
  Callback timer_callback_;
  base::TimePoint armed_ = base::kNever;
  int stop_fd_ = -1;
};

/// The time that the engine thread lives by.
base::TimePoint monotonic_now();

}  // namespace latchkey::host
