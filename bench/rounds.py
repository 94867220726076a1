# SPDX-License-Identifier: Apache-2.0
"""One round of load on one server, and what many rounds say: medians of ratios.

The load is our own loader (bench/load), or wrk where it has to speak TLS.
"""

import json
import os
import re
import statistics
import subprocess
import time

from processes import LOAD_CPU, own_memory, pinned, processor_seconds, used_by_all

from countersign import BUILD, Console

CHECK = "twoFactorCheckPushAuthStatus"
LOADER = os.path.join(BUILD, "bench/loader")
# Descriptors of a process, and ports of a source address, that may be used at once: with many more, the kernel searches long for a free one.
CONNECTIONS_EACH, PORTS_EACH = 17000, 5000
NUMBER = "0" * 10  # the loader counts here
WINDOW = 64  # requests under way at once, for any number of connections


def build_loader():
    subprocess.run(["ninja", "-C", BUILD, "bench/loader"], check=True, capture_output=True)


def write_request(path, server, pair, agent="bench", **more):
    """A check of the pair as one whole HTTP request; returns its path."""
    console = Console(server, agent=agent)
    body = console.envelope(CHECK, {"sLoginToken": pair[0], "sPushToken": pair[1]})
    headers = {"Host": f"127.0.0.1:{server.port}", **console.headers(CHECK), **more, "Content-Length": str(len(body))}
    with open(path, "wb") as out:
        out.write(f"POST {server.path} HTTP/1.1\r\n".encode() + "".join(f"{k}: {v}\r\n" for k, v in headers.items()).encode()
                  + b"\r\n" + body)
    return path


class Meter:
    """What a server and all processors used between two moments."""

    def __init__(self, pids):
        self.pids = pids
        self.server, self.all, self.at = processor_seconds(pids), used_by_all(), time.monotonic()

    def row(self, answers, rate, seconds, load, latencies):
        """load: the client's own processor seconds. `others`: what neither server nor client used, of all processors' time."""
        passed = time.monotonic() - self.at
        server = processor_seconds(self.pids) - self.server
        others = max(used_by_all() - self.all - server - load, 0)
        return {"rate": rate, "cost": server / answers, "busy": server / passed, "load": load / passed,
                "others": others / passed / len(os.sched_getaffinity(0)), **latencies}


def percentile(steps, share):
    """steps: [at least ns, how many], from the least to the most."""
    left = share * sum(count for _, count in steps)
    for value, count in steps:
        left -= count
        if left <= 0:
            return value / 1e6
    return 0


def merge(many):
    steps = {}
    for value, count in (step for one in many for step in one["latencies"]):
        steps[value] = steps.get(value, 0) + count
    return sorted(steps.items())


class Load:
    """Connections to one server that stay open from round to round, by our loader, in as many processes as that many need.

    They are open, and were used once, before the first round begins."""

    def __init__(self, server, request, seconds, connections=64, tokens=None):
        self.server, self.seconds = server, seconds
        count = -(-connections // CONNECTIONS_EACH)
        sources = -(-connections // PORTS_EACH)
        window = -(-min(connections, WINDOW) // count)
        more = [str(sources), str(window), request, server.expected, str(int(seconds * 1000)), *([tokens] if tokens else [])]
        shares = [connections // count + (number < connections % count) for number in range(count)]
        self.processes = [subprocess.Popen(pinned(LOAD_CPU, [LOADER, "rate", str(server.port), str(share), *more]), text=True,
                                           stdin=subprocess.PIPE, stdout=subprocess.PIPE) for share in shares]
        for process in self.processes:
            if process.stdout.readline() != "ready\n":
                raise SystemExit(f"{server.name}: the loader ended with {process.wait()} before it was ready")

    def round(self):
        """`memory` is what all processes of the server hold before it. Any answer that is not right ends the benchmark."""
        memory = sum(map(own_memory, self.server.pids()))
        meter = Meter(self.server.pids())
        for process in self.processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        found = [json.loads(process.stdout.readline()) for process in self.processes]
        total = {key: sum(one[key] for one in found) for key in ("answers", "counted", "errors", "processor")}
        steps = merge(found)
        row = meter.row(max(total["answers"], 1), total["counted"] / self.seconds, self.seconds, total["processor"],
                        {"p50_ms": percentile(steps, 0.5), "p99_ms": percentile(steps, 0.99), "memory": memory})
        if total["errors"] or not total["counted"]:
            raise SystemExit(f"{self.server.name}: {total['errors']} of {total['answers']} answers were wrong")
        return row

    def close(self):
        for process in self.processes:
            process.communicate()


def drive(server, request, seconds, tokens=None):
    """One round on 64 connections of its own."""
    load = Load(server, request, seconds, tokens=tokens)
    row = load.round()
    load.close()
    return row


LUA = """wrk.method = "POST"
wrk.path = "%s"
wrk.body = [==[%s]==]
%s
"""


def write_lua(path, server, pair):
    console = Console(server, agent="bench")
    headers = "\n".join(f"wrk.headers[{json.dumps(k)}] = {json.dumps(v)}" for k, v in console.headers(CHECK).items())
    with open(path, "w", encoding="utf-8") as out:
        out.write(LUA % (server.path, console.envelope(CHECK, {"sLoginToken": pair[0], "sPushToken": pair[1]}).decode(), headers))
    return path


def children_seconds():
    times = os.times()
    return times.children_user + times.children_system


def drive_tls(server, lua, seconds, connections=64):
    """By wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "20s", "-s", lua,
               f"https://127.0.0.1:{server.port}/"]
    before, meter = children_seconds(), Meter(server.pids())
    said = subprocess.run(pinned(LOAD_CPU, command), capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout
    requests = int(re.search(r"(\d+) requests in", said).group(1))
    if "Non-2xx" in said or "Socket errors" in said or requests == 0:
        raise SystemExit(f"{server.name}: errors under load:\n{said}")
    late = {share: float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
            for share, value, unit in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)\n", said)}
    return meter.row(requests, float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)), seconds,
                     children_seconds() - before, {"p50_ms": late["50"], "p99_ms": late["99"]})


def median(values):
    return statistics.median(values)


def run_rounds(servers, rounds, one):
    """one(server) -> a row. name -> its rows; the first round warms up, and is not among them."""
    found = {server.name: [] for server in servers}
    for number in range(rounds + 1):
        for server in servers:
            row = one(server)
            if number:
                found[server.name].append(row)
    return found


def summary(rows):
    """The median of each figure."""
    return {key: median(row[key] for row in rows) for key in rows[0]}


def versus(mine, theirs):
    """Ratios mine / theirs, round by round: the median, the least and the most of the rates', and the median of the costs'."""
    rates = [m["rate"] / t["rate"] for m, t in zip(mine, theirs)]
    return {"rate_ratio": median(rates), "cost_ratio": median(m["cost"] / t["cost"] for m, t in zip(mine, theirs)),
            "least": min(rates), "most": max(rates)}


def compare(found):
    """found: name -> its rows, the first name ours. For each the medians of its figures, and of the ratios ours / its."""
    mine = next(iter(found.values()))
    return {name: {**summary(rows), **versus(mine, rows)} for name, rows in found.items()}
