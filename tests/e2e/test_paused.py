# SPDX-License-Identifier: Apache-2.0
"""A server that stops in the middle of a transaction: the others go on, and it goes on itself when it wakes."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import postgres

OURS = "FROM pg_stat_activity a WHERE application_name = 'countersign' AND datname = '{}' AND state = 'idle in transaction'"


@pytest.fixture
def pair(own_server):
    first = own_server({**postgres.store(), ("store", "busy_timeout"): "4s"})
    return first, own_server(beside=first)


def held(server):
    """Sessions of the store that are between two statements of a transaction that writes."""
    name = server.settings["store", "url"].rsplit("/", 1)[1]
    return postgres.server().sql(f"SELECT a.pid {OURS.format(name)} AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid "
                                 "AND l.relation = 'meta'::regclass AND l.mode = 'RowShareLock')", name)


def stop_within(server, pool, call):
    """Stops its workers while one of them has locks; returns them, and the call that is under way. They run for as long as they are
    stopped: on a slow machine the call would be overdue otherwise."""
    workers = server.children("worker")
    while True:
        under_way = pool.submit(call)
        while not under_way.done():
            stopped = time.monotonic()
            for pid in workers:
                os.kill(pid, signal.SIGSTOP)
            if held(server):
                return workers, under_way
            for pid in workers:
                os.kill(pid, signal.SIGCONT)
            time.sleep(time.monotonic() - stopped)
        under_way.result()


def test_a_server_that_stops_within_a_transaction_does_not_keep_the_others_from_writing(pair, name):
    company, email = name
    here, there = pair
    here.company(company, second_factor="off")
    here.technician(company, email)
    there.technician(company, "locked." + email)
    with ThreadPoolExecutor() as pool:
        workers, under_way = stop_within(here, pool, lambda: here.console().login(email))
        try:
            there.cli("technician", "lock", "locked." + email)
            assert not held(there)
        finally:
            for pid in workers:
                os.kill(pid, signal.SIGCONT)
        assert under_way.result().result == "OK", "what was interrupted had changed nothing, and ran again"
    assert here.console().login(email).result == "OK"


def test_what_loses_its_connection_within_a_transaction_runs_again(pair, name):
    """The database ends the session before COMMIT was sent: nothing of it can have been committed."""
    company, email = name
    here, _ = pair
    here.company(company, second_factor="off")
    here.technician(company, email)
    answers = []

    def login():
        answers.append(here.console().login(email).result)
    with ThreadPoolExecutor() as pool:
        while "call.repeated op=loginTechnicianFromStandalone_v7_2" not in here.log():  # what stopped may be another's work
            workers, under_way = stop_within(here, pool, login)
            try:
                for [pid] in held(here):
                    assert postgres.server().sql(f"SELECT pg_terminate_backend({pid}, 60000)") == [["t"]]
            finally:
                for pid in workers:
                    os.kill(pid, signal.SIGCONT)
            under_way.result()
    assert set(answers) == {"OK"}
    assert [row["event"] for row in here.cli("audit", "list")["events"]].count("login.granted") == len(answers)
