# SPDX-License-Identifier: Apache-2.0
"""Backups, and what a restore makes of them, on SQLite and PostgreSQL: everything is there, and nothing that was open then, and
may have been used since, comes back to life."""

import contextlib
import http.client
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import threading
from xml.etree import ElementTree

import pytest

import postgres
from countersign import CLI, Refused
from operators import make_operator
from test_processes import fill, small_disk  # noqa: F401 (a fixture)
from test_results import totp
from test_upgrade import turn_back

KINDS = ("sqlite", "postgresql")


def place(kind, folder):
    """The settings of a store that does not exist yet."""
    return {("store", "path"): os.path.join(folder, "new.db")} if kind == "sqlite" else postgres.store()


def in_a_file(tmp_path):
    """The settings of a store in a file, whatever COUNTERSIGN_STORE says."""
    return {("store", "path"): tmp_path / "store.db"}


def use(server, settings):
    """The configuration names another store."""
    for key in (("store", "path"), ("store", "url")):
        server.settings.pop(key, None)
    server.settings.update({name: str(value) for name, value in settings.items()})
    server.write_config()


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_what_a_restore_makes_of_a_backup(own_server, name, tmp_path, source, target):
    company, email = name
    server = own_server(postgres.store() if source == "postgresql" else in_a_file(tmp_path))
    phone, console = server.ready(company, email), server.console()
    seed = server.cli("code", "totp", email, "--qr", "no")["uri"].split("secret=")[1].split("&")[0]
    recovery = server.cli("code", "recovery", email)["codes"][0]
    link = server.enrol_link(email).split("#", 1)[1]
    assert console.sign_in(email, phone).result == "OK"
    signed = phone.signed("device/noticed", {"sNoticeId": "x"})
    server.advance(31)
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"

    path = tmp_path / "copy.db"
    made = server.cli("backup", path)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600 and {file for file in os.listdir(tmp_path) if "copy" in file} == {"copy.db"}
    assert made == {"file": str(path), "schema_version": 7} | {key: server.cli("audit", "verify")[key] for key in ("events", "digest")}
    # What is used after the backup, and would be good again.
    assert console.settle(token, push.sPushToken).result == "OK"
    code = totp(seed, server.now())
    for one in (code, recovery):
        login = console.login(email)
        assert console.call("twoFactorValidateCode", sLoginToken=login.sLoginToken, sCode=one).result == "OK"
    assert phone.post("noticed", signed, phone.token)["result"] == "OK"
    assert server.phone(email).id
    server.stop()

    before = path.read_bytes()
    use(server, place(target, str(tmp_path)))
    done = server.cli("restore", path)
    assert (done["from_schema_version"], done["schema_version"], done["events"], done["digest"]) == (7, 7, made["events"], made["digest"])
    assert (done["ended_sessions"], done["void_enrolments"], done["void_recovery_codes"]) == (1, 1, 10)
    assert path.read_bytes() == before and not [file for file in os.listdir(server.folder) if "restoring" in file]
    if target == "sqlite":
        assert stat.S_IMODE(os.stat(tmp_path / "new.db").st_mode) == 0o600
        assert {file for file in os.listdir(tmp_path) if file.startswith("new")} == {"new.db"}
    with pytest.raises(Refused, match="only an empty database"):
        server.cli("restore", path)
    assert [row["event"] for row in server.cli("audit", "list")["events"]][-1] == "store.restored"
    server.cli("audit", "verify")

    server.start()
    console.connection.close()
    assert console.check(token, push.sPushToken).result == "InvalidToken", "an approval is not used twice"
    assert console.call("keepConsoleAlive").result == "UserNotLoggedIn"
    login = console.login(email)
    for one in (code, recovery):
        assert console.call("twoFactorValidateCode", sLoginToken=login.sLoginToken, sCode=one).result == "InvalidCode"
    assert phone.post("noticed", signed, phone.token)["result"] != "OK"
    assert phone.try_enrol(link)["result"] != "OK"
    server.advance(61)
    assert server.console().sign_in(email, phone).result == "OK"
    login = console.login(email)
    assert console.call("twoFactorValidateCode", sLoginToken=login.sLoginToken, sCode=totp(seed, server.now())).result == "OK"


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("version", [1, 3, 4])
def test_a_backup_of_an_earlier_version(own_server, name, tmp_path, target, version):
    company, email = name
    server = own_server(in_a_file(tmp_path))
    phone = server.ready(company, email)
    path = str(tmp_path / "copy.db")
    server.cli("backup", path)
    server.stop()
    turn_back(path, version)
    use(server, place(target, str(tmp_path)))
    assert server.cli("restore", path)["from_schema_version"] == version
    server.start()
    assert server.console().sign_in(email, phone).result == "OK"


