#include "ike-engine/session/fragments.h"

namespace latchkey::session {

bool Reassembly::wants(base::MessageId id, std::uint16_t fragment, std::uint16_t total) const {
  // RFC 7383 section 2.6
  //= check that the Fragment Number and the Total Fragments fields contain non-zero values
  // RFC 7383 section 2.6
  //= check that the value in the Fragment Number field is less than or equal to the value in the Total Fragments field
  if (fragment == 0 || fragment > total || total > kMaxFragments) return false;
  if (parts_.empty() || id != id_) return true;
  // RFC 7383 section 2.6
  //= check that the value in the Total Fragments field is equal to or greater than the Total Fragments field in the
  //= fragments that have already been stored in the reassembling queue
  if (total < parts_.size()) return false;
  // RFC 7383 section 2.6
  //= If an IKE Fragment message with the same Message ID, Fragment Number, and Total Fragments fields is already present
  //= in the reassembling queue, this message is considered a replay and MUST be silently discarded.
  return total > parts_.size() || !parts_[fragment - 1u].has_value();
}

std::optional<Opened> Reassembly::add(base::MessageId id, Opened fragment, const ReassemblyTerms& terms) {
  // RFC 7383 section 2.6
  //= the receiver MUST discard all received fragments and start the reassembly process over with just the received IKE
  //= Fragment message.
  if (parts_.size() != fragment.total || id != id_) clear();
  if (parts_.empty()) {
    parts_.resize(fragment.total);
    ends_at_ = terms.now + kReassemblyTime;
  }
  id_ = id;
  octets_ += fragment.content.size() + fragment.head.size();
  if (octets_ > terms.most) {
    clear();
    return std::nullopt;
  }
  if (fragment.fragment == 1) {
    first_ = fragment.first;
    head_ = std::move(fragment.head);
  }
  parts_[fragment.fragment - 1u] = std::move(fragment.content);
  if (++present_ < parts_.size()) return std::nullopt;
  return join();
}

Opened Reassembly::join() {
  Opened whole;
  whole.first = first_;
  whole.head = std::move(head_);
  whole.content.reserve(octets_);
  for (const auto& part : parts_) whole.content.insert(whole.content.end(), part->begin(), part->end());
  clear();
  return whole;
}

void Reassembly::expire(base::TimePoint now) {
  // RFC 7383 section 2.6
  //= it MUST discard all IKE Fragment messages received so far for the exchange
  if (ends_at_ <= now) clear();
}

void Reassembly::clear() {
  parts_.clear();
  ends_at_ = base::kNever;
  present_ = 0;
  octets_ = 0;
  head_.clear();
  first_ = base::PayloadType::none;
}

}  // namespace latchkey::session
