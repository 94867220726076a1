# SPDX-License-Identifier: Apache-2.0
"""The phone's side, as used by an attacker and by a faulty phone."""

import json

import pytest

from countersign import Console, Phone, b64, unb64, usual_source, wrong_number


@pytest.fixture
def waiting(server, name):
    """A push that waits: (server, phone, console, login token, push answer, challenge)."""
    company, email = name
    phone = server.ready(company, email)
    console = server.console(agent="Console 7.2 (test)")
    token, push = console.begin(email)
    return server, phone, console, token, push, phone.pending()[0]


def still_pending(waiting):
    _, _, console, token, push, _ = waiting
    return console.check(token, push.sPushToken).result == "Poll"


def test_the_phone_is_shown_who_what_and_where(waiting, name):
    company, email = name
    server, phone, _, _, push, challenge = waiting
    assert challenge["sCompany"] == company
    assert challenge["sAccount"] == email
    assert challenge["sConsole"] == "Console 7.2 (test)"
    assert challenge["sSource"] == usual_source()
    assert challenge["sPurpose"] == "sign-in"
    assert challenge["sAudience"] == server.settings[("server", "public_url")]
    assert challenge["bNumberRequired"] is True
    assert 0 < challenge["iSecondsRemaining"] <= 60
    assert push.sMatchNumber not in str(challenge), "the number is never told to the phone"
    fetched = phone.post("fetch", {"sChallengeId": challenge["sChallengeId"]}, phone.token, 200)
    assert {**fetched["aChallenges"][0], "iSecondsRemaining": 0} == {**challenge, "iSecondsRemaining": 0}


@pytest.mark.parametrize("digits", [2, 4, 6])
def test_the_number_has_as_many_digits_as_the_policy_says(server, name, digits):
    company, email = name
    phone = server.ready(company, email, {"push_digits": digits})
    console = server.console()
    token, push = console.begin(email)
    [shown] = phone.pending()
    assert (len(push.sMatchNumber), shown["iNumberDigits"], shown["iTriesRemaining"]) == (digits, digits, 3)
    for other in {"1" * (digits + 1), "1" * (digits - 1)}:
        answer = phone.approve(other)
        assert (answer["result"], answer["iTriesRemaining"]) == ("WrongNumber", 3), "a typing mistake uses no try"
    wrong = f"{(int(push.sMatchNumber) + 1) % 10 ** digits:0{digits}d}"
    assert phone.approve(wrong)["iTriesRemaining"] == 2
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"


def test_the_phone_is_shown_whether_the_account_was_there_before(server, name):
    company, email = name
    phone = server.ready(company, email)
    here, there = server.console(source="127.0.31.1"), server.console(source="127.0.31.2")

    def shown(console):
        token, push = console.begin(email)
        [challenge] = phone.pending()
        [fetched] = phone.post("fetch", {"sChallengeId": challenge["sChallengeId"]}, phone.token, 200)["aChallenges"]
        assert fetched.get("sPlace") == challenge.get("sPlace")
        assert phone.approve(push.sMatchNumber)["result"] == "OK"
        assert console.settle(token, push.sPushToken).result == "OK"
        server.advance(120)
        return challenge.get("sPlace"), "sPlaceSeen" in challenge

    assert shown(here) == (None, False), "nothing to compare with"
    assert shown(here) == ("known", True)
    assert shown(there) == ("new", False)
    assert shown(there) == ("known", True)


def test_a_sign_in_by_the_password_alone_makes_no_place_known(server, name):
    company, email = name
    phone = server.ready(company, email, {"second_factor": "off"})
    stranger = server.console(source="127.0.31.3")
    assert stranger.login(email).result == "OK"
    server.cli("policy", "set", company, "second_factor", "required")
    stranger.begin(email)
    assert "sPlace" not in phone.pending()[0]


@pytest.mark.parametrize("change", [
    {"sNonce": b64(bytes(32))}, {"sAccount": "mallory@example.com"}, {"sCompany": "Other"}, {"sSource": "192.0.2.1"},
    {"sConsole": "Innocent"}, {"sAudience": "https://elsewhere.example"}, {"sPurpose": "change-password"},
    {"sCreated": "2020-01-01T00:00:00Z"}, {"sExpires": "2030-01-01T00:00:00Z"},
])
def test_a_signature_over_anything_else_is_refused(waiting, change):
    _, phone, _, _, push, challenge = waiting
    forged = phone.sign(phone.assertion({**challenge, **change}, "approve", push.sMatchNumber))
    answer = phone.answer("approve", push.sMatchNumber, challenge, sSignature=forged)
    assert answer["result"] == "BadSignature"
    assert still_pending(waiting)


