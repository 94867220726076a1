# SPDX-License-Identifier: Apache-2.0
"""`countersign setup` and `countersign doctor`, in a folder of one's own: what they make, what they leave alone, what they find.
The machine's own server (account, service) is what tests/packages is about."""

import contextlib
import json
import os
import re
import sqlite3
import ssl
import subprocess
import urllib.request

import pytest

from countersign import CLI, PASSWORD, PATIENCE, Server, free_port
from test_cli import typed_at_terminal
from test_service import certificate


class Place:
    """A folder that is to become a server."""

    def __init__(self, path):
        self.path = path
        self.port = free_port()
        self.config = str(path / "countersign.conf")

    def run(self, *args, stdin=PASSWORD + "\n"):
        return subprocess.run([CLI, *map(str, args)], input=stdin, text=True, capture_output=True, timeout=PATIENCE, check=False,
                              start_new_session=True)

    def setup(self, *args):
        return self.run("setup", "--folder", self.path, *args)

    def trial(self, *args):
        return self.setup("--trial", "--name", "127.0.0.1", "--listen", f"127.0.0.1:{self.port}", "--company", "acme",
                          "--technician", "ann@acme.example", "--password-file", "-", "--keep", *args)

    def files(self):
        """Every file and folder: mode, and bytes but those of the database, which every opening touches."""
        found = {}
        for folder, _, names in os.walk(self.path):
            found[folder] = oct(os.stat(folder).st_mode)
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[path] = oct(os.stat(path).st_mode), "" if ".db" in name else file.read()
        return found


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "server")


@pytest.fixture
def started(place, tmp_path):
    """A server out of what setup has made."""
    servers = []

    def start():
        folder = tmp_path / "harness"
        folder.mkdir(exist_ok=True)
        server = Server.__new__(Server)
        server.folder, server.config = str(folder), place.config
        server.log_file, server.port, server.process = str(folder / "log"), place.port, None
        server.__class__ = type("Made", (Server,), {"env": dict(os.environ)})
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        assert server.stop() == 0, server.log()


def findings(place, *args):
    done = place.run("--json", "-c", place.config, "doctor", *args)
    found = json.loads(done.stdout)
    return done.returncode, {one["check"]: one for one in found["checks"]}


def test_one_command_makes_a_server_whose_first_phone_can_enrol(place, started):
    done = place.trial()
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("ERROR") == 0
    link = re.search(r"https://127\.0\.0\.1:\d+/approve/#\S+", done.stdout).group()
    assert "█" in done.stdout and "trial" in done.stdout and str(place.port) in link
    program, config = re.search(r"^Start the server:  (/\S+) -c (\S+)$", done.stdout, re.M).groups()
    assert subprocess.run([program, "--check-config", "-c", config], capture_output=True, check=False).returncode == 0
    started()
    context = ssl.create_default_context(cafile=str(place.path / "trial/certificate.pem"))
    with urllib.request.urlopen(f"https://127.0.0.1:{place.port}/healthz", context=context, timeout=PATIENCE) as answer:
        assert answer.status == 200
    ca = ("--ca", place.path / "trial/certificate.pem")
    enrolled = place.run("-c", place.config, "device", "enrol", link, "--key-file", place.path / "phone", *ca)
    assert enrolled.returncode == 0, enrolled.stderr
    code, found = findings(place)
    assert found["reach"]["state"] == "warning" and "does not trust" in found["reach"]["text"]
    assert (code, found["key"]["state"], found["configuration"]["state"]) == (0, "right", "right"), found


def test_four_questions_and_a_password_make_a_server(place, started):
    code, screen = typed_at_terminal(
        [CLI, "setup", "--folder", str(place.path), "--listen", f"127.0.0.1:{place.port}"], dict(os.environ),
        [("Name of the server", "sign-in.example.com\n"), ("Certificate chain", "proxy\n"), ("First company", "acme\n"),
         ("First technician", "ann@acme.example\n"), ("assword", PASSWORD + "\n"), ("again", PASSWORD + "\n")])
    assert code == 0 and PASSWORD not in screen, screen
    assert "https://sign-in.example.com/approve/#" in screen
    server = started()
    assert server.cli("technician", "show", "ann@acme.example")["company"] == "acme"


def test_a_second_run_changes_nothing_and_says_what_is_there(place):
    assert place.trial().returncode == 0
    before = place.files()
    again = place.setup()
    assert again.returncode == 0, again.stderr
    assert place.files() == before
    assert "made " not in again.stdout and "present  the configuration" in again.stdout
    assert "/approve/#" not in again.stdout, "no second link"


@pytest.mark.parametrize("option", [("--name", "other.example"), ("--certificate", "/other.pem")])
def test_options_against_what_is_there_are_refused(place, option):
    assert place.trial().returncode == 0
    before = place.files()
    again = place.setup(*option)
    assert again.returncode == 2 and option[0] in again.stderr and "nothing was changed" in again.stderr
    assert place.files() == before


