"""Unbound's testbound, and what a replay needs to have the module in its chain.

Wants LATCHKEY_BUILDDIR and LATCHKEY_UNBOUND_SOURCE.
"""
import os
import pathlib
import re
import subprocess
import tempfile

MODULE = pathlib.Path(os.environ["LATCHKEY_BUILDDIR"]) / "tests/replay/.libs/latchkey_replay.so"
UNBOUND = pathlib.Path(os.environ["LATCHKEY_UNBOUND_SOURCE"])
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
