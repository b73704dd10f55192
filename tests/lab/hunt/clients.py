"""The clients: they ask, and use what they are given."""
import random
import select
import socket
import struct
import time

import message

PATIENCE = 8.0  # seconds until a client gives a question up
DISCARD = 9


class Asking:
    """One client's question under way."""

    def __init__(self, question, number, up):
        self.question, self.number, self.up = question, number, up  # up: the addresses with a tunnel when it was asked
        self.sent, self.received = time.time(), b""
        self.octets = message.question(number, question.name, question.kind, question.flags, question.edns, question.do)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM if question.tcp else socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        if question.tcp:
            self.octets = struct.pack(">H", len(self.octets)) + self.octets
        try:
            self.socket.connect(("127.0.0.1", 53))
        except BlockingIOError:
            pass
        self.to_send = True
        if not question.tcp:
            self.send()

    def waits_for(self):
        return select.POLLOUT if self.to_send else select.POLLIN

    def send(self):
        self.socket.send(self.octets)
        self.to_send = False

    def go_on(self):
        """The answer's octets when they are there, else None. Raises OSError if nobody listens or it was cut off."""
        if self.to_send:
            self.send()
            return None
        data = self.socket.recv(65535)
        if not self.question.tcp:
            return data
        if not data:
            raise ConnectionResetError("the connection was closed before the answer")
        self.received += data
        if len(self.received) < 2 or len(self.received) < 2 + struct.unpack_from(">H", self.received)[0]:
            return None
        return self.received[2:]


class Senders:
    """Real packets: UDP, TCP's first, echo requests; from whatever source the kernel takes, or from a certain one."""

    def __init__(self):
        self.counts = {"udp": 0, "tcp": 0, "ping": 0, "refused": 0}
        self.connecting = []  # (when it is given up, socket)

    def send(self, address, kind, source):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            self.counts[kind] += 1
            getattr(self, kind)(family, address, source)
        except BlockingIOError:
            pass  # TCP's connect() goes on
        except OSError:
            self.counts["refused"] += 1

    @staticmethod
    def opened(family, kind, protocol, source):
        out = socket.socket(family, kind, protocol)
        out.setblocking(False)
        if source:
            out.bind((source, 0))
        return out

    def udp(self, family, address, source):
        with self.opened(family, socket.SOCK_DGRAM, 0, source) as out:
            out.sendto(b"this is what nobody may read", (address, DISCARD))

    def tcp(self, family, address, source):
        out = self.opened(family, socket.SOCK_STREAM, 0, source)
        self.connecting.append((time.time() + 3, out))
        out.connect((address, 80))

    def ping(self, family, address, source):
        protocol, echo = (socket.IPPROTO_ICMP, 8) if family == socket.AF_INET else (socket.IPPROTO_ICMPV6, 128)
        body = struct.pack(">BBHHH", echo, 0, 0, 0x4C4B, 1) + b"echo"
        total = sum(struct.unpack(f">{len(body) // 2}H", body))
        checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF  # for IPv6 the kernel fills it in
        with self.opened(family, socket.SOCK_RAW, protocol, source) as out:
            out.sendto(body[:2] + struct.pack(">H", checksum) + body[4:], (address, 0))

    def tidy(self, now):
        for _, out in [entry for entry in self.connecting if entry[0] <= now]:
            out.close()
        self.connecting = [entry for entry in self.connecting if entry[0] > now]


def uses(seed, number, ttl):
    """(seconds from now, kind, whether from a certain source) of each packet to an address that was given out: at once, and while it may be
    used."""
    chance = random.Random(f"uses {seed} {number}")
    times = [0.0] + [chance.uniform(0, min(ttl, 40)) for _ in range(chance.choice((1, 2, 3)))]
    return [(when, chance.choice(("udp", "tcp", "ping")), chance.random() < 0.4) for when in times]
