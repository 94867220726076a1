# SPDX-License-Identifier: Apache-2.0
"""Every recorded POST of tests/contract/golden, sent byte for byte to the front with the contract's test worker.

The answer must have the status, Content-Type, Cache-Control and body of expected.tsv. The pages are test_pages.py's.
"""

import csv
import os
import re
import signal
import socket
import subprocess

import pytest

from countersign import BUILD, PATIENCE, ROOT, free_port

GOLDEN = os.path.join(ROOT, "tests/contract/golden")
TAIL = "</sLoginToken><sPushToken>def</sPushToken></twoFactorCheckPushAuthStatus></{0}:Body></{0}:Envelope>"


def rows():
    with open(os.path.join(GOLDEN, "expected.tsv"), encoding="utf-8") as table:
        return {row["case"]: row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE, restval="")}


EXPECTED = rows()


def request_of(case):
    """The bytes to send; of the very large ones only the beginning is kept, and their filling is one letter."""
    path = os.path.join(GOLDEN, case + ".request")
    if os.path.exists(path):
        with open(path, "rb") as recorded:
            return recorded.read()
    with open(path + ".head", "rb") as recorded:
        head = recorded.read()
    length = int(re.search(rb"Content-Length: (\d+)", head).group(1))
    tail = TAIL.format("soap12" if b"<soap12:" in head else "soap").encode()
    begun = len(head.split(b"\r\n\r\n", 1)[1])
    return head + head[-1:] * (length - begun - len(tail)) + tail


def body_of(case):
    with open(os.path.join(GOLDEN, case + ".response"), "rb") as recorded:
        return recorded.read().split(b"\r\n\r\n", 1)[1]


# They make .NET itself fail (an exception raised by the operation, values that cannot be written): the contract's README
# leaves them out, and our worker cannot produce them.
NET_ALONE = ("a15-soap11-soapexception", "a22-soap11-lone-surrogate", "a23-soap11-enum-out-of-range")


def is_post(case):
    return case not in NET_ALONE and request_of(case).startswith(b"POST ")


def exchange(port, request, has_body=True):
    """Sends everything while reading: a server may answer before it has read the whole of an oversized body."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as wire:
        try:
            wire.sendall(request)
            if b"\r\nConnection: close\r\n" not in request:
                wire.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        while True:
            try:
                more = wire.recv(65536)
            except ConnectionResetError:
                break
            if not more:
                break
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:]}
    assert not has_body or int(headers.get("content-length", len(body))) == len(body)
    return lines[0].split(" ", 1)[1], headers, body


@pytest.fixture(scope="session")
def fixture_port():
    port = free_port()
    program = subprocess.Popen([os.path.join(BUILD, "tests/contract/fixture"), str(port)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert program.stdout.readline()
    yield port
    program.send_signal(signal.SIGTERM)
    assert program.wait(PATIENCE) == 0
    program.stdout.close()


def fault_text(body):
    found = re.search(rb"<(?:faultstring|soap:Text xml:lang=\"en\")>(.*?)</", body)
    return found.group(1).decode().replace("&gt;", ">")


def fault_code(body):
    return re.search(rb"<(?:faultcode|soap:Value)>(.*?)</", body).group(1).decode()


@pytest.mark.parametrize("case", [case for case in EXPECTED if is_post(case)])
def test_recorded_post(case, fixture_port):
    row = EXPECTED[case]
    status, headers, body = exchange(fixture_port, request_of(case))
    if match := re.match(r"as (\S+)$", row["body"]):
        row = EXPECTED.get(match.group(1), row)
    if row["status"] == "not established":  # f11: a SOAPAction sent twice is joined with a comma, and so unknown (section 15)
        assert status == "500 Internal Server Error"
        assert fault_text(body).startswith("Server did not recognize the value of HTTP Header SOAPAction: ")
        return
    assert status == row["status"], body
    assert headers.get("content-type") == row["content-type"]
    if row["cache-control"] != "-":
        assert headers.get("cache-control") == row["cache-control"]
    wanted = row["body"]
    if wanted == "empty":
        assert body == b""
    elif match := re.match(r"(?:same bytes as|body of) ([\w.-]+?)(?:\.response)?$", wanted):
        assert body == body_of(match.group(1))
    elif wanted == "as recorded":
        assert body == body_of(case)
    elif match := re.match(r"(soap:\w+) / (.*)$", wanted):
        assert (fault_code(body), fault_text(body)) == (match.group(1), match.group(2))
    elif wanted.startswith(("error page", "http.sys error page")):
        assert body.lstrip().lower().startswith((b"<html", b"<!doctype html"))
    else:
        raise AssertionError(f"expected.tsv says something new: {wanted}")


def test_one_connection_carries_them_all(fixture_port):
    """Keep-alive: the same answers when sent one after the other on one connection, pipelined."""
    cases = [case for case in EXPECTED if EXPECTED[case]["status"] == "200 OK" and is_post(case)
             and os.path.exists(os.path.join(GOLDEN, case + ".request")) and b"HTTP/1.1" in request_of(case)]
    requests = b"".join(request_of(case).replace(b"\r\nConnection: close", b"", 1) for case in cases)
    with socket.create_connection(("127.0.0.1", fixture_port), timeout=PATIENCE) as wire:
        wire.sendall(requests)
        wire.shutdown(socket.SHUT_WR)
        answer = b""
        while more := wire.recv(65536):
            answer += more
    for case in cases:
        head, _, answer = answer.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
        body, answer = answer[:length], answer[length:]
        assert head.startswith(b"HTTP/1.1 200 OK"), case
        wanted = EXPECTED[case]["body"]
        source = wanted.split()[-1].removesuffix(".response") if wanted != "as recorded" else case
        assert body == body_of(source), case
    assert answer == b""
