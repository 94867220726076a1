# SPDX-License-Identifier: Apache-2.0
"""At the door: which address a request comes from, where proxies, sockets and names of hosts are in between."""

import grp
import http.client
import os
import socket
import ssl
import stat
import struct

import pytest

from countersign import PASSWORD, PATIENCE, Console, free_port
from test_service import certificate, passing

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
CALLER = "192.0.2.7"
OF_RFC_7239 = {"Forwarded": f'for="[2001:db8::6]", for={CALLER};proto=https'}


def proxy_header(caller=CALLER, command=0x21, rest=b""):
    """As haproxy's send-proxy-v2 makes it."""
    body = socket.inet_aton(caller) + socket.inet_aton("127.0.0.1") + struct.pack("!HH", 4711, 443) + rest
    return SIGNATURE + bytes([command, 0x11]) + struct.pack("!H", len(body)) + body


class Through(http.client.HTTPConnection):
    """A connection whose socket something else has opened."""

    def __init__(self, opened):
        super().__init__("localhost", timeout=PATIENCE)
        self.sock = opened


def to_socket(path):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(PATIENCE)
    client.connect(path)
    return client


def behind(server, opened, headers=None):
    """A console whose requests take that connection."""
    console = Console(server)
    console.connection = Through(opened)
    console.extra = headers or {}
    return console


def login(console, email):
    op = "loginTechnicianFromStandalone_v7_2"
    arguments = {"sEmail": email, "sPassword": PASSWORD, "sLanguage": "en"}
    return console.post(console.envelope(op, arguments), {**console.headers(op), **console.extra})


def came_from(server, email):
    """The sources of that account's sign-ins."""
    events = server.cli("audit", "list", "--technician", email)
    return {event["source"] for event in events["events"] if event.get("source")}


@pytest.fixture(name="account")
def fixture_account(name):
    def make(server):
        server.company(name[0], second_factor="off")
        server.technician(*name, PASSWORD)
        return name[1]
    return make


def test_an_rfc_7239_field_of_a_proxy_names_the_caller(own_server, account):
    server = own_server({("server", "trusted_proxies"): "127.0.0.1"})
    email = account(server)
    near = {**OF_RFC_7239, "X-Forwarded-For": CALLER}
    for headers in (OF_RFC_7239, near):
        status, got, _ = login(behind(server, socket.create_connection(("127.0.0.1", server.port)), headers), email)
        assert status == 200 and (headers is near or got["Set-Cookie"].endswith("; Secure"))
    assert came_from(server, email) == {CALLER}
    stranger = socket.create_connection(("127.0.0.1", server.port), source_address=("127.9.9.9", 0))
    assert login(behind(server, stranger, OF_RFC_7239), email)[0] == 200
    assert came_from(server, email) == {CALLER, "127.9.9.9"}


@pytest.mark.parametrize("headers, why", [
    ({**OF_RFC_7239, "X-Forwarded-For": "198.51.100.1"}, "contradictory-forwarded"),
    ({"Forwarded": 'for=", for=192.0.2.7'}, "malformed-forwarded"),
    ({"Forwarded": "for=192.0.2.7, for=_hidden"}, "no-source-address"),
    ({"X-Forwarded-For": "unknown"}, "no-source-address"),
    ({"X-Forwarded-For": "192.0.2.7, 192.0.2.7:99999"}, "no-source-address"),
])
def test_what_a_client_adds_to_a_proxy_s_fields_is_refused_and_not_believed(own_server, account, headers, why):
    server = own_server({("server", "trusted_proxies"): "127.0.0.1"})
    email = account(server)
    for _ in range(2):
        status, _, _ = login(behind(server, socket.create_connection(("127.0.0.1", server.port)), headers), email)
        assert status == 400
    assert not came_from(server, email)
    server.wait_log(rf"warning.* proxy\.refused proxy=127\.0\.0\.1 reason={why}")
    assert server.log().count("proxy.refused") == 1


