# Debian's strongSwan as one end of a tunnel, unpacked by build-aux/strongswan.sh. Sourced by the scenarios that need it.
#
# Its charon believes to be in /usr: that is laid over the machine's, in the scenario's own mount namespace. Each charon has a /run of its own.

CHARON_LINES=() # further lines for the section `charon` of strongswan.conf

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
      ike = 2
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
  cp "$COMMON"/interop/*-{rsa,ecdsa,ed25519}.pem "$home/etc/private/"
  cat >"$home/etc/swanctl.conf"
  _strongswan_conf >"$home/strongswan.conf"
  : >"$OUT/charon-$ns.log"
  spawn_in "$ns" env STRONGSWAN_CONF="$home/strongswan.conf" unshare --mount \
    sh -c 'mount --bind /run/lab "$1/lab" && mount --rbind "$1" /run && exec /usr/lib/ipsec/charon' sh "$home/run" >>"$OUT/charon-$ns.log" 2>&1 &
  CHARON=$!
  wait_for_line "$OUT/charon-$ns.log" "spawning .* worker threads" 30 $CHARON
  swanctl "$ns" --load-all >"$OUT/swanctl-$ns.txt" 2>&1 || fail "swanctl: $(tail -n 1 "$OUT/swanctl-$ns.txt")"
}

# swanctl NAMESPACE COMMAND...
swanctl() {
  local home=/run/lab/charon-$1 command=$2
  shift 2
  STRONGSWAN_CONF=$home/strongswan.conf SWANCTL_DIR=$home/etc "$LATCHKEY_STRONGSWAN/usr/sbin/swanctl" "$command" --uri "unix://$home/run/charon.vici" "$@"
}
