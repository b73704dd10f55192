"""Latchkey's log as a short story: story.py UNBOUND-LOG NAME ANSWER-MS SERVER PING-OUTPUT

Times are milliseconds since the question came in. ANSWER-MS is how long the client waited by its own clock.
"""
import re
import shlex
import sys

# event -> what it is called here, and which of its fields are told
CHAPTERS = {
    "negotiate": ("IPSECKEY secure", "{keys} key in DNS; the address stays back"),
    "ike_sa_init_sent": ("IKE_SA_INIT", "sent to {peer}"),
    "cookie": ("IKE_SA_INIT", "the server wants a cookie"),
    "invalid_ke": ("IKE_SA_INIT", "the server wants another key exchange"),
    "ike_sa_init_answered": ("IKE_SA_INIT", "answered"),
    "ike_auth_sent": ("IKE_AUTH", "sent; the client is nobody (AUTH_NULL)"),
    "ike_auth_verified": ("IKE_AUTH", "the server proved the key from DNS: {rest}"),
    "sas_installed": ("SAs", "in the kernel: {rest}"),
    "tunnel_up": ("tunnel", "{key} by {auth}; {esp}"),
    "answer": ("answer", "{verdict}"),
}
NOT_TOLD = {"event", "name", "peer", "t_ms"}


def events(path):
    """Each line of Latchkey's as a dictionary."""
    for line in open(path, errors="replace"):
        found = re.search(r"event=\S+.*", line)
        if found:
            words = [word.split("=", 1) for word in shlex.split(found.group(0)) if "=" in word]
            yield dict(words)


def tell(fields):
    """(title, sentence) of one event."""
    title, sentence = CHAPTERS[fields["event"]]
    rest = " ".join(f"{key} {value}" for key, value in fields.items() if key not in NOT_TOLD)
    return title, sentence.format_map({**dict.fromkeys(["keys", "peer", "key", "auth", "esp", "verdict"], "?"), **fields, "rest": rest})


def main(log, name, waited, server, ping):
    story = [fields for fields in events(log) if fields.get("event") in CHAPTERS and fields.get("name", name).rstrip(".") == name]
    ends = [float(fields["t_ms"]) for fields in story if fields["event"] == "answer"]
    starts = [float(fields["t_ms"]) for fields in story]
    if not ends:
        sys.exit("the log has no answer for " + name)
    begin = min(starts[0], ends[0] - float(waited))
    print(f"A client asks its resolver for {name}.\n")
    print(f"{0:9.1f} ms  {'question':16} {name} A")
    for fields in story:
        title, sentence = tell(fields)
        print(f"{float(fields['t_ms']) - begin:9.1f} ms  {title:16} {sentence}")
    print(f"{ends[0] - begin:9.1f} ms  {'released':16} {name} is {server}; the client waited {waited} ms by its own clock")
    trips = re.search(r"= ([\d.]+)/([\d.]+)/([\d.]+)", open(ping).read())
    print(f"{'then':>12}  {'ping':16} answered through the tunnel, round trip {trips.group(2) if trips else '?'} ms")


main(*sys.argv[1:6])
