# SPDX-License-Identifier: Apache-2.0
"""Web Push: what is sent to a push service, read by a receiver written from the RFCs, and the effect of its answers."""

import datetime
import hashlib
import http.client
import http.server
import ipaddress
import json
import os
import queue
import signal
import sqlite3
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from countersign import PATIENCE, b64, unb64

CONTACT = "mailto:ops@example.com"


def hkdf(salt, key, info, length):
    return HKDF(hashes.SHA256(), length, salt, info).derive(key)


class Browser:
    """The user agent's side of a subscription: RFC 8291, section 3, from the receiving end."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        self.public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscribe(self, phone, **changes):
        members = {"sEndpoint": self.endpoint, "sP256dh": b64(self.public), "sAuth": b64(self.auth), **changes}
        return phone.change("subscribe", **members)

    def read(self, body):
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21:21 + length], body[21 + length:]
        assert length == 65 and 17 < len(record) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        key = hkdf(self.auth, shared, b"WebPush: info\0" + self.public + sender, 32)
        plain = AESGCM(hkdf(salt, key, b"Content-Encoding: aes128gcm\0", 16)).decrypt(
            hkdf(salt, key, b"Content-Encoding: nonce\0", 12), record, None)
        text = plain.rstrip(b"\0")
        assert text[-1:] == b"\2", "the delimiter of a last record"
        return json.loads(text[:-1])


class PushService:
    """On loopback, over TLS: answers each post with the next (status, headers) of its list; the last one stays."""

    def __init__(self, folder, *answers):
        self.posts = queue.Queue()
        answers, posts = list(answers), self.posts

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = answers.pop(0) if len(answers) > 1 else answers[0]
                posts.put((self.path, dict(self.headers), body))
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.authority, pem = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.origin = f"https://localhost:{self.server.server_port}"

    def settings(self, **changes):
        return {("push", key): value for key, value in {
            "contact": CONTACT, "hosts": self.origin.removeprefix("https://"), "networks": "127.0.0.0/8",
            "ca_file": self.authority, **changes}.items()}

    def browser(self, path="/push/abc?d=1"):
        return Browser(self.origin + path)

    def take(self):
        return self.posts.get(timeout=PATIENCE)

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def certificate(folder):
    """An authority for localhost, and a file with its one certificate and that one's key."""
    now = datetime.datetime.utcnow()

    def issue(name, key, issuer, issuer_key, extension):
        return (x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                .not_valid_after(now + datetime.timedelta(days=1)).add_extension(extension, critical=False)
                .sign(issuer_key, hashes.SHA256()))

    root, leaf = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in ("authority of a test", "localhost"))
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = issue(root, root_key, root, root_key, x509.BasicConstraints(ca=True, path_length=None))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    own = issue(leaf, key, root, root_key, names)
    ca, pem = os.path.join(folder, "authority.pem"), os.path.join(folder, "push-service.pem")
    with open(ca, "wb") as out:
        out.write(authority.public_bytes(Encoding.PEM))
    with open(pem, "wb") as out:
        out.write(own.public_bytes(Encoding.PEM))
        out.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return ca, pem


@pytest.fixture
def service(tmp_path):
    """Makes push services that answer with (status, headers) or a status."""
    made = []

    def make(*answers):
        folder = tmp_path / f"service{len(made)}"
        folder.mkdir()
        made.append(PushService(folder, *((a, {}) if isinstance(a, int) else a for a in answers)))
        return made[-1]

    yield make
    for one in made:
        one.close()


def rows(server, sql):
    store = sqlite3.connect(f"file:{server.settings[('store', 'path')]}?mode=ro", uri=True)
    try:
        return store.execute(sql).fetchall()
    finally:
        store.close()


