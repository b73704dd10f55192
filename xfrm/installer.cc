#include "xfrm/installer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "xfrm/messages.h"

namespace latchkey::xfrm {
namespace {

/// As many acknowledgements as a socket's default buffer surely holds.
constexpr std::size_t kBatch = 64;
constexpr std::size_t kSas = 2;

std::string_view name_of(Direction direction) {
  switch (direction) {
    case Direction::in: return "inbound";
    case Direction::out: return "outbound";
    case Direction::fwd: return "forwarding";
  }
  return "?";
}

std::string name_of(const Policy& policy) {
  const Selector& selector = policy.key.selector;
  return fmt::format("the {} {} {}/{} -> {}/{}", name_of(policy.key.direction), policy.esp ? "policy" : "guard",
                     selector.source.to_string(), selector.source_prefix, selector.destination.to_string(),
                     selector.destination_prefix);
}

std::string name_of(std::string_view which, const Sa& sa) {
  const std::string_view cipher = sa.suite.encr == base::EncrId::chacha20_poly1305 ? "ChaCha20-Poly1305" : "AES-GCM";
  return fmt::format("the {} SA {} -> {} ({})", which, sa.source.to_string(), sa.destination.to_string(), cipher);
}

/// The part of the plan that message `index` was about, in a person's words.
std::string part_of(const Plan& plan, std::size_t index) {
  if (index == 0) return name_of("inbound", plan.in);
  if (index == 1) return name_of("outbound", plan.out);
  return name_of(plan.policies[index - kSas].next);
}

base::Result<std::vector<Message>> messages_of(const Plan& plan) {
  auto in = plan.larval ? update_sa(plan.in) : new_sa(plan.in);
  if (!in) return std::unexpected(in.error());
  auto out = new_sa(plan.out);
  if (!out) return std::unexpected(out.error());
  std::vector<Message> messages;
  messages.reserve(kSas + plan.policies.size());
  messages.push_back(std::move(*in));
  messages.push_back(std::move(*out));
  for (const PolicyChange& change : plan.policies) {
    messages.push_back(change.previous ? update_policy(change.next) : new_policy(change.next));
  }
  return messages;
}

Message undo(const Plan& plan, std::size_t index) {
  if (index == 0) return delete_sa(plan.in.destination, plan.in.spi);
  if (index == 1) return delete_sa(plan.out.destination, plan.out.spi);
  const PolicyChange& change = plan.policies[index - kSas];
  return change.previous ? update_policy(*change.previous) : delete_policy(change.next.key);
}

void roll_back(Netlink& netlink, const Plan& plan, const std::vector<Reply>& replies) {
  std::vector<Message> messages;
  for (std::size_t i = replies.size(); i-- > 0;) {
    if (replies[i].done()) messages.push_back(undo(plan, i));
  }
  netlink.batch(messages);
}

}  // namespace

std::string Refusal::to_string() const {
  if (reply.done()) return fmt::format("cannot install {}: {}", what, error.text);
  return fmt::format("cannot install {}: {}", what, reply.words);
}

std::optional<Refusal> carry_out(Netlink& netlink, Plan plan) {
  auto messages = messages_of(plan);
  if (!messages) return Refusal{messages.error(), name_of("inbound or outbound", plan.in), {}};
  const std::vector<Reply> replies = netlink.batch(*messages);
  const auto refused = std::ranges::find_if(replies, [](const Reply& reply) { return !reply.done(); });
  if (refused == replies.end()) return std::nullopt;
  roll_back(netlink, plan, replies);
  const bool expired = plan.larval && replies.front().error == ESRCH;
  if (expired) {
    plan.larval = false;
    return carry_out(netlink, std::move(plan));
  }
  const auto index = static_cast<std::size_t>(refused - replies.begin());
  return Refusal{{base::Errc::kernel, "the kernel refused an SA or a policy"}, part_of(plan, index), *refused};
}

void remove_policies(Netlink& netlink, std::span<const PolicyKey> keys) {
  for (; !keys.empty(); keys = keys.subspan(std::min(kBatch, keys.size()))) {
    std::vector<Message> messages;
    for (const PolicyKey& key : keys.first(std::min(kBatch, keys.size()))) messages.push_back(delete_policy(key));
    netlink.batch(messages);
  }
}

Reply refresh_policies(Netlink& netlink, std::span<const Policy> policies) {
  Reply first;
  for (; !policies.empty(); policies = policies.subspan(std::min(kBatch, policies.size()))) {
    std::vector<Message> messages;
    for (const Policy& policy : policies.first(std::min(kBatch, policies.size())))
      messages.push_back(update_policy(policy));
    for (Reply& reply : netlink.batch(messages)) {
      if (first.done() && !reply.done()) first = std::move(reply);
    }
  }
  return first;
}

}  // namespace latchkey::xfrm
