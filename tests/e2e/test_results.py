# SPDX-License-Identifier: Apache-2.0
"""Every published result, reached by its real cause through the wire."""

import http.client
import itertools
import json
import subprocess

import pytest

from countersign import PASSWORD, Phone, ticket_of, wrong_number

NEW_PASSWORD = "nine lanterns over Sund!"
MINUTE, HOUR, DAY = 60, 3600, 86400
PLACES = itertools.count(1)

# ---- twoFactorCheckPushAuthStatus: what happens between the push and the check ------------------------------------------

# Each is (result, policies set before, what happens); the push is still unanswered then.
PENDING = {
    "CompanyIsNotActive": ({}, lambda s, c, e: s.cli("company", "set", c, "--state", "inactive")),
    "CompanyBanned": ({}, lambda s, c, e: s.cli("company", "set", c, "--state", "banned")),
    "NoSuchUser": ({}, lambda s, c, e: s.cli("technician", "delete", "--yes", e)),
    "UserIsNotTechnician": ({}, lambda s, c, e: s.cli("technician", "set", e, "--technician", "off")),
    "UserNotActiveForThisRole": ({}, lambda s, c, e: s.cli("technician", "set", e, "--role", "off")),
    "UserLockedOut": ({}, lambda s, c, e: s.cli("technician", "lock", e)),
    "TimeOut": ({}, lambda s, c, e: s.advance(61)),
}


@pytest.mark.parametrize("result", PENDING)
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_condition_while_the_push_waits(server, name, result, version):
    company, email = name
    policies, happens = PENDING[result]
    server.ready(company, email, policies)
    console = server.console(version=version)
    token, push = console.begin(email)
    assert console.check(token, push.sPushToken).result == "Poll"
    happens(server, company, email)
    answer = console.settle(token, push.sPushToken)
    assert answer.result == result
    assert answer.cookie is None and console.cookie is None
    assert console.check(token, push.sPushToken).result == "InvalidToken", "a refusal for good spends the login token"


@pytest.mark.parametrize("result", PENDING)
def test_condition_is_read_again_after_the_approval(server, name, result):
    if result == "TimeOut":  # an approval in time is not a time-out
        return
    company, email = name
    policies, happens = PENDING[result]
    phone = server.ready(company, email, policies)
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    happens(server, company, email)
    answer = console.settle(token, push.sPushToken)
    assert answer.result == result
    assert console.cookie is None


def enterprise(server, company):
    server.cli("company", "set", company, "--plan", "enterprise", "--enterprise", "on")


def test_enterprise_disabled(server, name):
    company, email = name
    server.ready(company, email)
    enterprise(server, company)
    console = server.console()
    token, push = console.begin(email)
    server.cli("company", "set", company, "--enterprise", "off")
    assert console.settle(token, push.sPushToken).result == "EnterpriseDisabled"
    assert console.login(email).result == "EnterpriseDisabled"


def test_required_enterprise(server, name):
    company, email = name
    server.ready(company, email)
    enterprise(server, company)
    server.cli("policy", "set", company, "address_rules", "on")
    console = server.console()
    token, push = console.begin(email)
    server.cli("company", "set", company, "--plan", "standard")
    assert console.settle(token, push.sPushToken).result == "RequiredEnterprise"
    assert console.login(email).result == "RequiredEnterprise"


def test_address_not_allowed(server, name):
    company, email = name
    phone = server.ready(company, email)
    enterprise(server, company)
    server.cli("policy", "set", company, "address_rules", "on")
    server.cli("address", "add", company, "deny", "127.0.0.9")
    console = server.console()
    token, push = console.begin(email)
    elsewhere = server.console(source="127.0.0.9")
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert elsewhere.check(token, push.sPushToken).result == "IPNotAllowed"
    assert server.console(source="127.0.0.9").login(email).result == "IPNotAllowed"


@pytest.mark.parametrize("mode, result", [("sso", "OnlySSOLoginAllowed"), ("saml2", "OnlySaml2LoginAllowed")])
def test_single_sign_on_only(server, name, mode, result):
    company, email = name
    server.ready(company, email)
    enterprise(server, company)
    console = server.console()
    token, push = console.begin(email)
    server.cli("policy", "set", company, "sign_on_url", "https://sso.example/start")
    server.cli("policy", "set", company, "sign_in_mode", mode)
    answer = console.settle(token, push.sPushToken)
    assert (answer.result, answer.sUrl) == (result, "https://sso.example/start")
    answer = console.login(email)
    assert (answer.result, answer.sUrl) == (result, "https://sso.example/start")


