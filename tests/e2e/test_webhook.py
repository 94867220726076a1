# SPDX-License-Identifier: Apache-2.0
"""The operator's webhook: what is posted, how it is signed, and what failures mean for a sign-in."""

import hashlib
import hmac
import http.server
import json
import os
import queue
import threading

import pytest

from countersign import PATIENCE

KEY = b"a key of the operator's own"


class Receiver:
    """Answers each post with the next status of its list (the last one stays), and keeps the posts."""

    def __init__(self, *statuses):
        self.posts = queue.Queue()
        statuses = list(statuses)
        posts = self.posts

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                posts.put((self.path, dict(self.headers), body))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"

    def take(self):
        return self.posts.get(timeout=PATIENCE)

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def hooked(own_server, tmp_path):
    """A server whose webhook is a receiver of ours."""
    receivers = []

    def make(*statuses):
        receiver = Receiver(*statuses)
        receivers.append(receiver)
        key = tmp_path / "webhook.key"
        key.write_bytes(KEY + b"\n")
        os.chmod(key, 0o600)
        return receiver, own_server({("webhook", "url"): receiver.url, ("webhook", "secret_file"): key})

    yield make
    for receiver in receivers:
        receiver.close()


def test_a_challenge_is_posted_once_and_signed(hooked, name):
    company, email = name
    receiver, server = hooked(204)
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    path, headers, body = receiver.take()
    assert path == "/hook?x=1" and headers["Content-Type"] == "application/json"
    said = json.loads(body)
    assert set(said) == {"id", "event"} and said["event"] == "challenge"
    for secret in (email, company, push.sMatchNumber, push.sPushToken, token):
        assert secret.encode() not in body
    signed = hmac.new(KEY, headers["X-Countersign-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Countersign-Signature"] == "sha256=" + signed
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"
    assert receiver.posts.empty()


def test_a_receiver_that_is_busy_is_asked_again(hooked, name):
    company, email = name
    receiver, server = hooked(503, 429, 200)
    server.ready(company, email)
    server.console().begin(email)
    first = receiver.take()[2]
    server.advance(2)
    assert receiver.take()[2] == first
    server.advance(4)
    assert receiver.take()[2] == first


def test_a_receiver_that_refuses_for_good_fails_the_push(hooked, name):
    company, email = name
    receiver, server = hooked(404)
    server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    receiver.take()
    server.wait_log(r"webhook\.failed .*final=0")
    assert console.check(token, push.sPushToken).result == "Poll", "a phone may still look by itself"
    server.advance(16)
    receiver.take()
    assert console.settle(token, push.sPushToken).result == "TwoFactorError"


def test_a_phone_that_looked_by_itself_does_not_need_the_webhook(hooked, name):
    company, email = name
    receiver, server = hooked(301)
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    receiver.take()
    assert len(phone.pending()) == 1
    server.wait_log(r"webhook\.failed .*final=0")
    server.advance(16)
    receiver.take()
    server.wait_log(r"webhook\.failed .*final=1")
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"
    assert receiver.posts.empty(), "a redirect is not followed"


def test_a_key_that_others_may_read_is_refused(own_server, tmp_path):
    key = tmp_path / "webhook.key"
    key.write_bytes(KEY)
    os.chmod(key, 0o644)
    with pytest.raises(AssertionError, match="chmod 600"):
        own_server({("webhook", "url"): "http://127.0.0.1:1/", ("webhook", "secret_file"): key})
