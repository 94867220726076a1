# SPDX-License-Identifier: Apache-2.0
"""An operator's browser, and automation with a token, written independently of the server's own code."""

import http.client
import itertools
import json

from authenticator import Authenticator
from countersign import PATIENCE, b64

COOKIE = "__Host-countersign_operator"


class Caller:
    """Someone who calls the operator's API, from an address of its own."""

    SOURCES = itertools.count(256)

    def __init__(self, server, token=None):
        self.server = server
        number = next(self.SOURCES)
        self.source = f"127.88.{number // 256 % 256}.{number % 255 + 1}"
        self.origin = server.settings[("server", "public_url")]
        self.token = token
        self.cookie = None
        self.headers = {}

    def request(self, path, body, headers, method="POST"):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE, source_address=(self.source, 0))
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer, text

    def own_headers(self):
        if self.token:
            return {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        own = {"Content-Type": "application/json", "Origin": self.origin, "X-Countersign-Console": "1"}
        return {**own, "Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else own

    def post(self, name, headers=None, **members):
        """`name`: technician/lock. headers: in addition; None as a value leaves one out."""
        sent = {**self.own_headers(), **self.headers, **(headers or {})}
        answer, text = self.request(f"/api/admin/{name}", json.dumps(members), {k: v for k, v in sent.items() if v is not None})
        document = json.loads(text)
        document["status"] = answer.status
        document["headers"] = answer.headers
        cookie = answer.headers.get("Set-Cookie")
        if cookie is not None and cookie.startswith(COOKIE + "="):
            self.cookie = cookie.split(";", 1)[0].split("=", 1)[1] or None
        return document

    def ok(self, name, **members):
        answer = self.post(name, **members)
        assert answer["result"] == "OK", answer
        return answer

    def pages(self, operation, rows, size=2, **which):
        """The rows of each page of a list, up to the last one."""
        found, place = [], {}
        while not found or place:
            answer = self.ok(operation, iLimit=size, **place, **which)
            found.append(answer[rows])
            place = {"sAfter": answer["sNext"]} if "sNext" in answer else {}
        return found

    def rows(self, operation, rows, **which):
        return [row for page in self.pages(operation, rows, 200, **which) for row in page]


class Operator(Caller):
    """A person with a passkey."""

    def __init__(self, server, link, name="laptop"):
        super().__init__(server)
        self.authenticator = Authenticator("localhost", self.origin)
        self.enrolled = self.enrol(link, name)

    def enrol(self, link, name="laptop", **bend):
        link = link.split("#", 1)[1]
        welcome = self.ok("link/look", sLink=link)
        made = self.authenticator.register(welcome["sChallenge"].encode(), **bend)
        return self.post("link/use", sLink=link, sName=name, **made)

    def answer(self, challenge, **bend):
        return {"sChallenge": challenge, "sCredentialId": b64(self.authenticator.id),
                **self.authenticator.sign(challenge.encode(), **bend)}

    def sign_in(self, **bend):
        return self.post("signin", **self.answer(self.ok("signin/begin")["sChallenge"], **bend))


def make_operator(server, email, role="owner", reach="everything"):
    """An operator who has signed in."""
    operator = Operator(server, server.cli("operator", "add", email, "--role", role, "--reach", reach)["link"])
    assert operator.enrolled["result"] == "OK", operator.enrolled
    assert operator.sign_in()["result"] == "OK"
    return operator


def make_token(server, name, role="owner", reach="everything"):
    return Caller(server, server.cli("token", "add", name, "--role", role, "--reach", reach)["token"])