def alter(path, sql):
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        assert store.execute(sql).rowcount != 0


def flip(path):
    """A page in the middle."""
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) // 8192 * 4096)
        file.write(b"\xff" * 4096)


DAMAGES = {
    "audit": (lambda path: alter(path, "UPDATE audit SET source = '192.0.2.9' WHERE seq = 3"), "event 3 was changed", 1),
    "page": (flip, "damaged", 3),
    "key": (lambda path: alter(path, "UPDATE meta SET value = 'x' WHERE name = 'key_check'"), "not this database's key", 3),
    "newer": (lambda path: alter(path, "UPDATE meta SET value = '99' WHERE name = 'schema_version'"), "schema version 99", 3),
    "newer, and works with this program": (
        lambda path: alter(path, "INSERT INTO meta (name, value) VALUES ('schema_least', '1') ON CONFLICT (name) DO UPDATE SET value = '1'")
        or alter(path, "UPDATE meta SET value = '99' WHERE name = 'schema_version'"), "with the program that made it", 3),
    "parent": (lambda path: alter(path, "DELETE FROM technician"), "refers to one of technician that is not there", 3),
    "trigger": (lambda path: alter(path, "CREATE TRIGGER t AFTER UPDATE ON operator_token BEGIN "
                                         "UPDATE operator_token SET revoked_at = 0; END"), "is not of this program: remove it", 3),
    "log": (lambda path: open(path + "-wal", "wb").close(), "is a database in use", 3),
    "empty": (lambda path: os.truncate(path, 0), "is not a backup", 3),
    "other": (lambda path: open(path, "wb").write(b"x" * 9000), "is not a database", 3),
}


@pytest.mark.parametrize("target", KINDS)
def test_a_restore_is_whole_or_nothing(own_server, name, tmp_path, target):
    company, email = name
    server = own_server(in_a_file(tmp_path))
    server.ready(company, email)
    good = str(tmp_path / "copy.db")
    server.cli("backup", good)
    server.stop()
    use(server, place(target, str(tmp_path)))
    files = set(os.listdir(tmp_path)) | set(os.listdir(server.folder))
    for what, (damage, words, status) in DAMAGES.items():
        bad = str(tmp_path / f"bad-{what}.db")
        shutil.copy(good, bad)
        damage(bad)
        with pytest.raises(Refused, match=words) as refused:
            server.cli("restore", bad)
        assert refused.value.code == status, what
    left = set(os.listdir(tmp_path)) | set(os.listdir(server.folder))
    assert not [file for file in left - files if not file.startswith("bad-")]
    assert server.cli("restore", good)["rows"] > 10


def test_a_restore_into_the_remains_of_a_database(own_server, tmp_path):
    """SQLite's log of a database that is gone would be applied to the new one."""
    server = own_server(in_a_file(tmp_path), start=False)
    server.cli("backup", tmp_path / "copy.db")
    path = server.settings["store", "path"]
    with pytest.raises(Refused, match="only an empty database"):
        server.cli("restore", tmp_path / "copy.db")
    os.rename(path, path + "-wal")
    with pytest.raises(Refused, match="db-wal is there already"):
        server.cli("restore", tmp_path / "copy.db")
    os.unlink(path + "-wal")
    other = f"sqlite:{tmp_path}/other.db"
    assert server.cli("restore", tmp_path / "copy.db", "--to", other)["database"] == other
    assert not os.path.exists(path)


