"""What was given out and must not be broken, and whether the wire broke it."""
import ipaddress
import struct
from typing import NamedTuple

import wire
import world

AT_ONCE = 1.0  # an address with a TTL of 0 is still used by whoever asked
# A guard's hard expiry is 120 s and put off every 40 s, so it lasts at least so long after the end, also by `kill -9`.
GUARD_AFTER_END = 80.0
DNS_PORTS = {wire.UDP: {53}, 6: {53, 853}}


class Promise(NamedTuple):
    since: float
    until: float
    why: str


class Promises:
    """Times are seconds since the epoch, addresses text."""

    def __init__(self):
        self.kept = {}  # address -> promises

    def give(self, address, now, ttl, why):
        kept = [promise for promise in self.kept.get(address, []) if promise.until > now - 60]
        self.kept[address] = kept + [Promise(now, now + max(ttl, AT_ONCE), why)]

    def ended(self, now):
        """Nobody puts off the guards' expiry from now on."""
        end = now + GUARD_AFTER_END
        for address, kept in self.kept.items():
            self.kept[address] = [p._replace(until=min(p.until, end)) if p.until > now else p for p in kept]

    def at(self, address, when):
        """The promise that holds for the address at that time, the one that ends last; None if there is none."""
        holding = [promise for promise in self.kept.get(address, []) if promise.since <= when <= promise.until]
        return max(holding, key=lambda promise: promise.until, default=None)

    def living(self, now):
        return [address for address in self.kept if self.at(address, now)]


def is_dns(protocol, payload):
    return len(payload) >= 4 and struct.unpack_from(">H", payload, 2)[0] in DNS_PORTS.get(protocol, ())


class Wire:
    """The capture, read as it grows. Counts what went from the client to private addresses."""

    def __init__(self, path):
        self.capture = wire.Capture(path)
        self.clients = wire.Hosts("192.1.3.0/24,2a01:3::/64")
        self.private = {ipaddress.ip_address(address).packed: address for address in world.PRIVATE_ADDRESSES}
        self.encrypted = dict.fromkeys(world.PRIVATE_ADDRESSES, 0)
        self.counts = {"packets": 0, "encrypted": 0, "ike": 0, "unpromised_plaintext": 0}

    def leaks(self, promises):
        """A sentence for each packet that has come to the wire since the last call and breaks a promise."""
        for when, leaving, packet in self.capture.records():
            if leaving:
                continue
            self.counts["packets"] += 1
            source, destination, protocol, payload, late = wire.ip_parts(packet)
            if destination not in self.private or source not in self.clients:
                continue
            address = self.private[destination]
            kind = "plaintext" if late else wire.classify(protocol, payload)[0]
            if kind.startswith("esp_"):
                self.counts["encrypted"] += 1
                self.encrypted[address] += 1
            elif kind != "plaintext":
                self.counts["ike"] += 1
            elif not is_dns(protocol, payload):
                promise = promises.at(address, when)
                if promise:
                    yield (f"plaintext at {when:.3f} from {ipaddress.ip_address(source)} to {address}, protocol {protocol}, "
                           f"{payload[:16].hex()}, though until {promise.until:.3f} it is promised by {promise.why}")
                else:
                    self.counts["unpromised_plaintext"] += 1
