# SPDX-License-Identifier: Apache-2.0
"""A pool of connections (pgbouncer) between the server and its database: sessions are served, transactions are refused."""

import pytest

import pooler
from countersign import Refused, Server
from test_nodes import was_woken_by_news
from test_waiting import OPERATOR, answer, hold, undo


@pytest.fixture
def pooled(own_cluster):
    """Makes a database behind a pool: pooled(mode) returns the settings of its store, the cluster and the pool."""
    made = []

    def make(mode, **settings):
        one = own_cluster()
        one.sql("CREATE DATABASE store TEMPLATE template0")
        made.append(pooler.Pooler(one, mode, **settings))
        return {("store", "url"): made[-1].url("store")}, one, made[-1]

    yield make
    for one in made:
        one.remove()


def test_a_sign_in_through_a_pool_of_sessions(pooled, own_server, name):
    company, email = name
    store, _, _ = pooled("session")
    server = own_server(store)
    phone = server.ready(company, email)
    assert server.console().sign_in(email, phone).result == "OK"
    assert server.cli("audit", "verify")["ok"] is True
    assert "store.unavailable" not in server.log()


def test_news_pass_through_a_pool_of_sessions(pooled, own_server, name):
    company, email = name
    store, _, _ = pooled("session")
    here = own_server(store)
    there = own_server(beside=here)
    there.ready(company, email)
    for _ in range(20):
        console = here.console()
        token, push = console.begin(email)
        hold(here, console, token, push, Prefer="wait=50")
        before = len(here.log())
        result, deed = next(iter(OPERATOR.items()))
        deed(there, company, email)
        assert result in answer(console)[1]
        if was_woken_by_news(here, before):
            return
        undo(there, company, email)
    raise AssertionError("the tick was first in each of 20 tries")


@pytest.mark.parametrize("size", [1, 20])
def test_a_pool_of_transactions_is_refused(pooled, own_server, tmp_path, size):
    """Most of what it breaks would break without an error: settings, prepared statements, LISTEN."""
    store, one, _ = pooled("transaction", default_pool_size=size)
    (tmp_path / "new").mkdir()
    with pytest.raises(Refused, match="pool_mode = session"):
        Server(tmp_path / "new", store, start=False)
    assert one.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "store") == [["0"]]
    server = own_server({("store", "url"): one.url("store")}, start=False)
    server.settings |= store
    server.write_config()
    done = server.run("config", "check")
    assert done.returncode != 0 and "pool_mode = session" in done.stdout + done.stderr
    with pytest.raises(AssertionError, match="did not start"):
        server.start()
    assert "pool_mode = session" in server.log()
    server.process.wait(60)
    server.process = None


def test_a_pool_that_exchanges_connections_from_some_time_on_grants_nothing(pooled, own_server, name):
    """The pool's mode is changed while the server runs: its connections are closed, and new ones refused."""
    company, email = name
    store, _, pool = pooled("session")
    server = own_server(store)
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    pool.stop()
    pool.start("transaction")

    def is_refused():
        answer = console.check(token, push.sPushToken)
        assert (answer.result, answer.cookie) == ("UnknownError", None)
        return "pool_mode = session" in server.log()
    server.wait_for(is_refused)
    pool.stop()
    pool.start("session")
    server.wait_for(lambda: console.check(token, push.sPushToken).result == "OK")
