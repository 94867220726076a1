"""wrk, and what its rounds say."""

import json
import os
import re
import statistics
import subprocess

from processes import LOAD_CPU, pinned, processor_seconds

SCRIPT = """wrk.method = "POST"
wrk.path = "%s"
wrk.body = [==[%s]==]
%s
"""


def write_script(path, target, body, headers):
    lines = "\n".join(f"wrk.headers[{json.dumps(k)}] = {json.dumps(v)}" for k, v in headers.items())
    with open(path, "w", encoding="utf-8") as out:
        out.write(SCRIPT % (target, body.decode(), lines))


def drive(port, script, pids, seconds, connections=64, scheme="http"):
    """Requests a second, and processor seconds of the server for each."""
    before = processor_seconds(pids)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", script, f"{scheme}://127.0.0.1:{port}/"]
    done = subprocess.run(pinned(LOAD_CPU, command), capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"})
    used = processor_seconds(pids) - before
    requests = int(re.search(r"(\d+) requests in", done.stdout).group(1))
    if "Non-2xx" in done.stdout or requests == 0:
        raise SystemExit(f"errors under load:\n{done.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)), used / requests


def median(values):
    return statistics.median(values)


def compare(rounds):
    """rounds: name -> [(rate, cost)], the first name ours. For each its medians, and those of ours / its."""
    names = list(rounds)
    mine = rounds[names[0]]
    return {name: {"rate": median(r for r, _ in rows), "cost_us": median(c for _, c in rows) * 1e6,
                   "rate_ratio": median(m[0] / t[0] for m, t in zip(mine, rows)),
                   "cost_ratio": median(m[1] / t[1] if t[1] > 0 else 0 for m, t in zip(mine, rows)),
                   "least": min(m[0] / t[0] for m, t in zip(mine, rows)), "most": max(m[0] / t[0] for m, t in zip(mine, rows))}
            for name, rows in rounds.items()}
