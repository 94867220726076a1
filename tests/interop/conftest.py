# SPDX-License-Identifier: Apache-2.0
"""The server that every client signs in to, where stubs are made, and the record of who could."""

import json
import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
from countersign import BUILD, Server  # noqa: E402

RESULTS = {}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    server.company("acme")
    yield server
    server.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return str(tmp_path_factory.mktemp("made"))


def pytest_configure(config):
    config.addinivalue_line("markers", "xdist_group(name): tests that run on one process")


def pytest_runtest_logreport(report):
    if "::test_console[" in report.nodeid and (report.when == "call" or report.failed):
        name = report.nodeid.split("[")[1].split("]")[0]
        RESULTS[name] = RESULTS.get(name, True) and report.passed


def pytest_sessionfinish(session):
    """For tools/interop-table; with several processes, only in the main one."""
    if hasattr(session.config, "workerinput") or not RESULTS:
        return
    folder = os.path.join(BUILD, "interop")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "results.json")
    known = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as old:
            known = json.load(old)
    with open(path, "w", encoding="utf-8") as out:
        json.dump({**known, **RESULTS}, out, indent=1, sort_keys=True)
