# SPDX-License-Identifier: Apache-2.0
"""What happens to earlier grants when a rule becomes stricter, and what a phone is shown afterwards."""

import subprocess
import threading

import pytest

from countersign import PASSWORD

FACTOR = "OkTwoFactorAuthenticationRequired"
ACTS = {
    "lock": (["technician", "lock", "{email}"], "UserLockedOut"),
    "role off": (["technician", "disable", "{email}"], "UserNotActiveForThisRole"),
    "no technician": (["technician", "set", "{email}", "--technician", "off"], "UserIsNotTechnician"),
    "company off": (["company", "disable", "{company}"], "CompanyIsNotActive"),
    "company banned": (["company", "set", "{company}", "--state", "banned"], "CompanyBanned"),
    "plan off": (["company", "set", "{company}", "--enterprise", "off"], "EnterpriseDisabled"),
    "reset": (["technician", "reset", "{email}", "--generate"], "InvalidPassword"),
    "delete": (["technician", "delete", "--yes", "{email}"], "NoSuchUser"),
    "sso": (["policy", "set", "{company}", "sign_in_mode", "sso"], "OnlySSOLoginAllowed"),
    "last device removed": (["device", "remove", "--yes", "{device}"], "TwoFactorError"),
}


@pytest.fixture
def ann(server, name):
    company, email = name
    server.company(company)
    server.cli("company", "set", company, "--plan", "enterprise", "--enterprise", "on")
    server.technician(company, email)
    return server, company, email, server.phone(email)


def events(server, company, event):
    return [e["detail"] for e in server.cli("audit", "list", "--company", company)["events"] if e["event"] == event]


