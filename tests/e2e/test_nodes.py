# SPDX-License-Identifier: Apache-2.0
"""Several servers on one PostgreSQL database: what one does, the others know at once, and nothing is granted twice."""

import pytest

import cluster
import postgres
from test_waiting import OPERATOR, answer, hold, undo


@pytest.fixture
def own_cluster():
    made = []

    def make(**settings):
        made.append(cluster.Cluster(**settings))
        return made[-1]

    yield make
    for one in made:
        one.remove()


@pytest.fixture
def nodes(own_server):
    """Makes servers that share a store: nodes(number, settings, store)."""
    def make(number, settings=None, store=None):
        first = own_server({**(store or postgres.store()), **(settings or {})})
        return [first, *(own_server(settings, beside=first) for _ in range(number - 1))]
    return make


def was_woken_by_news(server, before):
    """Whether the check that has ended was asked again for news, and not by a tick before them."""
    since = server.log()[before:]
    return "news from=others" in since.split("op=twoFactorCheckPushAuthStatus")[0]


@pytest.mark.parametrize("result", [*OPERATOR, "TwoFactorRejected"])
def test_what_one_node_changes_wakes_a_check_held_by_another(nodes, name, result):
    """The log shows why the check was asked again: the news came, and no tick before them."""
    company, email = name
    here, there = nodes(2)
    phone = there.ready(company, email)
    for _ in range(20):
        console = here.console()
        token, push = console.begin(email)
        hold(here, console, token, push, Prefer="wait=50")
        before = len(here.log())
        if result in OPERATOR:
            OPERATOR[result](there, company, email)
        else:
            assert phone.reject()["result"] == "OK"
        _, text = answer(console)
        assert result in text
        if was_woken_by_news(here, before):
            return
        undo(there, company, email)
    raise AssertionError("the tick was faster each time")


def test_a_listener_that_lost_its_connection_listens_again(own_cluster, nodes, name):
    company, email = name
    one = own_cluster()
    one.sql("CREATE DATABASE store TEMPLATE template0")
    here, there = nodes(2, store={("store", "url"): one.url("store")})
    phone = there.ready(company, email)
    listeners = "FROM pg_stat_activity WHERE query LIKE 'LISTEN %'"
    here.wait_for(lambda: one.sql(f"SELECT count(*) {listeners}") == [["2"]])
    old = {row[0] for row in one.sql(f"SELECT pid {listeners}")}
    one.sql(f"SELECT pg_terminate_backend(pid) {listeners}")
    here.wait_for(lambda: len({row[0] for row in one.sql(f"SELECT pid {listeners}")} - old) == 2)
    for _ in range(20):
        console = here.console()
        token, push = console.begin(email)
        hold(here, console, token, push, Prefer="wait=50")
        before = len(here.log())
        assert phone.reject()["result"] == "OK"
        assert "TwoFactorRejected" in answer(console)[1]
        if was_woken_by_news(here, before):
            return
        undo(there, company, email)
    raise AssertionError("the tick was faster each time")
