# SPDX-License-Identifier: Apache-2.0
"""Upgrades while the server serves: the new program takes over the sockets, and the old children finish what is in flight."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import threading

import pytest

from countersign import DAEMON, PATIENCE
from test_service import LIBEXEC, listening, managed, manager, passing  # noqa: F401


def upgrade(server, times):
    """The times-th one; returns when its old children have gone."""
    server.process.send_signal(signal.SIGUSR2)
    server.wait_log(r"supervisor upgrade\.done", times=times)


class Load(threading.Thread):
    """Asks again and again: on a connection of its own each time, or on one that is kept while the server keeps it."""

    def __init__(self, server, keeps):
        super().__init__()
        self.port, self.keeps = server.port, keeps
        self.stopped, self.answers, self.failures = threading.Event(), 0, []
        self.start()

    def run(self):
        connection, used = None, False
        while not self.stopped.is_set():
            if connection is None:
                connection, used = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE), False
            try:
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    self.failures.append(answer.status)
                self.answers += 1
                is_kept = self.keeps and not answer.will_close
            except (OSError, http.client.HTTPException) as problem:
                # An idle connection may be closed at any time (RFC 9110, section 9.2.2); a new one may not.
                if not used:
                    self.failures.append(problem)
                is_kept = False
            used = True
            if not is_kept:
                connection.close()
                connection = None
        if connection:
            connection.close()

    def end(self):
        self.stopped.set()
        self.join(PATIENCE)
        return self.answers, self.failures


def test_three_upgrades_in_a_row_refuse_and_reset_nothing(own_server, name):
    company, email = name
    server = own_server({("server", "fronts"): 2})
    server.company(company)
    people = [server.technician(company, f"{n}.{email}") for n in (1, 2, 3)]
    phones = [server.phone(one) for one in people]
    pid, begun = server.process.pid, set()
    load = [Load(server, keeps) for keeps in (False, False, True, True)]
    for times in (1, 2, 3):
        console = server.console()
        token, push = console.begin(people[times - 1])
        old = set(server.children("front") + server.children("worker") + server.children("courier"))
        assert not old & begun
        begun |= old
        upgrade(server, times)
        assert server.process.poll() is None and not old & set(server.children("front") + server.children("worker"))
        console.connection.close()  # which was idle: the old front has closed it
        assert phones[times - 1].approve(push.sMatchNumber)["result"] == "OK"
        assert console.settle(token, push.sPushToken).result == "OK", "a sign-in that was under way goes on"
    for one in load:
        answers, failures = one.end()
        assert answers > 0 and not failures, failures
    assert server.process.pid == pid and len(server.children("front")) == 2


def test_a_held_check_gets_poll_and_comes_back(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    got = []
    held = threading.Thread(target=lambda: got.append(console.check(token, push.sPushToken, Prefer="wait=50")))
    held.start()
    server.wait_log(r"debug worker call .*twoFactorCheckPushAuthStatus")
    upgrade(server, 1)
    held.join(PATIENCE)
    assert [answer.result for answer in got] == ["Poll"]
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"


@pytest.fixture
def replaceable(own_server, tmp_path):
    """A server whose program is a file of its own: (server, the file)."""
    program = tmp_path / "countersignd"
    shutil.copy(DAEMON, program)
    server = own_server(start=False)
    script = f'shift; exec {program} --libexec {LIBEXEC} "$@"'
    server.start(before=("sh", "-c", script, "sh"))
    return server, program


def test_another_program_at_the_path_takes_over(replaceable):
    server, program = replaceable
    shutil.copy(DAEMON, f"{program}.new")
    os.rename(f"{program}.new", program)
    upgrade(server, 1)
    assert os.readlink(f"/proc/{server.process.pid}/exe") == str(program)
    answers, failures = Load(server, False).end()
    assert not failures, failures


@pytest.mark.parametrize("content, said", [
    # Under Landlock the supervisor starts no shell either.
    ("#!/bin/sh\necho 'this program is broken' >&2\nexit 2\n", "(this program is broken|cannot be started)"),
    ("#!/bin/sh\nkill -SEGV $$\n", "(the new program: signal SEGV|cannot be started)"),
    ("", "cannot be started"),
    (None, "cannot be started"),
])
def test_a_broken_program_leaves_the_old_one_running(replaceable, content, said):
    server, program = replaceable
    children = server.children("front") + server.children("worker")
    os.unlink(program)
    if content is not None:
        program.write_text(content)
        program.chmod(0o755)
    server.process.send_signal(signal.SIGUSR2)
    server.wait_log(r"error supervisor upgrade\.refused problem=.*" + said)
    assert server.children("front") + server.children("worker") == children
    answers, failures = Load(server, False).end()
    assert not failures, failures


def test_a_configuration_or_a_store_that_the_new_program_refuses_leaves_the_old_one_running(own_server):
    server = own_server()
    with open(server.config, "a", encoding="utf-8") as config:
        config.write("[log]\nnonsense = 1\n")
    server.process.send_signal(signal.SIGUSR2)
    server.wait_log(r"upgrade\.refused problem=.*unknown setting nonsense")
    server.write_config()
    os.rename(server.settings["store", "key_file"], server.settings["store", "key_file"] + ".away")
    server.process.send_signal(signal.SIGUSR2)
    server.wait_log(r"upgrade\.refused problem=.*countersign\.key")
    os.rename(server.settings["store", "key_file"] + ".away", server.settings["store", "key_file"])
    upgrade(server, 1)
    assert not Load(server, False).end()[1]


def test_the_number_of_fronts_may_change_under_load(own_server):
    server = own_server({("server", "fronts"): 2})
    load = [Load(server, False) for _ in range(3)]
    for times, fronts in ((1, 1), (2, 3), (3, 2)):
        server.settings["server", "fronts"] = fronts
        server.write_config()
        upgrade(server, times)
        assert len(server.children("front")) == fronts
    for one in load:
        assert not one.end()[1]


def test_a_second_server_stays_out_during_and_after_an_upgrade(own_server):
    server = own_server()
    server.shares_no_store()
    upgrade(server, 1)
    second = subprocess.run([DAEMON, "-c", server.config], capture_output=True, text=True, timeout=PATIENCE, check=False,
                            env=server.env)
    assert second.returncode == 1 and "another server uses" in second.stderr, second


def test_a_service_manager_sees_one_service_that_reloads(own_server, manager, tmp_path):  # noqa: F811
    server = own_server(start=False)
    with listening(server.port) as one:
        server.start(**{**managed(server, manager, RUNTIME_DIRECTORY=str(tmp_path)), **passing([one], "web")})
        manager.wait("READY=1")
        for _ in range(2):
            done = subprocess.run([DAEMON, "--upgrade", str(server.process.pid)], capture_output=True, text=True, timeout=PATIENCE * 3,
                                  check=False, env={**server.env, "RUNTIME_DIRECTORY": str(tmp_path)})
            assert done.returncode == 0, done
            manager.wait("RELOADING=1")
            manager.wait("READY=1", "STATUS=serving")
            assert not Load(server, False).end()[1]
        with open(server.config, "a", encoding="utf-8") as config:
            config.write("[log]\nnonsense = 1\n")
        done = subprocess.run([DAEMON, "--upgrade", str(server.process.pid)], capture_output=True, text=True, timeout=PATIENCE * 3,
                              check=False, env={**server.env, "RUNTIME_DIRECTORY": str(tmp_path)})
        assert done.returncode == 1 and "the new program is refused" in done.stderr and "nonsense" in done.stderr, done


def test_an_end_during_an_upgrade_ends_all(own_server):
    server = own_server()
    server.process.send_signal(signal.SIGUSR2)
    server.wait_log(r"supervisor upgrade program=")
    assert server.stop() == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0
    assert not re.search(r"upgrade\.done", server.log())


def held_check(server, name):
    """A check that the server holds, and what it was answered in the end."""
    company, email = name
    server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    got = []
    held = threading.Thread(target=lambda: got.append(console.check(token, push.sPushToken, Prefer="wait=50")))
    held.start()
    server.wait_log(r"debug worker call .*twoFactorCheckPushAuthStatus")
    return held, got


@pytest.mark.parametrize("moment", [r"supervisor upgrade\.takes_over", r"supervisor ready .*\n(.*\n)*.*supervisor ready "])
def test_an_end_in_the_moment_of_an_upgrade_answers_what_the_old_program_holds(own_server, name, moment):
    server = own_server()
    held, got = held_check(server, name)
    server.process.send_signal(signal.SIGUSR2)
    server.wait_log(moment)
    assert server.stop() == 0
    held.join(PATIENCE)
    assert [answer.result for answer in got] == ["Poll"]


def half_sent(server):
    """A request that the old program's front has begun to read."""
    body = b'{"sTicket": "x"}'
    client = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
    client.sendall(b"POST /api/device/v1/ticket HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                   b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
    assert client.recv(4096).startswith(b"HTTP/1.1 100 ")
    return client, body


def end_after_an_upgrade(server):
    """The new program is asked to end while the old one still reads that request."""
    client, body = half_sent(server)
    server.process.send_signal(signal.SIGUSR2)
    server.wait_log(r"supervisor ready ", times=2)
    server.process.send_signal(signal.SIGTERM)
    return client, body


def assert_is_waited_for(server, client, body):
    """The rest of that request is read, and answered, before the server has ended."""
    with client:
        server.wait_log(r"supervisor drain\.former")
        client.sendall(body)
        answer = client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 "), answer
    assert server.stop() == 0


def test_an_end_after_an_upgrade_waits_for_what_the_old_program_still_reads(own_server):
    server = own_server()
    client, body = end_after_an_upgrade(server)
    server.wait_log(r"supervisor drain ")
    assert_is_waited_for(server, client, body)


def test_a_second_signal_waits_for_nothing(own_server):
    server = own_server()
    client, _ = end_after_an_upgrade(server)
    server.wait_log(r"supervisor drain\.former")
    assert server.stop() == 0
    with client:
        assert client.recv(65536) == b"", "it was not waited for"


def test_an_end_after_two_upgrades_waits_for_what_the_first_program_still_reads(own_server):
    server = own_server({("server", "drain_time"): f"{PATIENCE}s"})
    client, body = half_sent(server)
    for times in (2, 3):
        server.process.send_signal(signal.SIGUSR2)
        server.wait_log(r"supervisor ready ", times=times)
    server.process.send_signal(signal.SIGTERM)
    assert_is_waited_for(server, client, body)


def is_refused(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def fail_an_upgrade(server):
    """The new program fails at what its proof does not try: to listen."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server.settings["server", "listen"] = f"127.0.0.1:{taken.getsockname()[1]}"
        server.write_config()
        server.process.send_signal(signal.SIGUSR2)
        server.wait_log(r"supervisor start\.failed")
        server.wait_log(r"supervisor drain\.former")
    server.wait_for(lambda: is_refused(server.port))


@pytest.mark.parametrize("signals", [(), (signal.SIGTERM,)], ids=("no-signal", "one-signal"))
def test_a_new_program_that_cannot_start_lets_the_old_one_finish(own_server, signals):
    server = own_server({("server", "drain_time"): f"{PATIENCE}s"})
    client, body = half_sent(server)
    with client:
        fail_an_upgrade(server)
        for signo in signals:
            server.process.send_signal(signo)
        client.sendall(body)
        answer = client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 "), answer
    assert server.process.wait(PATIENCE) == 1
    server.process = None


def test_a_second_signal_ends_the_wait_of_a_new_program_that_cannot_start(own_server):
    server = own_server({("server", "drain_time"): f"{10 * PATIENCE}s"})
    client, _ = half_sent(server)
    with client:
        fail_an_upgrade(server)
        server.process.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGINT)  # another number: two of one that wait are one
        assert server.process.wait(PATIENCE) == 1
        assert client.recv(65536) == b"", "it was not waited for"
    server.process = None
