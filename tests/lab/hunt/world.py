"""The world that the leak hunt plays in: hosts, their addresses, names and what each publishes.

world.py DIR: the zone hunt.lab.example on standard output; DIR holds NAME.ipseckey of each key.
"""
import sys
from typing import NamedTuple

ZONE = "hunt.lab.example."

SWAN = "192.1.2.23"
EAST = [f"192.1.6.{n}" for n in range(1, 6)]
WEST = [f"192.1.7.{n}" for n in range(1, 6)]
EAST6 = [f"2a01:6::{n}" for n in range(1, 4)]
WEST6 = [f"2a01:7::{n}" for n in range(1, 4)]
DEAD = ["192.1.5.1", "192.1.5.2"]
PLAIN, PLAIN6 = "192.1.8.1", "2a01:8::1"
HOSTS = {"swan": [SWAN], "east": EAST + EAST6, "west": WEST + WEST6}
CLIENT4 = ["192.1.3.33", "192.1.3.34"]  # the client's first address and the one that it changes to
CLIENT6 = ["2a01:3::33", "2a01:3::34"]


class Private(NamedTuple):
    """A name with keys: whoever is given one of its addresses was promised that nothing goes there in clear."""

    keys: list[str]
    addresses: list[str]
    ttl: int
    key_ttl: int


PRIVATE = {
    "swan": Private(["rsa"], [SWAN], 30, 30),
    "swan0": Private(["rsa"], [SWAN], 0, 30),
    "swan5": Private(["rsa"], [SWAN], 5, 3600),
    "east0": Private(["ed25519"], [EAST[0]], 0, 30),
    "east1": Private(["ed25519"], [EAST[0]], 1, 30),
    "east5": Private(["ed25519"], [EAST[1]], 5, 30),
    "east30": Private(["ed25519"], [EAST[1], EAST6[0]], 30, 30),
    "east3600": Private(["ed25519"], [EAST[2]], 3600, 5),
    "eastsix": Private(["ed25519"], [EAST6[1]], 3600, 3600),
    "west0": Private(["own-ecdsa"], [WEST[0]], 0, 5),
    "west1": Private(["own-ecdsa"], [WEST[0], WEST6[0]], 1, 30),
    "west5": Private(["own-ecdsa"], [WEST[1]], 5, 5),
    "west30": Private(["own-ecdsa"], [WEST[1], WEST6[0]], 30, 3600),
    "west3600": Private(["own-ecdsa"], [WEST[2]], 3600, 3600),
    "westsix": Private(["own-ecdsa"], [WEST6[1]], 30, 30),
    "leaf.wood": Private(["own-ecdsa"], [WEST[2], WEST6[2]], 30, 30),
    "both": Private(["ed25519", "own-ecdsa"], [EAST[3], WEST[3]], 30, 30),
    "half": Private(["ed25519"], [EAST[0], DEAD[1]], 5, 30),
    "dead": Private(["rsa"], [DEAD[0]], 30, 30),
    "wrong": Private(["other"], [WEST[4]], 30, 30),  # a key that nobody there holds
    "conflict": Private(["own-ecdsa"], [EAST[0]], 5, 30),  # another key than other names of that address have
}
PLAIN_NAMES = {"plain": [PLAIN, PLAIN6], "plainshare": [EAST[3], EAST6[2]]}  # the second shares `both`'s address
ALIASES = {"www": "east5", "deep": "www", "longalias": "west30", "plainalias": "plain", "deadalias": "dead", "toleaf": "leaf.tree"}
OTHERS = [
    "tree 30 DNAME wood",
    "mail 30 MX 10 east30", "mail 30 MX 20 plain", "mail 30 MX 30 dead", "east5 30 MX 10 west5", "westsix 30 MX 10 westsix",
    "_sip._tcp 30 SRV 1 1 5060 west30", "_sip._tcp 30 SRV 2 1 5060 swan",
    f"east30 5 HTTPS 1 . alpn=h2 ipv4hint={EAST[1]} ipv6hint={EAST6[0]}",
    f"west3600 3600 HTTPS 1 . alpn=h2 ipv4hint={WEST[2]}",
    f"svc 30 HTTPS 1 west30 ipv4hint={WEST[1]} ipv6hint={WEST6[0]}", "svcalias 30 HTTPS 0 east30",
    f"svcdead 30 HTTPS 1 dead ipv4hint={DEAD[0]}", f"plain 30 HTTPS 1 . alpn=h2 ipv4hint={PLAIN}",
    "east30 30 TXT \"a name with a key\"", "swan 30 TXT \"another\"", "plain 30 TXT \"one without\"",
    "sub 30 NS east5", "sub 30 NS plain",
]

# What is asked beside names with addresses: (name, types that it has something for).
DOORS = [
    ("mail", ["MX"]), ("east5", ["MX"]), ("westsix", ["MX"]), ("_sip._tcp", ["SRV"]), ("svc", ["HTTPS"]), ("svcalias", ["HTTPS"]),
    ("svcdead", ["HTTPS"]), ("east30", ["HTTPS", "TXT", "NS"]), ("west3600", ["HTTPS"]), ("sub", ["NS", "A"]), ("x.sub", ["A"]),
    ("www", ["CNAME"]), ("toleaf", ["CNAME"]), ("tree", ["DNAME"]), ("", ["NS", "SOA"]), ("swan", ["TXT", "IPSECKEY"]),
]


def name_of(label):
    """The full name in lower case."""
    return f"{label}.{ZONE}" if label else ZONE


PRIVATE_NAMES = {name_of(label): private for label, private in PRIVATE.items()}
PRIVATE_ADDRESSES = {address for private in PRIVATE.values() for address in private.addresses}


def hosts_of(label):
    """The hosts that a name's addresses are on, aliases followed."""
    while label in ALIASES:
        label = ALIASES[label].replace(".tree", ".wood")
    addresses = PRIVATE[label].addresses if label in PRIVATE else []
    return {host for host, all_of_it in HOSTS.items() if set(addresses) & set(all_of_it)}


def kind_of(address):
    return "AAAA" if ":" in address else "A"


def zone(keys):
    """The zone's text; `keys` are the rdata of the IPSECKEY records."""
    lines = [f"$ORIGIN {ZONE}", "$TTL 300", "@ SOA ns.lab.example. hostmaster.lab.example. 1 3600 600 86400 5", "@ NS ns.lab.example."]
    for label, private in PRIVATE.items():
        lines += [f"{label} {private.ttl} {kind_of(address)} {address}" for address in private.addresses]
        lines += [f"{label} {private.key_ttl} IPSECKEY {keys[key]}" for key in private.keys]
    for label, addresses in PLAIN_NAMES.items():
        lines += [f"{label} 5 {kind_of(address)} {address}" for address in addresses]
    lines += [f"{label} 5 CNAME {target}" for label, target in ALIASES.items()]
    return "\n".join(lines + OTHERS) + "\n"


def main(folder):
    used = {key for private in PRIVATE.values() for key in private.keys}
    print(zone({key: open(f"{folder}/{key}.ipseckey").read().strip() for key in used}), end="")


if __name__ == "__main__":
    main(sys.argv[1])
