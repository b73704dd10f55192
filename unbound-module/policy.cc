#include "unbound-module/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "unbound-module/names.h"

namespace latchkey::unbound {
namespace {

/// A domain's text, which has no escapes, as canonical wire form.
std::string wire_of(std::string_view domain) {
  std::string wire;
  while (!domain.empty()) {
    const auto dot = domain.find('.');
    const std::string_view label = domain.substr(0, dot);
    wire.push_back(static_cast<char>(label.size()));
    wire.append(label);
    domain.remove_prefix(dot == std::string_view::npos ? domain.size() : dot + 1);
  }
  wire.push_back('\0');
  return wire;
}

/// A domain of ours again; "." for the root.
std::string text_of(std::string_view wire) {
  std::string text;
  for (std::size_t at = 0; at < wire.size() && wire[at] != 0;) {
    const auto length = static_cast<std::uint8_t>(wire[at]);
    if (!text.empty()) text += '.';
    text += wire.substr(at + 1, length);
    at += 1U + length;
  }
  return text.empty() ? "." : text;
}

base::Address network_of(const base::Address& address, unsigned prefix) {
  std::array<std::uint8_t, 16> octets{};
  const base::Bytes whole = address.bytes();
  std::ranges::copy(whole, octets.begin());
  for (std::size_t bit = prefix; bit < whole.size() * 8; ++bit)
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] & ~(0x80U >> bit % 8));
  return base::Address::from_bytes(base::Bytes(octets).first(whole.size())).value();
}

bool stricter(const Rule& a, const Rule& b) { return a.kind > b.kind; }

}  // namespace

std::string Ruling::text() const {
  if (!rule) return "no group";
  const bool named = by_name && by_name->rule == rule;
  const Match& match = named ? *by_name : *by_address;
  std::string text =
      fmt::format("{} by {} {}", host::to_string(rule->kind), named ? "domain" : "network", match.pattern);
  if (!why.empty()) text += fmt::format(" ({})", why);
  return text;
}

template <class Map, class Key>
void Policy::keep_stricter(Map& map, const Key& key, Place place) {
  const auto [known, is_new] = map.try_emplace(key, place);
  if (!is_new && stricter(rules_[place], rules_[known->second])) known->second = place;
}

Policy::Policy(const std::vector<host::GroupEntry>& groups) {
  for (const host::GroupEntry& group : groups) {
    if (!group.kind) continue;
    const auto deadline = std::chrono::duration_cast<std::chrono::microseconds>(group.deadline).count();
    rules_.push_back({*group.kind, group.overrides, static_cast<std::uint64_t>(deadline), group.unsigned_policy});
    for (const std::string& domain : group.domains) keep_stricter(domains_, wire_of(domain), rules_.size() - 1);
    networks_override_ = networks_override_ || (group.overrides && !group.cidrs.empty());
    for (const host::Cidr& cidr : group.cidrs) keep_stricter(networks_[cidr.prefix], cidr.network, rules_.size() - 1);
  }
}

std::size_t Policy::bound_deadlines(std::uint64_t most_us) {
  std::size_t longer = 0;
  for (Rule& rule : rules_) {
    if (rule.deadline_us <= most_us) continue;
    rule.deadline_us = most_us;
    ++longer;
  }
  return longer;
}

std::optional<Match> Policy::longest_suffix(std::span<const base::Bytes> names) const {
  std::optional<Match> best;
  std::size_t longest = 0;
  for (const base::Bytes name : names) {
    const std::string whole = canonical(name);
    for (std::size_t at = 0; at < whole.size(); at += 1U + static_cast<std::uint8_t>(whole[at])) {
      const auto found = domains_.find(whole.substr(at));
      if (found == domains_.end()) continue;
      const Rule& rule = rules_[found->second];
      const std::size_t size = whole.size() - at;
      if (size > longest || (size == longest && stricter(rule, *best->rule)))
        best = Match{&rule, text_of(found->first)};
      longest = std::max(longest, size);
      break;  // further ones of this name are shorter
    }
  }
  return best;
}

std::optional<Match> Policy::longest_network(const base::Address& address) const {
  for (const auto& [prefix, networks] : networks_) {
    if (prefix > address.host_prefix()) continue;
    const auto found = networks.find(network_of(address, prefix));
    if (found != networks.end()) return Match{&rules_[found->second], host::Cidr{found->first, prefix}.to_string()};
  }
  return std::nullopt;
}

std::optional<Match> Policy::strictest_network(std::span<const base::Address> addresses) const {
  std::optional<Match> strictest;
  for (const base::Address& address : addresses) {
    auto match = longest_network(address);
    if (match && (!strictest || stricter(*match->rule, *strictest->rule))) strictest = std::move(match);
  }
  return strictest;
}

Ruling Policy::judge(std::span<const base::Bytes> names, std::span<const base::Address> addresses) const {
  Ruling ruling;
  ruling.by_name = longest_suffix(names);
  ruling.by_address = strictest_network(addresses);
  const Rule* name = ruling.by_name ? ruling.by_name->rule : nullptr;
  const Rule* address = ruling.by_address ? ruling.by_address->rule : nullptr;
  if (!name || !address) {
    ruling.rule = name ? name : address;
    return ruling;
  }
  const bool one_overrides = name->overrides != address->overrides;
  if (one_overrides) {
    ruling.rule = name->overrides ? name : address;
    ruling.why = "it overrides the other";
  } else {
    ruling.rule = stricter(*address, *name) ? address : name;
    ruling.why = name->kind == address->kind ? "as the other does" : "the stricter one";
  }
  return ruling;
}

}  // namespace latchkey::unbound
