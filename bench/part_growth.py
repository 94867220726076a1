"""Cost as work grows: (a) from 1 to 50,000 connections, and what sign-ins leave behind and cost to remove."""

import os
import sqlite3
import time

from ours import DAY, Ours, insert, login_row, push_row, row_id, token
from part_checks import Pending
from part_store import Filled
from peers import Nginx
from rounds import build_loader, compare, drive, median, run_rounds, write_request

FRONTS = 3  # a process may hold some 20,000 descriptors


def by_connections(folder, counts, rounds, seconds):
    """Rate, cost and memory of both at each number of connections."""
    inner = os.path.join(folder, "connections")
    os.mkdir(inner)
    ours = Ours(inner, {("server", "fronts"): str(FRONTS), ("limits", "idle_time"): "600s"})
    pending = Pending(ours)
    servers = [ours, Nginx(inner, pending.answer(), processes=FRONTS)]
    files = {server.name: write_request(os.path.join(inner, str(server.port)), server, pending.pair) for server in servers}
    figures = []
    for count in counts:
        found = run_rounds(servers, rounds, lambda server: drive(server, files[server.name], seconds, connections=count))
        figures.append({"count": count, **compare(found)})
    servers[1].stop()
    ours.close()
    return figures


def leave_behind(server, sign_ins):
    """Logins and pushes of sign-ins of two days ago; returns bytes for each."""
    path, store = server.settings[("store", "path")], server.store()
    store.execute("PRAGMA synchronous = OFF")
    before = os.path.getsize(path)
    then = int(time.time() * 1000000) - 2 * DAY
    logins = [row_id() for _ in range(sign_ins)]
    insert(store, "login", (login_row(1000000, then, token(), then + n, login, "spent") for n, login in enumerate(logins)))
    insert(store, "challenge", (push_row(1000000, login, then, token(), then, "used") for login in logins))
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return (os.path.getsize(path) - before) / sign_ins


def left(server):
    """By a connection that only reads: it must not wait for, nor hold up, who removes."""
    store = sqlite3.connect(f"file:{server.settings[('store', 'path')]}?mode=ro", uri=True, timeout=60)
    count = store.execute("SELECT count(*) FROM login WHERE state = 'spent'").fetchone()[0]
    store.close()
    return count


def removed(server, seconds, meanwhile):
    """Rows removed a second while meanwhile() runs, which takes some `seconds`; and what it returned."""
    before, begun = left(server), time.monotonic()
    row = meanwhile(seconds)
    return (before - left(server)) / (time.monotonic() - begun), row


def housekeeping(folder, sign_ins, rounds, seconds):
    """Old rows are removed by a server that has nothing else to do, and beside checks that all read the store."""
    swept, quiet = Filled(folder, "swept store", 1, 1), Filled(folder, "quiet store", 1, 1)
    swept.stop()
    size = leave_behind(swept, sign_ins)
    swept.start()
    busy_rates, found = [], {"swept": [], "quiet": []}
    for number in range(rounds + 1):
        rate, row = removed(swept, seconds, swept.drive)
        still = quiet.drive(seconds)
        if number:
            busy_rates.append(rate)
            found["swept"].append(row)
            found["quiet"].append(still)
    alone, _ = removed(swept, 2, time.sleep)
    over = left(swept) == 0
    for server in (swept, quiet):
        server.close()
    assert not over, "there must be something to remove until the end"
    return {"sign_ins": sign_ins, "bytes_each": size, "removed_alone": alone,
            "removed_beside": median(busy_rates), "checks": compare(found)}


def measure(folder, build, quick):
    build_loader()
    counts, rounds, seconds = ([1, 64, 5000], 2, 1) if quick else ([1, 10, 100, 1000, 10000, 50000], 3, 2)
    figures = {"connections": by_connections(folder, counts, rounds, seconds)}
    figures["housekeeping"] = housekeeping(folder, 50000 if quick else 200000, 2 if quick else 5, 2 if quick else 3)
    return figures
