# SPDX-License-Identifier: Apache-2.0
"""The product as its users see it: a server, a console, a phone, and the command line."""

import base64
import fcntl
import http.client
import itertools
import json
import mmap
import os
import random
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree
import zlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import postgres

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("COUNTERSIGN_BUILD", "build-check"))
CLI = os.path.join(BUILD, "src/cli/countersign")
DAEMON = os.path.join(BUILD, "src/proc/countersignd")

NS = "http://microsoft.com/webservices/"
PATH = "/WebServices/TechnicianConsole.asmx"
ENVELOPES = {
    "1.1": ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml; charset=utf-8"),
    "1.2": ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml; charset=utf-8"),
}
PASSWORD = "a quiet harbour, 7 boats"

# Generous: it ends a broken run, and a good one never waits that long.
PATIENCE = 60


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def free_port():
    """A port that is free on every address, for a server whose phones know it before it starts. It is below those that the
    kernel gives to outgoing connections, so that none of them takes it in the meantime."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("0.0.0.0", port))
                return port
            except OSError:
                continue


SECRETS = {
    "technician": ("password_hash", "totp_sealed"),
    "login": ("new_password_hash",),
    "password_history": ("password_hash",),
    "recovery_code": ("digest",),
    "enrolment": ("ticket_digest",),
    "device": ("public_key", "token_digest"),
    "passkey": ("credential_id", "public_key"),
    "push_subscription": ("endpoint", "p256dh", "auth"),
    "notice": ("public_id",),
    "self_service": ("nonce_digest", "token_digest", "seed_sealed"),
}


def fill_by_hand(store, device):
    """Rows of a phone that otherwise only a browser causes."""
    store.execute("INSERT INTO passkey VALUES (?, ?, -7, ?, 1, 0, 0, 1, 1)", (device, b"C" * 40, b"K" * 64))
    store.execute("INSERT INTO push_subscription VALUES (?, 'https://push.example/secret-path', ?, ?, 0, 1)",
                  (device, b"P" * 65, b"A" * 16))
    store.execute("INSERT INTO notice (id, device_id, public_id, kind, subject, created_at) "
                  "VALUES (7, ?, 'an opaque public id', 'kind', 'subject', 1)", (device,))
    store.execute("INSERT INTO self_service VALUES (8, ?, ?, ?, ?, 1, 1)", (device, b"N" * 32, b"T" * 32, b"S" * 48))


def secrets_of(store, email):
    """What the store keeps of the one account's ways in, by table, column and number: bytes as in the file."""
    (account,) = store.execute("SELECT id FROM technician WHERE email = ?", (email,)).fetchone()
    tables = {row[0] for row in store.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    found = {}
    for table in tables & set(SECRETS):
        columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
        whose = "id = ?" if table == "technician" else "technician_id = ?"
        if "technician_id" not in columns and table != "technician":
            whose = "device_id IN (SELECT id FROM device WHERE technician_id = ?)"
        for column in SECRETS[table]:
            values = [row[0] for row in store.execute(f"SELECT {column} FROM {table} WHERE {whose}", (account,)) if row[0]]
            assert values, f"{table}.{column} is empty: nothing would be proved"
            for i, value in enumerate(values):
                found[table, column, i] = value if isinstance(value, bytes) else value.encode()
    return found


def stored(path):
    """Every byte of the database and of its log."""
    together = b""
    for name in (path, path + "-wal"):
        if os.path.exists(name):
            with open(name, "rb") as file:
                together += file.read()
    return together


class Refused(Exception):
    """The command line refused: its exit code and its line."""

    def __init__(self, code, text):
        super().__init__(f"exit {code}: {text}")
        self.code = code
        self.text = text


class Settings(dict):
    """By section and name. A test that asks for the file of the store is SQLite's own, and not run on PostgreSQL."""

    def __missing__(self, key):
        if key == ("store", "path"):
            import pytest  # the benchmarks, which use this file too, do without it
            pytest.skip("SQLite's own")
        raise KeyError(key)


class Server:
    """countersignd on a free port of 127.0.0.1, with a folder, a store and a clock of its own."""

    daemon = DAEMON  # the program; it starts those beside it

    def __init__(self, folder, settings=None, start=True, init=(), beside=None):
        """init: options of `countersign init`; a password that it reads is PASSWORD. beside: another server, whose store, key
        and clock this one uses: one more node."""
        self.folder = str(folder)
        self.config = os.path.join(self.folder, "countersign.conf")
        self.clock_file = beside.clock_file if beside else os.path.join(self.folder, "clock")
        self.log_file = os.path.join(self.folder, "log")
        self.process = None
        self.env_extra = {}  # of the programs that are started from now on
        self.port = free_port()
        self.settings = Settings({
            ("server", "listen"): f"127.0.0.1:{self.port}",
            ("server", "public_url"): f"http://127.0.0.1:{self.port}",
            ("store", "key_file"): os.path.join(self.folder, "countersign.key"),
            ("log", "level"): "debug",
        })
        if beside:
            own = (("server", "listen"), ("store", "key_file"))
            self.settings.update({name: value for name, value in beside.settings.items() if name not in own})
            shutil.copy(beside.settings["store", "key_file"], self.settings["store", "key_file"])
        elif not {("store", "path"), ("store", "url")} & set(settings or {}):
            self.settings.update(postgres.store() if postgres.IS_ASKED_FOR
                                 else {("store", "path"): os.path.join(self.folder, "countersign.db")})
        # "{port}" in a setting is this server's port.
        self.settings.update({name: str(value).replace("{port}", str(self.port)) for name, value in (settings or {}).items()})
        if not beside:
            with open(self.clock_file, "wb") as clock:
                clock.write(struct.pack("=qq", 0, 0))
        self._clock = open(self.clock_file, "r+b")
        self._offset = mmap.mmap(self._clock.fileno(), 16)
        self.write_config()
        if not beside:
            self.cli("init", *init, stdin=PASSWORD + "\n")
        if start:
            self.start()

    def write_config(self):
        sections = {}
        for (section, key), value in self.settings.items():
            sections.setdefault(section, []).append(f"{key} = {value}")
        text = "".join(f"[{name}]\n" + "\n".join(lines) + "\n\n" for name, lines in sections.items())
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(text)

    @property
    def env(self):
        return {**os.environ, "COUNTERSIGN_TEST_CLOCK": self.clock_file, **self.env_extra}

    def advance(self, seconds):
        """Moves the clock of every process of this server, and of its command line."""
        self._offset[:8] = struct.pack("=q", self.offset() + int(seconds * 1_000_000))

    def move_wall(self, seconds):
        """Sets the wall clock alone forward or, less than 0, back, as an operator or a time server does."""
        self._offset[8:] = struct.pack("=q", self.wall_offset() + int(seconds * 1_000_000))

    def offset(self):
        return struct.unpack("=q", self._offset[:8])[0]

    def wall_offset(self):
        return struct.unpack("=q", self._offset[8:])[0]

    def now(self):
        """The server's clock in whole seconds."""
        return int(time.time() + (self.offset() + self.wall_offset()) / 1_000_000)

    def start(self, before=(), **kwargs):
        """`before`: a program and its arguments that run the daemon; kwargs: of Popen."""
        read_end, low = os.pipe()
        write_end = fcntl.fcntl(low, fcntl.F_DUPFD, 64)  # 3 and the next are for the sockets of a service manager
        os.close(low)
        passed = [write_end, *kwargs.pop("pass_fds", ())]
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([*before, self.daemon, "-c", self.config, "--ready-fd", str(write_end)],
                                            **{"env": self.env, "pass_fds": passed, "stdin": subprocess.DEVNULL,
                                               "stdout": log, "stderr": log, **kwargs})
        os.close(write_end)
        line = b""
        deadline = time.monotonic() + PATIENCE
        while not line.endswith(b"\n") and time.monotonic() < deadline:
            if select.select([read_end], [], [], 0.5)[0]:
                more = os.read(read_end, 4096)
                if not more:
                    break
                line += more
        os.close(read_end)
        if not line.startswith(b"READY"):
            raise AssertionError(f"the server did not start:\n{self.log()}")
        return self

    def log(self):
        try:
            with open(self.log_file, encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def wait_log(self, pattern, times=1):
        """Waits for an event of the log; the pause between two looks only spares the processor."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if len(re.findall(pattern, self.log())) >= times:
                return
            time.sleep(0.02)
        raise AssertionError(f"no {pattern!r} in the log:\n{self.log()[-4000:]}")

    @staticmethod
    def wait_for(holds):
        """Waits until it holds: an event that only the server's own periodic work causes."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, "it never came to hold"
            time.sleep(0.05)

    def shares_no_store(self):
        """A test of what keeps a second server out is SQLite's own: on PostgreSQL it is welcome."""
        return self.settings["store", "path"]

    def children(self, name):
        """The process ids of the children of one kind: front, worker or courier."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                    parent = int(stat.read().rsplit(")", 1)[1].split()[1])
                with open(f"/proc/{pid}/cmdline", "rb") as line:
                    program = os.path.basename(line.read().split(b"\0", 1)[0]).decode()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if parent == self.process.pid and program == f"countersign-{name}":
                found.append(int(pid))
        return sorted(found)

    def watch(self, path, **headers):
        """(status, headers, text) of what the watch serves at the socket beside the database."""
        local = self.settings.get(("store", "path")) or self.settings[("store", "key_file")]
        connection = http.client.HTTPConnection("localhost", timeout=PATIENCE)
        connection.sock = socket.socket(socket.AF_UNIX)
        folder = os.open(os.path.dirname(local), os.O_PATH)  # a path of a socket is short
        try:
            connection.sock.connect(f"/proc/self/fd/{folder}/{os.path.basename(local)}-metrics")
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            os.close(folder)
            connection.close()

    def metric(self, sample):
        """The value of one sample, such as 'countersign_restarts_total{process="front"}'."""
        for line in self.watch("/metrics")[2].splitlines():
            if line.rsplit(" ", 1)[0] == sample:
                return float(line.rsplit(" ", 1)[1])
        raise AssertionError(f"no sample {sample}")

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(PATIENCE) if self.process else 0
        self.process = None
        return code

    def close(self):
        if self.process:
            code = self.stop()
            assert code == 0, f"the server ended with {code}:\n{self.log()[-6000:]}"
        self._offset.close()
        self._clock.close()
        text = self.log()
        assert "ERROR: AddressSanitizer" not in text and "runtime error:" not in text, text[-8000:]
        assert "LeakSanitizer" not in text, text[-8000:]

    def run(self, *args, stdin="", program=CLI):
        return subprocess.run([program, "-c", self.config, *map(str, args)], env=self.env, input=stdin, text=True,
                              capture_output=True, timeout=PATIENCE, check=False)

    def cli(self, *args, stdin=""):
        """One command with --json; its document, or Refused."""
        done = self.run("--json", *args, stdin=stdin)
        if done.returncode != 0:
            raise Refused(done.returncode, done.stderr.strip())
        return json.loads(done.stdout) if done.stdout.strip() else None

    # ---- what an operator does -------------------------------------------------------------------------------------

    def company(self, name, **policy):
        self.cli("company", "add", name)
        for key, value in policy.items():
            self.cli("policy", "set", name, key, value)
        return name

    def technician(self, company, email, password=PASSWORD, options=("--keep",)):
        """The password need not be changed, unless the options leave --keep out."""
        self.cli("technician", "add", email, "--company", company, "--password-file", "-", *options, stdin=password + "\n")
        return email

    def enrol_link(self, email):
        return self.cli("enrol", email, "--qr", "no")["link"]

    def phone(self, email, name="phone"):
        return Phone(self).enrol(self.enrol_link(email), name)

    def console(self, **kwargs):
        return Console(self, **kwargs)

    def with_every_secret(self, company, email):
        """An account with a phone, codes, a former password and an open link. Stops the server, and gives the store's path and the
        phone's number."""
        device = int(self.ready(company, email).id)
        self.cli("code", "totp", email, "--qr", "no")
        self.cli("code", "recovery", email)
        self.console().login_new(email, PASSWORD, "another 9 lanterns over Lund")
        self.cli("technician", "reset", email, "--generate")
        self.enrol_link(email)
        self.stop()
        return self.settings["store", "path"], device

    def ready(self, company, email, policy=None):
        """A company, a technician and a phone."""
        self.company(company, **(policy or {}))
        self.technician(company, email)
        return self.phone(email)


class Answer:
    """A SOAP answer: .result without its prefix, and the outputs as attributes; absent ones are None."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body
        self.fields = {}
        root = ElementTree.fromstring(body)
        response = root[0][0]
        for child in response:
            name = child.tag.split("}")[1]
            self.fields[name] = [item[0].text for item in child] if name.startswith("o") else child.text or ""
        first = next(iter(self.fields.values()))
        self.value = first
        self.result = first.rsplit("_", 1)[1]

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self.fields.get(name)

    @property
    def cookie(self):
        found = re.search(r"countersign_session=([^;]*)", self.headers.get("Set-Cookie") or "")
        return found.group(1) if found else None


def usual_source():
    """The address that the consoles of a test come from, for each test its own: tests share a server, and names that fail at one
    address share counters of failures."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "")
    number = zlib.crc32(test.rpartition(" ")[0].encode())
    return f"127.{100 + number % 100}.{number // 100 % 256}.{number // 25_600 % 254 + 1}" if test else "127.0.0.1"


class Console:
    """A console: SOAP by hand, so that a test sees every byte; `source` is an address of the loopback range."""

    def __init__(self, server, version="1.1", source=None, agent="test console"):
        self.server = server
        self.version = version
        self.source = source or usual_source()
        self.agent = agent
        self.patience = PATIENCE
        self.cookie = None
        self.connection = None

    def post(self, body, headers, path=PATH):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=self.patience,
                                                         source_address=(self.source, 0))
        try:
            self.connection.request("POST", path, body, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (http.client.HTTPException, OSError):
            self.connection.close()
            self.connection = None
            raise

    def envelope(self, op, arguments):
        namespace, _ = ENVELOPES[self.version]
        inner = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in arguments.items() if v is not None)
        return (f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{namespace}"><soap:Body>'
                f'<{op} xmlns="{NS}">{inner}</{op}></soap:Body></soap:Envelope>').encode()

    def headers(self, op):
        headers = {"Content-Type": ENVELOPES[self.version][1], "User-Agent": self.agent}
        if self.version == "1.1":
            headers["SOAPAction"] = f'"{NS}{op}"'
        if self.cookie:
            headers["Cookie"] = f"countersign_session={self.cookie}"
        return headers

    def call(self, op, **arguments):
        extra = arguments.pop("headers_", {})
        status, headers, body = self.post(self.envelope(op, arguments), {**self.headers(op), **extra})
        assert status == 200, (status, body)
        answer = Answer(status, headers, body)
        if answer.cookie is not None:
            self.cookie = answer.cookie or None
        return answer

    def login(self, email, password=PASSWORD):
        return self.call("loginTechnicianFromStandalone_v7_2", sEmail=email, sPassword=password, sLanguage="en")

    def login_new(self, email, old, new):
        return self.call("loginTechnicianWithNewPassword_v7_2", email=email, oldPassword=old, newPassword=new)

    def send(self, login_token):
        return self.call("twoFactorSendPushAuth", sLoginToken=login_token)

    def check(self, login_token, push_token, **headers):
        return self.call("twoFactorCheckPushAuthStatus", sLoginToken=login_token, sPushToken=push_token, headers_=headers)

    def settle(self, login_token, push_token):
        """Polls until the answer is not Poll: the server's own event, noticed within its tick of a second."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer = self.check(login_token, push_token, Prefer="wait=5")
            if answer.result != "Poll":
                return answer
        raise AssertionError("still Poll")

    def begin(self, email, password=PASSWORD):
        """Login and push; returns (login token, push answer)."""
        login = self.login(email, password)
        assert login.result == "OkTwoFactorAuthenticationRequired", login.body
        push = self.send(login.sLoginToken)
        assert push.result == "OK", push.body
        return login.sLoginToken, push

    def sign_in(self, email, phone, password=PASSWORD):
        token, push = self.begin(email, password)
        assert phone.approve(push.sMatchNumber)["result"] == "OK"
        return self.settle(token, push.sPushToken)


class Phone:
    """A phone that speaks docs/device-api.md, written independently of the server's own code; `source` as of a
console. Each has an address of its own unless one is given: failures behind one address limit all phones behind it."""

    SOURCES = itertools.count(256)

    def __init__(self, server, source=None):
        self.server = server
        number = next(self.SOURCES)
        self.source = source or f"127.77.{number // 256 % 256}.{number % 255 + 1}"
        self.patience = PATIENCE
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.token = None
        self.self_token = None
        self.id = None
        self.audience = server.settings[("server", "public_url")]

    def post(self, op, members, token=None, status=None):
        return self.api(f"device/{op}", members, token, status)

    def api(self, path, members, token=None, status=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=self.patience,
                                                source_address=(self.source, 0))
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection.request("POST", f"/api/{path}", json.dumps(members), headers)
        answer = connection.getresponse()
        document = json.loads(answer.read())
        connection.close()
        document["status"] = answer.status
        if status is not None:
            assert answer.status == status, document
        return document

    def sign(self, statement):
        r, s = decode_dss_signature(self.key.sign(statement, ec.ECDSA(hashes.SHA256())))
        return b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    @staticmethod
    def statement(kind, lines):
        out = f"{kind}\n".encode()
        for name, value in lines:
            data = value.encode()
            out += f"{name} {len(data)} ".encode() + data + b"\n"
        return out

    def public_key(self):
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def enrol(self, link, name="phone"):
        answer = self.try_enrol(link.split("#", 1)[1], name)
        assert answer["result"] == "OK", answer
        self.token = answer["sDeviceToken"]
        self.id = answer["sDeviceId"]
        self.fingerprint = answer["sFingerprint"]
        return self

    def enrolment(self, ticket, name):
        return self.statement("countersign-enrol-v1", [("audience", self.audience), ("ticket", ticket), ("name", name)])

    def try_enrol(self, ticket, name="phone", **more):
        return self.post("enrol", {"sTicket": ticket, "sPublicKey": b64(self.public_key()), "sName": name,
                                   "sSignature": self.sign(self.enrolment(ticket, name)), **more})

    def replacing(self, former, ticket, change=()):
        """What a phone sends that is enrolled again: the proof that `former` was this phone."""
        lines = {"audience": self.audience, "ticket": ticket, "device": former.id, "key": b64(self.public_key()), **dict(change)}
        return {"sFormerToken": former.token, "sFormerSignature": former.sign(self.statement("countersign-replace-v1", lines.items()))}

    def pending(self):
        return self.post("pending", {}, self.token)["aChallenges"]

    def assertion(self, challenge, decision, number):
        return self.statement("countersign-assertion-v1", [
            ("challenge", challenge["sChallengeId"]), ("nonce", challenge["sNonce"]), ("audience", challenge["sAudience"]),
            ("company", challenge["sCompany"]), ("account", challenge["sAccount"]), ("purpose", challenge["sPurpose"]),
            ("console", challenge["sConsole"]), ("source", challenge["sSource"]), ("created", challenge["sCreated"]),
            ("expires", challenge["sExpires"]), ("device", self.id), ("decision", decision), ("number", number or "")])

    def answer(self, decision, number=None, challenge=None, **changes):
        challenge = challenge or self.pending()[0]
        members = {"sChallengeId": challenge["sChallengeId"], "sDecision": decision,
                   "sSignature": self.sign(self.assertion(challenge, decision, number))}
        if number is not None:
            members["sNumber"] = number
        members.update(changes)
        return self.post("answer", members, self.token)

    def approve(self, number=None, challenge=None):
        return self.answer("approve", number, challenge)

    def reject(self):
        return self.answer("reject")

    def report(self):
        return self.answer("not-me")

    def notices(self):
        return self.post("pending", {}, self.token, 200)["aNotices"]

    # ---- changes: signed over a nonce ----

    CHANGES = {"device/noticed": ["sNoticeId"], "device/remove": [], "device/subscribe": ["sEndpoint", "sP256dh", "sAuth", "bAgain"],
               "device/unsubscribe": [], "self/rename": ["sSelfToken", "sDeviceId", "sName"],
               "self/remove": ["sSelfToken", "sDeviceId"], "self/password": ["sSelfToken", "sOldPassword", "sNewPassword"],
               "self/codes/begin": ["sSelfToken"], "self/codes/confirm": ["sSelfToken", "sCode"],
               "self/codes/remove": ["sSelfToken"], "self/recovery": ["sSelfToken"], "self/end": ["sSelfToken"]}

    def change_nonce(self):
        return self.post("nonce", {}, self.token).get("sNonce", "none")

    def change_statement(self, path, members, nonce, changes=None):
        values = {"audience": self.audience, "nonce": nonce, "device": self.id, "operation": path}
        for name in self.CHANGES[path]:
            value = members.get(name, False if name.startswith("b") else "")
            values[name] = str(value).lower() if isinstance(value, bool) else value or ""
        values.update(changes or {})
        return self.statement("countersign-change-v1", values.items())

    def signed(self, path, members, nonce=None):
        """The members of a change with the proof that this phone requests it."""
        nonce = nonce or self.change_nonce()
        return {**members, "sNonce": nonce, "sSignature": self.sign(self.change_statement(path, members, nonce))}

    def change(self, op, **members):
        """A change of the device: remove, noticed, subscribe, unsubscribe."""
        return self.post(op, self.signed(f"device/{op}", members), self.token)

    # ---- the self-service -------------------------------------------------------------------------------------------

    def self_statement(self, nonce, company, account, changes=None):
        values = {"audience": self.audience, "nonce": nonce, "company": company, "account": account, "device": self.id}
        values.update(changes or {})
        return self.statement("countersign-self-v1", values.items())

    def nonce(self):
        answer = self.api("self/begin", {}, self.token)
        assert answer["result"] == "OK", answer
        return answer["sNonce"]

    def try_open(self, nonce, statement, **members):
        return self.api("self/open", {"sNonce": nonce, "sSignature": self.sign(statement), **members}, self.token)

    def open_self(self, company, account):
        """Opens the self-service, and keeps what self() needs."""
        nonce = self.nonce()
        answer = self.try_open(nonce, self.self_statement(nonce, company, account))
        assert answer["result"] == "OK", answer
        self.self_token = answer["sSelfToken"]
        return self

    def self(self, op, **members):
        members = {"sSelfToken": self.self_token, **members}
        path = f"self/{op}"
        return self.api(path, self.signed(path, members) if path in self.CHANGES else members, self.token)


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wrong_number(number):
    return f"{(int(number) + 1) % 1_000_000:06d}"


def ticket_of(url):
    return urllib.parse.parse_qs(urllib.parse.urlsplit(url).query or urllib.parse.urlsplit(url).fragment)["ticket"][0]
