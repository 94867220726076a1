"""Who may enrol a phone, and what every act of the operator ends: the ways into an account, as an attacker tries them."""

import http.client
import json
import sqlite3

import pytest

from countersign import PASSWORD, PATIENCE, Phone, Refused, fill_by_hand, secrets_of, stored

SETUP, FACTOR = "OkTwoFactorSetupRequired", "OkTwoFactorAuthenticationRequired"


@pytest.fixture
def ann(server, name):
    company, email = name
    server.company(company)
    server.technician(company, email)
    return server, company, email


def remove_phones(server, email):
    for device in server.cli("device", "list", "--technician", email)["devices"]:
        server.cli("device", "remove", device["id"])


def with_a_phone(server, email):
    server.phone(email)


def with_a_disabled_phone(server, email):
    server.cli("device", "disable", server.phone(email).id)


def with_codes(server, email):
    server.cli("code", "totp", email, "--qr", "no")
    server.cli("code", "remove", email)


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
    server.cli("device", "remove", phone.id)
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
    "delete": ("technician", "delete", "{email}"),
}
UNDONE = {
    "lock": ("technician", "unlock", "{email}"),
    "role off": ("technician", "enable", "{email}"),
    "company off": ("company", "enable", "{company}"),
    "company banned": ("company", "enable", "{company}"),
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


def test_a_self_made_link_is_not_good_while_its_account_is_locked_by_failures(ann):
    server, _, email = ann
    link = server.console().login(email).sTwoFactorSetupUrl
    for source in range(2, 5):
        for _ in range(5):
            server.console(source=f"127.0.0.{source}").login(email, "a wrong guess, 7 boats")
    assert server.cli("technician", "show", email)["locked"]
    assert enrol_result(server, link) == "UnknownTicket"
    server.cli("technician", "unlock", email)
    assert enrol_result(server, link) == "OK"


def test_a_deleted_account_leaves_no_secret(own_server, name):
    company, email = name
    server = own_server()
    device = int(server.ready(company, email).id)
    server.cli("code", "totp", email, "--qr", "no")
    server.cli("code", "recovery", email)
    server.console().login_new(email, PASSWORD, "another 9 lanterns over Lund")
    server.cli("technician", "reset", email, "--generate")
    server.enrol_link(email)
    server.stop()
    path = server.settings["store", "path"]
    store = sqlite3.connect(path, isolation_level=None)
    fill_by_hand(store, device)
    store.execute("INSERT INTO push_ended VALUES (?, 'push.ended.example')", (device,))
    secrets = secrets_of(store, email)
    store.close()
    assert {key for key, value in secrets.items() if value in stored(path)} == set(secrets)
    server.cli("technician", "delete", email)
    assert [key for key, value in secrets.items() if value in stored(path)] == []
    assert [d["state"] for d in server.cli("device", "list", "--removed")["devices"]] == ["removed"]
    server.cli("audit", "verify")
