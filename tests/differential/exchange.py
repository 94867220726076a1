# SPDX-License-Identifier: Apache-2.0
"""One request to each of two servers, and whether their answers agree.

A request here is what SOAP sees: a Content-Type, a SOAPAction and a body. All are transported in the same way.
"""

import html
import os
import re
import socket
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATH = "/WebServices/TechnicianConsole.asmx"
PATIENCE = 60


@dataclass(frozen=True)
class Request:
    content_type: bytes | None
    action: bytes | None
    body: bytes

    def wire(self):
        lines = [f"POST {PATH} HTTP/1.1".encode(), b"Host: rescue.example.test", b"Connection: close"]
        if self.content_type is not None:
            lines.append(b"Content-Type: " + self.content_type)
        if self.action is not None:
            lines.append(b"SOAPAction: " + self.action)
        lines.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body

    def show(self):
        return f"Content-Type: {self.content_type!r}\nSOAPAction: {self.action!r}\n{self.body!r}"


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str | None
    body: bytes

    def show(self):
        return f"{self.status} {self.content_type}\n{self.body.decode(errors='replace')}"


def of_recording(data):
    """The request of a recorded exchange, or None where it is not a plain POST to the service."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    if not lines[0].startswith(f"POST {PATH} ".encode()):
        return None
    fields = [(name.lower(), value.strip(b" \t")) for name, _, value in (line.partition(b":") for line in lines[1:])]
    names = [name for name, _ in fields]
    if b"transfer-encoding" in names or names.count(b"soapaction") > 1 or b"content-length" not in names:
        return None
    found = dict(fields)
    return Request(found.get(b"content-type"), found.get(b"soapaction"), body)


def send(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as wire:
        wire.sendall(request.wire())
        answer = b""
        while more := wire.recv(65536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    return Answer(int(lines[0].split()[1]), fields.get("content-type"), body)


TEXT = re.compile(rb"(?s)(<faultstring>|<soap:Text xml:lang=\"en\">)(.*?)(</faultstring>|</soap:Text>)")


def fault_text(body):
    found = TEXT.search(body)
    return html.unescape(found.group(2).decode(errors="replace")) if found else None


def pattern(text):
    """The peer's Debian package leaves {0} and {1} unfilled, which may stand for anything, and has its own line ends."""
    return re.compile("(?s)" + re.sub(r"\\\{\d\\\}", ".*", re.escape(text)))


def agree(ours, theirs):
    if (ours.status, ours.content_type) != (theirs.status, theirs.content_type):
        return False
    if ours.body == theirs.body:
        return True
    mine, wanted = fault_text(ours.body), fault_text(theirs.body)
    if mine is None or wanted is None or TEXT.sub(b"", ours.body) != TEXT.sub(b"", theirs.body):
        return False
    return pattern(wanted.replace("\r\n", "\n")).fullmatch(mine.replace("\r\n", "\n")) is not None
