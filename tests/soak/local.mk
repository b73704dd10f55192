# What one lets run overnight, each also alone: stories from seeds, held questions, the leak hunt.
soak: soak-stories soak-questions soak-lab

# Questions held in waves by a real Unbound, with 2 threads and with 8. Root.
soak-questions: all tests/bench/pretend_esp.la tests/test_responder
	LATCHKEY_BUILDDIR='$(abs_top_builddir)' $(srcdir)/tests/soak/run --threads 2 --questions 100000 --waves 20
	LATCHKEY_BUILDDIR='$(abs_top_builddir)' $(srcdir)/tests/soak/run --threads 8 --questions 100000 --waves 20
.PHONY: soak soak-questions
EXTRA_DIST += tests/soak/run tests/soak/ask.py
