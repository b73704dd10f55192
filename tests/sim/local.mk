# The simulation that tells stories from seeds; the program is one of UNIT_TESTS. The other tests in this folder are in
# engine_test.
STORY_SOURCES = tests/sim/cast.cc tests/sim/cast.h tests/sim/forgeries.cc tests/sim/forgeries.h \
  tests/sim/invariants.cc tests/sim/invariants.h tests/sim/pair.cc tests/sim/pair.h tests/sim/plot.cc tests/sim/plot.h \
  tests/sim/story.cc tests/sim/story.h tests/sim/town.cc tests/sim/town.h tests/sim/weather.h \
  tests/sim/wire_watch.cc tests/sim/wire_watch.h tests/sim/world.cc tests/sim/world.h
tests_sim_story_test_SOURCES = tests/sim/story_test.cc $(STORY_SOURCES)
tests_sim_story_test_LDADD = tests/libsupport.la $(LINK_ENGINE) $(GMOCK_LIBS) $(GTEST_LIBS)

# As many stories as one has patience for.
SOAK_SEEDS = 1000000
soak: tests/sim/story_test
	tests/sim/story_test --seeds $(SOAK_SEEDS) --gtest_filter='story.keeps*'
.PHONY: soak
