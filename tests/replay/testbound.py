"""Unbound's testbound, and what a replay needs to have the module in its chain.

LATCHKEY_BUILDDIR (build) and LATCHKEY_UNBOUND_SOURCE (what build-aux/unbound.sh built last) say where these are.
"""
import os
import pathlib
import re
import subprocess
import tempfile

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "latchkey"
BUILD = pathlib.Path(os.environ.get("LATCHKEY_BUILDDIR") or pathlib.Path(__file__).parents[2] / "build")
UNBOUND = pathlib.Path(os.environ.get("LATCHKEY_UNBOUND_SOURCE") or CACHE / "unbound/src")
MODULE = BUILD / "tests/replay/.libs/latchkey_replay.so"
TIMEOUT_S = 60


def with_dynlib(text):
    """The replay's text with the object in its configuration."""
    return text.replace("CONFIG_END", f'dynlib:\n\tdynlib-file: "{MODULE}"\nCONFIG_END', 1)


def with_chain(text, chain):
    """With this module-config, whether it had one or not."""
    config, end, story = text.partition("CONFIG_END")
    config = re.sub(r"^\s*module-config:.*\n", "", config, flags=re.M)
    return f'{config}\nserver:\n\tmodule-config: "{chain}"\n{end}{story}'


def run(text, script=""):
    """Plays it: exit status (None: it took too long), what testbound said, what the gate was asked and told."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "replay").write_text(text)
        (path / "script").write_text(script + "\n")
        story = path / "story"
        environment = dict(os.environ, LATCHKEY_REPLAY_SCRIPT=str(path / "script"), LATCHKEY_REPLAY_STORY=str(story))
        try:
            done = subprocess.run([UNBOUND / "testbound", "-p", path / "replay"], cwd=UNBOUND, env=environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return None, "", ""
        return (done.returncode, done.stdout.decode(errors="replace"),
                story.read_text(errors="replace") if story.exists() else "")
