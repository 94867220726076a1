# SPDX-License-Identifier: Apache-2.0
"""One client, or a crowd from one place, sends as much as it can: others are served meanwhile."""

import contextlib
import select
import selectors
import socket
import threading

from countersign import PATH, PATIENCE

WSDL = f"GET {PATH}?WSDL HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class Pipeliner:
    """Connections that send requests as fast as they are taken, and read the answers, until they are stopped."""

    def __init__(self, server, connections, request):
        self.sockets = [socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) for _ in range(connections)]
        self.request = request
        self.left = {s: b"" for s in self.sockets}
        self.is_over = False
        self.answered = 0
        self.began = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        watch = selectors.DefaultSelector()
        for s in self.sockets:
            s.setblocking(False)
            watch.register(s, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while not self.is_over:
            for key, what in watch.select(1):
                if what & selectors.EVENT_WRITE:
                    self.send(key.fileobj)
                with contextlib.suppress(BlockingIOError):
                    if what & selectors.EVENT_READ and key.fileobj.recv(1 << 20):
                        self.answered += 1
                        self.began.set()

    def send(self, s):
        left = self.left[s] or self.request * 64
        with contextlib.suppress(BlockingIOError):
            left = left[s.send(left):]
        self.left[s] = left

    def __enter__(self):
        self.thread.start()
        assert self.began.wait(PATIENCE)
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()
        for s in self.sockets:
            s.close()


def test_connections_that_pipeline_leave_room_for_others(own_server):
    server = own_server()
    front = server.children("front")
    with Pipeliner(server, 100, WSDL) as crowd:
        console = server.console(source="127.0.0.2")
        for number in range(20):
            before = crowd.answered
            assert console.login(f"nobody{number}@nowhere.example").result == "InvalidPassword"
        assert crowd.answered > before, "it was busy all the while"
    assert server.children("front") == front


def flood(server, source, logins):
    """Sends that many logins, each on its own connection; the sockets."""
    console = server.console(source=source)
    made = []
    for number in range(logins):
        body = console.envelope("loginTechnicianFromStandalone_v7_2",
                                {"sEmail": f"nobody{number}@flood.example", "sPassword": "wrong", "sLanguage": "en"})
        headers = {**console.headers("loginTechnicianFromStandalone_v7_2"), "Host": "localhost", "Content-Length": len(body)}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        s = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE, source_address=(source, 0))
        s.sendall(f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body)
        made.append(s)
    return made


def test_logins_that_were_sent_and_closed_cost_the_next_one_nothing(own_server):
    server = own_server({("limits", "queue_per_source"): 1000})
    for s in flood(server, "127.0.0.1", 300):
        s.close()
    assert server.console().login("nobody@nowhere.example").result == "InvalidPassword"
    tried = [row for row in server.cli("audit", "list")["events"] if "flood.example" in str(row)]
    assert 0 < len(tried) < 100, "most were dropped before they cost a hash"


def test_a_flood_of_logins_waits_for_others_and_is_told_to_come_back(own_server):
    server = own_server({("limits", "queue_per_source"): 32})
    open_ones = flood(server, "127.0.0.1", 100)
    assert server.console(source="127.0.0.2").login("nobody@nowhere.example").result == "InvalidPassword"
    for s in open_ones:
        s.settimeout(PATIENCE)
    refused = [s for s in open_ones if has_answer(s) and b" 503 " in s.recv(64)]
    assert len(refused) >= 100 - 32 - 20
    unanswered = [s for s in open_ones if s not in refused and not has_answer(s)]
    assert unanswered, "the other one did not wait for all of them"
    for s in open_ones:
        s.close()


def has_answer(s):
    return bool(select.select([s], [], [], 0)[0])


def test_a_phone_is_not_kept_out_by_what_others_of_its_address_fail_at(own_server, name):
    server = own_server()
    phone = server.ready(*name)
    assert phone.pending() == []
    stranger = server.console()
    statuses = [stranger.post(b"{}", {"Content-Type": "application/json", "Authorization": "Bearer made-up"},
                              "/api/device/pending")[0] for _ in range(40)]
    assert statuses[-1] == 429
    assert server.console().sign_in(name[1], phone).result == "OK"
