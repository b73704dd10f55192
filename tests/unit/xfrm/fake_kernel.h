#pragma once
// A kernel that keeps SAs and policies in maps, and refuses what a test tells it to.

#include <linux/xfrm.h>

#include <map>

#include "ike-engine/api/ports.h"
#include "xfrm/events.h"
#include "xfrm/parse.h"

namespace latchkey::xfrm {

/// 1, 2, 3, ... as octets.
class CountingRandom final : public api::Random {
 public:
  void fill(base::MutableBytes out) override {
    for (std::uint8_t& octet : out) octet = next_++;
  }

 private:
  std::uint8_t next_ = 1;
};

/// What the fake kernel holds; tests look into it.
struct FakeState {
  using SaKey = std::pair<base::Address, std::uint32_t>;  ///< destination, SPI
  std::map<SaKey, bool> sas;                              ///< true: larval
  std::map<SaKey, xfrm_usersa_info> infos;                ///< what they were made of
  std::map<PolicyKey, Policy> policies;
  std::vector<std::uint16_t> types;         ///< XFRM_MSG_* in the order received
  std::vector<std::size_t> batches;         ///< sizes
  std::map<std::uint16_t, Reply> refusals;  ///< the next message of this type is refused so
  std::vector<base::Buffer> expiries;       ///< XFRM_MSG_EXPIRE that nobody has taken yet
  bool dropped = false;                     ///< some did not fit

  /// An SA of this kernel has reached a limit.
  void expire(const SaKey& sa, bool hard);
};

class FakeEvents final : public Events {
 public:
  explicit FakeEvents(FakeState& state) : state_(state) {}
  int fd() const override { return 4711; }
  bool take(const Visit& visit) override {
    for (const base::Buffer& body : std::exchange(state_.expiries, {})) visit(XFRM_MSG_EXPIRE, body);
    return !std::exchange(state_.dropped, false);
  }

 private:
  FakeState& state_;
};

class FakeKernel final : public Netlink {
 public:
  explicit FakeKernel(FakeState& state) : state_(state) {}

  std::vector<Reply> batch(std::span<Message> messages) override {
    std::vector<Reply> out;
    if (!messages.empty()) state_.batches.push_back(messages.size());
    for (Message& message : messages) out.push_back(take(message));
    return out;
  }

  Reply query(Message request, const Visit& visit) override {
    const std::uint16_t type = request.header().nlmsg_type;
    if (auto refused = refusal(type)) return *refused;
    if (type == XFRM_MSG_ALLOCSPI) visit(XFRM_MSG_NEWSA, allocate(body(request)));
    if (type == XFRM_MSG_GETSA) {
      for (const auto& [key, larval] : state_.sas) visit(XFRM_MSG_NEWSA, dump(key));
    }
    if (type == XFRM_MSG_GETPOLICY) {
      for (const auto& [key, policy] : state_.policies) visit(XFRM_MSG_NEWPOLICY, body(update_message(policy)));
    }
    return {};
  }

 private:
  static base::Bytes body(const Message& message) { return message.bytes().subspan(NLMSG_HDRLEN); }
  static Message update_message(const Policy& policy);

  std::optional<Reply> refusal(std::uint16_t type) {
    state_.types.push_back(type);
    const auto at = state_.refusals.find(type);
    if (at == state_.refusals.end()) return std::nullopt;
    const Reply out = at->second;
    state_.refusals.erase(at);
    return out;
  }

  Reply take(const Message& message);
  base::Bytes allocate(base::Bytes request);
  base::Bytes dump(const FakeState::SaKey& key);

  FakeState& state_;
  base::Buffer answer_;
  std::uint32_t next_spi_ = 0x1000;
};

}  // namespace latchkey::xfrm
