# SPDX-License-Identifier: Apache-2.0
"""Our server under measurement, and stores of any size for it.

Rows are written with the server's own schema by SQL, for a million sign-ins through its doors would take a day: accounts
without a password, logins and pushes whose tokens are known here.
"""

import base64
import hashlib
import os
import secrets
import sqlite3
import subprocess
import time

from processes import SERVER_CPU, family, on_cpu

from cluster import Cluster
from countersign import CLI, Server

DAY = 86400 * 1000000


class Ours(Server):
    """With limits that let a benchmark in, and pinned."""

    name = "countersign"
    path = "/WebServices/TechnicianConsole.asmx"
    expected = "Result>loginTwoFactorRet_Poll<"

    def __init__(self, folder, settings=None, start=True, cpu=SERVER_CPU, beside=None):
        path = os.path.join(folder, "ours")
        os.mkdir(path)
        self.cpu, self.cluster = cpu, None
        super().__init__(path, {("log", "level"): "warning", ("limits", "connections"): "19000",
                                ("limits", "connections_per_source"): "1000000", ("limits", "wait_time"): "600s",
                                **(settings or {})}, start, beside=beside)

    def start(self):
        """It counts the processors that it was given, so it is given its one before it starts."""
        with on_cpu(self.cpu):
            return super().start()

    def pids(self):
        """With those of its database server."""
        return family(self.process.pid) + (family(self.cluster.process.pid) if self.cluster else [])

    def move_to(self, cluster):
        """Before it starts: its store moves to a database of that server."""
        name = f"store{self.port}"
        cluster.sql(f"CREATE DATABASE {name} TEMPLATE template0")
        done = subprocess.run([CLI, "-c", self.config, "db", "migrate", "--to", cluster.url(name)], env=self.env, check=False,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{self.name}: the store did not move: {done.stderr}")
        del self.settings[("store", "path")]
        self.settings[("store", "url")] = cluster.url(name)
        self.write_config()
        cluster.sql("VACUUM ANALYZE", name)
        self.cluster = cluster

    def store(self):
        return sqlite3.connect(self.settings[("store", "path")], timeout=60, isolation_level=None)


def postgres(cpu=SERVER_CPU):
    """A PostgreSQL server that is as durable as an SQLite file."""
    with on_cpu(cpu):
        return Cluster(fsync="on", full_page_writes="on", shared_buffers="1GB", max_wal_size="4GB")


def token():
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()


def digest(text):
    return hashlib.sha256(text.encode()).digest()


def row_id():
    return secrets.randbits(62) + 1


def insert(store, table, rows):
    """rows: dictionaries with the same keys."""
    rows = iter(rows)
    first = next(rows)
    statement = f"INSERT INTO {table} ({', '.join(first)}) VALUES ({', '.join('?' * len(first))})"
    store.execute("BEGIN")
    store.execute(statement, list(first.values()))
    store.executemany(statement, (list(row.values()) for row in rows))
    store.execute("COMMIT")


def technician_id(number):
    """Spread over all ids by chance, as those that the server makes: neighbours would share pages of every index."""
    return number * 0x9E3779B97F4A7C15 % (1 << 62) | 1 << 40


def technician_row(company, number, now, password_hash=""):
    name = f"t{number}@bench.example"
    return dict(id=technician_id(number), company_id=company, email=name, email_key=name, name=name, is_technician=1, role_on=1,
                deleted_at=0, password_hash=password_hash, password_generation=1, password_set_at=now, password_must_change=0,
                push_unanswered=0, push_refused=0, push_rests_until=0, push_last_at=0, totp_sealed=None, totp_last_step=0,
                factor_since=now, created_at=now, changed_at=now)


def login_row(technician, now, text, expires, login=None, state="open"):
    return dict(id=login or row_id(), token_digest=digest(text), technician_id=technician, purpose="sign-in", state=state,
                nonce=secrets.token_bytes(32), source="127.0.0.1", console="bench", language="en", password_generation=1,
                new_password_hash="", new_password_verdict="", new_password_strength=0, new_password_length=0, session_id=None,
                created_at=now, expires_at=expires, result="", result_at=0, result_source="", result_session_id=None)


def push_row(technician, login, now, text, expires, state="pending"):
    return dict(id=row_id(), login_id=login, technician_id=technician, public_id=token()[:22], token_digest=digest(text),
                nonce=secrets.token_bytes(32), state=state, number_required=1, tries_left=3, seen_at=0, created_at=now,
                expires_at=expires, answered_at=0, answered_by=None)


def fill(server, company, technicians, pushes):
    """Accounts, and for some of them, evenly spread, a pending push each; returns (login token, push token) for each push."""
    store = server.store()
    now = int(time.time() * 1000000)
    company_id = store.execute("SELECT id FROM company WHERE name = ?", [company]).fetchone()[0]
    store.execute("PRAGMA synchronous = OFF")
    insert(store, "technician", (technician_row(company_id, n, now) for n in range(technicians)))
    pairs = [(token(), token()) for _ in range(pushes)]
    logins, each = [row_id() for _ in pairs], max(technicians // max(pushes, 1), 1)
    if pairs:
        insert(store, "login", (login_row(technician_id(n * each), now, pair[0], now + DAY, logins[n]) for n, pair in enumerate(pairs)))
        insert(store, "challenge", (push_row(technician_id(n * each), logins[n], now, pair[1], now + DAY) for n, pair in enumerate(pairs)))
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return pairs


def write_pairs(path, pairs):
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(f"{login} {push}\n" for login, push in pairs)
