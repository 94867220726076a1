#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""On PostgreSQL, what a statement asks for by a key is found by that key, also in tables that were never analysed, and at night.

usage: plans_on_postgres.py CONNECT PROGRAM ... -- SCHEMA ...     CONNECT: pg_connect.c, for the settings of connections

Where few rows are expected, as of live sessions when all have ended, several indexes cost the same, and PostgreSQL may take one that leads
through the rows of all accounts. In the morning this makes writers of different accounts run again (SERIALIZABLE), and is slow, until the
table is analysed. The statements are those that plans.py finds. Each is explained with the settings that the driver makes for its
connections.
"""

import os
import pathlib
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../postgres")]
import cluster
import plans

SETTING = re.compile(r"set_config\('((?:enable_|plan_|jit)\w*)', '(\w+)'")
OTHERS = ("sqlite_schema", "pragma_", "audit_before")  # what the statement names: not for PostgreSQL, or a table of an upgrade
OWN = r"\((?:\w+\.)?\w*(?:id|key|digest|account) = "  # a column that few rows have the same value of
ROWS = 3000
# What the rows of the night have in these columns; ids and times differ.
NIGHT = {"login": {"state": "'spent'"}, "challenge": {"state": "'used'"}, "session": {"ended_at": "n"}, "lockout": {"locked_until": "0"},
         "tally": {}, "outbox": {"state": "'sent'", "claimed": "0"}, "notice": {}, "audit": {"seq": "n"}, "technician": {"deleted_at": "0"},
         "device": {"state": "'active'"}, "push_subscription": {}, "recovery_code": {"used_at": "0"}, "self_service": {}, "enrolment": {},
         "passkey": {}}
PAGE = "SELECT at, id, seq, event, actor, source, detail, company_id, technician_id, digest FROM audit WHERE company_id = $1 AND "
# (as in SCANS of plans.py, why it may read more than it asks for)
ALLOWED = [
    (PAGE + "seq < $2", "an operator's page of the log, along its order"),
    (PAGE + "seq > $2", "the same from its beginning"),
    ("DELETE FROM self_service ... FROM self_service", "a restore goes through it once"),
]


def nodes(plan):
    """(what a node of the plan is, its lines)"""
    found = []
    for line in plan:
        if "->" in line or not found:
            found.append((line.strip(" ->"), []))
        else:
            found[-1][1].append(line.strip())
    return found


def problems(plan, tables):
    """tables: of those alone; None: of all."""
    if "JIT:" in plan:
        yield "compiled"
    for what, lines in nodes(plan):
        conditions = [line for line in lines if line.startswith("Index Cond:")]
        filters = [line for line in lines if line.startswith("Filter:")]
        whole = re.match(r"Seq Scan on (\w+)", what)
        if whole and whole[1] in NIGHT:
            yield whole[0]
        scan = re.match(r"Index (?:Only )?Scan (?:Backward )?using \w+ on (\w+)", what)
        if re.match(r"(?:Hash|Merge) .*Join", what):
            yield what.split("  ")[0]
        elif scan and any(re.search(OWN, line) for line in filters) and not any(re.search(OWN, line) for line in conditions):
            if tables is None or scan[1] in tables:
                yield scan[0]


def is_allowed(sql):
    """Exceptions, and a count of whatever there is: `db check` and `status`."""
    return any(plans.is_named(sql, row) for row in ALLOWED + plans.SCANS) or (sql.startswith("SELECT count(*) FROM ") and "$" not in sql)


def fill(one):
    """Rows of a day that is over, analysed. What else is in them does not matter: they need not pass the checks."""
    for table, name in one.sql("SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0", "store"):
        one.sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}", "store")
    for table, given in NIGHT.items():
        columns = one.sql(f"SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '{table}'", "store")
        values = [given.get(name) or {"bigint": "n", "text": f"'{name}' || n", "bytea": f"sha256(('{name}' || n)::bytea)"}[kind]
                  for name, kind in columns]
        one.sql(f"SET session_replication_role = replica; INSERT INTO {table} ({', '.join(name for name, _ in columns)}) "
                f"SELECT {', '.join(values)} FROM generate_series(1, {ROWS}) n", "store")
    one.sql("VACUUM ANALYZE", "store")


def explain(one, settings, found):
    """The plan of each statement, or why it has none."""
    lines = [f"SET {name} = {value};" for name, value in settings] + ["SET plan_cache_mode = force_generic_plan;"]
    for number, sql in enumerate(found):
        count = max([0, *map(int, plans.PARAMETER.findall(sql))])
        values = f"({', '.join(['NULL'] * count)})" if count else ""
        lines += [f"\\echo == {number}", f"PREPARE s{number} AS {sql};", f"EXPLAIN EXECUTE s{number}{values};"]
    done = subprocess.run([os.path.join(cluster.BIN, "psql"), "-X", "-q", "-A", "-t", "-d", one.url("store")], input="\n".join(lines),
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    parts = re.split(r"^== \d+\n", done.stdout, flags=re.M)[1:]
    assert len(parts) == len(found), done.stdout[-2000:]
    return [part.splitlines() for part in parts]


def main():
    connect, split = pathlib.Path(sys.argv[1]).read_text(), sys.argv.index("--")
    settings = SETTING.findall(connect.replace('"\n    "', ""))
    found = [sql for sql in plans.statements(sys.argv[2:split]) if not any(name in sql for name in OTHERS)]
    one, wrong = cluster.Cluster(), []
    try:
        one.sql("CREATE DATABASE store TEMPLATE template0")
        for path in sys.argv[split + 1:]:
            one.sql(pathlib.Path(path).read_text(), "store")
        for state, tables in (("never analysed", None), ("at night", NIGHT)):
            for sql, plan in zip(found, explain(one, settings, found)):
                if any("ERROR" in line for line in plan):
                    wrong.append(f"{plan[0]}: {sql}")
                if not is_allowed(sql):
                    wrong += [f"{state}: {problem}: {sql}" for problem in problems(plan, tables)]
            if state == "never analysed":
                fill(one)
    finally:
        one.remove()
    wrong += plans.too_many(found, ALLOWED)
    if not settings or len(found) < 100:
        wrong.append(f"only {len(found)} statements and {len(settings)} settings found")
    print(f"{len(found)} statements, settings {dict(settings)}", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
