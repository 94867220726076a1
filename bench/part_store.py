# SPDX-License-Identifier: Apache-2.0
"""(f) checks with a million accounts and 100,000 pending pushes in the store, compared with an empty one.

Twice: `read`, where each request calls itself by another name, so that the watch list knows none of them and a worker reads the
store for every one; and `polled`, where consoles ask as consoles do, a pair in the same bytes each time, and the watch list
answers what it may. Those to the full store go through its pushes in an order of chance. Before the rounds of each kind each server
is asked for all of its pairs once: what the machine has to read of a file, it has read, and what a watch list may know, it knows.
"""

import os
import random

from ours import Ours, fill, write_pairs
from rounds import NUMBER, build_loader, compare, drive, run_rounds, write_request

PAIRS_A_SECOND = 4000  # at least


class Filled(Ours):
    def __init__(self, folder, name, technicians, pushes, settings=None):
        inner = os.path.join(folder, name.split()[0])
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
        self.start()

    def drive(self, seconds, kind="read"):
        return drive(self, self.requests[kind], seconds, tokens=self.tokens)

    def warm_up(self, kind):
        self.drive(max(self.pushes / PAIRS_A_SECOND, 1), kind)


def checks(servers, rounds, seconds, kind):
    for server in servers:
        server.warm_up(kind)
    return compare(run_rounds(servers, rounds, lambda server: server.drive(seconds, kind)))


def measure(folder, build, quick):
    build_loader()
    rounds, seconds = (3, 2) if quick else (9, 3)
    technicians, pushes = (100000, 10000) if quick else (1000000, 100000)
    # A watch list remembers twice as many pairs as its front may have connections: an operator with that many consoles raises the limit.
    settings = {("limits", "connections"): "60000"}
    servers = [Filled(folder, "full store", technicians, pushes, settings), Filled(folder, "empty store", 1, 1, settings)]
    found = {kind: checks(servers, rounds, seconds, kind) for kind in ("read", "polled")}
    for server in servers:
        server.close()
    return {"rounds": rounds, "technicians": technicians, "pushes": pushes, "bytes": servers[0].bytes, "checks": found["read"],
            "polled": found["polled"]}
