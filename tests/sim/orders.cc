#include "tests/sim/orders.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/sim/telling.h"

namespace latchkey::sim {

namespace {

// As in a lock of numbers: each choice of a run, and how many there were to choose from.
struct Choice {
  std::size_t taken = 0;
  std::size_t of = 1;
};

class Run {
 public:
  Run(const Orders& orders, std::vector<Choice>& choices) : orders_(orders), choices_(choices), pair_(orders.config) {}

  std::string play() {
    bring_up(pair_);
    pair_.filter = [this](const Host& from, const api::Datagram& datagram) {
      hold({&from == &pair_.client, datagram});
      return false;
    };
    orders_.begin(pair_);
    while (!held_.empty()) step();
    choices_.resize(next_);
    pair_.filter = nullptr;
    pair_.run(orders_.rest);
    return orders_.check(pair_);
  }

  /// What arrived and what got lost, in order, and what both engines said of it.
  std::string story() const {
    std::string text = story_;
    for (const Host* host : {&pair_.client, &pair_.server}) {
      for (const Timed& timed : host->events) text += line(timed.at, *host, "says", describe(timed.event));
    }
    return text;
  }

 private:
  struct Held {
    bool from_client = false;
    api::Datagram datagram;
  };

  // A retransmission adds nothing to what is under way already.
  void hold(Held held) {
    const auto same = [&](const Held& other) { return other.datagram.bytes == held.datagram.bytes; };
    if (std::ranges::none_of(held_, same)) held_.push_back(std::move(held));
  }

  // One of those that are under way arrives, or gets lost.
  void step() {
    const std::size_t options = held_.size() * (losses_ < orders_.losses ? 2 : 1);
    const std::size_t choice = choose(options);
    const auto at = held_.begin() + static_cast<std::ptrdiff_t>(choice % held_.size());
    const bool lost = choice >= held_.size();
    const Held held = std::move(*at);
    held_.erase(at);
    const api::Path& path = held.datagram.path;
    const Host& from = held.from_client ? pair_.client : pair_.server;
    story_ += line(pair_.now, from, lost ? "loses" : "gets through",
                   describe(Parcel{path.local, path.remote, path.nat_port, held.datagram.bytes}));
    if (lost) {
      ++losses_;
      return;
    }
    pair_.inject(held.from_client ? pair_.server : pair_.client,
                 {{path.remote, path.local, path.nat_port}, held.datagram.bytes});
    pair_.run(pair_.config.weather.latency);
  }

  std::string line(base::TimePoint at, const Host& who, std::string_view does, std::string_view what) const {
    return fmt::format("\n{:9.3f} {} {} {}", static_cast<double>((at - start_).count()) / 1e6,
                       &who == &pair_.client ? "client" : "server", does, what);
  }

  std::size_t choose(std::size_t options) {
    if (next_ == choices_.size()) choices_.push_back({});
    choices_[next_].of = options;
    return choices_[next_++].taken;
  }

  const Orders& orders_;
  std::vector<Choice>& choices_;
  std::size_t next_ = 0;
  unsigned losses_ = 0;
  std::vector<Held> held_;
  std::string story_;
  Pair pair_;
  base::TimePoint start_ = pair_.now;
};

// The last choice that has another one left takes it; what came after it is chosen anew. False: all were taken.
bool advance(std::vector<Choice>& choices) {
  while (!choices.empty() && choices.back().taken + 1 == choices.back().of) choices.pop_back();
  if (choices.empty()) return false;
  ++choices.back().taken;
  return true;
}

std::string in_words(const std::vector<Choice>& choices) {
  std::string text;
  for (const Choice& choice : choices) text += fmt::format(" {}/{}", choice.taken, choice.of);
  return text;
}

}  // namespace

Explored explore(const Orders& orders) {
  Explored explored;
  std::vector<Choice> choices;
  do {
    ++explored.runs;
    Run run(orders, choices);
    if (auto wrong = run.play(); !wrong.empty()) {
      explored.wrong =
          fmt::format("{} (seed {}, choices{}){}", wrong, orders.config.seed, in_words(choices), run.story());
      return explored;
    }
  } while (advance(choices) && explored.runs < orders.limit);
  return explored;
}

}  // namespace latchkey::sim
