# SPDX-License-Identifier: Apache-2.0
"""What a PostgreSQL server does to those that use it: no room, no connection left, only reading, sessions and statements that are
ended. No way in is given that was not earned, the log says what to do, and sign-ins go on without a restart."""

import concurrent.futures
import contextlib
import os
import subprocess
import threading
from collections import Counter

import pytest

import cluster
from test_processes import fill

OURS = "FROM pg_stat_activity WHERE application_name = 'countersign'"
WAITS = f"{OURS} AND wait_event_type = 'Lock'"


@pytest.fixture
def served(own_cluster, own_server, name):
    """A server whose store is a database of the role `app`, without a superuser's rights; a phone; a push that was approved."""
    company, email = name
    one = own_cluster()
    one.sql("CREATE ROLE app LOGIN")
    one.sql("CREATE DATABASE store OWNER app TEMPLATE template0")
    url = one.url("store").replace(cluster.ROLE, "app", 1)
    server = own_server({("store", "url"): url, ("server", "workers"): 2})
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    return one, server, phone, email, lambda: console.check(token, push.sPushToken)


def wait_for_words(server, ask, *words):
    """Asks until the log has them: an answer is never a way in."""
    def has_them():
        answer = ask()
        assert (answer.result, answer.cookie) == ("UnknownError", None)
        return all(one in server.log() for one in words)
    server.wait_for(has_them)


def signs_in(server, email, phone):
    """Whether all calls of a sign-in are served: a worker may still pause before it connects again."""
    console = server.console()
    login = console.login(email)
    push = login.sLoginToken and console.send(login.sLoginToken)
    shown = push and push.sPushToken and phone.post("pending", {}, phone.token).get("aChallenges")
    if not shown or phone.answer("approve", push.sMatchNumber, shown[0]).get("result") != "OK":
        return False
    return console.settle(login.sLoginToken, push.sPushToken).result == "OK"


def end_sessions(one):
    one.sql(f"SELECT pg_terminate_backend(pid) {OURS}")


@pytest.mark.parametrize("whose", ["ROLE app", "DATABASE store"])
def test_no_connection_is_left(served, whose):
    one, server, phone, email, ask = served
    workers = server.children("worker")
    one.sql(f"ALTER {whose} CONNECTION LIMIT 0")
    end_sessions(one)
    wait_for_words(server, ask, "no connection is left for this server: raise max_connections")
    assert server.console().login(email).result == "UnknownError"
    one.sql(f"ALTER {whose} CONNECTION LIMIT -1")
    server.wait_for(lambda: ask().result == "OK")
    server.wait_for(lambda: signs_in(server, email, phone))
    assert server.children("worker") == workers


def test_the_database_only_reads_for_new_sessions(served):
    one, server, phone, email, ask = served
    one.sql("ALTER DATABASE store SET default_transaction_read_only = on")
    end_sessions(one)
    wait_for_words(server, ask, "the database only reads", "default_transaction_read_only")
    one.sql("ALTER DATABASE store RESET default_transaction_read_only")
    server.wait_for(lambda: ask().result == "OK")
    server.wait_for(lambda: signs_in(server, email, phone))


def test_the_database_only_reads_from_now_on(served):
    """Sessions stay, and lose their right to write."""
    one, server, phone, email, ask = served
    one.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    one.sql("SELECT pg_reload_conf()")
    server.wait_for(lambda: one.sql("SHOW default_transaction_read_only") == [["on"]])
    wait_for_words(server, ask, "the database only reads", "default_transaction_read_only")
    one.sql("ALTER SYSTEM RESET default_transaction_read_only")
    one.sql("SELECT pg_reload_conf()")
    server.wait_for(lambda: ask().result == "OK")
    server.wait_for(lambda: signs_in(server, email, phone))


@contextlib.contextmanager
def push_that_waits(one, console, login):
    """For the locks of another session; and its answer, once it comes."""
    with one.session("store") as other, concurrent.futures.ThreadPoolExecutor() as pool:
        other.run("BEGIN; UPDATE technician SET name = name;")
        yield other, pool.submit(console.send, login.sLoginToken)


