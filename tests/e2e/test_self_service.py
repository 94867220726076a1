# SPDX-License-Identifier: Apache-2.0
"""What technicians do with their own account on their own phone, and what happens to other attempts."""

import base64
import hashlib
import hmac
import itertools
import struct
import urllib.parse

import pytest
from pyzbar import pyzbar

from countersign import PASSWORD, Phone, b64, usual_source, wrong_number

# Each test fails from an address of its own: the server counts failures by address.
NUMBER = itertools.count()
SECRET = b64(bytes(32))
NEW_PASSWORD = "twelve grey herons, 1 pond"


@pytest.fixture
def ann(server, name):
    """(server, company, e-mail address, phone with the self-service open)"""
    company, email = name
    phone = server.ready(company, email)
    phone.source = f"127.7.{next(NUMBER)}.1"
    return server, company, email, phone.open_self(company, email)


def events(server, email, event):
    return [row for row in server.cli("audit", "list", "--technician", email, "--last", "100")["events"] if row["event"] == event]


# ---- opening ---------------------------------------------------------------------------------------------------------

def test_it_opens_for_ten_minutes(ann):
    server, company, email, phone = ann
    begun = phone.api("self/begin", {}, phone.token)
    assert begun["iSecondsRemaining"] == 120 and begun["sNonce"]
    assert (begun["sCompany"], begun["sAccount"]) == (company, email)
    opened = phone.try_open(begun["sNonce"], phone.self_statement(begun["sNonce"], company, email))
    assert opened["iSecondsRemaining"] == 600 and len(opened["sSelfToken"]) == 43
    phone.self_token = opened["sSelfToken"]
    server.advance(599)
    assert phone.self("overview")["result"] == "OK"
    server.advance(2)
    answer = phone.self("overview")
    assert (answer["result"], answer["status"]) == ("ProofRequired", 401)
    assert [row["actor"] for row in events(server, email, "self.opened")] == [f"device:{phone.id}"] * 2


def test_a_nonce_is_good_once(ann):
    server, company, email, phone = ann
    nonce = phone.nonce()
    statement = phone.self_statement(nonce, company, email)
    assert phone.try_open(nonce, statement)["result"] == "OK"
    again = phone.try_open(nonce, statement)
    assert (again["result"], again["status"]) == ("StaleNonce", 409)
    assert "sSelfToken" not in again
    assert [row["detail"]["reason"] for row in events(server, email, "self.refused")] == ["nonce"]


def test_a_nonce_expires(ann):
    server, company, email, phone = ann
    nonce = phone.nonce()
    server.advance(121)
    assert phone.try_open(nonce, phone.self_statement(nonce, company, email))["result"] == "StaleNonce"


def test_a_thief_who_asks_for_nonces_keeps_nobody_out(ann):
    _, company, email, phone = ann
    own = phone.nonce()
    for _ in range(3):
        phone.nonce()
        phone.change_nonce()
    assert phone.try_open(own, phone.self_statement(own, company, email))["result"] == "OK"


def test_what_the_phone_signed_makes_earlier_nonces_void(ann):
    _, company, email, phone = ann
    first, second = phone.nonce(), phone.nonce()
    assert phone.try_open(second, phone.self_statement(second, company, email))["result"] == "OK"
    assert phone.try_open(first, phone.self_statement(first, company, email))["result"] == "StaleNonce"
    third, change = phone.nonce(), phone.change_nonce()
    assert phone.change("noticed", sNoticeId="none")["result"] == "OK"
    assert phone.try_open(third, phone.self_statement(third, company, email))["result"] == "StaleNonce"
    assert phone.post("noticed", phone.signed("device/noticed", {"sNoticeId": "none"}, change), phone.token)["result"] == "StaleNonce"


def test_another_devices_nonce_is_not_good(ann):
    server, company, email, phone = ann
    other = server.phone(email, "tablet")
    nonce = phone.nonce()
    assert other.try_open(nonce, other.self_statement(nonce, company, email))["result"] == "StaleNonce"
    assert phone.try_open(nonce, phone.self_statement(nonce, company, email))["result"] == "OK", "it was not spent by that"


