# SPDX-License-Identifier: Apache-2.0
"""The courier: it has no store and only its own key, and each notification is delivered even if a process dies or stops."""

import http.server
import json
import os
import queue
import re
import signal
import sqlite3
import threading

import pytest

from countersign import PATIENCE
from test_web_push import service, subscribed  # noqa: F401 (a fixture)

KEY = b"a key of the operator's own"
NEWS = r"debug worker\S* news\b"


class Slow:
    """A receiver that answers 204 once it is released; until then each post is held."""

    def __init__(self):
        self.posts, self.gate = queue.Queue(), threading.Event()
        posts, gate = self.posts, self.gate

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                posts.put(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["id"])
                gate.wait(PATIENCE)
                try:
                    self.send_response(204)
                    self.end_headers()
                except OSError:
                    pass  # the courier is gone

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # likewise

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def take(self):
        return self.posts.get(timeout=PATIENCE)

    def close(self):
        self.gate.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def held(own_server, tmp_path):
    """A receiver that holds each post, and a server with it as its webhook."""
    receiver = Slow()
    key = tmp_path / "webhook.key"
    key.write_bytes(KEY)
    os.chmod(key, 0o600)
    yield receiver, own_server({("webhook", "url"): f"http://127.0.0.1:{receiver.server.server_port}/",
                                ("webhook", "secret_file"): key, ("webhook", "time"): "60s"})
    receiver.close()


def rows(server, sql, *values):
    store = sqlite3.connect(server.settings["store", "path"], isolation_level=None, timeout=PATIENCE)
    try:
        return store.execute(sql, values).fetchall()
    finally:
        store.close()


def is_sent(server):
    return {state for state, in rows(server, "SELECT state FROM outbox")} == {"sent"}


def files_of(pid):
    """What a process has mapped and open."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        found = {line.split(maxsplit=5)[5].strip() for line in maps if len(line.split(maxsplit=5)) == 6}
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.add(os.readlink(f"/proc/{pid}/fd/{number}"))
        except FileNotFoundError:
            continue
    return found


def test_the_courier_has_no_store(own_server, service, name):  # noqa: F811
    push = service(201)
    server, _, _ = subscribed(own_server, push, name)
    server.console().begin(name[1])
    push.take()
    server.wait_for(lambda: is_sent(server))
    path = server.settings["store", "path"]
    having = {kind: [file for pid in server.children(kind) for file in files_of(pid)
                     if "libsqlite3" in file or file.startswith(os.path.dirname(path) + "/countersign")]
              for kind in ("worker", "courier")}
    assert any("libsqlite3" in file for file in having["worker"]) and path in having["worker"], "else this test is blind"
    assert having["courier"] == []


def test_a_courier_that_dies_in_the_midst_of_a_delivery_is_followed_by_one_that_delivers(held, name):
    receiver, server = held
    phone = server.ready(*name)
    console = server.console()
    token, sent = console.begin(name[1])
    first = receiver.take()
    (courier,) = server.children("courier")
    os.kill(courier, signal.SIGKILL)
    server.wait_log(r'webhook\.failed .*error="the courier ended" final=0')
    server.advance(2)
    assert receiver.take() == first
    receiver.gate.set()
    server.wait_for(lambda: is_sent(server))
    assert phone.approve(sent.sMatchNumber)["result"] == "OK"
    assert console.settle(token, sent.sPushToken).result == "OK"


def test_a_worker_that_dies_in_the_midst_of_a_delivery_costs_at_most_a_second_delivery(held, name):
    receiver, server = held
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    token, sent = console.begin(email)
    first = receiver.take()
    for pid in server.children("worker"):
        os.kill(pid, signal.SIGKILL)
    server.wait_log(r"child\.ready.* child=worker", times=2)
    receiver.gate.set()
    server.wait_log(r'webhook\.failed .*error="the worker ended" final=0')
    server.advance(2)
    assert receiver.take() == first
    server.wait_for(lambda: is_sent(server))
    assert phone.approve(sent.sMatchNumber)["result"] == "OK"
    assert console.settle(token, sent.sPushToken).result == "OK"


def test_a_push_that_another_worker_wrote_is_delivered_at_once(held, name):
    """Worker 0 is busy with a call of its own while the push is written: it finds the news as soon as it continues."""
    receiver, server = held
    server.ready(*name)
    first = min(server.children("worker"))
    for _ in range(2):  # everything sent until now has arrived by then
        server.console().call("keepConsoleAlive")
    os.kill(first, signal.SIGSTOP)
    busy = threading.Thread(target=server.console().call, args=("keepConsoleAlive",))
    busy.start()
    server.console().begin(name[1])
    before = len(re.findall(NEWS, server.log()))
    os.kill(first, signal.SIGCONT)
    busy.join()
    server.wait_log(NEWS, times=before + 1)
    assert receiver.take()
    receiver.gate.set()


def test_a_stopped_courier_slows_no_one_and_goes_on_where_it_was(held, name):
    receiver, server = held
    receiver.gate.set()
    company, email = name
    phone = server.ready(company, email)
    (courier,) = server.children("courier")
    os.kill(courier, signal.SIGSTOP)
    try:
        console = server.console()
        token, sent = console.begin(email)
        for number in range(40):
            rows(server, "INSERT INTO outbox (id, challenge_id, transport, state, attempts, next_at, created_at, expires_at) "
                         "SELECT ?, challenge_id, transport, 'waiting', 0, created_at, created_at, expires_at "
                         "FROM outbox WHERE id > 100 LIMIT 1", number + 1)
        handed = "SELECT COUNT(*) FROM outbox WHERE next_at > created_at + 60000000"  # claimed; a row that waits for its turn is due sooner
        server.wait_for(lambda: rows(server, handed) == [(6,)])
        assert console.check(token, sent.sPushToken).result == "Poll"
        assert len(phone.pending()) == 1
        assert rows(server, handed) == [(6,)], "no more is handed over"
    finally:
        os.kill(courier, signal.SIGCONT)
    server.wait_for(lambda: is_sent(server))
    assert len({receiver.take() for _ in range(41)}) == 1
    assert phone.approve(sent.sMatchNumber)["result"] == "OK"
    assert console.settle(token, sent.sPushToken).result == "OK"


def test_a_webhook_that_hangs_does_not_keep_the_push_services(held, service, name):  # noqa: F811
    receiver, server = held
    company, email = name
    push = service(201)
    server.settings.update(push.settings())
    server.write_config()
    assert server.stop() == 0
    server.start()
    server.ready(company, email, {"push_lifetime": 30})  # half the time limit of the webhook
    other = server.technician(company, "other." + email)
    assert push.browser().subscribe(server.phone(other))["result"] == "OK"
    console = server.console()
    console.begin(email)
    for number in range(40):
        rows(server, "INSERT INTO outbox (id, challenge_id, transport, state, attempts, next_at, created_at, expires_at) "
                     "SELECT ?, challenge_id, transport, 'waiting', 0, created_at, created_at, expires_at "
                     "FROM outbox WHERE id > 100 LIMIT 1", number + 1)
    for _ in range(6):
        receiver.take()
    console.begin(other)
    push.take()
