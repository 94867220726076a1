"""docs/performance.md and its charts, from the figures of the parts; nothing in it is written by hand."""

import json
import os

import svg

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../docs")
HEAD = """# Performance

Written by `make bench` (parts of it: `bench/run build-rel PART`; `--quick` takes shorter and smaller runs), never by hand. All servers and
clients run on loopback of one machine with {cpus} processors: servers have one, the load the other, except where a part says otherwise.
In each round every server is driven once, one after the other; **ratios are medians over rounds of one run**, and what is in brackets are
the least and the most. Absolute figures are those of this machine and moment, and nothing to compare with.

"""


def _load(results, name):
    try:
        with open(os.path.join(results, f"{name}.json"), encoding="utf-8") as text:
            return json.load(text)
    except FileNotFoundError:
        return None


def _table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "| --- |" + " ---: |" * (len(columns) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _chart(name, text, about):
    folder = os.path.join(DOCS, "charts")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{name}.svg"), "w", encoding="utf-8") as out:
        out.write(text)
    return f"\n![{about}](charts/{name}.svg)\n"


def _goal(words, reached):
    return f"- {words}: **{'reached' if reached else 'not reached'}**\n"


def _compared(title, key, figures):
    rows = [[name, f"{f['rate']:,.0f}", f"{f['rate_ratio']:.2f} ({f['least']:.2f} to {f['most']:.2f})", f"{f['cost_us']:.1f}",
             f"{f['cost_ratio']:.2f}", f"{f['rate'] * f['cost_us'] / 1e4:.0f} %"] for name, f in figures.items()]
    text = f"### {title}\n\n" + _table(["server", "requests/s", "ours / its", "CPU a request, us", "ours / its CPU", "processor busy"], rows)
    charted = [(name, f["rate"], f"{f['rate']:,.0f}/s, {f['cost_us']:.0f} us") for name, f in figures.items()]
    return text + _chart(f"checks-{key}", svg.bars(f"{title}: requests a second", charted), title)


def checks(d):
    nginx = "nginx, static reply"
    a, c = d["a"], d["c"]
    text = (f"## Checks of a pending push\n\nMeasured {d['measured']}: {d['rounds']} rounds of {d['seconds']} s each, 64 connections. nginx answers "
            "the bytes of our answer to anything: the ceiling. The other peers parse and encode with their toolkit and look nothing up. Where a server's processor is not busy, the load (wrk, on the other one) was "
            "the bound: the rate is then a lower one, and the CPU of a request is what compares.\n\n")
    text += _compared("(a) keep-alive", "a", a) + "\n" + _compared("(b) a connection for each request", "b", d["b"]) + "\n"
    text += _compared("(c) TLS 1.3, keep-alive", "c", c) + "\n"
    text += _goal(f"(a) at least 0.6 of nginx's requests per second: {a[nginx]['rate_ratio']:.2f}", a[nginx]["rate_ratio"] >= 0.6)
    text += _goal(f"(a) at most 1.75 of its CPU a request: {a[nginx]['cost_ratio']:.2f}", a[nginx]["cost_ratio"] <= 1.75)
    for name, f in a.items():
        if name not in (nginx, "countersign"):
            least = 2 if name == "gSOAP" else 10
            text += _goal(f"(a) at least {least} times {name}: {f['rate_ratio']:.1f}", f["rate_ratio"] >= least)
    return text + _goal(f"(c) at least 0.7 of nginx with TLS: {c[nginx]['rate_ratio']:.2f}", c[nginx]["rate_ratio"] >= 0.7)


def waiting(d):
    park, woken, tls = d["park"], d["all"], d["tls"]
    text = (f"## Parked checks\n\nMeasured {d['measured']}: three fronts on one port, four client processes, each check with `Prefer: wait`, and a push "
            "of its own. One is woken by taking its push back (200 times); all, by taking the one push back that all wait for. Clients and servers "
            "share all processors.\n\n")
    text += _table(["parked", "memory of the fronts each, bytes", "one woken, median ms", "p99 ms", "most ms"],
                   [[f"{p['count']:,}", f"{p['memory']:,.0f}", f"{p['wake_median_ms']:.2f}", f"{p['wake_p99_ms']:.2f}", f"{p['wake_most_ms']:.2f}"]
                    for p in park]) + "\n"
    text += _table(["parked on one push", "first answer after, s", "half, s", "all, s", "CPU of the server each, us"],
                   [[f"{w['count']:,}", f"{w['first_s']:.3f}", f"{w['median_s']:.3f}", f"{w['all_s']:.3f}", f"{w['cost_us']:.1f}"] for w in woken])
    text += f"\nTLS 1.3: {tls['memory']:,.0f} bytes for each of {tls['count']:,}.\n"
    marks = [f"{p['count']:,}" for p in park]
    text += _chart("waiting-wake", svg.lines("One among many is woken: ms", "parked checks", marks,
                                             {"median": [p["wake_median_ms"] for p in park], "p99": [p["wake_p99_ms"] for p in park]}), "waking one")
    text += _chart("waiting-memory", svg.lines("Memory of the fronts for each parked check: bytes", "parked checks", marks,
                                               {"bytes": [p["memory"] for p in park]}), "memory") + "\n"
    last = park[-1]
    text += _goal(f"under 2 KiB of user memory for each parked plain connection: {last['memory']:,.0f} at {last['count']:,}", last["memory"] < 2048)
    text += _goal(f"under 16 KiB for each TLS one: {tls['memory']:,.0f}", tls["memory"] < 16384)
    text += _goal(f"one wake-up among {last['count']:,} under 5 ms at p99: {last['wake_p99_ms']:.2f}", last["wake_p99_ms"] < 5)
    return text + _goal(f"all {woken[-1]['count']:,} woken in under a second: {woken[-1]['all_s']:.2f} s", woken[-1]["all_s"] < 1)


def signins(d):
    return (f"## Whole sign-ins\n\nMeasured {d['measured']}: {d['rounds']} rounds of {d['seconds']} s, server on one processor; the same processor then runs "
            "argon2id alone, with the same parameters (19 MiB, 2 passes).\n\n"
            + _table(["", "a second"], [["whole sign-ins", f"{d['sign_ins']:.1f}"], ["argon2id alone", f"{d['argon2']:.1f}"],
                                        ["share", f"{d['share']:.2f} ({d['least']:.2f} to {d['most']:.2f})"]])
            + f"\nCPU of all processes for each sign-in: {d['cost_ms']:.1f} ms.\n\n"
            + _goal(f"(e) at least 90 % of what argon2id alone allows: {d['share'] * 100:.0f} %", d["share"] >= 0.9))


def store(d):
    full, empty = d["checks"]["full store"], d["checks"]["empty store"]
    return (f"## A full store\n\nMeasured {d['measured']}: {d['rounds']} rounds; {d['technicians']:,} technicians and {d['pushes']:,} pending pushes "
            f"({d['bytes'] / 1e6:,.0f} MB) beside one of each. Each request is unknown to the watch list, so that a worker reads the store for it.\n\n"
            + _table(["store", "checks/s", "CPU a check, us"], [[name, f"{f['rate']:,.0f}", f"{f['cost_us']:.1f}"] for name, f in d["checks"].items()])
            + f"\nfull / empty: {empty['rate_ratio']:.3f} of the rate, {empty['cost_ratio']:.3f} of the CPU.\n\n"
            + _goal(f"(f) within 10 % of the empty store: {empty['rate_ratio']:.2f}", full is not None and empty["rate_ratio"] >= 0.9))


def growth(d):
    rows, h = d["connections"], d["housekeeping"]
    nginx = "nginx, static reply"
    marks = [f"{row['count']:,}" for row in rows]
    text = f"## As work grows\n\nMeasured {d['measured']}. Checks as in (a), by the number of connections:\n\n"
    text += _table(["connections", "ours, requests/s", "nginx", "ours / nginx", "CPU a request, ours / nginx"],
                   [[f"{row['count']:,}", f"{row['countersign']['rate']:,.0f}", f"{row[nginx]['rate']:,.0f}", f"{row[nginx]['rate_ratio']:.2f}",
                     f"{row[nginx]['cost_ratio']:.2f}"] for row in rows])
    text += _chart("growth-rate", svg.lines("Checks a second by connections", "connections", marks,
                                            {name: [row[name]["rate"] for row in rows] for name in ("countersign", nginx)}), "checks by connections")
    text += (f"\nHousekeeping: {h['sign_ins']:,} sign-ins of the days before leave {h['bytes_each']:,.0f} bytes each in logins and pushes "
             f"({h['bytes_each']:,.0f} MB a million; the audit log is kept, and not counted). They are removed {h['removed_a_second']:,.0f} a second in "
             f"batches of 64, meanwhile checks that read the store run at {h['ratio']:.2f} of their rate without.\n")
    return text


def write(results):
    path = os.path.normpath(os.path.join(DOCS, "performance.md"))
    text = HEAD.format(cpus=len(os.sched_getaffinity(0)))
    for part in (checks, waiting, signins, store, growth):
        figures = _load(results, part.__name__)
        if figures:
            text += part(figures) + "\n"
    with open(path, "w", encoding="utf-8") as out:
        out.write(text.rstrip() + "\n")
    return path
