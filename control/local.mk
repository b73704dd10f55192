# The operator's commands. When latchkeyctl.cc exists, move the name from EXTRA to bin:
#   bin_PROGRAMS += control/latchkeyctl
EXTRA_PROGRAMS += control/latchkeyctl
control_latchkeyctl_SOURCES = control/latchkeyctl.cc
control_latchkeyctl_LDADD = $(LINK_BASE)
