# SPDX-License-Identifier: Apache-2.0
"""What clients saw of a server, and what must be true of it: the checker of the crash tests.

A client records each call before it is sent (`ask`) and after its answer came (`answer`); a call that was cut off has no
answer, and may have happened or not. `faults` reads the whole history beside the server's own records, after the last crash:

* an OK was earned: its login's push has one approval, asked for by its phone before the OK came, and is granted once;
* what was refused on the phone is never OK, and what was approved ends in OK;
* acknowledged results are kept: each acknowledged login, approval, refusal and OK has its row in the audit log, and each
  OK its session;
* nothing else was granted: each session belongs to a granted login, each grant to an approved push, and somebody at another
  address with the same tokens (`thief`) never gets an OK.

Logins and pushes are known by name: tokens are not kept in a history.
"""

import hashlib
import itertools
import threading


class History:
    """Calls in the order in which they were asked and answered, from all threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._ticks = itertools.count(1)
        self.calls = []

    def ask(self, kind, login, **what):
        call = {"kind": kind, "login": login, "result": None, "answered": None, **what}
        with self._lock:
            call["asked"] = next(self._ticks)
            self.calls.append(call)
        return call

    def answer(self, call, result, **what):
        with self._lock:
            call.update(result=result, answered=next(self._ticks), **what)


class Records:
    """The final content of the server's store, by the public ids of its audit log and its tables."""

    def __init__(self, audit, sessions):
        """audit: rows with event, detail and, where operators lock accounts, account; sessions: the login id of each session,
        ended ones too."""
        self.begun = self._ids(audit, "login.begun", "login")
        self.approved = self._ids(audit, "push.approved", "challenge")
        self.refused = self._ids(audit, "push.rejected", "challenge")
        self.granted = self._ids(audit, "login.granted", "login")
        self.locked = self._accounts(audit, "account.locked")
        self.unlocked = self._accounts(audit, "account.unlocked")
        self.sessions = list(sessions)

    @staticmethod
    def _accounts(audit, event):
        return [row.get("account") for row in audit if row["event"] == event]

    @staticmethod
    def _ids(audit, event, member):
        return [row["detail"][member] for row in audit if row["event"] == event]


def _each_ok(calls, records):
    for call in calls:
        if call["kind"] != "check" or call["result"] != "OK":
            continue
        login = call["login"]
        approvals = [a for a in calls if a["kind"] == "approve" and a["login"] == login]
        if not any(a["asked"] < call["answered"] for a in approvals):
            yield f"{login}: OK without an approval that was asked for before"
        if any(a["kind"] == "reject" and a["login"] == login and a["result"] == "OK" for a in calls):
            yield f"{login}: OK although the phone refused"
        approved = sum(records.approved.count(challenge) for challenge in {a["challenge"] for a in approvals})
        if approved != 1:
            yield f"{login}: OK with {approved} approvals in the audit log"
        if records.granted.count(call["id"]) != 1:
            yield f"{login}: OK with {records.granted.count(call['id'])} grants in the audit log"
        if records.sessions.count(call["id"]) != 1:
            yield f"{login}: OK with {records.sessions.count(call['id'])} sessions"


def _each_acknowledged(calls, records):
    kept = {"login": (records.begun, "id"), "approve": (records.approved, "challenge"), "reject": (records.refused, "challenge")}
    for call in calls:
        if call["kind"] in kept and call["result"] == "OK":
            rows, member = kept[call["kind"]]
            if rows.count(call[member]) != 1:
                yield f"{call['login']}: {call['kind']} was acknowledged and is in the audit log {rows.count(call[member])} times"


def _each_decision(calls, records):
    """The first check that settles a login says what its phone decided, unless an earlier check may have spent it."""
    del records
    expected = {"approve": "OK", "reject": "TwoFactorRejected"}
    for decision in calls:
        if decision["kind"] not in expected or decision["result"] != "OK":
            continue
        checks = [c for c in calls if c["kind"] == "check" and c["login"] == decision["login"] and c["result"] != "Poll"]
        if checks and checks[0]["result"] not in (None, expected[decision["kind"]]):
            yield f"{decision['login']}: {decision['kind']} was acknowledged, and the check was answered {checks[0]['result']}"


def _nothing_else(calls, records):
    asked = {call["challenge"] for call in calls if call["kind"] == "approve"}
    for challenge in set(records.approved) - asked:
        yield f"challenge {challenge} is approved, and no phone approved it"
    for login in set(records.sessions) - set(records.granted):
        yield f"login {login} has a session and was not granted"
    if len(set(records.granted)) > len(set(records.approved)):
        yield f"{len(set(records.granted))} grants for {len(set(records.approved))} approvals"


def _each_lock(calls, records):
    """An event for each that was acknowledged. One that was cut off may have happened, or may have found nothing to change."""
    kept = {"lock": records.locked, "unlock": records.unlocked}
    for kind, accounts in kept.items():
        for account in {call["login"] for call in calls if call["kind"] == kind}:
            asked = [call["result"] for call in calls if call["kind"] == kind and call["login"] == account]
            if not asked.count("OK") <= accounts.count(account) <= len(asked):
                yield f"{account}: {asked.count('OK')} times {kind} was acknowledged, {accounts.count(account)} are in the audit log"


def _no_thief(calls, records):
    del records
    for call in calls:
        if call["kind"] == "thief" and call["result"] == "OK":
            yield f"{call['login']}: OK to another address"


def login_ids(history, people, ids):
    """Fills in the id of every login that the history names. ids: of all logins, by the hexadecimal digest of their token."""
    names = {name: ids.get(hashlib.sha256(token.encode()).hexdigest()) for person in people for name, token in person.tokens.items()}
    for call in history.calls:
        call["id"] = names.get(call["login"])


def faults(history, records):
    """Everything that is wrong, in words; empty when all is right."""
    rules = (_each_ok, _each_acknowledged, _each_decision, _each_lock, _no_thief, _nothing_else)
    return [fault for rule in rules for fault in rule(history.calls, records)]
