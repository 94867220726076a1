# SPDX-License-Identifier: Apache-2.0
"""The store from the operator's side: its own key, and the messages when it cannot be used."""

import concurrent.futures
import contextlib
import os
import re
import shutil
import sqlite3
import stat
import subprocess

import pytest

from countersign import DAEMON, PASSWORD, PATIENCE, Refused
from test_processes import fill, small_disk  # noqa: F401 (a fixture)


def start(server):
    """A start that must fail; returns the daemon's message."""
    done = subprocess.run([DAEMON, "-c", server.config], capture_output=True, text=True, timeout=PATIENCE, check=False,
                          env=server.env)
    assert done.returncode != 0
    return done.stderr


def refused_everywhere(server, words, *, init=False):
    """The same words from the daemon and the command line; `init` is suggested only if it helps."""
    said = start(server)
    with pytest.raises(Refused) as refused:
        server.cli("company", "list")
    assert refused.value.code == 3
    assert words in said and words in refused.value.text
    assert ("countersign init" in said) == init, said


def other_key(server):
    """Replaces the server's key with a well-formed one of another server; returns the original."""
    path = server.settings["store", "key_file"]
    with open(path, encoding="ascii") as key:
        own = key.read()
    with open(path, "w", encoding="ascii") as key:
        key.write("A" * 42 + "E\n")
    return own


def put_key(server, key):
    with open(server.settings["store", "key_file"], "w", encoding="ascii") as out:
        out.write(key)


def forget_check(server):
    """As in a database that an earlier version made."""
    with contextlib.closing(sqlite3.connect(server.settings["store", "path"])) as store, store:
        assert store.execute("DELETE FROM meta WHERE name = 'key_check'").rowcount == 1


@pytest.mark.parametrize("made_by", ["this version", "an earlier one with a seed", "an earlier one with a push"])
def test_the_key_of_another_database_is_refused(own_server, name, made_by):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    if "seed" in made_by:
        server.cli("code", "totp", email, "--qr", "no")
    if "push" in made_by:
        server.console().begin(email)
        server.advance(61)
    server.stop()
    if "earlier" in made_by:
        forget_check(server)
    own = other_key(server)
    refused_everywhere(server, "is not this database's key")
    for command in (["technician", "add", "bob@x.example", "--company", company, "--generate"], ["audit", "verify"], ["upgrade"]):
        with pytest.raises(Refused, match="is not this database's key"):
            server.cli(*command)
    put_key(server, own)
    server.start()
    assert server.console().sign_in(email, phone).result == "OK"


def test_the_kept_value_is_no_key(own_server):
    server = own_server()
    with contextlib.closing(sqlite3.connect(server.settings["store", "path"])) as store:
        kept = store.execute("SELECT value FROM meta WHERE name = 'key_check'").fetchone()[0]
    with open(server.settings["store", "key_file"], encoding="ascii") as key:
        assert len(kept) == 43 and kept != key.read().strip()


def test_a_missing_database(own_server):
    server = own_server(start=False)
    os.unlink(server.settings["store", "path"])
    refused_everywhere(server, "there is no database", init=True)


def test_a_newer_schema(own_server):
    server = own_server(start=False)
    with contextlib.closing(sqlite3.connect(server.settings["store", "path"])) as store, store:
        store.execute("UPDATE meta SET value = '99' WHERE name = 'schema_version'")
    refused_everywhere(server, "schema version 99")


@pytest.mark.parametrize("damage, words", [(b"x" * 100, "is not a database: restore a backup"),
                                           (None, "is damaged: stop the server and restore a backup")])
def test_a_corrupt_file(own_server, damage, words):
    server = own_server(start=False)
    path = server.settings["store", "path"]
    with open(path, "r+b") as store:
        if damage is None:  # the root of the schema: every page but the header of the first
            store.seek(100)
            damage = b"\xff" * (os.path.getsize(path) - 100)
        store.write(damage)
    refused_everywhere(server, words)


IMPOSSIBLE = [("technician", "is_technician", 2), ("technician", "role_on", "yes"), ("technician", "password_must_change", b"1"),
              ("technician", "locked_at", "never"), ("company", "enterprise_on", -1), ("company", "state", "Active"),
              ("login", "password_known", 0.5), ("login", "token_digest", None), ("challenge", "number_required", 2),
              ("challenge", "answered_by", 0), ("challenge", "nonce", "text")]


