#!/bin/bash
# prepare.sh DIR: what all scenarios share and the lab's kernel need not make again: the servers' keys (NSS data bases), their IPSECKEY
# records, and the zones, signed. Keys are kept; zones are made anew, since signatures expire and records follow keys.
set -eu -o pipefail
. "$(dirname "$0")/network.sh"
HUNT=$(cd "$(dirname "$0")/../hunt" && pwd)
cd "$1"

new_server_key() { # NAME newhostkey's options...: an NSS data base NAME/ and the rdata of its IPSECKEY record in NAME.ipseckey
  local name=$1 id
  shift
  [ -s "$name.ipseckey" ] && return
  rm -rf "$name" && mkdir "$name"
  certutil -N -d "sql:$name" --empty-password
  ipsec newhostkey --nssdir "$PWD/$name" "$@" 2>/dev/null
  id=$(ipsec showhostkey --nssdir "$PWD/$name" --list | sed -n 's/.*ckaid: *\([0-9a-f]*\).*/\1/p')
  ipsec showhostkey --nssdir "$PWD/$name" --left --ckaid "$id" | sed -n 's/^[[:space:]]*\(left.*key=.*\)/\1/p' >"$name.conf"
  ipsec showhostkey --nssdir "$PWD/$name" --ipseckey --ckaid "$id" | sed 's/.*IPSECKEY *//' >"$name.ipseckey"
}

# The same for Latchkey's own responder: a private key NAME.pem. RFC 9373: algorithm 4, the key as RFC 8080 has it, its 32 octets.
new_ed25519_key() { # NAME
  [ -s "$1.ipseckey" ] && return
  openssl genpkey -algorithm ed25519 -out "$1.pem"
  printf '10 0 4 . %s\n' "$(openssl pkey -in "$1.pem" -pubout -outform DER | tail -c 32 | base64)" >"$1.ipseckey"
}

# What two hosts that know each other prove who they are by: a key of each kind for either, their public halves, certificates and a shared secret.
new_interop_keys() {
  local who kind
  [ -s interop/ours-certificate.crt.pem ] && return
  rm -rf interop interop.new && mkdir interop.new
  cd interop.new
  for who in ours swan; do
    for kind in 'rsa RSA -pkeyopt rsa_keygen_bits:3072' 'ecdsa EC -pkeyopt ec_paramgen_curve:P-256' 'ed25519 ED25519'; do
      set -- $kind
      openssl genpkey -out "$who-$1.pem" -algorithm "${@:2}"
      openssl pkey -in "$who-$1.pem" -pubout -out "$who-$1.pub.pem"
    done
  done
  new_authority ca
  new_authority other-ca
  new_certificate swan-certificate ecdsa ca
  new_certificate middle-ca ecdsa ca -addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign
  new_certificate ours-certificate rsa middle-ca
  cat middle-ca.crt.pem >>ours-certificate.crt.pem
  openssl rand -hex 24 >secret
  cd ..
  mv interop.new interop
}

# Keys as latchkeyd has them: a private key NAME.pem, and the record as an operator would publish it.
new_pem_key() { # NAME latchkeyctl keygen's options...
  local name=$1
  shift
  [ -s "$name.ipseckey" ] && return
  rm -f "$name.pem"
  "$BUILD/control/latchkeyctl" keygen --out "$name.pem" "$@" 2>"$name.keygen" >"$name.records"
  sed -n 's/.*IPSECKEY *//p' "$name.records" | head -n 1 >"$name.ipseckey"
}

new_authority() { # NAME
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.pem" -out "$1.crt.pem" -days 3650 -subj "/CN=$1"
}
new_certificate() { # NAME rsa|ecdsa AUTHORITY [openssl req's options...]: NAME.pem and NAME.crt.pem
  local name=$1 kind=$2 authority=$3
  shift 3
  if [ "$kind" = rsa ]; then set -- -newkey rsa:3072 "$@"; else set -- -newkey ec -pkeyopt ec_paramgen_curve:P-256 "$@"; fi
  openssl req -new -nodes -keyout "$name.pem" -subj "/CN=$name" -addext "subjectAltName=DNS:$name.lab.example" "$@" |
    openssl x509 -req -CA "$authority.crt.pem" -CAkey "$authority.pem" -CAcreateserial -copy_extensions copy -days 3650 -out "$name.crt.pem"
}

new_zone_key() { # ZONE: a key that signs everything in it, as ZONE.key and ZONE.private
  [ -s "$1.private" ] && return
  local base
  base=$(ldns-keygen -k -a ECDSAP256SHA256 "$1")
  rm -f "$base.ds"
  mv "$base.key" "$1.key"
  mv "$base.private" "$1.private"
}

soa() { # ZONE
  printf '$ORIGIN %s.\n$TTL 300\n@ SOA ns.lab.example. hostmaster.lab.example. 1 3600 600 86400 60\n@ NS ns.lab.example.\n' "$1"
}

sign() { # ZONE
  ldns-signzone -i "$(date -u -d yesterday +%Y%m%d)" -f "$1.signed" "$1.zone" "$1"
}

