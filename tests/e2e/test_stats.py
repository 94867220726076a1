# SPDX-License-Identifier: Apache-2.0
"""What an operator sees of the sign-ins: `countersign stats`, and `countersign audit follow`."""

import json
import signal
import subprocess

import pytest

from countersign import CLI, PATIENCE, Refused, wrong_number


def test_stats_by_day_and_company(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    server.ready("other", "bob@other.example")
    console = server.console()
    assert console.sign_in(email, phone).result == "OK"
    console.login(email, "wrong")
    console.login("nobody@nowhere.example", "wrong")
    token, push = console.begin(email)
    server.advance(7)
    phone.answer("approve", wrong_number(push.sMatchNumber))
    phone.approve(push.sMatchNumber)
    assert console.settle(token, push.sPushToken).result == "OK"
    server.advance(86400)
    console.login(email, "wrong")
    days = server.cli("stats")["days"]
    mine = [day for day in days if day["company"] == company]
    assert [(day["ok"], day["refused"]) for day in mine] == [(2, 1), (0, 1)]
    first = mine[0]
    assert first["results"] == {"OK": 2, "InvalidPassword": 1}
    assert first["causes"] == {"wrong_password": 1, "wrong_number": 1}
    assert (first["pushes"], first["approvals"]) == (2, 2)
    assert first["approval_p95_s"] - first["approval_median_s"] >= 7 - 1
    assert [day["results"] for day in days if day["company"] is None] == [{"InvalidPassword": 1}]
    assert not [day for day in days if day["company"] == "other"]  # without sign-ins
    assert [day["day"] for day in server.cli("stats", "--company", company, "--days", 1)["days"]] == [mine[1]["day"]]
    text = server.run("stats").stdout
    assert "InvalidPassword=1 OK=2" in text or "OK=2 InvalidPassword=1" in text


def test_what_was_only_counted_is_not_missing(own_server, name):
    company, email = name
    server = own_server()
    server.ready(company, email)
    server.console(source="127.0.8.1").begin(email)
    thief, times = server.console(source="127.0.8.2"), 24  # 20 have a row each (accounts/tally.h)
    for _ in range(times):
        assert thief.send(thief.login(email).sLoginToken).result == "TwoFactorError"
    server.cli("technician", "disable", email)
    for _ in range(times):
        assert thief.login(email).result == "UserNotActiveForThisRole"
    said = [refusal["detail"] for refusal in server.cli("explain", email)["refusals"] if refusal["event"] == "audit.counting"]
    assert said and "event=login.refused" in said[0] and "source=127.0.8.2" in said[0], said
    server.advance(3600 + 61)

    def causes():
        days = server.cli("stats", "--company", company)["days"]
        found = {key: sum(day["causes"].get(key, 0) for day in days) for key in ("push_held", "refused_counted")}
        return found, sum(day["refused"] for day in days)

    server.wait_for(lambda: causes() == ({"push_held": times, "refused_counted": times - 20}, times))


@pytest.mark.parametrize("words", [("--days", "0"), ("--days", "soon"), ("--company", "none")])
def test_stats_of_nothing(server, words):
    with pytest.raises(Refused) as refused:
        server.cli("stats", *words)
    assert refused.value.code == 2


class Follower:
    def __init__(self, server, *words):
        self.process = subprocess.Popen([CLI, "-c", server.config, *words], env=server.env, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def line(self):
        return self.process.stdout.readline()

    def end(self):
        self.process.send_signal(signal.SIGINT)
        _, error = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, error


def test_following_the_audit_log(server, name):
    company, email = name
    server.ready(company, email)
    last = server.cli("audit", "list", "--technician", email)["events"][-1]["seq"]
    lines = Follower(server, "--json", "audit", "follow", "--technician", email, "--after", str(last - 1))
    assert json.loads(lines.line())["seq"] == last  # it is under way
    server.console().login(email, "wrong")
    event = json.loads(lines.line())
    assert (event["event"], event["detail"]["reason"], event["account"]) == ("login.refused", "wrong password", email)
    server.cli("technician", "unlock", email)
    assert json.loads(lines.line())["event"] == "account.unlocked"
    assert lines.end() == (0, "")


def test_following_for_people_and_a_reader_that_goes_away(server, name):
    company, email = name
    server.ready(company, email)
    lines = Follower(server, "audit", "follow", "--company", company, "--after", "0")
    first = lines.line()
    assert "company.added" in first and "operator:" in first
    lines.process.stdout.close()
    server.console().login(email, "wrong")
    assert lines.process.wait(PATIENCE) == 1
    assert lines.process.stderr.read() == "countersign: the reader is gone\n"
    lines.process.stderr.close()
