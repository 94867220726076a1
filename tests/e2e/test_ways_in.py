# SPDX-License-Identifier: Apache-2.0
"""Who may enrol a phone, and what each act of the operator ends: the ways into an account, as tried by an attacker."""

import http.client
import json
import sqlite3

import pytest

from countersign import PATIENCE, Phone, Refused, fill_by_hand, secrets_of, stored

SETUP, FACTOR = "OkTwoFactorSetupRequired", "OkTwoFactorAuthenticationRequired"


@pytest.fixture
def ann(server, name):
    company, email = name
    server.company(company)
    server.technician(company, email)
    return server, company, email


def remove_phones(server, email):
    for device in server.cli("device", "list", "--technician", email)["devices"]:
        server.cli("device", "remove", "--yes", device["id"])


def with_a_phone(server, email):
    server.phone(email)


def with_a_disabled_phone(server, email):
    server.cli("device", "disable", server.phone(email).id)


def with_codes(server, email):
    server.cli("code", "totp", email, "--qr", "no")
    server.cli("code", "remove", "--yes", email)


def with_one_recovery_code(server, email):
    codes = server.cli("code", "recovery", email)["codes"]
    for code in codes:
        console = server.console()
        assert console.call("twoFactorValidateCode", sLoginToken=console.login(email).sLoginToken, sCode=code).result == "OK"


@pytest.mark.parametrize("had", [with_a_phone, with_a_disabled_phone, with_codes, with_one_recovery_code])
def test_who_ever_had_a_second_factor_gets_no_other_by_the_password(ann, had):
    server, _, email = ann
    had(server, email)
    remove_phones(server, email)
    answer = server.console().login(email)
    assert (answer.result, answer.oTwoFactorAuthenticationMethods, answer.sTwoFactorSetupUrl) == (FACTOR, [], None)
    assert server.console().send(answer.sLoginToken).result == "TwoFactorError"
    phone = server.phone(email)
    assert server.console().sign_in(email, phone).result == "OK"


def test_the_operator_may_let_the_password_enrol_again(ann):
    server, _, email = ann
    phone = server.phone(email)
    server.cli("code", "recovery", email)
    with pytest.raises(Refused, match="1 phone"):
        server.cli("technician", "allow-self-enrolment", email)
    server.cli("device", "remove", "--yes", phone.id)
    shown = server.cli("technician", "allow-self-enrolment", email)
    assert (shown["self_enrolment"], shown["recovery_codes_left"]) == (True, 0)
    answer = server.console().login(email)
    assert answer.result == SETUP
    assert server.console().sign_in(email, Phone(server).enrol(answer.sTwoFactorSetupUrl)).result == "OK"
    assert "enrolment.self-allowed" in [e["event"] for e in server.cli("audit", "list", "--technician", email)["events"]]


ACTS = {
    "reset": ("technician", "reset", "{email}", "--generate"),
    "lock": ("technician", "lock", "{email}"),
    "role off": ("technician", "disable", "{email}"),
    "company off": ("company", "disable", "{company}"),
    "company banned": ("company", "set", "{company}", "--state", "banned"),
    "plan off": ("company", "set", "{company}", "--plan", "enterprise", "--enterprise", "off"),
    "delete": ("technician", "delete", "--yes", "{email}"),
}
UNDONE = {
    "lock": ("technician", "unlock", "{email}"),
    "role off": ("technician", "enable", "{email}"),
    "company off": ("company", "enable", "{company}"),
    "company banned": ("company", "enable", "{company}"),
    "plan off": ("company", "set", "{company}", "--enterprise", "on"),
}


def act(server, words, company, email):
    server.cli(*(word.format(company=company, email=email) for word in words))


def redeem(server, ticket):
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    wire.request("POST", "/api/console/redeem", json.dumps({"sTicket": ticket}), {"Content-Type": "application/json"})
    try:
        return json.loads(wire.getresponse().read())["result"]
    finally:
        wire.close()


def enrol_result(server, link):
    return Phone(server).try_enrol(link.split("#", 1)[1])["result"]


