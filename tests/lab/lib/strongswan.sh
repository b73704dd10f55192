# Debian's strongSwan as one end of a tunnel, unpacked by build-aux/strongswan.sh. Sourced by the scenarios that need it.
#
# What somebody proves who he is by is a kind: rsa, ecdsa, ed25519 (raw keys), psk or certificate; strongSwan is swan-KIND.lab.example, we are ours-KIND.lab.example.
# Its charon believes to be in /usr: that is laid over the machine's, in the scenario's own mount namespace. Each charon has a /run of its own.

CHARON_LINES=() # further lines for the section `charon` of strongswan.conf
CHARON_IKE=2    # how much its log says of IKE; 4: also the keys, for lib/charon_keys.py

lay_strongswan_over_usr() {
  local peer=$LATCHKEY_STRONGSWAN
  [ ! -x /usr/lib/ipsec/charon ] || return 0
  [ -x "$peer/usr/lib/ipsec/charon" ] || fail "there is no strongSwan: run build-aux/strongswan.sh"
  modprobe overlay 2>/dev/null || true
  mount -t overlay overlay -o "lowerdir=$peer/usr/lib:/usr/lib" /usr/lib
}

_strongswan_conf() {
  cat <<END
charon {
  load = openssl random nonce pem pkcs1 pkcs8 pubkey x509 constraints revocation kdf hmac kernel-netlink socket-default vici updown attr
  install_routes = no
  retransmit_timeout = 1
  retransmit_base = 1.5
  retransmit_tries = 4
$(printf '  %s\n' "${CHARON_LINES[@]}")
  filelog {
    stderr {
      default = 1
      ike = $CHARON_IKE
      cfg = 2
      time_format = %H:%M:%S
      flush_line = yes
    }
  }
}
swanctl {
  load = openssl random nonce pem pkcs1 pkcs8 pubkey x509
}
END
}