def test_a_company_that_was_renamed(ann):
    server, company, email, phone = ann
    server.cli("company", "set", company, "--title", "Another Name Ltd")
    begun = phone.api("self/begin", {}, phone.token)
    assert begun["sCompany"] == "Another Name Ltd"
    assert phone.try_open(begun["sNonce"], phone.self_statement(begun["sNonce"], company, email))["result"] == "BadSignature"
    assert phone.open_self(begun["sCompany"], email).self("overview")["result"] == "OK"


@pytest.mark.parametrize("change", [
    {"audience": "https://elsewhere.example"}, {"nonce": SECRET}, {"company": "Other"}, {"account": "mallory@example.com"},
    {"device": "1"},
])
def test_a_signature_over_another_statement_is_refused(ann, change):
    server, company, email, phone = ann
    nonce = phone.nonce()
    answer = phone.try_open(nonce, phone.self_statement(nonce, company, email, change))
    assert (answer["result"], answer["status"]) == ("BadSignature", 422)
    assert [row["detail"]["reason"] for row in events(server, email, "self.refused")] == ["signature"]
    assert phone.try_open(nonce, phone.self_statement(nonce, company, email))["result"] == "OK", "it was not spent by that"


def test_a_signature_for_something_else_is_refused(ann):
    _, company, email, phone = ann
    nonce = phone.nonce()
    lines = phone.self_statement(nonce, company, email).split(b"\n", 1)[1]
    for kind in (b"countersign-assertion-v1\n", b"countersign-enrol-v1\n", b""):
        assert phone.try_open(nonce, kind + lines)["result"] == "BadSignature"


def test_a_signature_by_another_key_is_refused(ann):
    server, company, email, phone = ann
    stranger = Phone(server)
    stranger.id, stranger.token = phone.id, phone.token
    nonce = stranger.nonce()
    assert stranger.try_open(nonce, stranger.self_statement(nonce, company, email))["result"] == "BadSignature"


@pytest.mark.parametrize("members", [
    {}, {"sNonce": "x"}, {"sSignature": "AA"}, {"sNonce": "", "sSignature": "AA"}, {"sNonce": "x", "sSignature": "!"},
])
def test_what_is_malformed_is_refused(ann, members):
    _, _, _, phone = ann
    answer = phone.api("self/open", members, phone.token)
    assert (answer["result"], answer["status"]) == ("BadRequest", 400)


@pytest.mark.parametrize("signature", ["AA", b64(bytes(64)), b64(b"\xff" * 64), b64(bytes(65)), "A" * 60_000])
def test_what_is_no_signature_is_refused(ann, signature):
    _, _, _, phone = ann
    answer = phone.api("self/open", {"sNonce": phone.nonce(), "sSignature": signature}, phone.token)
    assert (answer["result"], answer["status"]) == ("BadSignature", 422)


# ---- whose it is -----------------------------------------------------------------------------------------------------

OPERATIONS = ["overview", "rename", "remove", "password", "codes/begin", "codes/confirm", "codes/remove", "recovery", "end"]


@pytest.mark.parametrize("op", OPERATIONS)
def test_every_operation_asks_for_the_proof(ann, op):
    server, company, email, phone = ann
    other = server.phone(email, "tablet").open_self(company, email)
    members = {"sDeviceId": phone.id, "sName": "x", "sOldPassword": PASSWORD, "sNewPassword": NEW_PASSWORD, "sCode": "000000"}
    known = {"rename": ("sDeviceId", "sName"), "remove": ("sDeviceId",), "password": ("sOldPassword", "sNewPassword"),
             "codes/confirm": ("sCode",)}
    given = {name: members[name] for name in known.get(op, ())}
    before = phone.self("overview")
    for token in (None, "", "x", SECRET, other.self_token):
        members = given if token is None else {**given, "sSelfToken": token}
        path = f"self/{op}"
        answer = phone.api(path, phone.signed(path, members) if path in phone.CHANGES else members, phone.token)
        assert (answer["result"], answer["status"]) == ("ProofRequired", 401), token
        assert not set(answer) - {"result", "status", "bCodes", "iRecoveryCodes", "iPasswordExpiresIn", "iMinimumLength",
                                  "minimumPasswordStrength", "iAttemptRemaining", "iPasswordNotice"}, answer
    for token in (None, "x", SECRET):
        answer = phone.api(f"self/{op}", {**given, "sSelfToken": phone.self_token}, token)
        assert (answer["result"], answer["status"]) == ("UnknownDevice", 401)
    assert phone.self("overview") == before


