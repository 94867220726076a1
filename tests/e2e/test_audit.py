# SPDX-License-Identifier: Apache-2.0
"""The audit log as others see it: proofs and checkpoints, verified by a program that shares nothing with the server (tlog.py)."""

import base64
import contextlib
import json
import os
import shutil
import sqlite3

import pytest
import tlog

from countersign import Refused


def text(server, *words):
    done = server.run("audit", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def used(own_server, name):
    """(server, company, e-mail address), after a sign-in."""
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    assert server.console().sign_in(email, phone).result == "OK"
    return server, company, email


def key_of(server):
    return tlog.Key(text(server, "checkpoint", "--key"))


def test_each_event_is_proved_to_a_stranger(used):
    server, company, email = used
    key = key_of(server)
    server.stop()
    events = server.cli("audit", "list")["events"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    leaves = []
    for event in events:
        proof = text(server, "prove", str(event["seq"]))
        proved = tlog.verify_proof(proof, key)
        assert {name: proved[name] for name in ("seq", "event", "actor", "source", "detail")} == {
            name: event[name] or "" for name in ("seq", "event", "actor", "source", "detail")}
        leaves.append(tlog.leaf_hash(base64.b64decode(proof.split("\n")[1].split(" ")[1])))
        assert leaves[-1].hex() == event["digest"]
    newest = tlog.Checkpoint(text(server, "checkpoint"), key)
    assert (newest.size, newest.root) == (len(leaves), tlog.tree_hash(leaves))
    assert server.cli("audit", "verify")["digest"] == newest.root.hex()

    lines = proof.split("\n")
    for number, line in enumerate(lines):
        changed = [*lines[:number], line.swapcase(), *lines[number + 1:]]
        if changed == lines:
            continue
        with pytest.raises((tlog.Wrong, ValueError)):
            tlog.verify_proof("\n".join(changed), key)
    for seq in ("0", str(len(events) + 1), "x"):
        with pytest.raises(Refused):
            server.cli("audit", "prove", seq)


def test_a_log_that_only_grew_is_proved_to_have(used, tmp_path):
    server, company, email = used
    key, kept = key_of(server), []
    for number in range(20):
        kept.append(text(server, "checkpoint"))
        server.cli("technician", "unlock", email)
        if number % 3 == 0:
            server.cli("company", "set", company, "--title", f"Title {number}")
    newest = tlog.Checkpoint(text(server, "checkpoint"), key)
    for number, older in enumerate(kept):
        (tmp_path / "older").write_text(older, encoding="utf-8")
        proof = text(server, "checkpoint", "--since", tmp_path / "older")
        before, after = tlog.verify_growth(older, proof, key)
        assert before < after and after >= newest.size
        with pytest.raises((tlog.Wrong, ValueError)):
            tlog.verify_growth(kept[number - 1], proof, key)


def test_a_database_that_was_put_back_is_seen_by_whoever_kept_a_checkpoint(used, tmp_path):
    """An older copy, at once and after it has grown again."""
    server, company, email = used
    path = server.settings["store", "path"]
    server.stop()
    text(server, "checkpoint")
    shutil.copy(path, tmp_path / "before.db")
    server.cli("technician", "lock", email)
    (tmp_path / "kept").write_text(text(server, "checkpoint"), encoding="utf-8")
    for suffix in ("-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)
    shutil.copy(tmp_path / "before.db", path)
    with pytest.raises(Refused, match="the database was put back") as refused:
        server.cli("audit", "checkpoint", "--since", tmp_path / "kept")
    assert refused.value.code == 1
    server.cli("audit", "verify")
    for _ in range(5):
        server.cli("technician", "unlock", email)
    with pytest.raises(Refused, match="are not those of that checkpoint"):
        server.cli("audit", "checkpoint", "--since", tmp_path / "kept")
    for words in ("", "no checkpoint\n"):
        (tmp_path / "other").write_text(words, encoding="utf-8")
        with pytest.raises(Refused, match="it is not a checkpoint"):
            server.cli("audit", "checkpoint", "--since", tmp_path / "other")


def test_a_changed_log_proves_nothing_and_grows_no_more(used):
    server, company, email = used
    server.stop()
    events = server.cli("audit", "list")["events"]
    with sqlite3.connect(server.settings["store", "path"]) as store:
        store.execute("UPDATE audit SET source = '192.0.2.9' WHERE seq = 4")
    with pytest.raises(Refused, match="the audit log was changed"):
        server.cli("audit", "prove", "4")
    with sqlite3.connect(server.settings["store", "path"]) as store:
        store.execute("UPDATE audit SET seq = NULL, digest = NULL WHERE seq = ?", (len(events),))
    with pytest.raises(Refused, match="nothing is sealed"):
        server.cli("audit", "list")
    with pytest.raises(Refused, match="event 4 was changed"):
        server.cli("audit", "verify")


def alter(server, *statements):
    with contextlib.closing(sqlite3.connect(server.settings["store", "path"])) as store, store:
        for sql in statements:
            assert store.execute(sql).rowcount > 0, sql


def test_events_that_no_event_says_were_archived_are_missed(used):
    """Who can write to the database, without the key, would empty the log, whose tree and checkpoints stay right."""
    server, _, _ = used
    server.stop()
    server.cli("audit", "list")
    alter(server, "INSERT INTO audit_node (level, pos, hash) SELECT 0, seq - 1, digest FROM audit WHERE seq <= 4",
          "DELETE FROM audit WHERE seq <= 4", "UPDATE audit_log SET archived = 4")
    missing = "event 1 is missing: no event says that it was archived"
    for command in (("audit", "verify"), ("db", "check"), ("backup", server.folder + "/copy.db")):
        done = server.run(*command)
        assert done.returncode == 1 and missing in done.stdout + done.stderr, command


@pytest.mark.parametrize("column", ["chained", "archived"])
@pytest.mark.parametrize("number", ["-9223372036854775808", "9223372036854775807", "-1"])
def test_a_log_that_begins_nowhere_is_refused(used, column, number):
    server, _, _ = used
    server.stop()
    alter(server, f"UPDATE audit_log SET {column} = {number}")
    for words in (("verify",), ("prove", "2")):
        with pytest.raises(Refused, match="a wrong value for the beginning of its audit log") as refused:
            server.cli("audit", *words)
        assert refused.value.code == 3


def test_a_changed_event_is_not_exported(used):
    server, _, _ = used
    server.stop()
    server.cli("audit", "list")
    alter(server, "UPDATE audit SET detail = '{}' || char(10) || '{\"leaf\":1}' WHERE seq = 3")
    done = server.run("audit", "export", "--format", "json")
    assert done.returncode == 1 and "event 3 was changed" in done.stderr and len(done.stdout.splitlines()) == 2


FORGERY = ("INSERT INTO audit (at, id, seq, event, actor, source, detail, digest) SELECT at, id + 1, NULL, 'technician.locked', "
           "'operator:eve@x.example', source, detail, digest FROM audit WHERE seq = 2")


def test_an_event_that_no_server_wrote_is_not_signed(used):
    """Who can write to the database, without the key, would have a proof that the operator did what never happened."""
    server, _, _ = used
    server.cli("audit", "list")
    server.stop()
    alter(server, FORGERY)
    with pytest.raises(Refused, match="another program wrote or changed the event 'technician.locked'"):
        server.cli("audit", "verify")
    with pytest.raises(Refused, match="nothing is sealed"):
        server.cli("audit", "list")
    alter(server, "DELETE FROM audit WHERE actor = 'operator:eve@x.example'")
    server.cli("audit", "verify")


def test_events_are_sealed_while_the_server_runs(used):
    """What a command writes is in the log within a second, without another command that would seal it."""
    server, company, email = used
    before = server.cli("audit", "verify")["events"]
    server.cli("technician", "unlock", email)
    server.wait_for(lambda: server.cli("audit", "verify")["events"] > before)
    server.wait_for(lambda: server.cli("audit", "verify")["unsealed"] == 0)  # others of its events may have come meanwhile


def test_an_export_has_the_bytes_that_are_proved(used):
    server, company, email = used
    server.stop()
    events = server.cli("audit", "list")["events"]
    lines = text(server, "export", "--format", "json").splitlines()
    assert len(lines) == len(events)
    for line, event in zip(lines, events):
        assert tlog.leaf_hash(line.split('"leaf":', 1)[1][:-1].encode()).hex() == event["digest"]
        assert json.loads(line)["account"] == event["account"]
    after = str(len(events) - 2)
    assert [line.split("|")[4] for line in text(server, "export", "--format", "cef", "--after", after).splitlines()] == [
        event["event"] for event in events[-2:]]
    assert [line.split(" ")[5] for line in text(server, "export", "--format", "syslog").splitlines()] == [
        event["event"] for event in events]
    with pytest.raises(Refused, match="--format is json, cef or syslog"):
        server.cli("audit", "export", "--format", "xml")


def test_events_are_found_by_name_and_time(own_server, name):
    company, email = name
    server = own_server()
    phone, console = server.ready(company, email), server.console()
    assert console.sign_in(email, phone).result == "OK"
    server.advance(7200)
    console.login(email, "not this one")

    def found(*words):
        return [event["event"] for event in server.cli("audit", "list", *words)["events"]]

    everything = found()
    assert found("--event", "login.") == [event for event in everything if event.startswith("login.")] != []
    assert found("--newer", "1h", "--event", "login.", "--technician", email) == ["login.refused"]
    assert found("--newer", "3h", "--event", "push.") == [event for event in everything if event.startswith("push.")]
    assert found("--event", "login.", "--last", "2") == found("--event", "login.")[-2:]
    assert found("--event", "device.enrolled", "--last", "1") == ["device.enrolled"]  # though it is far from the last
    nothing = server.run("audit", "list", "--event", "self.opened")
    assert "Nothing was logged" in nothing.stdout and nothing.stderr == "" and found("--event", "self.opened") == []
    for odd in ("none", "login.*", "Login", "\x1b[2J", "login.refused,login.granted"):  # which would be taken for an answer
        nothing = server.run("audit", "list", "--event", odd)
        assert nothing.returncode == 0 and "Nothing was logged" in nothing.stdout
        assert "no event of this version has a name that begins with" in nothing.stderr and "\x1b" not in nothing.stderr
    with pytest.raises(Refused, match="--newer"):
        server.cli("audit", "list", "--newer", "soon")
