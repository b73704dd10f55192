#include "tests/unit/xfrm/fake_kernel.h"

#include <arpa/inet.h>

#include <cerrno>
#include <cstring>

#include "xfrm/messages.h"

namespace latchkey::xfrm {
namespace {

xfrm_usersa_info info_of(base::Bytes body) {
  xfrm_usersa_info info;
  std::memcpy(&info, body.data(), sizeof info);
  return info;
}

Reply refused(int error) { return {error, errno_words(error)}; }

FakeState::SaKey key_of(base::Bytes body) {
  const auto sa = parse_sa(body).value();
  return {sa.destination, sa.spi.value};
}

FakeState::SaKey key_of_id(base::Bytes body) {
  xfrm_usersa_id id;
  std::memcpy(&id, body.data(), sizeof id);
  const std::size_t size = id.family == AF_INET ? 4 : 16;
  return {base::Address::from_bytes(body.first(size)).value(), ntohl(id.spi)};
}

/// A xfrm_userpolicy_id as a policy with nothing but its key.
PolicyKey policy_key_of_id(base::Bytes body) {
  xfrm_userpolicy_id id;
  std::memcpy(&id, body.data(), sizeof id);
  xfrm_userpolicy_info info{};
  info.sel = id.sel;
  info.dir = id.dir;
  return parse_policy({reinterpret_cast<const std::uint8_t*>(&info), sizeof info}).value().key;
}

}  // namespace

Message FakeKernel::update_message(const Policy& policy) { return update_policy(policy); }

Reply FakeKernel::take(const Message& message) {
  const std::uint16_t type = message.header().nlmsg_type;
  if (auto told = refusal(type)) return *told;
  switch (type) {
    case XFRM_MSG_NEWSA: {
      const auto [at, fresh] = state_.sas.try_emplace(key_of(body(message)), false);
      if (fresh) state_.infos[at->first] = info_of(body(message));
      return fresh ? Reply{} : refused(EEXIST);
    }
    case XFRM_MSG_UPDSA: {
      const auto at = state_.sas.find(key_of(body(message)));
      if (at == state_.sas.end()) return refused(ESRCH);
      at->second = false;
      state_.infos[at->first] = info_of(body(message));
      return {};
    }
    case XFRM_MSG_DELSA: return state_.sas.erase(key_of_id(body(message))) ? Reply{} : refused(ESRCH);
    case XFRM_MSG_NEWPOLICY: {
      const Policy policy = parse_policy(body(message)).value();
      return state_.policies.try_emplace(policy.key, policy).second ? Reply{} : refused(EEXIST);
    }
    case XFRM_MSG_UPDPOLICY: {
      const Policy policy = parse_policy(body(message)).value();
      state_.policies.insert_or_assign(policy.key, policy);
      return {};
    }
    case XFRM_MSG_DELPOLICY: return state_.policies.erase(policy_key_of_id(body(message))) ? Reply{} : refused(ENOENT);
    default: return {};
  }
}

/// The larval SA as the kernel would answer: the request's own structure with an SPI.
base::Bytes FakeKernel::allocate(base::Bytes request) {
  xfrm_usersa_info info = info_of(request);
  info.id.spi = htonl(next_spi_++);
  info.lft.hard_add_expires_seconds = 30;
  answer_.resize(sizeof info);
  std::memcpy(answer_.data(), &info, sizeof info);
  state_.sas[key_of(answer_)] = true;
  state_.infos[key_of(answer_)] = info;
  return answer_;
}

base::Bytes FakeKernel::dump(const FakeState::SaKey& key) {
  const xfrm_usersa_info& info = state_.infos.at(key);
  answer_.resize(sizeof info);
  std::memcpy(answer_.data(), &info, sizeof info);
  return answer_;
}

void FakeState::expire(const SaKey& sa, bool hard) {
  xfrm_user_expire event{};
  event.state = infos.at(sa);
  event.hard = hard ? 1 : 0;
  const auto* const octets = reinterpret_cast<const std::uint8_t*>(&event);
  expiries.emplace_back(octets, octets + sizeof event);
}

}  // namespace latchkey::xfrm