def test_a_restore_without_room(own_server, small_disk, tmp_path, name):  # noqa: F811
    server = own_server(in_a_file(tmp_path))
    server.ready(*name)
    server.cli("backup", tmp_path / "copy.db")
    fill(small_disk / "filler")
    with pytest.raises(Refused, match="[Nn]o space left") as refused:
        server.cli("restore", tmp_path / "copy.db", "--to", f"sqlite:{small_disk}/new.db")
    assert refused.value.code == 3 and os.listdir(small_disk) == ["filler"]


@pytest.mark.parametrize("target", KINDS)
def test_a_restore_beside_the_remains_of_a_killed_one(own_server, name, tmp_path, target):
    """The log of the killed run's copy would be applied to the new copy, whose backup is good."""
    server = own_server(in_a_file(tmp_path))
    server.ready(*name)
    server.cli("backup", tmp_path / "copy.db")
    server.stop()
    use(server, place(target, str(tmp_path)))
    made = server.settings["store", "key_file" if target == "postgresql" else "path"] + ".restoring"
    for tail in ("", "-wal", "-shm", "-journal"):
        with open(made + tail, "wb") as left:
            left.write(b"left")
        with pytest.raises(Refused, match="restoring.* is there already: another restore is running, or one was killed"):
            server.cli("restore", tmp_path / "copy.db")
        assert os.path.exists(made + tail), "it may be that of a restore that runs"
        os.unlink(made + tail)
    assert server.cli("restore", tmp_path / "copy.db")["rows"] > 10


def test_a_backup_that_no_restore_would_take_is_not_made(own_server, name, tmp_path):
    server = own_server(in_a_file(tmp_path))
    alter(server.settings["store", "path"], "CREATE TRIGGER t AFTER INSERT ON audit BEGIN DELETE FROM audit WHERE id = new.id; END")
    with pytest.raises(Refused, match="no restore would take this database; the schema: t.* is not of this program") as refused:
        server.cli("backup", tmp_path / "copy.db")
    assert refused.value.code == 3 and not os.path.exists(tmp_path / "copy.db")


@pytest.mark.parametrize("target", KINDS)
def test_rights_that_may_have_ended_since_the_backup_do_not_come_back(own_server, name, tmp_path, target):
    company, email = name
    server = own_server(in_a_file(tmp_path), start=False)
    server.settings[("server", "public_url")] = f"http://localhost:{server.port}"
    server.write_config()
    server.start()
    server.company(company)
    server.technician(company, email)
    operator = make_operator(server, f"o.{email}", "admin")
    server.cli("backup", tmp_path / "copy.db")
    assert server.console().login(email).result == "OkTwoFactorSetupRequired"
    server.phone(email)
    server.cli("operator", "delete", "--yes", f"o.{email}")
    server.stop()
    use(server, place(target, str(tmp_path)))
    assert server.cli("restore", tmp_path / "copy.db")["disabled_operators"] == 1
    server.start()
    login = server.console().login(email)
    assert login.sTwoFactorSetupUrl is None, "there was a second factor in the time that is lost"
    assert operator.sign_in()["result"] == "SignInRefused"
    server.cli("operator", "enable", f"o.{email}")
    assert operator.sign_in()["result"] == "OK"
    server.cli("technician", "allow-self-enrolment", email)
    assert server.console().login(email).result == "OkTwoFactorSetupRequired"


class People(threading.Thread):
    """Signs in again and again, one account after the other, and keeps what each attempt came to."""

    def __init__(self, server, accounts):
        super().__init__()
        self.server, self.accounts, self.ended, self.granted = server, accounts, threading.Event(), []

    def run(self):
        while not self.ended.is_set():
            for email, seed in self.accounts:
                self.server.advance(31)
                console = self.server.console()
                with contextlib.suppress(OSError, http.client.HTTPException, ElementTree.ParseError):
                    token = console.login(email).sLoginToken
                    code = totp(seed, self.server.now())
                    answer = token and console.call("twoFactorValidateCode", sLoginToken=token, sCode=code)
                    if answer and answer.result == "OK":
                        self.granted.append((email, code, console))

    def stop(self):
        self.ended.set()
        self.join()