@pytest.mark.parametrize("kind", ["self", "operator"])
@pytest.mark.parametrize("event", ACTS)
def test_an_act_against_an_account_voids_its_links(ann, event, kind):
    server, company, email = ann
    link = server.enrol_link(email) if kind == "operator" else server.console().login(email).sTwoFactorSetupUrl
    act(server, ACTS[event], company, email)
    assert enrol_result(server, link) == "UnknownTicket"
    if event in UNDONE:
        act(server, UNDONE[event], company, email)
    assert enrol_result(server, link) == "UnknownTicket"


@pytest.mark.parametrize("event", ACTS)
def test_an_act_against_an_account_ends_its_session_and_its_console_ticket(ann, event):
    server, company, email = ann
    console = server.console()
    ticket = console.sign_in(email, server.phone(email)).sUrl.split("ticket=")[1]
    act(server, ACTS[event], company, email)
    if event in UNDONE:
        act(server, UNDONE[event], company, email)
    assert redeem(server, ticket) != "OK"
    assert console.call("keepConsoleAlive").result == "UserNotLoggedIn"


def lock_by_failures(server, email):
    for source in range(2, 5):
        for _ in range(5):
            server.console(source=f"127.0.0.{source}").login(email, "a wrong guess, 7 boats")
    assert server.cli("technician", "show", email)["locked"]


def test_failures_of_a_stranger_end_no_session(ann):
    server, _, email = ann
    console = server.console()
    ticket = console.sign_in(email, server.phone(email)).sUrl.split("ticket=")[1]
    lock_by_failures(server, email)
    assert console.call("keepConsoleAlive").result == "OK"
    assert redeem(server, ticket) == "OK"


def test_a_plan_that_falls_short_of_the_policy_ends_sessions(ann):
    server, company, email = ann
    console = server.console()
    console.sign_in(email, server.phone(email))
    server.cli("company", "set", company, "--plan", "enterprise", "--enterprise", "on")
    server.cli("policy", "set", company, "address_rules", "on")
    assert console.call("keepConsoleAlive").result == "OK"
    server.cli("company", "set", company, "--plan", "standard")
    assert console.call("keepConsoleAlive").result == "UserNotLoggedIn"
    ended = [e for e in server.cli("audit", "list", "--company", company)["events"] if e["event"] == "session.all-ended"]
    assert [e["detail"]["reason"] for e in ended] == ["plan"]


def test_a_self_made_link_is_not_good_while_its_account_is_locked_by_failures(ann):
    server, _, email = ann
    link = server.console().login(email).sTwoFactorSetupUrl
    lock_by_failures(server, email)
    assert enrol_result(server, link) == "UnknownTicket"
    server.cli("technician", "unlock", email)
    assert enrol_result(server, link) == "OK"


def test_open_links_are_listed_without_their_tickets_and_can_be_cancelled(ann):
    server, _, email = ann
    own = server.console().login(email).sTwoFactorSetupUrl
    made = server.cli("enrol", email, "--qr", "no", "--life", "2d")
    shown = server.cli("technician", "show", email)["enrolment_links"]
    assert [link["kind"] for link in shown] == ["self", "operator"]
    assert shown[0]["by"].startswith("technician:") and shown[1]["by"].startswith("operator:")
    assert shown[1]["expires"] == made["expires"] and all(link["created"] < link["expires"] for link in shown)
    text = server.run("technician", "show", email).stdout
    assert not any(link.split("#")[1] in text for link in (own, made["link"]))
    assert "operator" in text
    for option in (("--life", "1h"), ("--qr", "no")):
        with pytest.raises(Refused, match="--cancel makes no link"):
            server.cli("enrol", email, "--cancel", *option)
    assert server.cli("enrol", email, "--cancel")["voided"] == 2
    assert [enrol_result(server, link) for link in (own, made["link"])] == ["UnknownTicket"] * 2
    assert server.cli("technician", "show", email)["enrolment_links"] == []
    assert server.cli("enrol", email, "--cancel")["voided"] == 0
    events = [e for e in server.cli("audit", "list", "--technician", email)["events"] if e["event"] == "enrolment.voided"]
    assert [(e["detail"]["reason"], e["detail"]["count"]) for e in events] == [("operator", "2")]