def test_the_header_of_a_proxy_comes_before_tls_and_names_the_caller(own_server, account, tmp_path):
    pair = certificate(tmp_path, "pair")
    second = free_port()
    server = own_server({("server", "listen"): f"127.0.0.1:{{port}} 127.0.0.1:{second}",
                         ("server", "proxy_protocol"): f"127.0.0.1:{second}", ("server", "trusted_proxies"): "127.0.0.1",
                         ("server", "public_url"): "https://127.0.0.1:{port}",
                         ("tls", "certificate"): pair[0], ("tls", "key"): pair[1]})
    email = account(server)
    context = ssl.create_default_context(cafile=pair[0])
    plain = socket.create_connection(("127.0.0.1", second), timeout=PATIENCE)
    plain.sendall(proxy_header(rest=b"\x20\0\5\1\0\0\0\0"))
    console = behind(server, context.wrap_socket(plain, server_hostname="127.0.0.1"))
    console.extra = {"X-Forwarded-For": "198.51.100.1"}
    assert login(console, email)[0] == 200
    assert came_from(server, email) == {CALLER}
    with pytest.raises((ssl.SSLError, OSError)):
        context.wrap_socket(socket.create_connection(("127.0.0.1", second), timeout=PATIENCE), server_hostname="127.0.0.1")
    server.wait_log(r"proxy\.refused proxy=127\.0\.0\.1 reason=no-proxy-header")


def told_by(body, family=0x11, command=0x21):
    return SIGNATURE + bytes([command, family]) + struct.pack("!H", len(body)) + body


ADDRESSES, ADDRESSES_6 = b"\xc0\0\2\7\x7f\0\0\1\x12\x67\1\xbb", bytes(range(32)) + b"\x12\x67\1\xbb"
# What follows the addresses is skipped unread, so that no length inside it counts.
SERVED = {
    "IPv4": told_by(ADDRESSES),
    "IPv6": told_by(ADDRESSES_6, 0x21),
    "an extension": told_by(ADDRESSES + b"\x20\0\5\1\0\0\0\0"),
    "an extension longer than the header": told_by(ADDRESSES + b"\4\xff\xff\1"),
    "a piece of an extension": told_by(ADDRESSES + b"\4"),
    "all that may follow": told_by(ADDRESSES + bytes(1024 - 28)),
    "the proxy itself": told_by(b"", 0, 0x20),
    "the proxy itself, with addresses": told_by(ADDRESSES, 0x11, 0x20),
}
CLOSED = {
    "too much": told_by(ADDRESSES + bytes(1024 - 27)),
    "as much as can be said": SIGNATURE + b"\x21\x11\xff\xff" + ADDRESSES,
    "IPv4, cut": told_by(ADDRESSES[:-1]),
    "IPv6, cut": told_by(ADDRESSES_6[:-1], 0x21),
    "IPv6, with the addresses of IPv4": told_by(ADDRESSES, 0x21),
    "no family": told_by(b"", 0),
    "datagrams": told_by(ADDRESSES, 0x12),
    "a socket": told_by(bytes(216), 0x31),
    "another command": told_by(ADDRESSES, 0x11, 0x22),
    "version 1 in the binary form": told_by(ADDRESSES, 0x11, 0x11),
    "version 3": told_by(ADDRESSES, 0x11, 0x31),
    "version 1": b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 443\r\n",
    "nearly the signature": b"\r\n\r\n\0\r\nQUIT\r" + told_by(ADDRESSES)[12:],
    "none": b"",
}


def of_a_proxy(own_server, time):
    return own_server({("server", "trusted_proxies"): "127.0.0.1", ("server", "proxy_protocol"): "127.0.0.1:{port}",
                       ("limits", "header_time"): f"{time}s"})


