# SPDX-License-Identifier: Apache-2.0
"""The server, its operator and a console, for the browser tests: JSON lines in, JSON lines out.

usage: stage.py [SETTINGS]: a JSON object of "SECTION.KEY" and values, in addition to those of every test's server. A line asks {"id": n, "do": NAME, "with": {...}}; the answer is {"id": n, "value": ...} or {"id": n, "error": TEXT}. It ends with its
input, and stops the server then.
"""

import http.client
import json
import os
import sqlite3
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))

import tlog  # noqa: E402

from countersign import PATIENCE, Refused, Server  # noqa: E402


class Stage:
    def __init__(self, server):
        self.server = server

    def console(self):
        return self.server.console(agent="Console 7.2")

    def address(self):
        return self.server.settings[("server", "public_url")]

    def company(self, company, emails, policy=None, title=None):
        self.server.company(company, **(policy or {}))
        if title:
            self.title(company, title)
        for email in emails:
            self.server.technician(company, email)

    def account(self, company, email):
        self.server.technician(company, email)

    def title(self, company, title):
        self.server.cli("company", "set", company, "--title", title)

    def link(self, email):
        return self.server.enrol_link(email)

    def devices(self, email):
        return self.server.cli("device", "list", "--technician", email, "--removed")["devices"]

    def remove(self, device):
        self.server.cli("device", "remove", "--yes", device)

    def lock(self, email):
        self.server.cli("technician", "lock", email)

    def unlock(self, email):
        self.server.cli("technician", "unlock", email)

    def fail(self, email, times):
        """Wrong passwords, each from an address of its own: one address has only a small budget."""
        for number in range(times):
            self.server.console(source=f"127.66.0.{number + 1}").login(email, "wrong")

    def operator(self, email, role, company):
        """The link that brings a passkey in."""
        return self.server.cli("operator", "add", email, "--role", role, "--reach", company, "--name", "Olga")["link"]

    def report(self, email):
        """A sign-in by somebody else, whom the person's phone reports."""
        phone = self.server.phone(email)
        self.console().begin(email)
        return phone.report()["result"]

    def session(self, email):
        """A console that the password alone signed in."""
        return self.console().login(email).result

    def events(self, company):
        return [{"event": e["event"], "actor": e["actor"]}
                for e in self.server.cli("audit", "list", "--company", company)["events"]]

    def proved(self, proof):
        """The event that a proof of the audit log is about, by a verifier that shares nothing with the server."""
        event = tlog.verify_proof(proof, tlog.Key(self.server.run("audit", "checkpoint", "--key").stdout))
        return {**event, "detail": json.loads(event["detail"]) if isinstance(event["detail"], str) else event["detail"]}

    def policies(self, company):
        return {p["key"]: p["value"] for p in self.server.cli("policy", "list", company)["policies"]}

    def totp(self, email):
        self.server.cli("code", "totp", email, "--qr", "no")

    def recovery(self, email):
        self.server.cli("code", "recovery", email)

    def removeTotp(self, email):
        self.server.cli("code", "remove", "--yes", email)

    def subscriptions(self, email):
        """The endpoints that the devices of an account are subscribed with, oldest device first."""
        store = sqlite3.connect(f"file:{self.server.settings[('store', 'path')]}?mode=ro", uri=True)
        try:
            rows = store.execute("SELECT p.endpoint FROM push_subscription p JOIN device d ON d.id = p.device_id "
                                 "JOIN technician t ON t.id = d.technician_id WHERE t.email = ? ORDER BY d.created_at", (email,))
            return [endpoint for (endpoint,) in rows]
        finally:
            store.close()

    def pushKey(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        try:
            connection.request("POST", "/api/push/key", "{}", {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read()).get("sPublicKey")
        finally:
            connection.close()

    def begin(self, email):
        token, push = self.console().begin(email)
        return {"login": token, "push": push.sPushToken, "number": push.sMatchNumber}

    def check(self, login, push):
        return self.console().check(login, push).result

    def policy(self, company, key, value):
        self.server.cli("policy", "set", company, key, value)

    def receipts(self, company):
        """What the audit log keeps of each approval."""
        events = self.server.cli("audit", "list", "--company", company)["events"]
        return [event["detail"] for event in events if event["event"] == "push.approved"]

    def signIn(self, email, password):
        """What the password alone gives."""
        return self.console().login(email, password).result

    def validate(self, email, code):
        console = self.console()
        login = console.login(email)
        return console.call("twoFactorValidateCode", sLoginToken=login.sLoginToken, sCode=code).result

    def cancel(self, login, push):
        return self.console().call("twoFactorCancelPushAuth", sLoginToken=login, sPushToken=push).result

    def settle(self, login, push):
        return self.console().settle(login, push).result

    def now(self):
        return self.server.now()

    def advance(self, seconds):
        self.server.advance(seconds)


def main():
    with tempfile.TemporaryDirectory() as folder:
        settings = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
        server = Server(folder, {tuple(name.split(".")): value for name, value in settings.items()})
        stage = Stage(server)
        for line in sys.stdin:
            asked = json.loads(line)
            answer = {"id": asked["id"]}
            try:
                values = asked["with"]
                act = getattr(stage, asked["do"])
                answer["value"] = act(*values) if isinstance(values, list) else act(**values)
            except (AssertionError, Refused, OSError) as problem:
                answer["error"] = f"{asked['do']}: {problem}"
            print(json.dumps(answer), flush=True)
        server.close()


main()
