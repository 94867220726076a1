# SPDX-License-Identifier: Apache-2.0
"""Many people sign in while processes of the server are killed; what they saw becomes a history.

usage: storm.py SIGN_INS KILLS [SEED]      the long run, started by hand or at night: `make storm`
"""

import http.client
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import threading

if __name__ == "__main__":
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
from countersign import PASSWORD, PATIENCE, Answer, Console, Phone, Refused, Server
from history import History, Records, faults, login_ids

CLIENTS = 4
TARGETS = ("worker", "worker", "worker", "front", "courier", "supervisor")
PAUSE = 0.05  # between two tries of a call that was cut off


class CutOff(Exception):
    """No answer, or one that says that the server cannot know: the call may have happened or not."""


def tried(call):
    try:
        return call()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CutOff(str(error)) from error


class Person:
    """One account with its phone; signs in again and again."""

    patience = PATIENCE  # how long a call is tried

    def __init__(self, server, email, phone, history):
        self.email, self.phone, self.history = email, phone, history
        self.console = Console(server, agent=email)
        self.count = 0
        self.tokens = {}  # name of a login -> its token: looked up in the store at the end

    def ask(self, op, **arguments):
        """The answer's fields, or CutOff."""
        def call():
            status, headers, body = self.console.post(self.console.envelope(op, arguments), self.console.headers(op))
            if status != 200:
                raise OSError(f"status {status}")
            return Answer(status, headers, body)
        answer = tried(call)
        if answer.result == "UnknownError":
            raise CutOff(answer.result)
        return answer

    def recorded(self, kind, name, call, **what):
        """Asks until there is an answer, recording every try. `call` gives (result, answer)."""
        for _ in range(int(self.patience / PAUSE)):
            entry = self.history.ask(kind, name, **what)
            try:
                result, answer = call()
            except CutOff:
                threading.Event().wait(PAUSE)
                continue
            self.history.answer(entry, result)
            return result, answer
        raise AssertionError(f"{name}: {kind} was cut off for too long")

    def login(self, name):
        def call():
            answer = self.ask("loginTechnicianFromStandalone_v7_2", sEmail=self.email, sPassword=PASSWORD, sLanguage="en")
            if answer.result == "OkTwoFactorAuthenticationRequired":
                self.tokens[name] = answer.sLoginToken
                return "OK", answer
            return answer.result, answer
        return self.recorded("login", name, call)[0] == "OK"

    def push(self, name):
        """The push, or None where the channel paces or rests."""
        def call():
            answer = self.ask("twoFactorSendPushAuth", sLoginToken=self.tokens[name])
            return answer.result, answer
        result, answer = self.recorded("send", name, call)
        return answer if result == "OK" else None

    def waiting(self, console):
        """The challenge of this console's push on the phone."""
        for _ in range(int(PATIENCE / PAUSE)):
            try:
                found = [c for c in tried(lambda: self.phone.post("pending", {}, self.phone.token)).get("aChallenges") or []
                         if c["sConsole"] == console]
            except CutOff:
                found = []
            if found:
                return found[0]
            threading.Event().wait(PAUSE)
        raise AssertionError(f"{self.email}: the phone never saw its push")

    def decide(self, name, push, refuses):
        """The phone's answer, tried until the server has it; an interrupted try may have succeeded."""
        challenge = self.waiting(self.email)
        kind = "reject" if refuses else "approve"

        def call():
            answer = tried(lambda: self.phone.answer(kind, None if refuses else push.sMatchNumber, challenge))
            if answer["status"] >= 500:
                raise CutOff(answer["result"])
            return answer["result"], answer
        return self.recorded(kind, name, call, challenge=challenge["sChallengeId"])

    def settle(self, name, push):
        def call():
            answer = self.ask("twoFactorCheckPushAuthStatus", sLoginToken=self.tokens[name], sPushToken=push.sPushToken)
            return answer.result, answer
        for _ in range(int(self.patience / PAUSE)):
            if self.recorded("check", name, call)[0] != "Poll":
                return
            threading.Event().wait(PAUSE)
        raise AssertionError(f"{name}: still Poll")

    def sign_in(self, refuses):
        """True: it ended. False: the server asked to wait, and another person should try."""
        self.count += 1
        name = f"{self.email} {self.count}"
        if not self.login(name):
            return False
        push = self.push(name)
        if push is None:
            return False
        self.decide(name, push, refuses)
        self.settle(name, push)
        return True


