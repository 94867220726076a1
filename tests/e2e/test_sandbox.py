# SPDX-License-Identifier: Apache-2.0
"""countersignd --sandbox: every scenario of its table through SOAP, twice; the phone, the clock, and what it leaves."""

import concurrent.futures
import glob
import html
import http.client
import json
import os
import re
import select
import signal
import subprocess
import time

import pytest

from countersign import DAEMON, PATIENCE, ROOT, Console, Server, free_port

PASSWORD, FORMER, NEW = "a quiet harbour, 7 boats", "nine lanterns over Sund!", "many a cheerful river 8 miles"
LETTERS = "pässwörd & <b> \"€\" $HOME it's 漢字"
FOLDERS = "/dev/shm/countersign-sandbox.*"


def scenarios():
    """The rows of src/contract/scenarios.def."""
    words = {"RIGHT": PASSWORD, "SCENARIO_PASSWORD": PASSWORD, "SCENARIO_FORMER": FORMER, "SCENARIO_NEW": NEW,
             "SCENARIO_LETTERS": LETTERS}
    with open(os.path.join(ROOT, "src/contract/scenarios.def"), encoding="utf-8") as table:
        for row in re.findall(r"^SCENARIO\((.*?)\)$", table.read(), re.M | re.S):
            cells = [a if b == "" else b for a, b in re.findall(r'"([^"]*)"|([A-Za-z_0-9]+)', row)][:11]
            names = ("user", "via", "typed", "new", "login", "change", "send", "check", "before", "then", "after")
            yield {k: words.get(v, v) for k, v in zip(names, cells)}


class Sandbox(Server):
    """A server without a set-up."""

    def __init__(self, folder):  # pylint: disable=super-init-not-called
        self.log_file = os.path.join(str(folder), "log")
        self.port = free_port()
        self.process = None
        self.env_ = {k: v for k, v in os.environ.items() if k != "COUNTERSIGN_TEST_CLOCK"}
        self.start()

    def start(self):
        read_end, write_end = os.pipe()
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [DAEMON, "--sandbox", "--listen", f"127.0.0.1:{self.port}", "--ready-fd", str(write_end)],
                pass_fds=[write_end], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env_)
        os.close(write_end)
        ready = select.select([read_end], [], [], PATIENCE)[0] and os.read(read_end, 4096)
        os.close(read_end)
        assert ready and ready.startswith(b"READY"), self.log()
        return self

    def folder_of(self):
        """The folder that its workers have open."""
        pid = self.children("worker")[0]
        found = {os.path.dirname(os.readlink(f)) for f in glob.glob(f"/proc/{pid}/fd/*") if "countersign-sandbox." in os.readlink(f)}
        assert len(found) == 1
        return found.pop()

    def close(self):
        code = self.stop()
        assert code == 0, self.log()[-6000:]
        text = self.log()
        assert "ERROR: AddressSanitizer" not in text and "runtime error:" not in text, text[-8000:]

    def ask(self, method, path, members=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        body = None if members is None else json.dumps(members)
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    def post(self, path, **members):
        answer, text = self.ask("POST", path, members)
        return answer.status, json.loads(text)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    server = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield server
    server.close()


def run(sandbox, row, tag):
    """One way through a scenario; what was answered, as the table has it."""
    console = Console(sandbox)
    email = f"{row['user']}+{tag}@sandbox.test"
    if row["via"] == "NEW_PASSWORD":
        answer = console.login_new(email, row["typed"], row["new"])
    else:
        answer = console.login(email, row["typed"])
    said = {"login": answer.result, "change": "", "send": "", "check": ""}
    token = answer.sLoginToken
    if row["change"]:
        op = "changePassword" if row["via"] == "CHANGE" else "changePassword_v7_2"
        answer = console.call(op, sOldPassword=row["typed"], sNewPassword=row["new"])
        said["change"], token = answer.result, answer.sLoginToken
    if row["check"] or row["send"]:
        push = console.send(token)
        if push.result != "OK":
            said["send"] = push.result
            assert push.sPushToken is None and 0 < int(push.iExpiresIn) <= (30 if row["check"] else 3600), (row, push.result)
            if row["check"] == "":
                return said
            sandbox.post("/sandbox/clock", advance=int(push.iExpiresIn))
            push = console.send(token)
        assert push.result == "OK", push.body
        if row["check"] == "TimeOut":
            sandbox.post("/sandbox/clock", advance=61)
        ask = console.check if row["check"] == "Poll" else console.settle
        said["check"] = ask(token, push.sPushToken).result
    return said


ROWS = list(scenarios())


def test_the_table_is_complete():
    """Each published value is somebody's."""
    with open(os.path.join(ROOT, "src/contract/enums.def"), encoding="utf-8") as table:
        values = re.findall(r"^ENUM_VALUE\((\w+), \w+, (\w+),", table.read(), re.M)
    assert {v for t, v in values if t == "LoginTwoFactorRet"} <= {r["check"] for r in ROWS}
    assert {v for t, v in values if t == "LoginV2"} == {r["login"] for r in ROWS}
    # A change without a session, and with a wrong old password, need no user of their own.
    plain = {"UserNotLoggedIn", "InvalidPassword"}
    assert {v for t, v in values if t in ("ChangePasswordRet", "ChangePasswordV2")} - plain == {r["change"] for r in ROWS} - {""}


def needs_time(row):
    return row["check"] == "TimeOut" or row["send"] != ""


def answers(row):
    return {k: row[k] for k in ("login", "change", "send", "check")}


def run_twice(sandbox, row):
    return [run(sandbox, row, "twice") for _ in range(2)]


def test_every_scenario_twice(sandbox):
    """Side by side, since most of each is waiting; those that need the clock moved are another test's."""
    rows = [r for r in ROWS if not needs_time(r)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda row: run_twice(sandbox, row), rows))
    for row, both in zip(rows, said):
        assert both == [answers(row)] * 2, row["user"]


