# SPDX-License-Identifier: Apache-2.0
"""Passwords that must change: what a company asks for today holds for those that were chosen earlier."""

import http.client
import json
import sqlite3

import pytest

from countersign import PASSWORD, ticket_of
from test_upgrade import turn_back

SHORT = "kelp Rye"  # 8 characters, 3 types: enough where a second factor is enforced, and no more
LONGER = "kelp, Rye and 40 sails"
EXPIRED = "UserPasswordExpired"


def set_policy(**values):
    def raise_policy(server, company):
        for key, value in values.items():
            server.cli("policy", "set", company, key, value)
    return raise_policy


def retitle(server, company):
    server.cli("company", "set", company, "--title", "Kelp Rye")


RAISED = {
    "stronger": set_policy(password_strength="excellent"),
    "longer": set_policy(second_factor="off"),
    "own words": retitle,
}


def expired(answer, console):
    assert (answer.result, answer.iPasswordExpiresIn, answer.cookie, console.cookie) == (EXPIRED, "0", None, None)
    assert answer.sUrl.endswith("/account/password")


@pytest.fixture
def ann(server, name):
    """An account with a phone and a password that is just good enough."""
    company, email = name
    server.company(company)
    server.technician(company, email, SHORT)
    return server, company, email, server.phone(email)


def test_a_password_just_good_enough_signs_in(ann):
    server, _, email, phone = ann
    answer = server.console().sign_in(email, phone, SHORT)
    assert (answer.result, answer.iPasswordExpiresIn) == ("OK", "-1")


@pytest.mark.parametrize("raised", ["stronger", "own words"])
def test_a_policy_raised_since_asks_for_another_password(ann, raised):
    server, company, email, phone = ann
    RAISED[raised](server, company)
    console = server.console()
    login = console.login(email, SHORT)
    assert (login.result, login.iPasswordExpiresIn) == ("OkTwoFactorAuthenticationRequired", "0")
    push = console.send(login.sLoginToken)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    expired(console.settle(login.sLoginToken, push.sPushToken), console)
    login = console.login_new(email, SHORT, "40 Sails; by Dune?")
    push = console.send(login.sLoginToken)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    answer = console.settle(login.sLoginToken, push.sPushToken)
    wanted = "PasswordStrengthNotMeetRequirement" if raised == "stronger" else "OK"
    assert answer.result == wanted, "the new password is held against the same policy"


@pytest.mark.parametrize("raised", RAISED)
def test_a_policy_raised_while_the_sign_in_is_under_way(ann, raised):
    server, company, email, phone = ann
    console = server.console()
    token, push = console.begin(email, SHORT)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    RAISED[raised](server, company)
    answer = console.settle(token, push.sPushToken)
    if raised == "own words":  # words are compared while the password can be seen: at the next sign-in
        assert answer.result == "OK"
    else:
        expired(answer, console)


def test_a_policy_lowered_while_the_sign_in_is_under_way(ann):
    server, company, email, phone = ann
    RAISED["stronger"](server, company)
    console = server.console()
    token, push = console.begin(email, SHORT)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    server.cli("policy", "unset", company, "password_strength")
    answer = console.settle(token, push.sPushToken)
    assert (answer.result, answer.iPasswordExpiresIn) == ("OK", "-1")


def test_a_code_does_not_get_around_it(ann):
    server, company, email, _ = ann
    code = server.cli("code", "recovery", email)["codes"][0]
    RAISED["stronger"](server, company)
    console = server.console()
    login = console.login(email, SHORT)
    expired(console.call("twoFactorValidateCode", sLoginToken=login.sLoginToken, sCode=code), console)


def test_a_second_factor_that_is_switched_off_leaves_no_short_password_good(ann):
    server, company, email, _ = ann
    RAISED["longer"](server, company)
    console = server.console()
    expired(console.login(email, SHORT), console)
    assert console.login(email, "kelp rye").result == "InvalidPassword", "a stranger learns nothing of it"
    for new in (SHORT, "Rye kelp", "fourteen signs"):
        expired(console.login_new(email, SHORT, new), console)
    answer = console.login_new(email, SHORT, LONGER)
    assert (answer.result, answer.iPasswordExpiresIn) == ("OK", "-1")
    assert server.console().login(email, LONGER).result == "OK"


