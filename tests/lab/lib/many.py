"""Many clients at once: many.py --count N --name NAME [--timeout SECONDS] [--pause-ms N]     `{}` in the name becomes 1..N

N sockets send one A question each to 127.0.0.1, all before the first answer is read. Prints a line for each answer: its arrival in
seconds since the epoch, the response code, the addresses; then `unanswered N`. When the first answer is in, it asks what the kernel
has told about IPsec until then: `kernel_before_first_answer sas=N out_policies=N`.
"""
import argparse
import select
import socket
import struct
import time

import message


NETLINK_XFRM = 6
SA_AND_POLICY_GROUPS = 1 << 2 | 1 << 3
NEWSA, NEWPOLICY, UPDSA = 0x10, 0x13, 0x1A
POLICY_DIRECTION_AT, OUT, ALLOW = 160, 1, 0


def listen_to_kernel():
    """A socket on which the kernel tells of every SA and policy from now on, in order."""
    kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM)
    kernel.bind((0, SA_AND_POLICY_GROUPS))
    kernel.setblocking(False)
    return kernel


def told_so_far(kernel):
    """(SAs that came or were completed, outgoing policies that allow) among what the kernel has told until now."""
    sas, policies = set(), 0
    while True:
        try:
            told = kernel.recv(65536)
        except BlockingIOError:
            return len(sas), policies
        length, kind = struct.unpack_from("=IH", told)
        body = told[16:length]
        if kind in (NEWSA, UPDSA):
            sas.add(body[56:80])  # destination, SPI and protocol of struct xfrm_usersa_info
        if kind == NEWPOLICY and body[POLICY_DIRECTION_AT] == OUT and body[POLICY_DIRECTION_AT + 1] == ALLOW:
            policies += 1


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, required=True)
    options.add_argument("--name", required=True)
    options.add_argument("--timeout", type=float, default=10)
    options.add_argument("--pause-ms", type=float, default=0)
    options = options.parse_args()

    kernel = listen_to_kernel()
    waiting = {}
    for number in range(1, options.count + 1):
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect(("127.0.0.1", 53))
        client.send(message.question(number, options.name.replace("{}", str(number))))
        waiting[client.fileno()] = client
        time.sleep(options.pause_ms / 1000)
    print("sent", flush=True)
    poll = select.poll()
    for client in waiting:
        poll.register(client, select.POLLIN)
    first = True
    end = time.monotonic() + options.timeout
    while waiting and time.monotonic() < end:
        for ready, _ in poll.poll(200):
            now = time.time()
            try:
                answer = waiting[ready].recv(4096)
            except ConnectionRefusedError:
                continue
            if first:
                print("kernel_before_first_answer sas=%d out_policies=%d" % told_so_far(kernel))
                first = False
            print(f"{now:.6f} rcode={answer[3] & 15} {' '.join(given.address for given in message.read(answer).given if given.section == 'answer')}")
            poll.unregister(ready)
            waiting.pop(ready).close()
    print(f"unanswered {len(waiting)}", flush=True)


main()
