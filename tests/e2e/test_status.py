# SPDX-License-Identifier: Apache-2.0
"""One look at a server, and one after the other: status and top."""

import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import termios
import threading

import pytest

from countersign import CLI, PASSWORD, PATIENCE


def person(server):
    return "zebedee@example.com", server.ready("acme", "zebedee@example.com")


def status(server):
    done = server.run("--json", "status")
    return done.returncode, json.loads(done.stdout)


def line(document, check):
    return [found for found in document["checks"] if found["check"] == check][0]


def test_a_server_that_runs_is_right_in_every_line_and_exits_with_0(own_server):
    server = own_server()
    email, phone = person(server)
    assert server.console().sign_in(email, phone).result == "OK"
    server.cli("audit", "list")  # seals
    code, said = status(server)
    assert code == 0 and said["wrong"] == 0 and said["state"] == "running", said
    assert {found["state"] for found in said["checks"]} == {"right"}, said
    assert [found["check"] for found in said["checks"]] == [
        "server", "processes", "listeners", "certificate", "queues", "errors", "database", "pushes", "audit", "alarms"]
    assert said["version"] in server.run("--version").stdout and said["since"] and said["schema"] >= 5
    assert (said["pushes"], said["queued"], said["failures"], said["unsealed"]) == (0, 0, 0, 0)
    assert f"127.0.0.1:{server.port}" in line(said, "listeners")["text"]
    text = server.run("status").stdout.splitlines()
    assert len(text) == 10 and all(row.startswith("right ") for row in text)


def test_status_counts_what_waits_and_what_failed(own_server):
    server = own_server()
    email, phone = person(server)
    server.console().begin(email)
    assert status(server)[1]["pushes"] == 1
    os.kill(server.children("front")[0], signal.SIGKILL)
    server.wait_log("child.ready child=front")
    code, said = status(server)
    assert code == 0 and said["failures"] == 1, said
    assert line(said, "errors")["state"] == "warning" and "log" in line(said, "errors")["advice"]
    phone.reject()


def test_without_a_server_it_exits_with_3_and_still_shows_the_database(own_server):
    server = own_server()
    person(server)
    server.stop()
    code, said = status(server)
    assert code == 3 and said["state"] == "stopped" and said["version"] is None
    assert line(said, "server")["state"] == "wrong" and "start it" in line(said, "server")["advice"]
    assert line(said, "database")["state"] == "right" and said["schema"] >= 5
    done = server.run("status")
    assert done.returncode == 3 and "does not answer" in done.stderr and done.stdout.startswith("wrong ")


def test_without_a_place_for_metrics_it_says_which_setting_helps(own_server):
    server = own_server({("metrics", "listen"): ""})
    code, said = status(server)
    assert code == 3 and "metrics.listen" in line(said, "server")["text"]
    assert server.run("top", "--count", "1").returncode == 2


def test_another_program_in_the_servers_place_is_not_believed(own_server, tmp_path):
    path = str(tmp_path / "m")
    server = own_server({("metrics", "listen"): f"unix:{path}"})
    assert status(server)[0] == 0
    server.stop()
    os.unlink(path)
    with socket.socket(socket.AF_UNIX) as imposter:
        imposter.bind(path)
        imposter.listen()

        def answer():
            for reply in (b"HTTP/1.1 200 OK\r\n\r\nhello", b"HTTP/1.1 200 OK", b"\xff" * 100):
                caller = imposter.accept()[0]
                caller.recv(4096)
                caller.sendall(reply)
                caller.close()

        served = threading.Thread(target=answer)
        served.start()
        for _ in range(3):
            code, said = status(server)
            assert code == 3 and "is not this server" in line(said, "server")["text"]
        served.join(PATIENCE)


def test_top_prints_a_block_for_each_interval_into_a_pipe(own_server):
    server = own_server()
    email, phone = person(server)
    with subprocess.Popen([CLI, "-c", server.config, "--json", "top", "--every", "1"], env=server.env,
                          stdout=subprocess.PIPE, text=True) as top:
        first = json.loads(top.stdout.readline())
        assert first["granted"] == first["refused"] == 0 and first["approval_ms"] is None and first["refusals"] == {}
        assert server.console().sign_in(email, phone).result == "OK"
        assert server.console().login(email, PASSWORD + "x").result == "InvalidPassword"
        granted, refused = 0, {}
        while granted == 0 or not refused:
            said = json.loads(top.stdout.readline())
            granted, refused = granted + said["granted"], refused or said["refusals"]
        assert granted == 1 and refused == {"InvalidPassword": 1}
        top.send_signal(signal.SIGINT)
        top.communicate(timeout=PATIENCE)
        assert top.returncode == 0
    text = server.run("top", "--count", "2", "--every", "1").stdout
    assert text.count("sign-ins ") == text.count("queues ") == 2 and "\033" not in text
    assert server.run("top", "--every", "0").returncode == 2


def test_top_outlives_a_restart_of_the_server(own_server):
    server = own_server()
    with subprocess.Popen([CLI, "-c", server.config, "top", "--every", "1"], env=server.env, stdout=subprocess.PIPE,
                          text=True) as top:
        while "sign-ins" not in top.stdout.readline():
            pass
        server.stop()
        while "no server answers" not in top.stdout.readline():
            pass
        server.start()
        while "sign-ins" not in top.stdout.readline():
            pass
        top.send_signal(signal.SIGTERM)
        top.communicate(timeout=PATIENCE)
        assert top.returncode == 0
    server.stop()
    assert server.run("top", "--count", "1").returncode == 3


def ended_by(server, end):
    """Runs top at a terminal of its own until `end`, a key or a signal: (exit status, screen, settings before, after)."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(CLI, [CLI, "-c", server.config, "top", "--every", "1"], {**server.env, "TERM": "xterm"})
    before, seen = termios.tcgetattr(terminal), b""
    while b"sign-ins" not in seen:
        seen += os.read(terminal, 4096)
    assert not termios.tcgetattr(terminal)[3] & termios.ECHO
    if isinstance(end, bytes):
        os.write(terminal, end)
    else:
        os.kill(pid, end)
    while b"\033[?1049l" not in seen:
        seen += os.read(terminal, 4096)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    after = termios.tcgetattr(terminal)
    os.close(terminal)
    return code, seen, before, after


@pytest.mark.parametrize("end", [b"q", b"\x03", signal.SIGTERM])
def test_top_draws_on_a_terminal_and_leaves_it_as_it_was(own_server, end):
    code, seen, before, after = ended_by(own_server(), end)
    assert code == 0 and after == before
    assert b"\033[?1049h" in seen and seen.rstrip().endswith(b"\033[?1049l") and b"\033[?25h" in seen


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another account")
def test_an_account_that_may_not_ask_is_not_answered_that_no_server_runs(own_server):
    server = own_server()
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are root's alone
        os.chmod(folder, 0o755)
        program, config = os.path.join(folder, "countersign"), os.path.join(folder, "countersign.conf")
        shutil.copy(CLI, program)
        shutil.copy(server.config, config)

        def said(*args):
            done = subprocess.run([program, "-c", config, *args], user="nobody", group="nogroup", extra_groups=[], env={}, cwd="/",
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            return done.returncode, done.stdout

        code, text = said("status")
        assert code == 3 and "no server answers" not in text and "start it" not in text
        assert re.search(r"^wrong +server +only root and the server's account may ask", text, re.M), text
        for command in ("top", "--count", "1"), ("company", "list"), ("backup", os.path.join(folder, "copy.db")):
            code, text = said(*command)
            assert code != 0 and "only root and the server's account may" in text, text