def held(console, token, push):
    """A check that the server holds; its answer is found in the list once the thread has ended."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(console.check(token, push.sPushToken, Prefer="wait=50")))
    thread.start()
    return thread, answers


@pytest.mark.parametrize("act", ACTS)
def test_an_act_takes_back_the_push_that_a_phone_shows(ann, act):
    server, company, email, phone = ann
    words, result = ACTS[act]
    console = server.console()
    token, push = console.begin(email)
    challenge = phone.pending()[0]
    thread, answers = held(console, token, push)
    server.cli(*(word.format(company=company, email=email, device=phone.id) for word in words))
    thread.join()
    assert answers[0].result == result, "a held check ends with what is right"
    seen = phone.post("fetch", {"sChallengeId": challenge["sChallengeId"]}, phone.token)["result"]
    heard = phone.approve(push.sMatchNumber, challenge)["result"]
    if act in ("delete", "last device removed"):
        assert (seen, heard) == ("UnknownDevice", "UnknownDevice")
    else:
        assert (seen, heard, phone.pending()) == ("Withdrawn", "Withdrawn", [])


@pytest.mark.parametrize("undo", [("lock", "unlock"), ("disable", "enable")])
def test_an_approval_does_not_outlive_the_act(ann, undo):
    server, _, email, phone = ann
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    for verb in undo:
        server.cli("technician", verb, email)
    assert console.check(token, push.sPushToken).result == "TwoFactorError"
    assert console.check(token, push.sPushToken).result == "InvalidToken"


def test_a_second_factor_that_is_required_ends_the_sessions_begun_without(ann):
    server, company, email, phone = ann
    with_factor, alone = server.console(), server.console()
    assert with_factor.sign_in(email, phone).result == "OK"
    server.cli("policy", "set", company, "second_factor", "off")
    assert alone.login(email).result == "OK"
    assert [alone.call("keepConsoleAlive").result, with_factor.call("keepConsoleAlive").result] == ["OK", "OK"]
    assert len(server.cli("session", "list", "--technician", email)["sessions"]) == 2

    server.cli("policy", "set", company, "second_factor", "required")
    sessions = server.cli("session", "list", "--technician", email)["sessions"]
    assert [session["second_factor"] for session in sessions] == [True]
    assert events(server, company, "session.all-ended") == [{"count": "1", "reason": "second-factor", "door": "cli"}]
    assert alone.call("keepConsoleAlive").result == "UserNotLoggedIn"
    assert with_factor.call("keepConsoleAlive").result == "OK"
    assert alone.login(email).result == FACTOR


def shown(server, email):
    return server.cli("technician", "show", email)


def test_the_operator_is_shown_who_locked_an_account_and_what_lifts_it(ann):
    server, company, email, _ = ann
    assert [shown(server, email)[key] for key in ("state", "locks", "mend")] == ["active", [], None]
    server.cli("technician", "lock", email)
    (lock,) = shown(server, email)["locks"]
    (event,) = [e for e in server.cli("audit", "list", "--technician", email)["events"] if e["event"] == "account.locked"]
    assert lock == {"kind": "operator", "by": event["actor"], "since": event["at"], "until": "unlocked"}
    assert shown(server, email)["mend"] == f"countersign technician unlock {email}"
    assert [t["state"] for t in server.cli("technician", "list", "--company", company)["technicians"]] == ["locked"]
    text = server.run("technician", "show", email).stdout
    assert event["actor"] in text and "until" in text.lower()


def test_the_operator_is_shown_until_when_failures_lock_an_account(ann):
    server, _, email, _ = ann
    for source in range(2, 5):
        for _ in range(5):
            server.console(source=f"127.0.33.{source}").login(email, "a wrong guess, 7 boats")
    after = shown(server, email)
    (lock,) = after["locks"]
    events = {e["event"]: e for e in server.cli("audit", "list", "--technician", email)["events"]}
    locked = events["account.locked"]
    assert lock == {"kind": "failures", "by": locked["actor"], "since": locked["at"], "until": locked["detail"]["until"]}
    assert after["state"] == "locked" and len(after["refused_addresses"]) >= 1
    server.cli("technician", "lock", email)
    assert [lock["kind"] for lock in shown(server, email)["locks"]] == ["operator", "failures"]
    lifted = server.cli("technician", "unlock", email)
    assert [lifted[key] for key in ("state", "locks", "refused_addresses", "mend")] == ["active", [], [], None]


STATES = {
    "role off": (["technician", "disable", "{email}"], "countersign technician enable {email}"),
    "no technician": (["technician", "set", "{email}", "--technician", "off"],
                      "countersign technician set --technician on {email}"),
    "company inactive": (["company", "disable", "{company}"], "countersign company enable {company}"),
    "company banned": (["company", "set", "{company}", "--state", "banned"], "countersign company enable {company}"),
    "plan off": (["company", "set", "{company}", "--enterprise", "off"], "countersign company set --enterprise on {company}"),
}


@pytest.mark.parametrize("local", ["a$(id)", "a`id`", "a;id", "a|id", "a&id", "a'b", "a!b", "~", "*", "-rf", "--help", "a>b"])
def test_what_the_operator_copies_into_a_shell_is_about_this_account_and_nothing_else(server, name, local):
    company, email = f"shell-{name[0]}", f"{local}@{name[0]}.example"
    server.company(company, lockout_failures=3)
    server.cli("technician", "add", "--company", company, "--keep", "--password-file", "-", "--", email, stdin=PASSWORD + "\n")
    server.cli("technician", "lock", "--", email)
    for _ in range(3):
        server.console().login(email, "not this one, 4 doors")
    while (mend := server.cli("technician", "show", "--", email)["mend"]) is not None:
        words = subprocess.run(["sh", "-c", f"countersign() {{ printf '%s\\n' \"$@\"; }}; {mend}"], capture_output=True, text=True,
                               check=True).stdout.splitlines()
        assert email in words and "uid=" not in " ".join(words)
        server.cli(*words)
    assert server.console().login(email).result != "UserLockedOut", "what is shown mends what it is shown for"


@pytest.mark.parametrize("state", STATES)
def test_the_operator_is_shown_what_else_keeps_somebody_out(ann, state):
    server, company, email, _ = ann
    words, mend = STATES[state]
    server.cli(*(word.format(company=company, email=email) for word in words))
    after = shown(server, email)
    mend = mend.format(company=company, email=email)
    assert (after["state"], after["mend"]) == (state, mend)
    server.cli(*mend.split()[1:])
    assert [shown(server, email)[key] for key in ("state", "mend")] == ["active", None]