def test_a_signature_by_another_key_is_refused(waiting):
    server, phone, _, _, push, challenge = waiting
    stranger = Phone(server)
    stranger.id, stranger.token = phone.id, phone.token
    assert stranger.approve(push.sMatchNumber, challenge)["result"] == "BadSignature"
    assert still_pending(waiting)


def test_a_signature_over_a_refusal_does_not_approve(waiting):
    _, phone, _, _, push, challenge = waiting
    rejection = phone.sign(phone.assertion(challenge, "reject", None))
    assert phone.answer("approve", push.sMatchNumber, challenge, sSignature=rejection)["result"] == "BadSignature"
    wrong = phone.sign(phone.assertion(challenge, "approve", wrong_number(push.sMatchNumber)))
    assert phone.answer("approve", push.sMatchNumber, challenge, sSignature=wrong)["result"] == "BadSignature"
    assert still_pending(waiting)


@pytest.mark.parametrize("signature", ["", "AA", b64(bytes(64)), b64(b"\xff" * 64), b64(bytes(65)), "!" * 86, "A" * 100_000])
def test_a_malformed_signature_is_refused(waiting, signature):
    _, phone, _, _, push, challenge = waiting
    answer = phone.answer("approve", push.sMatchNumber, challenge, sSignature=signature)
    assert answer["result"] in ("BadSignature", "BadRequest")
    assert answer["status"] >= 400
    assert still_pending(waiting)


def test_a_number_is_required(waiting):
    _, phone, _, _, _, challenge = waiting
    assert phone.approve(None, challenge)["result"] == "NumberRequired"
    assert still_pending(waiting)


def test_an_answer_is_given_once(waiting):
    _, phone, console, token, push, challenge = waiting
    assert phone.approve(push.sMatchNumber, challenge)["result"] == "OK"
    assert phone.answer("reject", None, challenge)["result"] == "AlreadyAnswered"
    assert phone.approve(push.sMatchNumber, challenge)["result"] == "AlreadyAnswered"
    assert console.settle(token, push.sPushToken).result == "OK"
    assert phone.approve(push.sMatchNumber, challenge)["result"] == "AlreadyAnswered"


def test_an_old_approval_is_no_approval_of_the_next_push(waiting, name):
    server, phone, console, token, push, challenge = waiting
    assert phone.approve(push.sMatchNumber, challenge)["result"] == "OK"
    old = phone.sign(phone.assertion(challenge, "approve", push.sMatchNumber))
    assert console.settle(token, push.sPushToken).result == "OK"
    server.advance(31)
    token, push = console.begin(name[1])
    new = phone.pending()[0]
    assert phone.answer("approve", push.sMatchNumber, new, sSignature=old)["result"] == "BadSignature"
    assert console.check(token, push.sPushToken).result == "Poll"


def test_too_late(waiting):
    server, phone, _, _, push, challenge = waiting
    server.advance(61)
    assert phone.pending() == []
    assert phone.approve(push.sMatchNumber, challenge)["result"] == "Expired"


def test_too_late_says_so_where_the_console_polled(waiting):
    server, phone, console, token, push, challenge = waiting
    server.advance(61)
    assert console.check(token, push.sPushToken).result == "TimeOut"
    assert phone.approve(push.sMatchNumber, challenge)["result"] == "Expired"


def test_another_accounts_challenge_is_unknown(waiting, name):
    server, _, _, _, push, challenge = waiting
    other = f"bob.{name[1]}"
    server.technician(name[0], other)
    stranger = server.phone(other)
    assert stranger.pending() == []
    assert stranger.approve(push.sMatchNumber, challenge)["result"] == "UnknownChallenge"
    assert still_pending(waiting)


def test_a_disabled_device_is_unknown(waiting):
    server, phone, _, _, push, challenge = waiting
    server.cli("device", "disable", phone.id)
    assert phone.post("pending", {}, phone.token)["result"] == "UnknownDevice"
    answer = phone.approve(push.sMatchNumber, challenge)
    assert (answer["result"], answer["status"]) == ("UnknownDevice", 401)


@pytest.mark.parametrize("token", [None, "", "x", b64(bytes(32))])
def test_a_token_is_needed(waiting, token):
    _, phone, _, _, _, _ = waiting
    assert phone.post("pending", {}, token)["result"] in ("UnknownDevice", "BadRequest")