@pytest.mark.parametrize("row", [r for r in ROWS if needs_time(r)], ids=lambda r: r["user"])
def test_scenario_of_time(sandbox, row):
    for _ in range(2):
        assert run(sandbox, row, "time") == answers(row)


def test_the_guide_leads_to_the_users(sandbox):
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=PATIENCE)
    connection.request("GET", "/integrate/")
    assert 'href="/sandbox"' in connection.getresponse().read().decode()
    connection.close()


def test_users_do_not_meet(sandbox):
    rows = [r for r in ROWS if r["user"] in ("approve", "reject", "CompanyBanned")]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        jobs = [(row, pool.submit(run, sandbox, row, f"p{i}")) for i in range(2) for row in rows]
        for row, job in jobs:
            assert job.result()["check"] == row["check"]


@pytest.mark.parametrize("action, result", [("approve", "OK"), ("reject", "TwoFactorRejected"), ("not-me", "TwoFactorRejected"),
                                            ("wrong-number", "InvalidCode")])
def test_manual_phone(sandbox, action, result):
    console, user = Console(sandbox), f"manual+{action}@sandbox.test"
    assert sandbox.post("/sandbox/phone", user=user, action=action) == (404, {"result": "UnknownUser", "triesRemaining": 0})
    token, push = console.begin(user, PASSWORD)
    assert console.check(token, push.sPushToken).result == "Poll"
    for left in (2, 1, 0) if action == "wrong-number" else (3,):
        status, said = sandbox.post("/sandbox/phone", user=user, action=action)
        assert status == 200 and said["answer"] == ("WrongNumber" if action == "wrong-number" else "OK"), said
        assert action != "wrong-number" or said["triesRemaining"] == left
    assert console.settle(token, push.sPushToken).result == result
    assert sandbox.post("/sandbox/phone", user=user, action=action)[1]["result"] == "NothingPending"


def test_manual_phone_refuses_nonsense(sandbox):
    for members in ({}, {"user": "manual@sandbox.test"}, {"user": "manual@sandbox.test", "action": "dance"}):
        assert sandbox.post("/sandbox/phone", **members)[0] == 400
    assert sandbox.post("/sandbox/phone", user="nobody@elsewhere.test", action="approve")[0] == 404


def test_clock(sandbox):
    before = json.loads(sandbox.ask("GET", "/sandbox/clock")[1])
    status, after = sandbox.post("/sandbox/clock", advance=86400)
    assert status == 200 and after["offset"] == before["offset"] + 86400 and after["now"] > before["now"]
    assert sandbox.post("/sandbox/clock", advance=-1)[0] == 400
    assert sandbox.post("/sandbox/clock", advance=2**31 - 1)[0] == 400
    assert json.loads(sandbox.ask("GET", "/sandbox/clock")[1])["offset"] == after["offset"]
    console = Console(sandbox)
    assert console.login("login-OK+clock@sandbox.test", PASSWORD).result == "OK"
    assert console.call("keepConsoleAlive").result == "OK"
    sandbox.post("/sandbox/clock", advance=3601)
    console.connection = None  # past its hour of idleness
    assert console.call("keepConsoleAlive").result == "UserNotLoggedIn"


