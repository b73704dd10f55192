# libreswan as a client that begins: pluto in the namespace `client`, with a data base without keys. Sourced by the scenarios that need it.

CLIENT_HOME=/run/lab/peer

# start_pluto_client LINE...: with the connection `c`, from CLIENT4 unless a line says `left=`, anonymous, in these lines.
start_pluto_client() {
  local line
  mkdir -p $CLIENT_HOME/ipsec.d/policies
  [ -d $CLIENT_HOME/nss ] || { mkdir -p $CLIENT_HOME/nss && certutil -N -d sql:$CLIENT_HOME/nss --empty-password; }
  {
    printf 'config setup\n\tdnssec-enable=no\nconn c\n\tikev2=insist\n\tleftid=%%null\n\tleftauth=null\n\tleftupdown=%%disabled\n\tauto=add\n'
    for line in "$@"; do printf '\t%s\n' "$line"; done
  } >$CLIENT_HOME/ipsec.conf
  : >"$OUT/peer.log"  # here, not only by the process: what the last one said would be taken for its words
  spawn_in client /usr/libexec/ipsec/pluto --config $CLIENT_HOME/ipsec.conf --ipsecdir $CLIENT_HOME/ipsec.d --nssdir $CLIENT_HOME/nss \
    --rundir $CLIENT_HOME --nofork --stderrlog >"$OUT/peer.log" 2>&1 &
  CLIENT_PLUTO=$!
  wait_for_line "$OUT/peer.log" 'listening for IKE messages' 60 $CLIENT_PLUTO
}

# The line that makes the key COMMON/KEY.pem the server's: an IPSECKEY record's key is what pluto writes, too.
pluto_key() { # KEY
  local algorithm key
  read -r _ _ algorithm _ key <"$COMMON/$1.ipseckey"
  case $algorithm in
    2) echo "rightrsasigkey=0s$key" ;;
    3) echo "rightecdsakey=0s$key" ;;
    *) fail "pluto has no keys of algorithm $algorithm" ;;
  esac
}

initiate_pluto_client() { whack --initiate; }

whack() { # ARGUMENT...: to the client's pluto, about its connection
  in_client /usr/libexec/ipsec/whack --rundir $CLIENT_HOME --name c "$@" >"$OUT/whack.txt" 2>&1 || fail "whack: $(tail -1 "$OUT/whack.txt")"
}

stop_pluto_client() {
  kill $CLIENT_PLUTO
  wait $CLIENT_PLUTO || true
}
