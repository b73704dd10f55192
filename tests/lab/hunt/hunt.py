"""The leak hunt: hunt.py --seed N --questions N --servers FILE --wire FILE --log FILE

Random questions to the resolver at 127.0.0.1, whose answers are used at once and while their TTL lives; between them daemons die, links go
down and addresses change. It has found a leak when an answer holds an address of a private name that has had no tunnel since half a second
before the question, or holds it for longer than the name's records allow, and when the wire holds a plaintext packet to an address while a TTL that
was given out for it lives. All choices come from the seed (the kernel's and the daemons' time does not).

--servers is JSON, {host: {"namespace", "command", "log", "before", "environment"}} and "unbound" among them. Prints sums, and ends with a
line `PASS ...` or `FAIL ...`. Exit status 0 or 1.  --settings prints lines of unbound.conf and latchkey.yaml for the seed instead.
"""
import argparse
import heapq
import json
import os
import random
import select
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))

import clients
import deeds
import kernel
import message
import plan
import promises
import world

AT_ONCE = 6  # questions under way, more are not asked meanwhile
PAUSE_S = 0.3  # between questions, on the average


class Leak(Exception):
    """Found what was hunted for."""


class Broken(Exception):
    """The hunt can't go on, or has proved nothing."""


class Hunt:
    def __init__(self, options, daemons):
        self.options, self.seed = options, options.seed
        self.log_file = open(options.log, "w")
        self.began = time.time()
        self.due, self.order = [], 0  # heap of (when, order, function)
        self.asking = {}  # descriptor -> Asking
        self.poll = select.poll()
        self.tunnels, self.promises = kernel.Tunnels(world.PRIVATE_ADDRESSES), promises.Promises()
        self.wire, self.senders = promises.Wire(options.wire), clients.Senders()
        unbound = daemons.pop("unbound")
        self.deeds = deeds.Deeds(unbound, daemons, self.later, self.note)
        self.deeds.unbound_ended = self.promises.ended
        self.sums = dict.fromkeys(("asked", "answered", "unanswered", "unreachable", "given", "withheld", "held_back"), 0)
        self.types, self.rcodes, self.edes, self.given_names = {}, {}, {}, {}
        self.chance = random.Random(f"deeds {self.seed}")

    def note(self, text):
        print(f"{time.time() - self.began:9.3f} {text}", file=self.log_file, flush=True)

    def later(self, seconds, function):
        self.order += 1
        heapq.heappush(self.due, (time.time() + seconds, self.order, function))

    # Questions

    def ask(self, question):
        for _ in range(question.clients):
            self.sums["asked"] += 1
            self.types[question.kind] = self.types.get(question.kind, 0) + 1
            self.tunnels.update()
            try:
                asking = clients.Asking(question, self.sums["asked"] & 0xFFFF, self.tunnels.up_or_going())
            except OSError:
                self.sums["unreachable"] += 1
                continue
            self.asking[asking.socket.fileno()] = asking
            self.poll.register(asking.socket, asking.waits_for())

    def forget(self, asking):
        self.poll.unregister(asking.socket)
        del self.asking[asking.socket.fileno()]
        asking.socket.close()

    def hear(self, asking):
        try:
            octets = asking.go_on()
        except OSError:
            self.sums["unreachable"] += 1
            self.forget(asking)
            return
        if octets is None:
            self.poll.modify(asking.socket, asking.waits_for())
            return
        self.forget(asking)
        self.sums["answered"] += 1
        self.tunnels.update()
        self.judge(asking, message.read(octets), time.time())

    def judge(self, asking, answer, now):
        question = asking.question
        text = (f"question {question.number} {question.name} {question.kind} cd={bool(question.flags & message.CD):d} do={question.do:d} "
                f"rd={bool(question.flags & message.RD):d} {'tcp' if question.tcp else 'udp'}")
        self.note(f"{text}: {answer.rcode} ede={answer.ede} {' '.join(f'{g.owner}={g.address}/{g.ttl}' for g in answer.given)}")
        self.rcodes[answer.rcode] = self.rcodes.get(answer.rcode, 0) + 1
        if answer.rcode == "SERVFAIL":
            self.edes[answer.ede] = self.edes.get(answer.ede, 0) + 1
        private = world.PRIVATE_NAMES.get(question.name.lower())
        if private and not answer.given and not asking.up & set(private.addresses):
            self.sums["withheld"] += 1
        for given in answer.given:
            self.take(asking, given, now, text)

    def take(self, asking, given, now, text):
        private = world.PRIVATE_NAMES.get(given.owner)
        if private and given.address in private.addresses:
            what = f"{text}: {given.address} of {given.owner} in its {given.section} section, TTL {given.ttl}"
            if given.address not in asking.up | self.tunnels.up() | self.recently_up(asking):
                raise Leak(f"an address without a tunnel: {what}")
            if given.ttl > min(private.ttl, private.key_ttl) and "hint" not in given.section:
                raise Leak(f"a TTL that is too long: {what}")
            self.sums["given"] += 1
            self.given_names[given.owner] = self.given_names.get(given.owner, 0) + 1
            self.promises.give(given.address, now, given.ttl, what)
        for seconds, kind, bound in clients.uses(self.seed, f"{asking.number} {given.address}", given.ttl):
            self.later(seconds, lambda kind=kind, bound=bound: self.use(given.address, kind, bound))

    def recently_up(self, asking):
        """The addresses that got an SA since the question was asked, though they may have lost it already."""
        return {address for when, address in self.tunnels.new if when >= asking.sent}

    def use(self, address, kind, bound):
        self.tunnels.update()
        if self.promises.at(address, time.time()) and address not in self.tunnels.up():
            self.sums["held_back"] += 1
        source = self.chance.choice(self.deeds.sources[6 if ":" in address else 4]) if bound else None
        self.senders.send(address, kind, source)

    # Events

    def happen(self, event):
        if not self.deeds.do(event):
            self.later(0.5, lambda: self.happen(event))
            return
        promised = self.promises.living(time.time())
        for address in self.chance.sample(promised, min(6, len(promised))):
            kind = self.chance.choice(("udp", "tcp", "ping"))
            self.later(self.chance.uniform(0.02, 3), lambda address=address, kind=kind: self.use(address, kind, True))

    # The loop

    def turn(self, until):
        """Does what is due and hears what has come, for at most 50 ms."""
        now = time.time()
        while self.due and self.due[0][0] <= now:
            heapq.heappop(self.due)[2]()
        wait = max(0.0, min(until - now, 0.05, self.due[0][0] - now if self.due else 1))
        for descriptor, _ in self.poll.poll(wait * 1000):
            self.hear(self.asking[descriptor])
        for asking in [each for each in self.asking.values() if each.sent + clients.PATIENCE < now]:
            self.sums["unanswered"] += 1
            self.forget(asking)
        self.senders.tidy(now)

    def look(self):
        """Once a second: has the wire a leak, has somebody died?"""
        self.tunnels.update()
        self.tunnels.forget(time.time() - 2 * clients.PATIENCE)
        for leak in self.wire.leaks(self.promises):
            raise Leak(leak)
        for daemon in self.deeds.daemons():
            if daemon.has_died():
                raise Broken(f"{daemon.name} ended by itself with status {daemon.process.returncode}")
        self.deeds.reap()
        self.later(1, self.look)

    def wait(self, seconds):
        until = time.time() + seconds
        while time.time() < until:
            self.turn(until)

    def run(self):
        for daemon in self.deeds.daemons():
            daemon.start()
        self.wait_for_resolver()
        self.look()
        for step in plan.plan(self.seed, self.options.questions):
            if isinstance(step, plan.Event):
                self.happen(step)
                continue
            self.wait(self.chance.expovariate(1 / PAUSE_S))
            while len(self.asking) >= AT_ONCE:
                self.turn(time.time() + 1)
            self.ask(step)
        self.wait(clients.PATIENCE + 2)
        for leak in self.wire.leaks(self.promises):
            raise Leak(leak)

    def wait_for_resolver(self):
        end, probe = time.time() + 60, plan.Question(0, world.name_of("plain"), "A", message.RD, True, False, False, 1)
        while not self.rcodes.get("NOERROR"):
            if time.time() > end:
                raise Broken("the resolver does not answer")
            if not self.asking:
                self.ask(probe)
            self.wait(0.2)

    # What came of it

    def report(self):
        packets = sum(self.senders.counts[kind] for kind in ("udp", "tcp", "ping"))
        for title, counts in (("questions", self.sums), ("by type", self.types), ("by response code", self.rcodes),
                              ("SERVFAIL by EDE", self.edes), ("events", self.deeds.done), ("packets sent", self.senders.counts),
                              ("on the wire to private addresses", self.wire.counts), ("encrypted to", self.wire.encrypted),
                              ("addresses given out of", self.given_names), ("tunnels", {"came": self.tunnels.came, "went": self.tunnels.went})):
            print(f"{title}: {', '.join(f'{key} {count}' for key, count in counts.items())}")
        return (f"seed {self.seed}: {self.sums['asked']} questions, {self.sums['answered']} answers, {self.sums['given']} addresses given out, "
                f"{packets} packets sent, {self.wire.counts['encrypted']} encrypted, {self.tunnels.came} tunnels, "
                f"{sum(self.deeds.done.values())} events")

    def worth(self):
        """A hunt in which too little happened has proved nothing."""
        count = self.options.questions
        enough = [("answered", self.sums["answered"], count * 0.4), ("given out", self.sums["given"], count / 10),
                  ("names given out", len(self.given_names), 10 if count >= 200 else 3),
                  ("encrypted", self.wire.counts["encrypted"], count / 10), ("withheld", self.sums["withheld"], count / 20),
                  ("packets to hold back", self.sums["held_back"], count / 20), ("tunnels that came", self.tunnels.came, count / 30),
                  ("tunnels that went", self.tunnels.went, count / 50), ("SERVFAILs", self.rcodes.get("SERVFAIL", 0), count / 25)]
        enough += [(f"events {kind}", self.deeds.done.get(kind, 0), count // (plan.QUESTIONS_AN_EVENT * len(plan.EVENTS) * 2))
                   for kind in plan.EVENTS]
        for what, is_so, should in enough:
            if is_so < should:
                raise Broken(f"this hunt proves nothing: {what} is {is_so}, should be at least {should:g}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, required=True)
    options.add_argument("--questions", type=int, default=300)
    options.add_argument("--settings", choices=("unbound", "latchkey"))
    options.add_argument("--servers")
    options.add_argument("--wire")
    options.add_argument("--log")
    options = options.parse_args()
    if options.settings:
        print("\n".join(getattr(plan.settings(options.seed), options.settings)))
        return
    with open(options.servers) as file:
        daemons = {name: deeds.Daemon(name, **each) for name, each in json.load(file).items()}
    hunt = Hunt(options, daemons)
    try:
        hunt.run()
        summary = hunt.report()
        hunt.worth()
        print(f"PASS {summary}, no leak")
    except (Leak, Broken) as why:
        summary = hunt.report()
        hunt.note(f"FAIL {why}")
        print(f"FAIL {summary}: {why}")
        sys.exit(1)


main()
