# SPDX-License-Identifier: Apache-2.0
"""The command line against a running server: as a console, as a phone, and next to the daemon."""

import datetime
import http.server
import ipaddress
import json
import os
import pty
import re
import signal
import stat
import subprocess
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from countersign import CLI, PASSWORD, PATIENCE, Refused, free_port, wrong_number


class Login:
    """`countersign login` in the background; its narration is read line by line."""

    def __init__(self, server, email, *options, password=PASSWORD):
        self.seen = []
        self.process = subprocess.Popen([CLI, "-c", server.config, "login", email, "--password-file", "-", *options],
                                        env=server.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.process.stdin.write(password + "\n")
        self.process.stdin.close()

    def until(self, pattern):
        """Reads on until a line matches; the match."""
        for line in self.process.stdout:
            self.seen.append(line)
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"no {pattern!r} in:\n{''.join(self.seen)}\n{self.process.stderr.read()}")

    def number(self):
        return "".join(self.until(r"match number: (\d{3}) (\d{3})").groups())

    def end(self):
        """(exit status, the narration, standard error)"""
        self.seen += self.process.stdout.readlines()
        error = self.process.stderr.read()
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()
        return code, "".join(self.seen), error


@pytest.fixture
def ann(server, name, tmp_path):
    """A company, a technician, and the command line as her phone: (server, email, options of the phone)."""
    company, email = name
    server.company(company)
    server.technician(company, email)
    key = tmp_path / "phone.key"
    enrolled = server.cli("device", "enrol", server.enrol_link(email), "--key-file", key, "--name", "Ann's phone")
    assert enrolled["account"] == email
    return server, email, ("--key-file", str(key))


def one_line(done, code, words):
    assert done.returncode == code, done
    assert done.stderr.count("\n") == 1 and words in done.stderr, done.stderr


@pytest.mark.parametrize("options", [(), ("--soap12",), ("--logout",)])
def test_a_whole_sign_in(ann, options):
    server, email, key = ann
    login = Login(server, email, *options)
    number = login.number()
    answer = server.cli("device", "approve", "--next", "--number", number, *key)
    assert answer["result"] == "OK" and answer["decision"] == "approve" and answer["account"] == email
    code, text, error = login.end()
    assert (code, error) == (0, "")
    assert "loginTwoFactorRet_Poll" in text and "loginTwoFactorRet_OK" in text and text.endswith("signed in\n")
    live = server.cli("session", "list", "--technician", email)["sessions"]
    assert len(live) == (0 if options == ("--logout",) else 1)


def test_login_as_a_document(ann):
    server, email, _ = ann
    code = server.cli("code", "recovery", email)["codes"][0]
    document = server.cli("login", email, "--password-file", "-", "--code", code, stdin=PASSWORD + "\n")
    assert document["ok"] is True and document["result"] == "loginTwoFactorRet_OK"
    assert [step["operation"] for step in document["steps"]] == ["loginTechnicianFromStandalone_v7_2",
                                                                 "twoFactorValidateCode"]


def test_login_refused(ann):
    server, email, _ = ann
    done = server.run("login", email, "--password-file", "-", stdin="wrong\n")
    one_line(done, 1, "login_v2_InvalidPassword")
    done = server.run("--json", "login", email, "--password-file", "-", stdin="wrong\n")
    assert done.returncode == 1
    assert json.loads(done.stdout)["ok"] is False
    one_line(server.run("login", email, "--password-file", "-", "--code", "000000", stdin=PASSWORD + "\n"), 1, "InvalidCode")


@pytest.mark.parametrize("verb, word", [("reject", "reject"), ("not-me", "not-me")])
def test_the_phone_says_no(ann, verb, word):
    server, email, key = ann
    login = Login(server, email)
    login.number()
    waiting = server.cli("device", "pending", *key)["challenges"]
    assert len(waiting) == 1 and waiting[0]["account"] == email and waiting[0]["console"].startswith("countersign/")
    fetched = server.cli("device", "fetch", waiting[0]["challenge"], *key)
    assert fetched["source"] == waiting[0]["source"]
    assert server.cli("device", verb, waiting[0]["challenge"], *key)["decision"] == word
    code, text, error = login.end()
    assert code == 1 and "loginTwoFactorRet_TwoFactorRejected" in text + error
    one_line(server.run("device", verb, waiting[0]["challenge"], *key), 1, "AlreadyAnswered")


