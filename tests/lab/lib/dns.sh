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

# The same, and publish() may change lab.example.
start_changeable_dns() {
  ZONE=/run/lab/zone SERIAL=1
  mkdir -p $ZONE/new
  cp "$COMMON"/lab.example.{zone,key,private,signed} $ZONE/
  mount --bind $ZONE/lab.example.signed "$COMMON/lab.example.signed"
  start_dns
  NSD=$!
}

# publish SED-EXPRESSION: lab.example as it was made, changed so and signed anew, is what NSD answers from now on.
publish() {
  say "publishing: ${1:-what was there at first}"
  SERIAL=$((SERIAL + 1))
  (
    cd $ZONE
    sed -e "s/hostmaster.lab.example. 1 /hostmaster.lab.example. $SERIAL /" -e "$1" lab.example.zone >new/lab.example.zone
    ldns-signzone -i "$(date -u -d yesterday +%Y%m%d)" -f new/lab.example.signed new/lab.example.zone lab.example
    cat new/lab.example.signed >lab.example.signed # in place: it is mounted over the other
  ) || fail "the zone can't be signed"
  kill -HUP $NSD
  wait_until 20 _has_serial
}
_has_serial() { in_client dig @$DNS4 lab.example SOA +short +tries=1 | grep -q " $SERIAL "; }

# start_dns_proxy [OPTION...]: an authority that delays or drops in front of NSD; Unbound will ask it instead.
# Its log has a line for each question: arrival time in seconds, type, name.
start_dns_proxy() {
  AUTHORITY=$PROXY4
  spawn_in dns /usr/bin/python3 -B -E -S "$LAB/lib/dns_proxy.py" --listen "$PROXY4" --upstream "$DNS4" "$@" \
    >"$OUT/dns_proxy.log" 2>"$OUT/dns_proxy.err" &
  wait_for_line "$OUT/dns_proxy.log" '^listening' 60 $!
}
