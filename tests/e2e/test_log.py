# SPDX-License-Identifier: Apache-2.0
"""The log: its three forms, the id of a request from proxy to worker, and an access log without a secret."""

import contextlib
import http.client
import json
import os
import re
import select
import socket

import pytest

from countersign import PASSWORD, PATIENCE, PATH
from operators import make_token

CRLF = "\r\n"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def get(server, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def events(server, name):
    return [line for line in server.log().splitlines() if f" {name}" in line]


def test_each_answer_names_its_request_and_so_do_the_lines_of_every_process(own_server):
    server = own_server(settings={("log", "access"): "all"})
    phone = server.ready("acme", "ann@example.com")
    console = server.console()
    answer = console.login("ann@example.com", PASSWORD + "x")
    request = answer.headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{16}", request)
    server.wait_log(f" access .*request={request}")
    lines = [line for line in server.log().splitlines() if f"request={request}" in line]
    assert {line.split()[2] for line in lines} == {"front", "worker"}
    assert any("signin.refused result=InvalidPassword" in line for line in lines)
    done = console.sign_in("ann@example.com", phone)
    server.wait_log(f"signin.granted result=OK .*request={done.headers['X-Request-Id']}")
    ids = [get(server, "/healthz").headers["X-Request-Id"] for _ in range(20)]
    assert len(set(ids)) == 20


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'a"b', "a=b", "é".encode().decode("latin-1")])
def test_an_id_that_could_harm_a_log_is_replaced(own_server, given):
    server = own_server(settings={("server", "trusted_proxies"): "127.0.0.1", ("server", "public_url"): "http://127.0.0.1:{port}"})
    assert re.fullmatch("[0-9a-f]{16}", get(server, "/healthz", X_Request_Id=given).headers["X-Request-Id"])


def test_only_a_trusted_proxy_chooses_the_id_and_the_trace(own_server):
    server = own_server(settings={("server", "trusted_proxies"): "127.0.0.1", ("log", "access"): "all"})
    answer = get(server, "/healthz", X_Request_Id="edge-7.a_B", traceparent=PARENT)
    assert answer.headers["X-Request-Id"] == "edge-7.a_B"
    server.wait_log(f" access .* request=edge-7.a_B trace={TRACE}")
    get(server, "/healthz", X_Request_Id="edge-8", traceparent=PARENT.replace("00f067aa0ba902b7", "0" * 16))
    server.wait_log(" access .* request=edge-8\n")
    stranger = own_server(settings={("log", "access"): "all"})
    answer = get(stranger, "/healthz", X_Request_Id="edge-9", traceparent=PARENT)
    assert answer.headers["X-Request-Id"] != "edge-9"
    stranger.wait_log(" access ")
    assert "edge-9" not in stranger.log() and TRACE not in stranger.log()


def test_the_access_log_holds_no_path_query_or_token(own_server):
    server = own_server(settings={("log", "access"): "all", ("log", "level"): "info"})
    phone = server.ready("acme", "ann@example.com")
    secret = "s3cr3t-ticket-AAAA"
    for path in (f"/approve/?t={secret}", f"/{secret}", f"/approve/{secret}", f"/assets/{secret}", f"{PATH}/{secret}?op={secret}",
                 f"/api/{secret}", f"/console/?{secret}", f"/integrate/{secret}", f"/sandbox/{secret}"):
        get(server, path, Referer=secret, Cookie=f"countersign={secret}", User_Agent=secret)
    assert server.console().sign_in("ann@example.com", phone).result == "OK"
    server.wait_log(" access .*op=device_answer .*status=200")
    log = server.log()
    assert secret not in log and phone.token not in log and PASSWORD not in log
    assert re.search(r" access method=GET route=- op=- status=404 bytes=\d+ ms=\d+ source=127\.0\.0\.1 request=", log)
    assert re.search(rf" access method=POST route={re.escape(PATH)} op=twoFactorSendPushAuth status=200 ", log)


SECRET = "s3cr3t-AAAABBBBCCCCDDDD"


def envelope(inside, header=""):
    return f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">{header}<s:Body>{inside}</s:Body></s:Envelope>'


