#include "control/inspect/ip_fragments.h"

#include <algorithm>

namespace latchkey::inspect {

namespace {
constexpr std::size_t kMaxPacket = 65535;
constexpr std::size_t kUnit = 8;
}  // namespace

Assembly::Assembly(const IpPacket& fragment, std::size_t frame)
    : frame_(frame), id_(fragment.fragment->id), head_(fragment) {}

bool Assembly::is_of(const IpPacket& fragment) const {
  return fragment.fragment->id == id_ && fragment.source == head_.source && fragment.destination == head_.destination &&
         fragment.protocol == head_.protocol;
}

void Assembly::put(const IpPacket& fragment) {
  const std::size_t begin = fragment.fragment->offset;
  const std::size_t end = begin + fragment.payload.size();
  if (end > kMaxPacket) return;
  if (octets_.size() < end) octets_.resize(end);
  std::ranges::copy(fragment.payload, octets_.begin() + static_cast<std::ptrdiff_t>(begin));
  const bool last = !fragment.fragment->more && !fragment.cut;
  if (last) total_ = end;
  // All but the last consist of whole units; what was captured of a cut one may not.
  const std::size_t units = (end + (last ? kUnit - 1 : 0)) / kUnit;
  if (arrived_.size() < units) arrived_.resize(units);
  for (std::size_t unit = begin / kUnit; unit < units; ++unit) {
    if (!arrived_[unit]) ++present_;
    arrived_[unit] = true;
  }
}

bool Assembly::is_whole() const { return total_ && present_ == (*total_ + kUnit - 1) / kUnit; }

IpPacket Assembly::packet() const {
  IpPacket packet = head_;
  packet.fragment.reset();
  packet.cut = !is_whole();
  const auto gap = std::ranges::find(arrived_, false) - arrived_.begin();
  packet.payload = base::Bytes(octets_).first(std::min(octets_.size(), static_cast<std::size_t>(gap) * kUnit));
  return packet;
}

std::list<Assembly>::iterator IpFragments::find(const IpPacket& fragment) {
  return std::ranges::find_if(unfinished_, [&](const Assembly& one) { return one.is_of(fragment); });
}

std::optional<Assembly> IpFragments::make_room(const IpPacket& fragment) {
  const bool room = unfinished_.size() < kMax || find(fragment) != unfinished_.end();
  return room ? std::nullopt : take_unfinished();
}

std::optional<Assembly> IpFragments::add(const IpPacket& fragment, std::size_t frame) {
  auto place = find(fragment);
  if (place == unfinished_.end()) place = unfinished_.emplace(unfinished_.end(), fragment, frame);
  place->put(fragment);
  if (!place->is_whole()) return std::nullopt;
  Assembly whole = std::move(*place);
  unfinished_.erase(place);
  return whole;
}

std::optional<Assembly> IpFragments::take_unfinished() {
  if (unfinished_.empty()) return std::nullopt;
  Assembly oldest = std::move(unfinished_.front());
  unfinished_.pop_front();
  return oldest;
}

}  // namespace latchkey::inspect
