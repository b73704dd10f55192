#include "tests/sim/census.h"

#include <fmt/format.h>

namespace latchkey::sim {

void Happenings::note(std::string_view what) {
  const auto known = times_.find(what);
  if (known != times_.end()) {
    ++known->second;
  } else {
    times_.emplace(what, 1);
  }
}

void Census::add(const Happenings& story) {
  ++stories_;
  for (const auto& [what, times] : story.all()) {
    Count& count = counts_[what];
    ++count.stories;
    count.times += times;
  }
}

std::size_t Census::stories_with(std::string_view what) const {
  const auto found = counts_.find(what);
  return found == counts_.end() ? 0 : found->second.stories;
}

std::size_t Census::times(std::string_view what) const {
  const auto found = counts_.find(what);
  return found == counts_.end() ? 0 : found->second.times;
}

std::string Census::to_string() const {
  std::string text = fmt::format("{} stories; in how many of them (%), how often in all, what:\n", stories_);
  for (const auto& [what, count] : counts_) {
    const double share = 100.0 * static_cast<double>(count.stories) / static_cast<double>(stories_);
    text += fmt::format("{:6.1f} {:9} {}\n", share, count.times, what);
  }
  return text;
}

}  // namespace latchkey::sim