def test_a_ticket_enrols_once(server, name):
    company, email = name
    server.company(company)
    server.technician(company, email)
    link = server.enrol_link(email)
    Phone(server).enrol(link)
    answer = Phone(server).try_enrol(link.split("#", 1)[1])
    assert (answer["result"], answer["status"]) == ("UnknownTicket", 401)
    late = server.enrol_link(email)
    server.advance(16 * 60)
    assert Phone(server).try_enrol(late.split("#", 1)[1])["result"] == "UnknownTicket"


def test_enrolment_needs_the_private_key(server, name):
    company, email = name
    server.company(company)
    server.technician(company, email)
    ticket = server.enrol_link(email).split("#", 1)[1]
    phone, other = Phone(server), Phone(server)
    statement = phone.statement("countersign-enrol-v1", [("audience", phone.audience), ("ticket", ticket), ("name", "x")])
    members = {"sTicket": ticket, "sPublicKey": b64(phone.public_key()), "sName": "x", "sSignature": other.sign(statement)}
    assert phone.post("enrol", members)["result"] == "BadSignature"
    off_curve = bytearray(phone.public_key())
    off_curve[-1] ^= 1
    for key in (bytes(off_curve), bytes(65), b"\x04" + bytes(64), phone.public_key()[:33], b""):
        answer = phone.post("enrol", {**members, "sPublicKey": b64(key)})
        assert answer["result"] in ("BadKey", "BadRequest", "BadSignature"), key
    assert phone.try_enrol(ticket)["result"] == "OK", "the ticket is still good"


def test_a_phone_that_is_enrolled_again_replaces_itself(server, name):
    company, email = name
    former, other = server.ready(company, email), server.phone(email, "the other one")
    ticket = server.enrol_link(email).split("#", 1)[1]
    phone = Phone(server)
    answer = phone.try_enrol(ticket, "again", **phone.replacing(former, ticket))
    assert (answer["result"], answer["bReplaced"]) == ("OK", True)
    phone.token, phone.id = answer["sDeviceToken"], answer["sDeviceId"]
    devices = server.cli("device", "list", "--technician", email, "--removed")["devices"]
    assert {d["id"]: d["state"] for d in devices} == {former.id: "removed", other.id: "active", phone.id: "active"}
    assert former.post("pending", {}, former.token)["result"] == "UnknownDevice"
    assert phone.notices() == [], "it is not told of itself"
    assert sorted(n["sKind"] for n in other.notices())[:2] == ["device-added", "device-removed"]
    assert server.console().sign_in(email, phone).result == "OK"


def test_the_only_phone_and_the_tenth_replace_themselves(server, name):
    company, email = name
    former = server.ready(company, email)
    ticket = server.enrol_link(email).split("#", 1)[1]
    for number in range(9):
        server.phone(email, f"phone {number}")
    phone = Phone(server)
    assert phone.try_enrol(ticket)["result"] == "TooManyDevices"
    assert phone.try_enrol(ticket, **phone.replacing(former, ticket))["bReplaced"] is True
    company, email = "alone-" + company, "alone." + email
    former = server.ready(company, email)
    ticket = server.enrol_link(email).split("#", 1)[1]
    assert phone.try_enrol(ticket, **phone.replacing(former, ticket))["bReplaced"] is True


@pytest.mark.parametrize("change", [{"ticket": "another"}, {"key": "another"}, {"device": "1"}, {"audience": "https://elsewhere.example"},
                                    "by another key", "no signature"])
def test_a_thief_with_a_token_and_a_ticket_replaces_nothing(server, name, change):
    company, email = name
    former = server.ready(company, email)
    ticket = server.enrol_link(email).split("#", 1)[1]
    thief = Phone(server)
    proof = thief.replacing(former, ticket, change if isinstance(change, dict) else ())
    if change == "by another key":
        proof["sFormerSignature"] = thief.sign(b"anything")
    elif change == "no signature":
        proof = {"sFormerToken": former.token}
    assert thief.try_enrol(ticket, **proof)["result"] == "BadSignature"
    [device] = server.cli("device", "list", "--technician", email)["devices"]
    assert (device["id"], device["state"]) == (former.id, "active")
    assert Phone(server).try_enrol(ticket)["result"] == "OK", "nothing was spent"


def test_what_is_not_this_accounts_or_is_gone_is_not_replaced(server, name):
    company, email = name
    gone, stays = server.ready(company, email), server.phone(email, "stays")
    server.cli("device", "remove", "--yes", gone.id)
    strange = server.phone(server.technician(company, "other." + email))
    for former in (gone, strange):
        ticket = server.enrol_link(email).split("#", 1)[1]
        phone = Phone(server)
        answer = phone.try_enrol(ticket, **phone.replacing(former, ticket))
        assert (answer["result"], answer["bReplaced"]) == ("OK", False)
    for device in (strange, stays):
        assert device.post("pending", {}, device.token)["result"] == "OK"


