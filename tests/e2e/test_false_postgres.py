# SPDX-License-Identifier: Apache-2.0
"""What answers at the address of the database is another program, or a server in hostile hands: every connection ends, with words, by
itself. What it may not do is keep a process busy for good, crash it, or write to the terminal of the person who asks."""

import socket
import struct
import threading

import pytest

WRITABLE = {"server_version": "15.9", "server_encoding": "UTF8", "client_encoding": "UTF8", "in_hot_standby": "off",
            "default_transaction_read_only": "off", "standard_conforming_strings": "on"}


def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


def text(*words):
    return b"".join(word.encode() + b"\0" for word in words)


def row(*values):
    """With its description: columns of text."""
    columns = b"".join(text("c") + struct.pack("!IHIhih", 0, 0, 25, -1, -1, 0) for _ in values)
    cells = b"".join(struct.pack("!i", len(value)) + value.encode() for value in values)
    return (message(b"T", struct.pack("!H", len(values)) + columns) + message(b"D", struct.pack("!H", len(values)) + cells) +
            message(b"C", text("SELECT 1")))


def error(words):
    return message(b"E", text("SERROR", "VERROR", "CXX000", "M" + words) + b"\0")


PREPARED = message(b"1") + message(b"2")
READY = message(b"Z", b"I")
GREETING = (message(b"R", struct.pack("!I", 0)) + b"".join(message(b"S", text(*pair)) for pair in WRITABLE.items()) +
            message(b"K", struct.pack("!II", 4711, 1)) + READY)
SETTINGS = PREPARED + row(*["1"] * 13, "150009", "UTF8", "c:C", "public", "4711") + READY
COLOURS = "\x1b]0;title\x07\x1b[31m\nsecond line\r"


class False_:
    """Sends the greeting and then one of the answers for each request, and the flood, if there is one, without end."""

    def __init__(self, greeting, *answers, flood=b""):
        self.greeting, self.answers, self.flood = greeting, answers, flood
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.taken = []
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                peer = self.listener.accept()[0]
            except OSError:
                return
            self.taken.append(peer)
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        try:
            if not peer.recv(65536):
                return
            peer.sendall(self.greeting)
            for answer in self.answers:
                if not peer.recv(65536):
                    return
                peer.sendall(answer)
            while self.flood:
                peer.sendall(self.flood * 100)
            while peer.recv(65536):
                pass
        except OSError:
            pass  # the other side has given up

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for peer in self.taken:
            peer.close()


CASES = {
    "garbage": (b"\xff" * 5000, ()),
    "a web server": (b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", ()),
    "a request for a name that it knows nothing of": (message(b"R", struct.pack("!I", 7)), ()),
    "a challenge that is none": (message(b"R", struct.pack("!I", 10) + b"SCRAM-SHA-256\0"), ()),
    "nothing": (GREETING, (PREPARED,)),
    "no result": (GREETING, (READY,)),
    "no row": (GREETING, (PREPARED + message(b"C", text("SELECT 0")) + READY,)),
    "one column": (GREETING, (PREPARED + row("1") + READY,)),
    "columns up to the version": (GREETING, (PREPARED + row(*["1"] * 13, "150009") + READY,)),
    "no clock": (GREETING, (SETTINGS, PREPARED + message(b"C", text("SELECT 0")) + READY)),
    "a clock of words": (GREETING, (SETTINGS, PREPARED + row("noon") + READY)),
    "a copy in": (GREETING, (PREPARED + message(b"G", b"\0\0\0") + READY,)),
    "a copy out": (GREETING, (PREPARED + message(b"H", b"\0\0\0") + READY,)),
    "a copy in both directions": (GREETING, (PREPARED + message(b"W", b"\0\0\0") + READY,)),
    "a copy, after an error": (GREETING, (PREPARED + error("first") + message(b"H", b"\0\0\0") + READY,)),
    "a length beyond memory": (GREETING, (PREPARED + b"D\x7f\xff\xff\xff",)),
    "words for a terminal": (GREETING, (error(COLOURS) + READY,)),
    "words for a terminal, at once": (message(b"E", text("SFATAL", "C28000", "M" + COLOURS) + b"\0"), ()),
    "a million words": (GREETING, (error("words " * 1000000) + READY,)),
    "half of a message": (GREETING, (PREPARED[:7],)),
}
# After the first request: what comes once, and what comes without end.
FLOODS = {
    "results": (PREPARED, message(b"C", text("SELECT 1"))),
    "rows": (PREPARED + row("1"), row("1")),
    "rows of one result": (PREPARED + row("1")[:-len(message(b"C", text("SELECT 1")))], message(b"D", b"\0\1\0\0\0\1x")),
    "notices": (PREPARED, message(b"N", text("SWARNING", "VWARNING", "C01000", "M" + COLOURS) + b"\0")),
    "errors": (PREPARED, error("no")),
}


@pytest.fixture
def check(own_server):
    """A command that uses a false server; returns how it ended."""
    server = own_server(start=False)
    made = []

    def connect(*script, **more):
        made.append(False_(*script, **more))
        server.settings = {key: value for key, value in server.settings.items() if key[0] != "store" or key[1] == "key_file"}
        server.settings["store", "url"] = f"postgresql://r@127.0.0.1:{made[-1].port}/d"
        server.settings["store", "busy_timeout"] = "1s"
        server.write_config()
        return server.run("company", "list")

    yield connect
    for one in made:
        one.close()


def is_refused(done):
    said = done.stdout + done.stderr
    assert done.returncode in (1, 2, 3), (done.returncode, said[-2000:])
    assert "Sanitizer" not in said and "runtime error" not in said, said
    assert "store" in said or "postgresql" in said, said
    assert len(said) < 4000 and not set(said) & {"\x1b", "\x07", "\r"}, said[:4000]
    return said


@pytest.mark.parametrize("name", CASES)
def test_an_answer_that_no_postgresql_gives_is_refused(check, name):
    greeting, answers = CASES[name]
    is_refused(check(greeting, *answers))


@pytest.mark.parametrize("name", FLOODS)
def test_answers_without_an_end_are_given_up(check, name):
    once, flood = FLOODS[name]
    is_refused(check(GREETING, once, flood=flood))
