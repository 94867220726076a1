# SPDX-License-Identifier: Apache-2.0
"""Each process starts, and serves, with its first, second, third ... call failing (HACKING.md, "Faults"): the server runs
afterwards, or has exited and reported the reason; never by an assertion, a signal or with a leak."""

import functools
import http.client
import mmap
import os
import re
import select
import signal
import ssl
import struct
import subprocess
import sys
import time

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
from countersign import DAEMON, PATIENCE, Server  # noqa: E402
from test_daemon import with_tls  # noqa: E402

PAGE = "=QQQQ48s"  # struct fault_page
NEVER = 2**63
STRIDE = int(os.environ.get("FAULTS_STRIDE", "1"))
WAIT = int(os.environ.get("FAULTS_PATIENCE", str(PATIENCE)))  # use fewer seconds to look for what hangs
BROKEN = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:|signal (?:SYS|SEGV|BUS)|^bug: ", re.M)
# If OpenSSL has no memory, a process may end.
EXHAUSTED = re.compile(r"^(?:out of memory|bug: \S*src/crypto/.*)$", re.M)


class Page:
    """What the processes of one program share with us (fault.h)."""

    def __init__(self, server, program):
        with open(f"{server.clock_file}.faults-{program}", "w+b") as file:
            file.write(bytes(struct.calcsize(PAGE)))
            file.flush()
            self.page = mmap.mmap(file.fileno(), struct.calcsize(PAGE))
        self.round = 0

    def arm(self, nth):
        self.round += 1
        self.page[:] = struct.pack(PAGE, nth, self.round, 0, 0, b"")

    def disarm(self):
        self.page[:8] = bytes(8)

    @property
    def calls(self):
        return struct.unpack(PAGE, self.page[:])[2]

    @property
    def failed(self):
        return struct.unpack(PAGE, self.page[:])[4].rstrip(b"\0").decode()


@pytest.fixture
def server(request, tmp_path, monkeypatch):
    """"tls": with TLS, which its consoles and phones then speak."""
    settings = {("server", "workers"): 2}
    if getattr(request, "param", "plain") == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        monkeypatch.setattr(http.client, "HTTPConnection", functools.partial(http.client.HTTPSConnection, context=context))
        settings.update(with_tls(tmp_path))
    server = Server(tmp_path, settings, start=False)
    yield server
    if server.process:
        server.process.kill()
        server.process.wait()
        server.process = None
    server.close()


def boot(server):
    """Starts it; True: it serves; False: it ended; None: neither."""
    read_end, write_end = os.pipe()
    with open(server.log_file, "wb") as log:
        server.process = subprocess.Popen([DAEMON, "-c", server.config, "--ready-fd", str(write_end)], env=server.env,
                                          pass_fds=[write_end], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    os.close(write_end)
    line = os.read(read_end, 4096) if select.select([read_end], [], [], WAIT)[0] else None
    os.close(read_end)
    if line is None or line.startswith(b"READY"):
        return line and True
    return answers(server)  # else its READY was lost, or it has ended


def answers(server):
    """A request gets an answer, even if only to repeat it; it is repeated until then."""
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            if server.console().call("keepConsoleAlive").result != "UnknownError":
                return True
        except (http.client.HTTPException, OSError, AssertionError):
            time.sleep(0.02)
    return False


def start_with(server, page, nth):
    """The problem when the nth call fails, or None."""
    page.arm(nth)
    serves = boot(server)
    if serves is None:
        server.process.kill()
        server.process.wait()
        server.process = None
        return "neither ready nor at its end"
    if serves and not answers(server):
        return "it serves and does not answer"
    failed = page.failed
    page.disarm()
    if serves:
        server.process.send_signal(signal.SIGTERM)
    try:
        code = server.process.wait(WAIT)
    except subprocess.TimeoutExpired:
        server.process.kill()
        code = server.process.wait()
        return "does not end:\n" + server.log()[-1500:]
    finally:
        server.process = None
    log = server.log()
    if BROKEN.search(EXHAUSTED.sub("", log)):
        return "broken:\n" + log[-3000:]
    if serves and code != 0:
        return f"ended with {code}:\n" + log[-3000:]
    if not serves and (code <= 0 or not failed):
        return f"did not start and ended with {code}:\n" + log[-3000:]
    if not serves and not log.strip():
        return "did not start and does not say why"
    return None


@pytest.mark.parametrize("program, server", [("countersignd", "plain"), ("countersignd", "tls"), ("forked", "plain"),
                                             ("countersign-front", "plain"), ("countersign-front", "tls"),
                                             ("countersign-worker", "plain"), ("countersign-courier", "plain")],
                         indirect=["server"])
def test_a_start_with_each_call_failing(server, program):
    page = Page(server, program)
    page.arm(NEVER)
    assert boot(server) and answers(server)
    calls = page.calls
    server.stop()
    wrong = []
    for nth in range(1, calls + 1, STRIDE):
        problem = start_with(server, page, nth)
        if problem:
            wrong.append(f"{program}: call {nth}, {page.failed}: {problem}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("program, server", [("countersign-front", "plain"), ("countersign-front", "tls"),
                                             ("countersign-worker", "plain")], indirect=["server"])
def test_a_request_with_each_call_failing(server, program):
    """An unanswered push is never OK, the server is there for the next request, and the sign-in goes on."""
    page = Page(server, program)
    assert boot(server)
    phone = server.ready("acme", "ann@acme.example")
    token, push = server.console().begin("ann@acme.example")
    failed, nth = True, 0
    while failed:
        nth += 1
        page.arm(nth)
        console = server.console(agent=f"console {nth}")  # a check that the front does not know yet
        try:
            assert console.check(token, push.sPushToken).result in ("Poll", "UnknownError", "InvalidToken")
        except (http.client.HTTPException, OSError):
            pass
        failed = page.failed
        page.disarm()
        assert answers(server), f"gone after call {nth}, {failed}"
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert server.console().settle(token, push.sPushToken).result == "OK"
    log = server.log()
    assert not BROKEN.search(EXHAUSTED.sub("", log)), log[-4000:]
    assert server.stop() == 0
