# What `make check` runs beside the unit tests. ./check.sh runs everything.
AM_TESTS_ENVIRONMENT = LATCHKEY_SRCDIR='$(abs_top_srcdir)' LATCHKEY_BUILDDIR='$(abs_top_builddir)'; \
  export LATCHKEY_SRCDIR LATCHKEY_BUILDDIR;
dist_check_SCRIPTS = tests/structure_test
TESTS += tests/structure_test
