# SPDX-License-Identifier: Apache-2.0
"""Stores on a PostgreSQL server: one server for each test process, a database for each store."""

import atexit
import itertools
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "postgres"))
import cluster

# COUNTERSIGN_STORE=postgresql: every server of the tests has its store there, unless a test names a file for it.
IS_ASKED_FOR = os.environ.get("COUNTERSIGN_STORE") == "postgresql"

_made = []
_count = itertools.count()


def server():
    """The server of this test process, started when first asked for."""
    if not _made:
        _made.append(cluster.Cluster())
        atexit.register(remove)
    return _made[0]


def remove():
    """The server of this test process, if there is one. A process that ends has not the time for hundreds of databases."""
    while _made:
        _made.pop().remove()


def database(more=""):
    """The name of a new, empty database."""
    name = f"store{next(_count)}"
    server().sql(f"CREATE DATABASE {name} TEMPLATE template0 {more}")
    return name


def store():
    """The settings of a new store."""
    return {("store", "url"): server().url(database())}