@pytest.mark.parametrize("op", OPERATIONS)
def test_it_is_closed_when_it_was_ended(ann, op):
    _, _, _, phone = ann
    assert phone.self("end")["result"] == "OK"
    assert phone.self(op)["result"] == "ProofRequired"


def test_opening_anew_ends_the_earlier_one(ann):
    _, company, email, phone = ann
    first = phone.self_token
    phone.open_self(company, email)
    assert phone.self("overview")["result"] == "OK"
    assert phone.api("self/overview", {"sSelfToken": first}, phone.token)["result"] == "ProofRequired"


def test_it_closes_with_its_device(ann):
    server, company, email, phone = ann
    waiting = phone.nonce()
    server.cli("device", "disable", phone.id)
    assert phone.self("overview")["result"] == "UnknownDevice"
    assert phone.api("self/begin", {}, phone.token)["result"] == "UnknownDevice"
    server.cli("device", "enable", phone.id)
    assert phone.self("overview")["result"] == "ProofRequired", "it stays closed"
    assert phone.try_open(waiting, phone.self_statement(waiting, company, email))["result"] == "StaleNonce"


@pytest.mark.parametrize("close, open_again", [
    (("technician", "lock"), ("technician", "unlock")),
    (("technician", "disable"), ("technician", "enable")),
])
def test_an_account_that_cannot_be_used_has_none(ann, close, open_again):
    server, company, email, phone = ann
    nonce = phone.nonce()
    server.cli(*close, email)
    for answer in (phone.self("overview"), phone.self("recovery"), phone.api("self/begin", {}, phone.token),
                   phone.try_open(nonce, phone.self_statement(nonce, company, email))):
        assert (answer["result"], answer["status"]) == ("AccountLocked", 423)
    assert [row["detail"]["reason"] for row in events(server, email, "self.refused")] == ["account"] * 4
    server.cli(*open_again, email)
    assert phone.self("overview")["result"] == "ProofRequired", "it stays closed"
    phone.open_self(company, email)
    assert phone.self("overview")["result"] == "OK"


@pytest.mark.parametrize("state", ["inactive", "banned"])
def test_a_company_that_is_not_active_has_none(ann, state):
    server, company, _, phone = ann
    server.cli("company", "set", company, "--state", state)
    assert phone.self("overview")["result"] == "AccountLocked"
    assert phone.api("self/begin", {}, phone.token)["result"] == "AccountLocked"


def test_a_deleted_account_has_none(ann):
    server, _, email, phone = ann
    server.cli("technician", "delete", "--yes", email)
    assert phone.self("overview")["result"] == "UnknownDevice"


# ---- devices ---------------------------------------------------------------------------------------------------------

def test_the_overview_shows_the_account(ann):
    server, company, email, phone = ann
    other = server.phone(email, "tablet")
    server.cli("device", "disable", other.id)
    gone = server.phone(email, "lost")
    server.cli("device", "remove", "--yes", gone.id)
    told = phone.self("overview")
    first, second = told["aDevices"]
    assert (first["sDeviceId"], first["sName"], first["sState"], first["bThis"]) == (phone.id, "phone", "active", True)
    assert (second["sDeviceId"], second["sName"], second["sState"], second["bThis"]) == (other.id, "tablet", "disabled", False)
    assert first["sFingerprint"] == phone.fingerprint
    assert first["bPasskey"] is False and first["bNotifications"] is False
    assert first["sEnrolled"].endswith("Z") and first["sSeen"] >= first["sEnrolled"]
    assert (told["bCodes"], told["iRecoveryCodes"], told["aSignIns"]) == (False, 0, [])
    assert (told["iPasswordExpiresIn"], told["minimumPasswordStrength"], told["iMinimumLength"]) == (-1, 0, 8)
    for key, value in (("password_age", "30"), ("password_strength", "strong"), ("second_factor", "off")):
        server.cli("policy", "set", company, key, value)
    told = phone.self("overview")
    assert (told["iPasswordExpiresIn"], told["minimumPasswordStrength"], told["iMinimumLength"]) == (30, 2, 15)


