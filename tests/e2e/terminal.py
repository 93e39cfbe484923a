"""hypercare in a real terminal: a private tmux server that the tests type into and read from.
Standard library only. Every wait is for a condition."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time

HYPERCARE = os.path.abspath(os.path.join(os.environ.get("top_builddir", "."), "hypercare"))
WAIT_S = 30
folder = tempfile.mkdtemp(prefix="hypercare-e2e-")
failures = []

TMUX = shutil.which("tmux")
if not TMUX:
    print("skipped: tmux is not installed")
    sys.exit(77)


class Terminal:
    """One window of a private server, of the size asked for."""

    def __init__(self, argv, columns=80, rows=24, env=None, term=None):
        self.socket = tempfile.mktemp(prefix="tmux-", dir=folder)
        settings = {"HYPERCARE_LIBEXEC_DIR": os.path.dirname(HYPERCARE), "TZ": "UTC",
                    "LC_ALL": "C.UTF-8", "HOME": folder, **(env or {})}
        words = [f"{name}={value}" for name, value in settings.items()]
        if term:
            words.append(f"TERM={term}")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  "env", "sh")
        self.tmux("set-option", "-g", "remain-on-exit", "on")
        self.pid_file = os.path.join(folder, "pid")
        if os.path.exists(self.pid_file):
            os.remove(self.pid_file)
        line = " ".join(["env", *words, "sh", "-c",
                         f"'echo $$ >{self.pid_file}; exec {' '.join(argv)}'"])
        self.type(line + "; echo left $?")
        self.press("Enter")

    def tmux(self, *args):
        return subprocess.run([TMUX, "-S", self.socket, *args], capture_output=True, text=True,
                              check=False).stdout

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def pid(self):
        return int(wait_until(lambda: os.path.exists(self.pid_file) and
                              open(self.pid_file).read(), "a pid"))

    def wait(self, text, seconds=WAIT_S):
        """Until the screen shows the text; it is an error when it never does."""
        return wait_until(lambda: text in self.screen(), f"'{text}' on\n{self.screen()}", seconds,
                          self.screen)

    def wait_gone(self, text, seconds=WAIT_S):
        return wait_until(lambda: text not in self.screen(), f"'{text}' to go", seconds,
                          self.screen)

    def close(self):
        self.tmux("kill-server")


def wait_until(condition, what, seconds=WAIT_S, show=None):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    failures.append(what)
    print(f"FAIL: waited {seconds} s for {what}")
    if show:
        print(show())
    return None


def check(condition, what):
    print(f"{'ok  ' if condition else 'FAIL'} {what}")
    if not condition:
        failures.append(what)


@atexit.register
def clean():
    for name in os.listdir(folder):
        if name.startswith("tmux-"):
            subprocess.run([TMUX, "-S", os.path.join(folder, name), "kill-server"],
                           capture_output=True, check=False)
    shutil.rmtree(folder, True)


def finish():
    sys.exit(1 if failures else 0)
