"""What happens between the questions: daemons that end, links that go down, addresses that change."""
import os
import signal
import subprocess
import time

import world

RUN = "/run/lab"


class Daemon:
    """A process that is started again with the same command. It must not end by itself."""

    def __init__(self, name, namespace, command, log, before=(), environment=None):
        self.name, self.log, self.before = name, log, before
        self.command = ["nsenter", f"--net=/run/netns/{namespace}", "--", *command]
        self.environment = {**os.environ, **(environment or {})}
        self.process = None

    def start(self):
        for command in self.before:
            subprocess.run(command, shell=True, check=False)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment)

    def end(self, how):
        process, self.process = self.process, None
        process.send_signal(how)
        return process

    def tell(self, what):
        self.process.send_signal(what)

    def has_died(self):
        return self.process is not None and self.process.poll() is not None


def ip(namespace, *lines):
    subprocess.run(["ip", "-n", namespace, "-force", "-batch", "-"], input="\n".join(lines).encode(), check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


ROUTES = ("route replace default via 192.1.3.254", "route replace default via 2a01:3::fe")


class Deeds:
    """Each deed takes place at once and is undone, where that makes sense, after a while; `later(seconds, function)` arranges for that.
    Meanwhile its object is busy, and no other deed touches it."""

    def __init__(self, unbound, servers, later, note):
        self.unbound, self.servers, self.later, self.note = unbound, servers, later, note
        self.busy, self.ended = set(), []
        self.client = 0  # which of the client's addresses it has
        self.sources = {4: [world.CLIENT4[0]], 6: [world.CLIENT6[0]]}
        self.done = {}
        self.unbound_ended = lambda now: None

    def do(self, event):
        """False if what it is about is busy."""
        about = {"server": event.host, "client": "client"}.get(event.kind.split("_")[0], "unbound")
        if about in self.busy:
            return False
        self.busy.add(about)
        self.done[event.kind] = self.done.get(event.kind, 0) + 1
        self.note(f"{event.kind} {event.host if about == event.host else ''} {event.for_seconds:.1f} s")
        getattr(self, event.kind)(event, lambda: self.busy.discard(about))
        return True

    def daemons(self):
        return [self.unbound, *self.servers.values()]

    def reap(self):
        self.ended = [process for process in self.ended if process.poll() is None]

    def reload(self, event, free):
        self.unbound.tell(signal.SIGHUP)
        self.later(1, free)

    def flush(self, event, free):
        what = ["flush_zone", world.ZONE] if event.gently else ["flush", world.name_of("east30")]
        self.ended.append(subprocess.Popen([os.environ["LATCHKEY_UNBOUND"] + "/unbound-control", "-c", RUN + "/unbound.conf", *what],
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        free()

    def restart(self, daemon, how, seconds, free):
        process = daemon.end(how)
        self.ended.append(process)

        def again():
            if process.poll() is None:  # it is still about its goodbyes
                self.later(0.3, again)
                return
            self.note(f"{daemon.name} again")
            daemon.start()
            self.later(2, free)

        self.later(seconds, again)

    def unbound_end(self, event, free):
        self.unbound_ended(time.time())
        self.restart(self.unbound, signal.SIGTERM if event.gently else signal.SIGKILL, event.for_seconds, free)

    def server_end(self, event, free):
        self.restart(self.servers[event.host], signal.SIGTERM, event.for_seconds, free)

    def server_kill(self, event, free):
        self.restart(self.servers[event.host], signal.SIGKILL, event.for_seconds, free)

    def server_link(self, event, free):
        """The router's end of it, so that the server keeps its routes."""
        device = {"swan": "rs", "east": "re", "west": "rw"}[event.host]
        ip("router", f"link set {device} down")

        def again():
            ip("router", f"link set {device} up")
            self.later(1, free)

        self.later(event.for_seconds, again)

    def client_address(self, event, free):
        """A second address, and then the first one goes."""
        old, self.client = self.client, 1 - self.client
        new4, new6 = world.CLIENT4[self.client], world.CLIENT6[self.client]
        ip("client", f"address add {new4}/24 dev eth0", f"address add {new6}/64 dev eth0 nodad")
        self.sources = {4: list(world.CLIENT4), 6: list(world.CLIENT6)}

        def first_goes():
            ip("client", f"address del {world.CLIENT4[old]}/24 dev eth0", f"address del {world.CLIENT6[old]}/64 dev eth0", *ROUTES)
            self.sources = {4: [new4], 6: [new6]}
            self.note(f"the client has {new4} alone")
            self.later(1, free)

        self.later(event.for_seconds / 2, first_goes)

    def client_link(self, event, free):
        """The client's own interface, or the other end of its cable."""
        namespace, device = ("client", "eth0") if event.gently else ("router", "rc")
        ip(namespace, f"link set {device} down")

        def again():
            ip(namespace, f"link set {device} up")
            ip("client", *ROUTES)
            self.later(1, free)

        self.later(event.for_seconds / 3, again)
