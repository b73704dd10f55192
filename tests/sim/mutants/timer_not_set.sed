# file: ike-engine/api/engine.cc
# invariant: timers
# bug: whatever happens to an IKE SA takes its deadline away
s/timers.set(spi, session::next_deadline(sa));/timers.erase(spi);/