def test_a_link_that_was_used_is_not_listed(ann):
    server, _, email = ann
    server.console().login(email)
    server.phone(email)
    assert server.cli("technician", "show", email)["enrolment_links"] == [], "and the self-made one is good for a first phone alone"


def test_a_push_of_a_deleted_account_is_over_at_once(ann):
    server, company, email = ann
    phone = server.phone(email)
    console = server.console()
    token, push = console.begin(email)
    server.cli("technician", "delete", "--yes", email)
    assert phone.post("pending", {}, phone.token)["result"] == "UnknownDevice"
    assert console.settle(token, push.sPushToken).result == "NoSuchUser"
    events = {e["event"]: e["detail"] for e in server.cli("audit", "list", "--company", company)["events"]}
    assert events["push.failed"]["reason"] == "deleted"


def test_a_deleted_account_leaves_no_secret(own_server, name):
    company, email = name
    server = own_server()
    path, device = server.with_every_secret(company, email)
    store = sqlite3.connect(path, isolation_level=None)
    fill_by_hand(store, device)
    secrets = secrets_of(store, email)
    store.close()
    assert {key for key, value in secrets.items() if value in stored(path)} == set(secrets)
    server.cli("technician", "delete", "--yes", email)
    assert [key for key, value in secrets.items() if value in stored(path)] == []
    assert [d["state"] for d in server.cli("device", "list", "--removed")["devices"]] == ["removed"]
    server.cli("audit", "verify")


@pytest.mark.parametrize("value", ["on", None])
def test_an_approval_without_the_number_does_not_count_once_the_number_is_asked_for(ann, value):
    server, company, email = ann
    server.cli("policy", "set", company, "push_number", "off")
    other = server.technician(company, "other." + email)
    phones = server.phone(email), server.phone(other)
    console = server.console()
    (approved, push), (waits, pending) = console.begin(email), console.begin(other)
    assert phones[0].approve()["result"] == "OK"
    shown = phones[1].pending()[0]
    server.cli("policy", "set" if value else "unset", company, "push_number", *filter(None, [value]))
    assert console.check(approved, push.sPushToken).result == "InvalidToken"
    assert phones[1].approve(challenge=shown)["result"] == "Withdrawn"
    assert console.check(waits, pending.sPushToken).result == "InvalidToken"
    again = console.send(waits)
    assert (again.result, phones[1].pending()[0]["bNumberRequired"]) == ("OK", True)
    assert phones[1].approve(again.sMatchNumber)["result"] == "OK"
    assert console.settle(waits, again.sPushToken).result == "OK"


@pytest.mark.parametrize("value", ["3", None])
def test_an_approval_by_a_short_number_does_not_count_once_a_longer_one_is_asked_for(ann, value):
    server, company, email = ann
    server.cli("policy", "set", company, "push_digits", "2")
    other = server.technician(company, "other." + email)
    phones = server.phone(email), server.phone(other)
    console = server.console()
    (approved, push), (waits, pending) = console.begin(email), console.begin(other)
    assert phones[0].approve(push.sMatchNumber)["result"] == "OK"
    shown = phones[1].pending()[0]
    server.cli("policy", "set" if value else "unset", company, "push_digits", *filter(None, [value]))
    assert console.check(approved, push.sPushToken).result == "InvalidToken"
    assert phones[1].approve(pending.sMatchNumber, shown)["result"] == "Withdrawn"
    again = console.send(waits)
    assert len(again.sMatchNumber) == int(value or 6)
    server.cli("policy", "set", company, "push_digits", "2")
    assert phones[1].approve(again.sMatchNumber)["result"] == "OK", "a longer number is as good"
    assert console.settle(waits, again.sPushToken).result == "OK"
