"""hypercare on a pseudo-terminal of our own: bytes typed and shown pass a line that can be slow, and
libvterm says what is on the screen. Unlike a terminal emulator between them, it keeps what the
program does to the line discipline in sight. Standard library only."""

import ctypes
import ctypes.util
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time

SLOW_S = 0.3         # each way
SLOW_BYTES = 4096    # read at once while the line is slow, so that the program has to wait
LAST_BYTES = 4096    # of what was shown, kept to be looked at


class Rect(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ("top", "bottom", "left", "right")]


def load():
    name = ctypes.util.find_library("vterm")
    if not name:
        print("skipped: libvterm is not installed")
        sys.exit(77)
    vterm = ctypes.CDLL(name)
    vterm.vterm_new.restype = vterm.vterm_obtain_screen.restype = ctypes.c_void_p
    vterm.vterm_screen_get_text.restype = vterm.vterm_input_write.restype = ctypes.c_size_t
    return vterm


VTERM = load()


class Screen:
    """What a terminal of that size shows of the bytes it was sent."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.vterm = ctypes.c_void_p(VTERM.vterm_new(rows, columns))
        VTERM.vterm_set_utf8(self.vterm, 1)
        self.screen = ctypes.c_void_p(VTERM.vterm_obtain_screen(self.vterm))
        VTERM.vterm_screen_enable_altscreen(self.screen, 1)
        VTERM.vterm_screen_reset(self.screen, 1)

    def write(self, data):
        VTERM.vterm_input_write(self.vterm, data, ctypes.c_size_t(len(data)))

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        VTERM.vterm_set_size(self.vterm, rows, columns)

    def text(self):
        """One line for each row."""
        lines, buffer = [], ctypes.create_string_buffer(8 * self.columns + 8)
        for row in range(self.rows):
            n = VTERM.vterm_screen_get_text(self.screen, buffer, ctypes.c_size_t(len(buffer)),
                                            Rect(row, row + 1, 0, self.columns))
            lines.append(buffer.raw[:n].decode("utf-8", "replace"))
        return "\n".join(lines)

    def free(self):
        VTERM.vterm_free(self.vterm)


class Line:
    """A program on a terminal. Nothing runs beside it: time passes in wait() and run_for()."""

    def __init__(self, argv, rows=24, columns=80, env=None, term="xterm-256color"):
        self.master, self.slave = os.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.slow = False
        self.typed, self.shown = [], []  # (when it arrives, bytes)
        self.last = b""
        self.screen = Screen(rows, columns)
        self.set_size(rows, columns)
        os.set_blocking(self.master, False)
        # setsid becomes the program, with this terminal as the one that controls it.
        self.process = subprocess.Popen(
            ["setsid", "-c", *argv], stdin=self.slave, stdout=self.slave, stderr=self.slave,
            env={**(env or os.environ), "TERM": term, "TZ": "UTC", "LC_ALL": "C.UTF-8"})

    def set_size(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        self.screen.resize(max(rows, 2), max(columns, 2))
        self.set_size(rows, columns)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGWINCH)

    def type(self, data):
        """All of it arrives at once, when the line lets it."""
        delay = SLOW_S if self.slow else 0
        self.typed.append((time.monotonic() + delay, data))

    def pass_on(self):
        now = time.monotonic()
        while self.typed and self.typed[0][0] <= now:
            try:
                n = os.write(self.master, self.typed[0][1])
            except BlockingIOError:
                break
            rest = self.typed[0][1][n:]
            if not rest:
                self.typed.pop(0)
            else:
                self.typed[0] = (now, rest)
                break
        while self.shown and self.shown[0][0] <= now:
            data = self.shown.pop(0)[1]
            self.last = (self.last + data)[-LAST_BYTES:]
            self.screen.write(data)

    def take(self):
        """Reads what the program has written, a little of it at a time on a slow line."""
        if self.slow and self.shown and self.shown[-1][0] > time.monotonic() + SLOW_S * 0.9:
            time.sleep(0.01)
            return
        if not select.select([self.master], [], [], 0.01)[0]:
            return
        try:
            data = os.read(self.master, SLOW_BYTES if self.slow else 1 << 16)
        except OSError:  # the other side is closed
            return
        self.shown.append((time.monotonic() + (SLOW_S if self.slow else 0), data))

    def turn(self):
        self.pass_on()
        self.take()
        self.pass_on()

    def run_for(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.turn()

    def wait(self, condition, seconds):
        """The first true result of condition(), or None when there was none in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.turn()
            result = condition()
            if result:
                return result
        return None

    def alive(self):
        return self.process.poll() is None

    def restored(self):
        """Whether the terminal is as it was before the program: cooked, its own screen, no mode."""
        self.slow = False
        self.wait(lambda: not self.shown and not select.select([self.master], [], [], 0.1)[0], 30)
        modes = {mode: self.last.rfind(mode + b"l") > self.last.rfind(mode + b"h")
                 for mode in (b"\x1b[?1049", b"\x1b[?2004")}
        modes[b"cursor"] = self.last.rfind(b"\x1b[?25h") >= self.last.rfind(b"\x1b[?25l")
        return termios.tcgetattr(self.slave) == self.before and all(modes.values())

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)
        self.screen.free()
