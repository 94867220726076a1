"""The daemon as a service manager, a container or a shell meets it: its standard error, its signals, what it inherits."""

import contextlib
import os
import pty
import re
import signal
import socket
import termios
import time

import pytest

from countersign import PATIENCE


def eventually(what, message):
    """Waits for an event that announces itself by its state alone."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(message)


class Stderr:
    """A standard error whose reader may stall: `write` is what the daemon gets."""

    def __init__(self, kind):
        self.kind = kind
        if kind == "pipe":
            self.read, self.write = os.pipe()
        elif kind == "socket":
            pair = socket.socketpair()
            self.read, self.write = pair[0].detach(), pair[1].detach()
        else:
            self.read, self.write = pty.openpty()
        self.text = ""

    def stall(self):
        """Fills it up, by a description that does not block, so that no byte more fits."""
        if self.kind == "terminal":
            termios.tcflow(self.write, termios.TCOOFF)
            return
        filler = os.dup(self.write) if self.kind == "socket" else os.open(f"/proc/self/fd/{self.write}",
                                                                          os.O_WRONLY | os.O_NONBLOCK)
        with contextlib.suppress(BlockingIOError):
            while True:
                if self.kind == "socket":
                    with socket.socket(fileno=os.dup(filler)) as wire:
                        wire.send(b"\n", socket.MSG_DONTWAIT)
                else:
                    os.write(filler, b"\n")
        os.close(filler)

    def resume(self):
        if self.kind == "terminal":
            termios.tcflow(self.write, termios.TCOON)

    def wait(self, pattern):
        """Reads on until the pattern has come."""
        os.set_blocking(self.read, False)

        def look():
            with contextlib.suppress(BlockingIOError):
                self.text += os.read(self.read, 65536).decode(errors="replace")
            return re.search(pattern, self.text)

        return eventually(look, f"no {pattern!r} on standard error")

    def close(self):
        os.close(self.read)
        os.close(self.write)


@pytest.mark.parametrize("kind", ["pipe", "socket", "terminal"])
def test_a_reader_of_standard_error_that_stalls_holds_nothing_up(own_server, kind):
    server = own_server({("server", "workers"): "2", ("log", "level"): "info"}, start=False)
    stderr = Stderr(kind)
    server.start(stderr=stderr.write)
    stderr.wait("ready")
    stderr.stall()
    before = server.children("worker")
    os.kill(before[0], signal.SIGKILL)
    eventually(lambda: len(server.children("worker")) == 2 and before[0] not in server.children("worker"),
               "the worker was not replaced")
    stderr.resume()
    stderr.wait(r"supervisor log\.dropped lines=[1-9]")
    stderr.stall()
    assert server.stop() == 0, "SIGTERM drains and ends"
    stderr.close()
