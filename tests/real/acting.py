"""Acting on a gateway by the command line, and what the fakes have heard of it."""

import concurrent.futures
import json
import os
import subprocess

from harness import HYPERCARE, check, listens, path, profile_plans, upstream, wait_for, write

CODES = {"confirmed": 0, "already so": 0, "rejected": 1, "refused": 3, "conflict": 4, "partial": 5,
         "unknown": 75}


class Target:
    """A gateway that may be changed without being asked: guard rw, in a configuration of its own."""

    def __init__(self, name, url, auth=None, env=None, profile=None):
        self.name = name
        self.profile = [profile or name, url] + ([f"--auth={auth}"] if auth else [])
        os.makedirs(path(f"{name}.state"), exist_ok=True)
        self.env = {**os.environ, "XDG_STATE_HOME": path(f"{name}.state"), **(env or {})}
        lines = [f"targets:\n  - name: {name}\n    url: {url}\n    guard: rw\n"
                 f"    profile: {profile or name}\n"]
        lines += [f"    auth: {auth}\n"] if auth else []
        self.config = write(f"{name}.yaml", "".join(lines))
        os.chmod(self.config, 0o600)
        self.seen = ""  # all that was ever printed

    def run(self, *words):
        argv = [HYPERCARE, "act", f"--config={self.config}", f"--target={self.name}", *words]
        done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env=self.env, timeout=90)
        self.seen += done.stdout + done.stderr
        return done

    def act(self, state, *words):
        """Does it and checks the state it ends in; returns what is said of it."""
        done = self.run("--yes", "--json", "--reason=test", *words)
        try:
            plan = json.loads(done.stdout)
        except ValueError:
            plan = {"state": "refused" if done.returncode == 3 else "?",
                    "why": done.stderr.strip()}
        check(plan["state"].lower() == state and done.returncode == CODES[state],
              f"{self.name}: {' '.join(words)}: {plan['state']}, exit {done.returncode}"
              f"{': ' + plan['why'] if plan.get('why') else ''}")
        return plan

    def back(self, *words):
        """Does it for two seconds and waits until it was taken back."""
        done = self.run("--yes", "--reason=test", "--for=2s", "--wait=confirmed", *words)
        check(done.returncode == 0 and done.stdout.count("confirmed") >= 1,
              f"{self.name}: {' '.join(words)} for two seconds: {done.stdout.strip()} "
              f"{done.stderr.strip()}")

    def dry(self, *words):
        """The curl lines of it; nothing is sent."""
        done = self.run("--dry-run", *words)
        check(done.returncode == 0, f"{self.name}: {' '.join(words)} as curl: {done.stderr.strip()}")
        return done.stdout

    def tried(self, *words):
        """Every action of the profile can be planned on what the gateway holds now."""
        self.seen += profile_plans(*self.profile, *words, env=self.env)

    def impossible(self, action, why):
        done = self.run(action)
        check(done.returncode == 3 and why in done.stderr + done.stdout,
              f"{self.name}: {action} is impossible: {(done.stderr + done.stdout).strip()}")


def fake(kind):
    """Starts a fake with a fresh state; its URL."""
    kind.fresh()
    port = upstream(kind)
    wait_for(lambda: listens(port), kind.__name__)
    return f"http://127.0.0.1:{port}"


def sent(kind, count, what):
    """Checks how many changing requests the fake has heard since the last time."""
    heard = list(kind.changes)
    kind.changes.clear()
    check(len(heard) == count, f"{what}: {[(m, p) for m, p, b in heard]}")
    return [json.loads(b) if b else None for m, p, b in heard]


def together(*tests):
    """Runs them at the same time: they wait most of it."""
    with concurrent.futures.ThreadPoolExecutor(len(tests)) as pool:
        for done in [pool.submit(test) for test in tests]:
            done.result()
