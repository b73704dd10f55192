"""DNS messages: questions made, answers taken apart as far as the lab has to know them."""
import ipaddress
import struct
from typing import NamedTuple

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "DNAME": 39, "OPT": 41, "IPSECKEY": 45, "SVCB": 64,
         "HTTPS": 65, "ANY": 255}
RCODES = {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}
RD, CD, DO = 0x0100, 0x0010, 0x8000
EDE, IPV4HINT, IPV6HINT = 15, 4, 6
HEADER = 12


class Given(NamedTuple):
    """An address in an answer: whose it is (lower case), what it is, for how long."""

    owner: str
    address: str
    ttl: int
    section: str


class Answer(NamedTuple):
    rcode: str
    ede: int | None
    given: list[Given]


def question(number, name, kind="A", flags=RD, edns=False, do=False):
    """The octets of a question. Without `edns` there is no OPT record, and `do` means nothing."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split("."))
    out = struct.pack(">HHHHHH", number, flags, 1, 0, 0, 1 if edns else 0) + labels + b"\0" + struct.pack(">HH", TYPES[kind], 1)
    return out + (b"\0" + struct.pack(">HHIH", TYPES["OPT"], 1232, DO if do else 0, 0) if edns else b"")


def mixed_case(name, chance):
    return "".join(chance.choice((letter.upper(), letter.lower())) for letter in name)


def read_name(message, at):
    """(the name in lower case, where it ends). A compression pointer may only point back."""
    labels, end, limit = [], None, at
    while message[at]:
        if message[at] >= 0xC0:
            target = struct.unpack_from(">H", message, at)[0] & 0x3FFF
            end = at + 2 if end is None else end
            if target >= limit:
                raise ValueError("a pointer that does not point back")
            at = limit = target
            continue
        labels.append(message[at + 1 : at + 1 + message[at]].decode("latin-1").lower())
        at += 1 + message[at]
    return ".".join(labels) + ".", at + 1 if end is None else end


def hints(message, at, length, owner):
    """(whose, address) of each hint of an SVCB or HTTPS record."""
    end = at + length
    target, here = read_name(message, at + 2)
    whose = owner if target == "." else target
    while here + 4 <= end:
        key, size = struct.unpack_from(">HH", message, here)
        value = message[here + 4 : here + 4 + size]
        here += 4 + size
        width = {IPV4HINT: 4, IPV6HINT: 16}.get(key)
        for part in range(0, size, width or size or 1):
            if width:
                yield whose, str(ipaddress.ip_address(value[part : part + width]))


def extended_error(options):
    at = 0
    while at + 4 <= len(options):
        code, size = struct.unpack_from(">HH", options, at)
        if code == EDE and size >= 2:
            return struct.unpack_from(">H", options, at + 4)[0]
        at += 4 + size
    return None


def read(message):
    """The answer in the octets of a response. Raises ValueError, IndexError or struct.error if it is malformed."""
    _, flags, questions, *counts = struct.unpack_from(">HHHHHH", message)
    at, given, ede = HEADER, [], None
    for _ in range(questions):
        at = read_name(message, at)[1] + 4
    for section, count in zip(("answer", "authority", "additional"), counts):
        for _ in range(count):
            owner, at = read_name(message, at)
            kind, _, ttl, length = struct.unpack_from(">HHIH", message, at)
            at += 10
            if kind in (TYPES["A"], TYPES["AAAA"]):
                given.append(Given(owner, str(ipaddress.ip_address(message[at : at + length])), ttl, section))
            elif kind in (TYPES["SVCB"], TYPES["HTTPS"]):
                given += [Given(whose, address, ttl, section + " (hint)") for whose, address in hints(message, at, length, owner)]
            elif kind == TYPES["OPT"]:
                ede = extended_error(message[at : at + length])
            at += length
    return Answer(RCODES.get(flags & 15, str(flags & 15)), ede, given)
