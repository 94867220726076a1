# SPDX-License-Identifier: Apache-2.0
"""Stored data does not grow with the requests of somebody who has not signed in: the password without the phone, a phone's token
without its key, a ticket."""

import sqlite3
from collections import Counter

import pytest

from countersign import Phone, b64

HOUR = 3600
TIMES, WRITTEN, OPEN = 50, 20, 20  # requests from one source; rows of the audit log; logins (accounts/tally.h, signin/attempt.h)


def store_of(server):
    return sqlite3.connect(f"file:{server.settings['store', 'path']}?mode=ro", uri=True, isolation_level=None)


def count(server, table):
    store = store_of(server)
    number = store.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    store.close()
    return number


def audited(server, email):
    return server.cli("audit", "list", "--technician", email, "--last", "1000")["events"]


def names(server, email):
    return Counter(row["event"] for row in audited(server, email))


def ends(server, email):
    """After an hour, the counts are written: {event: times}."""
    server.advance(HOUR + 61)
    server.wait_for(lambda: names(server, email)["audit.counted"] == names(server, email)["audit.counting"])
    rows = [row["detail"] for row in audited(server, email) if row["event"] == "audit.counted"]
    assert {row["by"] for row in rows} == {"time"}
    server.wait_for(lambda: count(server, "tally") == 0)
    return {row["event"]: int(row["times"]) for row in rows}


def test_a_password_without_the_phone(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    thief = server.console(source="127.0.8.1")
    before = names(server, email)
    tokens = [thief.login(email).sLoginToken for _ in range(TIMES)]
    assert count(server, "login") == OPEN
    assert thief.send(tokens[0]).result == "InvalidToken"
    assert names(server, email) - before == {"login.begun": WRITTEN, "audit.counting": 1}

    console = server.console(source="127.0.8.2")
    assert console.sign_in(email, phone).result == "OK", "the others are served"
    assert thief.login(email).result == "OkTwoFactorAuthenticationRequired", "and so is the newest"
    assert ends(server, email) == {"login.begun": TIMES - WRITTEN + 1}
    server.cli("audit", "verify")


def test_a_push_that_must_wait(own_server, name):
    company, email = name
    server = own_server()
    server.ready(company, email)
    server.console(source="127.0.8.1").begin(email)
    thief = server.console(source="127.0.8.2")
    for _ in range(TIMES):
        assert thief.send(thief.login(email).sLoginToken).result == "TwoFactorError"
    assert names(server, email)["push.held"] == WRITTEN
    assert ends(server, email) == {"login.begun": TIMES - WRITTEN, "push.held": TIMES - WRITTEN}


def test_an_account_that_sets_up_its_first_phone(own_server, name):
    company, email = name
    server = own_server()
    server.company(company)
    server.technician(company, email)
    before = names(server, email)
    for _ in range(TIMES):
        assert server.console(source="127.0.8.1").login(email).result == "OkTwoFactorSetupRequired"
    assert names(server, email) - before == {"enrolment.self": WRITTEN, "enrolment.created": WRITTEN, "audit.counting": 2}
    server.enrol_link(email)
    assert names(server, email)["enrolment.created"] == WRITTEN + 1, "the operator's is written in any case"
    assert ends(server, email) == {"enrolment.self": TIMES - WRITTEN, "enrolment.created": TIMES - WRITTEN}


def test_a_right_password_that_is_refused(own_server, name):
    company, email = name
    server = own_server()
    server.ready(company, email)
    server.cli("technician", "set", email, "--role", "off")
    for _ in range(TIMES):
        assert server.console(source="127.0.8.1").login(email).result == "UserNotActiveForThisRole"
    assert names(server, email)["login.refused"] == WRITTEN
    assert server.console(source="127.0.8.2").login(email, "wrong").result == "InvalidPassword"
    assert names(server, email)["login.refused"] == WRITTEN + 1, "without the password it is counted apart"
    assert ends(server, email) == {"login.refused": TIMES - WRITTEN}


def test_a_phone_that_changes_its_account_without_end(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email).open_self(company, email)
    tablet = server.phone(email, "tablet")
    for _ in range(TIMES):
        assert tablet.open_self(company, email).self("recovery")["result"] == "OK"
    told = [(row["sKind"], row["sSubject"], row["iTimes"]) for row in phone.notices()]
    assert told == [("recovery-made", "", TIMES), ("device-added", "tablet", 1)]
    assert all(row["sFirst"] <= row["sWhen"] for row in phone.notices())
    assert count(server, "notice") == 2


# ---- a phone's token -----------------------------------------------------------------------------------------------------

def wrong_answer(thief, _):
    return thief.post("answer", {"sChallengeId": thief.challenge, "sDecision": "reject", "sSignature": b64(bytes(64))},
                      thief.token)["result"]


def wrong_change(thief, number):
    return thief.change("noticed", sNoticeId=str(number))["result"]


def wrong_opening(thief, number):
    return thief.try_open(thief.waiting, f"{number}".encode())["result"]


def locked(thief, _):
    return thief.api("self/begin", {}, thief.token)["result"]


@pytest.mark.parametrize("attempt, result, event", [
    (wrong_answer, "BadSignature", "push.bad-signature"),
    (wrong_change, "BadSignature", "device.refused"),
    (wrong_opening, "BadSignature", "self.refused"),
    (locked, "AccountLocked", "self.refused"),
])
def test_a_phones_token_without_its_key(own_server, name, attempt, result, event):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    thief = Phone(server, source="127.0.8.3")
    thief.token, thief.id = phone.token, phone.id
    server.console(source="127.0.8.1").begin(email)
    thief.challenge, thief.waiting = phone.pending()[0]["sChallengeId"], phone.nonce()
    if attempt is locked:
        server.cli("technician", "lock", email)
    results = Counter(attempt(thief, number) for number in range(TIMES))
    assert set(results) <= {result, "TooManyRequests"} and results[result] > WRITTEN, results
    assert names(server, email)[event] == WRITTEN
    if attempt is wrong_answer:
        server.advance(20)  # the front delays a token that failed this often
        assert phone.reject()["result"] == "OK", "the phone itself goes on"
    assert ends(server, email) == {event: results[result] - WRITTEN}
