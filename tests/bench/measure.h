#pragma once
// What the benches of the engine share: a clock, randomness, and a kernel that costs nothing.

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "ike-engine/api/ports.h"
#include "ike-engine/crypto/random.h"

namespace latchkey::bench {

/// This thread's CPU time.
inline double cpu_microseconds() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

class SystemRandom : public api::Random {
 public:
  void fill(base::MutableBytes out) override { crypto::random_fill(out); }
};

/// Says yes to everything and does nothing: the kernel's work is not the engine's.
class NoKernel : public api::Kernel {
 public:
  base::Result<std::unique_ptr<api::ReservedSpi>> allocate_spi(const base::Address&, const base::Address&) override {
    return std::make_unique<Reserved>(base::Spi{++last_});
  }
  base::Result<std::unique_ptr<api::KernelTunnel>> install(std::unique_ptr<api::ReservedSpi>,
                                                           const api::ChildSa&) override {
    return std::make_unique<Tunnel>();
  }
  std::string last_error() const override { return {}; }

 private:
  class Reserved : public api::ReservedSpi {
   public:
    explicit Reserved(base::Spi spi) : spi_(spi) {}
    base::Spi spi() const override { return spi_; }

   private:
    base::Spi spi_;
  };
  class Tunnel : public api::KernelTunnel {
   public:
    base::ReqId reqid() const override { return base::ReqId{0x4c000001}; }
    base::Result<api::ChildCounters> counters() override { return api::ChildCounters{}; }
    base::Result<void> start_sending() override { return {}; }
    void keep_guard() override {}
  };
  std::uint32_t last_ = 0xc0000000;
};

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// One line of JSON. `ratio` 0: there is nothing to compare with.
inline void print_result(std::string_view name, double value, std::string_view unit, std::string_view against,
                         double ratio) {
  const std::string compared = against.empty() ? "null" : fmt::format("\"{}\"", against);
  const std::string by = ratio == 0 ? "null" : fmt::format("{:.3f}", ratio);
  fmt::print("{{\"name\":\"{}\",\"value\":{:.1f},\"unit\":\"{}\",\"against\":{},\"ratio\":{}}}\n", name, value, unit,
             compared, by);
}

}  // namespace latchkey::bench
