"""What a capture made on all of the router's devices holds: wire.py FILE CLIENT[,CLIENT6] SERVER[,SERVER6]

The server may be a network, 192.1.5.0/24.

Prints one `name=value` a line. Packets are counted where they arrive at the router; `*_forwarded` counts the same packets
where they leave it. `out` is client to server, `in` the way back. `plaintext` is every packet between the two that is neither
IKE nor ESP (in UDP or native), in either direction and on either side of the router. `icmp_errors` say that nobody listens on an IKE port.
"""
import ipaddress
import struct
import sys

FILE_HEADER, RECORD_HEADER, SLL2_HEADER = 24, 16, 20
OUTGOING = 4
ICMP, UDP, ESP, ICMP6 = 1, 17, 50, 58
UNREACHABLE = {ICMP: 3, ICMP6: 1}
IKE_PORT, NAT_PORT = 500, 4500
SA_INIT, AUTH, CREATE_CHILD, INFORMATIONAL = 34, 35, 36, 37
PAYLOAD_NOTIFY, PAYLOAD_FRAGMENT = 41, 53
NOTIFIES = {14: "no_proposal_chosen", 17: "invalid_ke_payload", 24: "authentication_failed", 16390: "cookie"}
EXCHANGES = {SA_INIT: "ike_init", AUTH: "ike_auth", CREATE_CHILD: "create_child", INFORMATIONAL: "informational"}


class Capture:
    """A pcap file of link type LINUX_SLL2, which may still grow."""

    def __init__(self, path):
        self.path, self.at = path, FILE_HEADER

    def records(self):
        """(time in seconds, outgoing, IP packet) of each whole record that has come since the last call."""
        with open(self.path, "rb") as file:
            magic = file.read(4)
            order = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
            fraction = 1e-9 if magic in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1e-6
            file.seek(self.at)
            data = file.read()
        at = 0
        while at + RECORD_HEADER <= len(data):
            seconds, part, kept, _ = struct.unpack_from(order + "IIII", data, at)
            frame = data[at + RECORD_HEADER : at + RECORD_HEADER + kept]
            if len(frame) < kept:
                return
            at += RECORD_HEADER + kept
            self.at += RECORD_HEADER + kept
            if kept > SLL2_HEADER:
                yield seconds + part * fraction, frame[10] == OUTGOING, frame[SLL2_HEADER:]


def ip_parts(packet):
    """(source, destination, protocol, payload, whether it is a later fragment) of an IPv4 or IPv6 packet."""
    if packet[0] >> 4 == 4:
        header = (packet[0] & 15) * 4
        length = struct.unpack_from(">H", packet, 2)[0]
        late = struct.unpack_from(">H", packet, 6)[0] & 0x1FFF != 0
        return packet[12:16], packet[16:20], packet[9], packet[header:length], late
    return packet[8:24], packet[24:40], packet[6], packet[40:], False


def ike_name(message):
    """The exchange and direction of an IKE message, e.g. ike_init_request."""
    exchange, flags = message[18], message[19]
    return EXCHANGES.get(exchange, "ike_other") + ("_response" if flags & 0x20 else "_request")


def is_about_ike(protocol, payload):
    """Whether this is an ICMP error that gives an IKE datagram back."""
    if payload[:1] != bytes([UNREACHABLE.get(protocol, 0)]) or len(payload) < 36:
        return False
    _, _, quoted, body, _ = ip_parts(payload[8:])
    return quoted == UDP and len(body) >= 8 and struct.unpack_from(">H", body, 2)[0] in (IKE_PORT, NAT_PORT)


def classify(protocol, payload):
    """(kind, IKE message or None): esp_native, esp_udp, keepalive, icmp_errors, plaintext, or the name of an IKE message."""
    if protocol == ESP:
        return "esp_native", None
    if is_about_ike(protocol, payload):
        return "icmp_errors", None
    if protocol != UDP or len(payload) < 8:
        return "plaintext", None
    source, destination = struct.unpack_from(">HH", payload)
    body = payload[8:]
    if IKE_PORT in (source, destination) and len(body) >= 28:
        return ike_name(body), body
    if NAT_PORT in (source, destination):
        if body == b"\xff":
            return "keepalive", None
        if body[:4] == b"\0\0\0\0" and len(body) >= 32:
            return ike_name(body[4:]), body[4:]
        if len(body) > 8:
            return "esp_udp", None
    return "plaintext", None


class Hosts:
    """Addresses and networks, separated by commas; `octets in hosts`."""

    def __init__(self, text):
        self.networks = [ipaddress.ip_network(part) for part in text.split(",")]
        self.known = {}

    def __contains__(self, octets):
        if octets not in self.known:
            address = ipaddress.ip_address(octets)
            self.known[octets] = any(address in network for network in self.networks)
        return self.known[octets]


def init_notify(message):
    """The notify that an IKE_SA_INIT response begins with, which is how a server refuses or asks for more."""
    if message[16] != PAYLOAD_NOTIFY or len(message) < 36:
        return None
    return NOTIFIES.get(struct.unpack_from(">H", message, 34)[0], "other_notify")


def main(path, clients, servers):
    client, server = Hosts(clients), Hosts(servers)
    counts = dict.fromkeys(
        ["packets", "plaintext", "keepalive", "dns", "icmp_errors", "ike_fragments_out", "ike_fragments_in"]
        + [f"esp_{kind}_{way}{side}" for kind in ("udp", "native") for way in ("out", "in") for side in ("", "_forwarded")]
        + [f"answered_{name}" for name in (*NOTIFIES.values(), "other_notify")]
        + [f"{name}_{which}" for name in EXCHANGES.values() for which in ("request", "response")], 0)
    spis, times, first_plaintext = set(), {}, ""
    for when, leaving, packet in Capture(path).records():
        counts["packets"] += 1
        source, destination, protocol, payload, late = ip_parts(packet)
        if protocol == UDP and len(payload) >= 8 and 53 in struct.unpack_from(">HH", payload):
            counts["dns"] += not leaving
        if source in client and destination in server:
            way = "out"
        elif source in server and destination in client:
            way = "in"
        else:
            continue
        kind, message = ("plaintext", None) if late else classify(protocol, payload)
        if kind == "plaintext":
            counts["plaintext"] += 1
            first_plaintext = first_plaintext or f"{way},protocol={protocol},{payload[:8].hex()}"
            continue
        if kind.startswith("esp_"):
            kind += f"_{way}" + ("_forwarded" if leaving else "")
            counts[kind] += 1
        elif not leaving:
            counts[kind] = counts.get(kind, 0) + 1
            if message is not None and message[16] == PAYLOAD_FRAGMENT:
                counts["ike_fragments_" + way] += 1
            if kind == "ike_init_request":
                spis.add(message[:8])
            if kind == "ike_init_response" and init_notify(message):
                counts["answered_" + init_notify(message)] += 1
        times.setdefault(kind, when)
        times["last_" + kind] = when
    for name, value in counts.items():
        print(f"{name}={value}")
    print(f"negotiations={len(spis)}")  # distinct initiator SPIs in IKE_SA_INIT requests
    print(f"first_plaintext={first_plaintext}")
    for name, value in times.items():
        print(f"time_{name}={value:.6f}")


if __name__ == "__main__":
    main(*sys.argv[1:4])
