#pragma once
// What happened in stories, by names: so that nobody has to guess what they are made of.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace latchkey::sim {

/// How often each thing happened in one story.
class Happenings {
 public:
  void note(std::string_view what);
  const std::map<std::string, std::size_t, std::less<>>& all() const { return times_; }

 private:
  std::map<std::string, std::size_t, std::less<>> times_;
};

/// The same of many stories.
class Census {
 public:
  void add(const Happenings& story);
  std::size_t stories() const { return stories_; }
  /// In how many stories it happened.
  std::size_t stories_with(std::string_view what) const;
  /// How often, in all of them.
  std::size_t times(std::string_view what) const;
  /// A line for each thing.
  std::string to_string() const;

 private:
  struct Count {
    std::size_t stories = 0, times = 0;
  };
  std::size_t stories_ = 0;
  std::map<std::string, Count, std::less<>> counts_;
};

}  // namespace latchkey::sim