lab_zone() {
  soa lab.example
  printf 'ns A %s\n' "$DNS4"
  printf 'rsa A %s\nrsa IPSECKEY %s\n' "$SERVER4" "$rsa"
  printf 'ecdsa A %s\necdsa IPSECKEY %s\n' "$SERVER4" "$ecdsa"
  printf 'six AAAA %s\nsix IPSECKEY %s\n' "$SERVER6" "$rsa"
  printf 'wrongkey A %s\nwrongkey IPSECKEY %s\n' "$SERVER4" "$other"
  printf 'dead A %s\ndead IPSECKEY %s\n' "$DEAD4" "$rsa"
  printf 'nokey A %s\n' "$SERVER4"
  printf 'ed25519 A %s\ned25519 IPSECKEY %s\n' "$SERVER4" "$ed25519"
  printf '%s\n' "own-rsa A $SERVER4" "own-rsa IPSECKEY $own_rsa" "own-ecdsa A $SERVER4" "own-ecdsa IPSECKEY $own_ecdsa"
  printf '%s\n' "own-six AAAA $SERVER6" "own-six IPSECKEY $ed25519"
  printf '%s\n' "rollover A $SERVER4" "rollover IPSECKEY $ed25519" "rollover IPSECKEY $own_ecdsa"
  printf '%s\n' "behind A $BEHIND4" "behind IPSECKEY 10 1 2 $SERVER4 ${rsa##* . }" "diverted A 192.1.6.10" \
    "diverted IPSECKEY 10 1 2 $SERVER4 ${rsa##* . }"
  printf 'private A %s\nprivate IPSECKEY %s\n' 10.9.8.7 "$rsa"
  printf 'loopback A %s\nloopback IPSECKEY %s\n' 127.0.0.1 "$rsa"
  printf 'several A %s\nseveral A %s\nseveral IPSECKEY %s\n' "$SERVER4" "$DEAD4" "$rsa"
  for i in {1..100}; do printf 'hang%d A 192.1.5.%d\nhang%d IPSECKEY %s\n' "$i" $((100 + i)) "$i" "$rsa"; done
  printf 'unsigned NS ns\nbogus NS ns\nhunt NS ns\n'
  ldns-key2ds -n -2 bogus.lab.example.signed
  ldns-key2ds -n -2 hunt.lab.example.signed
}

unsigned_zone() {
  soa unsigned.lab.example
  printf 'rsa A %s\nrsa IPSECKEY %s\ndead A %s\ndead IPSECKEY %s\n' "$SERVER4" "$rsa" "$DEAD4" "$rsa"
  printf 'brief 20 A %s\nbrief 20 IPSECKEY %s\n' "$SERVER4" "$rsa"
}

# Signed well and then changed by "somebody on the way": one name's address, another's key record.
bogus_zone() {
  soa bogus.lab.example
  printf 'address A %s\naddress IPSECKEY %s\n' 192.1.2.99 "$rsa"
  printf 'key A %s\nkey IPSECKEY %s\n' "$SERVER4" "$rsa"
}

# Somebody else's zone, with as many names as he likes; nobody answers at their addresses.
flood_zone() {
  soa flood.example
  for i in {1..240}; do printf 'n%d A 192.1.5.%d\nn%d IPSECKEY %s\n' "$i" "$i" "$i" "$ed25519"; done
}

# Of the host behind the server.
reverse_zone() {
  soa $BEHIND_ZONE
  printf '%s IPSECKEY 10 1 2 %s %s\n' "${BEHIND4##*.}" "$SERVER4" "${rsa##* . }"
}

tamper() {
  sed -i -e "s/^\(address\..*[[:space:]]A[[:space:]]*\)192.1.2.99/\1$SERVER4/" \
    -e 's/^\(key\..*[[:space:]]IPSECKEY[[:space:]]*\)10 /\111 /' bogus.lab.example.signed
}

new_server_key rsa --bits 3072
new_server_key other --bits 3072
new_server_key ecdsa --keytype ecdsa --curve secp256r1
new_ed25519_key ed25519
new_interop_keys
new_pem_key own-rsa --type rsa
new_pem_key own-ecdsa --type ecdsa
own_rsa=$(<own-rsa.ipseckey) own_ecdsa=$(<own-ecdsa.ipseckey)
rsa=$(<rsa.ipseckey) other=$(<other.ipseckey) ecdsa=$(<ecdsa.ipseckey) ed25519=$(<ed25519.ipseckey)

new_zone_key lab.example
new_zone_key bogus.lab.example
bogus_zone >bogus.lab.example.zone
sign bogus.lab.example
tamper
new_zone_key hunt.lab.example
/usr/bin/python3 -B -E -S "$HUNT/world.py" . >hunt.lab.example.zone
sign hunt.lab.example
lab_zone >lab.example.zone
sign lab.example
unsigned_zone >unsigned.lab.example.zone
new_zone_key flood.example
flood_zone >flood.example.zone
sign flood.example
new_zone_key $BEHIND_ZONE
reverse_zone >$BEHIND_ZONE.zone
sign $BEHIND_ZONE
