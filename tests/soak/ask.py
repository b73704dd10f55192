"""One wave of questions that are held: ask.py --wave N --count N --control SOCKET [--wake PID | --reload PID]

Asks 127.0.0.1 for COUNT names, each another and each protected, from eight clients and 512 ports. No more are on their way
than a socket's buffer keeps, so that what is lost was lost by the resolver: it goes on when Latchkey says that all wait. Then
it wakes the server (SIGCONT), or has Unbound reload (SIGHUP), and counts what comes. Prints one JSON object.
"""
import argparse
import collections
import json
import os
import select
import signal
import socket
import struct
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lab", "lib"))

import message

BURST = 100
CLIENTS = 8
PORTS = 512
PATIENCE_S = 90


class Wave:
    def __init__(self, options):
        self.options = options
        self.poll = select.poll()
        self.sockets = {}
        self.order = []
        self.answers = collections.Counter()  # by (socket, number)
        self.codes = collections.Counter()
        self.asked = 0
        self.most_held = 0
        for i in range(PORTS):
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            client.bind((f"127.0.0.{2 + i % CLIENTS}", 0))
            client.connect(("127.0.0.1", 53))
            client.setblocking(False)
            self.sockets[client.fileno()] = client
            self.order.append(client)
            self.poll.register(client, select.POLLIN)

    def status(self):
        """Asks again if it is turned away: others may ask at the same time. Not if nobody is there: Unbound has ended."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                with socket.socket(socket.AF_UNIX) as control, control.makefile() as replies:
                    control.connect(self.options.control)
                    control.sendall(b'{"schema": 1, "command": "status"}\n')
                    return json.loads(replies.readline())
            except (ConnectionRefusedError, FileNotFoundError):
                raise
            except (OSError, ValueError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def held(self):
        held = self.status()["waiting"]
        self.most_held = max(self.most_held, held)
        return held

    def take_answers(self, wait_ms):
        for ready, _ in self.poll.poll(wait_ms):
            while True:
                try:
                    answer = self.sockets[ready].recv(4096)
                except (BlockingIOError, ConnectionRefusedError):
                    break
                self.answers[ready, struct.unpack_from(">H", answer)[0]] += 1
                self.codes[answer[3] & 15] += 1

    def name(self, number):
        kind = ("good", "wrong", "dead", "wrong", "dead")[number % 5]
        return f"n{number}.{kind}.w{self.options.wave}.{self.options.zone}"

    def ask(self):
        while self.asked < self.options.count:
            for _ in range(min(BURST, self.options.count - self.asked)):
                self.order[self.asked % PORTS].send(message.question(self.asked // PORTS, self.name(self.asked)))
                self.asked += 1
            end = time.monotonic() + PATIENCE_S
            while self.held() + len(self.answers) < self.asked and time.monotonic() < end:
                self.take_answers(5)

    def wait(self, patience_s):
        end = time.monotonic() + patience_s
        while len(self.answers) < self.asked and time.monotonic() < end:
            self.take_answers(200)
        self.take_answers(300)  # a second answer to anything

    def told(self):
        answered = len(self.answers)
        return {
            "asked": self.asked,
            "held_at_once": self.most_held,
            "answered": answered,
            "released": self.codes[0],
            "servfail": self.codes[2],
            "other": sum(self.codes.values()) - self.codes[0] - self.codes[2],
            "twice": sum(self.answers.values()) - answered,
            "lost": self.asked - answered,
        }


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--wave", type=int, required=True)
    options.add_argument("--count", type=int, required=True)
    options.add_argument("--zone", required=True)
    options.add_argument("--control", required=True)
    options.add_argument("--wake", type=int)
    options.add_argument("--reload", type=int)
    options = options.parse_args()
    wave = Wave(options)
    began = time.monotonic()
    wave.ask()
    all_held_s = time.monotonic() - began
    if options.reload:
        os.kill(options.reload, signal.SIGHUP)
        wave.wait(3)
    else:
        os.kill(options.wake, signal.SIGCONT)
        wave.wait(PATIENCE_S)
    print(json.dumps(wave.told() | {"asked_in_s": round(all_held_s, 1)}))
    return 0


sys.exit(main())
