"""Every replay of Unbound's own testdata (*.rpl) that passes on the same testbound without Latchkey, with it.

Each is played three times:

  plain      as it is, without Latchkey. What fails here says nothing about us and is only counted.
  clear      Latchkey in the chain, every name in the group `clear`: no answer may differ in one octet, except that
             addresses in additional sections, which Latchkey leaves out, are not looked for, and in a SERVFAIL no
             Extended DNS Error.
  asked      the same without a group: the question for the key goes out and is answered, by records that are put
             into the replay, that there is none.
  attempted  in the place of `asked` if the replay has trust anchors: its zones have no signed denial of a key, and
             nobody has their keys to make one. Names are in the group `private-or-clear`, in which a key that cannot be
             looked up holds nobody up, and the lookup is refused.

A chain that Latchkey does not start in must be refused with a sentence. What fails otherwise stands in `exceptions`
with its reason; one that stands there and passes fails.
"""
import concurrent.futures
import random
import re

import testbound

# The chain of a replay, and in which one it is played; None: refused at the start.
CHAINS = {
    None: "dynlib validator iterator",  # the default has subnetcache too, which does nothing unless it is configured
    "validator iterator": "dynlib validator iterator",
    "iterator": "dynlib validator iterator",  # without trust anchors nothing is validated
    "respip validator iterator": None,
    "dns64 validator iterator": "dns64 dynlib validator iterator",
}
# Clients of replays come from anywhere.
ANYBODY = "gateway_for 0.0.0.0/0\ngateway_for ::/0\n* failed\n"
LAST = 1000000000
NO_KEY = f"""RANGE_BEGIN 0 {LAST}
ENTRY_BEGIN
MATCH opcode qtype
ADJUST copy_id copy_query
REPLY QR AA {{rcode}}
SECTION QUESTION
. IN IPSECKEY
ENTRY_END
RANGE_END

"""
# What the resolver does about a lookup that was refused: it asks for its servers' other addresses.
NOTHING_ELSE = f"""RANGE_BEGIN {{first}} {LAST}
ENTRY_BEGIN
MATCH opcode
ADJUST copy_id copy_query
REPLY QR AA SERVFAIL
SECTION QUESTION
. IN A
ENTRY_END
RANGE_END

"""


def about_key(entry, rcode):
    """An answer to a question for addresses as one to that for the key; None if it is no such answer. Referrals and
    aliases stay, since the resolver learns from them; behind an address stands that there is no key."""
    question = re.search(r"^(\s*\S+\s+(?:IN\s+)?)(A|AAAA)(\s*)$", entry.partition("SECTION QUESTION")[2], re.M)
    if not question or not re.search(r"^\s*MATCH\b.*\bqtype\b", entry, re.M):
        return None
    head, middle, rest = entry.partition("SECTION QUESTION")
    line = question.group(1) + "IPSECKEY" + question.group(3)
    if not re.search(r"\s(A|AAAA)\s", rest.partition("SECTION ANSWER")[2].partition("SECTION")[0]):
        return head + middle + rest.replace(question.group(0), line, 1)
    head = re.sub(r"^(\s*REPLY)\b.*$", rf"\1 QR AA {rcode}", head, flags=re.M)
    # 1.22 takes an answer with nothing in it, and no SOA, for a server that does not know.
    owner = question.group(1).split()[0]
    soa = f"SECTION AUTHORITY\n{owner} IN SOA ns. host. 1 3600 600 86400 3600\n" if rcode == "NOERROR" else ""
    return f"{head}{middle}\n{line}\n{soa}ENTRY_END\n"


def answered(text, rcode, first):
    """With answers to the questions for keys: beside each for addresses, and after all others for what is left; from
    step `first` on to what has no answer at all."""
    def range_of(found):
        entries = re.findall(r"^\s*ENTRY_BEGIN.*?ENTRY_END[^\n]*\n", found.group(0), re.M | re.S)
        more = [about_key(entry, rcode) for entry in entries]
        at = found.group(0).rindex("RANGE_END")
        return found.group(0)[:at] + "".join(entry for entry in more if entry) + found.group(0)[at:]

    text = re.sub(r"^\s*RANGE_BEGIN.*?RANGE_END", range_of, text, flags=re.M | re.S)
    # Lookups of keys come to their end.
    text = re.sub(r"^\s*SCENARIO_END", f"STEP {LAST} TRAFFIC\nSCENARIO_END", text, flags=re.M)
    # What stands first is looked at last.
    return re.sub(r"^\s*SCENARIO_BEGIN.*\n", lambda found: found.group(0) + NOTHING_ELSE.format(first=first)
                  + NO_KEY.format(rcode=rcode), text, count=1, flags=re.M)