def test_a_comparison_is_asked_for_where_somebody_can_make_it(server, name):
    company, email = name
    server.company(company)
    server.technician(company, email)

    def is_asked(link):
        return Phone(server).post("ticket", {"sTicket": link.split("#", 1)[1]}, None, 200)["bCompare"]

    assert is_asked(server.console().login(email).sTwoFactorSetupUrl) is False, "no operator is at the other end"
    link = server.enrol_link(email)
    assert is_asked(link) is True
    server.cli("policy", "set", company, "enrol_compare", "off")
    assert is_asked(link) is False


@pytest.mark.parametrize("body, content_type, status", [
    (b"{", "application/json", 400), (b"[]", "application/json", 400),
    (b'{"sDeviceToken":1}', "application/json", 400), (b'{"sDeviceToken":"a","sDeviceToken":"b"}', "application/json", 400),
    (b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}", "application/json", 400), (b'{"nonsense":"a"}', "application/json", 400),
    (b'{"sDeviceToken":"\xff"}', "application/json", 400), (b"sDeviceToken=a", "application/x-www-form-urlencoded", 415),
])
def test_malformed_json(server, body, content_type, status):
    console = Console(server)
    got, _, document = console.post(body, {"Content-Type": content_type}, "/api/device/pending")
    assert got == status, document


def test_a_foreign_page_cannot_call(waiting):
    server, phone, _, _, _, _ = waiting
    console = Console(server)
    status, headers, _ = console.post(b"{}", {"Content-Type": "application/json", "Origin": "https://evil.example",
                                              "Authorization": f"Bearer {phone.token}"}, "/api/device/pending")
    assert status == 403
    assert "Access-Control-Allow-Origin" not in headers


def test_the_receipt_is_in_the_audit_log(waiting, name):
    server, phone, console, token, push, challenge = waiting
    assert phone.approve(push.sMatchNumber, challenge)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"
    events = server.cli("audit", "list", "--technician", name[1])["events"]
    approved = next(row for row in events if row["event"] == "push.approved")
    detail = approved["detail"] if isinstance(approved["detail"], dict) else json.loads(approved["detail"])
    assert unb64(detail["statement"]) == phone.assertion(challenge, "approve", push.sMatchNumber)
    assert server.cli("audit", "verify")["ok"] is True


def test_a_device_removes_itself(server, name):
    company, email = name
    phone = server.ready(company, email)
    refused = phone.change("remove")
    assert (refused["result"], refused["status"]) == ("LastFactor", 409)
    server.phone(email, "another")
    assert phone.change("remove")["result"] == "OK"
    assert phone.post("pending", {}, phone.token)["result"] == "UnknownDevice"


# ---- a thief with the token --------------------------------------------------------------------------------------------

CHANGES = sorted(Phone.CHANGES)
ARGUMENTS = {"sNoticeId": "x" * 22, "sEndpoint": "https://push.example/x", "sP256dh": b64(b"\4" + bytes(64)),
             "sAuth": b64(bytes(16)), "bAgain": False, "sDeviceId": "1", "sName": "thief", "sOldPassword": "x",
             "sNewPassword": "nine kites above Malmo 5", "sCode": "000000"}


@pytest.fixture
def robbed(server, name):
    """(server, phone with everything open, its twin that has both tokens and another key)"""
    company, email = name
    phone = server.ready(company, email).open_self(company, email)
    thief = Phone(server)
    thief.id, thief.token, thief.self_token = phone.id, phone.token, phone.self_token
    return server, phone, thief


def arguments(phone, path):
    return {key: phone.self_token if key == "sSelfToken" else ARGUMENTS[key] for key in phone.CHANGES[path]}


@pytest.mark.parametrize("path", CHANGES)
def test_a_token_alone_changes_nothing(robbed, path):
    _, phone, thief = robbed
    members = arguments(phone, path)
    before = phone.self("overview")
    assert thief.api(path, members, thief.token)["result"] == "BadRequest"
    assert thief.api(path, {**members, "sNonce": thief.change_nonce()}, thief.token)["result"] == "BadRequest"
    answer = thief.api(path, thief.signed(path, members), thief.token)
    assert (answer["result"], answer["status"]) == ("BadSignature", 422)
    assert phone.self("overview") == before


