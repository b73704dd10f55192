"""Begins a negotiation and never goes on: half_open.py CAPTURE SERVER

Sends the first IKE_SA_INIT request of a capture (LINUX_SLL2) once more, from another address and with another SPI, so that the server has a
negotiation that stays half open.
"""
import os
import socket
import struct
import sys

SLL2_HEADER, PCAP_HEADER, RECORD_HEADER = 20, 24, 16
IKE_SA_INIT, RESPONSE = 34, 0x20


def first_request(path):
    """The first IKE_SA_INIT request over IPv4 and UDP port 500."""
    data = open(path, "rb").read()
    at = PCAP_HEADER
    while at + RECORD_HEADER <= len(data):
        kept = struct.unpack_from("<I", data, at + 8)[0]
        packet = data[at + RECORD_HEADER + SLL2_HEADER : at + RECORD_HEADER + kept]
        at += RECORD_HEADER + kept
        message = packet[28:]
        if len(message) >= 28 and packet[0] == 0x45 and packet[9] == 17 and packet[22:24] == struct.pack(">H", 500):
            if message[18] == IKE_SA_INIT and not message[19] & RESPONSE:
                return message
    sys.exit("no IKE_SA_INIT request in " + path)


request = first_request(sys.argv[1])
door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
door.settimeout(10)
door.sendto(os.urandom(8) + request[8:], (sys.argv[2], 500))
door.recv(65535)
