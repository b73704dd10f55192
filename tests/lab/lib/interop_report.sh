#!/bin/bash
# interop_report.sh BACKEND: docs/INTEROP.md from the claims of a run's scenarios. Lines of SCENARIO|PEER|ROLE|WHAT|RESULT on standard input.
set -eu -o pipefail

kernel_of() { # BACKEND
  case $1 in
    uml) echo "Linux $(linux.uml --version) (User Mode Linux)" ;;
    host) echo "Linux $(uname -r)" ;;
    *) echo "Debian's kernel in QEMU" ;;
  esac
}
version_of() { # PEER
  case $1 in
    strongSwan) cat "$LATCHKEY_STRONGSWAN/version" ;;
    *) dpkg-query -W -f '${Version}' libreswan ;;
  esac
}

cat <<END
# Live peers

Written by \`tests/lab/run --report docs/INTEROP.md\` on $(date -u +%Y-%m-%d), with $(kernel_of "$1"). A row is a claim of the lab scenario that is named
in it; \`tests/lab/run SCENARIO\` shows it again. Every tunnel carries pings both ways, which both kernels count as ESP; nothing goes in the clear.

| peer | version | our role | what | result | scenario |
| --- | --- | --- | --- | --- | --- |
END
sort -t'|' -k2,2 -k1,1 -s | while IFS='|' read -r scenario peer role what result; do
  echo "| $peer | $(version_of "$peer") | $role | $what | $result | \`$scenario\` |"
done
