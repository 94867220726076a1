# SPDX-License-Identifier: Apache-2.0
"""The daemon under a service manager: its state and its signs of life (sd_notify), sockets and credentials that it is given,
reloads with a notification of their end, and the journal's lines. The manager here speaks the protocols of systemd.exec(5), sd_notify(3)
and sd_listen_fds(3); tests/packages does the same with systemd itself."""

import http.client
import os
import re
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

import pytest

from countersign import BUILD, DAEMON, PATIENCE, free_port

LIBEXEC = os.path.join(BUILD, "src/proc")

# Becomes the daemon with the descriptors of argv[1] as 3 and the next, as a manager passes them.
PASS_SOCKETS = """
import fcntl, os, sys
given = [int(word) for word in sys.argv[1].split(",")]
high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in given]
for place, fd in enumerate(high):
    os.dup2(fd, 3 + place)
os.environ.update(LISTEN_PID=str(os.getpid() + int(sys.argv[2])), LISTEN_FDS=str(len(given)), LISTEN_FDNAMES=sys.argv[3])
os.execv(sys.argv[4], sys.argv[4:])
"""


class Manager:
    """The manager's end of NOTIFY_SOCKET."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.messages = []

    def wait(self, *assignments, seconds=PATIENCE):
        """Up to the next message that has all of them; returns it as a dict."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not select.select([self.socket], [], [], 0.2)[0]:
                continue
            message = self.socket.recv(4096).decode()
            self.messages.append(message)
            if all(one in message.split("\n") for one in assignments):
                return dict(line.split("=", 1) for line in message.split("\n"))
        raise AssertionError(f"no {assignments} among {self.messages}")

    def close(self):
        self.socket.close()


@pytest.fixture
def manager(tmp_path):
    made = Manager(tmp_path)
    yield made
    made.close()


def managed(server, manager, **env):
    return {"env": {**server.env, "NOTIFY_SOCKET": manager.path, **env}}


def listening(port, kind=socket.SOCK_STREAM):
    one = socket.socket(socket.AF_INET, kind)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", port))
    if kind == socket.SOCK_STREAM:
        one.listen(64)
    return one


def passing(sockets, names="", of_another=False):
    """What Server.start needs to give these sockets to the daemon."""
    fds = [one.fileno() for one in sockets]
    return {"before": (sys.executable, "-c", PASS_SOCKETS, ",".join(map(str, fds)), "1" if of_another else "0", names),
            "pass_fds": fds}


def healthy(port, context=None):
    kind = http.client.HTTPSConnection if context else http.client.HTTPConnection
    connection = kind("127.0.0.1", port, timeout=PATIENCE, **({"context": context} if context else {}))
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status == 200


def certificate(folder, name):
    """A pair for 127.0.0.1: its paths."""
    paths = [str(folder / f"{name}.{kind}") for kind in ("certificate", "key")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "90", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-out", paths[0],
                    "-keyout", paths[1]], check=True, capture_output=True)
    os.chmod(paths[1], 0o600)
    return paths