def as_checked(text):
    """What is checked, without addresses in additional sections, which Latchkey leaves out of every answer, and without
    a look at EDNS where SERVFAIL is expected: Latchkey's says why."""
    def change(found):
        head, middle, rest = found.group(0).partition("SECTION ADDITIONAL")
        if re.search(r"^\s*REPLY\b.*\bSERVFAIL\b", head, re.M):
            head = re.sub(r"^(\s*MATCH\b.*)\ball\b", r"\1all_noedns", head, count=1, flags=re.M)
        # Without RD a referral comes from the cache, with glue, past every module.
        answer = head.partition("SECTION ANSWER")[2].partition("SECTION")[0]
        if re.search(r"^\s*REPLY\b.*\bRD\b", head, re.M) or answer.strip():
            rest = re.sub(r"^.*\s(A|AAAA)\s.*\n", "", rest, flags=re.M)
        return head + middle + rest

    return re.sub(r"^\s*STEP\s+\d+\s+CHECK_ANSWER.*?ENTRY_END", change, text, flags=re.M | re.S)


def chain_of(text):
    config = text.partition("CONFIG_END")[0]
    found = re.search(r'^\s*module-config:\s*"([^"]*)"', config, re.M)
    return found.group(1) if found else None


def play(path):
    """The ways in which it was played: name of the way -> (passed, last lines). Without "plain": fails without us."""
    text = path.read_text(errors="surrogateescape")
    code, said, _ = testbound.run(text)
    if code != 0:
        return {}
    ways = {"plain": (True, "")}
    chain = chain_of(text)
    if CHAINS[chain] is None:
        code, said, _ = testbound.run(testbound.with_dynlib(testbound.with_chain(text, "dynlib " + chain)), ANYBODY)
        ways["refused"] = (code not in (0, None) and "is not supported" in said, said)
        return ways
    text = as_checked(testbound.with_dynlib(testbound.with_chain(text, CHAINS[chain])))

    def way(name, text, script):
        code, said, story = testbound.run(text, ANYBODY + script)
        ways[name] = (code == 0, said + story)

    signed = "trust-anchor" in text
    way("clear", answered(text, "REFUSED" if signed else "NOERROR", LAST), "group clear .")
    if signed:
        way("attempted", answered(text, "REFUSED", 0), "group private-or-clear .")
    else:
        way("asked", answered(text, "NOERROR", LAST), "unsigned opportunistic")
    return ways


# Which server is asked first is chance in some replays, and so is whether they pass.
AT_TIMES = "at times: "


def exceptions(path):
    """{"NAME.WAY": reason}"""
    found = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, reason = line.split(None, 1)
            found[name] = reason
    return found


def report(name, passed, said, excused):
    """One result line; whether it is good."""
    if name in excused:
        if passed and not excused[name].startswith(AT_TIMES):
            print(f"not ok {name} stands in exceptions, but passes")
            return False
        print(f"# {name}: excepted: {excused[name]}")
        print(f"ok {name}")
        return True
    if passed:
        print(f"ok {name}")
        return True
    for line in said.splitlines()[-25:]:
        print(f"#   {line}")
    print(f"not ok {name} passes without Latchkey")
    return False


def sweep(folder, names=(), part=1.0, seed=0):
    """Plays those that are named, or a part of all that the seed chooses."""
    excused = exceptions(folder / "exceptions")
    paths = sorted((testbound.UNBOUND / "testdata").glob("*.rpl"))
    known = {path.stem for path in paths}
    chosen = [path for path in paths if path.stem in names] if names else paths
    if part < 1:
        chosen = sorted(random.Random(seed).sample(paths, max(1, int(len(paths) * part))))
    good = True
    for name in sorted(excused):
        if name.rpartition(".")[0] not in known:
            print(f"not ok {name} stands in exceptions, but there is no such replay")
            good = False
    counts = {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, ways in zip(chosen, pool.map(play, chosen)):
            if not ways:
                counts["fail without Latchkey"] = counts.get("fail without Latchkey", 0) + 1
            for way, (passed, said) in ways.items():
                if way != "plain":
                    good = report(f"{path.stem}.{way}", passed, said, excused) and good
                    way += " (excepted)" if f"{path.stem}.{way}" in excused else ""
                counts[way] = counts.get(way, 0) + 1
    print(f"# of {len(chosen)} replays of Unbound's: " + ", ".join(f"{way} {n}" for way, n in sorted(counts.items())))
    return good