def test_a_wrong_number(ann):
    server, email, key = ann
    login = Login(server, email)
    number = login.number()
    done = server.run("--json", "device", "approve", "--next", "--number", wrong_number(number), *key)
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert document["result"] == "WrongNumber" and document["tries_left"] == 2
    done = server.run("device", "approve", "--next", "--number", wrong_number(number), *key)
    one_line(done, 1, "WrongNumber")
    server.cli("device", "approve", "--next", "--number", number, *key)
    assert login.end()[0] == 0


def test_watching(server, name, tmp_path):
    company, email = name
    server.company(company, push_number="off")
    server.technician(company, email)
    key = ("--key-file", str(tmp_path / "phone.key"))
    server.cli("device", "enrol", server.enrol_link(email), *key)
    watcher = subprocess.Popen([CLI, "--json", "device", "watch", "--once", "--approve", *key], env=server.env,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert "watching" in watcher.stderr.readline()
    assert Login(server, email).end()[0] == 0
    out, _ = watcher.communicate(timeout=PATIENCE)
    assert watcher.returncode == 0
    assert [answer["result"] for answer in json.loads(out)["answers"]] == ["OK"]


class Hostile(http.server.BaseHTTPRequestHandler):
    """A server that has one challenge, and whose words move the cursor of a terminal."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        url = "http://%s:%d" % self.server.server_address
        words = ("sChallengeId", "sNonce", "sCompany", "sAccount", "sPurpose", "sConsole", "sSource", "sCreated", "sExpires")
        challenge = {**{word: EVIL for word in words}, "sAudience": url}
        answer = {"result": "OK", "aChallenges": [challenge]} if self.path.endswith("/pending") else {"result": EVIL}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


EVIL = "\x1b]0;owned\x07\x1b[2J"


def test_no_word_of_a_hostile_server_reaches_the_terminal_as_it_is(ann, tmp_path):
    server, _, key = ann
    with http.server.HTTPServer(("127.0.0.1", 0), Hostile) as hostile:
        threading.Thread(target=hostile.serve_forever).start()
        own = json.loads(Path(key[1]).read_text(encoding="utf-8"))
        own |= {"url": "http://127.0.0.1:%d" % hostile.server_address[1], "account": EVIL}
        other = tmp_path / "hostile.key"
        other.write_text(json.dumps(own), encoding="utf-8")
        other.chmod(0o600)
        watcher = subprocess.Popen([CLI, "device", "watch", "--approve", "--key-file", str(other)], env=server.env, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        said = [watcher.stdout.readline() for _ in range(5)]
        watcher.send_signal(signal.SIGINT)
        said.append(watcher.communicate(timeout=PATIENCE)[0])
        hostile.shutdown()
    assert "\x1b" not in "".join(said) and "\x07" not in "".join(said), said
    assert "".join(said).count("owned") >= 3, "what it says is shown"


def test_watching_ends_at_a_signal(ann):
    server, _, key = ann
    watcher = subprocess.Popen([CLI, "device", "watch", *key], env=server.env, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    assert "watching" in watcher.stdout.readline()
    watcher.send_signal(signal.SIGINT)
    assert watcher.communicate(timeout=PATIENCE)[1] == ""
    assert watcher.returncode == 0


def test_an_interrupted_login_takes_its_push_back(ann):
    server, email, key = ann
    login = Login(server, email)
    login.number()
    login.until("loginTwoFactorRet_Poll")
    login.process.send_signal(signal.SIGINT)
    code, _, error = login.end()
    assert code == 1 and error == "countersign: interrupted; the push was taken back\n"
    assert server.cli("device", "pending", *key)["challenges"] == []
    one_line(server.run("device", "approve", "--next", *key), 1, "no challenge is pending")


def test_the_key_file_is_the_owners_alone(ann):
    server, _, key = ann
    path = key[1]
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    os.chmod(path, 0o640)
    one_line(server.run("device", "pending", *key), 2, "chmod 600")
    os.chmod(path, 0o600)
    assert server.cli("device", "pending", *key)["challenges"] == []


def test_a_link_is_good_once(ann, tmp_path):
    server, email, _ = ann
    link = server.enrol_link(email)
    server.cli("device", "enrol", link, "--key-file", tmp_path / "second.key")
    one_line(server.run("device", "enrol", link, "--key-file", tmp_path / "third.key"), 1, "UnknownTicket")
    assert not (tmp_path / "third.key").exists()
    done = server.run("device", "enrol", server.enrol_link(email), "--key-file", tmp_path / "second.key")
    one_line(done, 2, "never overwritten")


def test_the_operator_sees_the_fingerprint_that_the_phone_shows(ann, tmp_path):
    server, email, _ = ann
    enrolled = server.cli("device", "enrol", server.enrol_link(email), "--key-file", tmp_path / "second.key")
    listed = server.cli("device", "list", "--technician", email)["devices"]
    assert enrolled["fingerprint"] in [device["fingerprint"] for device in listed]
    assert enrolled["device"] in [device["id"] for device in listed]


def test_a_phone_forgets_itself(ann):
    server, email, key = ann
    one_line(server.run("device", "forget", "--yes", *key), 1, "LastFactor")
    assert os.path.exists(key[1])
    other = server.phone(email, "another")
    removed = server.cli("device", "forget", "--yes", *key)["removed"]
    assert not os.path.exists(key[1])
    assert [d["id"] for d in server.cli("device", "list", "--technician", email)["devices"]] == [other.id]
    assert server.cli("device", "show", removed)["state"] == "removed"


def test_a_disabled_phone_answers_nothing(ann):
    server, email, key = ann
    device = server.cli("device", "list", "--technician", email)["devices"][0]
    assert server.cli("device", "set", device["id"], "--name", "Old phone")["name"] == "Old phone"
    server.cli("device", "disable", device["id"])
    one_line(server.run("device", "pending", *key), 1, "UnknownDevice")
    server.cli("device", "enable", device["id"])
    assert server.cli("device", "pending", *key)["challenges"] == []
    server.cli("device", "remove", "--yes", device["id"])
    with pytest.raises(Refused) as refused:
        server.cli("device", "enable", device["id"])
    assert refused.value.code == 1


def test_a_new_password_at_login(ann):
    server, email, key = ann
    code = server.cli("code", "recovery", email)["codes"][0]
    path = key[1] + ".new"
    with open(path, "w", encoding="utf-8") as out:
        out.write("another harbour, 8 boats\n")
    document = server.cli("login", email, "--password-file", "-", "--new-password-file", path, "--code", code,
                          stdin=PASSWORD + "\n")
    assert document["ok"] is True
    one_line(server.run("login", email, "--password-file", "-", stdin=PASSWORD + "\n"), 1, "InvalidPassword")


def test_operators_work_beside_and_without_the_daemon(own_server):
    server = own_server()
    server.company("acme")
    server.stop()
    server.technician("acme", "ann@acme.example")
    assert server.cli("technician", "show", "ann@acme.example")["company"] == "acme"
    one_line(server.run("login", "ann@acme.example", "--password-file", "-", stdin=PASSWORD + "\n"), 3, "127.0.0.1")
    assert server.cli("audit", "verify")["ok"] is True


def self_signed(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=1))
                   .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
                   .sign(key, hashes.SHA256()))
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    paths[1].chmod(0o600)
    return paths


def test_tls_is_verified(own_server, tmp_path):
    certificate, key = self_signed(tmp_path)
    port = free_port()
    server = own_server({("server", "listen"): f"127.0.0.1:{port}", ("server", "public_url"): f"https://127.0.0.1:{port}",
                         ("tls", "certificate"): certificate, ("tls", "key"): key})
    server.company("acme")
    server.technician("acme", "ann@acme.example")
    phone = ("--key-file", tmp_path / "phone.key", "--ca", certificate)
    link = server.enrol_link("ann@acme.example")
    one_line(server.run("device", "enrol", link, "--key-file", tmp_path / "phone.key"), 3, "certificate")
    server.cli("device", "enrol", link, *phone)
    one_line(server.run("login", "ann@acme.example", "--password-file", "-", stdin=PASSWORD + "\n"), 3, "certificate")
    login = Login(server, "ann@acme.example", "--ca", str(certificate))
    server.cli("device", "approve", "--next", "--number", login.number(), *phone)
    assert login.end()[0] == 0


def test_worker_and_command_line_name_the_same_address(own_server, tmp_path):
    """With a certificate and without public_url, links of both are https, and a phone can enrol with one of the command line's."""
    certificate, key = self_signed(tmp_path)
    server = own_server({("server", "public_url"): "", ("tls", "certificate"): certificate, ("tls", "key"): key})
    server.company("acme")
    server.technician("acme", "ann@acme.example")
    address = f"https://127.0.0.1:{server.port}"
    login = server.run("login", "ann@acme.example", "--password-file", "-", "--ca", certificate, stdin=PASSWORD + "\n")
    assert f"{address}/approve/#" in login.stdout + login.stderr, login
    link = server.enrol_link("ann@acme.example")
    assert link.startswith(f"{address}/approve/#")
    server.cli("device", "enrol", link, "--key-file", tmp_path / "phone.key", "--ca", certificate)
    assert f'location="{address}/' in server.run("wsdl").stdout


LOCAL = "countersign: warning: links and QR codes are for {}, which is this machine: no other device can open them. Set public_url "
ROOT = "warning: server.user is empty: "


def warnings_of_init(server):
    """What `init` says on standard error for a store that does not exist yet."""
    for name in ("path", "key_file"):
        os.unlink(server.settings[("store", name)])
    done = server.run("init")
    assert done.returncode == 0, done
    return done.stderr


def test_links_that_no_phone_can_open_are_warned_of(own_server):
    server = own_server(start=False)
    warning = LOCAL.format(f"http://127.0.0.1:{server.port}")
    assert warning in warnings_of_init(server)
    server.company("acme")
    server.technician("acme", "ann@acme.example")
    for words in (["enrol", "ann@acme.example"], ["--json", "enrol", "ann@acme.example"]):
        done = server.run(*words)
        assert done.returncode == 0 and warning in done.stderr and "warning" not in done.stdout, done
    server.settings[("server", "public_url")] = "https://sign-in.example.com"
    server.write_config()
    assert server.run("enrol", "ann@acme.example").stderr == ""
    assert "links and QR codes" not in warnings_of_init(server)


def test_root_is_warned_of_a_server_that_would_run_as_root(own_server):
    server = own_server(start=False)
    is_root = os.geteuid() == 0
    assert (ROOT in warnings_of_init(server)) == is_root
    assert (ROOT in server.run("config", "check").stdout) == is_root
    assert any(ROOT in line for line in server.cli("config", "check")["warnings"]) == is_root
    server.settings[("server", "user")] = "nobody"
    server.write_config()
    assert ROOT not in server.run("config", "check").stdout
    assert ROOT not in warnings_of_init(server)


def at_terminal(server, arguments, typed):
    return typed_at_terminal([CLI, "-c", server.config, *arguments], server.env, typed)


def typed_at_terminal(command, env, typed):
    """Runs a command at a terminal of its own and types each answer when its question is there: (exit status, screen)."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(command[0], command, env)
    screen = b""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:  # the terminal's other side is closed
            break
        if not more:
            break
        screen += more
        while typed and typed[0][0].encode() in screen:
            os.write(terminal, typed.pop(0)[1].encode())
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), screen.decode()


def test_passwords_are_asked_for_without_echo(ann):
    server, email, _ = ann
    new = "a third harbour, 3 boats"
    code, screen = at_terminal(server, ["technician", "reset", email, "--keep"],
                               [("New password:", new + "\n"), ("The same again:", new + "\n")])
    assert code == 0 and new not in screen
    code, screen = at_terminal(server, ["technician", "reset", email],
                               [("New password:", new + "\n"), ("The same again:", "else\n")])
    assert code == 2 and "the two passwords differ" in screen
    code, screen = at_terminal(server, ["technician", "reset", email], [("New password:", "\x03")])
    assert code == 1 and "interrupted" in screen
    done = server.run("login", email, "--password-file", "-", "--code", "000000", stdin=new + "\n")
    one_line(done, 1, "InvalidCode")


@pytest.mark.parametrize("arguments, options", [
    (["technician", "add", "bob@example.com"], "--password-file or --generate"), (["login", "bob@example.com"], "--password-file"),
])
def test_a_password_that_cannot_be_asked_for(ann, arguments, options):
    server = ann[0]
    if arguments[0] == "technician":
        arguments = [*arguments, "--company", server.cli("company", "list")["companies"][0]["name"]]
    done = subprocess.run([CLI, "-c", server.config, *arguments], env=server.env, stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=PATIENCE, check=False, start_new_session=True)
    one_line(done, 2, f"use {options}")


@pytest.mark.parametrize("content, fault", [
    ("a quiet harbour, 7 boats\n".encode("utf-16"), "is not UTF-8"), ("ein stiller Hafen für 7 Boote\n".encode("latin-1"), "is not UTF-8"),
    (b"\xef\xbb\xbf\n", "is empty"),
])
def test_a_password_file_that_holds_none(ann, tmp_path, content, fault):
    server, email, _ = ann
    path = tmp_path / "password"
    path.write_bytes(content)
    one_line(server.run("technician", "reset", email, "--password-file", path), 2, fault)


# What cannot be undone, with the words that name its object, and how the question goes on.
FINAL = {
    "device forget": (None, "remove this device from its account"),
    "device remove": ("{device}", "remove the device {device}, 'another', of {email}"),
    "code remove": ("{email}", "remove the authenticator of {email}"),
    "operator delete": ("o.{email}", "delete the operator o.{email}"),
    "token revoke": ("{company}", "revoke the token {company}"),
    "technician delete": ("{email}", "delete the account {email}"),
}


def test_what_cannot_be_undone_is_asked_first(own_server, tmp_path):
    server = own_server({("server", "public_url"): "http://localhost:{port}"})
    company, email, key = server.company("acme"), "ann@acme.example", tmp_path / "phone.key"
    server.technician(company, email)
    server.cli("device", "enrol", server.enrol_link(email), "--key-file", key, "--name", "Ann's phone")
    device = server.phone(email, "another").id
    server.cli("code", "totp", email, "--qr", "no")
    for prefix in ("o.", "p."):  # the last owner cannot be deleted
        server.cli("operator", "add", prefix + email, "--role", "owner")
    server.cli("token", "add", company, "--role", "auditor")
    known = {"email": email, "device": device, "company": company}
    for command, (word, deed) in FINAL.items():
        words = command.split() + ([word.format(**known)] if word else ["--key-file", str(key)])
        deed = deed.format(**known)
        before = server.cli("audit", "list")["events"]
        one_line(server.run(*words), 2, f"to {deed}")
        one_line(server.run(*words), 2, "give --yes")
        for answer in ("no\n", "\n", "yess\n"):
            code, screen = at_terminal(server, words, [("(yes or no)", answer)])
            assert code == 1 and deed in screen and "nothing was changed" in screen, screen
        assert server.cli("audit", "list")["events"] == before and (key.exists() or command != "device forget")
        code, screen = at_terminal(server, words, [("(yes or no)", "yes\n")])
        assert code == 0, screen
        assert len(server.cli("audit", "list")["events"]) > len(before)


def test_each_command_that_asks_is_among_these():
    table = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/cli/cmds.def")
    with open(table, encoding="utf-8") as rows:
        text = rows.read()
    asking = set(re.findall(r"^YES_OPTION\((\w+)\)", text, re.M))
    commands = {f"{group} {verb}" for group, verb, handler in re.findall(r'COMMAND\("([\w-]*)", "([\w-]*)", (\w+)', text) if handler in asking}
    assert commands == set(FINAL)


def test_the_beginning_of_an_id_is_enough_where_it_is_the_only_one(ann):
    server, email, _ = ann
    device = server.cli("device", "list", "--technician", email)["devices"][0]["id"]
    others = [d["id"] for d in server.cli("device", "list")["devices"] if d["id"] != device]
    digits = next(n for n in range(4, len(device) + 1) if not any(other.startswith(device[:n]) for other in others))
    assert server.cli("device", "show", device[:digits])["id"] == device
    one_line(server.run("device", "show", device[:3]), 2, "there is no device")
    one_line(server.run("device", "show", "12a"), 2, "not the id of any device")
    one_line(server.run("device", "show", "-1"), 2, "there is no option")
    server.cli("device", "remove", "--yes", device[:digits])
    one_line(server.run("device", "show", device[:digits]), 2, "there is no device")
    assert server.cli("device", "show", device)["state"] == "removed", "a whole id names a removed one, too"


def test_colours_are_for_terminals(own_server):
    server, colour = own_server(), "\033["
    server.env_extra.update(TERM="xterm", NO_COLOR="")
    assert colour in at_terminal(server, ["status"], [])[1] and colour not in server.run("status").stdout
    assert colour not in at_terminal(server, ["--json", "status"], [])[1]
    for given in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb", "NO_COLOR": ""}):
        server.env_extra.update(given)
        assert colour not in at_terminal(server, ["status"], [])[1]


INVISIBLE = {"zero-width space": "\u200b", "joiner": "\u200d", "non-joiner": "\u200c", "left-to-right mark": "\u200e",
             "word joiner": "\u2060", "byte order mark": "\ufeff", "override": "\u202e", "isolate": "\u2066",
             "Arabic letter mark": "\u061c", "soft hyphen": "\u00ad", "filler": "\u3164", "tag": "\U000e0041",
             "variation selector": "\ufe0f", "grapheme joiner": "\u034f", "private use": "\ue000"}


def test_no_name_or_address_hides_a_mark(own_server):
    server = own_server({("server", "public_url"): "http://localhost:{port}"})
    phone = server.ready("acme", "ann@acme.example")
    for what, mark in INVISIBLE.items():
        name = f"An{mark}n"
        for words in (["technician", "set", "ann@acme.example", "--name", name], ["device", "set", phone.id, "--name", name],
                      ["company", "set", "acme", "--title", name], ["operator", "add", f"o{mark}@acme.example", "--role", "auditor"]):
            one_line(server.run(*words), 2, "")
        added = server.run("technician", "add", f"an{mark}n@acme.example", "--company", "acme", "--no-password")
        one_line(added, 2, "is not an e-mail address")
        if what != "private use":  # where an account is looked up they are dropped: the one that is meant
            assert server.cli("technician", "show", f"an{mark}n@acme.example")["email"] == "ann@acme.example"
    for words in (["operator", "add", "o@acme.example", "--role", "auditor", "--name", "O\u200b"], ["company", "add", "new", "--title", "N\u200b"],
                  ["technician", "add", "new@acme.example", "--company", "acme", "--no-password", "--name", "N\u200b"]):
        one_line(server.run(*words), 2, "")


def test_a_name_keeps_the_joiners_that_change_its_look(ann):
    server, email, _ = ann
    for name in ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0915\u094d\u200d\u0937", "\u5c71\u7530\u3000\u592a\u90ce"):
        assert server.cli("technician", "set", email, "--name", name)["name"] == name
    for name in ("\u0631\u200c\u0639", "a\u200cb", "\u3000", "\u5c71\u3000", "\u2800", "\u0915\u200d"):
        one_line(server.run("technician", "set", email, "--name", name), 2, "printable")
