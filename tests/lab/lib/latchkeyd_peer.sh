# A second latchkeyd, which begins tunnels to the server's (lib/latchkeyd.sh) or answers it: in the namespace `client`, or another. Each has a key of
# its own and the public half of the other's. Sourced by the scenarios that need it.

CLIENT_KEY="id: client.lab.example, key_files: [/run/lab/client.pub]" # how the one knows the other
SERVER_KEY="id: server.lab.example, key_files: [/run/lab/server.pub]"

peer_is() { # NAMESPACE: which one is spoken of from here on
  PEER= PEER_IN=$1 PEER_HOME=/run/lab/latchkeyd-$1
}
peer_is client

make_two_keys() {
  openssl pkey -in "$COMMON/own-ecdsa.pem" -pubout -out /run/lab/client.pub
  openssl pkey -in "$COMMON/ed25519.pem" -pubout -out /run/lab/server.pub
  install -D -m 600 -o nobody "$COMMON/own-ecdsa.pem" $PEER_HOME/key.pem
  use_latchkeyd_key ed25519
}

configure_peer() { # LINE...
  mkdir -p $PEER_HOME
  printf '%s\n' "$@" >$PEER_HOME/latchkeyd.yaml
}

run_peer() {
  [ -z "$WITHOUT_LATCHKEY" ] || return 0
  LATCHKEY_SOCKET=$PEER_HOME/run/control.sock spawn_in $PEER_IN "$BUILD/control/latchkeyd" --config $PEER_HOME/latchkeyd.yaml \
    >"$OUT/latchkeyd-$PEER_IN.log" 2>&1 &
  PEER=$!
  wait_for_line "$OUT/latchkeyd-$PEER_IN.log" 'event=ready' 30 $PEER
}

ask_peer() { LATCHKEY_SOCKET=$PEER_HOME/run/control.sock nsenter --net=/run/netns/$PEER_IN -- "$BUILD/control/latchkeyctl" "$@"; }
