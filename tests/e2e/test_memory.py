# SPDX-License-Identifier: Apache-2.0
"""What remains of an answered request in a child: the memory of each is searched for the secrets that passed through it."""

import base64
import functools
import http.client
import os
import re
import ssl
import unicodedata
import urllib.parse

import pytest

from countersign import PATH, PATIENCE, Phone, b64, unb64
from test_processes import certificate
from test_results import totp

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root reads the memory of processes that are not dumpable")

# Unlike anything else, and changed by NFKC.
WORD, NEW, NEWER, WRONG = (f"{animal} o\ufb01 marker {number} \u5b57 quokka"
                           for animal, number in (("Zebu", 7316), ("Vole", 9052), ("Ibex", 4471), ("Newt", 2883)))
VAST = 1 << 36  # the shadow memory of a sanitizer, which contains none of the program's data
PIECE, OVERLAP = 1 << 16, 256


class Secrets:
    """The secrets that must not be found: by name, each form in which they may be in memory."""

    def __init__(self):
        self.forms = {}

    def add(self, **secrets):
        for name, secret in secrets.items():
            texts = {secret, unicodedata.normalize("NFKC", secret), unicodedata.normalize("NFKD", secret)}
            wide = () if secret.isascii() else ("utf-16-le", "utf-32-le")
            self.forms[name] = [text.encode(code) for text in texts for code in ("utf-8", *wide)]
            if re.fullmatch(r"[\w-]{43}", secret):
                self.forms[name].append(unb64(secret))
            if name.startswith("seed"):
                self.forms[name].append(base64.b32decode(secret))
            if name.startswith("code"):
                self.forms[name].append(secret.replace("-", "").encode())

    def found_in(self, kind, pid):
        """The places of any, with the bytes around them, which show whose memory it is."""
        return [f"{kind} {pid}: {name} in {where}: {part[max(0, at - 80):at]!r} {part[at + len(form):at + len(form) + 80]!r}"
                for where, part in written(pid) for name, forms in self.forms.items() for form in forms
                if (at := part.find(form)) >= 0]


def written(pid):
    """The memory that a process can write to and has written to: where, and what."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            place, rights, *_, where = line.split()
            first, end = (int(part, 16) for part in place.split("-"))
            if rights.startswith("rw") and end - first < VAST:
                for at in range(first, end, PIECE):
                    memory.seek(at)
                    part = memory.read(min(end - at, PIECE + OVERLAP))
                    if part.strip(b"\0"):
                        yield where, part


def assert_clean(server, secrets):
    """It is wiped right after each answer: nothing else has to happen first."""
    left = []

    def is_clean():
        left[:] = [line for kind in ("front", "worker", "courier") for pid in server.children(kind)
                   for line in secrets.found_in(kind, pid)]
        return not left

    try:
        server.wait_for(is_clean)
    except AssertionError:
        pytest.fail("\n".join(left))


@pytest.fixture
def server(request, own_server, tmp_path, monkeypatch):
    if getattr(request, "param", "plain") == "plain":
        return own_server()
    crt, key = certificate(str(tmp_path), "server")
    context = ssl.create_default_context(cafile=crt)
    monkeypatch.setattr(http.client, "HTTPConnection", functools.partial(http.client.HTTPSConnection, context=context))
    return own_server({("tls", "certificate"): crt, ("tls", "key"): key, ("server", "public_url"): "https://127.0.0.1:{port}"})


@pytest.fixture
def ann(server):
    """(server, e-mail address, phone, secrets)"""
    secrets = Secrets()
    server.company("acme", password_history=0)
    email = server.technician("acme", "ann@acme.example", WORD)
    link = server.enrol_link(email)
    phone = Phone(server).enrol(link)
    secrets.add(password=WORD, ticket=link.split("#", 1)[1], device_token=phone.token)
    return server, email, phone, secrets


@pytest.mark.parametrize("server", ["plain", "tls"], indirect=True)
def test_a_sign_in_leaves_nothing(ann):
    """The password, a wrong one, the tokens, the session and the console's ticket."""
    server, email, phone, secrets = ann
    console = server.console()
    assert console.login(email, WRONG).result == "InvalidPassword"
    login, push = console.begin(email, WORD)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    answer = console.settle(login, push.sPushToken)
    assert answer.result == "OK"
    secrets.add(wrong=WRONG, login_token=login, push_token=push.sPushToken, session=console.cookie)
    secrets.add(**{f"url{i}": part for i, part in enumerate(re.findall(r"[\w-]{43}", answer.sUrl))})
    assert_clean(server, secrets)
    console.connection.close()