def test_the_last_sign_ins_are_shown(ann):
    server, _, email, phone = ann
    assert server.console(agent="wrong one").login(email, "wrong").result == "InvalidPassword"
    console = server.console(agent="Console 7.2\t(test)", source="127.0.0.9")
    assert console.sign_in(email, phone).result == "OK"
    server.advance(31)
    token, push = server.console(agent="refused one").begin(email)
    assert phone.reject()["result"] == "OK"
    assert server.console(agent="refused one").settle(token, push.sPushToken).result == "TwoFactorRejected"
    code = server.cli("code", "recovery", email)["codes"][0]
    login = console.login(email)
    assert console.call("twoFactorValidateCode", sLoginToken=login.sLoginToken, sCode="123456").result == "InvalidCode"
    assert console.call("twoFactorValidateCode", sLoginToken=login.sLoginToken, sCode=code).result == "OK"
    seen = phone.self("overview")["aSignIns"]
    assert all(row["iTimes"] == 1 and row["sFirst"] == row["sWhen"] for row in seen)
    told = [(row["sResult"], row["sMethod"], row["sConsole"], row["sSource"]) for row in seen]
    assert told == [("OK", "recovery", "Console 7.2?(test)", "127.0.0.9"), ("InvalidCode", "totp", "Console 7.2?(test)", "127.0.0.9"),
                    ("TwoFactorRejected", "push", "refused one", usual_source()), ("OK", "push", "Console 7.2?(test)", "127.0.0.9"),
                    ("InvalidPassword", "password", "wrong one", usual_source())]


def test_strangers_displace_no_sign_in(ann):
    """Two accounts on one phone, and 500 tries at both of somebody who has many addresses."""
    server, company, email, phone = ann
    bob = server.technician(company, f"bob.{email}")
    phones = {email: phone, bob: server.phone(bob)}
    phones[bob].open_self(company, bob)
    for who, its_phone in phones.items():
        assert server.console(source="127.0.0.9").sign_in(who, its_phone).result == "OK"
        console = server.console(source="127.0.0.10")
        login = console.login(who)
        assert console.call("twoFactorValidateCode", sLoginToken=login.sLoginToken, sCode="123456").result == "InvalidCode"
    for number in range(250):
        stranger = server.console(source=f"127.8.{number % 25}.1", agent="stranger")
        for who in phones:
            assert stranger.login(who, "wrong").result in ("InvalidPassword", "UserLockedOut")
        stranger.connection.close()
    for who, its_phone in phones.items():
        server.cli("technician", "unlock", who)
        seen = its_phone.self("overview")["aSignIns"]
        known = [(row["sResult"], row["sSource"], row["iTimes"]) for row in seen if row["sConsole"] != "stranger"]
        assert known == [("InvalidCode", "127.0.0.10", 1), ("OK", "127.0.0.9", 1)]
        groups = [row for row in seen if row["sConsole"] == "stranger"]
        assert 1 <= len(groups) <= 20 and all(row["sFirst"] <= row["sWhen"] for row in groups)
        assert len({(row["sResult"], row["sSource"]) for row in groups}) == len(groups), "what is alike is one entry"


def test_another_accounts_sign_ins_are_not_shown(ann):
    server, company, email, phone = ann
    other = server.technician(company, f"bob.{email}")
    assert server.console().sign_in(other, server.phone(other)).result == "OK"
    assert phone.self("overview")["aSignIns"] == []


def test_a_device_is_renamed(ann):
    server, _, email, phone = ann
    other = server.phone(email, "tablet")
    assert phone.self("rename", sDeviceId=other.id, sName="Grey tablet, “2”")["result"] == "OK"
    assert [d["sName"] for d in phone.self("overview")["aDevices"]] == ["phone", "Grey tablet, “2”"]
    assert events(server, email, "device.renamed")[-1]["actor"] == f"device:{phone.id}"
    for name in ("", " x", "x" * 65, "a\nb", None):
        members = {"sDeviceId": other.id, **({} if name is None else {"sName": name})}
        answer = phone.self("rename", **members)
        assert (answer["result"], answer["status"]) == ("BadRequest", 400), name