def test_a_bad_signature_is_in_the_audit_log(robbed, name):
    server, _, thief = robbed
    assert thief.change("remove")["result"] == "BadSignature"
    assert thief.self("password", sOldPassword="x", sNewPassword="y")["result"] == "BadSignature"
    rows = server.cli("audit", "list", "--technician", name[1])["events"]
    assert [row["detail"]["reason"] for row in rows if row["event"] == "device.refused"] == ["signature"] * 2
    assert not [row for row in rows if row["event"] == "password.change-refused"], "no failure was counted"


def test_a_change_is_good_once(robbed):
    _, phone, thief = robbed
    members = {"sSelfToken": phone.self_token, "sDeviceId": phone.id, "sName": "one"}
    seen = phone.signed("self/rename", members)
    assert phone.api("self/rename", seen, phone.token)["result"] == "OK"
    assert phone.self("rename", sDeviceId=phone.id, sName="two")["result"] == "OK"
    answer = thief.api("self/rename", seen, thief.token)
    assert (answer["result"], answer["status"]) == ("StaleNonce", 409)
    assert phone.self("overview")["aDevices"][0]["sName"] == "two"


def test_changes_come_in_the_order_in_which_they_were_made(robbed):
    _, phone, thief = robbed
    held = phone.signed("device/unsubscribe", {})
    assert phone.change("noticed", sNoticeId="x")["result"] == "OK"
    assert thief.post("unsubscribe", held, thief.token)["result"] == "StaleNonce"


def test_a_nonce_of_a_change_expires(robbed):
    server, phone, _ = robbed
    held = phone.signed("device/noticed", {"sNoticeId": "x"})
    server.advance(119)
    assert phone.post("noticed", held, phone.token)["result"] == "OK"
    held = phone.signed("device/noticed", {"sNoticeId": "x"})
    server.advance(120)
    assert phone.post("noticed", held, phone.token)["result"] == "StaleNonce"


def test_a_nonce_is_its_devices_alone(robbed, name):
    server, phone, _ = robbed
    other = server.phone(name[1], "tablet")
    theirs = other.change_nonce()
    assert phone.post("noticed", phone.signed("device/noticed", {"sNoticeId": "x"}, theirs), phone.token)["result"] == "StaleNonce"
    whole = other.signed("device/noticed", {"sNoticeId": "x"})
    assert phone.post("noticed", whole, phone.token)["result"] == "StaleNonce"
    assert other.post("noticed", whole, other.token)["result"] == "OK"


@pytest.mark.parametrize("nonce", ["", "x", "A" * 54, "!" * 54, b64(bytes(32)), "A" * 50_000])
def test_a_nonce_that_nobody_gave(robbed, nonce):
    _, phone, _ = robbed
    members = {"sNonce": nonce, "sSignature": b64(bytes(64))}
    assert phone.post("remove", members, phone.token)["result"] in ("StaleNonce", "BadRequest")
    assert phone.pending() == []


@pytest.mark.parametrize("change", [
    {"audience": "https://elsewhere.example"}, {"nonce": b64(bytes(32))}, {"device": "1"}, {"operation": "device/remove"},
    {"sSelfToken": b64(bytes(32))}, {"sDeviceId": "1"}, {"sName": "other"},
])
def test_a_change_of_anything_else_is_refused(robbed, change):
    _, phone, _ = robbed
    members = {"sSelfToken": phone.self_token, "sDeviceId": phone.id, "sName": "new"}
    nonce = phone.change_nonce()
    signature = phone.sign(phone.change_statement("self/rename", members, nonce, change))
    answer = phone.api("self/rename", {**members, "sNonce": nonce, "sSignature": signature}, phone.token)
    assert answer["result"] == "BadSignature"
    assert phone.api("self/rename", phone.signed("self/rename", members, nonce), phone.token)["result"] == "OK", "it is not spent"


def test_asking_for_nonces_takes_none_away(robbed):
    _, phone, thief = robbed
    held = phone.signed("device/noticed", {"sNoticeId": "x"})
    for _ in range(20):
        thief.change_nonce()
    assert phone.post("noticed", held, phone.token)["result"] == "OK"


def test_of_two_changes_at_once_with_one_nonce_one_is_made(robbed):
    from concurrent.futures import ThreadPoolExecutor
    _, phone, _ = robbed
    nonce = phone.change_nonce()
    whole = [phone.signed("device/noticed", {"sNoticeId": str(i)}, nonce) for i in range(8)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda members: phone.post("noticed", members, phone.token)["result"], whole))
    assert sorted(results) == ["OK"] + ["StaleNonce"] * 7
