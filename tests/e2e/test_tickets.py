# SPDX-License-Identifier: Apache-2.0
"""TLS sessions are resumed at every front, after a reload and by the next program, and nowhere that a full handshake would end
otherwise."""

import fcntl
import os
import signal
import socket
import ssl
import struct
import sys
import time

import pytest

from countersign import PATIENCE
from test_certificates import make, settings, write

VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
PERIOD = 8 * 3600
CLOCK = time.CLOCK_MONOTONIC  # as clock_mono


class Client:
    """Keeps the newest session, as a browser does."""

    def __init__(self, server, version=ssl.TLSVersion.TLSv1_3, name="localhost"):
        self.server, self.name, self.session = server, name, None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.context.minimum_version = self.context.maximum_version = version

    def resumes(self, name=None):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE) as plain:
            with self.context.wrap_socket(plain, server_hostname=name or self.name, session=self.session) as secured:
                secured.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                assert secured.recv(12) == b"HTTP/1.1 200"
                while secured.recv(4096):
                    pass
                self.session = secured.session
                return secured.session_reused


@pytest.fixture
def served(own_server, tmp_path):
    write(tmp_path / "main", make(["localhost", "other.example"]))
    return own_server({**settings(tmp_path, with_folder=False), ("server", "fronts"): 2, ("tls", "watch"): "1s"})


@VERSIONS
def test_a_session_is_resumed_at_whichever_front_it_reaches(served, version):
    client = Client(served, version)
    assert not client.resumes()
    assert all(client.resumes() for _ in range(30)), "30 in a row do not all reach the same one of two"
    for pid in served.children("front"):
        os.kill(pid, signal.SIGKILL)
    served.wait_log("child.ready child=front", 2)
    assert all(client.resumes() for _ in range(10)), "and at their successors"


def test_a_reload_and_the_next_program_resume_it_too(served):
    client = Client(served)
    client.resumes()
    served.process.send_signal(signal.SIGHUP)
    served.wait_log(" reload needs_restart=")
    assert all(client.resumes() for _ in range(10))
    for times in (1, 2):
        served.process.send_signal(signal.SIGUSR2)
        served.wait_log(r"supervisor upgrade\.done", times)
        assert all(client.resumes() for _ in range(10))


@VERSIONS
def test_a_session_is_not_resumed_under_another_name_or_certificate(served, version, tmp_path):
    client = Client(served, version)
    client.resumes()
    assert not client.resumes("other.example")
    assert client.resumes("other.example") and not client.resumes("localhost")
    write(tmp_path / "main", make(["localhost", "other.example"]))
    served.wait_log("certificates.renewed")
    served.wait_for(lambda: not client.resumes())
    served.wait_for(client.resumes)  # once the other front has it too


def test_a_session_ends_with_its_certificate(served):
    client = Client(served)
    client.resumes()
    assert client.resumes()
    served.advance(91 * 86400)
    assert not client.resumes()


HAND_OVER = ("import os, sys\nos.environ['COUNTERSIGN_HANDOVER'] = f'{os.getpid()} -1 {sys.argv[1]}'\n"
             "os.execv(sys.argv[2], sys.argv[2:])")


def start_with(server, keys, age):
    """As the program before leaves them to the next one (proc/ticket_file.h): the newest key was made `age` seconds ago."""
    fd = os.memfd_create("tickets", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, struct.pack("=q", time.clock_gettime_ns(CLOCK) // 1000 - age * 1_000_000) + b"".join(keys))
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    server.start(before=(sys.executable, "-c", HAND_OVER, str(fd)), pass_fds=[fd])
    os.close(fd)


@VERSIONS
def test_the_key_changes_and_the_one_before_is_good_for_one_more_period(served, version):
    client, late = Client(served, version), Client(served, version)
    first, second, other = (os.urandom(80) for _ in range(3))
    assert served.stop() == 0
    start_with(served, [first, other], 0)
    assert not client.resumes() and not late.resumes()
    old = late.session
    assert served.stop() == 0
    start_with(served, [first, other], PERIOD)
    served.wait_log(r"supervisor ticket_keys\b")
    served.wait_for(client.resumes)
    assert all(client.resumes() for _ in range(10)), "the ticket that it got meanwhile is under the new key"
    late.session = old
    assert late.resumes(), "and the one of before is still good"
    assert served.stop() == 0
    start_with(served, [second, first], PERIOD)
    served.wait_log(r"supervisor ticket_keys\b", 2)
    late.session = old
    served.wait_for(lambda: not late.resumes())


def test_the_keys_are_in_no_file_and_no_line(served):
    """They have no name, and only the supervisor keeps their file open."""
    client = Client(served)
    client.resumes()
    held = []
    for pid in [served.process.pid, *served.children("front"), *served.children("worker"), *served.children("courier")]:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            if "countersign-tickets" in os.readlink(f"/proc/{pid}/fd/{fd}"):
                held.append((pid, f"/proc/{pid}/fd/{fd}"))
    assert [pid for pid, _ in held] == [served.process.pid]
    with open(held[0][1], "rb") as file:
        keys = file.read()[8:]
    assert len(keys) == 2 * 80
    for folder, _, names in os.walk(served.folder):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    text = file.read()
                assert not any(keys[at:at + 16] in text for at in range(0, len(keys), 16)), path
