# SPDX-License-Identifier: Apache-2.0
"""Old events move out of the database into files: nothing is lost, everything is still proved, and nothing lies about it."""

import contextlib
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import time

import pytest
import tlog

from countersign import CLI, Refused
from test_audit import text

DAY = 86400


@pytest.fixture
def used(own_server, name):
    """(server, e-mail address), with some events that are a year old, and some new ones."""
    company, email = name
    server = own_server()
    server.ready(company, email)
    server.cli("audit", "list")
    server.advance(365 * DAY)
    for _ in range(5):
        server.cli("technician", "unlock", email)
    return server, email


def key_of(server, tmp_path):
    (tmp_path / "log.key").write_text(text(server, "checkpoint", "--key"), encoding="utf-8")
    return tlog.Key((tmp_path / "log.key").read_text(encoding="utf-8"))


def events_of(server):
    return server.cli("audit", "list")["events"]


def test_old_events_move_into_a_file_that_proves_itself(used, tmp_path):
    server, email = used
    key, file, before = key_of(server, tmp_path), tmp_path / "old.archive", events_of(server)
    (tmp_path / "kept").write_text(text(server, "checkpoint"), encoding="utf-8")
    made = server.cli("audit", "archive", file, "--older", "300d")
    assert made["first"] == 1 and made["removed"] == made["last"] and 0 < made["last"] < len(before) - 4
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600 and not os.path.exists(f"{file}.part")

    events, own, later = tlog.verify_archive(file.read_bytes(), key)
    assert [event["seq"] for event in events] == list(range(1, made["last"] + 1))
    assert own.root.hex() == made["root"] and later >= len(before)
    assert [event["event"] for event in events] == [event["event"] for event in before[:made["last"]]]

    left = events_of(server)
    assert [event["seq"] for event in left] == list(range(made["last"] + 1, len(before) + 2))
    assert left[-1]["event"] == "audit.archived"
    assert {name: left[-1]["detail"][name] for name in ("first", "last", "root", "file")} == {
        "first": "1", "last": str(made["last"]), "root": made["root"], "file": "old.archive"}
    whole = server.cli("audit", "verify")
    assert whole["archived"] == made["last"] and whole["events"] == len(left) + made["last"]
    growth = text(server, "checkpoint", "--since", tmp_path / "kept")
    tlog.verify_growth((tmp_path / "kept").read_text(encoding="utf-8"), growth, key)

    for seq in (1, made["last"] // 2, made["last"]):
        with pytest.raises(Refused, match=f"event {seq} is in an archive"):
            server.cli("audit", "prove", seq)
        proof = text(server, "prove", str(seq), "--archive", file)
        assert tlog.verify_proof(proof, key) == events[seq - 1]
    with pytest.raises(Refused, match="the archive has the events 1 to"):
        server.cli("audit", "prove", made["last"] + 1, "--archive", file)
    assert tlog.verify_proof(text(server, "prove", str(made["last"] + 1)), key)["seq"] == made["last"] + 1
    assert server.cli("db", "check")["ok"]


def test_an_archive_is_verified_without_a_database(used, tmp_path):
    """On another machine: with the key, a checkpoint that was kept, and the archive before it."""
    server, email = used
    key_of(server, tmp_path)
    first, second = tmp_path / "1.archive", tmp_path / "2.archive"
    kept = tmp_path / "kept"
    last = server.cli("audit", "archive", first, "--to", 7)["last"]
    kept.write_text(text(server, "checkpoint"), encoding="utf-8")
    assert server.cli("audit", "archive", second, "--to", 10)["first"] == last + 1

    def elsewhere(*words):
        done = subprocess.run([CLI, "audit", "verify", *map(str, words), "--key", str(tmp_path / "log.key")],
                              env=server.env, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    assert elsewhere(first)[0] == elsewhere(second)[0] == elsewhere(second, "--after", first)[0] == 0
    assert elsewhere(first, "--after", second)[0] == 1
    code, words = elsewhere(first, "--checkpoint", kept)
    assert code != 0 and "the checkpoint that was kept is of" in words
    server.cli("technician", "unlock", email)
    server.cli("audit", "list")
    done = server.run("audit", "archive", tmp_path / "3.archive", "--to", tlog_size(kept))
    assert done.returncode == 0, done.stderr
    assert elsewhere(tmp_path / "3.archive", "--checkpoint", kept)[0] == 0
    for file in (first, second):
        assert server.cli("audit", "verify", file)["ok"]

    data = bytearray(first.read_bytes())
    place = data.index(b'{"seq":5,') + 12
    data[place] ^= 1
    changed = tmp_path / "changed.archive"
    changed.write_bytes(data)
    assert "event 5 was changed" in elsewhere(changed)[1]
    with pytest.raises(Refused, match="event 5 was changed") as refused:
        server.cli("audit", "verify", changed)
    assert refused.value.code == 1
    assert elsewhere(tmp_path / "log.key")[0] != 0


def tlog_size(path):
    return path.read_text(encoding="utf-8").split("\n")[1]


def test_a_database_that_was_put_back_behind_its_archive_is_seen(own_server, name, tmp_path):
    company, email = name
    server = own_server({("store", "path"): tmp_path / "own.db"})
    server.company(company)
    server.technician(company, email)
    path, copy = server.settings["store", "path"], tmp_path / "copy.db"
    server.cli("backup", copy)
    for _ in range(5):
        server.cli("technician", "unlock", email)
    last = len(events_of(server)) - 1
    server.cli("audit", "archive", tmp_path / "a.archive", "--to", last)
    server.stop()
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + suffix)
    shutil.copy(copy, path)
    with pytest.raises(Refused, match="is not in the database's log: was the database put back") as refused:
        server.cli("audit", "verify", tmp_path / "a.archive")
    assert refused.value.code == 1
    with pytest.raises(Refused, match="put back"):  # the file is there: it would only complete a run
        server.cli("audit", "archive", tmp_path / "a.archive", "--to", last)


def test_what_cannot_be_archived_is_refused_and_changes_nothing(used, tmp_path):
    server, email = used
    before = events_of(server)
    file = tmp_path / "a.archive"
    for words, match in ((["--to", len(before)], "the newest event stays"), (["--to", "x"], "the number of an event"), ([], "which events"),
                         (["--to", "3", "--older", "1d"], "which events"), (["--before", "2026-02-30"], "is a day"),
                         (["--before", "2999-01-01"], "not to come"),
                         (["--older", "1y"], "is a number and s, m, h or d")):
        with pytest.raises(Refused, match=match):
            server.cli("audit", "archive", file, *words)
    assert server.cli("audit", "archive", file, "--older", "400d") == {
        "file": None, "was_there": False, "first": 0, "last": 0, "root": "0" * 64, "removed": 0}
    assert server.cli("audit", "archive", file, "--before", "2020-01-01")["last"] == 0
    file.write_bytes(b"mine")
    with pytest.raises(Refused, match="it is not an archive"):
        server.cli("audit", "archive", file, "--to", "3")
    assert file.read_bytes() == b"mine" and os.listdir(tmp_path).count("a.archive.part") == 0
    assert events_of(server) == before


def test_a_file_can_be_made_first_and_the_events_be_removed_later(used, tmp_path):
    server, email = used
    before, file = events_of(server), tmp_path / "a.archive"
    assert server.cli("audit", "archive", file, "--to", 5, "--keep")["removed"] == 0
    assert events_of(server) == before
    done = server.cli("audit", "archive", file, "--to", 7)
    assert (done["was_there"], done["last"], done["removed"]) == (True, 5, 5)
    assert server.cli("audit", "archive", file, "--to", 5)["removed"] == 0
    assert [event["event"] for event in events_of(server)].count("audit.archived") == 1


@pytest.mark.parametrize("ends", [(5, 5, 1), (5, 7, 2), (7, 5, 1)], ids=str)
def test_two_files_of_the_same_events_leave_a_log_that_is_whole(used, tmp_path, ends):
    """Two operators at once, or one again."""
    server, _ = used
    files = [tmp_path / f"{i}.archive" for i in (0, 1)]
    for file, end in zip(files, ends, strict=False):
        server.cli("audit", "archive", file, "--to", end, "--keep")
    removed = [server.cli("audit", "archive", file, "--to", end)["removed"] for file, end in zip(files, ends, strict=False)]
    assert removed == [ends[0], max(ends[1] - ends[0], 0)]
    assert server.cli("audit", "verify")["archived"] == max(ends[:2])
    said = [event["detail"]["last"] for event in events_of(server) if event["event"] == "audit.archived"]
    assert len(said) == ends[2] and said[-1] == str(max(ends[:2]))
    for file in files:
        server.cli("audit", "verify", file)


def test_the_file_that_is_written_is_no_other_accounts_and_has_no_second_name(used, tmp_path):
    server, _ = used
    file, victim = tmp_path / "a.archive", tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    os.link(victim, f"{file}.part")
    with pytest.raises(Refused, match="not this account's"):
        server.cli("audit", "archive", file, "--to", 5)
    assert victim.read_text(encoding="utf-8") == "precious" and not file.exists()
    assert server.cli("audit", "verify")["archived"] == 0


def many(server, n, company="many"):
    """Events by the thousand, as writers leave them: the next command seals them."""
    server.company(company)
    accounts = os.path.join(server.folder, f"{company}.csv")
    with open(accounts, "w", encoding="utf-8") as file:
        file.write("email,company\n" + "".join(f"u{i}@{company}.example,{company}\n" for i in range(n)))
    server.cli("technician", "import", accounts)


@pytest.mark.parametrize("moment", ["writing", "written", "removing"])
def test_a_run_that_is_killed_loses_nothing_and_the_next_one_completes_it(own_server, tmp_path, moment):
    server, file = own_server({("store", "path"): tmp_path / "killed.db"}, start=False), tmp_path / "a.archive"
    path = server.settings["store", "path"]
    many(server, 6000)
    last = server.cli("audit", "verify")["unsealed"] and len(events_of(server)) - 1
    words = [CLI, "-c", server.config, "audit", "archive", str(file), "--to", str(last)]

    def archived():
        with contextlib.closing(sqlite3.connect(path, timeout=60)) as store:
            return store.execute("SELECT archived FROM audit_log").fetchone()[0]

    holds = {"writing": lambda: os.path.exists(f"{file}.part"), "written": file.exists, "removing": lambda: archived() > 0}[moment]
    process = subprocess.Popen(words, env=server.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not holds() and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    whole = server.cli("audit", "verify")
    assert whole["archived"] == archived() <= last and whole["events"] >= last + 1
    if whole["archived"]:
        assert server.cli("audit", "verify", file)["last"] == last
    done = server.cli("audit", "archive", file, "--to", last)
    assert done["last"] == last and archived() == last and not os.path.exists(f"{file}.part")
    events = tlog.verify_archive(file.read_bytes(), tlog.Key(text(server, "checkpoint", "--key")))[0]
    assert len(events) == last
    runs = 2 if 0 < whole["archived"] < last else 1
    assert [event["event"] for event in events_of(server)].count("audit.archived") == runs, "each run that removed events says so"
    server.cli("audit", "verify")
    if moment == "removing":
        assert whole["archived"] > 0


def test_what_reads_events_says_that_older_ones_are_in_archives(used, tmp_path):
    server, email = used
    login = server.console().login(email)
    assert login.result == "OkTwoFactorAuthenticationRequired"
    begun = next(event for event in events_of(server) if event["event"] == "login.begun")["detail"]["login"]
    for _ in range(2):
        server.cli("technician", "unlock", email)
    server.wait_for(lambda: len(events_of(server)) == server.cli("audit", "verify")["events"])
    last = len(events_of(server)) - 1
    before = {words: server.run(*words).stderr for words in (("audit", "list"), ("stats", "--days", "3"))}
    assert set(before.values()) == {""}
    server.cli("audit", "archive", tmp_path / "a.archive", "--to", last)
    note = f"the events up to {last}, before "
    for words in (("audit", "list"), ("audit", "list", "--last", "50"), ("audit", "list", "--technician", email),
                  ("stats", "--days", "3"), ("audit", "export", "--format", "json")):
        done = server.run(*words)
        assert done.returncode == 0 and note in done.stderr, words
        assert note in server.run("--json", *words).stderr, words
    for words in (("audit", "list", "--last", "1"), ("audit", "list", "--after", last), ("audit", "export", "--format", "json", "--after", last)):
        assert server.run(*words).stderr == "", words
    for words in (("audit", "export", "--format", "cef", "--after", "2"), ("audit", "follow", "--after", "2")):
        with pytest.raises(Refused, match=f"the events up to {last} are in archives: go on with --after {last}"):
            server.cli(*words)
    with pytest.raises(Refused, match=f"since .*the events up to {last} are in archives"):
        server.cli("explain", email, "--login", begun)


def test_a_list_is_printed_in_parts_and_is_one_document(own_server, name, tmp_path):
    """Its memory does not grow with the log: parts of 1000 rows, of which two and a half are here."""
    company, email = name
    server = own_server({("store", "path"): tmp_path / "long.db"}, start=False)
    server.company(company)
    server.technician(company, email)
    server.cli("technician", "unlock", email)
    many(server, 2500)
    listed = events_of(server)
    assert [event["seq"] for event in listed] == list(range(1, server.cli("audit", "verify")["events"] + 1))
    for last in (1, 999, 1000, 1001, 2400, 9999):
        assert server.cli("audit", "list", "--last", last)["events"] == listed[-last:]
    assert server.cli("audit", "list", "--last", 2000, "--after", len(listed) - 3)["events"] == listed[-3:]
    of_account = [event for event in listed if event["account"] == email]
    assert server.cli("audit", "list", "--technician", email, "--company", company, "--last", 2)["events"] == of_account[-2:]
    assert server.cli("audit", "list", "--after", len(listed))["events"] == []
    lines = server.run("audit", "list").stdout.splitlines()
    assert len(lines) == 1 + len(listed) and lines[0].startswith("seq") and lines[-1].startswith(str(len(listed)))
    assert server.run("audit", "list", "--after", len(listed)).stdout == "Nothing was logged.\n"


def peak(server, *words):
    """Of one command, in KiB: what the sanitizer keeps of freed memory is switched off."""
    env = {**server.env, "ASAN_OPTIONS": "quarantine_size_mb=1:detect_leaks=0"}
    with open(os.devnull, "wb") as sink:
        process = subprocess.Popen([CLI, "-c", server.config, *words], env=env, stdout=sink)
        _, status, used_of = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used_of.ru_maxrss


def test_a_long_list_takes_no_more_memory_than_a_short_one(own_server, tmp_path):
    server = own_server({("store", "path"): tmp_path / "long.db"}, start=False)
    many(server, 2000)
    lists = (["audit", "list"], ["audit", "export", "--format", "json"])
    before = [peak(server, *words) for words in lists]
    many(server, 10_000, "more")
    server.cli("audit", "verify")
    after = [peak(server, *words) for words in lists]
    assert all(long < short + 8192 for short, long in zip(before, after)), (before, after)
