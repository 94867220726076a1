# SPDX-License-Identifier: Apache-2.0
"""Cost as work grows: (a) from 1 to 50,000 connections, and what sign-ins leave behind and cost to remove."""

import contextlib
import http.server
import os
import secrets
import sqlite3
import threading
import time

from ours import DAY, Ours, insert, row_id, token
from part_checks import Pending
from part_store import Filled
from peers import Nginx
from processes import processor_seconds
from rounds import Load, build_loader, compare, median, run_rounds, write_request

from countersign import Console

MODELS = 16  # real sign-ins, whose rows are copied
AGE = 9 * DAY  # a session is kept for seven days after its last
AUDIT_COPIES = 1000
FRONTS = 3  # a process may hold some 20,000 descriptors


def by_connections(folder, counts, rounds, seconds):
    """Rate, cost and memory of both at each number of connections, which stay open to both all the time, and so are idle for longer than usual."""
    inner = os.path.join(folder, "connections")
    os.mkdir(inner)
    ours = Ours(inner, {("server", "fronts"): str(FRONTS), ("limits", "idle_time"): "600s"})
    pending = Pending(ours)
    servers = [ours, Nginx(inner, pending.answer(), processes=FRONTS)]
    files = {server.name: write_request(os.path.join(inner, str(server.port)), server, pending.pair) for server in servers}
    figures = []
    for count in counts:
        loads = {server.name: Load(server, files[server.name], seconds, connections=count) for server in servers}
        found = run_rounds(servers, rounds, lambda server: loads[server.name].round())
        for load in loads.values():
            load.close()
        figures.append({"count": count, **compare(found)})
    servers[1].stop()
    ours.close()
    return figures


class Sink(http.server.BaseHTTPRequestHandler):
    """A webhook that accepts everything."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def webhook(folder):
    """The settings of a server that posts to one."""
    key = os.path.join(folder, "webhook.key")
    with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as out:
        out.write("a key of the benchmark's own")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink) as sink:
        thread = threading.Thread(target=sink.serve_forever)
        thread.start()
        try:
            yield {("webhook", "url"): f"http://127.0.0.1:{sink.server_port}/", ("webhook", "secret_file"): key}
        finally:
            sink.shutdown()
            thread.join()


def sign_in_some(server):
    """Whole sign-ins through the server's interfaces, with accounts and phones of their own: models for many copies."""
    server.company("models")
    for number in range(MODELS):
        email = f"model{number}@bench.example"
        server.technician("models", email)
        phone = server.phone(email)
        answer = Console(server).sign_in(email, phone)
        assert answer.result == "OK", answer.body
    with contextlib.closing(server.store()) as store:
        while store.execute("SELECT 1 FROM outbox WHERE state = 'waiting'").fetchone():
            time.sleep(0.02)  # the courier is busy


def rows_of(store, table, where):
    cursor = store.execute(f"SELECT * FROM {table} WHERE {where}")
    return [dict(zip((column[0] for column in cursor.description), row)) for row in cursor]


def read_models(store):
    """The rows that each sign-in left: [table -> its rows]."""
    models = []
    for login in rows_of(store, "login", "result = 'OK'"):
        pushes = rows_of(store, "challenge", f"login_id = {login['id']}")
        models.append({"login": [login], "challenge": pushes, "session": rows_of(store, "session", f"login_id = {login['id']}"),
                       "outbox": [row for push in pushes for row in rows_of(store, "outbox", f"challenge_id = {push['id']}")],
                       "audit": rows_of(store, "audit", f"technician_id = {login['technician_id']} AND at >= {login['created_at']}")})
    assert len(models) == MODELS
    return models


def copy_of(row, ids, earlier):
    """With other ids, tokens and digests, and all its times that much earlier."""
    row = {key: value - earlier if key.endswith("_at") and value else value for key, value in row.items()}
    for key, value in row.items():
        if key == "public_id":
            row[key] = token()[:22]
        elif key.endswith("_digest"):
            row[key] = secrets.token_bytes(32)
        elif (key == "id" or key in ("login_id", "challenge_id", "result_session_id")) and value:
            row[key] = ids.setdefault(value, row_id())
    return row


