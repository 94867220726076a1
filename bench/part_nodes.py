# SPDX-License-Identifier: Apache-2.0
"""(h) whole sign-ins on one PostgreSQL database: by one node and by two, of one company and of many.

What one company's sign-ins would have to do one after the other, such as its audit log, would show as processors that have nothing to
do, as fewer sign-ins by two nodes than by one node with the same processors, or as fewer of one company than of many.
"""

import os
import time

from ours import Ours, postgres
from part_signins import accounts, sign_ins, waiting
from processes import LOAD_CPU, SERVER_CPU, family, processor_seconds, used_by_all
from rounds import median

OTHERS = 20  # companies
ONE, BOTH, TWO, MANY = "one node, one processor", "one node, all processors", "two nodes, a processor each", "two nodes, many companies"
AGAIN = 'countersign_store_retries_total{mode="write"}'


def measured(nodes, phone, work, seconds, cpu):
    again = sum(node.metric(AGAIN) for node in nodes)
    database = family(nodes[0].cluster.process.pid)
    begun, used, before = time.monotonic(), used_by_all(), processor_seconds(database)
    rate, cost = sign_ins(nodes, phone, work, seconds, cpu)
    passed = time.monotonic() - begun
    return {"rate": rate, "cost_ms": cost * 1e3,
            "database_ms": (processor_seconds(database) - before) / max(rate * seconds, 1) * 1e3, "busy": (used_by_all() - used) / passed / os.cpu_count(),
            "repeated": (sum(node.metric(AGAIN) for node in nodes) - again) / max(rate * seconds, 1)}


def start(folder, cluster, count):
    """Three nodes: with one processor, with the other, and with all; and the accounts."""
    inner = [os.path.join(folder, name) for name in ("first", "second", "both")]
    for path in inner:
        os.mkdir(path)
    settings = {("log", "level"): "error"}
    first = Ours(inner[0], settings, start=False, cpu=SERVER_CPU)
    first.start()
    phone, devices = accounts(first, count, OTHERS)
    first.stop()
    first.move_to(cluster)
    first.start()
    others = [Ours(path, settings, cpu=cpu, beside=first) for path, cpu in ((inner[1], LOAD_CPU), (inner[2], None))]
    for other in others:
        other.cluster = cluster
    return [first, *others], phone, list(enumerate(devices))


def measure(folder, build, quick):
    rounds, seconds = (2, 4) if quick else (5, 8)
    cluster = postgres(None)
    try:
        (first, second, both), phone, devices = start(folder, cluster, 2 * 3 * 100 * (rounds + 1) * seconds)
        half = len(devices) // 2
        one_company, many = waiting(devices[:half]), waiting(devices[half:])
        ways = {ONE: ([first], one_company, LOAD_CPU), BOTH: ([both], one_company, None), TWO: ([first, second], one_company, None),
                MANY: ([first, second], many, None)}
        found = {name: [] for name in ways}
        for number in range(rounds + 1):
            for name, (nodes, work, cpu) in ways.items():
                row = measured(nodes, phone, work, seconds, cpu)
                if number:
                    found[name].append(row)
        for node in (second, both, first):
            node.close()
    finally:
        cluster.remove()
    ratios = {name: [two["rate"] / other["rate"] for two, other in zip(found[TWO], found[name])] for name in (ONE, BOTH, MANY)}
    return {"rounds": rounds, "seconds": seconds, "companies": OTHERS,
            "ways": {name: {key: median(row[key] for row in rows) for key in rows[0]} for name, rows in found.items()},
            "ratios": {name: (median(values), min(values), max(values)) for name, values in ratios.items()}}
