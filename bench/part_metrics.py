# SPDX-License-Identifier: Apache-2.0
"""(a) with metrics that are scraped every second, compared with a server that serves none."""

import contextlib
import os
import threading

from ours import Ours
from part_checks import Pending
from rounds import build_loader, drive, run_rounds, summary, versus, write_request

EVERY_S = 1


@contextlib.contextmanager
def scraped(server):
    over = threading.Event()

    def scrape():
        while not over.wait(EVERY_S):
            assert server.watch("/metrics")[0] == 200

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Measured(Ours):
    def __init__(self, folder, name, settings):
        super().__init__(folder, settings)
        self.name, self.has_metrics = name, not settings
        self.request = write_request(f"{self.folder}/request", self, Pending(self).pair)

    def drive(self, seconds):
        with scraped(self) if self.has_metrics else contextlib.nullcontext():
            return drive(self, self.request, seconds)


def measure(folder, build, quick):
    build_loader()
    rounds, seconds = (3, 1) if quick else (15, 3)
    servers = []
    for name, settings in (("with metrics", {}), ("without", {("metrics", "listen"): ""})):
        inner = os.path.join(folder, name.replace(" ", "-"))
        os.mkdir(inner)
        servers.append(Measured(inner, name, settings))
    found = run_rounds(servers, rounds, lambda server: server.drive(seconds))
    for server in servers:
        server.close()
    return {"rounds": rounds, "seconds": seconds, "every_s": EVERY_S, "servers": {name: summary(rows) for name, rows in found.items()},
            "versus": versus(found["with metrics"], found["without"])}