def test_a_value_that_cannot_be_opens_no_door(own_server, name):
    company, email = name
    server = own_server()
    phone, console = server.ready(company, email), server.console()
    token, push = console.begin(email)
    phone.approve(push.sMatchNumber)
    with contextlib.closing(sqlite3.connect(server.settings["store", "path"], isolation_level=None)) as store:
        store.execute("PRAGMA ignore_check_constraints = ON")
        for table, column, value in IMPOSSIBLE:
            own = store.execute(f"SELECT {column} FROM {table}").fetchall()
            assert len(own) == 1
            if value is None:  # a digest of another length: found by nothing
                value = own[0][0][:31]
            store.execute(f"UPDATE {table} SET {column} = ?", [value])
            assert console.check(token, push.sPushToken).result in ("UnknownError", "InvalidToken"), (table, column)
            store.execute(f"UPDATE {table} SET {column} = ?", own[0])
    server.wait_log("the database has a wrong value for role_on")
    assert console.check(token, push.sPushToken).result == "OK"


def test_a_read_only_file_system(small_disk, own_server):  # noqa: F811
    server = own_server({("store", "path"): small_disk / "countersign.db"}, start=False)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    refused_everywhere(server, "is on a read-only file system")
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    server.start()


def test_a_full_disk(small_disk, own_server):  # noqa: F811
    server = own_server({("store", "path"): small_disk / "countersign.db"}, start=False)
    fill(small_disk / "filler")
    with pytest.raises(Refused, match="no space left") as refused:
        server.cli("company", "add", "acme")
    assert refused.value.code == 3
    refused_everywhere(server, "no space left")
    os.unlink(small_disk / "filler")
    server.company("acme")


def restored(server, backup, own_server):
    """A new server with the copy, and the key that was kept separately."""
    other = own_server(start=False)
    for path, suffix in ((other.settings["store", "path"], "-wal"), (other.settings["store", "path"], "-shm")):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + suffix)
    shutil.copy(backup, other.settings["store", "path"])
    with open(server.settings["store", "key_file"], encoding="ascii") as key:
        put_key(other, key.read())
    return other


def test_a_backup_is_restored_into_a_new_server(own_server, name, tmp_path):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    assert server.console().sign_in(email, phone).result == "OK"
    path = tmp_path / "copy.db"
    made = server.cli("backup", path)
    assert made == {"file": str(path), "schema_version": 7, **events_of(server)}
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert {file for file in os.listdir(tmp_path) if file.startswith("copy")} == {"copy.db"}
    server.cli("technician", "lock", email)  # after the copy

    other = restored(server, path, own_server)
    assert events_of(other) == events_of_document(made)
    other.start()
    phone.server = other
    phone.audience = server.settings["server", "public_url"]
    assert other.console().login(email).result == "OkTwoFactorAuthenticationRequired"
    assert phone.pending() == []


def events_of(server):
    return events_of_document(server.cli("audit", "verify"))


def events_of_document(document):
    return {"events": document["events"], "digest": document["digest"]}


def test_a_backup_overwrites_nothing(own_server, tmp_path):
    server = own_server()
    path = tmp_path / "copy.db"
    path.write_bytes(b"mine")
    for target in (path, server.settings["store", "path"], server.settings["store", "key_file"]):
        with pytest.raises(Refused, match="nothing was changed"):
            server.cli("backup", target)
    assert path.read_bytes() == b"mine"
    server.cli("audit", "verify")


def test_a_backup_that_cannot_be_whole_is_none(own_server, small_disk, tmp_path, name):  # noqa: F811
    company, email = name
    server = own_server()
    server.ready(company, email)
    fill(small_disk / "filler")
    with pytest.raises(Refused, match="copy.db: no space left") as refused:
        server.cli("backup", small_disk / "copy.db")
    assert refused.value.code == 3 and os.listdir(small_disk) == ["filler"]
    server.cli("audit", "list")  # which seals
    with contextlib.closing(sqlite3.connect(server.settings["store", "path"])) as store, store:
        assert store.execute("UPDATE audit SET source = '192.0.2.9' WHERE seq = 3").rowcount == 1
    with pytest.raises(Refused, match="event 3 was changed") as refused:
        server.cli("backup", tmp_path / "copy.db")
    assert refused.value.code == 1 and not os.path.exists(tmp_path / "copy.db")


COMMANDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/cli/cmds.def")
# Those that write the database, with their arguments.
WRITERS = {
    "company add": ["other"], "company set": ["{company}", "--title", "Other"], "company disable": ["{company}"],
    "company enable": ["{company}"], "technician add": ["new@example.com", "--company", "{company}", "--no-password"],
    "technician set": ["{email}", "--name", "Other"], "technician disable": ["{email}"], "technician enable": ["{email}"],
    "technician lock": ["{email}"], "technician unlock": ["{email}"], "technician reset": ["{email}", "--generate"],
    "technician reset-password": ["{email}", "--generate"], "technician allow-self-enrolment": ["{email}"],
    "technician delete": ["{email}", "--yes"], "enrol": ["{email}", "--qr", "no"], "device add": ["{email}", "--qr", "no"],
    "device set": ["{device}", "--name", "Other"], "device disable": ["{device}"], "device enable": ["{device}"],
    "device remove": ["{device}", "--yes"], "policy set": ["{company}", "seats", "3"], "policy unset": ["{company}", "seats"],
    "address add": ["{company}", "deny", "192.0.2.1"], "address remove": ["{company}", "{rule}"],
    "code totp": ["{email}", "--qr", "no"], "code recovery": ["{email}"], "code remove": ["{email}", "--yes"],
    "operator add": ["new@example.com", "--role", "admin"], "operator set": ["{operator}", "--name", "Other"],
    "operator disable": ["{operator}"], "operator enable": ["{operator}"], "operator delete": ["{operator}", "--yes"],
    "operator link": ["{operator}"], "token add": ["other", "--role", "auditor"], "token revoke": ["{token}", "--yes"],
    "audit archive": ["{archive}", "--to", "3"], "session end": ["{session}"], "report take": ["{report}"], "technician import": ["{csv}", "--company", "{company}"],
}
# Those that read it, or make or bring up a database, while no other program uses it.
OTHERS = {
    "init", "upgrade", "backup", "restore", "db migrate", "db check", "config default", "config check", "company list", "company show", "technician list",
    "technician show", "device list", "device show", "policy list", "address list", "session list", "audit list", "audit verify",
    "audit prove", "audit checkpoint", "audit export",
    "wsdl", "completion bash", "completion zsh", "completion fish", "stats", "audit follow", "explain", "doctor", "setup",
    "operator list", "operator show", "token list", "report list", "status", "top",
}
# A console or a phone: clients of a server, with the time limits of client/http_client.c.
CLIENTS = {"login", "device enrol", "device pending", "device fetch", "device approve", "device reject", "device not-me",
           "device watch", "device forget"}


def test_no_command_waits_for_ever_while_another_program_holds_the_database(own_server, name, tmp_path):
    company, email = name
    server = own_server({("store", "busy_timeout"): "1s", ("server", "public_url"): "http://localhost:{port}"})
    phone = server.ready(company, email)
    assert server.console().sign_in(email, phone).result == "OK"
    server.console().begin(email)
    phone.report()
    server.cli("address", "add", company, "allow", "192.0.2.0/24")
    (tmp_path / "people.csv").write_text("email\nfresh@example.com\n", encoding="utf-8")
    server.cli("operator", "add", "owner@example.com", "--role", "owner")
    server.cli("operator", "add", email, "--role", "admin")
    server.cli("token", "add", company, "--role", "admin")
    values = {"company": company, "operator": email, "token": company, "email": email, "device": phone.id, "csv": tmp_path / "people.csv", "archive": tmp_path / "old.archive",
              "session": server.cli("session", "list")["sessions"][0]["id"],
              "rule": server.cli("address", "list", company)["rules"][0]["id"],
              "report": server.cli("report", "list")["reports"][0]["id"]}
    with open(COMMANDS, encoding="utf-8") as rows:
        found = {" ".join(filter(None, words)) for words in re.findall(r'^COMMAND\("([\w-]+)", "([\w-]*)"', rows.read(), re.M)}
    assert found == WRITERS.keys() | OTHERS | CLIENTS, "each command is of one kind"

    with contextlib.closing(sqlite3.connect(server.settings["store", "path"], isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            ended = {words: pool.submit(server.run, *words.split(), *(word.format(**values) for word in arguments),
                                        stdin=PASSWORD) for words, arguments in WRITERS.items()}
        said = {words: (done.result().returncode, done.result().stderr) for words, done in ended.items()}
        assert server.cli("technician", "show", email)["state"] == "active", "a reader does not wait"
        holder.execute("ROLLBACK")
    wrong = {words: out for words, out in said.items() if out[0] != 3 or "longer than store.busy_timeout" not in out[1]}
    assert wrong == {}