@contextlib.contextmanager
def people_of(server, accounts):
    people = People(server, accounts)
    people.start()
    try:
        yield people
    finally:
        people.stop()


def accounts_of(server, company, n):
    made = []
    for number in range(n):
        email = server.technician(company, f"p{number}@{company}.example")
        made.append((email, server.cli("code", "totp", email, "--qr", "no")["uri"].split("secret=")[1].split("&")[0]))
    return made


def test_a_database_moves_while_people_sign_in(own_server, name, tmp_path):
    company, email = name
    server = own_server(in_a_file(tmp_path))
    phone = server.ready(company, email)
    accounts = accounts_of(server, company, 3)
    kept = server.console()
    assert kept.sign_in(email, phone).result == "OK"
    to = postgres.store()[("store", "url")]
    with people_of(server, accounts) as people:
        server.wait_for(lambda: len(people.granted) > 2)
        moved = server.cli("db", "migrate", "--to", to)
        granted = len(people.granted)
    assert moved["rows"] > 30 and not moved["was_moved"]
    assert len(people.granted) <= granted + 1, "nothing is granted by the closed one"
    for command in (["company", "list"], ["company", "add", "other"], ["backup", server.folder + "/copy.db"], ["upgrade"]):
        with pytest.raises(Refused, match="it has moved: set url in .store. of the configuration to postgresql://") as refused:
            server.cli(*command)
        assert refused.value.code == 3
    assert server.console().login(email).result == "UnknownError"
    assert server.cli("db", "migrate", "--to", to)["was_moved"], "again: nothing is left to do"

    server.stop()
    use(server, {("store", "url"): to})
    server.start()
    events = server.cli("audit", "list")["events"]
    grants = [row for row in events if row["event"] == "login.granted"]
    assert len(grants) == len(people.granted) + 1, "none is lost, none twice"
    assert [row["event"] for row in events].count("store.moved") == 1
    server.cli("audit", "verify")
    for console in [kept, *(console for _, _, console in people.granted)]:
        console.connection.close()
        assert console.call("keepConsoleAlive").result == "OK"
    for email_of, code, _ in people.granted[-3:]:
        console = server.console()
        token = console.login(email_of).sLoginToken
        assert console.call("twoFactorValidateCode", sLoginToken=token, sCode=code).result == "InvalidCode"
    server.advance(61)
    assert server.console().sign_in(email, phone).result == "OK"


