# SPDX-License-Identifier: Apache-2.0
"""Passkeys: enrolled, required and refused, as a phone's browser sees it, and as an attacker would try it."""

import itertools
import json
import os
import re

import pytest

from authenticator import BE, BS, ED, UP, UV, Authenticator, EdDsa, Es256, PasskeyPhone, Rs256, cbor
from countersign import ROOT, Phone, Refused, Server, b64, unb64, wrong_number

SOURCES = itertools.count(2)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A host that has a name: passkeys need one."""
    server = Server(tmp_path_factory.mktemp("passkey"), start=False)
    server.settings[("server", "public_url")] = f"http://localhost:{server.port}"
    server.write_config()
    server.start()
    yield server
    server.close()


@pytest.fixture
def source():
    """An address of this test's own: refusals here count against it."""
    number = next(SOURCES)
    return f"127.7.{number // 250}.{number % 250 + 1}"


def account(server, name, **policy):
    company, email = name
    server.company(company, **policy)
    server.technician(company, email)
    return email


def ticket(server, email):
    return server.enrol_link(email).split("#", 1)[1]


@pytest.fixture
def waiting(server, name, source):
    """A push that waits for a phone with a passkey that counts: (phone, console, login token, push answer, challenge)."""
    email = account(server, name)
    phone = PasskeyPhone(server, source, count=7)
    phone.enrol(server.enrol_link(email))
    console = server.console()
    token, push = console.begin(email)
    return phone, console, token, push, phone.pending()[0]


def events(server, email, event):
    return [row["detail"] if isinstance(row["detail"], dict) else json.loads(row["detail"])
            for row in server.cli("audit", "list", "--technician", email)["events"] if row["event"] == event]


# ---- what works ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [Es256, EdDsa, Rs256])
@pytest.mark.parametrize("attested", [False, True])
def test_enrolled_and_asked_for(server, name, source, key, attested):
    email = account(server, name, passkey="required")
    phone = PasskeyPhone(server, source, key=key)
    tick = ticket(server, email)
    told = phone.ticket(tick)
    assert told == {"result": "OK", "status": 200, "sCompany": name[0], "sAccount": email, "sPasskey": "required",
                    "sPasskeyUser": told["sPasskeyUser"], "sRelyingParty": "localhost", "bCompare": True}
    assert len(unb64(told["sPasskeyUser"])) == 32
    assert phone.ticket(tick) == told, "told again, and the same"
    enrolled = phone.try_enrol(tick, self_attested=attested)
    assert enrolled["result"] == "OK", enrolled
    phone.token, phone.id = enrolled["sDeviceToken"], enrolled["sDeviceId"]
    assert server.cli("device", "show", phone.id)["passkey"] is True
    assert events(server, email, "device.enrolled")[0]["passkey"] == "yes"
    assert phone.ticket(tick)["result"] == "UnknownTicket", "a spent ticket tells nothing"
    answer = server.console().sign_in(email, phone)
    assert answer.result == "OK"
    again = phone.ticket(ticket(server, email))
    assert again["sPasskeyUser"] != told["sPasskeyUser"], "a shared authenticator keeps a passkey for each device"


def test_a_credentials_id_may_be_long(server, name, source):
    email = account(server, name)
    phone = PasskeyPhone(server, source)
    phone.authenticator.id = os.urandom(1023)
    phone.enrol(server.enrol_link(email))
    assert server.console().sign_in(email, phone).result == "OK"


def test_the_receipt_has_both_signatures(server, name, waiting):
    phone, console, token, push, challenge = waiting
    statement = phone.assertion(challenge, "approve", push.sMatchNumber)
    made = phone.authenticator.sign(statement)
    assert phone.answer("approve", push.sMatchNumber, challenge, **made)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"
    receipt = events(server, name[1], "push.approved")[0]
    assert unb64(receipt["statement"]) == statement
    assert (receipt["authenticator_data"], receipt["client_data"], receipt["passkey_signature"]) == tuple(made.values())
    assert server.cli("audit", "verify")["ok"] is True


