#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every SQL text in the programs is found through an index, or is on a list that says why it need not be.

usage: plans.py PROGRAM ... -- SCHEMA ...

SQL is constant text, so a program contains each statement as one string: none can be missed because no test
ran it. Each is explained by SQLite on an empty database with the schema. `SEARCH` is fine; `SCAN` goes through
a whole table or a whole index.
"""

import pathlib
import re
import sqlite3
import sys

STATEMENT = re.compile(rb"(?:SELECT |INSERT INTO |UPDATE |DELETE FROM )[ -~]*(?=\0)")
PARAMETER = re.compile(r"\$(\d+)")

# (what the statement begins with, or " ... " between that and its end; what it scans; why that is harmless). One statement each.
SCANS = [
    ("SELECT COALESCE((SELECT at FROM audit WHERE seq IS NULL", "audit", "one row, from the index's end"),
    ("SELECT 1 FROM audit WHERE seq IS NULL", "audit", "one row, from an index of such rows"),
    ("SELECT at FROM audit WHERE seq IS NULL", "audit", "one row, from an index of such rows"),
    ("SELECT count(*) FROM audit WHERE seq IS NULL", "audit", "an index of such rows, which are few"),
    ("SELECT count(*) FROM audit_node", "audit_node", "the whole log is verified"),
    ("SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1", "audit_checkpoint", "one row, from the index's end"),
    ("SELECT at, id, seq, event, actor, source, detail, company_id, technician_id, digest FROM audit WHERE seq IS NULL",
     "audit", "an index of such rows, in its order"),
    ("SELECT id, class, subject, detail, raised_at, seen_at, cleared_at FROM alarm WHERE cleared_at = 0 ORDER BY raised_at",
     "alarm", "the oldest, from an index of such rows"),
    ("SELECT count(*) FROM (SELECT key FROM lockout", "x", "as many as a setting says, found by an index of locked ones"),
    ("SELECT count(*) FROM sqlite_schema", "sqlite_schema", "whether there is a table, when a database is opened"),
    ("SELECT id, nonce, token_digest FROM challenge LIMIT 1", "challenge", "the first row, whichever it is"),
    ("SELECT id, totp_sealed FROM technician WHERE totp_sealed IS NOT NULL LIMIT 1", "technician",
     "the first row of an index of such rows"),
    ("SELECT id, name, title, state, enterprise_on, created_at, plan FROM company ORDER BY name", "company",
     "the operator lists all companies"),
    ("SELECT id, email, email_key, name, role, everything, state ... ORDER BY email_key", "operator", "an owner lists the operators, who are few"),
    ("SELECT id, name, operator_id, role, everything, made_by ... ORDER BY name", "operator_token", "an owner lists the tokens, which are few"),
    ("SELECT id, technician_id, name, state, public_key ... FROM device WHERE state <> $1 ORDER BY created_at, id", "device", "the operator lists all devices"),
    ("SELECT c.id FROM (SELECT DISTINCT challenge_id", "f", "recent failures alone, found by index"),
    ("SELECT type || ' ' || name", "sqlite_schema", "an operator looks at the whole database"),
    ("SELECT 'a row of ' ||", "pragma_foreign_key_check", "an operator examines the database, or restores it"),
    *((sql, sql.split()[2 if sql.startswith("DELETE") else 1], "a restore goes through it once") for sql in (
        "DELETE FROM enrolment ... WHERE used_at = 0", "UPDATE device SET deeds = deeds + 1000000000",
        "UPDATE login SET expires_at = created_at", "UPDATE recovery_code SET used_at = $1 WHERE used_at = 0",
        "UPDATE session SET ended_at = $1, end_reason = 'restored'", "UPDATE operator_session SET ended_at = $1 WHERE ended_at = 0",
        "UPDATE operator_token SET revoked_at = $1 WHERE revoked_at = 0", "UPDATE technician SET totp_last_step = CASE",
        "UPDATE operator SET state = 'disabled', changed_at")),
]

# store_invariants.def: `db check` goes through each table.
INVARIANT = "SELECT count(*) FROM {} WHERE "

# What PostgreSQL would take for int4 or bool where SQLite has 64-bit integers.
FOREIGN = [
    (re.compile(r"\$\d+ *(?:=|<>) *\d"), "a parameter compared with a literal: make two statements"),
    (re.compile(r"\bCAST\((\w+) AS \w+\)(?! AS\b).* ORDER BY \1\b"), "a second column of that name there: CAST(...) AS another"),
    (re.compile(r"\bNULLIF\b", re.I), "NULLIF: bind by the letter r"),
    (re.compile(r"(?:^SELECT |RETURNING |, )(?:NOT )?EXISTS\b", re.I), "a bool as a column: use CASE"),
    (re.compile(r"(?:^SELECT |RETURNING )[^()]*? IS (?:NOT )?NULL(?:,| FROM)"), "a bool as a column: use CASE"),
]
# Statements in which a parameter may be compared with a literal, though that finds no index.
FILTERS = ("SELECT id FROM technician WHERE email_key > $1",)  # a page: the index's order, and a LIMIT


def is_named(sql, row):
    begin, _, end = row[0].partition(" ... ")
    return sql.startswith(begin) and sql.endswith(end)


def too_many(found, rows):
    """An exception for one statement would hide another one that begins alike."""
    for row in rows:
        named = [sql for sql in found if is_named(sql, row)]
        if len(named) > 1:
            yield f"an exception for {len(named)} statements, say how it ends: {row[0]}"


def statements(programs):
    found = set()
    for program in programs:
        found |= {text.decode() for text in STATEMENT.findall(pathlib.Path(program).read_bytes())}
    return sorted(found)


def scanned(db, sql):
    """The tables that a statement goes through from one end to the other."""
    values = {number: None for number in PARAMETER.findall(sql)}
    steps = [row[3] for row in db.execute("EXPLAIN QUERY PLAN " + sql, values)]
    return [step.split()[1] for step in steps if step.startswith("SCAN ") and step != "SCAN CONSTANT ROW"]


def whole(db, table):
    """What db/whole.c has for each table: all of its rows, for a copy of the database."""
    columns = list(db.execute(f"PRAGMA table_info({table})"))
    keys = sorted((column[5], column[1]) for column in columns if column[5])
    return f"SELECT {', '.join(column[1] for column in columns)} FROM {table} ORDER BY {', '.join(key for _, key in keys)}"


def main():
    programs, schema = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
    db, wrong, used = sqlite3.connect(":memory:"), [], set()
    for path in schema:
        db.executescript(pathlib.Path(path).read_text())
    found = statements(programs)
    for sql in found:
        for table in scanned(db, sql):
            allowed = [row for row in SCANS if is_named(sql, row) and row[1] == table]
            used.update(allowed)
            if not allowed and sql != whole(db, table) and not sql.startswith(INVARIANT.format(table)):
                wrong.append(f"scans {table}: {sql}")
        wrong += [f"{why}: {sql}" for pattern, why in FOREIGN if pattern.search(sql) and not sql.startswith(FILTERS)]
    wrong += too_many(found, SCANS)
    wrong += [f"scans nothing any more, take it off the list: {row[0]}" for row in SCANS if row not in used]
    if len(found) < 100:
        wrong.append(f"only {len(found)} statements found in {programs}")
    print(f"{len(found)} statements", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