def answered(server, pieces):
    """The first line of the answer; nothing where the connection is closed."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for piece in pieces:
                client.sendall(piece)
            return client.makefile("rb").readline()
        except (ConnectionResetError, BrokenPipeError):
            return b""


def test_a_header_has_the_forms_of_the_protocol_and_no_others(own_server):
    server = of_a_proxy(own_server, PATIENCE)
    probe = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    for name, header in SERVED.items():
        assert answered(server, [header + probe]) == b"HTTP/1.1 200 OK\r\n", name
        assert answered(server, (bytes([one]) for one in header + probe)) == b"HTTP/1.1 200 OK\r\n", name
    for name, header in CLOSED.items():
        assert answered(server, [header + probe]) == b"", name
    twice = SERVED["IPv4"] + SERVED["IPv4"] + probe
    assert answered(server, [twice]) == b"HTTP/1.1 400 Bad Request\r\n", "a second one is no request"


def test_a_header_that_does_not_end_is_closed_in_the_time_of_a_head(own_server):
    assert answered(of_a_proxy(own_server, 1), [SERVED["IPv4"][:-1]]) == b""


def test_a_stranger_cannot_send_a_proxy_s_header(own_server):
    server = own_server({("server", "trusted_proxies"): "192.0.2.0/24", ("server", "proxy_protocol"): "127.0.0.1:{port}"})
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
        client.sendall(proxy_header() + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            assert client.recv(100) == b""
        except ConnectionResetError:
            pass
    server.wait_log(r"proxy\.refused proxy=127\.0\.0\.1 reason=not-a-trusted-proxy")


def test_at_a_socket_the_proxy_names_the_caller_or_there_is_no_call(own_server, account, tmp_path):
    path = str(tmp_path / "door")
    group = grp.getgrgid(os.getgid()).gr_name
    server = own_server({("server", "listen"): f"127.0.0.1:{{port}} unix:{path}", ("server", "fronts"): 2,
                         ("server", "socket_mode"): "0660", ("server", "socket_group"): group})
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
    email = account(server)
    for headers in ({"X-Forwarded-For": CALLER}, OF_RFC_7239):
        assert login(behind(server, to_socket(path), headers), email)[0] == 200
    assert login(behind(server, to_socket(path)), email)[0] == 400
    assert came_from(server, email) == {CALLER}
    for probe in ("/healthz", "/WebServices/TechnicianConsole.asmx?WSDL"):
        connection = Through(to_socket(path))
        connection.request("GET", probe)
        assert connection.getresponse().status == 200


def test_a_socket_with_a_proxy_s_header_and_tls_elsewhere(own_server, account, tmp_path):
    path = str(tmp_path / "door")
    pair = certificate(tmp_path, "pair")
    server = own_server({("server", "listen"): f"127.0.0.1:{{port}} unix:{path}", ("server", "proxy_protocol"): f"unix:{path}",
                         ("server", "public_url"): "https://127.0.0.1:{port}",
                         ("tls", "certificate"): pair[0], ("tls", "key"): pair[1]})
    email = account(server)
    opened = to_socket(path)
    opened.sendall(proxy_header())
    status, headers, _ = login(behind(server, opened), email)
    assert status == 200 and headers["Set-Cookie"].endswith("; Secure")
    assert came_from(server, email) == {CALLER}


def test_a_socket_is_not_taken_from_a_server_that_answers_there(own_server, tmp_path):
    path = str(tmp_path / "door")
    settings = {("server", "listen"): f"unix:{path}", ("server", "public_url"): "https://a.example"}
    server = own_server(settings)
    other = own_server(settings, start=False)
    with pytest.raises(AssertionError, match="cannot listen on unix:.*Address already in use"):
        other.start()
    assert server.stop() == 0
    other.start()
    server.process = None
    connection = Through(to_socket(path))
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200


def test_a_service_manager_gives_a_socket_of_the_file_system(own_server, tmp_path):
    path = str(tmp_path / "door")
    with socket.socket(socket.AF_UNIX) as held:
        held.bind(path)
        held.listen()
        server = own_server({("server", "listen"): f"unix:{path}", ("server", "public_url"): "https://a.example"}, start=False)
        server.start(**passing([held]))
        connection = Through(to_socket(path))
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        assert server.stop() == 0
    assert os.path.exists(path)


def test_a_name_of_this_machine_is_where_the_server_listens(own_server):
    server = own_server({("server", "listen"): "localhost:{port}", ("server", "public_url"): ""})
    found = {at[4][0] for at in socket.getaddrinfo("localhost", server.port, type=socket.SOCK_STREAM)}
    assert "127.0.0.1" in found
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    server.company("acme")
    server.technician("acme", "ann@acme.example", PASSWORD)
    assert server.enrol_link("ann@acme.example").startswith(f"http://localhost:{server.port}/")


def test_a_name_without_an_address_ends_the_start(own_server):
    server = own_server({("server", "listen"): "nowhere.invalid:{port}", ("server", "allow_plain_http"): "yes"}, start=False)
    with pytest.raises(AssertionError, match=r"server\.listen: nowhere\.invalid: "):
        server.start()
    server.process.wait(PATIENCE)
    server.process = None
