"""What a hunt will do, all of it from its seed: questions, and what happens between them."""
import random
from typing import NamedTuple

import message
import world

EVENTS = ["reload", "flush", "unbound_end", "server_end", "server_kill", "server_link", "client_address", "client_link"]
QUESTIONS_AN_EVENT = 11
ADDRESS_TYPES = ["A", "A", "A", "AAAA", "ANY", "HTTPS"]
EVERY_TYPE = ["A", "AAAA", "ANY", "HTTPS", "SVCB", "MX", "SRV", "NS", "TXT", "CNAME", "IPSECKEY"]


class Question(NamedTuple):
    number: int
    name: str
    kind: str
    flags: int
    edns: bool
    do: bool
    tcp: bool
    clients: int  # that many ask at once


class Event(NamedTuple):
    kind: str
    host: str
    for_seconds: float
    gently: bool  # of two ways of doing it, the first


class Settings(NamedTuple):
    """Lines of unbound.conf and latchkey.yaml."""

    unbound: list[str]
    latchkey: list[str]


def settings(seed):
    """How Unbound and Latchkey are set up. Prefetching with full answers is left out: SECURITY.md names it as a limit."""
    chance = random.Random(f"settings {seed}")
    minimal = chance.random() < 0.5
    prefetch = minimal and chance.random() < 0.7
    expired = chance.choice([None, 0, 1800])
    word = {True: "yes", False: "no"}
    unbound = [f"minimal-responses: {word[minimal]}", f"prefetch: {word[prefetch]}", f"serve-expired: {word[expired is not None]}"]
    if expired is not None:
        unbound.append(f"serve-expired-client-timeout: {expired}")
    return Settings(unbound, ["encapsulation: " + chance.choice(["udp", "native"])])


def ask(number, chance, host):
    labels = [*world.PRIVATE, *world.PRIVATE, *world.ALIASES, *world.PLAIN_NAMES]
    if host:
        labels = [label for label in labels if host in world.hosts_of(label)]
    if not host and chance.random() < 0.2:
        label, kinds = chance.choice(world.DOORS)
    else:
        label, kinds = chance.choice(labels), EVERY_TYPE if chance.random() < 0.15 else ADDRESS_TYPES
    name = world.name_of(label)
    if chance.random() < 0.1:
        name = message.mixed_case(name, chance)
    edns = chance.random() < 0.85
    flags = (message.RD if chance.random() < 0.95 else 0) | (message.CD if chance.random() < 0.25 else 0)
    return Question(number, name, chance.choice(kinds), flags, edns, edns and chance.random() < 0.3, chance.random() < 0.2,
                    chance.choice([1] * 9 + [3]))


def plan(seed, count):
    """Questions and events in their order. Each kind of event comes as often as every other, but one; the questions after an event are often
    about a host that it concerns."""
    chance = random.Random(f"plan {seed}")
    steps, kinds, host, about = [], [], None, 0
    for number in range(1, count + 1):
        if number % QUESTIONS_AN_EVENT == 0:
            kinds = kinds or chance.sample(EVENTS, len(EVENTS))
            host = chance.choice(list(world.HOSTS))
            steps.append(Event(kinds.pop(), host, chance.uniform(0.5, 7), chance.random() < 0.5))
            about = 8
        about -= 1
        steps.append(ask(number, chance, host if about > 0 and chance.random() < 0.6 else None))
    return steps