def test_a_run_that_was_interrupted_is_completed(place):
    assert place.trial().returncode == 0
    for name in ("store", "key"):
        subprocess.run(["rm", "-r", str(place.path / name)], check=True)
    assert place.trial().returncode == 0
    assert findings(place)[1]["key"]["state"] == "right"


def test_a_lost_key_or_database_is_not_replaced(place):
    assert place.trial().returncode == 0
    os.unlink(place.path / "key/countersign.key")
    again = place.trial()
    assert again.returncode == 3 and "from its backup" in again.stderr
    assert not (place.path / "key/countersign.key").exists()


def test_a_key_beside_the_database_is_refused(place):
    place.path.mkdir()
    (place.path / "countersign.conf").write_text(f"[server]\nlisten = 127.0.0.1:{place.port}\n[store]\n"
                                                 f"path = {place.path}/a.db\nkey_file = {place.path}/b.key\n")
    done = place.setup("--company", "acme", "--technician", "ann@acme.example", "--generate")
    assert done.returncode == 2 and "folder of its own" in done.stderr, done.stderr
    assert not (place.path / "a.db").exists() and not (place.path / "b.key").exists()


def test_a_certificate_of_ones_own_and_a_proxy(place, tmp_path):
    pair = certificate(tmp_path, "own")
    account = ("--company", "acme", "--technician", "ann@acme.example", "--generate")
    done = place.setup("--name", "127.0.0.1", "--certificate", pair[0], "--key", pair[1], *account)
    assert done.returncode == 0, done.stderr
    text = (place.path / "countersign.conf").read_text()
    assert f"certificate = {pair[0]}" in text and "public_url = https://127.0.0.1:8443\n" in text
    assert "password" in done.stdout
    behind = Place(tmp_path / "behind")
    done = behind.setup("--name", "sign-in.example.com", "--certificate", "proxy", *account)
    assert done.returncode == 0, done.stderr
    text = (behind.path / "countersign.conf").read_text()
    assert "public_url = https://sign-in.example.com\n" in text and "[tls]" not in text and "trusted_proxies" in text


@pytest.mark.parametrize("name", ["two\nlines = 1", "no/such", "", "a b"])
def test_a_name_that_cannot_be_one_makes_nothing(place, name):
    done = place.setup("--name", name, "--trial", "--company", "acme", "--technician", "ann@acme.example", "--generate")
    assert done.returncode == 2, done.stderr
    assert not os.path.exists(place.config)


def test_without_a_terminal_what_is_missing_is_named(place):
    done = place.setup("--name", "sign-in.example.com", "--certificate", "proxy")
    assert done.returncode == 2 and "--company" in done.stderr


def test_doctor_names_what_is_wrong_and_what_to_do(place):
    assert place.trial().returncode == 0
    os.chmod(place.config, 0o666)
    os.chmod(place.path / "store", 0o755)
    code, found = findings(place)
    assert code == 1
    assert found["modes"]["advice"] in ("chmod go-w it", "chmod 700 it")
    assert found["reach"]["state"] == "wrong" and found["reach"]["advice"], "no server runs"
    os.chmod(place.config, 0o644)
    with open(place.config, "a", encoding="utf-8") as config:
        config.write("[log]\nlevel = loud\n")
    code, found = findings(place)
    assert code == 1 and "level" in found["configuration"]["text"]
    assert list(found) == ["configuration"], "what cannot be read is not judged"


def test_doctor_notices_a_key_of_another_database(place, tmp_path):
    other = Place(tmp_path / "other")
    assert place.trial().returncode == 0 and other.trial().returncode == 0
    os.replace(other.path / "key/countersign.key", place.path / "key/countersign.key")
    code, found = findings(place)
    assert code == 1 and found["key"]["state"] == "wrong" and "not this database's key" in found["key"]["text"]


def test_doctor_names_what_is_stored_and_would_be_refused_today(place):
    assert place.trial().returncode == 0
    with contextlib.closing(sqlite3.connect(next((place.path / "store").glob("*.db")))) as store, store:
        store.execute("UPDATE technician SET name = 'An\u200bn'")
    code, found = findings(place)
    assert found["names"]["state"] == "warning" and "An\u200bn" not in found["names"]["text"]
    assert found["names"]["text"] == "'An\\u{200b}n' would be refused today"
    assert found["names"]["advice"] == "countersign technician set --name NAME ann@acme.example"
    assert place.run("-c", place.config, *found["names"]["advice"].split()[1:]).returncode == 0
    assert findings(place)[1]["names"]["state"] == "right"


def test_doctor_for_people_says_the_same(place):
    assert place.trial().returncode == 0
    done = place.run("-c", place.config, "doctor")
    assert done.returncode == 1 and re.search(r"^right +key ", done.stdout, re.M) and re.search(r"^wrong +reach ", done.stdout, re.M)
    assert "must be put right" in done.stderr
