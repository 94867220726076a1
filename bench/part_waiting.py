# SPDX-License-Identifier: Apache-2.0
"""(d) parked checks: memory of each, and the time from an event to the answers that it wakes."""

import os
import socket
import ssl
import subprocess
import time

from ours import Ours, fill, write_pairs
from part_checks import certificate
from processes import LOAD_CPU, own_memory, pinned, processor_seconds
from rounds import LOADER, build_loader, write_request

from countersign import Console

LOADERS, SOURCES = 4, 12
FRONTS = 3
# What a held check needs in addition to its connection's memory is counted from here on: pools and tables exist already.
WARM = 256
# A server is busy while it uses more than this of one processor, and quiet once it has not for this long; it is checked in steps.
BUSY, QUIET_S, STEP_S = 0.3, 0.3, 0.01


class Loaders:
    """Client processes; each has a share of the connections."""

    def __init__(self, server, pairs, file, cpu=LOAD_CPU, count=None):
        """A connection for each of the pairs, or `count` for one; `file`: a name for what the loaders read."""
        count = count or len(pairs)
        write_pairs(file, pairs)
        request = write_request(f"{file}.request", server, pairs[0], Prefer="wait=600")
        share, rest = divmod(count, LOADERS)
        self.processes, first = [], 0
        for number in range(LOADERS):
            mine = share + (number < rest)
            if mine:
                command = [LOADER, "hold", str(server.port), str(mine), str(SOURCES), request, file, str(first)]
                self.processes.append(subprocess.Popen(pinned(cpu, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            first += mine
        for process in self.processes:
            line = process.stdout.readline()
            assert line.startswith("sent"), line

    def owner(self, index, count):
        """The process that has connection `index`."""
        share, rest = divmod(count, LOADERS)
        edge = rest * (share + 1)
        return self.processes[index // (share + 1) if index < edge else rest + (index - edge) // share]

    def end(self):
        """Returns the answers that still arrived: (index, nanoseconds, result)."""
        lines = [process.communicate()[0] for process in self.processes]
        return [parse(line) for text in lines for line in text.splitlines() if line != "all"]

    def rows(self):
        """The answer of each connection, once all have arrived."""
        return [parse(line) for process in self.processes for line in iter(process.stdout.readline, "all\n")]


def parse(line):
    index, at, result = line.rstrip("\n").split(" ", 2)
    return int(index), int(at), result


def wait_quiet(fronts):
    """Until the fronts have read everything: they stop using their processor."""
    last, still = -1.0, 0
    while still < 3:
        time.sleep(0.3)
        now = processor_seconds(fronts)
        still = still + 1 if now - last < 0.04 else 0
        last = now


def wake_some(server, loaders, pairs, count, times):
    """One push after the other is cancelled. Milliseconds until that was answered itself, it being a durable transaction; until the
    check that waits for it was answered; and by how much the second came after the first."""
    console, own, woken, added = Console(server), [], [], []
    for number in range(times):
        index = (number * 7919 + 13) % count
        login, push = pairs[index]
        begun = time.monotonic_ns()
        answer = console.call("twoFactorCancelPushAuth", sLoginToken=login, sPushToken=push)
        told = time.monotonic_ns()
        assert answer.result == "OK", answer.body
        got = parse(loaders.owner(index, count).stdout.readline())
        assert got[0] == index, (got, index)
        own.append((told - begun) / 1e6)
        woken.append((got[1] - begun) / 1e6)
        added.append((got[1] - told) / 1e6)
    return {"event": spread(own), "wake": spread(woken), "added": spread(added)}


def spread(values):
    values = sorted(values)
    return {"median": values[len(values) // 2], "p99": values[max(int(len(values) * 0.99) - 1, 0)], "most": values[-1]}


def park(folder, count, times=1000):
    """For one number of parked checks, each of a push of its own: memory, and the waking of one of them."""
    inner = os.path.join(folder, f"park{count}")
    os.mkdir(inner)
    settings = {("server", "fronts"): str(FRONTS)}
    server = Ours(inner, settings, start=False, cpu=None)
    server.company("acme")
    pairs = fill(server, "acme", count + WARM, count + WARM)
    server.start()
    fronts = server.children("front")
    warm = Loaders(server, pairs[count:], os.path.join(inner, "warm"))
    wait_quiet(fronts)
    before = sum(map(own_memory, fronts))
    loaders = Loaders(server, pairs[:count], os.path.join(inner, "pairs"))
    wait_quiet(fronts)
    memory = sum(map(own_memory, fronts))
    waits = wake_some(server, loaders, pairs, count, min(times, count))
    others = [row for row in loaders.end() if row[2] != "Poll"]
    assert not others, others[:3]
    warm.end()
    server.close()
    return {"count": count, "woken": min(times, count), "warm": WARM, "memory": (memory - before) / count, "memory_in_all": memory, **waits}


def wake_all(folder, count):
    """All wait for one push, which is cancelled: seconds until the last one is answered."""
    inner = os.path.join(folder, f"all{count}")
    os.mkdir(inner)
    server = Ours(inner, {("server", "fronts"): str(FRONTS)}, start=False, cpu=None)
    server.company("acme")
    pairs = fill(server, "acme", 1, 1)
    server.start()
    fronts = server.children("front")
    loaders = Loaders(server, pairs, os.path.join(inner, "pairs"), count=count)
    wait_quiet(fronts)
    used, begun = processor_seconds(server.pids()), time.monotonic_ns()
    answer = Console(server).call("twoFactorCancelPushAuth", sLoginToken=pairs[0][0], sPushToken=pairs[0][1])
    assert answer.result == "OK", answer.body
    rows = loaders.rows()
    assert len(rows) == count and {row[2] for row in rows} == {"InvalidToken"}, {row[2] for row in rows}
    times = sorted((at - begun) / 1e9 for _, at, _ in rows)
    used = processor_seconds(server.pids()) - used
    loaders.end()
    server.close()
    return {"count": count, "first_s": times[0], "median_s": times[len(times) // 2], "all_s": times[-1], "cost_us": used / count * 1e6}


def until_quiet(server, pair, event):
    """From the event on: seconds until the server has nothing to do any more, the processor's seconds that it used by then, and the
    milliseconds that each of somebody else's checks took meanwhile, which all read the store; one at least."""
    pids, console, others, known = server.pids(), Console(server), [], 1
    begun = last = time.monotonic()
    first = used = before = processor_seconds(pids)
    event()
    while (now := time.monotonic()) - last < QUIET_S:
        console.agent = f"another {now}"
        assert console.check(*pair).result == "Poll"
        others.append((time.monotonic() - now) * 1e3)
        time.sleep(STEP_S)
        passed, spent = time.monotonic() - now, processor_seconds(pids)
        if spent - before > BUSY * passed:
            last, used, known = now + passed, spent, len(others)
        before = spent
    return last - begun, used - first, others[:known]


def ask_all_again(folder, count):
    """Each waits for a push of its own; their company is given another title, which may concern anybody, and changes no answer."""
    inner = os.path.join(folder, f"again{count}")
    os.mkdir(inner)
    server = Ours(inner, {("server", "fronts"): str(FRONTS)}, start=False, cpu=None)
    server.company("acme")
    pairs = fill(server, "acme", count + 1, count + 1)
    server.start()
    loaders = Loaders(server, pairs[:count], os.path.join(inner, "pairs"))
    wait_quiet(server.children("front"))
    seconds, used, others = until_quiet(server, pairs[count],
                                        lambda: server.cli("company", "set", "acme", "--title", "Another title"))
    answered = loaders.end()
    assert not answered, answered[:3]
    server.close()
    return {"count": count, "seconds": seconds, "cost_us": used / count * 1e6, "others": spread(others)}


def tls_memory(folder, count):
    """Of one front, over connections made by Python, since the loader speaks plain HTTP."""
    inner = os.path.join(folder, "tls")
    os.mkdir(inner)
    files = certificate(inner)
    server = Ours(inner, {("tls", "certificate"): files[0], ("tls", "key"): files[1], ("server", "public_url"): "https://127.0.0.1:1"},
                  start=False, cpu=None)
    server.company("acme")
    pairs = fill(server, "acme", count + WARM, count + WARM)
    server.start()
    front = server.children("front")[0]
    console = Console(server)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def hold(pair):
        wire = context.wrap_socket(socket.create_connection(("127.0.0.1", server.port)))
        body = console.envelope("twoFactorCheckPushAuthStatus", {"sLoginToken": pair[0], "sPushToken": pair[1]})
        headers = {**console.headers("twoFactorCheckPushAuthStatus"), "Host": "127.0.0.1", "Prefer": "wait=600",
                   "Content-Length": str(len(body))}
        wire.sendall((f"POST {Ours.path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode() + body)
        return wire

    wires = [hold(pair) for pair in pairs[:WARM]]
    wait_quiet([front])
    before = own_memory(front)
    wires += [hold(pair) for pair in pairs[WARM:]]
    wait_quiet([front])
    memory = (own_memory(front) - before) / count
    for wire in wires:
        wire.close()
    server.close()
    return {"count": count, "memory": memory}


def measure(folder, build, quick):
    build_loader()
    counts = [1, 100, 5000] if quick else [1, 10, 100, 1000, 10000, 50000]
    return {"park": [park(folder, count) for count in counts], "all": [wake_all(folder, count) for count in counts],
            "again": [ask_all_again(folder, count) for count in counts[1:]],
            "tls": tls_memory(folder, 500 if quick else 4000)}
