# A part of `make soak`, which asks for root: questions held in waves by a real Unbound, with 2 threads and with 8.
soak-questions: all tests/bench/pretend_esp.la tests/test_responder
	LATCHKEY_BUILDDIR='$(abs_top_builddir)' $(srcdir)/tests/soak/run --threads 2 --questions 100000 --waves 20
	LATCHKEY_BUILDDIR='$(abs_top_builddir)' $(srcdir)/tests/soak/run --threads 8 --questions 100000 --waves 20
.PHONY: soak-questions
