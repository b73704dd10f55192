#!/usr/bin/env python3
"""Added latency of first answers, from two captures: latency.py RESOLVER.pcap SERVER.pcap ZONE FIRST_ADDRESS

Prints one figure a name l0.ZONE, l1.ZONE, ... in ms: from the later of the authority's answers to A and IPSECKEY to the
answer that the client got, minus the time between each IKE request's arrival at the server and its reply.
"""
import ipaddress
import struct
import sys

A, IPSECKEY = 1, 45
LINK_HEADER = {1: 14, 113: 16, 276: 20}  # Ethernet, Linux cooked, its version 2


def packets(path):
    """(time in ms, source, destination, source port, destination port, payload) of each UDP packet over IPv4."""
    with open(path, "rb") as f:
        head = f.read(24)
        order = "<" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        nano = head[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
        skip = LINK_HEADER[struct.unpack(order + "I", head[20:24])[0] & 0xFFFF]
        while len(record := f.read(16)) == 16:
            seconds, fraction, size, _ = struct.unpack(order + "IIII", record)
            data = f.read(size)[skip:]
            if len(data) < 28 or data[0] >> 4 != 4 or data[9] != 17:
                continue
            start = (data[0] & 15) * 4
            ports = struct.unpack("!HH", data[start:start + 4])
            when = seconds * 1e3 + fraction / (1e6 if nano else 1e3)
            yield (when, data[12:16], data[16:20], *ports, data[start + 8:])


def question(dns):
    """Name in lower case, type, whether it is an answer."""
    labels, at = [], 12
    while at < len(dns) and dns[at]:
        labels.append(dns[at + 1:at + 1 + dns[at]].decode("ascii", "replace").lower())
        at += 1 + dns[at]
    return ".".join(labels), struct.unpack("!H", dns[at + 1:at + 3])[0], bool(dns[2] & 0x80)


def server_time(path):
    """By server address: the sum of the times between a request and the reply to it."""
    spent, asked = {}, {}
    for when, source, destination, sport, dport, _ in packets(path):
        if source in asked and sport in (500, 4500):
            spent[source] = spent.get(source, 0) + when - asked.pop(source)
        elif dport in (500, 4500):
            asked[destination] = when
    return spent


def main():
    resolver, server, zone, first = sys.argv[1:]
    spent = server_time(server)
    known, released = {}, {}
    loopback = bytes([127, 0, 0, 1])
    for when, source, _, sport, _, payload in packets(resolver):
        if sport != 53 or len(payload) < 17:
            continue
        name, qtype, is_answer = question(payload)
        if not is_answer or not name.endswith("." + zone):
            continue
        if source == loopback and qtype == A:
            released.setdefault(name, when)
        elif source != loopback and qtype in (A, IPSECKEY):
            known[name] = max(known.get(name, 0), when)
    for name, when in released.items():
        if name in known and name[0] == "l":
            address = ipaddress.ip_address(first) + int(name[1:].split(".")[0])
            if address.packed in spent:
                print(f"{when - known[name] - spent[address.packed]:.3f}")


main()