def test_what_a_login_knows_of_its_password_goes_with_it(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    server.console().sign_in(email, phone)
    server.console().login(email)
    store = sqlite3.connect(server.settings["store", "path"])
    rows = "SELECT password_length, password_strength FROM login WHERE state = ?"
    assert store.execute(rows, ("spent",)).fetchall() == [(0, 0)]
    assert store.execute(rows, ("open",)).fetchall() == [(15, 1)], "no more than a policy can ask for"
    store.close()


def test_a_sign_in_from_before_an_upgrade_begins_again(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    server.stop()
    turn_back(server.settings["store", "path"], 2)
    server.cli("upgrade")
    server.start()
    console = server.console()
    assert console.check(token, push.sPushToken).result == "InvalidToken"
    server.advance(31)
    assert console.sign_in(email, phone).result == "OK"


# ---- passwords that an operator sets ----

def add(server, company, email):
    server.technician(company, email, PASSWORD, options=())


def add_and_reset(server, company, email):
    server.technician(company, email, SHORT)
    server.cli("technician", "reset", email, "--password-file", "-", stdin=PASSWORD + "\n")


@pytest.mark.parametrize("how", [add, add_and_reset])
def test_a_password_that_an_operator_sets_is_good_for_choosing_another(server, name, how):
    company, email = name
    server.company(company)
    how(server, company, email)
    phone = server.phone(email)
    console = server.console()
    expired(console.sign_in(email, phone), console)
    login = console.login_new(email, PASSWORD, LONGER)
    push = console.send(login.sLoginToken)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert console.settle(login.sLoginToken, push.sPushToken).result == "OK"
    assert console.sign_in(email, phone, LONGER).result == "OK"


def test_a_password_that_an_operator_sets_may_be_kept(server, name):
    company, email = name
    server.company(company, second_factor="off")
    server.technician(company, email, options=())
    other = server.technician(company, f"other.{email}", options=["--keep"])
    expired(server.console().login(email), server.console())
    assert server.console().login(other).result == "OK"


def test_the_first_account_chooses_its_own_password(own_server):
    server = own_server(init=["--company", "acme", "--technician", "ann@acme.example", "--password-file", "-"])
    phone = server.phone("ann@acme.example")
    console = server.console()
    expired(console.sign_in("ann@acme.example", phone), console)


def test_an_approval_that_lets_nobody_in_ends_the_wait_for_the_next_push(server, name):
    company, email = name
    server.company(company)
    server.technician(company, email, options=())
    phone = server.phone(email)
    console = server.console()
    for _ in range(4):
        expired(console.sign_in(email, phone), console)


# ---- the warning before a password expires ----

DAY = 86_400


def redeem(server, ticket):
    wire = http.client.HTTPConnection("127.0.0.1", server.port)
    wire.request("POST", "/api/console/redeem", json.dumps({"sTicket": ticket}), {"Content-Type": "application/json"})
    answer = json.loads(wire.getresponse().read())
    wire.close()
    return answer


def notices(server, company, email, phone):
    """Days until the end as the console gets them; what phone, account and console are to warn of."""
    console = server.console()
    token, push = console.begin(email)
    approval = phone.approve(push.sMatchNumber)
    answer = console.settle(token, push.sPushToken)
    overview = phone.open_self(company, email).self("overview")
    assert overview["iPasswordExpiresIn"] == int(answer.iPasswordExpiresIn)
    told = {approval["iPasswordNotice"], overview["iPasswordNotice"]}
    if answer.result == "OK":
        told.add(redeem(server, ticket_of(answer.sUrl))["iPasswordNotice"])
    assert len(told) == 1
    return answer.result, int(answer.iPasswordExpiresIn), told.pop()


def test_days_are_told_always_and_warned_of_within_the_notice(server, name):
    company, email = name
    phone = server.ready(company, email)
    assert notices(server, company, email, phone) == ("OK", -1, -1), "it never expires"
    server.cli("policy", "set", company, "password_age", "30")
    assert notices(server, company, email, phone) == ("OK", 30, -1)
    server.advance(15 * DAY)
    assert notices(server, company, email, phone) == ("OK", 15, -1)
    server.advance(DAY)
    assert notices(server, company, email, phone) == ("OK", 14, 14)
    server.cli("policy", "set", company, "password_notice", "13")
    assert notices(server, company, email, phone) == ("OK", 14, -1)
    server.advance(13 * DAY)
    assert notices(server, company, email, phone) == ("OK", 1, 1)
    server.cli("policy", "set", company, "password_notice", "0")
    assert notices(server, company, email, phone) == ("OK", 1, -1)
    server.advance(DAY)
    assert notices(server, company, email, phone) == (EXPIRED, 0, 0)


def test_a_refusal_and_a_stranger_are_told_of_no_password(server, name):
    company, email = name
    phone = server.ready(company, email, {"password_age": "3"})
    console = server.console()
    console.begin(email)
    assert phone.reject()["iPasswordNotice"] == -1
    assert phone.post("answer", {"sChallengeId": "x"}, "no token")["iPasswordNotice"] == -1
    assert redeem(server, "no ticket")["iPasswordNotice"] == -1
    assert console.login(email, "wrong").iPasswordExpiresIn == "-1"
