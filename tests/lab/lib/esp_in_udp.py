"""A UDP socket on port 4500 with which the kernel takes ESP out of UDP (RFC 3948), for SAs made by hand."""
import signal
import socket
import struct

UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2
IP_XFRM_POLICY = 17


def bypass(direction):
    """A struct xfrm_userpolicy_info that allows everything: the datagrams around the ESP are not themselves in the tunnel."""
    selector = bytes(40) + struct.pack("=H", socket.AF_INET) + bytes(14)
    return selector + bytes(96) + struct.pack("=IIBBBB4x", 0, 0, direction, 0, 0, 0)


door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
door.bind(("0.0.0.0", 4500))
for direction in (0, 1):
    door.setsockopt(socket.IPPROTO_IP, IP_XFRM_POLICY, bypass(direction))
door.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
print("open", flush=True)
signal.pause()
