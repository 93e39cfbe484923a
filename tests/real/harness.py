"""What the tests on real gateways share: starting them on loopback, sending a known mix of requests
through them, and comparing what hypercare reports with what was sent. Standard library only.

A test that lacks its gateway calls need(), which exits 77 after saying so.
"""

import atexit
import collections
import fcntl
import glob
import http.client
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HYPERCARE = os.path.abspath(os.path.join(os.environ.get("top_builddir", "."), "hypercare"))
WAIT_S = 30
folder = tempfile.mkdtemp(prefix="hypercare-real-")
atexit.register(shutil.rmtree, folder, True)
started = []
failures = []


def need(*programs):
    """The paths of programs; exits 77 when one is missing."""
    paths = []
    for program in programs:
        found = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if not found:
            print(f"skipped: {program} is not installed")
            sys.exit(77)
        paths.append(found)
    return paths[0] if len(paths) == 1 else paths


def installed(name, wanted, commands):
    """The folder of what these commands install below the build folder, the first time it is wanted;
    other tests that want it wait meanwhile. Exits 77 when it cannot be had."""
    where = os.path.join(os.path.dirname(HYPERCARE), "real", name)
    done = os.path.join(where, "done")
    os.makedirs(os.path.dirname(where), exist_ok=True)
    with open(where + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(done) and open(done).read() == wanted:
            return where
        shutil.rmtree(where, True)
        os.makedirs(where)
        print(f"making {where}", flush=True)
        for argv in commands(where):
            if subprocess.run(argv, cwd=where, check=False).returncode:
                print(f"skipped: {wanted} cannot be installed")
                sys.exit(77)
        with open(done, "w") as f:
            f.write(wanted)
    return where


def venv(name, packages, program):
    """A program of pinned packages, in a virtual environment of its own."""
    def commands(where):
        yield [sys.executable, "-m", "venv", where]
        yield [os.path.join(where, "bin", "pip"), "--disable-pip-version-check", "install", "--quiet",
               "--only-binary", ":all:", *packages]

    return glob.glob(os.path.join(installed(name, "\n".join(packages), commands), program))[0]


def npm(name, package):
    """The folder of a pinned npm package, installed without running any script of its own."""
    need("node", "npm")
    argv = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", package]
    where = installed(name, package, lambda _: [argv])
    return os.path.join(where, "node_modules", package.rsplit("@", 1)[0])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def path(name):
    return os.path.join(folder, name)


def write(name, text):
    with open(path(name), "w") as f:
        f.write(text)
    return path(name)


def wait_for(condition, what, seconds=WAIT_S):
    """Waits until condition() is true; a condition that raises OSError is not true yet."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            result = condition()
            if result:
                return result
        except OSError:
            pass
        time.sleep(0.02)
    for process in started:
        if process.poll() is not None:
            print(f"{process.args[0]} has ended with {process.returncode}")
    sys.exit(f"FAIL: waited {seconds} s for {what}")


def listens(port):
    with socket.create_connection(("127.0.0.1", port), 1):
        return True


def get(port, url_path, headers=None):
    """One GET: (status, body)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", url_path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def start(argv, ready=None, log=None, env=None, seconds=WAIT_S):
    """Starts a gateway, to be stopped by its pid at the end; ready is its port or a condition."""
    out = open(path(log or os.path.basename(argv[0]) + ".out"), "ab")
    process = subprocess.Popen(argv, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=folder,
                               env=env, start_new_session=True)
    started.append(process)
    if ready is not None:
        condition = (lambda: listens(ready)) if isinstance(ready, int) else ready
        wait_for(condition, argv[0], seconds)
    return process


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process in started:
        started.remove(process)


@atexit.register
def stop_all():
    for process in list(reversed(started)):
        stop(process)


class Named(http.server.BaseHTTPRequestHandler):
    """Answers with the number of its own port."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = str(self.server.server_address[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers as the path says: /status/503 with that code, /slow/250 after as many ms."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        parts = self.path.split("?")[0].split("/")
        code = 200
        if len(parts) > 2 and parts[1] == "status":
            code = int(parts[2])
        if len(parts) > 2 and parts[1] == "slow":
            time.sleep(int(parts[2]) / 1000)
        body = b"upstream\n"
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_HEAD = answer

    def log_message(self, *args):
        pass


def upstream(handler=Upstream):
    """Starts the upstream in a thread; returns its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *args: None  # a gateway that closes its connection is no error
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def send(port, mix, headers=None):
    """Sends (count, path, wanted code) triples, a kept connection for each; checks the codes."""
    for count, target, wanted in mix:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(count):
            connection.request("GET", target, headers=headers or {})
            answer = connection.getresponse()
            answer.read()
            if answer.status != wanted:
                sys.exit(f"FAIL: {target} answered {answer.status}, not {wanted}")
        connection.close()


def report(urls, traffic, window_s=10, options=(), ticks=2, env=None):
    """Runs hypercare report on urls; calls traffic() once every target has answered twice, while it
    still collects. Returns the report."""
    debug = path("debug.log")
    if os.path.exists(debug):
        os.remove(debug)
    argv = [HYPERCARE, "report", "--format=json", f"--window={window_s}s", "--interval=1s",
            f"--debug={debug}", *options, *urls]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               stdin=subprocess.DEVNULL, env=env)

    def answered():
        if process.poll() is not None:
            sys.exit(f"FAIL: {' '.join(argv)}\n{process.stderr.read()}")
        counts = {}
        with open(debug) as f:
            for line in f:
                words = line.split()
                if len(words) >= 3 and words[0] == "tick" and words[-1] == "ok":
                    counts[words[1]] = counts.get(words[1], 0) + 1
        targets = {name.rsplit("/", 1)[0] for name, n in counts.items() if n >= ticks}
        return len(targets) >= len(urls)

    wait_for(answered, "two answers of every target")
    traffic()
    out, err = process.communicate(timeout=window_s + 60)
    if err:
        print(err)
    return json.loads(out)


