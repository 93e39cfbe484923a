"""The console through an incident, by keys: found, acted on, confirmed, recovered, told by the report
and the journal, taken back."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from line import Line

HYPERCARE = os.path.abspath(os.path.join(os.environ.get("top_builddir", "."), "hypercare"))
WAIT_S = 60
BEGINS_S = 90


class Failed(Exception):
    """It did not come out as it should."""


class Incident:
    """An incident on gateways that run: name, URL and what else the configuration says of each. It
    is known by a sign in the line of what it is about; the action is to clear it."""

    def __init__(self, name, what, sign, action, targets):
        self.name, self.what, self.sign, self.action = name, what, sign, action
        self.folder = tempfile.mkdtemp(prefix="hypercare-mission-")
        self.config = os.path.join(self.folder, "hypercare.yaml")
        self.env = {**os.environ, "HOME": self.folder, "XDG_STATE_HOME": self.folder,
                    "HYPERCARE_LIBEXEC_DIR": os.path.dirname(HYPERCARE)}
        self.began = time.monotonic()
        with open(self.config, "w") as f:
            f.write(f"journal: {self.folder}/journal.db\ntargets:\n" + "".join(
                f"  - {{name: {each}, url: '{url}', guard: rw{more}}}\n"
                for each, url, more in targets) +
                "rules:\n  - {name: tokens, measure: tokens-per-request, kind: baseline, over: 2, window: 40s, "
                "for: 5s, min_n: 50, by: target consumer app, severity: warning}\n"
                "rules_off: [tokens-per-request]\n")
        self.line = Line([HYPERCARE, "--config", self.config, "--interval=1s"], 40, 120, self.env)

    def wait(self, pattern, seconds=WAIT_S):
        found = self.line.wait(lambda: re.search(pattern, self.line.screen.text(), re.MULTILINE),
                               seconds)
        if not found:
            raise Failed(f"waited for {pattern}:\n{self.line.screen.text()}")
        return found

    def run(self, *words):
        done = subprocess.run([HYPERCARE, *words, "--config", self.config], env=self.env,
                              capture_output=True, text=True, timeout=WAIT_S, check=False)
        return done.returncode, done.stdout, done.stderr

    def act(self, command):
        """Plans by the command line, and confirms with the digits that are shown."""
        self.line.type(command.encode() + b"\r")
        self.wait("Enter, then type")
        self.line.type(b"\r")
        self.line.type(self.wait(r"type (\d\d) to send").group(1).encode())

    def entries(self):
        code, out, err = self.run("journal", "list", "--json")
        if code:
            raise Failed(f"journal: {err}")
        return [(entry["kind"], entry["state"]) for entry in json.loads(out)["entries"]]

    def play(self):
        self.wait(f"(CRIT|WARN) .*{self.what}.*{self.sign}", BEGINS_S + WAIT_S)
        found_s = time.monotonic() - self.began
        self.line.type(b"W")
        self.wait("WRITE ")
        self.act(f":act {self.action} --reason {self.name}")
        self.wait("(: |^ )confirmed")
        self.wait("watching the figures")
        self.wait("confirmed, recovered", 3 * WAIT_S)
        recovered_s = time.monotonic() - self.began
        self.line.type(b"\x1b")
        self.wait("no problem|PROBLEMS")
        code, text, err = self.run("report", "--window", "3s")
        if code > 2 or f"{self.name}" not in text or "recovered" not in text:
            raise Failed(f"the report tells of it: {code} {err}\n{text}")
        self.act(":undo")
        self.wait("Undo: ")
        self.wait("^ ON .* (confirmed|already so) *$")
        self.line.type(b"Q")
        if not self.line.wait(lambda: not self.line.alive() or self.line.type(b"Q"), WAIT_S):
            raise Failed("it does not end")
        want = [("intent", ""), ("outcome", "confirmed"), ("watch", "recovered"), ("intent", ""),
                ("outcome", "confirmed")]
        entries = sorted(self.entries())
        if [entry for entry in entries if entry not in want] or not set(want) <= set(entries):
            raise Failed(f"the journal: {entries}")
        code, out, err = self.run("journal", "verify")
        if code:
            raise Failed(f"the chain: {out}{err}")
        return f"{self.what}: found after {found_s:.0f} s, recovered after {recovered_s:.0f} s"

    def close(self):
        self.line.close()
        shutil.rmtree(self.folder, True)