@pytest.mark.parametrize("decision, result", [("reject", "TwoFactorRejected"), ("not-me", "TwoFactorRejected")])
def test_a_no_is_one_tap(waiting, decision, result):
    phone, console, token, push, challenge = waiting
    assert phone.answer(decision, None, challenge)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == result


def test_what_browsers_add_does_no_harm(waiting):
    phone, console, token, push, challenge = waiting
    more = {"other_keys_can_be_added_here": "do not compare clientDataJSON against a template"}
    assert phone.approve(push.sMatchNumber, challenge, members=more)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"


# ---- what an approval is refused for -------------------------------------------------------------------------------------

BENT = {
    "type": dict(type="webauthn.create"),
    "challenge": dict(signs=b64(bytes(32))),
    "challenge-padded": dict(signs=b64(bytes(32)) + "="),
    "origin": dict(origin="http://localhost.evil.example"),
    "origin-port": dict(origin="http://localhost"),
    "cross-origin": dict(members={"crossOrigin": True}),
    "cross-origin-top": dict(members={"topOrigin": "http://localhost"}),
    "relying-party": dict(rp_id="localhost.evil.example"),
    "user-presence": dict(flags=UV | BE | BS),
    "user-verification": dict(flags=UP | BE | BS),
    "backup-impossible": dict(flags=UP | UV | BS),
    "backup-changed": dict(flags=UP | UV),
    "counter-same": dict(count=7),
    "counter-back": dict(count=6),
    "counter-none": dict(count=0),
    "signature-by-another": dict(key=Es256()),
    "signature-of-another-kind": dict(key=EdDsa()),
    "extension": dict(flags=UP | UV | BE | BS | ED, behind=cbor({"credProtect": 2})),
    "malformed-behind": dict(behind=b"\0"),
    "malformed-client": dict(text="{"),
    "malformed-client-empty": dict(text=""),
    "malformed-client-array": dict(text="[]"),
}
REASON = {"challenge-padded": "challenge", "origin-port": "origin", "cross-origin-top": "cross-origin",
          "backup-impossible": "backup", "backup-changed": "backup"}


@pytest.mark.parametrize("bent", BENT)
def test_an_approval_that_is_wrong_changes_nothing(server, name, waiting, bent):
    phone, console, token, push, challenge = waiting
    answer = phone.approve(push.sMatchNumber, challenge, **BENT[bent])
    assert (answer["result"], answer["status"], answer["iTriesRemaining"]) == ("BadPasskey", 422, 3)
    refused = events(server, name[1], "passkey.refused")
    assert len(refused) == 1 and refused[0]["device"] == phone.id
    assert refused[0]["reason"] in (REASON.get(bent), bent, bent.split("-", 1)[0]), refused
    assert console.check(token, push.sPushToken).result == "Poll"
    assert events(server, name[1], "push.approved") == []
    assert phone.approve(push.sMatchNumber, challenge)["result"] == "OK", "nothing was changed"
    assert console.settle(token, push.sPushToken).result == "OK"