def test_changes_of_a_password_leave_nothing(ann):
    """With each operation that has one, in SOAP 1.1 and 1.2, as a form and as JSON."""
    server, email, phone, secrets = ann
    console = server.console()
    assert console.sign_in(email, phone, WORD).result == "OK"
    assert console.call("changePassword", sOldPassword=WORD, sNewPassword=NEW).result == "OK"
    form = urllib.parse.urlencode({"sOldPassword": NEW, "sNewPassword": NEWER})
    status, _, body = console.post(form, {"Content-Type": "application/x-www-form-urlencoded",
                                          "Cookie": f"countersign_session={console.cookie}"}, PATH + "/changePassword")
    assert status == 200 and b"changePassword_OK" in body, body
    newer = server.console(version="1.2")
    login = newer.login_new(email, NEWER, WRONG)
    assert login.result == "OkTwoFactorAuthenticationRequired"
    push = newer.send(login.sLoginToken)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert newer.settle(login.sLoginToken, push.sPushToken).result == "OK"
    phone.open_self("acme", email)
    secrets.add(new=NEW, newer=NEWER, wrong=WRONG, login_token=login.sLoginToken, session=newer.cookie, self_token=phone.self_token)
    assert phone.self("password", sOldPassword=NEW, sNewPassword=NEWER)["result"] == "WrongPassword"
    assert phone.self("password", sOldPassword=WRONG, sNewPassword=NEWER)["result"] == "OK"
    assert_clean(server, secrets)
    newer.connection.close()


def test_codes_leave_nothing(ann):
    """The seed of an authenticator and recovery codes, when made and when used."""
    server, email, phone, secrets = ann
    phone.open_self("acme", email)
    begun = phone.self("codes/begin")
    assert phone.self("codes/confirm", sCode=totp(begun["sSecret"], server.now()))["result"] == "OK"
    codes = [row["sCode"] for row in phone.self("recovery")["aRecoveryCodes"]]
    secrets.add(seed=begun["sSecret"], self_token=phone.self_token, **{f"code{i}": code for i, code in enumerate(codes)})
    server.advance(31)
    for code in (codes[0], totp(begun["sSecret"], server.now())):
        console = server.console()
        login = console.login(email, WORD)
        assert console.call("twoFactorValidateCode", sLoginToken=login.sLoginToken, sCode=code).result == "OK"
        secrets.add(**{f"login_token{code}": login.sLoginToken, f"session{code}": console.cookie})
    assert_clean(server, secrets)


def test_what_is_refused_leaves_nothing(ann):
    """A password in input that cannot be read: broken XML and JSON, a value that is too long, a call without a caller."""
    server, email, phone, secrets = ann
    secrets.add(wrong=WRONG)
    console = server.console()
    whole = console.envelope("loginTechnicianFromStandalone_v7_2", {"sEmail": email, "sPassword": WRONG, "sLanguage": "en"})
    headers = console.headers("loginTechnicianFromStandalone_v7_2")
    for body in (whole[:-9], whole.replace(b"</sPassword>", b"&unknown;</sPassword>"), whole.replace(b"<sPassword>", b"<sPassword><x>")):
        assert console.post(body, headers)[0] in (400, 500)
    assert console.login(email, WRONG * 200).result == "InvalidPassword"
    assert console.call("changePassword", sOldPassword=WRONG, sNewPassword=WRONG).result == "UserNotLoggedIn"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    for body in (f'{{"sSelfToken": "x", "sOldPassword": "{WRONG}", "sOldPassword": "{WRONG}"}}', f'{{"sOldPassword": "{WRONG}" oops}}',
                 f'{{"sSelfToken": "{b64(b"q" * 32)}", "sOldPassword": ["{WRONG}"]}}', f'{{"{WRONG}": 1}}'):
        connection.request("POST", "/api/self/password", body.encode(), {"Content-Type": "application/json",
                                                                         "Authorization": f"Bearer {phone.token}"})
        answer = connection.getresponse()
        assert answer.status in (400, 401), answer.read()
        answer.read()
    assert_clean(server, secrets)
    connection.close()
