"""What the client's kernel tells about tunnels: which addresses have an SA, as it was when it last spoke."""
import ipaddress
import socket
import struct
import time

NETLINK_XFRM = 6
EXPIRE_AND_SA_GROUPS = 1 << 1 | 1 << 2
NEWSA, DELSA, EXPIRE, UPDSA, FLUSHSA = 0x10, 0x11, 0x18, 0x1A, 0x1C
# An answer may be on its way while the tunnel goes: the address counts as one with a tunnel for so long, in which the guard holds.
ON_ITS_WAY_S = 0.5
# struct xfrm_usersa_info: where its id begins, its family stands, it ends; struct xfrm_usersa_id begins with the same id.
ID_AT, FAMILY_AT, INFO_SIZE = 56, 212, 224


class Tunnels:
    """SAs by the address that they go to, for the addresses `about`. `came` and `went` count addresses that got their first or lost their last one."""

    def __init__(self, about):
        self.about = about
        self.sas = {}  # address -> set of SPIs
        self.came = self.went = 0
        self.lost = {}  # address -> when it lost its last SA
        self.new = []  # (when, address) of each SA that came lately
        self.kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM)
        self.kernel.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
        self.kernel.bind((0, EXPIRE_AND_SA_GROUPS))
        self.kernel.setblocking(False)

    def update(self):
        """Takes in all that the kernel has said. Raises OSError if it said more than it could keep."""
        while True:
            try:
                message = self.kernel.recv(65536)
            except BlockingIOError:
                return
            length, kind = struct.unpack_from("=IH", message)
            self.heard(kind, message[16:length])

    def heard(self, kind, body):
        if kind in (NEWSA, UPDSA):
            family = struct.unpack_from("=H", body, FAMILY_AT)[0]
            self.add(self.address(body[ID_AT:], family), body[ID_AT + 16 : ID_AT + 20])
        elif kind == EXPIRE and body[INFO_SIZE]:
            family = struct.unpack_from("=H", body, FAMILY_AT)[0]
            self.remove(self.address(body[ID_AT:], family), body[ID_AT + 16 : ID_AT + 20])
        elif kind == DELSA:
            self.remove(self.address(body, struct.unpack_from("=H", body, 20)[0]), body[16:20])
        elif kind == FLUSHSA:
            self.sas.clear()

    @staticmethod
    def address(octets, family):
        return str(ipaddress.ip_address(octets[: 4 if family == socket.AF_INET else 16]))

    def add(self, address, spi):
        if address not in self.about:
            return
        known = self.sas.setdefault(address, set())
        self.came += not known
        known.add(spi)
        self.new.append((time.time(), address))

    def remove(self, address, spi):
        known = self.sas.get(address, set())
        was = bool(known)
        known.discard(spi)
        if was and not known:
            self.went += 1
            self.lost[address] = time.time()

    def forget(self, before):
        self.new = [entry for entry in self.new if entry[0] >= before]

    def up(self):
        """The addresses that have an SA now."""
        return {address for address, spis in self.sas.items() if spis}

    def up_or_going(self):
        """And those that had one a moment ago."""
        moment = time.time() - ON_ITS_WAY_S
        return self.up() | {address for address, when in self.lost.items() if when >= moment}
