# SPDX-License-Identifier: Apache-2.0
"""Checks that are held: what ends the wait, and who decides its length."""

import http.client
import json
import re

import pytest

from countersign import PATH

CHECK = "twoFactorCheckPushAuthStatus"


def hold(server, console, token, push, **headers):
    """Sends a check and returns once a worker has seen it."""
    seen = len(re.findall(CHECK, server.log()))
    console.post(b"", {"Content-Type": "text/xml"})  # the connection is open
    console.connection.request("POST", PATH, console.envelope(CHECK, {"sLoginToken": token, "sPushToken": push.sPushToken}),
                               {**console.headers(CHECK), **headers})
    server.wait_log(CHECK, seen + 1)


def answer(console):
    got = console.connection.getresponse()
    return got.headers, got.read().decode()


OPERATOR = {
    "UserNotActiveForThisRole": lambda s, c, e: s.cli("technician", "disable", e),
    "UserLockedOut": lambda s, c, e: s.cli("technician", "lock", e),
    "CompanyBanned": lambda s, c, e: s.cli("company", "set", c, "--state", "banned"),
}


@pytest.mark.parametrize("result", OPERATOR)
def test_the_command_line_wakes_a_held_check(own_server, name, result):
    """The log shows why the check was asked again: the news came, and no tick before them."""
    company, email = name
    server = own_server()
    server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    for _ in range(20):
        hold(server, console, token, push, Prefer="wait=50")
        before = len(server.log())
        OPERATOR[result](server, company, email)
        _, text = answer(console)
        assert result in text
        since = server.log()[before:]
        server.wait_log("news")
        if CHECK not in since.split("news")[0]:
            return
        # The tick of a second was faster: once more, with another push.
        undo(server, company, email)  # an hour later: the connection was closed
        console = server.console()
        token, push = console.begin(email)
    raise AssertionError("the tick was faster each time")


def undo(server, company, email):
    server.advance(3600)
    server.cli("technician", "enable", email)
    server.cli("technician", "unlock", email)
    server.cli("company", "set", company, "--state", "active")


def test_a_phone_wakes_a_held_check(own_server, name):
    company, email = name
    server = own_server({("server", "fronts"): "3", ("server", "workers"): "3"})
    phone = server.ready(company, email)
    consoles = [server.console(source=f"127.0.0.{n + 2}") for n in range(6)]
    token, push = consoles[0].begin(email)
    for console in consoles:
        hold(server, console, token, push, Prefer="wait=50")
    assert phone.reject()["result"] == "OK"
    texts = [answer(console)[1] for console in consoles]
    assert sum("TwoFactorRejected" in text for text in texts) == 1, "it is said once"
    assert sum("InvalidToken" in text for text in texts) == len(consoles) - 1


def test_a_company_may_hold_who_does_not_ask(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email, {"check_hold": "600"})
    console = server.console()
    token, push = console.begin(email)
    assert console.check(token, push.sPushToken, Prefer="wait=0").result == "Poll", "who says 0 is not held"
    hold(server, console, token, push)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    headers, text = answer(console)
    assert "loginTwoFactorRet_OK" in text and headers["Preference-Applied"] is None


def test_a_console_that_goes_away_is_forgotten(own_server, name):
    company, email = name
    server = own_server()
    server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    hold(server, console, token, push, Prefer="wait=50")
    console.connection.close()
    console.connection = None
    server.stop()  # drains: it would wait for a connection that is still open
    assert "drain.late" not in server.log()
