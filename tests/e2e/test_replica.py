# SPDX-License-Identifier: Apache-2.0
"""A change that no synchronous replica has confirmed may be lost with its primary: no answer depends on it."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import cluster
from countersign import free_port

WAITING = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

# The commit of a grant waits, and not only the sealer's: it still has its locks.
GRANTS = ("SELECT 1 FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE wait_event = 'SyncRep' AND query = 'COMMIT' "
          "AND relation = 'session'::regclass AND mode = 'RowExclusiveLock'")

OURS = "FROM pg_stat_activity WHERE application_name = 'countersign'"


@pytest.fixture
def replicated(own_cluster, own_server, name):
    """A server whose primary waits for a replica; alone(): the replica is away, and commits wait."""
    company, email = name
    primary = own_cluster()
    primary.sql("CREATE DATABASE store TEMPLATE template0")
    server = own_server({("store", "url"): primary.url("store"), ("store", "busy_timeout"): "1s", ("server", "workers"): 2})
    phone = server.ready(company, email)

    def alone():
        # Nothing is left to be sealed: a sealer that waits for the replica loses its connection, and a new one waits, too.
        server.cli("audit", "list")
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'away'")
        primary.sql("SELECT pg_reload_conf()")
        server.wait_for(lambda: primary.sql("SHOW synchronous_standby_names") == [["away"]])
    return primary, server, phone, email, alone


def approved(server, phone, email):
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    return console, token, push


def test_a_commit_that_stopped_waiting_for_the_replica_is_not_an_answer(replicated):
    """PostgreSQL answers such a commit like every other, beside a warning: an administrator has ended the wait."""
    primary, server, phone, email, alone = replicated
    console, token, push = approved(server, phone, email)
    alone()
    with ThreadPoolExecutor() as pool:
        told = pool.submit(console.check, token, push.sPushToken)
        server.wait_for(lambda: told.done() or primary.sql(f"SELECT pg_cancel_backend(pid) {WAITING}"))
        while not told.done():
            primary.sql(f"SELECT pg_cancel_backend(pid) {WAITING}")
    assert (told.result().result, told.result().cookie) == ("UnknownError", None)


def test_what_was_committed_here_alone_is_not_shown_after_a_crash(replicated):
    """The recovered primary has the grant that its replica never got: a failover would take it back."""
    primary, server, phone, email, alone = replicated
    console, token, push = approved(server, phone, email)
    alone()
    with ThreadPoolExecutor() as pool:
        told = pool.submit(console.check, token, push.sPushToken)
        server.wait_for(lambda: primary.sql(GRANTS, "store"))
        connections = int(primary.sql(f"SELECT count(*) {OURS}")[0][0])
        primary.crash()
        assert (told.result().result, told.result().cookie) == ("UnknownError", None)
    assert primary.sql("SELECT count(*) FROM audit WHERE event = 'login.granted'", "store") == [["1"]], "it is there"
    seen = set()
    while len(seen) < connections:
        answer = server.console().check(token, push.sPushToken)
        assert (answer.result, answer.cookie) == ("UnknownError", None)
        seen.update(row[0] for row in primary.sql(f"SELECT pid {OURS}"))
    primary.sql("ALTER SYSTEM RESET synchronous_standby_names")
    primary.sql("SELECT pg_reload_conf()")
    server.wait_for(lambda: server.console().login(email).result != "UnknownError")


def test_what_is_only_noted_does_not_wait_for_the_replica(replicated):
    """That a phone was seen, and has seen its push: a failover may take that back, and no answer."""
    primary, server, phone, email, alone = replicated
    server.console().begin(email)
    primary.sql("UPDATE device SET seen_at = 0", "store")
    alone()
    assert len(phone.pending()) == 1
    # A commit that waits for the replica is not visible yet.
    assert primary.sql("SELECT d.seen_at > 0, c.seen_at > 0 FROM device d, challenge c", "store") == [["t", "t"]]


@pytest.fixture
def shut_door():
    """The port of something that takes connections and closes them, as a proxy does whose server is away."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        def work():
            try:
                while True:
                    door.accept()[0].close()
            except OSError:
                pass
        threading.Thread(target=work, daemon=True).start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)


def test_a_host_that_closes_its_connections_does_not_hide_the_next_one(own_cluster, own_server, shut_door, name):
    company, email = name
    port = free_port()
    one = own_cluster(listen_addresses="127.0.0.1", port=port)
    one.sql("CREATE DATABASE store TEMPLATE template0")
    server = own_server({("store", "url"): f"postgresql://{cluster.ROLE}@127.0.0.1:{shut_door},127.0.0.1:{port}/store"})
    server.company(company, second_factor="off")
    server.technician(company, email)
    assert server.console().login(email).result == "OK"
