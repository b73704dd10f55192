# The server: Debian's libreswan, its own configuration and key, in the namespace `server`. Sourced by lib/scenario.sh.

# start_server KEY [LINE...]: pluto with the key COMMON/KEY, for any anonymous client. Further arguments are configuration
# lines: `setup: ddos-mode=busy` goes into `config setup`, everything else into the connection.
start_server() {
  local key=$1 authentication=rsasig
  shift
  [ "$key" = ecdsa ] && authentication=ecdsa
  _server_files "$key"
  _server_conf "$key" "$authentication" "$@" >/run/lab/pluto/ipsec.conf
  _start_pluto
  wait_for_line "$OUT/pluto.log" 'added (IKEv2|unoriented|oriented|passive).*clear-or-private|"clear-or-private".*added' 60 $PLUTO
}

# A server that knows no client: it answers every IKE_SA_INIT with NO_PROPOSAL_CHOSEN.
start_refusing_server() {
  _server_files rsa
  printf 'config setup\n\tdnssec-enable=no\n' >/run/lab/pluto/ipsec.conf
  _start_pluto
}

# Latchkey's own test responder with the key COMMON/KEY.pem, its SAs in the server's kernel.
start_own_responder() { # KEY
  say "starting our own responder"
  spawn_in server "$BUILD/tests/test_responder" --kernel --key "$COMMON/$1.pem" >"$OUT/responder.log" 2>&1 &
  RESPONDER=$!
  wait_for_line "$OUT/responder.log" '^ready' 30 $RESPONDER
}

stop_server() {
  kill "$PLUTO"
  wait "$PLUTO" || true
}

_server_files() {
  mkdir -p /run/lab/pluto/ipsec.d/policies /run/lab/pluto/nss /run/pluto
  cp "$COMMON/$1"/*.db "$COMMON/$1"/pkcs11.txt /run/lab/pluto/nss/
  for policy in block clear private private-or-clear; do : >"/run/lab/pluto/ipsec.d/policies/$policy"; done
  printf '192.1.3.0/24\n2a01:3::/64\n' >/run/lab/pluto/ipsec.d/policies/clear-or-private
  mount --bind /run/lab/pluto/ipsec.d /etc/ipsec.d
}

_server_conf() {
  local key=$1 authentication=$2 line left=$SERVER4
  shift 2
  printf 'config setup\n\tlogtime=yes\n\tplutodebug=none\n\tdnssec-enable=no\n'
  for line in "$@"; do
    case $line in "setup: "*) printf '\t%s\n' "${line#setup: }" ;; left=*) left=${line#left=} ;; esac
  done
  # leftupdown: its default runs a shell script per tunnel, which a host-to-host tunnel has no use for.
  printf 'conn clear-or-private\n\tikev2=insist\n\tleft=%s\n\t%s\n\tleftauth=%s\n' "$left" "$(<"$COMMON/$key.conf")" "$authentication"
  printf '\tright=%%opportunisticgroup\n\trightid=%%null\n\trightauth=null\n\tleftupdown=%%disabled\n'
  printf '\tfailureshunt=passthrough\n\tnegotiationshunt=passthrough\n\tauto=add\n'
  for line in "$@"; do
    case $line in "setup: "* | left=*) ;; *) printf '\t%s\n' "$line" ;; esac
  done
}

_start_pluto() {
  say "starting pluto"
  : >"$OUT/pluto.log"  # here, not only by the process: what the last one said would be taken for its words
  spawn_in server /usr/libexec/ipsec/pluto --config /run/lab/pluto/ipsec.conf --ipsecdir /etc/ipsec.d --nssdir /run/lab/pluto/nss \
    --rundir /run/pluto --nofork --stderrlog >"$OUT/pluto.log" 2>&1 &
  PLUTO=$!
  wait_for_line "$OUT/pluto.log" 'listening for IKE messages' 60 $PLUTO
}
