# What `make check` runs beside the unit tests. ./check.sh runs everything.
AM_TESTS_ENVIRONMENT = LATCHKEY_SRCDIR='$(abs_top_srcdir)' LATCHKEY_BUILDDIR='$(abs_top_builddir)'; \
  export LATCHKEY_SRCDIR LATCHKEY_BUILDDIR;
dist_check_SCRIPTS = tests/structure_test tests/rfc_coverage
TESTS += tests/structure_test tests/rfc_coverage
# What rfc_coverage reads.
EXTRA_DIST += docs/RFC-COVERAGE.md docs/rfc tests/lab/scenarios
