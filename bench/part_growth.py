"""Cost as work grows: (a) from 1 to 16,384 connections, and what a million sign-ins leave behind and cost to remove."""

import os
import time

from load import compare, drive
from ours import DAY, Ours, insert, login_row, push_row, row_id, token
from part_checks import Pending, scripts_for
from part_store import Filled
from peers import Nginx



def by_connections(folder, counts, rounds, seconds):
    """Rate and cost of both at each number of connections."""
    inner = os.path.join(folder, "connections")
    os.mkdir(inner)
    ours = Ours(inner)
    pending = Pending(ours)
    servers = [ours, Nginx(inner, pending.answer())]
    scripts, figures = scripts_for(inner, servers, pending), []
    for count in counts:
        found = {server.name: [] for server in servers}
        for number in range(rounds + 1):
            for server in servers:
                row = drive(server.port, scripts[server.name], server.pids(), seconds, connections=count)
                if number:
                    found[server.name].append(row)
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
    store = server.store()
    count = store.execute("SELECT count(*) FROM login WHERE state = 'spent'").fetchone()[0]
    store.close()
    return count


def housekeeping(folder, sign_ins, seconds):
    """Checks that read the store, while a million old rows are removed and when none is there."""
    server = Filled(folder, "swept store", 1, 1)
    drive(server.port, server.script, server.pids(), seconds)
    quiet = drive(server.port, server.script, server.pids(), seconds)
    server.stop()
    size = leave_behind(server, sign_ins)
    server.start()
    counted, begun = left(server), time.monotonic()
    busy = drive(server.port, server.script, server.pids(), seconds)
    removed = (counted - left(server)) / (time.monotonic() - begun)
    server.close()
    return {"sign_ins": sign_ins, "bytes_each": size, "removed_a_second": removed, "rate_quiet": quiet[0], "rate_sweeping": busy[0],
            "ratio": busy[0] / quiet[0]}


def measure(folder, build, quick):
    counts, rounds, seconds = ([1, 64, 1024], 2, 1) if quick else ([1, 8, 64, 512, 4096, 16384], 3, 2)
    figures = {"connections": by_connections(folder, counts, rounds, seconds)}
    figures["housekeeping"] = housekeeping(folder, 50000 if quick else 1000000, 5 if quick else 10)
    return figures
