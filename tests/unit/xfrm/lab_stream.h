#pragma once
// Traffic that does not stop, to see whether any of it gets lost.

#include <atomic>
#include <thread>

#include "tests/unit/xfrm/lab_hosts.h"

namespace latchkey::xfrm_lab {

/// How many datagrams were sent and how many of those came, both ways together.
struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

/// Marked datagrams from `client` to `server` and back, one each way every millisecond (if the machine keeps up), from
/// its construction until finish().
class Stream {
 public:
  Stream(const Host& client, const base::Address& from, const Host& server, const base::Address& to);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Lets so many more datagrams go each way.
  void run(std::uint64_t count);
  /// Stops and waits for stragglers.
  Tally finish();

 private:
  void work();
  void send();
  bool take();

  Fd client_, server_;
  std::atomic<std::uint64_t> rounds_ = 0;
  std::atomic<bool> stop_ = false;
  Tally tally_;
  std::thread thread_;
};

}  // namespace latchkey::xfrm_lab