def soap(body, action="twoFactorCheckPushAuthStatus"):
    return ("POST", PATH, {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"http://microsoft.com/webservices/{action}"'}, body)


def check(login, push):
    return (f'<twoFactorCheckPushAuthStatus xmlns="http://microsoft.com/webservices/"><sLoginToken>{login}</sLoginToken>'
            f"<sPushToken>{push}</sPushToken></twoFactorCheckPushAuthStatus>")


# Where a client can put a secret: method, target, headers, and bodies that are understood, refused, or not read at all.
PLACES = {
    "the method": (SECRET, "/", {}, ""),
    "a target with a name and a password": ("GET", f"http://{SECRET}:{SECRET}@localhost/", {}, ""),
    "the Host": ("GET", "/", {"Host": f"{SECRET}.example"}, ""),
    "a header's name": ("GET", "/", {SECRET: "x"}, ""),
    "a trusted proxy's headers": ("GET", "/", {"X-Request-Id": f"{SECRET} {SECRET}", "traceparent": SECRET, "X-Forwarded-For": SECRET}, ""),
    "a query of the web service": ("GET", f"{PATH}?op={SECRET}&WSDL={SECRET}", {}, ""),
    "a form": ("POST", f"{PATH}/twoFactorCheckPushAuthStatus", {"Content-Type": "application/x-www-form-urlencoded"},
               f"sLoginToken={SECRET}&sPushToken={SECRET}&{SECRET}=1"),
    "tokens of SOAP": soap(envelope(check(SECRET, SECRET))),
    "an element that is not known": soap(envelope(f'<{SECRET} xmlns="{SECRET}"/>')),
    "a header to be understood": soap(envelope(check("a", "b"), f'<s:Header><{SECRET} xmlns="urn:{SECRET}" s:mustUnderstand="1"/></s:Header>')),
    "XML that ends too early": soap(envelope(check(SECRET, SECRET))[:-30]),
    "a DOCTYPE": soap(f'<!DOCTYPE {SECRET} [<!ENTITY a "{SECRET}">]>' + envelope(check("&a;", "b"))),
    "a charset": ("POST", PATH, {"Content-Type": f"text/xml; charset={SECRET}", "SOAPAction": SECRET}, envelope(check(SECRET, "b"))),
    "a token of a device": ("POST", "/api/device/pending", {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"}, "{}"),
    "JSON that is not": ("POST", "/api/device/enrol", {"Content-Type": "application/json"}, f'{{"sTicket": "{SECRET}", {SECRET}'),
    "a member that is not known": ("POST", "/api/console/redeem", {"Content-Type": "application/json"}, f'{{"{SECRET}": "{SECRET}"}}'),
    "a ticket": ("POST", "/api/console/redeem", {"Content-Type": "application/json"}, f'{{"sTicket": "{SECRET}"}}'),
    "an operator's token": ("POST", "/api/admin/me", {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"}, "{}"),
    "an operator's cookie and key": ("POST", "/api/admin/technician/reset", {
        "Content-Type": "application/json", "Cookie": f"__Host-countersign_operator={SECRET}", "X-Countersign-Console": "1",
        "Idempotency-Key": SECRET}, f'{{"sTechnician": "{SECRET}"}}'),
    "an operator's link": ("POST", "/api/admin/link/look", {"Content-Type": "application/json"}, f'{{"sLink": "{SECRET}"}}'),
    "a password": soap(envelope(f'<loginTechnicianFromStandalone_v7_2 xmlns="http://microsoft.com/webservices/"><sEmail>ann@example.com</sEmail>'
                                f"<sPassword>{SECRET}</sPassword></loginTechnicianFromStandalone_v7_2>"), "loginTechnicianFromStandalone_v7_2"),
    "a SOAPAction": soap(envelope(check("a", "b")), SECRET),
    "a body that is too long": ("POST", PATH, {"Content-Type": "text/xml", "Content-Length": "999999999"}, SECRET),
    "a target that is too long": ("GET", "/" + SECRET * 1000, {}, ""),
    "chunks": ("POST", PATH, {"Transfer-Encoding": "chunked"}, f"5;{SECRET}\r\n{SECRET}\r\n"),
}


def test_no_line_of_any_level_holds_what_a_client_sent(own_server):
    server = own_server(settings={("log", "access"): "all", ("log", "level"): "debug", ("server", "trusted_proxies"): "127.0.0.1"})
    server.ready("acme", "ann@example.com")
    for place, (method, target, headers, body) in PLACES.items():
        headers = {"Host": "localhost", "Connection": "close", "Content-Length": len(body), **headers}
        if "Transfer-Encoding" in headers:
            del headers["Content-Length"]
        head = f"{method} {target} HTTP/1.1\r\n{''.join(f'{key}: {value}' + CRLF for key, value in headers.items())}\r\n"
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as raw, contextlib.suppress(ConnectionResetError):
            raw.sendall(head.encode() + body.encode())
            raw.shutdown(socket.SHUT_WR)
            answer = raw.makefile("rb").read()
            request = re.search(rb"\r\nX-Request-Id: (\S+)\r\n", answer)
            assert request, place
            server.wait_log(f" access .* request={request[1].decode()}")
    server.stop()
    assert SECRET not in server.log(), [line for line in server.log().splitlines() if SECRET in line]


def test_no_line_of_any_level_holds_a_secret_of_a_whole_day(own_server, name):
    """What is secret of a sign-in, a phone, its self-service, and an operator, in requests that succeed."""
    company, email = name
    server = own_server(settings={("log", "access"): "all", ("log", "level"): "debug", ("server", "public_url"): "http://localhost:{port}"})
    phone, console = server.ready(company, email), server.console()
    token, push = console.begin(email)
    phone.approve(push.sMatchNumber)
    done = console.settle(token, push.sPushToken)
    assert done.result == "OK"
    operator = make_token(server, f"day-{company}", "owner")
    link = operator.ok("technician/enrol", sTechnician=email)["sUrl"]
    password = operator.ok("technician/reset", sTechnician=email)["sPassword"]
    server.wait_log(" access .*op=admin_technician_reset .*status=200")
    server.stop()
    secrets = {"login token": token, "push token": push.sPushToken, "cookie": console.cookie.rsplit("=", 1)[-1], "phone": phone.token, "operator": operator.token,
               "ticket": done.sUrl.rsplit("=", 1)[-1].rsplit("#", 1)[-1], "link": link.rsplit("#", 1)[-1], "password": password, "first": PASSWORD}
    assert all(len(secret) >= 16 for secret in secrets.values()), secrets
    assert [what for what, secret in secrets.items() if secret in server.log()] == []


def test_the_access_log_is_off_or_of_errors_alone(own_server):
    server = own_server()
    get(server, "/healthz")
    errors = own_server(settings={("log", "access"): "errors"})
    get(errors, "/healthz")
    get(errors, "/nothing")
    with socket.create_connection(("127.0.0.1", errors.port)) as raw:
        raw.sendall(b"GET / HTTP/9.9\r\n\r\n")
        assert raw.recv(100)
    errors.wait_log(" access ", 2)
    assert not events(server, "access ") and len(events(errors, "access ")) == 2
    assert "route=- op=- status=404" in errors.log() and "status=200" not in errors.log()


def test_who_is_turned_away_at_the_door_has_an_id_and_a_line_too(own_server, name):
    """The server is full of checks that it holds: the answer comes before a request was read."""
    server = own_server(settings={("limits", "connections"): 16, ("log", "access"): "errors"})
    server.ready(*name)
    console = server.console()
    token, push = console.begin(name[1])
    operation = "twoFactorCheckPushAuthStatus"
    body = console.envelope(operation, {"sLoginToken": token, "sPushToken": push.sPushToken})
    headers = {**console.headers(operation), "Host": "localhost", "Prefer": "wait=50", "Content-Length": len(body)}
    check = f"POST {PATH} HTTP/1.1\r\n{''.join(f'{key}: {value}' + CRLF for key, value in headers.items())}\r\n".encode() + body
    request = None
    with contextlib.ExitStack() as stack:
        held = []
        while request is None:
            held.append(stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)))
            held[-1].sendall(check)
            for s in select.select(held, [], [], 0.1)[0]:  # one that was not read yet may give way to another, and is reset
                held.remove(s)
                with contextlib.suppress(ConnectionResetError):
                    request = request or re.search(rb"\r\nX-Request-Id: ([0-9a-f]{16})\r\n(?:.*\n)*.*HTTP Error 503", s.recv(65536))
    server.wait_log(f" access method=.* route=- op=- status=503 .* source=127\\.0\\.0\\.1.* request={request[1].decode()}")


def test_lines_of_json(own_server):
    server = own_server(settings={("log", "format"): "json", ("log", "access"): "all"})
    server.ready("acme", "ann@example.com")
    answer = server.console().login("ann@example.com", PASSWORD + "x")
    server.wait_log('"event":"access".*' + answer.headers["X-Request-Id"])
    server.stop()
    lines = [json.loads(line) for line in server.log().splitlines()]
    assert all({"time", "level", "process", "event"} <= set(line) for line in lines)
    assert all(isinstance(value, str) for line in lines for value in line.values())
    ready = next(line for line in lines if line["event"] == "ready")
    assert ready["addresses"] == f"127.0.0.1:{server.port}" and ready["process"] == "supervisor" and ready["level"] == "info"
    refused = next(line for line in lines if line["event"] == "signin.refused")
    assert refused["result"] == "InvalidPassword" and refused["request"] == answer.headers["X-Request-Id"]


def test_journald_gets_a_field_for_each_value(own_server, tmp_path):
    path = str(tmp_path / "journal")
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    journal.bind(path)
    journal.settimeout(PATIENCE)
    server = own_server(settings={("log", "format"): "journald"}, start=False)
    server.start(env={**server.env, "COUNTERSIGN_TEST_JOURNAL": path})
    fields = {}
    while fields.get("COUNTERSIGN_EVENT") != "ready":
        fields = dict(line.split("=", 1) for line in journal.recv(65536).decode().splitlines())
    assert fields["PRIORITY"] == "6" and fields["SYSLOG_IDENTIFIER"] == "countersign" and fields["COUNTERSIGN_PROCESS"] == "supervisor"
    assert fields["MESSAGE"].startswith("supervisor ready version=")
    assert fields["COUNTERSIGN_ADDRESSES"] == f"127.0.0.1:{server.port}"
    answer = server.console().login("stranger@example.com", "wrong password")
    while fields.get("COUNTERSIGN_EVENT") != "signin.refused":
        fields = dict(line.split("=", 1) for line in journal.recv(65536).decode().splitlines())
    assert fields["COUNTERSIGN_REQUEST"] == answer.headers["X-Request-Id"]
    assert "signin" not in server.log()
    journal.close()
    os.unlink(path)


def test_a_journal_that_is_made_again_loses_no_line_for_good(own_server, tmp_path):
    """As after a restart of journald's socket: what was connected to the one before is refused."""
    path = str(tmp_path / "journal")
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    journal.bind(path)
    server = own_server(settings={("log", "format"): "journald"}, start=False)
    server.start(env={**server.env, "COUNTERSIGN_TEST_JOURNAL": path})
    journal.close()
    os.unlink(path)
    server.console().login("stranger@example.com", "wrong password")
    server.wait_log("journal.unavailable")
    server.wait_log("signin.refused")


def test_without_a_journal_lines_stay_text(own_server, tmp_path):
    server = own_server(settings={("log", "format"): "journald"}, start=False)
    server.start(env={**server.env, "COUNTERSIGN_TEST_JOURNAL": str(tmp_path / "none")})
    assert events(server, "journal.unavailable") and events(server, "ready")


@pytest.mark.parametrize("sent, status", [
    (b"nonsense\r\n\r\n", 400), (b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505), (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100000 + b"\r\n\r\n", 431),
])
def test_a_refusal_of_what_is_not_a_request_names_itself_too(own_server, sent, status):
    server = own_server(settings={("log", "access"): "all"})
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()
    assert answer.status == status
    request = answer.headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{16}", request)
    server.wait_log(f" access .*status={status} .*request={request}")
    server.wait_log(f"request.refused .*status={status} .*request={request}")