@pytest.mark.parametrize("member", ["sAuthenticatorData", "sClientData", "sPasskeySignature"])
def test_cut_short_or_altered(server, name, waiting, member):
    phone, console, token, push, challenge = waiting
    made = phone.authenticator.sign(phone.assertion(challenge, "approve", push.sMatchNumber))
    whole = unb64(made[member])
    wrong = [whole[:0], whole[:1], whole[:len(whole) // 2], whole[:-1], whole + b"\0", bytes(len(whole)), bytes(9000)]
    wrong += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:] for at in (0, 5, len(whole) // 2, len(whole) - 1)]
    for value in wrong:
        answer = phone.answer("approve", push.sMatchNumber, challenge, **{**made, member: b64(value)})
        assert answer["result"] == "BadPasskey", (member, value)
    assert len(events(server, name[1], "passkey.refused")) == len(wrong)
    assert console.check(token, push.sPushToken).result == "Poll"
    assert phone.answer("approve", push.sMatchNumber, challenge, **made)["result"] == "OK"


def test_not_brought_or_in_part(server, name, waiting):
    phone, console, token, push, challenge = waiting
    plain = phone.answer("approve", push.sMatchNumber, challenge)
    assert (plain["result"], plain["status"]) == ("PasskeyRequired", 422)
    assert events(server, name[1], "passkey.refused")[0]["reason"] == "missing"
    made = phone.authenticator.sign(phone.assertion(challenge, "approve", push.sMatchNumber))
    for member in made:
        part = {key: value for key, value in made.items() if key != member}
        assert phone.answer("approve", push.sMatchNumber, challenge, **part)["result"] == "BadRequest"
        assert phone.answer("approve", push.sMatchNumber, challenge, **{**made, member: "=!"})["result"] == "BadRequest"
    assert console.check(token, push.sPushToken).result == "Poll"


def test_the_devices_own_signature_is_needed_too(waiting):
    phone, console, token, push, challenge = waiting
    made = phone.authenticator.sign(phone.assertion(challenge, "approve", push.sMatchNumber))
    forged = Phone(phone.server).sign(phone.assertion(challenge, "approve", push.sMatchNumber))
    answer = phone.answer("approve", push.sMatchNumber, challenge, **made, sSignature=forged)
    assert answer["result"] == "BadSignature"
    assert console.check(token, push.sPushToken).result == "Poll"


def test_a_wrong_number_behind_both(waiting):
    phone, console, token, push, challenge = waiting
    answer = phone.approve(wrong_number(push.sMatchNumber), challenge)
    assert (answer["result"], answer["iTriesRemaining"]) == ("WrongNumber", 2)
    assert phone.approve(push.sMatchNumber, challenge)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"


def test_an_assertion_is_good_for_its_challenge_alone(server, name, waiting):
    phone, console, token, push, challenge = waiting
    made = phone.authenticator.sign(phone.assertion(challenge, "approve", push.sMatchNumber))
    assert phone.answer("approve", push.sMatchNumber, challenge, **made)["result"] == "OK"
    assert phone.answer("approve", push.sMatchNumber, challenge, **made)["result"] == "AlreadyAnswered"
    assert console.settle(token, push.sPushToken).result == "OK"
    server.advance(31)
    token, push = console.begin(name[1])
    answer = phone.answer("approve", push.sMatchNumber, phone.pending()[0], **made)
    assert answer["result"] == "BadPasskey"
    assert events(server, name[1], "passkey.refused")[0]["reason"] == "challenge"
    assert console.check(token, push.sPushToken).result == "Poll"


def test_a_clone_is_noticed(server, name, waiting):
    phone, console, token, push, challenge = waiting
    assert phone.approve(push.sMatchNumber, challenge, count=9)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"
    server.advance(31)
    token, push = console.begin(name[1])
    assert phone.approve(push.sMatchNumber, count=9)["result"] == "BadPasskey", "a copy that is one behind"
    assert events(server, name[1], "passkey.refused")[0]["reason"] == "counter"
    server.wait_log(f"passkey.counter .*device={phone.id}")
    assert phone.approve(push.sMatchNumber, count=10)["result"] == "OK"


def test_anothers_passkey(server, name, waiting, source):
    phone, console, token, push, challenge = waiting
    other = PasskeyPhone(server, source)
    other.enrol(server.enrol_link(name[1]), "another")
    made = other.authenticator.sign(phone.assertion(challenge, "approve", push.sMatchNumber))
    assert phone.answer("approve", push.sMatchNumber, challenge, **made)["result"] == "BadPasskey"
    assert console.check(token, push.sPushToken).result == "Poll"


@pytest.mark.parametrize("result", ["BadPasskey", "PasskeyRequired"])
def test_refusals_are_counted(waiting, result):
    phone, _, _, push, challenge = waiting
    if result == "BadPasskey":
        results = [phone.approve(push.sMatchNumber, challenge, count=1)["result"] for _ in range(40)]
    else:
        results = [phone.answer("approve", push.sMatchNumber, challenge)["result"] for _ in range(40)]
    assert results[0] == result and results[-1] == "TooManyRequests"


# ---- policies ------------------------------------------------------------------------------------------------------------


def test_required(server, name, source):
    email = account(server, name)
    old = Phone(server).enrol(server.enrol_link(email), "from before")
    server.cli("policy", "set", name[0], "passkey", "required")
    tick = ticket(server, email)
    refused = Phone(server, source).try_enrol(tick)
    assert (refused["result"], refused["status"]) == ("PasskeyRequired", 422)
    assert events(server, email, "passkey.refused")[0]["reason"] == "required"
    console = server.console()
    token, push = console.begin(email)
    assert old.approve(push.sMatchNumber)["result"] == "PasskeyRequired"
    assert console.check(token, push.sPushToken).result == "Poll"
    assert old.reject()["result"] == "OK", "a no needs nothing"
    assert console.settle(token, push.sPushToken).result == "TwoFactorRejected"
    server.advance(31)
    phone = PasskeyPhone(server, source)
    assert phone.try_enrol(tick)["result"] == "OK", "the refusal left the ticket good"


def test_offered(server, name, source):
    email = account(server, name)
    plain = Phone(server).enrol(server.enrol_link(email), "without")
    assert server.cli("device", "show", plain.id)["passkey"] is False
    assert server.console().sign_in(email, plain).result == "OK"
    with pytest.raises(Refused):
        server.cli("policy", "set", name[0], "passkey", "always")
    stranger = Authenticator("localhost", plain.audience)
    server.advance(31)
    token, push = server.console().begin(email)
    challenge = plain.pending()[0]
    made = stranger.sign(plain.assertion(challenge, "approve", push.sMatchNumber))
    plain.source = source
    assert plain.answer("approve", push.sMatchNumber, challenge, **made)["result"] == "BadPasskey", "it never had one"
    assert token is not None


def test_off(server, name, source, waiting):
    phone, console, token, push, challenge = waiting
    server.cli("policy", "set", name[0], "passkey", "off")
    assert phone.answer("approve", push.sMatchNumber, challenge)["result"] == "PasskeyRequired", "those that have one go on"
    assert phone.approve(push.sMatchNumber, challenge)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"
    late, tick = PasskeyPhone(server, source), ticket(server, name[1])
    assert late.ticket(tick)["sPasskey"] == "off"
    assert late.try_enrol(tick)["result"] == "BadPasskey", "none is taken"
    assert Phone(server).try_enrol(tick)["result"] == "OK"


def test_required_between_approval_and_grant(server, name):
    email = account(server, name)
    phone = Phone(server).enrol(server.enrol_link(email))
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    server.cli("policy", "set", name[0], "passkey", "required")
    assert console.settle(token, push.sPushToken).result == "InvalidToken"
    assert console.cookie is None
    assert events(server, email, "push.cancelled")[0]["reason"] == "passkey"
    server.advance(31)
    assert console.send(token).result == "OK", "the login goes on, for a phone with a passkey"


def test_removed_with_its_device(server, name, source, waiting):
    phone, _, _, _, _ = waiting
    server.cli("device", "remove", "--yes", phone.id)
    assert server.cli("device", "show", phone.id)["passkey"] is False
    again = PasskeyPhone(server, source)
    again.authenticator = phone.authenticator
    again.enrol(server.enrol_link(name[1]), "the same authenticator")


# ---- what an enrolment is refused for ------------------------------------------------------------------------------------

BENT_ENROLMENT = {
    "type": dict(type="webauthn.get"),
    "challenge": dict(signs=b64(bytes(32))),
    "origin": dict(origin="https://localhost"),
    "cross-origin": dict(members={"crossOrigin": True}),
    "relying-party": dict(rp_id="example.com"),
    "user-presence": dict(flags=UV | BE | BS),
    "user-verification": dict(flags=UP | BE | BS),
    "backup": dict(flags=UP | UV | BS),
    "credential-empty": dict(id=b""),
    "credential-long": dict(id=bytes(1024)),
    "format": dict(fmt="android-safetynet"),
    "malformed-behind": dict(behind=b"\0"),
    "malformed-tail": dict(tail=b"\0"),
    "malformed-statement": dict(fmt="packed"),
    "malformed-none": dict(fmt="none", self_attested=True),
    "attestation": dict(self_attested=True, fmt="packed", key_of=EdDsa),
}


@pytest.mark.parametrize("bent", BENT_ENROLMENT)
def test_an_enrolment_that_is_wrong_spends_nothing(server, name, source, bent):
    email = account(server, name)
    phone, tick, bend = PasskeyPhone(server, source), ticket(server, email), dict(BENT_ENROLMENT[bent])
    if bend.pop("key_of", None):  # a statement by another key
        phone.authenticator.key.sign = Es256().sign
    answer = phone.try_enrol(tick, **bend)
    assert (answer["result"], answer["status"]) == ("BadPasskey", 422)
    refused = events(server, email, "passkey.refused")
    assert len(refused) == 1 and refused[0]["reason"] in (bent, bent.split("-", 1)[0]), refused
    assert server.cli("device", "list", "--technician", email)["devices"] == []
    assert PasskeyPhone(server, source).try_enrol(tick)["result"] == "OK", "the ticket is still good"


def test_enrolments_credential_is_known(server, name, source, waiting):
    phone, _, _, _, _ = waiting
    copy = PasskeyPhone(server, source)
    answer = copy.try_enrol(ticket(server, name[1]), id=phone.authenticator.id)
    assert answer["result"] == "BadPasskey"
    assert events(server, name[1], "passkey.refused")[0]["reason"] == "known"


def test_half_an_enrolment(server, name, source):
    email = account(server, name)
    phone, tick = PasskeyPhone(server, source), ticket(server, email)
    made = phone.authenticator.register(phone.enrolment(tick, "phone"))
    for member in made:
        other = next(key for key in made if key != member)
        assert Phone.try_enrol(phone, tick, **{member: made[member]})["result"] == "BadRequest"
        assert Phone.try_enrol(phone, tick, **{member: "#", other: made[other]})["result"] == "BadRequest"
    assert Phone.try_enrol(phone, tick, **made)["result"] == "OK"


def test_each_reason_is_explained():
    with open(os.path.join(ROOT, "src/webauthn/webauthn_fault.def"), encoding="utf-8") as table:
        reasons = re.findall(r'^FAULT\(\w+, "([a-z-]+)"', table.read(), re.M)
    with open(os.path.join(ROOT, "docs/operating.md"), encoding="utf-8") as document:
        text = document.read()
    assert len(reasons) > 20
    assert [reason for reason in reasons if reason != "none" and f"`{reason}`" not in text] == []


# ---- the rest ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tick", ["", "x", b64(bytes(32))])
def test_an_unknown_ticket_tells_nothing(server, source, tick):
    answer = Phone(server, source).post("ticket", {"sTicket": tick})
    assert answer == {"result": "UnknownTicket", "status": 401, "bCompare": False}


def test_a_server_whose_host_is_an_address(own_server, name):
    server = own_server()
    email = account(server, name)
    tick = ticket(server, email)
    told = Phone(server).post("ticket", {"sTicket": tick})
    assert told["sPasskey"] == "off" and "sRelyingParty" not in told
    with pytest.raises(Refused) as refused:
        server.cli("policy", "set", name[0], "passkey", "required")
    assert "public_url" in refused.value.text
    phone = PasskeyPhone(server)
    assert phone.try_enrol(tick)["result"] == "BadPasskey"
    assert Phone(server).try_enrol(tick)["result"] == "OK"


def test_the_command_lines_phone_says_what_it_lacks(server, name, tmp_path):
    email = account(server, name, passkey="required")
    done = server.run("device", "enrol", server.enrol_link(email), "--key-file", tmp_path / "key")
    assert done.returncode == 1
    assert "PasskeyRequired" in done.stderr and "no authenticator" in done.stderr
    assert not (tmp_path / "key").exists()
    server.cli("policy", "set", name[0], "passkey", "offered")
    server.cli("device", "enrol", server.enrol_link(email), "--key-file", tmp_path / "key")
    server.cli("policy", "set", name[0], "passkey", "required")
    _, push = server.console().begin(email)
    done = server.run("device", "approve", "--next", "--number", push.sMatchNumber, "--key-file", tmp_path / "key")
    assert done.returncode == 1 and "PasskeyRequired" in done.stderr and "no authenticator" in done.stderr
    assert server.run("device", "reject", "--next", "--key-file", tmp_path / "key").returncode == 0


# ---- the self-service ----------------------------------------------------------------------------------------------------


@pytest.fixture
def keeper(server, name, source):
    """(server, company, e-mail address, a phone with a passkey that counts)"""
    email = account(server, name)
    phone = PasskeyPhone(server, source, count=7)
    return server, name[0], email, phone.enrol(server.enrol_link(email))


def opening(phone, company, email):
    nonce = phone.nonce()
    return nonce, phone.self_statement(nonce, company, email)


def test_the_self_service_asks_for_it(keeper):
    server, company, email, phone = keeper
    nonce, statement = opening(phone, company, email)
    bare = phone.try_open(nonce, statement)
    assert (bare["result"], bare["status"]) == ("PasskeyRequired", 422)
    made = phone.authenticator.sign(statement)
    for missing in made:
        part = {name: value for name, value in made.items() if name != missing}
        assert phone.try_open(nonce, statement, **part)["result"] == "BadRequest"
    opened = phone.try_open(nonce, statement, **made)
    assert opened["result"] == "OK", opened
    phone.self_token = opened["sSelfToken"]
    assert [d["bPasskey"] for d in phone.self("overview")["aDevices"]] == [True]
    assert [row["reason"] for row in events(server, email, "self.refused")] == ["passkey"]


def test_the_self_service_takes_none_but_its_own(keeper, source):
    server, company, email, phone = keeper
    nonce, statement = opening(phone, company, email)
    other = PasskeyPhone(server, source).enrol(server.enrol_link(email))
    bent = [phone.authenticator.sign(statement, flags=UP), phone.authenticator.sign(statement + b"x"),
            other.authenticator.sign(statement)]
    for made in bent:
        answer = phone.try_open(nonce, statement, **made)
        assert (answer["result"], answer["status"]) == ("BadPasskey", 422)
        assert "sSelfToken" not in answer
    wrong = phone.try_open(nonce, statement + b"x", **phone.authenticator.sign(statement))
    assert wrong["result"] == "BadSignature", "the device's own key signs, too"
    assert phone.try_open(nonce, statement, **phone.authenticator.sign(statement))["result"] == "OK", "no refusal spent the nonce"
    assert len(events(server, email, "self.refused")) == 4


def test_a_passkey_is_for_one_opening(keeper):
    _, company, email, phone = keeper
    nonce, statement = opening(phone, company, email)
    made = phone.authenticator.sign(statement)
    assert phone.try_open(nonce, statement, **made)["result"] == "OK"
    assert phone.try_open(nonce, statement, **made)["result"] == "StaleNonce", "the nonce was good once"
    later, statement = opening(phone, company, email)
    assert phone.try_open(later, statement, **made)["result"] == "BadPasskey", "it is over another nonce"


def test_without_one_the_self_service_is_shut_where_it_is_required(server, name, source):
    email = account(server, name)
    phone = Phone(server, source).enrol(server.enrol_link(email)).open_self(name[0], email)
    server.cli("policy", "set", name[0], "passkey", "required")
    nonce, statement = opening(phone, name[0], email)
    assert phone.try_open(nonce, statement)["result"] == "PasskeyRequired"
    server.cli("policy", "unset", name[0], "passkey")
    assert phone.try_open(nonce, statement)["result"] == "OK"
