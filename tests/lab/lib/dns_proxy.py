"""An authority's front door that delays or drops: dns_proxy.py --listen ADDRESS --upstream ADDRESS [--delay-ms N] [--drop TYPE]

UDP only, port 53. Each question is passed to the upstream at once, its answer kept until N ms after the question came in; a
question of the dropped type number gets no answer. Prints `ARRIVAL TYPE NAME` for each question, arrival in seconds.
"""
import argparse
import heapq
import select
import socket
import time

import message


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--listen", required=True)
    options.add_argument("--upstream", required=True)
    options.add_argument("--delay-ms", type=int, default=0)
    options.add_argument("--drop", type=int, default=-1)
    options = options.parse_args()

    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind((options.listen, 53))
    asked = {}  # the socket to the upstream -> (who asked, when)
    due = []  # heap of (when, order, answer, who asked)
    order = 0
    print("listening", flush=True)
    while True:
        wait = max(0.0, due[0][0] - time.monotonic()) if due else 5.0
        for ready in select.select([door, *asked], [], [], wait)[0]:
            if ready is door:
                asking, who = door.recvfrom(4096)
                now = time.monotonic()
                name, at = message.read_name(asking, message.HEADER)
                kind = int.from_bytes(asking[at : at + 2], "big")
                print(f"{now:.6f} {kind} {name}", flush=True)
                if kind == options.drop:
                    continue
                upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                upstream.sendto(asking, (options.upstream, 53))
                asked[upstream] = (who, now)
            else:
                who, came = asked.pop(ready)
                order += 1
                heapq.heappush(due, (came + options.delay_ms / 1000, order, ready.recv(65535), who))
                ready.close()
        while due and due[0][0] <= time.monotonic():
            _, _, answer, who = heapq.heappop(due)
            door.sendto(answer, who)


main()