def test_a_device_is_removed(ann):
    server, _, email, phone = ann
    other = server.phone(email, "tablet")
    assert phone.self("remove", sDeviceId=other.id)["result"] == "OK"
    assert other.post("pending", {}, other.token)["result"] == "UnknownDevice"
    assert phone.self("remove", sDeviceId=other.id)["result"] == "UnknownDevice"
    assert phone.self("rename", sDeviceId=other.id, sName="x")["result"] == "UnknownDevice"
    assert events(server, email, "device.state")[-1]["actor"] == f"device:{phone.id}"
    refused = phone.self("remove", sDeviceId=phone.id)
    assert (refused["result"], refused["status"]) == ("LastFactor", 409)
    server.cli("code", "recovery", email)
    assert phone.self("remove", sDeviceId=phone.id)["result"] == "OK"
    assert phone.self("overview")["result"] == "UnknownDevice"


@pytest.mark.parametrize("op", ["rename", "remove"])
def test_another_accounts_device_is_unknown(ann, op):
    server, company, email, phone = ann
    colleague = server.phone(server.technician(company, f"bob.{email}"))
    server.company(f"other.{company}")
    stranger = server.phone(server.technician(f"other.{company}", f"eve.{email}"))
    members = {"sName": "mine"} if op == "rename" else {}
    for device in (colleague, stranger):
        answer = phone.self(op, sDeviceId=device.id, **members)
        assert (answer["result"], answer["status"]) == ("UnknownDevice", 401)
        assert device.post("pending", {}, device.token)["result"] == "OK"
    for device_id in ("1", "0", "-1", "x", "99999999999999999999"):
        assert phone.self(op, sDeviceId=device_id, **members)["result"] == "UnknownDevice"
    assert phone.self(op, **members)["result"] == "BadRequest"


# ---- codes -----------------------------------------------------------------------------------------------------------

