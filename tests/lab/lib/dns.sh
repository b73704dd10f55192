# The name server: NSD with the zones that lib/prepare.sh signed, in the namespace `dns`. Sourced by lib/scenario.sh.
#
# lab.example is signed; unsigned.lab.example is a delegation without DS; bogus.lab.example has a DS and answers that
# were changed after signing; hunt.lab.example is signed and leak_hunt's (hunt/world.py). flood.example is signed, somebody else's, and has 240 names.

AUTHORITY=$DNS4 # where Unbound sends its questions

start_dns() {
  say "starting nsd"
  # xfrd-tcp-*: each of the default 128 x 128 is a getrandom() at the start, seconds in UML.
  mkdir -p /run/lab/nsd
  cat >/run/lab/nsd/nsd.conf <<END
server:
  server-count: 1
  ip-address: $DNS4
  username: ""
  zonesdir: "$COMMON"
  database: ""
  pidfile: "/run/lab/nsd/nsd.pid"
  xfrdfile: "/run/lab/nsd/xfrd.state"
  zonelistfile: "/run/lab/nsd/zone.list"
  xfrdir: "/run/lab/nsd"
  verbosity: 1
  xfrd-tcp-max: 1
  xfrd-tcp-pipeline: 1
remote-control:
  control-enable: no
zone:
  name: lab.example
  zonefile: lab.example.signed
zone:
  name: flood.example
  zonefile: flood.example.signed
zone:
  name: $BEHIND_ZONE
  zonefile: $BEHIND_ZONE.signed
zone:
  name: unsigned.lab.example
  zonefile: unsigned.lab.example.zone
zone:
  name: bogus.lab.example
  zonefile: bogus.lab.example.signed
zone:
  name: hunt.lab.example
  zonefile: hunt.lab.example.signed
END
  spawn_in dns nsd -d -c /run/lab/nsd/nsd.conf >"$OUT/nsd.log" 2>&1 &
  wait_for_line "$OUT/nsd.log" 'nsd started' 60 $!
}

# start_dns_proxy [OPTION...]: an authority that delays or drops in front of NSD; Unbound will ask it instead.
# Its log has a line for each question: arrival time in seconds, type, name.
start_dns_proxy() {
  AUTHORITY=$PROXY4
  spawn_in dns /usr/bin/python3 -E -S "$LAB/lib/dns_proxy.py" --listen "$PROXY4" --upstream "$DNS4" "$@" \
    >"$OUT/dns_proxy.log" 2>"$OUT/dns_proxy.err" &
  wait_for_line "$OUT/dns_proxy.log" '^listening' 60 $!
}