def sizes(store):
    """Bytes of each table with its indexes."""
    table_of, found = dict(store.execute("SELECT name, tbl_name FROM sqlite_schema")), {}
    for name, size in store.execute("SELECT name, pgsize FROM dbstat WHERE aggregate = 1"):
        table = table_of.get(name, name)
        found[table] = found.get(table, 0) + size
    return found


def audit_bytes(store, models):
    """For each sign-in, in a file of its own, since copies would break the chain."""
    with contextlib.closing(sqlite3.connect(":memory:")) as apart:
        for sql, in store.execute("SELECT sql FROM sqlite_schema WHERE tbl_name = 'audit' AND sql IS NOT NULL"):
            apart.execute(sql)
        rows = (row for _ in range(AUDIT_COPIES) for model in models for row in model["audit"])
        insert(apart, "audit", ({**row, "id": number, "seq": number} for number, row in enumerate(rows)))
        return sizes(apart)["audit"] / (AUDIT_COPIES * len(models))


def leave_behind(server, sign_ins):
    """Copies of what real sign-ins left, of days ago; rows and bytes of each sign-in by table."""
    store = server.store()
    store.execute("PRAGMA synchronous = OFF")
    models = read_models(store)
    before = sizes(store)
    ids = [{} for _ in range(sign_ins)]
    for table in ("login", "challenge", "outbox", "session"):
        insert(store, table, (copy_of(row, ids[n], AGE - n) for n in range(sign_ins) for row in models[n % MODELS][table]))
    after = sizes(store)
    left = {table: {"rows": sum(len(model[table]) for model in models) / MODELS,
                    "bytes": (after[table] - before[table]) / sign_ins if table != "audit" else audit_bytes(store, models)}
            for table in models[0]}
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return left


def remaining(server):
    """Over a connection that only reads: it must neither wait for the removal nor delay it."""
    store = sqlite3.connect(f"file:{server.settings[('store', 'path')]}?mode=ro", uri=True, timeout=60)
    count = store.execute("SELECT count(*) FROM login WHERE state = 'spent'").fetchone()[0]
    store.close()
    return count


def removed(server, seconds, meanwhile):
    """Sign-ins whose rows were removed while meanwhile() ran, which takes some `seconds`: how many a second, the processor time of
    each, and what meanwhile() returned."""
    before, begun, used = remaining(server), time.monotonic(), processor_seconds(server.pids())
    row = meanwhile(seconds)
    gone, used, passed = before - remaining(server), processor_seconds(server.pids()) - used, time.monotonic() - begun
    return gone / passed, used / max(gone, 1), row


def housekeeping(folder, sign_ins, rounds, seconds):
    """Old rows are removed by a server that has nothing else to do, and beside checks that all read the store."""
    with webhook(folder) as settings:
        swept, quiet = (Filled(folder, name, 1, 1, settings) for name in ("swept store", "quiet store"))
        sign_in_some(swept)
        swept.stop()
        left = leave_behind(swept, sign_ins)
        swept.start()
        busy_rates, found = [], {"swept": [], "quiet": []}
        for number in range(rounds + 1):
            rate, _, row = removed(swept, seconds, swept.drive)
            still = quiet.drive(seconds)
            if number:
                busy_rates.append(rate)
                found["swept"].append(row)
                found["quiet"].append(still)
        alone, cost, _ = removed(swept, 2, time.sleep)
        over = remaining(swept) <= MODELS
        for server in (swept, quiet):
            server.close()
    assert not over, "there must be something to remove until the end"
    return {"sign_ins": sign_ins, "left": left, "removed_alone": alone, "cost_alone": cost,
            "removed_beside": median(busy_rates), "checks": compare(found)}


def measure(folder, build, quick):
    build_loader()
    counts, rounds, seconds = ([1, 64, 5000], 2, 1) if quick else ([1, 10, 100, 1000, 10000, 50000], 3, 2)
    figures = {"connections": by_connections(folder, counts, rounds, seconds)}
    figures["housekeeping"] = housekeeping(folder, 50000 if quick else 200000, 2 if quick else 5, 2 if quick else 3)
    return figures