def test_page_lists_every_user(sandbox):
    answer, text = sandbox.ask("GET", "/sandbox")
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/html")
    assert "This server is a sandbox" in text
    for row in ROWS:
        assert f">{row['user']}@sandbox.test<" in text
    assert text.count("<summary>curl</summary>") == len(ROWS)


def paste(line):
    """What a real shell prints for a line of the page."""
    done = subprocess.run(["sh", "-c", line], capture_output=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, b""), (line, done.stderr)
    return done.stdout.decode()


def test_the_pages_lines_can_be_pasted(sandbox):
    """Into a shell, each unchanged: with any characters in a password, the login is the one of the table."""
    lines = [html.unescape(line) for line in re.findall(r"<summary>curl</summary><pre>(.*?)</pre>", sandbox.ask("GET", "/sandbox")[1])]
    assert len(lines) == len(ROWS) and any("€" in line for line in lines)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        said = list(pool.map(paste, lines))
    for row, text in zip(ROWS, said):
        assert re.findall(r"Result>login_v2_(\w+)<", text) == [row["login"]], (row["user"], text)


def test_every_answer_says_what_it_is(sandbox):
    for method, path in (("GET", "/sandbox"), ("GET", "/healthz"), ("GET", "/nowhere"), ("POST", "/api/device/pending"),
                         ("GET", "/WebServices/TechnicianConsole.asmx?WSDL"), ("GET", "/sandbox/clock")):
        assert sandbox.ask(method, path, {} if method == "POST" else None)[0].headers["X-Countersign-Sandbox"] == "1", path
    assert Console(sandbox).login("x@sandbox.test", "x").headers["X-Countersign-Sandbox"] == "1"
    assert "sandbox" in sandbox.log()


def test_a_server_has_none_of_it(server):
    for method, path in (("GET", "/sandbox"), ("GET", "/sandbox/"), ("GET", "/sandbox/clock"), ("POST", "/sandbox/clock"),
                         ("POST", "/sandbox/phone"), ("POST", "/api/sandbox/clock"), ("GET", "/sandbox/nothing")):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        connection.request(method, path, "{}" if method == "POST" else None, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, answer.headers["X-Countersign-Sandbox"]) == (404, None), path
        connection.close()
    assert server.console().login("OK@sandbox.test", PASSWORD).result == "InvalidPassword"


@pytest.mark.parametrize("arguments, says", [
    (["--sandbox", "-c", "/etc/countersign/countersign.conf"], "never a real one"),
    (["--sandbox", "--check-config"], "never a real one"),
    (["--listen", "127.0.0.1:1"], "for --sandbox"),
    (["--sandbox", "--listen", "nonsense"], "ADDRESS:PORT"),
    (["--sandbox", "--listen", "localhost:80"], "ADDRESS:PORT"),
])
def test_it_refuses_to_be_combined(arguments, says):
    done = subprocess.run([DAEMON, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr and done.stderr.count("\n") == 1


def test_other_addresses_are_warned_of(tmp_path):
    with open(tmp_path / "log", "wb") as log, subprocess.Popen([DAEMON, "--sandbox", "--listen", f"0.0.0.0:{free_port()}"],
                                                               stderr=log) as process:
        deadline = time.monotonic() + PATIENCE
        while b" ready " not in (tmp_path / "log").read_bytes() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert b"WARNING: this sandbox listens on 0.0.0.0" in (tmp_path / "log").read_bytes()


@pytest.mark.parametrize("victim", [None, "worker", "front"])
def test_nothing_is_left(tmp_path, victim):
    sandbox = Sandbox(tmp_path)
    folder = sandbox.folder_of()
    assert os.stat(folder).st_mode & 0o777 == 0o700
    assert run(sandbox, ROWS[1], "left")["check"] == "OK"
    if victim:
        os.kill(sandbox.children(victim)[0], signal.SIGKILL)
        sandbox.wait_log(f"child.ready.*child={victim}")
        assert run(sandbox, ROWS[1], "left")["check"] == "OK"
    sandbox.close()
    assert not os.path.exists(folder)


def test_a_killed_sandbox_is_cleared_away_by_the_next(tmp_path):
    first = Sandbox(tmp_path)
    folder = first.folder_of()
    (tmp_path / "second").mkdir()
    beside = Sandbox(tmp_path / "second")
    assert os.path.exists(folder), "a living one is left alone"
    beside.close()
    first.stop(signal.SIGKILL)
    (tmp_path / "third").mkdir()
    Sandbox(tmp_path / "third").close()
    assert not os.path.exists(folder)