def push_key(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("POST", "/api/push/key", "{}", {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    assert answer["result"] == "OK"
    return answer.get("sPublicKey")


def subscribed(own_server, service, name, **settings):
    server = own_server(service.settings(**settings))
    phone = server.ready(*name)
    browser = service.browser()
    assert browser.subscribe(phone)["result"] == "OK"
    return server, phone, browser


def check_token(server, origin, header):
    """RFC 8292, section 3: the token's signature, audience, time and subject."""
    scheme, token, key = header.replace(",", "").split(" ")
    assert scheme == "vapid" and token.startswith("t=") and key.startswith("k=")
    assert key[2:] == push_key(server)
    signed, signature = token[2:].rsplit(".", 1)
    head, claims = (json.loads(unb64(part)) for part in signed.split("."))
    r, s = (int.from_bytes(half, "big") for half in (unb64(signature)[:32], unb64(signature)[32:]))
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key[2:])).verify(
        encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert claims["aud"] == origin and claims["sub"] == CONTACT
    assert server.now() < claims["exp"] <= server.now() + 24 * 3600


def test_a_notification_is_read_back_and_names_nobody(own_server, service, name):
    push = service(201)
    server, phone, browser = subscribed(own_server, push, name)
    console = server.console()
    token, sent = console.begin(name[1])
    path, headers, body = push.take()
    assert path == "/push/abc?d=1"
    assert headers["Content-Encoding"] == "aes128gcm" and headers["Urgency"] == "high"
    assert 55 <= int(headers["TTL"]) <= 60 and 1 <= len(headers["Topic"]) <= 32
    check_token(server, push.origin, headers["Authorization"])
    assert browser.read(body) == {"id": phone.pending()[0]["sChallengeId"]}
    assert phone.approve(sent.sMatchNumber)["result"] == "OK"
    assert console.settle(token, sent.sPushToken).result == "OK"
    server.advance(40)
    console.begin(name[1])
    again = push.take()
    assert len(again[2]) == len(body) and again[1]["Topic"] == headers["Topic"]
    assert again[2][:86] != body[:86], "a fresh salt and a fresh key"
    assert push.posts.empty()
    assert browser.endpoint.rsplit("/", 1)[1] not in server.log(), "the address is never logged"


def test_a_service_in_trouble_is_asked_again_by_the_next_courier_too(own_server, service, name):
    push = service(500, 201)
    server, phone, browser = subscribed(own_server, push, name)
    server.console().begin(name[1])
    push.take()
    server.wait_log(r"web_push\.failed .*status=500 .*final=0")
    (courier,) = server.children("courier")
    os.kill(courier, signal.SIGKILL)
    server.advance(2)
    assert browser.read(push.take()[2]) == {"id": phone.pending()[0]["sChallengeId"]}


def test_retry_after_is_honoured(own_server, service, name):
    push = service((429, {"Retry-After": "20"}), 201)
    server, _, _ = subscribed(own_server, push, name)
    server.console().begin(name[1])
    push.take()
    server.wait_log(r"web_push\.failed .*status=429 .*final=0")
    ((created, due, rests),) = rows(server, "SELECT o.created_at, o.next_at, p.rests_until FROM outbox o "
                                            "JOIN push_subscription p ON p.device_id = o.device_id")
    assert due - created >= 20_000_000 and rests == due
    server.advance(21)
    push.take()


def test_more_patience_than_there_is_time_leaves_it_to_the_phone(own_server, service, name):
    push = service((429, {"Retry-After": "300"}))
    server, phone, _ = subscribed(own_server, push, name)
    console = server.console()
    token, sent = console.begin(name[1])
    push.take()
    server.wait_log(r"web_push\.failed .*status=429 .*final=1")
    assert console.check(token, sent.sPushToken).result == "Poll"
    assert phone.approve(sent.sMatchNumber)["result"] == "OK"
    assert console.settle(token, sent.sPushToken).result == "OK"


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_removed(own_server, service, name, status):
    push = service(status)
    server, phone, browser = subscribed(own_server, push, name)
    console = server.console()
    token, sent = console.begin(name[1])
    push.take()
    server.wait_log(rf"web_push\.failed .*status={status} .*final=0")
    assert rows(server, "SELECT * FROM push_subscription") == []
    answer = browser.subscribe(phone, bAgain=True)
    assert (answer["result"], answer["status"]) == ("SubscriptionGone", 410), "what is dead is not taken again"
    assert rows(server, "SELECT * FROM push_subscription") == []
    assert console.check(token, sent.sPushToken).result == "Poll", "the phone may still look by itself"
    server.advance(16)
    assert console.settle(token, sent.sPushToken).result == "TwoFactorError"
    assert push.posts.empty(), "it is not asked again"
    fresh = push.browser("/push/fresh")
    assert fresh.subscribe(phone)["result"] == fresh.subscribe(phone, bAgain=True)["result"] == "OK"
    assert rows(server, "SELECT endpoint FROM push_subscription") == [(fresh.endpoint,)]
    server.advance(61)
    server.wait_for(lambda: [row["detail"]["service"] for row in server.cli("audit", "list", "--technician", name[1])["events"]
                             if row["event"] == "device.subscription-ended"] == ["localhost"])


def test_a_phone_that_looks_by_itself_needs_no_push_service(own_server, service, name):
    push = service(410)
    server, phone, _ = subscribed(own_server, push, name)
    console = server.console()
    token, sent = console.begin(name[1])
    assert len(phone.pending()) == 1
    push.take()
    server.advance(16)
    server.wait_log(r"web_push\.failed .*final=1")
    assert phone.approve(sent.sMatchNumber)["result"] == "OK"
    assert console.settle(token, sent.sPushToken).result == "OK"


def test_another_phone_without_a_subscription_may_still_answer(own_server, service, name):
    push = service(410)
    server, _, _ = subscribed(own_server, push, name)
    other = server.phone(name[1], "other")
    console = server.console()
    token, sent = console.begin(name[1])
    push.take()
    server.advance(16)
    server.wait_log(r"web_push\.failed .*final=1")
    assert console.check(token, sent.sPushToken, Prefer="wait=2").result == "Poll"
    assert other.approve(sent.sMatchNumber)["result"] == "OK"
    assert console.settle(token, sent.sPushToken).result == "OK"


def test_a_service_that_stays_down_is_a_time_out_not_an_error(own_server, service, name):
    push = service(503)
    server, _, _ = subscribed(own_server, push, name)
    console = server.console()
    token, sent = console.begin(name[1])
    push.take()
    server.wait_log(r"web_push\.failed .*status=503")
    server.advance(30)
    server.wait_log(r"web_push\.failed .*status=503", times=2)
    server.advance(31)
    assert console.settle(token, sent.sPushToken).result == "TimeOut"


def test_a_redirect_is_not_followed(own_server, service, name):
    other = service(201)
    push = service((307, {"Location": other.origin + "/x"}))
    server, _, _ = subscribed(own_server, push, name, hosts=f"{push.origin[8:]} {other.origin[8:]}")
    server.console().begin(name[1])
    push.take()
    server.wait_log(r"web_push\.failed .*status=307 .*final=0")
    server.advance(16)
    push.take()
    server.wait_log(r"web_push\.failed .*status=307 .*final=1")
    assert other.posts.empty()
    assert len(rows(server, "SELECT * FROM push_subscription")) == 1


def test_a_name_that_leads_inside_is_not_connected_to(own_server, service, name):
    push = service(201)
    server, _, _ = subscribed(own_server, push, name, networks="10.0.0.0/8")
    server.console().begin(name[1])
    server.wait_log(r'web_push\.failed .*status=0 error="the address is not admitted" final=0')
    assert push.posts.empty()


def test_a_certificate_of_nobody_is_not_believed(own_server, service, name):
    push = service(201)
    server, _, _ = subscribed(own_server, push, name, ca_file="")
    server.console().begin(name[1])
    server.wait_log(r"web_push\.failed .*status=0 .*final=0")
    assert push.posts.empty()


def test_a_removed_or_unsubscribed_device_is_not_rung(own_server, service, name):
    push = service(201)
    server, phone, browser = subscribed(own_server, push, name)
    assert phone.change("unsubscribe")["result"] == "OK"
    assert phone.change("unsubscribe")["result"] == "OK"
    server.console().begin(name[1])
    assert rows(server, "SELECT * FROM outbox") == []
    assert browser.subscribe(phone)["result"] == "OK"
    server.phone(name[1], "another, since the last one stays")
    assert phone.change("remove")["result"] == "OK"
    assert rows(server, "SELECT * FROM push_subscription") == []


def test_what_is_no_subscription_is_refused(own_server, service, name):
    push = service(201)
    server = own_server(push.settings())
    phone = server.ready(*name)
    browser = push.browser()
    for endpoint in ("https://evil.example/x", "https://localhost/x", "https://127.0.0.1/x",
                     push.origin.replace("https", "http") + "/x", "https://169.254.169.254/latest/meta-data"):
        answer = browser.subscribe(phone, sEndpoint=endpoint)
        assert (answer["result"], answer["status"]) == ("UnknownPushService", 422), endpoint
    for endpoint in ("", "x", "file:///etc/passwd", push.origin, push.origin + "@evil.example/",
                     push.origin + "/x\r\ny", "https://" + "a" * 1100 + "/"):
        assert browser.subscribe(phone, sEndpoint=endpoint)["result"] == "BadRequest", endpoint
    assert browser.subscribe(phone, sAuth=b64(bytes(15)))["result"] == "BadRequest"
    assert browser.subscribe(phone, sP256dh=b64(bytes(65)))["result"] == "BadKey"
    phone.token = b64(hashlib.sha256(b"x").digest())
    assert browser.subscribe(phone)["result"] == "UnknownDevice"
    assert rows(server, "SELECT * FROM push_subscription") == []


def test_without_a_contact_there_is_no_web_push(server, name):
    phone = server.ready(*name)
    assert push_key(server) is None
    answer = Browser("https://fcm.googleapis.com/fcm/send/x").subscribe(phone)
    assert answer["result"] == "UnknownPushService"


def test_a_notice_rings_too(own_server, service, name):
    push = service(201)
    server, phone, browser = subscribed(own_server, push, name)
    server.cli("code", "totp", name[1], "--qr", "no")
    _, headers, body = push.take()
    notice, = phone.notices()
    assert browser.read(body) == {"id": notice["sNoticeId"]}
    assert headers["Urgency"] == "normal" and headers["TTL"] == "86400"
    server.console().begin(name[1])
    _, other, challenge = push.take()
    assert len(challenge) == len(body) and other["Topic"] != headers["Topic"]
    assert push.posts.empty()
