# The leak hunt for as long as one has patience: tests/lab/scenarios/leak_hunt, in a lab's kernel.
HUNT_SEED = 6
HUNT_QUESTIONS = 10000
soak-lab: unbound-module/latchkey.la control/latchkeyd control/latchkeyctl
	LATCHKEY_HUNT_SEED=$(HUNT_SEED) LATCHKEY_HUNT_QUESTIONS=$(HUNT_QUESTIONS) \
	  $(top_srcdir)/tests/lab/run --build . --patience 20 leak_hunt

# One source of the module with a planted bug, MUTANT_SOURCE, becomes the module MUTANT_OUT.so. Its object stands in front, so the linker
# takes it and not the honest one. tests/lab/mutants/run makes them.
lab-mutant:
	$(LIBTOOL) --silent --tag=CXX --mode=compile $(CXX) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CXXFLAGS) \
	  $(CXXFLAGS) -w -c $(MUTANT_SOURCE) -o $(MUTANT_OUT).lo
	$(LIBTOOL) --silent --tag=CXX --mode=link $(CXX) $(AM_CXXFLAGS) $(CXXFLAGS) $(AM_LDFLAGS) $(MODULE_LINK_OPTIONS) \
	  -Wl,-z,muldefs -rpath / -o $(MUTANT_OUT).la $(MUTANT_OUT).lo $(unbound_module_latchkey_la_OBJECTS) $(MODULE_LIBS) $(LIBS)
.PHONY: soak-lab lab-mutant
LAB_MUTANTS = eviction_forgotten guard_dropped guard_not_installed message_early message_kept
EXTRA_DIST += tests/lab/run tests/lab/lib tests/lab/backends tests/lab/hunt tests/lab/mutants/run $(LAB_MUTANTS:%=tests/lab/mutants/%.sed)