def test_the_manager_knows_the_state_of_the_server(own_server, manager):
    server = own_server(start=False)
    server.start(**managed(server, manager))
    assert manager.wait("READY=1")["STATUS"] == "serving"
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    server.process.send_signal(signal.SIGHUP)
    reloading = manager.wait("RELOADING=1")
    assert before <= int(reloading["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert manager.wait("READY=1")["STATUS"] == "serving"
    server.settings["server", "workers"] = "nonsense"
    server.write_config()
    server.process.send_signal(signal.SIGHUP)
    manager.wait("RELOADING=1")
    assert "refused" in manager.wait("READY=1")["STATUS"]
    server.process.send_signal(signal.SIGTERM)
    assert manager.wait("STOPPING=1")["STATUS"] == "draining"
    assert server.stop() == 0


def test_signs_of_life_come_while_a_front_and_a_worker_answer(own_server, manager, tmp_path):
    libexec = tmp_path / "libexec"
    libexec.mkdir()
    for program in ("front", "worker", "courier"):
        (libexec / f"countersign-{program}").symlink_to(os.path.join(LIBEXEC, f"countersign-{program}"))
    server = own_server(start=False)
    daemon = tmp_path / "start"
    daemon.write_text(f'#!/bin/sh\nexec "$@" --libexec {libexec}\n')
    daemon.chmod(0o700)
    server.start(before=[str(daemon)], **managed(server, manager, WATCHDOG_USEC="300000"))
    manager.wait("WATCHDOG=1")
    manager.wait("WATCHDOG=1")
    # A front that dies and cannot be restarted: the server cannot serve, and no longer reports that it does.
    (libexec / "countersign-front").unlink()
    os.kill(server.children("front")[0], signal.SIGKILL)
    server.wait_log("watchdog.withheld")
    while select.select([manager.socket], [], [], 0)[0]:
        manager.socket.recv(4096)
    (libexec / "countersign-front").symlink_to(os.path.join(LIBEXEC, "countersign-front"))
    manager.wait("WATCHDOG=1")
    assert server.children("front")


def test_a_watchdog_meant_for_another_process_is_left_alone(own_server, manager):
    server = own_server(start=False)
    server.start(**managed(server, manager, WATCHDOG_USEC="30000", WATCHDOG_PID="1"))
    manager.wait("READY=1")
    server.process.send_signal(signal.SIGTERM)
    manager.wait("STOPPING=1")
    assert not [one for one in manager.messages if "WATCHDOG" in one]


@pytest.mark.parametrize("fronts", [1, 2])
def test_a_server_answers_on_the_sockets_it_is_given_and_a_restart_refuses_no_connection(own_server, fronts):
    server = own_server({("server", "fronts"): fronts}, start=False)
    with listening(server.port) as held:
        server.start(**passing([held], "https"))
        assert healthy(server.port)
        assert server.stop() == 0
        # No server runs: the connection waits in the kernel for the next one.
        waiting = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        waiting.request("GET", "/healthz")
        server.start(**passing([held], "https"))
        assert waiting.getresponse().status == 200
        waiting.close()
        assert server.stop() == 0


def test_an_address_without_a_given_socket_is_opened_as_ever(own_server):
    port = free_port()
    server = own_server({("server", "listen"): f"127.0.0.1:{{port}} 127.0.0.1:{port}"}, start=False)
    with listening(server.port) as held:
        server.start(**passing([held]))
        assert healthy(server.port) and healthy(port)
        assert server.stop() == 0


def test_sockets_of_another_process_are_not_taken(own_server, tmp_path):
    server = own_server(start=False)
    with listening(free_port()) as held:
        server.start(**passing([held], of_another=True))
        assert healthy(server.port)


@pytest.mark.parametrize("kind, said", [(socket.SOCK_STREAM, "neither server.listen nor tls.redirect_listen names 127.0.0.1:"),
                                        (socket.SOCK_DGRAM, "is not a listening stream socket")])
def test_a_given_socket_that_cannot_be_meant_ends_the_start(own_server, kind, said):
    server = own_server(start=False)
    with listening(free_port(), kind) as held:
        with pytest.raises(AssertionError, match=said):
            server.start(**passing([held], "mistaken"))
        assert server.process.wait(PATIENCE) == 2
        assert "'mistaken'" in server.log()
        server.process = None


def test_credentials_take_the_place_of_the_files_that_the_configuration_names(own_server, tmp_path):
    pair = certificate(tmp_path, "real")
    server = own_server({("tls", "certificate"): "/nonexistent/certificate", ("tls", "key"): "/nonexistent/key",
                         ("server", "public_url"): "https://127.0.0.1:{port}"}, start=False)
    folder = tmp_path / "credentials"
    folder.mkdir()
    for name, path in (("tls.certificate", pair[0]), ("tls.key", pair[1]),
                       ("store.key_file", server.settings["store", "key_file"])):
        shutil.move(path, folder / name)
        os.chmod(folder / name, 0o400)
    (tmp_path / "run").mkdir()
    env = {**server.env, "CREDENTIALS_DIRECTORY": str(folder), "RUNTIME_DIRECTORY": str(tmp_path / "run")}
    server.start(env=env)
    context = ssl.create_default_context(cafile=str(folder / "tls.certificate"))
    assert healthy(server.port, context)
    listed = subprocess.run([DAEMON.replace("proc/countersignd", "cli/countersign"), "-c", server.config, "audit", "verify"],
                            env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert listed.returncode == 0, listed.stderr
    children = {pid for kind in ("front", "worker", "courier", "watch") for pid in server.children(kind)}
    done = reload(server, env)
    assert (done.returncode, done.stderr) == (0, "") and healthy(server.port, context)
    server.process.send_signal(signal.SIGHUP)
    done = reload(server, env)
    assert done.returncode == 0 and "child.died" not in server.log(), server.log()
    assert children <= {pid for kind in ("front", "worker", "courier", "watch") for pid in server.children(kind)}
    assert server.stop() == 0
    os.chmod(folder / "tls.key", 0o444)
    with pytest.raises(AssertionError, match="chmod 600"):
        server.start(env=env)
    server.process.wait(PATIENCE)
    server.process = None


def reload(server, env):
    return subprocess.run([DAEMON, "--reload", str(server.process.pid)], env=env, capture_output=True, text=True,
                          timeout=2 * PATIENCE, check=False)


def test_a_reload_can_be_waited_for_and_fails_where_it_is_refused(own_server, tmp_path):
    server = own_server(start=False)
    folder = tmp_path / "run"
    folder.mkdir()
    env = {**server.env, "RUNTIME_DIRECTORY": str(folder)}
    server.start(env=env)
    server.settings["log", "level"] = "warning"
    server.write_config()
    done = reload(server, env)
    assert (done.returncode, done.stderr) == (0, "")
    server.settings["log", "level"] = "loud"
    server.write_config()
    done = reload(server, env)
    assert done.returncode == 1 and "level" in done.stderr and "the old one stays in use" in done.stderr
    server.settings["log", "level"] = "info"
    server.write_config()
    assert reload(server, env).returncode == 0
    assert os.stat(folder / "reload").st_mode & 0o777 == 0o600
    assert reload(server, server.env).returncode == 1, "without a folder there is no receipt to wait for"


@pytest.mark.parametrize("how", ["--reload", "--upgrade"])
def test_the_number_of_another_process_is_no_server(tmp_path, how):
    """The signals of a reload and an upgrade end a program that does not expect them."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        done = subprocess.run([DAEMON, how, str(other.pid)], env={**os.environ, "RUNTIME_DIRECTORY": str(tmp_path)}, capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 1 and "is not a countersignd" in done.stderr
        assert other.communicate(b"alive")[0] == b"alive" and other.returncode == 0


def test_in_the_journal_each_line_has_its_priority(own_server):
    server = own_server(start=False)
    with open(server.log_file, "ab") as log:
        st = os.fstat(log.fileno())
    server.start(env={**server.env, "JOURNAL_STREAM": f"{st.st_dev}:{st.st_ino}"})
    os.kill(server.children("worker")[0], signal.SIGKILL)
    server.wait_log("child.ready")
    with socket.create_connection(("127.0.0.1", server.port)) as garbage:
        garbage.sendall(b"\0\r\n\r\n")
        server.wait_log("request.refused")
    server.stop()
    lines = server.log().splitlines()
    assert all(line[0] == "<" and line[1] in "3467" and line[2] == ">" for line in lines), lines
    assert any(line.startswith("<4>supervisor child.died ") for line in lines)
    assert any(re.match("<[67]>front request.refused ", line) for line in lines), lines
