# SPDX-License-Identifier: Apache-2.0
"""Fixtures: one server for each test process, and one of its own for a test that breaks it."""

import itertools

import pytest

import postgres
from countersign import Server

COUNTER = itertools.count()


def pytest_sessionfinish():
    postgres.remove()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.close()


def print_problems(server, start=0):
    """What a server complained of goes with the output of a test, which is shown if the test fails."""
    for line in server.log()[start:].splitlines():
        if " warning " in line or " error " in line:
            print(line)


@pytest.fixture
def server(shared_server):
    """Shared within a test process; tests take companies and accounts of their own by `name`."""
    start = len(shared_server.log())
    yield shared_server
    print_problems(shared_server, start)


@pytest.fixture
def own_server(tmp_path):
    """Makes servers for this test alone: own_server(settings)."""
    made = []

    def make(settings=None, **kwargs):
        folder = tmp_path / f"server{len(made)}"
        folder.mkdir()
        made.append(Server(folder, settings, **kwargs))
        return made[-1]

    yield make
    for server in made:
        print_problems(server)
        server.close()


@pytest.fixture
def own_cluster():
    """Makes PostgreSQL servers for this test alone: own_cluster(settings)."""
    made = []

    def make(**settings):
        made.append(postgres.cluster.Cluster(**settings))
        return made[-1]

    yield make
    for one in made:
        one.remove()


@pytest.fixture
def name(request):
    """A company's name and an address that no other test of this process has."""
    number = next(COUNTER)
    company = f"acme{number}"
    return company, f"ann{number}@{company}.example"