class Storm:
    """Kills one process after the other while people sign in."""

    def __init__(self, server, people, sign_ins, kills, seed):
        self.server, self.people = server, list(people)
        self.left, self.kills = sign_ins, kills
        self.every = max(sign_ins // (kills + 1), 1)
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.struck = threading.Semaphore(0)
        self.failures = []

    def take(self):
        """A person who signs in next and whether they refuse; None when all is done."""
        with self.lock:
            if self.left <= 0 or self.failures:
                return None
            return self.people.pop(0), self.random.random() < 0.15

    def give_back(self, person, is_done):
        with self.lock:
            self.people.append(person)
            if not is_done:
                return
            self.left -= 1
            if self.left % self.every == 0:
                self.struck.release()

    def client(self):
        try:
            while (taken := self.take()) is not None:
                done = taken[0].sign_in(taken[1])
                self.give_back(taken[0], done)
        except Exception as error:  # raised again by the main thread
            self.failures.append(error)
            self.struck.release()

    def strike(self):
        target = self.random.choice(TARGETS)
        if target == "supervisor":
            restart(self.server)
            return
        for pid in self.random.sample(found := self.server.children(target), min(1, len(found))):
            os.kill(pid, signal.SIGKILL)

    def run(self):
        threads = [threading.Thread(target=self.client) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for _ in range(self.kills):
            self.struck.acquire()
            if self.failures:
                break
            self.strike()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def restart(server):
    """SIGKILL to the supervisor; its children follow by themselves, and only then is the port free."""
    children = [pid for kind in ("front", "worker", "courier") for pid in server.children(kind)]
    server.process.kill()
    server.process.wait(PATIENCE)
    for _ in range(int(PATIENCE / PAUSE)):
        if all(map(is_gone, children)):
            break
        threading.Event().wait(PAUSE)
    server.start()


def records(server, history, people):
    """The server's own records; fills in the id of every login that the history names."""
    store = sqlite3.connect(server.settings[("store", "path")], timeout=PATIENCE)
    login_ids(history, people, {bytes(digest).hex(): str(row) for row, digest in store.execute("SELECT id, token_digest FROM login")})
    audit = [{"event": event, "detail": json.loads(detail)} for event, detail in store.execute("SELECT event, detail FROM audit")]
    sessions = [str(row) for (row,) in store.execute("SELECT login_id FROM session")]
    store.close()
    return Records(audit, sessions)


def run(server, sign_ins, kills, seed):
    """(history, everything that is wrong)."""
    history = History()
    server.company("acme")
    people = []
    for number in range(min(max(sign_ins // 4, CLIENTS * 2), 250)):
        email = server.technician("acme", f"p{number}@acme.example")
        people.append(Person(server, email, Phone(server).enrol(server.enrol_link(email)), history))
    Storm(server, people, sign_ins, kills, seed).run()
    found = faults(history, records(server, history, people))
    try:
        server.cli("audit", "verify")
    except Refused as refused:
        found.append(f"audit verify: {refused.text}")
    return history, found


def main():
    sign_ins, kills = int(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(1 << 32)
    print(f"storm: {sign_ins} sign-ins, {kills} kills, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, {("log", "level"): "warning"})
        history, found = run(server, sign_ins, kills, seed)
        server.close()
    checks = [call for call in history.calls if call["kind"] == "check"]
    print(f"{sum(call['result'] == 'OK' for call in checks)} times OK, "
          f"{sum(call['result'] == 'TwoFactorRejected' for call in checks)} times refused, "
          f"{sum(call['result'] is None for call in history.calls)} calls cut off")
    print("\n".join(found) or "the history holds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