# start_charon NAMESPACE <SWANCTL.CONF: charon in the namespace, with the lab's keys, and what is said on standard input loaded.
start_charon() {
  local ns=$1 home=/run/lab/charon-$1
  say "starting charon in $ns"
  lay_strongswan_over_usr
  mkdir -p "$home"/{run/lab,etc/private,etc/pubkey,etc/x509,etc/x509ca}
  cp "$COMMON"/interop/*.pub.pem "$home/etc/pubkey/"
  cp "$COMMON"/interop/{ours,swan}-{rsa,ecdsa,ed25519,certificate}.pem "$home/etc/private/"
  cp "$COMMON/interop/swan-certificate.crt.pem" "$home/etc/x509/"
  cp "$COMMON/interop/ca.crt.pem" "$home/etc/x509ca/"
  cat >"$home/etc/swanctl.conf"
  _strongswan_conf >"$home/strongswan.conf"
  : >"$OUT/charon-$ns.log"
  spawn_in "$ns" env STRONGSWAN_CONF="$home/strongswan.conf" unshare --mount \
    sh -c 'mount --bind /run/lab "$1/lab" && mount --rbind "$1" /run && exec /usr/lib/ipsec/charon' sh "$home/run" >>"$OUT/charon-$ns.log" 2>&1 &
  CHARON=$!
  wait_for_line "$OUT/charon-$ns.log" "spawning .* worker threads" 30 $CHARON
  swanctl "$ns" --load-all >"$OUT/swanctl-$ns.txt" 2>&1 || fail "swanctl: $(tail -n 1 "$OUT/swanctl-$ns.txt")"
}

# Without a word. Its kernel forgets the tunnel, too, and would answer what came in clear.
kill_charon() {
  say "kill -9 charon"
  kill -9 "$CHARON"
  wait "$CHARON" || true
  ip -n "$SWAN" xfrm state flush
  ip -n "$SWAN" xfrm policy flush
}

# swanctl NAMESPACE COMMAND...
swanctl() {
  local home=/run/lab/charon-$1 command=$2
  shift 2
  STRONGSWAN_CONF=$home/strongswan.conf SWANCTL_DIR=$home/etc "$LATCHKEY_STRONGSWAN/usr/sbin/swanctl" "$command" --uri "unix://$home/run/charon.vici" "$@"
}

# strongswan_is client|server: which namespace has strongSwan; latchkeyd gets the other one.
strongswan_is() {
  SWAN=$1
  if [ "$1" = server ]; then
    LATCHKEYD_IN=client SWAN4=$SERVER4 OURS4=$CLIENT4
  else
    LATCHKEYD_IN=server SWAN4=$CLIENT4 OURS4=$SERVER4
  fi
}

# What swanctl.conf has for either end of a connection.
_swan_end() { # local|remote swan|ours KIND
  printf '    %s {\n      id = %s-%s.lab.example\n' "$1" "$2" "$3"
  case $3 in
    psk) printf '      auth = psk\n' ;;
    certificate) printf '      auth = pubkey\n      %s\n' "$([ "$1" = local ] && echo certs = swan-certificate.crt.pem || echo cacerts = ca.crt.pem)" ;;
    *) printf '      auth = pubkey\n      pubkeys = %s-%s.pub.pem\n' "$2" "$3" ;;
  esac
  printf '    }\n'
}

# swan_connection NAME KIND [LINE...]: a connection and its child of the same name, for start_charon. `child: mode = transport` is a line of
# the child, everything else one of the connection.
swan_connection() {
  local name=$1 kind=$2 line
  shift 2
  printf 'connections {\n  %s {\n    version = 2\n    local_addrs = %s\n    remote_addrs = %s\n' "$name" "$SWAN4" "$OURS4"
  [ "$kind" = certificate ] || printf '    send_cert = never\n'
  for line in "$@"; do [[ $line == "child: "* ]] || printf '    %s\n' "$line"; done
  _swan_end local swan "$kind"
  _swan_end remote ours "$kind"
  printf '    children {\n      %s {\n' "$name"
  for line in "$@"; do [[ $line != "child: "* ]] || printf '        %s\n' "${line#child: }"; done
  printf '      }\n    }\n  }\n}\n'
  [ "$kind" != psk ] || printf 'secrets {\n  ike-%s {\n    id = ours-psk.lab.example\n    secret = "%s"\n  }\n}\n' "$name" "$(<"$COMMON/interop/secret")"
}

# Our side of the same, for latchkeyd.yaml.
own_proof() { # KIND
  case $1 in
    psk) echo "{id: ours-psk.lab.example, secret_file: secret}" ;;
    certificate) echo "{id: ours-certificate.lab.example, key: ours-certificate.pem, certificates: ours-certificate.crt.pem}" ;;
    *) echo "{id: ours-$1.lab.example, key: ours-$1.pem}" ;;
  esac
}
peer_proof() { # KIND
  case $1 in
    psk) echo "{name: $1, auth: psk, id: swan-psk.lab.example, secret_file: secret}" ;;
    certificate) echo "{name: $1, auth: certificate, id: swan-certificate.lab.example, authorities: ca.crt.pem}" ;;
    *) echo "{name: $1, auth: key, id: swan-$1.lab.example, key_files: [swan-$1.pub.pem]}" ;;
  esac
}
our_connection() { # KIND [KEY: VALUE...]
  local kind=$1
  shift
  printf 'connections: [{name: %s, remote: %s, own: %s, peer: %s%s}]\n' "$kind" "$SWAN4" "$(own_proof "$kind")" "$(peer_proof "$kind")" \
    "$(printf ', %s' "$@" | sed 's/^, $//')"
}

use_interop_keys() {
  install -d $LATCHKEYD_HOME
  install -m 600 -o nobody "$COMMON"/interop/* $LATCHKEYD_HOME/
}

# For a latchkeyd that is to be begun with: every kind, both ways.
all_kinds() {
  printf 'identities: [%s, %s, %s, %s, %s]\n' "$(own_proof rsa)" "$(own_proof ecdsa)" "$(own_proof ed25519)" "$(own_proof psk)" "$(own_proof certificate)"
  printf 'peers: [%s, %s, %s, %s, %s]\n' "$(peer_proof rsa)" "$(peer_proof ecdsa)" "$(peer_proof ed25519)" "$(peer_proof psk)" "$(peer_proof certificate)"
}

initiate() { # CHILD: strongSwan begins
  say "strongSwan initiates $1"
  swanctl "$SWAN" --initiate --child "$1" --timeout 30 >"$OUT/initiate.txt" 2>&1 || fail "swanctl: $(tail -n 1 "$OUT/initiate.txt")"
}
terminate() { # CONNECTION: strongSwan ends it
  say "strongSwan terminates $1"
  swanctl "$SWAN" --terminate --ike "$1" --timeout 30 >"$OUT/terminate.txt" 2>&1 || fail "swanctl: $(tail -n 1 "$OUT/terminate.txt")"
}

expect_swan() { # REGEX: a line of strongSwan's status
  swanctl "$SWAN" --list-sas >"$OUT/swan.txt" 2>&1 || true
  grep -Eq -- "$1" "$OUT/swan.txt" || fail "strongSwan's status has no line /$1/"
}
swan_has_sas() { # COUNT: so many IKE SAs
  swanctl "$SWAN" --list-sas >"$OUT/swan.txt" 2>&1
  [ "$(count '^[^ ].*: #' "$OUT/swan.txt")" = "$1" ]
}
# charon_has_said REGEX [COUNT]: at least so many such lines are in its log.
charon_has_said() { [ "$(count "$1" "$OUT/charon-$SWAN.log")" -ge "${2:-1}" ]; }
