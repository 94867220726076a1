# SPDX-License-Identifier: Apache-2.0
"""Attacks by one anonymous client, each a loop that continues until it is stopped, with a bound of its own.

`tests/hostile` runs each beside honest people and asks whether they are served; `bench/part_attack.py` measures by how much they are
slowed. An attack is sent from addresses of the loopback range, to a server on 127.0.0.1 alone.
"""

import contextlib
import selectors
import socket
import ssl
import threading

from countersign import ENVELOPES, NS, PATH

OPERATIONS = {"login": "loginTechnicianFromStandalone_v7_2", "check": "twoFactorCheckPushAuthStatus"}
WAIT = 0.2  # longest wait for the sockets: an attack notices soon that it must end
OWN = "127.66.0.1"  # the attacker's address, where it has one


def http_post(port, body, path=PATH, headers=()):
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def soap(op, inner, attributes=""):
    namespace, _ = ENVELOPES["1.1"]
    return (f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{namespace}"{attributes}><soap:Body>'
            f'<{op} xmlns="{NS}">{inner}</{op}></soap:Body></soap:Envelope>').encode()


def soap_post(port, op, body):
    return http_post(port, body, headers=["Content-Type: text/xml; charset=utf-8", f'SOAPAction: "{NS}{op}"'])


def connect(port, source=OWN):
    wire = socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(source, 0))
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


class Attack:
    """round() is one stroke; setup() comes before the first. `strokes` counts them."""

    settings = {}
    most = 100000  # strokes: an attack ends by itself

    def __init__(self, server):
        self.server, self.port = server, server.port
        self.strokes = 0
        self._end = threading.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.open = contextlib.ExitStack()

    def setup(self):
        pass

    def round(self):
        raise NotImplementedError

    def _run(self):
        with self.open:
            self._try(self.setup)
            while not self._end.is_set() and self.strokes < self.most:
                self._try(self.round)
                self.strokes += 1
                self._begun.set()
            self._begun.set()

    @staticmethod
    def _try(what):
        """A server may close or refuse."""
        with contextlib.suppress(OSError, ssl.SSLError):
            what()

    def __enter__(self):
        """Returns when it has struck once."""
        self._thread.start()
        self._begun.wait()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()


class Namespaces(Attack):
    """206 KB of XML: a long namespace URI, and 9,900 attributes that carry its prefix."""

    def setup(self):
        uri = "u" * 120000
        many = "".join(f' p:a{n}=""' for n in range(9900))
        self.request = soap_post(self.port, OPERATIONS["check"], soap(OPERATIONS["check"], f'<x xmlns:p="{uri}"{many}/>'))

    def round(self):
        with connect(self.port) as wire:
            wire.sendall(self.request)
            wire.recv(65536)


class Pipeline(Attack):
    """Connections that send the same request without end and read as fast as they can."""

    connections = 1
    request = b""
    batch = 50

    def setup(self):
        self.selector = self.open.enter_context(selectors.DefaultSelector())
        for _ in range(self.connections):
            wire = self.open.enter_context(connect(self.port, f"127.66.0.{1 + _ % 8}"))
            wire.setblocking(False)
            self.selector.register(wire, selectors.EVENT_READ | selectors.EVENT_WRITE)

    def round(self):
        for key, what in self.selector.select(WAIT):
            try:
                if what & selectors.EVENT_READ and not key.fileobj.recv(262144):
                    self.selector.unregister(key.fileobj)
                if what & selectors.EVENT_WRITE:
                    key.fileobj.send(self.request * self.batch)
            except BlockingIOError:
                continue
            except OSError:
                self.selector.unregister(key.fileobj)


class OnePipeline(Pipeline):
    """One connection that pipelines requests which the front answers by itself."""

    def setup(self):
        self.request = b"GET /WebServices/TechnicianConsole.asmx/nothing HTTP/1.1\r\nHost: x\r\n\r\n"
        super().setup()


class ManyPipelines(Pipeline):
    """500 connections that pipeline the WSDL."""

    connections = 500
    batch = 4

    def setup(self):
        self.request = b"GET /WebServices/TechnicianConsole.asmx?WSDL HTTP/1.1\r\nHost: x\r\n\r\n"
        super().setup()


class Hellos(Attack):
    """The first message of a TLS client, again and again: each makes the server compute a key exchange."""

    def setup(self):
        context = ssl.create_default_context()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        with contextlib.suppress(ssl.SSLWantReadError):
            context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
        self.hello = outgoing.read()

    def round(self):
        with connect(self.port) as wire:
            wire.sendall(self.hello)
            wire.recv(16384)


class Logins(Attack):
    """Logins that each cost a password hash. `keep` of them stay open; the others are closed as soon as they are sent."""

    keep = 0

    def setup(self):
        self.waiting = []

    def round(self):
        body = soap(OPERATIONS["login"], f"<sEmail>nobody{self.strokes}@x.example</sEmail><sPassword>guess</sPassword>"
                                         "<sLanguage>en</sLanguage>")
        wire = connect(self.port)
        wire.sendall(soap_post(self.port, OPERATIONS["login"], body))
        if not self.keep:
            wire.close()
            return
        self.waiting.append(self.open.enter_context(wire))
        if len(self.waiting) > self.keep:
            with contextlib.suppress(OSError):
                self.waiting[0].recv(65536)
            self.waiting.pop(0).close()


class OpenLogins(Logins):
    keep = 100


class Bodies(Attack):
    """80 connections, each with a login of 3.1 MB."""

    connections = 80

    def setup(self):
        body = soap(OPERATIONS["login"], f"<sEmail>{'a' * 3100000}</sEmail><sPassword>b</sPassword>")
        self.request = soap_post(self.port, OPERATIONS["login"], body)

    def round(self):
        with contextlib.ExitStack() as wires:
            many = []
            for number in range(self.connections):
                if self._end.is_set():
                    return
                wire = wires.enter_context(connect(self.port, f"127.66.0.{1 + number % 8}"))
                wire.settimeout(10)
                many.append(wire)
                with contextlib.suppress(OSError):
                    wire.sendall(self.request)
            for wire in many:
                with contextlib.suppress(OSError):
                    wire.recv(65536)


class Silent(Attack):
    """16 addresses that hold as many connections as they get, and never send anything."""

    settings = {("limits", "connections"): "128", ("limits", "connections_per_source"): "8"}

    def setup(self):
        self.held = []

    def round(self):
        self.held.append(self.open.enter_context(connect(self.port, f"127.66.1.{1 + self.strokes % 16}")))
        if len(self.held) > 400:
            self.held.pop(0).close()


class Tokens(Attack):
    """A phone's token is guessed from the address behind which honest phones are too."""

    source = "127.0.0.1"

    def round(self):
        with connect(self.port, self.source) as wire:
            wire.sendall(http_post(self.port, b"{}", "/api/device/pending",
                                   ["Content-Type: application/json", f"Authorization: Bearer {'a' * 42}{self.strokes % 10}"]))
            wire.recv(65536)


ALL = {"long namespaces": Namespaces, "one pipelines": OnePipeline, "500 pipeline the WSDL": ManyPipelines,
       "TLS hellos": Hellos, "logins sent and closed": Logins, "100 open logins": OpenLogins, "80 bodies of 3.1 MB": Bodies,
       "silent connections": Silent, "guessed tokens": Tokens}
