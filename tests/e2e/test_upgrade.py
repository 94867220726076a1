# SPDX-License-Identifier: Apache-2.0
"""A database of an earlier version: refused as it is, upgraded by one command, and then usable."""

import contextlib
import fcntl
import hashlib
import os
import sqlite3

import pytest

from countersign import Refused, fill_by_hand, secrets_of, stored

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/db/schema")


def chain(store):
    """The audit log as versions 1 to 4 have it: numbers in order, each digest over the one before and the row."""
    digest = bytes(32)
    rows = store.execute("SELECT seq, at, company_id, technician_id, event, actor, source, detail FROM new.audit "
                         "WHERE event <> 'audit.began' ORDER BY seq IS NULL, seq, at, id").fetchall()
    store.execute("DELETE FROM main.audit")
    for seq, (_, at, company, technician, *texts) in enumerate(rows, 1):
        numbers = [number.to_bytes(8, "big") for number in (seq, at, company or 0, technician or 0)]
        fields = numbers + [text.encode() for text in texts]
        digest = hashlib.sha256(digest + b"".join(len(field).to_bytes(8, "big") + field for field in fields)).digest()
        store.execute("INSERT INTO main.audit (seq, at, company_id, technician_id, event, actor, source, detail, digest) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (seq, at, company, technician, *texts, digest))
    return len(rows)


def turn_back(path, version=1):
    """The same rows under the schema of an earlier version, as released."""
    old = path + ".old"
    store = sqlite3.connect(path)
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # otherwise the log would remain under the other name
    store.close()
    os.rename(path, old)
    store = sqlite3.connect(path, isolation_level=None)
    for step in range(1, version + 1):
        with open(os.path.join(SCHEMA, f"{step:04}.sql"), encoding="utf-8") as script:
            store.executescript(script.read())
    tables = [row[0] for row in store.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    store.execute("ATTACH ? AS new", (old,))
    for table in set(tables) - {"audit"}:
        columns = ", ".join(row[1] for row in store.execute(f"PRAGMA main.table_info({table})"))
        store.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
    store.execute("UPDATE meta SET value = ? WHERE name = 'schema_version'", (str(version),))
    chain(store)
    store.execute("DETACH new")
    store.close()
    os.chmod(path, 0o600)
    os.unlink(old)


def test_an_old_database_is_brought_up(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    server.stop()
    turn_back(server.settings["store", "path"])

    with pytest.raises(Refused, match="schema version 1.*run countersign upgrade") as refused:
        server.cli("company", "list")
    assert refused.value.code == 3
    assert server.run("upgrade").stdout == "the database now has schema version 7\n"
    assert server.cli("upgrade") == {"schema_version": 7, "upgraded": False}
    server.cli("audit", "verify")

    server.start()
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"


def test_an_upgrade_is_refused_while_a_server_runs_that_could_not_go_on(own_server, name):
    """By the lock that the server of the version before holds; the decision changes nothing."""
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    server.stop()
    path = server.settings["store", "path"]
    turn_back(path, 4)
    with contextlib.closing(sqlite3.connect(path)) as store:
        before = list(store.iterdump())
    with open(path + ".lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Refused, match="a server runs on this database.* 4 cannot go on with version .*: stop every") as refused:
            server.cli("upgrade")
        assert refused.value.code == 3
        with contextlib.closing(sqlite3.connect(path)) as store:
            assert list(store.iterdump()) == before
    done = server.cli("upgrade")
    assert done["upgraded"] is True
    server.start()
    assert server.cli("upgrade") == {**done, "upgraded": False}, "nothing to do is no reason to refuse"
    assert server.console().sign_in(email, phone).result == "OK"


def test_the_audit_log_of_before_is_the_past_of_the_sealed_one(own_server, name):
    """It keeps its numbers and its chain, and the first sealed event commits to its end."""
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    assert server.console().sign_in(email, phone).result == "OK"
    server.stop()
    path = server.settings["store", "path"]
    turn_back(path, 4)
    with contextlib.closing(sqlite3.connect(path)) as store:
        chained, digest = store.execute("SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    server.cli("upgrade")
    events = server.cli("audit", "verify")
    assert (events["events"], events["chained"], events["unsealed"]) == (chained, chained, 0)

    server.start()
    assert server.console().sign_in(email, phone).result == "OK"
    events = server.cli("audit", "list")["events"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    began = events[chained]
    assert (began["event"], began["detail"]["chained"], began["detail"]["digest"]) == ("audit.began", str(chained), digest.hex())
    assert events[-1]["event"] in ("login.granted", "session.ended")
    assert server.cli("audit", "verify")["chained"] == chained
    server.stop()
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        store.execute("UPDATE audit SET source = '192.0.2.9' WHERE seq = ?", (chained - 1,))
    with pytest.raises(Refused, match=f"event {chained - 1} was changed"):
        server.cli("audit", "verify")


def test_an_account_that_had_a_second_factor_is_remembered(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    never, codes = server.technician(company, "never@example.com"), server.technician(company, "codes@example.com")
    server.cli("code", "recovery", codes)
    server.cli("device", "remove", "--yes", phone.id)
    server.stop()
    turn_back(server.settings["store", "path"])
    server.cli("upgrade")
    shown = {who: server.cli("technician", "show", who)["self_enrolment"] for who in (email, codes, never)}
    assert shown == {email: False, codes: False, never: True}


def test_an_account_that_was_deleted_earlier_keeps_no_secret(own_server, name):
    company, email = name
    server = own_server()
    path, device = server.with_every_secret(company, email)
    turn_back(path, 2)
    store = sqlite3.connect(path, isolation_level=None)
    fill_by_hand(store, device)
    store.execute("UPDATE technician SET deleted_at = 1, email_key = id WHERE email = ?", (email,))
    secrets = secrets_of(store, email)
    store.close()
    server.cli("upgrade")
    assert [name for name, value in secrets.items() if value in stored(path)] == []


def test_a_lock_is_kept(own_server, name):
    """By failures, and for good: an operator's lock of an earlier version is a row of the same table."""
    company, email = name
    server = own_server()
    server.ready(company, email, {"lockout_failures": 3, "lockout_time": 0})
    failed = f"b-{email}"
    server.technician(company, failed)
    server.console(source="127.0.7.1").login(failed, "wrong")
    for number in range(3):
        server.console(source=f"127.0.7.{1 + number}").login(email, "wrong")
    assert server.cli("technician", "show", email)["locked"] is True
    server.stop()
    turn_back(server.settings["store", "path"], 2)
    server.cli("upgrade")

    shown = server.cli("technician", "show", email)
    assert (shown["locked"], shown["refused_addresses"]) == (True, [])
    assert server.cli("technician", "show", failed)["failures_until_locked"] == 2
    server.start()
    console = server.console(source="127.0.7.9")
    assert console.login(email).result == "InvalidPassword", "it is not looked at"
    server.cli("technician", "reset", email, "--keep", "--generate")
    assert server.cli("technician", "show", email)["locked"] is True, "only unlock opens it"
    server.cli("technician", "unlock", email)
    assert server.cli("technician", "show", email)["locked"] is False
    assert console.login(failed).result == "OkTwoFactorSetupRequired"
    for number in range(2):
        server.console(source=f"127.0.7.{4 + number}").login(failed, "wrong")
    assert server.cli("technician", "show", failed)["locked"] is True, "the failures of before count on"
    server.cli("audit", "verify")


def test_what_waits_to_be_told_is_kept(own_server, name):
    company, email = name
    server = own_server()
    server.ready(company, email)
    server.console().begin(email)
    server.stop()
    turn_back(server.settings["store", "path"])
    row = "SELECT 5, id, 7, 'web-push', 'waiting', 2, 11, 12, 13 FROM challenge"
    store = sqlite3.connect(server.settings["store", "path"], isolation_level=None)
    store.execute(f"INSERT INTO outbox {row}")
    server.cli("upgrade")
    columns = "id, challenge_id, device_id, transport, state, attempts, next_at, created_at, expires_at"
    wanted = store.execute(row.replace(" FROM", ", NULL FROM")).fetchall()
    assert store.execute(f"SELECT {columns}, notice_id FROM outbox").fetchall() == wanted and len(wanted) == 1
    assert store.execute("PRAGMA foreign_key_check").fetchall() == []
    store.close()


def test_a_session_is_known_by_how_it_was_begun(own_server, name):
    """As its grant in the audit log says: what the password alone began ends once a second factor is required."""
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    with_factor, alone = server.console(), server.console()
    assert with_factor.sign_in(email, phone).result == "OK"
    server.cli("policy", "set", company, "second_factor", "off")
    assert alone.login(email).result == "OK"
    server.stop()
    path = server.settings["store", "path"]
    turn_back(path, 3)
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("DELETE FROM policy WHERE key = 'second_factor'")
    store.close()
    server.cli("upgrade")
    server.start()
    with_factor.connection = alone.connection = None  # of the server that was stopped
    assert with_factor.call("keepConsoleAlive").result == "OK"
    assert alone.call("keepConsoleAlive").result == "UserNotLoggedIn"


def test_what_a_phone_is_to_be_told_is_kept(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    server.phone(email, "tablet")
    server.cli("code", "recovery", email)
    told = phone.notices()
    assert [row["sKind"] for row in told] == ["recovery-made", "device-added"]
    server.stop()
    turn_back(server.settings["store", "path"], 3)
    server.cli("upgrade")
    server.start()
    assert phone.notices() == told
    server.cli("code", "recovery", email)
    assert [(row["sKind"], row["iTimes"]) for row in phone.notices()] == [("recovery-made", 2), ("device-added", 1)]


def test_a_newer_database_is_left_alone(own_server):
    server = own_server(start=False)
    store = sqlite3.connect(server.settings["store", "path"], isolation_level=None)
    store.execute("UPDATE meta SET value = '999' WHERE name = 'schema_version'")
    with pytest.raises(Refused, match="schema version 999") as refused:
        server.cli("upgrade")
    assert refused.value.code == 3 and "run countersign upgrade" not in str(refused.value)
    assert store.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone() == ("999",)
    store.close()


def test_nothing_to_upgrade(own_server):
    server = own_server(start=False)
    os.unlink(server.settings["store", "path"])
    with pytest.raises(Refused) as refused:
        server.cli("upgrade")
    assert refused.value.code == 3
    assert not os.path.exists(server.settings["store", "path"])
