"""(f) checks that a worker answers, with a million accounts and 100,000 pending pushes in the store, beside an empty one.

Each request calls itself by another name, so that the watch list knows none of them and every one reads the store; those to the
full store go through its pushes in an order of chance.
"""

import os
import random

from ours import Ours, fill, write_pairs
from rounds import NUMBER, build_loader, compare, drive, run_rounds, write_request


class Filled(Ours):
    def __init__(self, folder, name, technicians, pushes):
        inner = os.path.join(folder, name.split()[0])
        os.mkdir(inner)
        super().__init__(inner, start=False)
        self.name = name
        self.company("acme")
        pairs = fill(self, "acme", technicians, pushes)
        random.Random(1).shuffle(pairs)
        self.tokens = os.path.join(inner, "pairs")
        write_pairs(self.tokens, pairs)
        self.request = write_request(os.path.join(inner, "request"), self, pairs[0], agent=f"bench {NUMBER}")
        self.bytes = os.path.getsize(self.settings[("store", "path")])
        self.start()

    def drive(self, seconds):
        return drive(self, self.request, seconds, tokens=self.tokens)


def measure(folder, build, quick):
    build_loader()
    rounds, seconds = (3, 2) if quick else (9, 3)
    technicians, pushes = (100000, 10000) if quick else (1000000, 100000)
    servers = [Filled(folder, "full store", technicians, pushes), Filled(folder, "empty store", 1, 1)]
    found = run_rounds(servers, rounds, lambda server: server.drive(seconds))
    for server in servers:
        server.close()
    return {"rounds": rounds, "technicians": technicians, "pushes": pushes, "bytes": servers[0].bytes, "checks": compare(found)}