def code_of(secret, when):
    """RFC 6238, apart from the server's own code."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", when // 30), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1_000_000:06d}"


def wrong_code(secret, when):
    """Six digits that are not the code of any step near that time."""
    near = {code_of(secret, when + 30 * step) for step in range(-3, 4)}
    return next(code for code in (f"{number:06d}" for number in range(8)) if code not in near)


def read_qr(rows):
    """What a camera sees of the code, four pixels a module and with its quiet zone, as zbar reads it."""
    size = len(rows) + 8
    assert all(len(row) == len(rows) and set(row) <= {"0", "1"} for row in rows)
    quiet = ["0" * size] * 4
    lines = [*quiet, *(f"0000{row}0000" for row in rows), *quiet]
    pixels = b"".join(b"".join((b"\0" if module == "1" else b"\xff") * 4 for module in line) * 4 for line in lines)
    found, = pyzbar.decode((pixels, 4 * size, 4 * size), [pyzbar.ZBarSymbol.QRCODE])
    return found.data.decode()


def try_code(server, email, code):
    console = server.console()
    login = console.login(email)
    assert login.result == "OkTwoFactorAuthenticationRequired"
    return console.call("twoFactorValidateCode", sLoginToken=login.sLoginToken, sCode=code).result


def test_an_authenticator_is_set_up(ann):
    server, company, email, phone = ann
    begun = phone.self("codes/begin")
    assert begun["result"] == "OK"
    uri = urllib.parse.urlsplit(begun["sUri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert urllib.parse.unquote(uri.path) == f"/{company}:{email}"
    assert urllib.parse.parse_qs(uri.query)["secret"] == [begun["sSecret"]]
    assert read_qr(begun["sQrCode"].split(" ")) == begun["sUri"]
    secret = begun["sSecret"]
    assert phone.self("overview")["bCodes"] is False, "nothing is changed yet"
    assert try_code(server, email, code_of(secret, server.now())) == "InvalidCode"
    code = code_of(secret, server.now())
    wrong = phone.self("codes/confirm", sCode=wrong_number(code))
    assert (wrong["result"], wrong["status"]) == ("WrongCode", 422)
    assert phone.self("overview")["bCodes"] is False
    code = code_of(secret, server.now())
    assert phone.self("codes/confirm", sCode=code)["result"] == "OK"
    assert phone.self("overview")["bCodes"] is True
    assert try_code(server, email, code) == "InvalidCode", "it was accepted once already"
    assert phone.self("codes/confirm", sCode=code)["result"] == "BadRequest", "none waits any more"
    server.advance(60)
    assert try_code(server, email, code_of(secret, server.now())) == "OK"
    assert [row["actor"] for row in events(server, email, "totp.enrolled")] == [f"device:{phone.id}"]


def test_the_former_authenticator_works_until_another_is_confirmed(ann):
    server, _, email, phone = ann
    first = phone.self("codes/begin")["sSecret"]
    assert phone.self("codes/confirm", sCode=code_of(first, server.now()))["result"] == "OK"
    server.advance(60)
    second = phone.self("codes/begin")["sSecret"]
    third = phone.self("codes/begin")["sSecret"]
    assert len({first, second, third}) == 3
    assert try_code(server, email, code_of(first, server.now())) == "OK"
    assert phone.self("codes/confirm", sCode=code_of(second, server.now()))["result"] == "WrongCode", "the last one waits"
    assert phone.self("codes/confirm", sCode=code_of(third, server.now()))["result"] == "OK"
    server.advance(60)
    assert try_code(server, email, code_of(first, server.now())) == "InvalidCode"
    assert try_code(server, email, code_of(third, server.now())) == "OK"


def test_codes_that_wait_go_with_the_self_service(ann):
    server, company, email, phone = ann
    secret = phone.self("codes/begin")["sSecret"]
    phone.open_self(company, email)
    assert phone.self("codes/confirm", sCode=code_of(secret, server.now()))["result"] == "BadRequest"
    assert phone.self("codes/begin")["result"] == "OK"
    for members in ({}, {"sCode": ""}):
        assert phone.self("codes/confirm", **members)["result"] == "BadRequest"


def test_wrong_codes_count(ann):
    server, company, email, phone = ann
    server.cli("policy", "set", company, "lockout_failures", "3")
    secret = phone.self("codes/begin")["sSecret"]
    assert phone.self("codes/confirm", sCode="12345x")["result"] == "WrongCode"
    assert events(server, email, "code.refused") == [], "it cannot be a code, and does not count"
    wrong = wrong_code(secret, server.now())
    for number in range(3):  # from two addresses: one is refused before the account locks
        phone.source = f"{phone.source[:-1]}{1 + number // 2}"
        assert phone.self("codes/confirm", sCode=wrong)["result"] == "WrongCode"
    answer = phone.self("codes/confirm", sCode=code_of(secret, server.now()))
    assert (answer["result"], answer["status"]) == ("AccountLocked", 423)
    assert server.cli("technician", "show", email)["locked"] is True
    assert server.console().login(email).result == "InvalidPassword", "not looked at, and shown to no new address"
    assert len(events(server, email, "code.refused")) == 3


def test_an_address_that_failed_too_often_is_not_listened_to(ann):
    server, _, email, phone = ann
    secret = phone.self("codes/begin")["sSecret"]
    wrong = wrong_code(secret, server.now())
    for _ in range(5):
        assert phone.self("codes/confirm", sCode=wrong)["result"] == "WrongCode"
    right = {"sCode": code_of(secret, server.now())}
    assert phone.self("codes/confirm", **right)["result"] == "TooManyRequests"
    answer = phone.self("password", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD)
    assert (answer["result"], answer["status"]) == ("TooManyRequests", 429)
    phone.source = phone.source[:-1] + "2"
    assert phone.self("codes/confirm", **right)["result"] == "OK"
    assert server.console().login(email).result == "OkTwoFactorAuthenticationRequired"


def test_the_authenticator_is_removed(ann):
    server, _, email, phone = ann
    secret = phone.self("codes/begin")["sSecret"]
    assert phone.self("codes/confirm", sCode=code_of(secret, server.now()))["result"] == "OK"
    assert phone.self("codes/remove")["result"] == "OK"
    server.advance(60)
    assert try_code(server, email, code_of(secret, server.now())) == "InvalidCode"
    assert phone.self("overview")["bCodes"] is False
    assert phone.self("codes/remove")["result"] == "OK", "none to remove is no error"
    assert len(events(server, email, "totp.removed")) == 1


def test_the_secret_is_in_no_row_and_no_log(ann):
    server, _, _, phone = ann
    begun = phone.self("codes/begin")
    codes = [row["sCode"] for row in phone.self("recovery")["aRecoveryCodes"]]
    secrets = [begun["sSecret"].encode(), base64.b32decode(begun["sSecret"]), *(code.encode() for code in codes),
               phone.self_token.encode()]
    for path in (server.log_file, server.settings[("store", "path")], server.settings[("store", "path")] + "-wal"):
        with open(path, "rb") as data:
            text = data.read()
        for secret in secrets:
            assert secret not in text, path


def test_recovery_codes_are_made_anew(ann):
    server, _, email, phone = ann
    old = server.cli("code", "recovery", email)["codes"]
    made = phone.self("recovery")
    new = [row["sCode"] for row in made["aRecoveryCodes"]]
    assert len(set(new)) == 10 and not set(new) & set(old)
    assert phone.self("overview")["iRecoveryCodes"] == 10
    assert try_code(server, email, old[0]) == "InvalidCode"
    for code in new:
        assert try_code(server, email, code) == "OK"
        assert try_code(server, email, code) == "InvalidCode"
        server.cli("technician", "unlock", email)
    assert phone.self("overview")["iRecoveryCodes"] == 0


# ---- the password ----------------------------------------------------------------------------------------------------

def test_the_password_is_changed(ann):
    server, _, email, phone = ann
    console = server.console()
    assert console.sign_in(email, phone).result == "OK"
    answer = phone.self("password", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD)
    assert answer["result"] == "OK" and "sRule" not in answer
    assert console.call("keepConsoleAlive").result == "UserNotLoggedIn", "its session has ended"
    server.advance(31)
    assert server.console().login(email).result == "InvalidPassword"
    assert server.console().login(email, NEW_PASSWORD).result == "OkTwoFactorAuthenticationRequired"
    assert events(server, email, "password.changed")[-1]["actor"] == f"device:{phone.id}"
    assert phone.self("overview")["result"] == "OK", "the self-service stays open"


def test_a_login_that_proved_the_old_password_is_void(ann):
    server, _, email, phone = ann
    console = server.console()
    token, push = console.begin(email)
    assert phone.self("password", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD)["result"] == "OK"
    assert console.check(token, push.sPushToken).result == "InvalidPassword"


def test_a_wrong_password_counts(ann):
    server, company, email, phone = ann
    server.cli("policy", "set", company, "lockout_failures", "4")
    for left, old in ((3, "wrong"), (2, ""), (1, None), (0, PASSWORD.upper())):
        phone.source = f"{phone.source[:-1]}{1 + left // 2}"  # one address is refused before the account locks
        members = {"sNewPassword": NEW_PASSWORD, **({} if old is None else {"sOldPassword": old})}
        answer = phone.self("password", **members)
        assert (answer["result"], answer["status"], answer["iAttemptRemaining"]) == ("WrongPassword", 422, left)
    answer = phone.self("password", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD)
    assert (answer["result"], answer["status"]) == ("AccountLocked", 423)
    server.cli("technician", "unlock", email)
    assert server.console().login(email).result == "OkTwoFactorAuthenticationRequired", "the old one still holds"
    refused = events(server, email, "password.change-refused")
    assert [row["detail"]["result"] for row in refused] == ["InvalidPassword"] * 4


def test_the_policy_is_met(ann):
    server, company, email, phone = ann
    for new, rule in (("1234567", "length"), ("", "length"), (None, "length"), ("x" * 257, "length"),
                      ("password1", "well-known"), (f"{company}123!", "well-known"), (PASSWORD, "same")):
        members = {"sOldPassword": PASSWORD, **({} if new is None else {"sNewPassword": new})}
        answer = phone.self("password", **members)
        assert (answer["result"], answer["status"], answer["sRule"]) == ("PasswordRefused", 422, rule), new
        assert answer["iAttemptRemaining"] == 10, "the right old password is no failure"
    server.cli("policy", "set", company, "password_strength", "excellent")
    answer = phone.self("password", sOldPassword=PASSWORD, sNewPassword="no digits in these words")
    assert (answer["result"], answer["sRule"]) == ("PasswordRefused", "strength")
    server.cli("policy", "set", company, "password_strength", "none")
    assert phone.self("password", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD)["result"] == "OK"
    answer = phone.self("password", sOldPassword=NEW_PASSWORD, sNewPassword=PASSWORD)
    assert (answer["result"], answer["sRule"]) == ("PasswordRefused", "used")


# ---- notices ---------------------------------------------------------------------------------------------------------

def kinds(phone):
    return [(row["sKind"], row["sSubject"]) for row in phone.notices()]


def shown(*phones):
    for phone in phones:
        for row in phone.notices():
            assert phone.change("noticed", sNoticeId=row["sNoticeId"])["result"] == "OK"


def test_a_new_device_is_told_to_the_others_once(ann):
    server, _, email, phone = ann
    assert kinds(phone) == []
    tablet = server.phone(email, "tablet")
    assert kinds(tablet) == []
    notice, = phone.notices()
    assert (notice["sKind"], notice["sSubject"]) == ("device-added", "tablet")
    assert notice["sWhen"].endswith("Z") and len(notice["sNoticeId"]) == 22
    assert phone.notices() == [notice], "until it was shown"
    assert tablet.change("noticed", sNoticeId=notice["sNoticeId"])["result"] == "OK"
    assert phone.notices() == [notice], "another device's word does not count"
    shown(phone)
    assert phone.notices() == []
    for notice_id in (notice["sNoticeId"], "x", "", None):
        members = {} if notice_id is None else {"sNoticeId": notice_id}
        assert phone.change("noticed", **members)["result"] == "OK"
    assert phone.post("noticed", {"sNoticeId": "x"}, "x")["result"] == "UnknownDevice"


def test_what_a_device_changes_is_told_to_the_others(ann):
    server, _, email, phone = ann
    tablet, old, off = server.phone(email, "tablet"), server.phone(email, "old"), server.phone(email, "off")
    server.cli("device", "disable", off.id)
    shown(phone, tablet, old)
    secret = phone.self("codes/begin")["sSecret"]
    assert phone.self("codes/confirm", sCode=code_of(secret, server.now()))["result"] == "OK"
    assert phone.self("codes/remove")["result"] == "OK"
    assert phone.self("recovery")["result"] == "OK"
    assert phone.self("password", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD)["result"] == "OK"
    assert phone.self("remove", sDeviceId=old.id)["result"] == "OK"
    assert kinds(tablet) == [("device-removed", "old"), ("password-changed", ""), ("recovery-made", ""), ("codes-removed", ""),
                             ("codes-added", "")]
    assert kinds(phone) == [], "it knows what it did"
    server.cli("device", "enable", off.id)
    assert kinds(off) == [], "what was changed while it was off is not told"


def test_what_the_operator_changes_is_told_to_all(ann):
    server, _, email, phone = ann
    tablet, old = server.phone(email, "tablet"), server.phone(email, "old")
    shown(phone, tablet)
    server.cli("code", "totp", email, "--qr", "no")
    server.cli("code", "recovery", email)
    server.cli("code", "remove", "--yes", email)
    server.cli("technician", "reset", email, "--password-file", "-", stdin=NEW_PASSWORD + "\n")
    server.cli("device", "remove", "--yes", old.id)
    told = [("device-removed", "old"), ("password-changed", ""), ("codes-removed", ""), ("recovery-made", ""), ("codes-added", "")]
    assert kinds(phone) == told
    assert kinds(tablet) == told


def test_what_a_console_changes_is_told_to_all(ann):
    server, _, email, phone = ann
    console = server.console()
    assert console.sign_in(email, phone).result == "OK"
    assert console.call("changePassword", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD).value == "changePassword_OK"
    assert kinds(phone) == [("password-changed", "")]


def test_a_device_that_takes_itself_off_is_told(ann):
    server, _, email, phone = ann
    tablet = server.phone(email, "tablet")
    shown(phone)
    assert tablet.change("remove")["result"] == "OK"
    assert kinds(phone) == [("device-removed", "tablet")]


def test_another_accounts_devices_are_not_told(ann):
    server, company, email, _ = ann
    colleague = server.phone(server.technician(company, f"bob.{email}"))
    server.phone(email, "tablet")
    assert kinds(colleague) == []


def test_the_newest_come_first_and_ten_of_a_kind_are_kept(ann):
    server, _, email, phone = ann
    for number in range(11):
        server.phone(email, f"tablet {number}")
        server.cli("device", "remove", "--yes", server.cli("device", "list", "--technician", email)["devices"][-1]["id"])
    told = [(row["sKind"], row["sSubject"], row["iTimes"]) for row in phone.notices()]
    wanted = [(kind, f"tablet {number}", 2 if number == 1 else 1)
              for number in range(10, 0, -1) for kind in ("device-removed", "device-added")]
    assert told == wanted, "the oldest of each stands for that of tablet 0, too"
    shown(phone)
    assert kinds(phone) == []
