"""Many clients at once: many.py --count N --name NAME [--timeout SECONDS]     `{}` in the name becomes 1..N

N sockets send one A question each to 127.0.0.1, all before the first answer is read. Prints a line for each answer: its arrival in
seconds since the epoch, the response code, the addresses; then `unanswered N`.
"""
import argparse
import select
import socket
import struct
import time


def question(number, name):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split("."))
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)


def skip_name(message, at):
    while message[at]:
        if message[at] >= 0xC0:
            return at + 2
        at += 1 + message[at]
    return at + 1


def addresses(message):
    """The A records of the answer section."""
    found, at = [], skip_name(message, 12) + 4
    for _ in range(struct.unpack_from(">H", message, 6)[0]):
        at = skip_name(message, at)
        kind, _, _, length = struct.unpack_from(">HHIH", message, at)
        at += 10
        if kind == 1:
            found.append(socket.inet_ntoa(message[at : at + 4]))
        at += length
    return found


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, required=True)
    options.add_argument("--name", required=True)
    options.add_argument("--timeout", type=float, default=10)
    options = options.parse_args()

    waiting = {}
    for number in range(1, options.count + 1):
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect(("127.0.0.1", 53))
        client.send(question(number, options.name.replace("{}", str(number))))
        waiting[client.fileno()] = client
    print("sent", flush=True)
    poll = select.poll()
    for client in waiting:
        poll.register(client, select.POLLIN)
    end = time.monotonic() + options.timeout
    while waiting and time.monotonic() < end:
        for ready, _ in poll.poll(200):
            now = time.time()
            try:
                message = waiting[ready].recv(4096)
            except ConnectionRefusedError:
                continue
            print(f"{now:.6f} rcode={message[3] & 15} {' '.join(addresses(message))}")
            poll.unregister(ready)
            waiting.pop(ready).close()
    print(f"unanswered {len(waiting)}", flush=True)


main()
