# SPDX-License-Identifier: Apache-2.0
"""Who reads the audit log while the database is put back: after a restore other events have the numbers of those that were lost, and
a reader that knows numbers alone would miss them, `store.restored` first of all."""

import hashlib
import os

import pytest

import postgres
from countersign import PATIENCE, Refused
from test_stats import Follower
from test_upkeep import KINDS, in_a_file, place, use


def exported(server, *words):
    """(seq, digest, event) of each line."""
    done = server.run("audit", "export", "--format", "json", *words)
    assert done.returncode == 0, done.stderr
    leaves = [line.split('"leaf":', 1)[1][:-1].encode() for line in done.stdout.splitlines()]
    events = server.cli("audit", "list")["events"]
    of = {hashlib.sha256(b"\0" + leaf).hexdigest(): leaf for leaf in leaves}
    return [(event["seq"], event["digest"], event["event"]) for event in events if event["digest"] in of]


def events(server, email, n):
    for _ in range(n):
        server.cli("technician", "unlock", email)


@pytest.fixture
def restored(own_server, name, tmp_path):
    """restored(kind): a server whose database was put back behind what was exported, and the last event of that."""
    company, email = name

    def make(kind):
        server = own_server(postgres.store() if kind == "postgresql" else in_a_file(tmp_path), start=False)
        server.company(company)
        server.technician(company, email)
        server.cli("backup", tmp_path / "copy.db")
        events(server, email, 4)
        (tmp_path / "kept").write_text(server.run("audit", "checkpoint").stdout, encoding="utf-8")
        last = exported(server)[-1]
        use(server, place(kind, str(tmp_path)))
        server.cli("restore", tmp_path / "copy.db")
        return server, last

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_a_reader_that_comes_back_with_a_number_is_refused(restored, name, tmp_path, kind):
    server, (seq, digest, _) = restored(kind)
    restore = exported(server)[-1]
    assert restore[2] == "store.restored" and restore[0] < seq
    commands = [("audit", "export", "--format", "json"), ("audit", "export", "--format", "cef", "--follow"), ("audit", "follow")]
    for words in commands:
        for after in (seq, f"{seq}:{digest}", 2**63 - 1):
            with pytest.raises(Refused, match="there is no event .*the database was put back") as refused:
                server.cli(*words, "--after", after)
            assert refused.value.code == 1
    events(server, name[1], 9)  # the log has that number again, of another event
    with pytest.raises(Refused, match="are not those of that checkpoint"):
        server.cli("audit", "checkpoint", "--since", tmp_path / "kept")
    for words in commands:
        with pytest.raises(Refused, match=f"its log does not have event {seq} as it was") as refused:
            server.cli(*words, "--after", f"{seq}:{digest}")
        assert refused.value.code == 1
        for wrong in (f"{seq}:", f"{seq}:{digest[:-2]}", f"{seq}:{digest}00", f"{seq}:{'g' * 64}", f":{digest}", "-1", f"-1:{digest}"):
            with pytest.raises(Refused, match="--after is a number, or NUMBER:DIGEST") as refused:
                server.cli(*words, f"--after={wrong}")
            assert refused.value.code == 2
    before = next(event for event in exported(server) if event[0] == restore[0] - 1)
    assert exported(server, "--after", f"{before[0]}:{before[1]}")[0] == restore
    server.cli("audit", "archive", tmp_path / "a.archive", "--to", restore[0])
    assert exported(server, "--after", f"{restore[0]}:{restore[1]}")[0][0] == restore[0] + 1
    with pytest.raises(Refused, match="as it was"):
        server.cli("audit", "export", "--format", "json", "--after", f"{restore[0]}:{digest}")


@pytest.mark.parametrize("words", [("audit", "export", "--format", "json", "--follow"), ("audit", "follow")], ids=["export", "follow"])
def test_a_reader_that_goes_on_sees_that_the_database_was_put_back(own_server, name, tmp_path, words):
    """The log is longer already when it looks again."""
    company, email = name
    server = own_server(in_a_file(tmp_path), start=False)
    server.company(company)
    server.technician(company, email)
    server.cli("backup", tmp_path / "copy.db")
    events(server, email, 4)
    last = exported(server)[-1][0]
    reader = Follower(server, *words, "--after", str(last - 1))
    assert "account.unlocked" in reader.line()  # it is under way
    path = server.settings["store", "path"]
    use(server, {("store", "path"): tmp_path / "new.db"})
    server.cli("restore", tmp_path / "copy.db")
    events(server, email, 9)
    for suffix in ("-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)
    os.rename(tmp_path / "new.db", path)
    said = reader.process.communicate(timeout=PATIENCE)
    assert (reader.process.returncode, said[0]) == (1, "") and f"does not have event {last} as it was" in said[1]
