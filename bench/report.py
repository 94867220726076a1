# SPDX-License-Identifier: Apache-2.0
"""docs/performance.md and its charts, from the figures of the parts; nothing in it is written by hand."""

import json
import os

import svg

FOLDER = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "../docs")]
HEAD = """# Performance

Written by `make bench`, never by hand. `bench/run BUILD PART...` measures only some parts, and `--quick` makes shorter and smaller runs. All servers and
clients run on loopback of one machine with {cpus} processors: servers have one, the load the other, unless a part says otherwise.
In each round every server is driven once, one after the other; **ratios are medians over rounds of one run**, with
the least and the most in brackets. Absolute figures are only valid for this machine and moment: do not compare them with others.

The load is `bench/load`, a small client that keeps 64 requests under way, one on a connection, on all its connections in turn, and checks
every answer completely: status, length, and result. Connections are opened, and used once, before the measurement begins. It needs less processor time for each request than a server does, so that the server is the limit, except for
(b), and for TLS, for which the load is wrk. If a server's processor is not busy but the load's is, the rate is a lower bound: compare the CPU of a
request. *Others* is the share of all processors that was used by neither of the two: almost nothing on a quiet machine.

"""
NGINX = "nginx, static reply"


def _load(results, name):
    with open(os.path.join(results, f"{name}.json"), encoding="utf-8") as text:
        return json.load(text)