def test_a_move_that_is_killed(own_server, name, tmp_path):
    """At whatever point: the old database goes on, or everything is in the new one."""
    company, email = name
    server = own_server(in_a_file(tmp_path))
    phone = server.ready(company, email)
    to = postgres.store()[("store", "url")]
    for lines in (0, 1, 2):
        with subprocess.Popen([CLI, "-c", server.config, "db", "migrate", "--to", to], env=server.env, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as running:
            for _ in range(lines):
                running.stdout.readline()
            running.kill()
        if "it has moved" in server.run("company", "list").stderr:
            break
        server.advance(61)
        assert server.console().sign_in(email, phone).result == "OK"
    server.cli("db", "migrate", "--to", to)
    server.stop()
    use(server, {("store", "url"): to})
    server.start()
    server.advance(61)
    assert server.console().sign_in(email, phone).result == "OK"


def test_a_move_that_was_killed_before_its_last_step(own_server, name, tmp_path):
    """The old one is closed and the new one not yet open: neither serves, until the move is run again."""
    company, _ = name
    server = own_server(in_a_file(tmp_path), start=False)
    server.company(company)
    database = postgres.database()
    to = postgres.server().url(database)
    server.cli("db", "migrate", "--to", to)
    words = "countersign db migrate has not finished filling it: run it again"
    postgres.server().sql(f"INSERT INTO meta VALUES ('closed', '{words}')", database)
    old = dict(server.settings)
    use(server, {("store", "url"): to})
    with pytest.raises(Refused, match=words):
        server.cli("company", "list")
    server.settings = old
    server.write_config()
    assert server.cli("db", "migrate", "--to", to)["was_moved"]
    use(server, {("store", "url"): to})
    assert [row["name"] for row in server.cli("company", "list")["companies"]] == [company]


def test_what_is_not_moved(own_server, name, tmp_path):
    server = own_server(in_a_file(tmp_path), start=False)
    server.company(name[0])
    other = own_server(postgres.store(), start=False)
    used = other.settings["store", "url"]
    for to, words, code in ((used, "has tables already", 2), ("sqlite:/tmp/x.db", "from SQLite to PostgreSQL", 2),
                            ("postgresql://x:secret@localhost/x", "password", 2)):
        with pytest.raises(Refused, match=words) as refused:
            server.cli("db", "migrate", "--to", to)
        assert refused.value.code == code and "secret" not in refused.value.text
    with pytest.raises(Refused, match="from SQLite to PostgreSQL"):
        other.cli("db", "migrate", "--to", postgres.store()[("store", "url")])
    assert other.cli("company", "list")["companies"] == [] and len(server.cli("company", "list")["companies"]) == 1


FLAWS = [
    ("UPDATE technician SET role_on = 7", "technician: role_on is neither 0 nor 1"),
    ("UPDATE session SET token_digest = token_digest || token_digest", "session: token_digest is not a digest"),
    ("UPDATE technician SET deleted_at = 5", "technician: a deleted account has secrets"),
    ("CREATE INDEX mine ON company (title)", "index mine is not of this program"),
    ("DROP INDEX challenge_pending", "index challenge_pending is missing"),
    ("ALTER TABLE company ADD COLUMN colour BIGINT", "colour|table company is not as the schema has it"),
    ("CREATE TABLE mine (id BIGINT)", "mine is not of this program"),
    ("UPDATE audit SET actor = 'x' WHERE seq = 2", "event 2|compare with a backup"),
]
# What PostgreSQL's columns and constraints do not let in.
FLAWS_OF_FILES = [
    ("UPDATE technician SET changed_at = 'never'", "a wrong value for technician.changed_at"),
    ("UPDATE company SET title = CAST(x'ff41' AS TEXT)", "company.title: a text is not UTF-8"),
    ("DELETE FROM company", "refers to one of company that is not there"),
    ("CREATE TRIGGER mine AFTER INSERT ON session BEGIN DELETE FROM audit; END", "trigger mine is not of this program"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_is_looked_at_as_a_whole(own_server, name, tmp_path, kind):
    company, email = name
    database = postgres.database()
    settings = in_a_file(tmp_path) if kind == "sqlite" else {("store", "url"): postgres.server().url(database)}
    server = own_server(settings)
    phone = server.ready(company, email)
    assert server.console().sign_in(email, phone).result == "OK"
    server.cli("audit", "list")  # seals what is counted
    sound = server.cli("db", "check")
    assert sound["ok"] and sound["problems"] == [] and sound["rows"] > 20 and sound["events"] > 3, sound
    server.stop()
    path = settings.get(("store", "path"))
    if kind == "sqlite":  # what is still in the log beside the file would not be copied
        with contextlib.closing(sqlite3.connect(path)) as store:
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for number, (sql, words) in enumerate(FLAWS + (FLAWS_OF_FILES if kind == "sqlite" else [])):
        if kind == "sqlite":
            bad = f"{tmp_path}/bad{number}.db"
            shutil.copy(path, bad)
            with contextlib.closing(sqlite3.connect(bad)) as store, store:
                store.execute(sql)
            use(server, {("store", "path"): bad})
        else:
            postgres.server().sql(f"CREATE DATABASE bad{database}{number} TEMPLATE {database}")
            postgres.server().sql(sql, f"bad{database}{number}")
            use(server, {("store", "url"): postgres.server().url(f"bad{database}{number}")})
        done = server.run("db", "check")
        assert done.returncode == 1 and re.search(words, done.stdout), (sql, done.stdout, done.stderr)
        assert "the database is not sound" in done.stderr
