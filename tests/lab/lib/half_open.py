"""Begins a negotiation and never goes on: half_open.py CAPTURE SERVER

Sends the first IKE_SA_INIT request of a capture (LINUX_SLL2) once more, from another address and with another SPI, so that the server has a
negotiation that stays half open.
"""
import os
import socket
import sys

import wire


def first_request(path):
    for _, _, packet in wire.Capture(path).records():
        _, _, protocol, payload, late = wire.ip_parts(packet)
        kind, message = ("", None) if late else wire.classify(protocol, payload)
        if kind == "ike_init_request":
            return message
    sys.exit("no IKE_SA_INIT request in " + path)


request = first_request(sys.argv[1])
door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
door.settimeout(10)
door.sendto(os.urandom(8) + request[8:], (sys.argv[2], wire.IKE_PORT))
door.recv(65535)