def test_password_reset_meanwhile(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    server.cli("technician", "reset", email, "--password-file", "-", stdin=NEW_PASSWORD + "\n")
    assert console.settle(token, push.sPushToken).result in ("InvalidPassword",)


def test_ok(server, name):
    company, email = name
    phone = server.ready(company, email, {"console_url": "https://console.example/start?x=1"})
    console = server.console()
    token, push = console.begin(email)
    assert len(push.sMatchNumber) == 6 and push.sMatchNumber.isdigit()
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    answer = console.settle(token, push.sPushToken)
    assert answer.value == "loginTwoFactorRet_OK"
    assert (answer.iAttemptRemaining, answer.iPasswordExpiresIn, answer.bIsTCRunning) != ("0", "0", "true")
    assert answer.sUrl.startswith("https://console.example/start?x=1&ticket=")
    assert console.cookie
    again = console.check(token, push.sPushToken)
    assert (again.result, again.sUrl, again.cookie) == ("OK", answer.sUrl, answer.cookie), "a lost answer is told again"
    assert server.console(source="127.0.0.3").check(token, push.sPushToken).result == "InvalidToken", "but not elsewhere"
    server.advance(31)
    assert console.check(token, push.sPushToken).result == "InvalidToken", "and not for long"
    assert console.call("keepConsoleAlive").result == "OK"


def test_ok_without_a_number(server, name):
    company, email = name
    phone = server.ready(company, email, {"push_number": "off"})
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve()["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"


def test_the_phone_says_no(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    assert phone.reject()["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "TwoFactorRejected"
    assert any(row["event"] == "push.rejected" for row in audit(server, email))


def test_this_was_not_me(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    assert phone.report()["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "TwoFactorRejected"
    assert any(row["event"] == "push.reported" for row in audit(server, email))
    server.advance(31)
    assert console.sign_in(email, phone).result == "UserPasswordExpired", "a new password is asked for"


def audit(server, email):
    return server.cli("audit", "list", "--technician", email)["events"]


def test_three_wrong_numbers(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    challenge = phone.pending()[0]
    for left in (2, 1, 0):
        answer = phone.approve(wrong_number(push.sMatchNumber), challenge)
        assert (answer["result"], answer["iTriesRemaining"]) == ("WrongNumber", left)
    assert phone.approve(push.sMatchNumber, challenge)["result"] == "AlreadyAnswered"
    answer = console.settle(token, push.sPushToken)
    assert answer.result == "InvalidCode"
    assert int(answer.iAttemptRemaining) == 7, "each counts as a failed attempt"


def test_no_device_left(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    server.cli("device", "remove", "--yes", phone.id)
    assert console.settle(token, push.sPushToken).result == "TwoFactorError"


def test_expired_password(server, name):
    company, email = name
    phone = server.ready(company, email, {"password_age": "30"})
    server.advance(31 * DAY)
    answer = server.console().sign_in(email, phone)
    assert answer.result == "UserPasswordExpired"
    assert answer.sUrl and answer.iPasswordExpiresIn == "0"
    assert answer.cookie is None


@pytest.mark.parametrize("new, strength, result", [
    (PASSWORD, "none", "OldNewPasswordsMatch"),
    ("only lower case here", "excellent", "PasswordStrengthNotMeetRequirement"),
    ("password1", "none", "PasswordStrengthNotMeetRequirement"),
    (NEW_PASSWORD, "none", "OK"),
])
def test_login_with_a_new_password(server, name, new, strength, result):
    company, email = name
    phone = server.ready(company, email)
    server.cli("policy", "set", company, "password_strength", strength)
    console = server.console()
    login = console.login_new(email, PASSWORD, new)
    assert login.result == "OkTwoFactorAuthenticationRequired"
    push = console.send(login.sLoginToken)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    answer = console.settle(login.sLoginToken, push.sPushToken)
    assert answer.result == result
    assert answer.minimumPasswordStrength == {"none": "0", "excellent": "3"}[strength]
    server.advance(31)
    assert console.login(email, new).result == (
        "OkTwoFactorAuthenticationRequired" if result in ("OK", "OldNewPasswordsMatch") else "InvalidPassword")


def test_login_with_a_former_password(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    for old, new, result in ((PASSWORD, NEW_PASSWORD, "OK"), (NEW_PASSWORD, PASSWORD, "AlreadyUsedPassword")):
        login = console.login_new(email, old, new)
        push = console.send(login.sLoginToken)
        assert phone.approve(push.sMatchNumber)["result"] == "OK"
        assert console.settle(login.sLoginToken, push.sPushToken).result == result
        server.advance(31)


def test_session_of_a_password_change_ended(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    assert console.sign_in(email, phone).result == "OK"
    server.advance(31)
    change = console.call("changePassword_v7_2", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD)
    assert change.result == "OkTwoFactorAuthenticationRequired"
    push = console.send(change.sLoginToken)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert server.console().call("logoutTechnician").result == "UserNotLoggedIn"
    for session in server.cli("session", "list", "--technician", email)["sessions"]:
        server.cli("session", "end", session["id"])
    assert console.settle(change.sLoginToken, push.sPushToken).result == "UserNotLoggedIn"


@pytest.mark.parametrize("full, result", [("refuse", "ConcurrentLimitExceeded"), ("end-oldest", "OK")])
def test_the_last_seat(server, name, full, result):
    company, email = name
    phone = server.ready(company, email, {"seats": "1", "seat_full": full})
    other = f"bob.{email}"
    server.technician(company, other)
    other_phone = server.phone(other)
    first, second = server.console(), server.console()
    assert first.sign_in(email, phone).result == "OK"
    assert second.sign_in(other, other_phone).result == result
    assert first.call("keepConsoleAlive").result == ("OK" if full == "refuse" else "UserNotLoggedIn")


def test_invalid_tokens(server, name):
    company, email = name
    server.ready(company, email)
    other = f"bob.{email}"
    server.technician(company, other)
    server.phone(other)
    console = server.console()
    token, push = console.begin(email)
    other_token, other_push = console.begin(other)
    pairs = [(None, None), ("", ""), ("x", push.sPushToken), (token, "x"), (token, other_push.sPushToken),
             (other_token, push.sPushToken), (push.sPushToken, token), (token[:-1], push.sPushToken), (token, None)]
    for pair in pairs:
        assert console.check(*pair).result == "InvalidToken", pair
    assert console.check(token, push.sPushToken).result == "Poll", "a stranger's wrong guess spends nothing"
    server.advance(HOUR)
    assert console.check(token, push.sPushToken).result == "InvalidToken", "the login token is past its age"


def test_unknown_error_while_the_store_is_away(own_server, name):
    company, email = name
    server = own_server({("store", "busy_timeout"): "1s"})
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    holder = Holder(server)
    server.advance(1)
    answer = console.check(token, push.sPushToken)
    assert (answer.result, answer.cookie) == ("UnknownError", None)
    assert console.login(email).result == "UnknownError"
    holder.release()
    assert console.settle(token, push.sPushToken).result == "OK", "it recovers by itself, and nothing was lost"


class Holder:
    """Another program that holds the database's write lock for longer than the server waits."""

    def __init__(self, server):
        path, url = (server.settings.get(("store", name)) for name in ("path", "url"))
        program = ["sqlite3", path] if path else ["psql", "-X", "-q", "-A", "-t", "-d", url]
        begin = "BEGIN IMMEDIATE" if path else "BEGIN; LOCK TABLE meta IN EXCLUSIVE MODE"
        self.program = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.program.stdin.write(f"{begin}; SELECT 'held';\n")
        self.program.stdin.flush()
        while "held" not in self.program.stdout.readline():
            assert self.program.poll() is None

    def release(self):
        self.program.communicate("ROLLBACK;\n")


# ---- the logins --------------------------------------------------------------------------------------------------------

def test_login_ok_without_a_second_factor(server, name):
    company, email = name
    server.company(company, second_factor="off")
    server.technician(company, email)
    console = server.console()
    answer = console.login(email)
    assert answer.value == "login_v2_OK"
    assert console.cookie and answer.sUrl and answer.sLoginToken is None
    assert ticket_of(answer.sUrl)
    assert console.call("keepConsoleAlive").result == "OK"


def test_login_seats_without_a_second_factor(server, name):
    company, email = name
    server.company(company, second_factor="off", seats="1")
    server.technician(company, email)
    assert server.console().login(email).result == "OK"
    assert server.console().login(email).result == "ConcurrentLimitExceeded"


def test_login_password_expired_without_a_second_factor(server, name):
    company, email = name
    server.company(company, second_factor="off", password_age="1")
    server.technician(company, email)
    server.advance(2 * DAY)
    answer = server.console().login(email)
    assert answer.result == "UserPasswordExpired" and answer.sUrl
    assert server.console().login_new(email, PASSWORD, NEW_PASSWORD).result == "OK"


@pytest.mark.parametrize("result", [r for r in PENDING if r not in ("TimeOut", "NoSuchUser")])
def test_login_condition(server, name, result):
    company, email = name
    server.ready(company, email)
    PENDING[result][1](server, company, email)
    answer = server.console().login(email)
    assert (answer.result, answer.sLoginToken, answer.cookie) == (result, None, None)


def test_login_set_up_required(server, name):
    company, email = name
    server.company(company)
    server.technician(company, email)
    console = server.console()
    answer = console.login(email)
    assert answer.value == "login_v2_OkTwoFactorSetupRequired"
    phone = Phone(server).enrol(answer.sTwoFactorSetupUrl)
    assert console.sign_in(email, phone).result == "OK"


def test_login_methods(server, name):
    company, email = name
    server.ready(company, email)
    assert server.console().login(email).oTwoFactorAuthenticationMethods == ["Push"]
    server.cli("code", "totp", email, "--qr", "no")
    server.cli("code", "recovery", email)
    assert server.console().login(email).oTwoFactorAuthenticationMethods == ["Push", "Code", "RecoveryCode"]


def test_login_tells_a_stranger_nothing(server, name):
    company, email = name
    server.ready(company, email)
    place = next(PLACES)
    wrong = server.console(source=f"127.62.{place}.1").login(email, "not the password")
    unknown = server.console(source=f"127.62.{place}.2").login(f"nobody-{email}", "not the password")
    assert wrong.result == "InvalidPassword"
    assert wrong.body == unknown.body
    for email_or_password in ((None, None), ("", ""), (email, None), (None, PASSWORD), (email, "x" * 5000)):
        assert server.console(source=f"127.62.{place}.3").login(*email_or_password).result == "InvalidPassword"


def test_login_reveals_unknown_users_only_when_told_to(own_server, name):
    company, email = name
    server = own_server({("privacy", "reveal_unknown_users"): "yes"})
    server.ready(company, email)
    assert server.console().login(f"nobody-{email}").result == "NoSuchUser"
    assert server.console().login(email, "wrong").result == "InvalidPassword"


def fail_until_locked(server, email, limit=10):
    """Wrong passwords from several addresses: none uses its own budget up. They are this name's alone, since names that are tried
    from one address share counters."""
    place = next(PLACES)
    for number in range(limit):
        source = f"127.60.{place}.{1 + number // 4}"
        assert server.console(source=source).login(email, "wrong").result == "InvalidPassword"


@pytest.mark.parametrize("known", [True, False])
def test_login_locks_known_and_unknown_accounts_alike(server, name, known):
    company, email = name
    if known:
        server.ready(company, email)
    fail_until_locked(server, email)
    console = server.console(source=f"127.61.{next(PLACES)}.1")
    answer = console.login(email)
    assert (answer.result, answer.iAttemptRemaining) == ("UserLockedOut", "0")
    server.advance(31 * MINUTE)
    answer = console.login(email)
    assert answer.result == ("OkTwoFactorAuthenticationRequired" if known else "InvalidPassword")


def test_login_a_stranger_uses_up_their_own_budget_first(own_server, name):
    company, email = name
    server = own_server()
    server.ready(company, email)
    stranger = server.console(source="127.0.2.1")
    left = [stranger.login(email, "wrong").iAttemptRemaining for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]
    assert stranger.login(email).result == "InvalidPassword", "even with the right password"
    assert server.console(source="127.0.2.2").login(email).result == "OkTwoFactorAuthenticationRequired"


@pytest.mark.parametrize("limit", [3, 4, 5, 6])
def test_login_one_address_locks_no_account(server, name, limit):
    company, email = name
    server.ready(company, email)
    server.cli("policy", "set", company, "lockout_failures", str(limit))
    stranger = server.console(source="127.0.2.3")
    for _ in range(2 * limit):
        assert stranger.login(email, "wrong").result == "InvalidPassword"
    assert stranger.login(email).result == "InvalidPassword", "refused, right or not"
    assert server.console(source="127.0.2.4").login(email).result == "OkTwoFactorAuthenticationRequired"


def use_up(server, email, source):
    for _ in range(5):
        assert server.console(source=source).login(email, "wrong").result == "InvalidPassword"
    assert server.console(source=source).login(email).result == "InvalidPassword", "refused, right or not"


@pytest.mark.parametrize("act", [("unlock",), ("reset", "--keep", "--generate")])
def test_login_the_help_desk_lifts_a_refused_address(server, name, act):
    company, email = name
    server.ready(company, email)
    use_up(server, email, "127.0.2.5")
    refused = server.cli("technician", "show", email)["refused_addresses"]
    assert len(refused) == 1 and refused[0].startswith("127.0.2.5 until ")
    shown = server.cli("technician", act[0], email, *act[1:])
    assert shown["refused_addresses"] == []
    password = shown.get("new_password", PASSWORD)
    assert server.console(source="127.0.2.5").login(email, password).result == "OkTwoFactorAuthenticationRequired"
    if act[0] == "unlock":
        events = server.cli("audit", "list", "--technician", email)["events"]
        assert [row["detail"]["heard_again"] for row in events if row["event"] == "account.unlocked"] == ["127.0.2.5"]


def test_login_an_operators_lock_is_shown_to_the_right_password_alone(own_server, name):
    company, email = name
    server = own_server()
    server.ready(company, email)
    server.cli("technician", "lock", email)
    assert server.cli("technician", "show", email)["locked"] is True
    answers = [server.console(source=source).login(who, "wrong")
               for source, who in (("127.0.2.6", email), ("127.0.2.7", f"nobody-{email}"))]
    assert [(a.result, a.iAttemptRemaining) for a in answers] == [("InvalidPassword", "4")] * 2
    answer = server.console(source="127.0.2.6").login(email)
    assert (answer.result, answer.iAttemptRemaining) == ("UserLockedOut", "0")
    server.cli("technician", "unlock", email)
    assert server.console(source="127.0.2.6").login(email).result == "OkTwoFactorAuthenticationRequired"


def test_login_a_reset_leaves_the_operators_lock(server, name):
    company, email = name
    server.ready(company, email)
    server.cli("technician", "lock", email)
    password = server.cli("technician", "reset", email, "--keep", "--generate")["new_password"]
    assert server.console().login(email, password).result == "UserLockedOut"


def test_login_a_lock_ends_with_its_account(server, name):
    company, email = name
    server.ready(company, email)
    fail_until_locked(server, email)
    server.cli("technician", "delete", "--yes", email)
    place = next(PLACES)
    assert server.console(source=f"127.61.{place}.1").login(email).result == "UserLockedOut", "a stranger sees no difference"
    server.ready(f"{company}-2", email)
    assert server.console(source=f"127.61.{place}.2").login(email).result == "OkTwoFactorAuthenticationRequired"


def test_login_a_stranger_learns_nothing_of_an_account(own_server, name):
    company, known = name
    server = own_server()
    phone = server.ready(company, known)
    strict, locked, unknown = (f"{who}-{known}" for who in ("strict", "locked", "unknown"))
    server.ready("strict", strict, {"lockout_failures": 3, "lockout_time": 0})
    server.technician(company, locked)
    server.cli("technician", "lock", locked)
    owner = server.console(source="127.0.4.9")
    seen = set()
    for number in range(24):  # each name from addresses of its own: at one address names share counters
        bodies = [server.console(source=f"127.0.{40 + which}.{1 + number // 6}").login(who, "wrong").body
                  for which, who in enumerate((unknown, known, strict, locked))]
        assert bodies == bodies[:1] * 4, number
        seen.add(bodies[0])
        if number % 5 == 1:
            server.cli("technician", "unlock", strict)
            assert owner.sign_in(known, phone).result == "OK", "the lock that strangers are shown is not the account's"
            server.advance(MINUTE)
    assert len(seen) == 6, "InvalidPassword with 4 to 0 tries, and UserLockedOut"


def test_login_a_lock_shows_where_the_account_signed_in_before(server, name):
    company, email = name
    phone = server.ready(company, email, {"lockout_failures": 3})
    home, away = server.console(source="127.0.5.8"), server.console(source="127.0.5.9")
    assert home.sign_in(email, phone).result == "OK"
    for number in range(3):
        assert server.console(source=f"127.0.5.{1 + number}").login(email, "wrong").result == "InvalidPassword"
    assert server.cli("technician", "show", email)["locked"] is True
    assert away.login(email).result == "InvalidPassword", "a stranger's address"
    answer = home.login(email)
    assert (answer.result, answer.iAttemptRemaining) == ("UserLockedOut", "0")


def audited(server, names, email):
    rows = server.cli("audit", "list", "--technician", email)["events"]
    return [row for row in rows if row["event"] in names]


def test_login_what_is_turned_away_is_counted_and_not_audited(own_server, name):
    company, email = name
    server = own_server()
    server.ready(company, email)
    names = ("login.refused", "source.refused", "source.refusal-ended", "account.locked", "account.lock-ended")
    stranger = server.console(source="127.0.6.1")
    for _ in range(25):
        stranger.login(email, "wrong")
    rows = audited(server, names, email)
    assert [row["event"] for row in rows] == ["login.refused"] * 4 + ["source.refused", "login.refused"]
    assert (rows[4]["source"], rows[4]["detail"]["source"]) == ("127.0.6.1", "127.0.6.1")

    for number in range(15):
        server.console(source=f"127.0.6.{2 + number // 3}").login(email, "wrong")
    rows = audited(server, names, email)[6:]
    assert [row["event"] for row in rows] == ["login.refused"] * 4 + ["account.locked", "login.refused"]

    server.advance(31 * MINUTE)
    server.wait_for(lambda: len(audited(server, names, email)) == 14)
    ends = {row["event"]: row["detail"] for row in audited(server, names, email)[12:]}
    assert ends["source.refusal-ended"] == {"source": "127.0.6.1", "by": "time", "turned_away": "20"}
    assert ends["account.lock-ended"] == {"by": "time", "turned_away": "10"}


def test_login_what_is_tried_of_an_unknown_name_is_bounded_in_the_audit(own_server):
    server = own_server()
    stranger = server.console(source="127.0.6.9")
    before = len(server.cli("audit", "list")["events"])
    for _ in range(12):
        assert stranger.login("nobody@example.com", "wrong").result == "InvalidPassword"
    events = [row["event"] for row in server.cli("audit", "list")["events"][before:]]
    assert [event for event in events if event != "audit.began"] == ["login.refused"] * 5


def test_login_one_address_locks_no_account_in_hours(server, name):
    company, email = name
    server.ready(company, email)
    stranger = server.console(source="127.0.6.20")
    for _ in range(4):
        for _ in range(6):
            assert stranger.login(email, "wrong").result == "InvalidPassword"
        server.advance(4 * 60 * MINUTE)
    assert server.cli("technician", "show", email)["failures_until_locked"] == 5
    assert server.console(source="127.0.6.21").login(email).result == "OkTwoFactorAuthenticationRequired"


# ---- codes ---------------------------------------------------------------------------------------------------------------

def totp(seed, at):
    done = subprocess.run(["oathtool", "--totp", "-b", seed, "--now", f"@{at}"], capture_output=True, text=True, check=True)
    return done.stdout.strip()



def test_code_signs_in_once(server, name):
    company, email = name
    server.ready(company, email)
    seed = server.cli("code", "totp", email, "--qr", "no")["uri"].split("secret=")[1].split("&")[0]
    console = server.console()
    token = console.login(email).sLoginToken
    code = totp(seed, server.now())
    wrong = wrong_number(code)
    answer = console.call("twoFactorValidateCode", sLoginToken=token, sCode=wrong)
    assert answer.result == "InvalidCode"
    token = console.login(email).sLoginToken
    assert console.call("twoFactorValidateCode", sLoginToken=token, sCode=code).result == "OK"
    token = console.login(email).sLoginToken
    assert console.call("twoFactorValidateCode", sLoginToken=token, sCode=code).result == "InvalidCode", "never twice"


@pytest.mark.parametrize("typed", ["{}\n", "\t{}\r\n", "{0[0]}{0[1]}{0[2]} - {0[3]}{0[4]}{0[5]}", "wide"])
def test_a_code_is_read_as_it_was_meant(server, name, typed):
    company, email = name
    server.ready(company, email)
    seed = server.cli("code", "totp", email, "--qr", "no")["uri"].split("secret=")[1].split("&")[0]
    code = totp(seed, server.now())
    typed = code.translate({ord("0") + i: 0xff10 + i for i in range(10)}) if typed == "wide" else typed.format(code)
    console = server.console()
    token = console.login(email).sLoginToken
    for slip in ("\n", code[:5], code + "0", "no code"):
        answer = console.call("twoFactorValidateCode", sLoginToken=token, sCode=slip)
        assert (answer.result, int(answer.iAttemptRemaining)) == ("InvalidCode", 10), "it cannot be a code"
    assert console.call("twoFactorValidateCode", sLoginToken=token, sCode=typed).result == "OK"


def test_a_number_is_read_as_it_was_meant(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    challenge = phone.pending()[0]
    number = push.sMatchNumber
    for slip in (number[:5], number + "0", "seven", " "):
        answer = phone.approve(slip, challenge)
        assert (answer["result"], answer["iTriesRemaining"]) == ("WrongNumber", 3), "no try is taken"
    assert phone.approve(f" {number[:3]}-{number[3:]}\n", challenge)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"


def test_recovery_code_signs_in_once(server, name):
    company, email = name
    server.ready(company, email)
    codes = server.cli("code", "recovery", email)["codes"]
    assert len(codes) == 10
    console = server.console()
    token = console.login(email).sLoginToken
    assert console.call("twoFactorValidateCode", sLoginToken=token, sCode=codes[3]).result == "OK"
    token = console.login(email).sLoginToken
    assert console.call("twoFactorValidateCode", sLoginToken=token, sCode=codes[3]).result == "InvalidCode"


# ---- changePassword, changePassword_v7_2, sessions ---------------------------------------------------------------------------

@pytest.fixture
def signed_in(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    assert console.sign_in(email, phone).result == "OK"
    server.advance(31)
    return server, company, email, phone, console


@pytest.mark.parametrize("old, new, result", [
    (PASSWORD, NEW_PASSWORD, "OK"),
    ("wrong", NEW_PASSWORD, "InvalidPassword"),
    (PASSWORD, PASSWORD, "OldNewPasswordMatches"),
    (PASSWORD, "1234", "PasswordAtLeast5Chars"),
    (PASSWORD, None, "PasswordAtLeast5Chars"),
])
def test_change_password(signed_in, old, new, result):
    server, _, email, _, console = signed_in
    assert console.call("changePassword", sOldPassword=old, sNewPassword=new).result == result
    works = server.console(source="127.0.0.31").login(email, NEW_PASSWORD).result
    assert works == ("OkTwoFactorAuthenticationRequired" if result == "OK" else "InvalidPassword")


def test_change_password_to_a_former_one(signed_in):
    _, _, _, _, console = signed_in
    assert console.call("changePassword", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD).result == "OK"
    assert console.call("changePassword", sOldPassword=NEW_PASSWORD, sNewPassword=PASSWORD).result == "AlreadyUsedPassword"


def test_change_password_without_a_session(server, name):
    console = server.console()
    assert console.call("changePassword", sOldPassword="a", sNewPassword="b").value == "changePassword_UserNotLoggedIn"
    assert console.call("changePassword_v7_2", sOldPassword="a", sNewPassword="b").value == "changePassword_v2_UserNotLoggedIn"
    console.cookie = "nonsense"
    assert console.call("changePassword", sOldPassword="a", sNewPassword="b").result == "UserNotLoggedIn"
    assert console.call("keepConsoleAlive").result == "UserNotLoggedIn"
    assert console.call("logoutTechnician").result == "UserNotLoggedIn"


@pytest.mark.parametrize("old, new, result", [
    ("wrong", NEW_PASSWORD, "InvalidPassword"),
    (PASSWORD, PASSWORD, "OldNewPasswordMatches"),
    (PASSWORD, "1234", "PasswordAtLeast5Chars"),
    (PASSWORD, NEW_PASSWORD, "OkTwoFactorAuthenticationRequired"),
])
def test_change_password_with_a_second_factor(signed_in, old, new, result):
    server, _, email, phone, console = signed_in
    change = console.call("changePassword_v7_2", sOldPassword=old, sNewPassword=new)
    assert change.result == result
    if change.sLoginToken is not None:
        push = console.send(change.sLoginToken)
        assert phone.pending()[0]["sPurpose"] == "change-password"
        assert phone.approve(push.sMatchNumber)["result"] == "OK"
        assert console.settle(change.sLoginToken, push.sPushToken).result == "OK"
        server.advance(31)
        assert server.console().login(email, new).result == "OkTwoFactorAuthenticationRequired"


def test_change_password_v2_other_results(signed_in):
    server, _, email, phone, console = signed_in
    assert console.call("changePassword_v7_2", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD).result \
        == "OkTwoFactorAuthenticationRequired"
    server.cli("device", "disable", phone.id)
    assert console.call("changePassword_v7_2", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD).result in (
        "TwoFactorError", "OkTwoFactorSetupRequired")


def test_change_password_of_a_company_without_a_second_factor(server, name):
    company, email = name
    server.company(company, second_factor="off")
    server.technician(company, email)
    console = server.console()
    assert console.login(email).result == "OK"
    assert console.call("changePassword_v7_2", sOldPassword=PASSWORD, sNewPassword=NEW_PASSWORD).result == "OK"
    assert console.call("changePassword_v7_2", sOldPassword=NEW_PASSWORD, sNewPassword=PASSWORD).result == "AlreadyUsedPassword"


def test_session_ends(signed_in):
    server, _, email, _, console = signed_in
    assert console.call("keepConsoleAlive").result == "OK"
    server.advance(59 * MINUTE)
    assert console.call("keepConsoleAlive").result == "OK"
    server.advance(61 * MINUTE)
    assert console.call("keepConsoleAlive").result == "UserNotLoggedIn"


def test_log_out(signed_in):
    _, _, _, _, console = signed_in
    cookie = console.cookie
    assert console.call("logoutTechnician").result == "OK"
    console.cookie = cookie
    assert console.call("keepConsoleAlive").result == "UserNotLoggedIn"


@pytest.mark.parametrize("state", ["inactive", "banned"])
def test_sessions_of_a_company_end_with_it(signed_in, state):
    server, company, _, _, console = signed_in
    server.cli("company", "set", company, "--state", state)
    assert console.call("keepConsoleAlive").result == "UserNotLoggedIn"
    assert server.cli("session", "list", "--company", company)["sessions"] == []


def test_another_console_runs(signed_in):
    server, _, email, phone, _ = signed_in
    assert server.console().sign_in(email, phone).bIsTCRunning == "true"


# ---- sending -----------------------------------------------------------------------------------------------------------------

def test_sending_again_is_the_same_push(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    again = console.send(token)
    assert (again.sPushToken, again.sMatchNumber) == (push.sPushToken, push.sMatchNumber)
    assert len(phone.pending()) == 1


def test_cancel(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    assert console.call("twoFactorCancelPushAuth", sLoginToken=token, sPushToken="x").result == "InvalidToken"
    assert console.call("twoFactorCancelPushAuth", sLoginToken=token, sPushToken=push.sPushToken).result == "OK"
    assert phone.pending() == []
    assert console.settle(token, push.sPushToken).result == "InvalidToken"


def test_push_rests_after_five_unanswered(server, name):
    company, email = name
    phone = server.ready(company, email)
    server.cli("code", "recovery", email)
    console = server.console()
    for _ in range(5):
        token, push = console.begin(email)
        server.advance(61)
        assert console.settle(token, push.sPushToken).result == "TimeOut"
    login = console.login(email)
    assert login.oTwoFactorAuthenticationMethods == ["RecoveryCode"]
    assert console.send(login.sLoginToken).result == "TwoFactorError"
    server.advance(HOUR + 1)
    assert console.sign_in(email, phone).result == "OK"


def test_console_ticket_is_redeemed_once(server, name):
    company, email = name
    phone = server.ready(company, email)
    ticket = ticket_of(server.console().sign_in(email, phone).sUrl)
    answers = []
    for _ in range(2):
        wire = http.client.HTTPConnection("127.0.0.1", server.port)
        wire.request("POST", "/api/console/redeem", json.dumps({"sTicket": ticket}), {"Content-Type": "application/json"})
        answers.append(json.loads(wire.getresponse().read()))
        wire.close()
    assert answers[0]["result"] == "OK" and answers[0]["sAccount"] == email
    assert answers[1]["result"] == "InvalidTicket"


def test_a_sign_in_begun_again_takes_the_first_ones_place(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    first, push = console.begin(email)
    again, second = console.begin(email)
    assert console.check(first, push.sPushToken).result == "InvalidToken"
    held = console.send(console.login(email).sLoginToken)
    assert held.result == "TwoFactorError" and 0 < int(held.iExpiresIn) <= 30
    assert phone.approve(second.sMatchNumber)["result"] == "OK"
    assert console.settle(again, second.sPushToken).result == "OK"


def test_no_wait_after_an_ok_and_one_after_a_refusal(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    for _ in range(3):
        assert console.sign_in(email, phone).result == "OK"
    token, push = console.begin(email)
    phone.reject()
    assert console.settle(token, push.sPushToken).result == "TwoFactorRejected"
    token = console.login(email).sLoginToken
    assert console.send(token).result == "TwoFactorError"
    server.cli("technician", "unlock", email)
    assert console.send(token).result == "OK"
