# SPDX-License-Identifier: Apache-2.0
"""A clock that is set back or forward: nothing lasts longer than its own length, no order is reversed, and codes use
the machine's clock. `move_wall` sets the wall clock alone, as a time server does; `advance` lets time pass on all."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from countersign import PASSWORD, Phone, Refused
from test_results import totp

MINUTE, HOUR, DAY = 60, 3600, 86400
BACK = -6 * HOUR  # the clock is set back by far more than any of these lifetimes
COUNTER = itertools.count()


class Life:
    """One thing that ends by itself. `over` is called before and after its end, unless the call prolongs or starts it."""

    policies = {}
    asked_before = asked_again = True

    def __init__(self, server):
        self.server = server
        self.company = f"clock{next(COUNTER)}"
        self.email = f"ann@{self.company}.example"
        self.phone = server.ready(self.company, self.email, self.policies)
        self.console = server.console()


class Push(Life):
    length = 60

    def begin(self):
        self.token, self.push = self.console.begin(self.email)

    def over(self):
        return self.phone.pending() == []


class Login(Life):
    length = 10 * MINUTE

    def begin(self):
        self.token = self.console.login(self.email).sLoginToken

    def over(self):
        return self.console.call("twoFactorValidateCode", sLoginToken=self.token, sCode="").result == "InvalidToken"


class PushPace(Life):
    """A new push at most every 30 s: until then the answer says how long to wait."""

    length = 30
    asked_before = asked_again = False

    def begin(self):
        self.token, push = self.console.begin(self.email)
        assert self.phone.reject()["result"] == "OK"
        assert self.console.settle(self.token, push.sPushToken).result == "TwoFactorRejected"

    def over(self):
        answer = self.console.send(self.console.login(self.email).sLoginToken)
        assert answer.result == "OK" or 0 < int(answer.iExpiresIn) <= 31, answer.body
        return answer.result == "OK"


class PushRest(Life):
    length = HOUR

    def begin(self):
        self.server.cli("code", "recovery", self.email)
        for _ in range(3):
            self.token, push = self.console.begin(self.email)
            assert self.phone.reject()["result"] == "OK"
            assert self.console.settle(self.token, push.sPushToken).result == "TwoFactorRejected"
            self.server.advance(31)

    def over(self):
        return "Push" in str(self.console.login(self.email).oTwoFactorAuthenticationMethods)


class Idle(Life):
    length = HOUR
    asked_before = False

    def begin(self):
        assert self.console.sign_in(self.email, self.phone).result == "OK"

    def over(self):
        return self.console.call("keepConsoleAlive").result == "UserNotLoggedIn"


class Session(Idle):
    policies = {"session_idle": DAY}
    length = DAY
    asked_before = True


class Link(Life):
    length = 15 * MINUTE

    def begin(self):
        self.link = self.server.enrol_link(self.email)

    def over(self):
        looked = Phone(self.server).post("ticket", {"sTicket": self.link.split("#", 1)[1]})
        return looked["result"] != "OK"


class SelfService(Life):
    length = 10 * MINUTE

    def begin(self):
        self.phone.open_self(self.company, self.email)

    def over(self):
        return self.phone.self("overview")["result"] == "ProofRequired"


class Lockout(Life):
    length = 30 * MINUTE

    def login(self, password):
        console = self.server.console(source=f"127.0.1.{next(COUNTER) % 250 + 1}")  # none is refused for its failures
        return console.login(self.email, password).result

    def begin(self):
        while self.login("wrong horse battery") != "UserLockedOut":
            pass

    def over(self):
        return self.login(PASSWORD) != "UserLockedOut"


LIVES = [Push, Login, PushPace, PushRest, Idle, Session, Link, SelfService, Lockout]


@pytest.mark.parametrize("restarted", [False, True], ids=["while it runs", "and the server started again"])
@pytest.mark.parametrize("kind", LIVES, ids=lambda kind: kind.__name__)
def test_nothing_lasts_longer_when_the_clock_is_set_back(own_server, kind, restarted):
    server = own_server()
    life = kind(server)
    life.begin()
    if restarted:
        server.stop()
    server.move_wall(BACK)
    if restarted:
        server.start()
        life.console.connection = None
    if kind.asked_before:
        assert not life.over(), "it does not end early either"
    server.advance(life.length * 1.002 + 2)
    assert life.over()
    server.move_wall(-BACK)
    assert not kind.asked_again or life.over(), "nor does it begin again"


def test_audit_times_never_go_back(own_server):
    server = own_server()
    company, email = "acme", "ann@acme.example"
    phone = server.ready(company, email)
    for seconds in (0, -HOUR, -DAY, 2 * HOUR, -1, -0.1, 3 * DAY):
        server.move_wall(seconds)
        assert server.console().sign_in(email, phone).result == "OK", "and people sign in all the while"
        server.cli("technician", "unlock", email)
        server.advance(31)
    rows = server.cli("audit", "list")["events"]
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert server.cli("audit", "verify")["ok"] is True


def test_codes_go_by_the_machines_clock(own_server):
    server = own_server()
    company, email = "acme", "ann@acme.example"
    server.ready(company, email)
    seed = server.cli("code", "totp", email, "--qr", "no")["uri"].split("secret=")[1].split("&")[0]
    console = server.console()

    def signs_in(code):
        token = console.login(email).sLoginToken
        return console.call("twoFactorValidateCode", sLoginToken=token, sCode=code).result == "OK"

    server.move_wall(DAY)  # the clock is ahead, and a code of a phone that is also ahead is accepted
    assert signs_in(totp(seed, server.now()))
    server.move_wall(-DAY)
    code = totp(seed, server.now())
    assert signs_in(code), "codes of that day do not lock the codes of today out"
    assert not signs_in(code), "never twice"


def test_an_ok_is_repeated_though_the_clock_was_set_back(own_server):
    server = own_server()
    email = "ann@acme.example"
    phone = server.ready("acme", email)
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    first = console.settle(token, push.sPushToken)
    assert first.result == "OK"
    server.move_wall(BACK)
    server.wait_log("clock.behind seconds=2[0-9]{4}")
    again = [server.console().check(token, push.sPushToken) for _ in range(4)]
    assert [(answer.result, answer.sUrl) for answer in again] == [("OK", first.sUrl)] * 4
    server.advance(32)
    assert console.check(token, push.sPushToken).result == "InvalidToken", "and for no longer than its 30 seconds"


def test_one_of_two_checks_at_once_waited_for_the_other(server, name):
    """Both are the same OK, whichever is served first: values read before the wait for the lock do not decide."""
    company, email = name
    phone = server.ready(company, email)
    for _ in range(5):
        token, push = server.console().begin(email)
        assert phone.approve(push.sMatchNumber)["result"] == "OK"
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda console: console.check(token, push.sPushToken), [server.console() for _ in range(6)]))
        assert {(answer.result, answer.sUrl) for answer in answers} == {("OK", answers[0].sUrl)}
        server.advance(31)


def test_a_clock_of_another_decade_is_refused(own_server):
    server = own_server()
    server.company("acme")
    server.move_wall(-4000 * DAY)
    with pytest.raises(Refused) as refused:
        server.cli("company", "add", "bcme")
    assert "the machine's clock is wrong" in refused.value.text
    server.move_wall(4000 * DAY)
    server.company("bcme")


def test_a_policy_that_shortens_sessions_holds_for_those_that_are_open(own_server):
    server = own_server()
    email = "ann@acme.example"
    phone = server.ready("acme", email)

    def goes_on(console):
        console.connection.close()  # the server may have: it was idle for long
        return console.call("keepConsoleAlive").result == "OK"

    silent, talks = server.console(), server.console()
    assert silent.sign_in(email, phone).result == talks.sign_in(email, phone).result == "OK"
    server.advance(10 * MINUTE)
    assert goes_on(talks)
    server.cli("policy", "set", "acme", "session_idle", 5 * MINUTE)
    assert len(server.cli("session", "list", "--technician", email)["sessions"]) == 1
    server.cli("policy", "unset", "acme", "session_idle")
    assert (goes_on(silent), goes_on(talks)) == (False, True)
    server.cli("policy", "set", "acme", "session_life", 15 * MINUTE)
    assert goes_on(talks)
    server.advance(6 * MINUTE)
    assert not goes_on(talks), "it was heard of, and is older than a session may be"


def test_what_ended_by_itself_is_in_the_audit(own_server):
    server = own_server()
    email = "ann@acme.example"
    phone = server.ready("acme", email, {"session_life": 2 * HOUR})
    codes = server.cli("code", "recovery", email)["codes"]

    def details(event):
        return [row["detail"] for row in server.cli("audit", "list", "--technician", email)["events"] if row["event"] == event]

    idle, living = server.console(), server.console()
    assert idle.sign_in(email, phone).result == "OK"
    server.advance(31)
    assert living.sign_in(email, phone).result == "OK"
    for _ in range(3):
        server.advance(50 * MINUTE)
        living.call("keepConsoleAlive")
    server.wait_for(lambda: sorted(detail["reason"] for detail in details("session.ended")) == ["idle", "life"])

    token, _ = server.console().begin(email)
    assert server.console().call("twoFactorValidateCode", sLoginToken=token, sCode=codes[0]).result == "OK"
    assert [detail["reason"] for detail in details("push.cancelled")] == ["code"], "the push was made needless"