def test_a_statement_is_cancelled(served):
    one, server, phone, email, _ = served
    console = server.console()
    login = console.login(email)
    with push_that_waits(one, console, login) as (other, sent):
        server.wait_for(lambda: sent.done() or one.sql(f"SELECT pg_cancel_backend(pid) {WAITS}"))
        answer = sent.result()
        assert (answer.result, answer.sPushToken) == ("UnknownError", None)
        other.run("ROLLBACK;")
    assert "was cancelled by hand" in server.log()
    push = console.send(login.sLoginToken)
    assert push.result == "OK"
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert console.settle(login.sLoginToken, push.sPushToken).result == "OK"


def test_a_session_is_ended_while_it_waits(served):
    """Nothing was committed, so its call runs again."""
    one, server, _, email, _ = served
    console = server.console()
    login = console.login(email)
    with push_that_waits(one, console, login) as (other, sent):
        server.wait_for(lambda: one.sql(f"SELECT pg_terminate_backend(pid) {WAITS}"))
        other.run("ROLLBACK;")
        assert sent.result().result in ("OK", "UnknownError")
    assert "call.repeated" in server.log()
    server.wait_for(lambda: server.console().login(email).sLoginToken is not None)


def test_sessions_are_ended_all_the_time(served):
    """In the middle of sign-ins: each OK was granted, once, nothing else is answered OK, and sign-ins go on."""
    one, server, phone, email, ask = served
    email, results, ended = "alone." + email, Counter(), threading.Event()
    assert ask().result == "OK"
    server.company("alone", second_factor="off")
    server.technician("alone", email)

    def sign_ins():
        for _ in range(15):
            answer = server.console().login(email)
            assert (answer.cookie is not None) == (answer.result == "OK")
            results[answer.result] += 1

    def end():
        while not ended.wait(0.05):
            end_sessions(one)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        ending = pool.submit(end)
        try:
            for done in [pool.submit(sign_ins) for _ in range(2)]:
                done.result()
        finally:
            ended.set()
            ending.result()
    assert set(results) <= {"OK", "UnknownError"}
    server.wait_for(lambda: server.console().login(email).result == "OK")
    listed = Counter(row["event"] for row in server.cli("audit", "list", "--technician", email, "--last", "1000")["events"])
    assert listed["login.granted"] >= results["OK"] + 1, listed
    assert server.cli("audit", "verify")["ok"] is True


@pytest.fixture
def small_disk(own_cluster):
    """A cluster, and a folder on a file system of 32 MiB that is its user's."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    one = own_cluster()
    folder = os.path.join(one.folder, "small")
    os.mkdir(folder)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size=32m,mode=700,uid={cluster.ordinary()[1].pw_uid}", "countersign-test", folder], check=True)
    yield one, folder
    one.stop()
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_the_disk_of_the_database_is_full(small_disk, own_server, name):
    """The tables have a disk of their own: if the log of PostgreSQL finds no room, the whole server ends instead."""
    company, email = name
    one, folder = small_disk
    one.sql(f"CREATE TABLESPACE small LOCATION '{folder}'")
    one.sql("CREATE DATABASE store TEMPLATE template0 TABLESPACE small")
    server = own_server({("store", "url"): one.url("store")})
    server.company(company, second_factor="off")
    server.technician(company, email)
    assert server.console().login(email).result == "OK"
    one.sql("VACUUM FULL", "store")  # PostgreSQL may have made many pages at once for a table
    fill(os.path.join(folder, "filler"))

    def is_refused():
        """There is room left within the last page of each table."""
        answer = server.console().login(email)
        assert (answer.cookie is not None) == (answer.result == "OK")
        assert answer.result in ("OK", "UnknownError")
        return answer.result == "UnknownError"
    server.wait_for(is_refused)
    assert "the database server's disk is full: make room on it" in server.log()
    os.unlink(os.path.join(folder, "filler"))
    server.wait_for(lambda: server.console().login(email).result == "OK")
    assert server.cli("audit", "verify")["ok"] is True
