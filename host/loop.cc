#include "host/loop.h"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace latchkey::host {

void Loop::FreeBase::operator()(event_base* base) const { ::event_base_free(base); }
void Loop::FreeEvent::operator()(event* e) const { ::event_free(e); }

Loop::Loop() : base_(::event_base_new()), stop_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (base_) timer_.reset(::event_new(base_.get(), -1, 0, run_timer, this));
  if (!base_ || !timer_ || stop_fd_ < 0) throw std::runtime_error("no event loop could be made");
  on_readable(stop_fd_, [this] { ::event_base_loopbreak(base_.get()); });
}

Loop::~Loop() { ::close(stop_fd_); }

void Loop::run_watch(int, short, void* context) { static_cast<Watch*>(context)->callback(); }

void Loop::run_timer(int, short, void* context) {
  auto* loop = static_cast<Loop*>(context);
  loop->armed_ = base::kNever;
  loop->timer_callback_();
}

void Loop::on_readable(int fd, Callback callback) {
  auto watch = std::make_unique<Watch>();
  watch->callback = std::move(callback);
  watch->armed.reset(::event_new(base_.get(), fd, EV_READ | EV_PERSIST, run_watch, watch.get()));
  if (!watch->armed || ::event_add(watch->armed.get(), nullptr) != 0) {
    throw std::runtime_error("a file descriptor could not be watched");
  }
  watches_.push_back(std::move(watch));
}

void Loop::arm(base::TimePoint at, base::TimePoint now) {
  if (at == armed_) return;
  armed_ = at;
  if (at == base::kNever) {
    ::event_del(timer_.get());
    return;
  }
  const auto wait = std::max(at - now, base::Duration::zero());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(wait);
  const timeval after{seconds.count(), (wait - seconds).count()};
  ::event_add(timer_.get(), &after);
}

void Loop::run() { ::event_base_loop(base_.get(), EVLOOP_NO_EXIT_ON_EMPTY); }

void Loop::stop() {
  const std::uint64_t one = 1;
  const ssize_t written = ::write(stop_fd_, &one, sizeof one);
  (void)written;
}

base::TimePoint monotonic_now() {
  return std::chrono::time_point_cast<base::Duration>(std::chrono::steady_clock::now());
}

}  // namespace latchkey::host