def _table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "| --- |" + " ---: |" * (len(columns) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _chart(name, text, about):
    folder = os.path.join(FOLDER[0], "charts")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{name}.svg"), "w", encoding="utf-8") as out:
        out.write(text)
    return f"\n![{about}](charts/{name}.svg)\n"


def _goal(words, reached):
    return f"- {words}: **{'reached' if reached else 'not reached'}**\n"


def _measured(d):
    return (f"Measured {d['measured']}, in {d['took_s'] / 60:.0f} minutes{', quick: figures to see that it works' if d['quick'] else ''}; "
            f"other programs had {d['others'] * 100:.0f} % of the processors meanwhile: ")


def _spread(ratio):
    return f"{ratio['rate_ratio']:.2f} ({ratio['least']:.2f} to {ratio['most']:.2f})"


def _compared(title, key, figures):
    rows = [[name, f"{f['rate']:,.0f}", f"{f['rate_ratio']:.2f} ({f['least']:.2f} to {f['most']:.2f})", f"{f['cost'] * 1e6:.1f}",
             f"{f['cost_ratio']:.3f}", f"{f['p50_ms']:.2f}", f"{f['p99_ms']:.2f}", f"{f['busy'] * 100:.0f} %", f"{f['load'] * 100:.0f} %",
             f"{f['others'] * 100:.0f} %"] for name, f in figures.items()]
    text = f"### {title}\n\n" + _table(["server", "requests/s", "ours / its", "CPU a request, us", "ours / its CPU", "median ms", "p99 ms",
                                       "server busy", "load busy", "others"], rows)
    charted = [(name, f["rate"], f"{f['rate']:,.0f}/s, {f['cost'] * 1e6:,.0f} us") for name, f in figures.items()]
    return text + _chart(f"checks-{key}", svg.bars(f"{title}: requests a second, CPU of each", charted), title)


def checks(d):
    a, c = d["a"], d["c"]
    text = (f"## Checks of a pending push\n\n{_measured(d)}{d['rounds']} rounds of {d['seconds']} s each, 64 connections. nginx answers "
            "every request with the bytes of our answer: the upper limit. The other peers parse and encode with their toolkit and look nothing up.\n\n")
    text += _compared("(a) keep-alive", "a", a) + "\n" + _compared("(b) a connection for each request", "b", d["b"]) + "\n"
    text += _compared("(c) TLS 1.3, keep-alive", "c", c) + "\n"
    text += _goal(f"(a) at least 0.6 of nginx's requests per second: {a[NGINX]['rate_ratio']:.2f}", a[NGINX]["rate_ratio"] >= 0.6)
    text += _goal(f"(a) at most 1.75 of its CPU a request: {a[NGINX]['cost_ratio']:.2f}", a[NGINX]["cost_ratio"] <= 1.75)
    for name, f in a.items():
        if name not in (NGINX, "countersign"):
            least = 2 if name == "gSOAP" else 10
            text += _goal(f"(a) at least {least} times {name}: {f['rate_ratio']:.1f}", f["rate_ratio"] >= least)
    return text + _goal(f"(c) at least 0.7 of nginx with TLS: {c[NGINX]['rate_ratio']:.2f}", c[NGINX]["rate_ratio"] >= 0.7)


def _memory(park, tls):
    text = _table(["parked", "memory of the fronts, MiB", "bytes each"],
                  [[f"{p['count']:,}", f"{p['memory_in_all'] / 2**20:.1f}", f"{p['memory']:,.0f}" if p["count"] >= 1000 else ""] for p in park])
    text += (f"\nBytes each: the growth of the fronts from {park[0]['warm']} parked checks on; fewer than 1,000 more do not show, because memory grows by pages."
             f"\nTLS 1.3: {tls['memory']:,.0f} bytes for each of {tls['count']:,}.\n")
    return text + _chart("waiting-memory", svg.lines("Memory of the fronts in all: MiB", "parked checks", [p["count"] for p in park],
                                                     {"MiB": [p["memory_in_all"] / 2**20 for p in park]}, log=True), "memory")


def _one_woken(park):
    text = _table(["parked", "woken one by one", "the event itself, ms", "p99", "the check that waits, ms", "p99", "after the event, ms", "p99"],
                  [[f"{p['count']:,}", str(p["woken"]), *(f"{p[what][key]:.2f}" for what in ("event", "wake", "added") for key in ("median", "p99"))]
                   for p in park])
    text += ("\nThe event is a request of its own and a durable transaction: the waiting check is woken when that is committed, and for its answer "
             "a worker reads the store. Waiting adds the time from the event's own answer to that of the check; below zero, the check was answered first.\n")
    return text + _chart("waiting-wake", svg.lines("One among many is woken: ms", "parked checks", [p["count"] for p in park], {
        "event, median": [p["event"]["median"] for p in park], "check, median": [p["wake"]["median"] for p in park],
        "check, p99": [p["wake"]["p99"] for p in park], "added, p99": [p["added"]["p99"] for p in park]}), "waking one")


def _all_woken(woken):
    text = _table(["parked on one push", "first answer after, s", "half, s", "all, s", "CPU of the server each, us"],
                  [[f"{w['count']:,}", f"{w['first_s']:.4f}", f"{w['median_s']:.4f}", f"{w['all_s']:.4f}", f"{w['cost_us']:.1f}"] for w in woken])
    return text + _chart("waiting-all", svg.lines("All are woken: s until answered", "parked checks", [w["count"] for w in woken], {
        "first": [w["first_s"] for w in woken], "half": [w["median_s"] for w in woken], "all": [w["all_s"] for w in woken]}, log=True), "waking all")


def _asked_again(again):
    text = ("\nAll are asked again: each waits for a push of its own, and the command line changes the title of their company. That may concern any check but "
            "changes no answer, so a worker is asked for each and all continue to wait. The table has the time until the server is quiet, including the "
            "command, and the checks of another console meanwhile, one after the other, each answered by a worker:\n\n")
    text += _table(["parked", "quiet after, s", "CPU of the server each, us", "another's check, median ms", "p99", "most"],
                   [[f"{a['count']:,}", f"{a['seconds']:.2f}", f"{a['cost_us']:.1f}", *(f"{a['others'][key]:.2f}" for key in ("median", "p99", "most"))]
                    for a in again])
    return text + _chart("waiting-again", svg.lines("All are asked again: s until quiet", "parked checks", [a["count"] for a in again],
                                                    {"quiet after": [a["seconds"] for a in again]}, log=True), "asking all again")


def waiting(d):
    park, woken, tls = d["park"], d["all"], d["tls"]
    last = park[-1]
    text = (f"## Parked checks\n\n{_measured(d)}(d) three fronts on one port, four client processes, each check with `Prefer: wait`, and a push "
            "of its own. One is woken by cancelling its push, at most 1,000 times one after the other; all are woken by cancelling the one push that they all wait "
            "for. Clients and servers share all processors.\n\n")
    text += _memory(park, tls) + "\n" + _one_woken(park) + "\n" + _all_woken(woken) + _asked_again(d["again"]) + "\n"
    text += _goal(f"(d) under 2 KiB of user memory for each parked plain connection: {last['memory']:,.0f} at {last['count']:,}", last["memory"] < 2048)
    text += _goal(f"(d) under 16 KiB for each TLS one: {tls['memory']:,.0f}", tls["memory"] < 16384)
    text += _goal(f"(d) one wake-up among {last['count']:,} under 5 ms at p99: {last['added']['p99']:.2f} after the event's own answer "
                  f"({last['wake']['p99']:.2f} from its beginning)", last["added"]["p99"] < 5)
    return text + _goal(f"(d) all {woken[-1]['count']:,} woken in under a second: {woken[-1]['all_s']:.2f} s", woken[-1]["all_s"] < 1)


def signins(d):
    shares = {key: f"{d[key]:.2f} ({least:.2f} to {most:.2f})" for key, (least, most) in d["ranges"].items()}
    return (f"## Whole sign-ins\n\n{_measured(d)}(e) {d['rounds']} rounds of {d['seconds']} s, server on one processor; the same processor then runs "
            "argon2id alone, with the same parameters (19 MiB, 2 passes): by libsodium, which the server uses, and by libargon2, the reference "
            f"implementation. Transparent huge pages: {d['huge_pages']}, as this kernel was set (Debian's default is always).\n\n"
            + _table(["", "a second", "sign-ins / this", "ms of a processor"],
                     [["whole sign-ins", f"{d['rate']:.1f}", "", f"{d['cost_ms']:.1f}"],
                      ["argon2id alone, libsodium", f"{d['sodium']:.1f}", shares["of_sodium"], f"{d['sodium_ms']:.1f}"],
                      ["argon2id alone, libargon2", f"{d['reference']:.1f}", shares["of_reference"], f"{d['reference_ms']:.1f}"]])
            + "\nWhat a sign-in costs beside the hash are five requests over three connections, four durable transactions, and one approval's signature.\n\n"
            + _goal(f"(e) at least 85 % of what argon2id alone allows by libargon2, which the server used when the goal was set: {d['of_reference'] * 100:.0f} %",
                    d["of_reference"] >= 0.85)
            + _goal(f"(e) the same by libsodium: {d['of_sodium'] * 100:.0f} %", d["of_sodium"] >= 0.85))


def nodes(d):
    ways, ratios = d["ways"], {name: dict(zip(("rate_ratio", "least", "most"), values)) for name, values in d["ratios"].items()}
    two, busy = "two nodes, a processor each", min(way["busy"] for name, way in ways.items() if name != "one node, one processor")
    text = (f"## Several nodes\n\n{_measured(d)}(h) {d['rounds']} rounds of {d['seconds']} s: whole sign-ins of one company, as in (e), on one "
            f"PostgreSQL database with durable commits; in the last row of {d['companies']} companies. The clients and PostgreSQL share the processors "
            "with the nodes, except for a single node with one processor, whose clients have the other. *Repeated*: transactions that lost a race "
            "and ran again.\n\n")
    text += _table(["", "sign-ins/s", "two nodes, one company / this", "CPU a sign-in, ms", "of it PostgreSQL", "processors busy", "repeated, a sign-in"],
                   [[name, f"{way['rate']:.1f}", _spread(ratios[name]) if name in ratios else "", f"{way['cost_ms']:.1f}", f"{way['database_ms']:.1f}",
                     f"{way['busy'] * 100:.0f} %",
                     f"{way['repeated']:.3f}"] for name, way in ways.items()])
    text += "\n" + _goal(f"(h) the processors bound it, busy at least 95 %: {busy * 100:.0f} %", busy >= 0.95)
    for name in ("one node, all processors", "two nodes, many companies"):
        text += _goal(f"(h) {two}, do at least 0.9 of {name}: {ratios[name]['rate_ratio']:.2f}", ratios[name]["rate_ratio"] >= 0.9)
    return text


def metrics(d):
    rows = [[name, f"{f['rate']:,.0f}", f"{f['cost'] * 1e6:.2f}", f"{f['p50_ms']:.2f}", f"{f['p99_ms']:.2f}"] for name, f in d["servers"].items()]
    return (f"## Metrics\n\n{_measured(d)}checks as in (a), {d['rounds']} rounds of {d['seconds']} s: metrics that are read every {d['every_s']} s, "
            "compared with a server that serves none (`metrics.listen` is empty).\n\n"
            + _table(["server", "requests/s", "CPU a request, us", "median ms", "p99 ms"], rows)
            + f"\nWith / without: {_spread(d['versus'])} of the rate, {d['versus']['cost_ratio']:.3f} of the CPU.\n\n"
            + _goal(f"metrics cost at most 2 % of the CPU of a check: {(d['versus']['cost_ratio'] - 1) * 100:+.1f} %", d["versus"]["cost_ratio"] <= 1.02))


def _of_stores(rows):
    return _table(["store", "checks/s", "CPU a check, us", "median ms", "p99 ms", "server busy", "load busy", "others"],
                  [[name, f"{f['rate']:,.0f}", f"{f['cost'] * 1e6:.1f}", f"{f['p50_ms']:.2f}", f"{f['p99_ms']:.2f}", f"{f['busy'] * 100:.0f} %",
                    f"{f['load'] * 100:.0f} %", f"{f['others'] * 100:.0f} %"] for name, f in rows.items()])


def store(d):
    polled, versus = d["polled"], d["versus"]
    around, empty = d["pushes"] / polled["SQLite, full"]["rate"], polled["SQLite, empty"]
    text = (f"## A full store\n\n{_measured(d)}(f) {d['rounds']} rounds; {d['technicians']:,} technicians and {d['pushes']:,} pending pushes "
            f"({d['bytes'] / 1e6:,.0f} MB in SQLite), compared with one of each. Before the rounds of each kind, each server is asked once for all of its pushes. "
            "PostgreSQL is on the processor of its server, reached by a socket; its CPU is included.\n\n"
            "**Every check reads the store**: each request is unknown to the watch list, so that a worker answers it. This is the goal of (f).\n\n"
            + _of_stores(d["checks"]) + "\n"
            + _table(["", "of the rate", "of the CPU"],
                     [[words, _spread(versus[key]), f"{versus[key]['cost_ratio']:.2f}"]
                      for words, key in (("full / empty, SQLite", "SQLite"), ("full / empty, PostgreSQL", "PostgreSQL"),
                                         ("PostgreSQL / SQLite, empty", "empty"), ("PostgreSQL / SQLite, full", "full"))]) + "\n")
    for engine in ("SQLite", "PostgreSQL"):
        text += _goal(f"(f) within 10 % of the empty store, {engine}: {versus[engine]['rate_ratio']:.2f} of its rate", versus[engine]["rate_ratio"] >= 0.9)
    return (text + "\n**As consoles ask**: each pair with the same bytes every time, all pairs in turn, so that the watch list answers what it can. A worker is "
            "asked for the one pair of the empty store once a second; each pair of the full one comes again every "
            f"{around:,.1f} s, and the list remembers all of them until they are woken.\n\n" + _of_stores(polled)
            + f"\nfull / empty: {_spread(empty)} of the rate, {empty['cost_ratio']:.2f} of the CPU.\n")


def _connections(rows):
    steps = [row["count"] for row in rows]
    both = ("countersign", NGINX)
    text = _table(["connections", "ours, requests/s", "nginx", "ours / nginx", "CPU a request, us", "nginx", "ours / nginx", "p99 ms", "nginx",
                   "ours busy", "its load", "others"],
                  [[f"{row['count']:,}", f"{row['countersign']['rate']:,.0f}", f"{row[NGINX]['rate']:,.0f}", f"{row[NGINX]['rate_ratio']:.2f}",
                    f"{row['countersign']['cost'] * 1e6:.1f}", f"{row[NGINX]['cost'] * 1e6:.1f}", f"{row[NGINX]['cost_ratio']:.2f}",
                    f"{row['countersign']['p99_ms']:,.1f}", f"{row[NGINX]['p99_ms']:,.1f}",
                    *(f"{row['countersign'][what] * 100:.0f} %" for what in ("busy", "load", "others"))] for row in rows])
    text += _chart("growth-rate", svg.lines("Checks a second", "connections", steps, {n: [row[n]["rate"] for row in rows] for n in both}),
                   "checks by connections")
    text += _chart("growth-cost", svg.lines("CPU of a check: us", "connections", steps,
                                            {n: [row[n]["cost"] * 1e6 for row in rows] for n in both}), "CPU of a check by connections")
    text += ("\nMemory is user memory of all processes of a server: ours has workers and a supervisor besides its fronts; nginx allocates everything at its start, "
             "for 19,000 connections of each process.\n\n")
    text += _table(["open connections", "memory of ours, MiB", "nginx"],
                          [[f"{row['count']:,}", *(f"{row[n]['memory'] / 2**20:.1f}" for n in both)] for row in rows])
    return text + _chart("growth-memory", svg.lines("Memory of all processes: MiB", "open connections", steps,
                                                    {n: [row[n]["memory"] / 2**20 for row in rows] for n in both}, log=True), "memory by connections")


def _housekeeping(h):
    swept, quiet = h["checks"]["swept"], h["checks"]["quiet"]
    alone, beside = h["removed_alone"], h["removed_beside"]
    kept = h["left"]["audit"]
    h = {**h, "left": {name: table for name, table in h["left"].items() if name != "audit"}}
    bytes_each, rows_each = (sum(table[what] for table in h["left"].values()) for what in ("bytes", "rows"))
    text = (f"\nHousekeeping. The rows that a sign-in leaves behind, measured on real ones (password, push with one webhook, approval, session): "
            f"{bytes_each:,.0f} bytes that are removed after days, {bytes_each:,.0f} MB a million; and {kept['bytes']:,.0f} in the audit log, which "
            f"is kept, {kept['bytes']:,.0f} MB a million.\n\n")
    text += _table(["table, with its indexes", "rows each", "bytes each"],
                   [[name, f"{t['rows']:.1f}", f"{t['bytes']:,.0f}"] for name, t in (*h["left"].items(), ("audit", kept))])
    text += (f"\n{h['sign_ins']:,} copies of them, dated some days ago, are removed in batches, once during checks that all read the store on the same processor, and "
             "once without other work:\n\n")
    text += _table(["", "sign-ins removed a second", "rows", "a million sign-ins take, minutes"],
                   [[name, f"{rate:,.0f}", f"{rate * rows_each:,.0f}", f"{1e6 / max(rate, 1) / 60:,.1f}"]
                    for name, rate in (("beside checks", beside), ("alone", alone))])
    text += f"\nCPU of removing a million, of all processes, alone: {h['cost_alone'] * 1e6:,.0f} s.\n"
    text += "\n" + _table(["checks that read the store", "checks/s", "median ms", "p99 ms"],
                          [[name, f"{f['rate']:,.0f}", f"{f['p50_ms']:.2f}", f"{f['p99_ms']:.2f}"]
                           for name, f in (("while rows are removed", swept), ("with none to remove", quiet))])
    return (text + f"\nRemoving / not: {quiet['rate_ratio']:.2f} of the rate.\n\n"
            + _goal(f"at least 1,000 rows a second are removed beside checks: {beside * rows_each:,.0f}", beside * rows_each >= 1000))


def growth(d):
    return (f"## As work grows\n\n{_measured(d)}checks as in (a), 64 under way at once, by the number of open connections, used in turn, with three fronts on one port and three processes of "
            "nginx, all on one processor:\n\n" + _connections(d["connections"]) + _housekeeping(d["housekeeping"]))


def _slowed(row, what, digits=2):
    quiet, under = row[f"{what}_quiet"], row[f"{what}_attacked"]
    if not quiet["n"]:
        return ["", ""]
    return [f"{quiet['median']:.{digits}f} / {under['median']:.{digits}f} ({under['median'] / quiet['median']:.1f})", f"{quiet['p99']:.1f} / {under['p99']:.1f}"]


# Not measured by a part: it takes both trees. Kept here until it is measured again.
DEFENCES = ("The cost of the defences, from 15 interleaved rounds of both trees on 2026-11-29: a check of a pending push takes 1.04 times (0.95 to 1.10) the "
            "processor time that it took before them (45c2548) on kept connections, and 1.00 times (0.98 to 1.06) with a connection for each request.\n\n")


def attack(d):
    rows = [[row["name"], *_slowed(row, "checks"), _slowed(row, "front", 3)[0], *_slowed(row, "logins"), str(row["lost"]), f"{row['recovery_s']:.1f}",
             " / ".join(f"{m / 2**20:.0f}" for m in row["memory"])] for row in d["attacks"]]
    text = (f"## Under attack\n\n{_measured(d)}(g) one anonymous client attacks from addresses of its own (`tests/hostile/attacks.py`), while an "
            f"honest console checks a push and signs in for {d['seconds']} s: quiet, then attacked, on the same server. Attacker and honest console "
            "share a processor. *Front*: the front's own work from the sending of a check to its answer, which does not "
            "depend on other load of the machine. *Check*: for the attack on TLS, a new connection, its handshake and one request. *Lost*: honest requests "
            "without an answer. *Back after*: seconds from the end of the attack to five checks in a row within twice the quiet median. Memory: of all "
            f"processes before, during, and two seconds after. Load of the machine meanwhile, this part included: {d['load']:.1f}.\n\n")
    text += _table(["attack", "check, median ms: quiet / attacked (ratio)", "p99", "front, median ms", "login, median ms", "p99", "lost", "back after, s",
                    "memory, MiB"], rows) + "\n" + DEFENCES
    slow = [r["name"] for r in d["attacks"] if r["checks_attacked"]["median"] >= 2 * r["checks_quiet"]["median"]]
    late = [r["name"] for r in d["attacks"] if r["recovery_s"] >= 2]
    text += _goal("(g) the median of a check under twice the quiet one" + (f", except for: {', '.join(slow)}" if slow else ""), not slow)
    return text + _goal("(g) back within two seconds" + (f", but for: {', '.join(late)}" if late else ""), not late)


SECTIONS = {part.__name__: part for part in (checks, waiting, signins, nodes, store, metrics, growth, attack)}


def _title(text):
    return text.split("\n", 1)[0]


def _sections(path):
    """Those of the report as it is: title -> text."""
    try:
        with open(path, encoding="utf-8") as text:
            parts = text.read().split("\n## ")[1:]
    except FileNotFoundError:
        return {}
    return {_title(part): part.strip() for part in parts}


def write(results, name, folder=None):
    """Into docs, or another folder: the section of that part; what it says of others stays. Returns the path."""
    FOLDER[0] = folder or FOLDER[0]
    path = os.path.normpath(os.path.join(FOLDER[0], "performance.md"))
    found = _sections(path)
    text = SECTIONS[name](_load(results, name)).removeprefix("## ").strip()
    found[_title(text)] = text
    order = ("Checks of a pending push", "Parked checks", "Whole sign-ins", "Several nodes", "A full store", "Metrics", "As work grows", "Under attack")
    text = HEAD.format(cpus=len(os.sched_getaffinity(0))) + "\n\n".join(f"## {found[title]}" for title in order if title in found)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text + "\n")
    return path
