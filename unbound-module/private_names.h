#pragma once
// "Seen private": names that had a secure key not long ago, so that an attacker who can drop lookups cannot make them
// public.

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

namespace latchkey::unbound {

/// Shared by all workers. Bounded: beyond `most` names the one remembered longest ago is forgotten.
class PrivateNames {
 public:
  static constexpr std::uint64_t kMemoryUs = 24ULL * 60 * 60 * 1000 * 1000;

  explicit PrivateNames(std::size_t most = 20000) : most_(most) {}

  /// A secure key was seen. `name` in canonical form; `now_us` never goes back.
  void remember(const std::string& name, std::uint64_t now_us);
  /// A secure denial was seen. Whether the name was known.
  bool forget(const std::string& name);
  /// Whether a secure key was seen within the last 24 hours and no secure denial since.
  bool seen(const std::string& name, std::uint64_t now_us);
  std::size_t size();

 private:
  struct Entry {
    std::string name;
    std::uint64_t at_us;
  };
  using Entries = std::list<Entry>;  // oldest first
  void expire(std::uint64_t now_us);

  std::mutex mutex_;
  std::size_t most_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> places_;
};

}  // namespace latchkey::unbound
