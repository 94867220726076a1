# SPDX-License-Identifier: Apache-2.0
"""`make demo STAY=yes`, as the README has it typed: the server stays, its operator's console answers, and a signal ends it all."""

import os
import re
import select
import signal
import socket
import subprocess
import urllib.request

import pytest

from countersign import BUILD, PATIENCE, ROOT, Server

HERE = {"make": ["make", "--no-print-directory", "-o", "build", "demo", "STAY=yes", f"BUILD={BUILD}"],
        "script": ["tools/demo", BUILD, "--stay"]}


def heed_signals():
    """As from a terminal: who runs the tests may ignore these, as nohup does, and a shell does not trap what was ignored before it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Demo:
    """make, or what it runs, as the leader of a session of its own: which finds its processes."""

    def __init__(self, how, folder):
        self.folder = folder
        self.process = subprocess.Popen(HERE[how], cwd=ROOT, env={**os.environ, "TMPDIR": str(folder)}, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                                        preexec_fn=heed_signals)
        self.said = ""

    def read(self):
        """More of its output, or what there is up to its end."""
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        assert ready, f"it says nothing more: {self.said}"
        some = os.read(self.process.stdout.fileno(), 65536)
        self.said += some.decode()
        return some

    def until(self, pattern):
        """Reads what it prints up to that; an end before is a failure."""
        while not (found := re.search(pattern, self.said)):
            assert self.read(), f"it ended: {self.said}"
        return found

    def processes(self):
        """Those of its session, by number: their names."""
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
                    name, rest = stat.read().split("(", 1)[1].rsplit(")", 1)
            except (FileNotFoundError, ProcessLookupError):
                continue
            state, session = rest.split()[0], int(rest.split()[3])
            if session == self.process.pid and state != "Z":
                found[int(pid)] = name
        return found

    def end(self, number, everybody):
        (os.killpg if everybody else os.kill)(self.process.pid, number)
        while self.read():
            pass  # its end: of every process that could still write
        return self.process.wait(PATIENCE)


@pytest.fixture(name="demo")
def fixture_demo(tmp_path):
    made = []

    def start(how):
        made.append(Demo(how, tmp_path))
        return made[-1]

    yield start
    for one in made:
        if one.process.poll() is None:
            one.end(signal.SIGTERM, True)


def get(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as got:
        return got.read().decode()


# Ctrl-C is a signal to all of them; a service manager, timeout(1) or a closed terminal end the first one, or all.
@pytest.mark.parametrize("how", HERE)
@pytest.mark.parametrize("number, everybody", [(signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGHUP, True)])
def test_a_demo_that_stays_has_a_console_and_leaves_nothing(demo, how, number, everybody):
    shown = demo(how)
    port = int(shown.until(r"The server starts on http://localhost:(\d+),").group(1))
    url = shown.until(r"operator's console is at (http://localhost:\d+/console/admin/)").group(1)
    link = shown.until(r"operator *\| link +(http://localhost:\d+/\S+)\n").group(1)
    assert "<title>" in get(url) and f":{port}/" in url
    assert get(link.split("#")[0]) and "#" in link
    assert "countersignd" in shown.processes().values()
    assert len(os.listdir(shown.folder)) == 1
    shown.end(number, everybody)
    Server.wait_for(lambda: shown.processes() == {})  # one that has closed its output may still be on its way out
    assert os.listdir(shown.folder) == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert "stopped cleanly" in shown.said


@pytest.mark.parametrize("number, ended", [(signal.SIGKILL, "status 137"), (signal.SIGTERM, "status 0")])
def test_a_demo_whose_server_ends_by_itself_says_so_and_leaves_nothing(demo, number, ended):
    shown = demo("script")
    shown.until(r"operator *\| link +\S+\n")
    (server,) = (pid for pid, name in shown.processes().items() if name == "countersignd")
    os.kill(server, number)
    while shown.read():
        pass
    assert shown.process.wait(PATIENCE) == 1
    assert f"The server ended by itself, with {ended}." in shown.said
    Server.wait_for(lambda: shown.processes() == {})
    assert os.listdir(shown.folder) == []
