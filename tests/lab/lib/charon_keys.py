"""The keys of a capture's IKE SAs from charon's log: charon_keys.py CHARON-LOG <MESSAGES >KEYS

MESSAGES is what `iketool decode` prints of the capture without keys, KEYS is for `iketool decode --keys`. The log has to be of level 4 for IKE
(CHARON_IKE in lib/strongswan.sh). It has no SPIs beside the keys: they are taken from the capture, in its order, so that one IKE SA has to be made
after the other.
"""
import json
import re
import sys

SA_INIT, RESPONSE, KEY_EXCHANGE = 34, 0x20, 34
LINE = re.compile(r"^[\d:]+ (\d+)\[IKE\] (.*)$")
SECRET = re.compile(r"Sk_(ai|ar|ei|er) secret => (\d+) bytes")
OCTETS = re.compile(r" *(\d+): ((?:[0-9A-F]{2} )+)")


def secrets(log):
    """(name, octets) of each secret, in the log's order. Threads write between each other's lines."""
    open_by_thread = {}
    for line in log:
        if not (m := LINE.match(line)):
            continue
        thread, said = m.groups()
        if secret := SECRET.match(said):
            open_by_thread[thread] = (secret[1], int(secret[2]), bytearray())
        elif thread in open_by_thread and (octets := OCTETS.match(said)):
            name, size, found = open_by_thread[thread]
            found += bytes.fromhex(octets[2])[: size - len(found)]
            if len(found) == size:
                yield name, found.hex()
                del open_by_thread[thread]


def key_sets(log):
    """SK_ei and SK_er come last; without SK_ai and SK_ar before them the cipher is an AEAD."""
    keys = {}
    for name, octets in secrets(log):
        keys["sk_" + name] = octets
        if name == "er":
            yield keys
            keys = {}


def sa_spis(messages):
    """Of each IKE_SA_INIT response that has accepted something, once."""
    spis = {}
    for message in messages:
        is_answer = message["exchange"] == SA_INIT and message["flags"] & RESPONSE
        if is_answer and any(payload["type"] == KEY_EXCHANGE for payload in message["payloads"]):
            spis[message["spi_i"], message["spi_r"]] = None
    return list(spis)


with open(sys.argv[1], encoding="latin-1") as log:
    keys = list(key_sets(log))
spis = sa_spis(json.load(sys.stdin))
if len(keys) != len(spis):
    sys.exit(f"{len(spis)} IKE SAs in the capture, keys of {len(keys)} in the log")
json.dump({"ike_sas": [{"spi_i": i, "spi_r": r, **found} for (i, r), found in zip(spis, keys)]}, sys.stdout)
