# file: ike-engine/api/engine.cc
# invariant: timers
# bug: the deadline of an IKE SA is not looked at after an event
/timers.set(spi, session::next_deadline(sa));/d
