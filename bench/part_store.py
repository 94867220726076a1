# SPDX-License-Identifier: Apache-2.0
"""(f) checks with a million accounts and 100,000 pending pushes in the store, compared with an empty one, on SQLite and PostgreSQL.

Twice: `read`, where each request calls itself by another name, so that the watch list knows none of them and a worker reads the
store for every one; and `polled`, where consoles ask as consoles do, a pair in the same bytes each time, and the watch list
answers what it may. Those to the full store go through its pushes in an order of chance. Before the rounds of each kind each server
is asked for all of its pairs once: what the machine has to read of a file, it has read, and what a watch list may know, it knows.
"""

import os
import random

from ours import Ours, fill, postgres, write_pairs
from rounds import NUMBER, build_loader, compare, drive, run_rounds, summary, versus, write_request

PAIRS_A_SECOND = 4000  # at least


class Filled(Ours):
    def __init__(self, folder, name, technicians, pushes, settings=None, cluster=None):
        inner = os.path.join(folder, name.replace(" ", "-"))
        os.mkdir(inner)
        super().__init__(inner, settings, start=False)
        self.name = name
        self.company("acme")
        pairs = fill(self, "acme", technicians, pushes)
        random.Random(1).shuffle(pairs)
        self.tokens = os.path.join(inner, "pairs")
        write_pairs(self.tokens, pairs)
        self.pushes = pushes
        self.requests = {kind: write_request(os.path.join(inner, kind), self, pairs[0], agent=agent)
                         for kind, agent in (("read", f"bench {NUMBER}"), ("polled", "bench"))}
        self.bytes = os.path.getsize(self.settings[("store", "path")])
        if cluster:
            self.move_to(cluster)
        self.start()

    def drive(self, seconds, kind="read"):
        return drive(self, self.requests[kind], seconds, tokens=self.tokens)

    def warm_up(self, kind):
        self.drive(max(self.pushes / PAIRS_A_SECOND, 1), kind)


def checks(servers, rounds, seconds, kind):
    """The rows of each server."""
    for server in servers:
        server.warm_up(kind)
    return run_rounds(servers, rounds, lambda server: server.drive(seconds, kind))


def measure(folder, build, quick):
    build_loader()
    rounds, seconds = (3, 2) if quick else (9, 3)
    sizes = {"full": (100000, 10000) if quick else (1000000, 100000), "empty": (1, 1)}
    # A watch list remembers twice as many pairs as its front may have connections: an operator with that many consoles raises the limit.
    settings = {("limits", "connections"): "60000"}
    cluster = postgres()
    try:
        engines = {"SQLite": None, "PostgreSQL": cluster}
        servers = {f"{engine}, {size}": Filled(folder, f"{engine}, {size}", *sizes[size], settings, engines[engine])
                   for engine in engines for size in sizes}
        read = checks(list(servers.values()), rounds, seconds, "read")
        sqlite = [servers["SQLite, full"], servers["SQLite, empty"]]
        polled = compare(checks(sqlite, rounds, seconds, "polled"))
        for server in servers.values():
            server.close()
    finally:
        cluster.remove()
    pairs = {"SQLite": ("SQLite, full", "SQLite, empty"), "PostgreSQL": ("PostgreSQL, full", "PostgreSQL, empty"),
             "empty": ("PostgreSQL, empty", "SQLite, empty"), "full": ("PostgreSQL, full", "SQLite, full")}
    return {"rounds": rounds, "technicians": sizes["full"][0], "pushes": sizes["full"][1], "bytes": sqlite[0].bytes,
            "checks": {name: summary(rows) for name, rows in read.items()}, "polled": polled,
            "versus": {name: versus(read[a], read[b]) for name, (a, b) in pairs.items()}}
