#pragma once
// Putting fragmented IP packets together again (RFC 791 section 3.2, RFC 8200 section 4.5), within bounds.

#include <list>
#include <optional>
#include <vector>

#include "control/inspect/ip.h"

namespace latchkey::inspect {

/// A fragmented packet in the making.
class Assembly {
 public:
  /// Of the fragment that came first, in frame `frame`.
  Assembly(const IpPacket& fragment, std::size_t frame);

  bool is_of(const IpPacket& fragment) const;
  /// Keeps a fragment; octets that are there already are overwritten. What lies beyond 65,535 octets is left out.
  void put(const IpPacket& fragment);
  bool is_whole() const;

  /// The frame of the fragment that came first.
  std::size_t frame() const { return frame_; }
  /// The packet as far as it is there without a gap; `cut` unless it is whole. Its payload is a view of this object's.
  IpPacket packet() const;

 private:
  std::size_t frame_;
  std::uint32_t id_;
  IpPacket head_;
  base::Buffer octets_;
  std::vector<bool> arrived_;  ///< a bit for 8 octets
  std::size_t present_ = 0;    ///< bits that are set
  std::optional<std::size_t> total_;
};

class IpFragments {
 public:
  static constexpr std::size_t kMax = 64;

  /// Keeps a fragment. Returns the whole packet once all of it is there, and forgets it.
  std::optional<Assembly> add(const IpPacket& fragment, std::size_t frame);
  /// Takes out the oldest packet if `fragment` begins a new one and there is no place for it.
  std::optional<Assembly> make_room(const IpPacket& fragment);
  /// Takes out the oldest that has not become whole.
  std::optional<Assembly> take_unfinished();

 private:
  std::list<Assembly>::iterator find(const IpPacket& fragment);

  std::list<Assembly> unfinished_;
};

}  // namespace latchkey::inspect
