# The simulation that tells stories from seeds; the program is one of UNIT_TESTS, and so is hostile_test. The other tests in
# this folder are in engine_test.
STORY_SOURCES = tests/sim/addresses.cc tests/sim/addresses.h tests/sim/cast.cc tests/sim/cast.h tests/sim/census.cc \
  tests/sim/census.h tests/sim/credentials.cc tests/sim/credentials.h tests/sim/deeds.cc tests/sim/forgeries.cc \
  tests/sim/forgeries.h tests/sim/invariants.cc tests/sim/invariants.h tests/sim/pair.cc tests/sim/pair.h \
  tests/sim/plot.cc tests/sim/plot.h tests/sim/promises.cc tests/sim/story.cc tests/sim/story.h tests/sim/telling.cc \
  tests/sim/telling.h tests/sim/town.cc tests/sim/town.h tests/sim/traffic.cc tests/sim/traffic.h tests/sim/weather.h \
  tests/sim/wire_watch.cc tests/sim/wire_watch.h tests/sim/world.cc tests/sim/world.h
tests_sim_story_test_SOURCES = tests/sim/story_test.cc $(STORY_SOURCES)
tests_sim_story_test_LDADD = tests/libsupport.la $(LINK_ENGINE) $(GMOCK_LIBS) $(GTEST_LIBS)

# Published ways of attacking IKEv2, one after the other (docs/SECURITY.md).
tests_sim_hostile_test_SOURCES = tests/sim/creations.cc tests/sim/creations.h tests/sim/hostile_floods_test.cc \
  tests/sim/hostile_fragments_test.cc tests/sim/hostile_keys_test.cc tests/sim/hostile_lengths_test.cc \
  tests/sim/hostile_order_test.cc tests/sim/hostile_payloads_test.cc tests/sim/siege.cc tests/sim/siege.h \
  tests/sim/stranger.cc tests/sim/stranger.h tests/sim/world.cc tests/sim/world.h
tests_sim_hostile_test_LDADD = tests/libsupport.la $(LINK_ENGINE) $(GTEST_LINK)

# As many stories as one has patience for.
SOAK_SEEDS = 1000000
soak-stories: tests/sim/story_test
	tests/sim/story_test --seeds $(SOAK_SEEDS) --gtest_filter='story.keeps*'
.PHONY: soak-stories

# One source with a planted bug, MUTANT_SOURCE, becomes the program MUTANT_OUT. Its object stands in front of the
# libraries, so the linker leaves the honest one where it is. tests/sim/mutants/run makes them.
sim-mutant:
	$(CXX) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CXXFLAGS) $(CXXFLAGS) -w -fPIC \
	  -c $(MUTANT_SOURCE) -o $(MUTANT_OUT).o
	$(LIBTOOL) --silent --tag=CXX --mode=link $(CXX) $(AM_CXXFLAGS) $(CXXFLAGS) $(AM_LDFLAGS) -o $(MUTANT_OUT) \
	  $(tests_sim_story_test_OBJECTS) $(MUTANT_OUT).o $(tests_sim_story_test_LDADD) $(LIBS)
.PHONY: sim-mutant
SIM_MUTANTS = asked_on auth_secret auth_signature candidates_bound child_ageless children_kept \
  cookie_unknown cookies_bound crowd_kept crowd_of_latecomers crowd_stays crowd_uncounted encapsulation \
  failed_twice from_anywhere guard_dropped half_open_bound half_open_kept holder_ignored idle_if_heard \
  ike_ageless inner_forgotten intermediate_uncovered iv_counter iv_of_candidates key_direction key_shared \
  lease_kept lingers_on negotiations_bound never_doubts never_idle path_kept peers_kept pool_kept \
  ppk_optional reqid_fresh retransmission_timer sends_never session_kept takes_over timer_not_set \
  unknown_asked window_open worn_out
EXTRA_DIST += tests/sim/mutants/run $(SIM_MUTANTS:%=tests/sim/mutants/%.sed)
