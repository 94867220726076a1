# SPDX-License-Identifier: Apache-2.0
"""bench/load against a real server: it counts the server's answers correctly, and reports wrong ones. No timing is asserted."""

import contextlib
import json
import os
import socket
import socketserver
import subprocess
import threading

import pytest

from countersign import BUILD, NS, PATH

LOADER = os.path.join(BUILD, "bench/loader")


@pytest.fixture(scope="module")
def loader():
    subprocess.run(["ninja", "-C", BUILD, "bench/loader"], check=True, capture_output=True)
    return LOADER


def write_request(path, server, push, token, **more):
    console = server.console(agent="bench 0000000000")
    body = console.envelope("twoFactorCheckPushAuthStatus", {"sLoginToken": token, "sPushToken": push})
    headers = {"Host": "127.0.0.1", **console.headers("twoFactorCheckPushAuthStatus"), **more, "Content-Length": str(len(body))}
    path.write_bytes(f"POST {PATH} HTTP/1.1\r\n".encode() + "".join(f"{k}: {v}\r\n" for k, v in headers.items()).encode() + b"\r\n" + body)
    return path


def run(loader, server, request, expected, tokens, ms=300, connections=8, window=3):
    done = subprocess.run([loader, "rate", str(server.port), str(connections), "1", str(window), request, expected, str(ms), tokens],
                          input="go\ngo\n", capture_output=True, text=True, timeout=60, check=True)
    ready, *rounds = done.stdout.splitlines()
    assert ready == "ready"
    return [json.loads(figures) for figures in rounds], done.stderr


class Scripted(socketserver.ThreadingTCPServer):
    """Answers all requests alike, and writes down on which connection each of them came; a connection's descriptor ends with it."""

    request_queue_size = 1000

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), None)
        self.answer, self.asked, self.wires = answer, [], []
        self.port = self.server_address[1]
        self.accepting = threading.Thread(target=self.serve_forever, args=(0.01,))
        self.accepting.start()

    def process_request(self, request, client_address):
        self.wires.append(request)
        super().process_request(request, client_address)

    def finish_request(self, request, client_address):
        number = self.wires.index(request)
        with contextlib.suppress(ConnectionError):
            while request.recv(65536):
                self.asked.append(number)
                request.sendall(self.answer)

    def hang_up(self):
        """Ends all connections; the other side knows when this returns, since it is on this machine."""
        for wire in self.wires:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.shutdown()
        self.accepting.join()
        self.hang_up()
        self.server_close()


@pytest.fixture
def scripted(tmp_path):
    servers, processes = [], []

    def start(loader, answer, connections, window):
        servers.append(Scripted(answer))
        request = tmp_path / "request"
        request.write_bytes(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n")
        processes.append(subprocess.Popen([loader, "rate", str(servers[-1].port), str(connections), "1", str(window), request, "yes", "50"],
                                          text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        assert processes[-1].stdout.readline() == "ready\n"
        return servers[-1], processes[-1]

    yield start
    for process in processes:
        process.kill()
        with process:
            pass
    for server in servers:
        server.close()


def one_round(process):
    process.stdin.write("go\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


RIGHT = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"


@pytest.mark.parametrize("more", [{}, {"Connection": "close"}], ids=["kept", "closed"])
def test_every_answer_is_counted_once(loader, own_server, name, tmp_path, more):
    company, email = name
    server = own_server()
    server.ready(company, email)
    token, push = server.console().begin(email)
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{token} {push.sPushToken}\n")
    request = write_request(tmp_path / "request", server, push.sPushToken, token, **more)
    rounds, _ = run(loader, server, request, "Result>loginTwoFactorRet_Poll<", tokens)
    asked = server.log().count("worker call op=twoFactorCheckPushAuthStatus")
    for figures in rounds:
        assert figures["errors"] == 0 and figures["answers"] >= figures["counted"] > 0
        assert sum(count for _, count in figures["latencies"]) == figures["counted"]
        assert figures["opened"] == 8
    assert len(rounds) == 2
    assert asked == 8 + sum(figures["answers"] for figures in rounds), "each request had a name of its own, so that a worker saw it"


def test_an_answer_that_is_not_the_expected_one_is_an_error(loader, own_server, name, tmp_path):
    company, email = name
    server = own_server()
    server.ready(company, email)
    token, push = server.console().begin(email)
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{token} {push.sPushToken}\n")
    request = write_request(tmp_path / "request", server, push.sPushToken, token)
    rounds, told = run(loader, server, request, "Result>loginTwoFactorRet_OK<", tokens)
    assert rounds[0]["answers"] == 0 and rounds[0]["errors"] > 0
    assert told.startswith("wrong: HTTP/1.1 200 OK") and told.count("wrong:") == 1, "the first one is shown"
    request.write_bytes(request.read_bytes().replace(NS.encode(), b"urn:else:where:nobody:knows:it/1234"[:len(NS)]))
    rounds, _ = run(loader, server, request, "Result>loginTwoFactorRet_Poll<", tokens)
    assert rounds[0]["answers"] == 0, "a fault has another status"


def test_all_connections_take_turns(loader, scripted):
    server, process = scripted(loader, RIGHT, 5, 1)
    assert server.asked == [0, 1, 2, 3, 4], "each was used once before it is ready"
    answers = sum(one_round(process)["answers"] for _ in range(2))
    assert server.asked == [n % 5 for n in range(5 + answers)] and answers > 5
    process.communicate()


def test_a_connection_that_ended_while_it_was_idle_is_no_error(loader, scripted):
    server, process = scripted(loader, RIGHT, 600, 16)
    server.hang_up()
    figures = one_round(process)
    assert figures["errors"] == 0 and figures["answers"] > 0
    assert min(server.asked[600:]) >= 600, "it is opened anew"
    process.communicate()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 503 Busy\r\nContent-Length: 3\r\n\r\nyes", RIGHT[:-1] + b"!", RIGHT + b"more"],
                         ids=["status", "body", "length"])
def test_a_wrong_answer_is_shown(loader, scripted, answer):
    _, process = scripted(loader, answer, 2, 1)
    assert one_round(process)["errors"] > 0
    assert process.communicate()[1] == f"wrong: {answer.decode()}\n".replace("\r\n", "\n"), "as text is read"
