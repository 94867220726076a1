# SPDX-License-Identifier: Apache-2.0
"""One proof, many connections at once: a ticket, an answer, an opening or a code is used exactly once. Each request has a thread and
a connection of its own, and all are sent together, to several fronts and workers."""

import http.client
import json
import sqlite3
import subprocess
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from countersign import PATIENCE, Phone, b64, ticket_of

CROWD = 16


@pytest.fixture
def crowded(own_server, name):
    """(server, company, e-mail address, phone)"""
    server = own_server({("server", "fronts"): "2", ("server", "workers"): "5"})
    return server, *name, server.ready(*name, {"lockout_failures": 100})


def at_once(acts):
    """Calls each in its own thread, when all threads are there; their results, in order."""
    together = threading.Barrier(len(acts))

    def act(run):
        together.wait(PATIENCE)
        return run()
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def connected(server, path, members, token=None, source="127.0.0.1"):
    """A request on a connection that is open already; its result when called."""
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE, source_address=(source, 0))
    wire.connect()
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}

    def send():
        wire.request("POST", f"/api/{path}", json.dumps(members), headers)
        result = json.loads(wire.getresponse().read())["result"]
        wire.close()
        return result
    return send


def place(number):
    """What fails at one address counts for all behind it."""
    return f"127.0.9.{number + 1}"


def count(server, query):
    store = sqlite3.connect(f"file:{server.settings['store', 'path']}?mode=ro", uri=True, isolation_level=None)
    number = store.execute(f"SELECT count(*) FROM {query}").fetchone()[0]
    store.close()
    return number


def names(server, email):
    return Counter(row["event"] for row in server.cli("audit", "list", "--technician", email, "--last", "1000")["events"])


def test_a_console_ticket(crowded):
    server, _, email, phone = crowded
    for round_ in range(1, 4):
        ticket = ticket_of(server.console().sign_in(email, phone).sUrl)
        results = at_once([connected(server, "console/redeem", {"sTicket": ticket}, source=place(i)) for i in range(CROWD)])
        assert Counter(results) == {"OK": 1, "InvalidTicket": CROWD - 1}
        assert names(server, email)["session.redeemed"] == round_
        assert count(server, "session WHERE ticket_used_at <> 0") == count(server, "session") == round_


def test_an_approval_and_the_checks_that_ask_for_it(crowded):
    server, _, email, phone = crowded
    console = server.console()
    token, push = console.begin(email)
    challenge = phone.pending()[0]
    yes, no = ({"sChallengeId": challenge["sChallengeId"], "sDecision": decision, "sNumber": push.sMatchNumber,
                "sSignature": phone.sign(phone.assertion(challenge, decision, push.sMatchNumber))}
               for decision in ("approve", "reject"))
    answers = [yes if number % 2 == 0 else no for number in range(CROWD)]
    results = at_once([connected(server, "device/answer", members, phone.token, place(i)) for i, members in enumerate(answers)])
    assert Counter(results) == {"OK": 1, "AlreadyAnswered": CROWD - 1}
    happened = names(server, email)
    assert happened["push.approved"] + happened["push.rejected"] == 1

    is_approved = answers[results.index("OK")] is yes
    consoles = [server.console(source=console.source) for _ in range(CROWD)]
    told = at_once([lambda c=c: c.settle(token, push.sPushToken) for c in consoles])
    if is_approved:
        assert {answer.result for answer in told} == {"OK"} and len({answer.cookie for answer in told}) == 1
    else:
        assert Counter(answer.result for answer in told) == {"TwoFactorRejected": 1, "InvalidToken": CROWD - 1}
    assert count(server, "session") == names(server, email)["login.granted"] == (1 if is_approved else 0)


def test_checks_from_many_addresses(crowded):
    server, _, email, phone = crowded
    token, push = server.console().begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    consoles = [server.console(source=place(number)) for number in range(CROWD)]
    told = at_once([lambda c=c: c.settle(token, push.sPushToken) for c in consoles])
    assert Counter(answer.result for answer in told) == {"OK": 1, "InvalidToken": CROWD - 1}
    assert count(server, "session") == names(server, email)["login.granted"] == 1


def enrolling(server, ticket, number):
    phone = Phone(server, source=place(number))
    members = {"sTicket": ticket, "sPublicKey": b64(phone.public_key()), "sName": "phone",
               "sSignature": phone.sign(phone.enrolment(ticket, "phone"))}
    return connected(server, "device/enrol", members, source=place(number))


def test_an_enrolment_ticket(crowded):
    server, _, email, _ = crowded
    ticket = server.enrol_link(email).split("#", 1)[1]
    results = at_once([enrolling(server, ticket, number) for number in range(CROWD)])
    assert Counter(results) == {"OK": 1, "UnknownTicket": CROWD - 1}
    assert count(server, "device") == names(server, email)["device.enrolled"] == 2


def test_tickets_of_the_password_alone(crowded):
    """Several are open; one phone is the first, and then the password alone enrols none."""
    server, company, email, _ = crowded
    new = f"new.{email}"
    server.technician(company, new)
    links = [server.console().login(new).sTwoFactorSetupUrl for _ in range(5)]
    tickets = [link.split("#", 1)[1] for link in links] * 3
    results = at_once([enrolling(server, ticket, number) for number, ticket in enumerate(tickets)])
    assert Counter(results) == {"OK": 1, "UnknownTicket": len(tickets) - 1}
    assert names(server, new)["device.enrolled"] == 1


def test_an_opening_of_the_self_service(crowded):
    server, company, email, phone = crowded
    nonce = phone.nonce()
    members = {"sNonce": nonce, "sSignature": phone.sign(phone.self_statement(nonce, company, email))}
    results = at_once([connected(server, "self/open", members, phone.token, place(i)) for i in range(CROWD)])
    assert Counter(results) == {"OK": 1, "StaleNonce": CROWD - 1}
    assert count(server, "self_service") == names(server, email)["self.opened"] == 1


def recovery(server, email):
    return server.cli("code", "recovery", email)["codes"][0]


def totp(server, email):
    seed = server.cli("code", "totp", email, "--qr", "no")["uri"].split("secret=")[1].split("&")[0]
    done = subprocess.run(["oathtool", "--totp", "-b", seed, "--now", f"@{server.now()}"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("make", [recovery, totp])
@pytest.mark.parametrize("shared", [True, False], ids=["one-login", "many-logins"])
def test_a_code(crowded, make, shared):
    server, _, email, _ = crowded
    code = make(server, email)
    consoles = [server.console(source=place(number)) for number in range(CROWD)]
    tokens = [consoles[0].login(email).sLoginToken] * CROWD if shared else [c.login(email).sLoginToken for c in consoles]
    told = at_once([lambda c=c, t=t: c.call("twoFactorValidateCode", sLoginToken=t, sCode=code)
                    for c, t in zip(consoles, tokens)])
    results = Counter(answer.result for answer in told)
    assert results["OK"] == 1 and set(results) <= {"OK", "InvalidCode", "InvalidToken"}, results
    assert sum(answer.cookie is not None for answer in told) == 1
    assert count(server, "session") == names(server, email)["login.granted"] == 1