def next_tick(ticks=1):
    """While a report collects: waits until every source has been taken in so many times more."""
    def counts():
        with open(path("debug.log")) as f:
            return collections.Counter(line.split()[1] for line in f
                                       if line.startswith("tick ") and line.endswith(" ok\n"))

    wanted = {source: n + ticks for source, n in counts().items()}
    wait_for(lambda: all(counts()[source] >= n for source, n in wanted.items()), "the next answers")


def figures(document, signal_name, **dims):
    """The figures of this measure with exactly these dims; target is one of them."""
    target = dims.pop("target", None)
    return [f for f in document["figures"]
            if f["signal"] == signal_name and f["dims"] == dims and target in (None, f["target"])]


def expect(document, signal_name, wanted, tolerance=0.0, **dims):
    """Compares one figure; prints and remembers what is wrong."""
    found = figures(document, signal_name, **dims)
    name = f"{signal_name} {dims or ''}"
    if len(found) != 1:
        failures.append(name)
        print(f"FAIL {name}: {len(found)} figures, wanted one of {wanted}")
        return None
    value = found[0]["value"]
    if abs(value - wanted) > tolerance + 1e-9 * abs(wanted):
        failures.append(name)
        print(f"FAIL {name}: {value}, wanted {wanted} (n {found[0]['n']})")
    else:
        print(f"ok   {name}: {value} (n {found[0]['n']})")
    return found[0]


def check(condition, what):
    if condition:
        print(f"ok   {what}")
    else:
        failures.append(what)
        print(f"FAIL {what}")


def identify(url, profile, options=()):
    """hypercare identify must recognise the gateway as this profile."""
    out = subprocess.run([HYPERCARE, "identify", "--json", *options, url], capture_output=True,
                         text=True, stdin=subprocess.DEVNULL)
    found = json.loads(out.stdout)[0] if out.stdout else {"profile": None, "sentence": out.stderr}
    check(found["profile"] == profile,
          f"{url} is {profile}: {found['profile']}, {found['sentence']}")


def profile_test(profile, url, options=(), empty=(), env=None):
    """hypercare profile test must map something of every source; empty names those that have
    nothing to say here. Returns what it said, a source a line."""
    out = subprocess.run([HYPERCARE, "profile", "test", *options, profile, url],
                         capture_output=True, text=True, stdin=subprocess.DEVNULL, env=env)
    sources = [line.split() for line in out.stdout.split("\n\n")[0].splitlines()[1:]]
    check(sources, f"profile test {profile} {url}: {len(sources)} sources {out.stderr}")
    for name, state, series, *_ in sources:
        check(name in empty or (state == "ok" and int(series)), f"  {name} {state}: {series} series")
    return "\n".join(" ".join(line) for line in sources)


def profile_plans(profile, url, *words, env=None):
    """hypercare profile test must plan every action of a profile that is possible there, with these
    values and options. Returns what it said."""
    done = subprocess.run([HYPERCARE, "profile", "test", profile, url, "--actions", "--dry-run",
                           *words], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env=env, timeout=60)
    last = (done.stdout.splitlines() or [""])[-1]
    check(done.returncode == 0 and ", 0 not planned," in last,
          f"every action of {profile} can be planned: {last}")
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.stdout + done.stderr


ACT_CODES = {"confirmed": 0, "already so": 0, "rejected": 1, "refused": 3, "conflict": 4,
             "partial": 5, "UNKNOWN": 75}


def act_start(url, profile, action, values, options=()):
    """Starts hypercare act; values are NAME=VALUE."""
    name = os.path.basename(url) if url.startswith("line:") else url.split("://")[-1]
    argv = [HYPERCARE, "act", action, *values, "--target", url, "-P", profile, "--json",
            "--confirm", name, "--wait", "confirmed", "--journal", path("act.journal.db"), *options]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            stdin=subprocess.DEVNULL)


def act_end(process):
    """Waits for it: (exit code, the plan, what it complained of)."""
    out, err = process.communicate(timeout=60)
    return process.returncode, json.loads(out) if out.strip() else {}, err.strip()


def act(url, profile, action, *values, state="confirmed", why="", options=()):
    """Does it, and compares what hypercare says of it; returns the plan."""
    code, plan, err = act_end(act_start(url, profile, action, values, options))
    said = plan.get("why", err)
    got = plan.get("state", "refused" if code == ACT_CODES["refused"] else None)
    good = got == state and code == ACT_CODES[state] and why in said
    check(good, f"{action} {' '.join(values)}: {got} ({code}) {said}")
    if not good:
        print(f"     wanted {state}, {why}; {err}\n     {json.dumps(plan)}")
    return plan


def code_from(address, port, url_path="/"):
    """The status of one GET that comes from that loopback address."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10,
                                            source_address=(address, 0))
    connection.request("GET", url_path)
    status = connection.getresponse().status
    connection.close()
    return status


def within(n, share, got):
    """Whether got of n is what a share makes but for once in 10,000 (normal approximation)."""
    return abs(got - n * share) <= 3.9 * (n * share * (1 - share)) ** 0.5 + 0.5


def finish():
    """Ends the test with its exit code."""
    if failures:
        print(f"{len(failures)} wrong")
    sys.exit(1 if failures else 0)
