# SPDX-License-Identifier: Apache-2.0
"""(g) under attack: how long an honest person waits while one anonymous client attacks, compared with the quiet time of the same run.

An honest console checks a pending push and signs on (a password hash), one after the other, from an address of its own; the attacks
are those of tests/hostile/attacks.py. For each attack: quiet, attacked, and how long after its end a check is as quick as before.

If others use the machine, times include their load. So the front's own work while a check waited is measured as well: it is
the wait that the attack causes, independent of other load.
"""

import multiprocessing
import os
import ssl
import sys
import time

from ours import Ours, fill
from part_checks import certificate
from processes import LOAD_CPU, own_memory, pin
from rounds import median

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/hostile"))
from attacks import ALL, Hellos, connect  # noqa: E402

from countersign import PASSWORD, Console  # noqa: E402

EMAIL = "ann@acme.example"
HONEST = "127.9.9.9"
RECOVERY_MOST = 60  # seconds to wait for a quiet server
QUICK_AGAIN = 2  # times the quiet median
REST = 2  # seconds before a server's memory is measured


def worked(fronts):
    """Milliseconds of processor time that these processes have used."""
    used = 0
    for pid in fronts:
        with open(f"/proc/{pid}/schedstat", encoding="utf-8") as stat:
            used += int(stat.read().split()[0])
    return used / 1e6


class Honest:
    """An honest console: its waits for each check and each login, in ms, and the unanswered ones."""

    def __init__(self, server, pair):
        self.server, self.pair = server, pair
        self.console = Console(server, source=HONEST)
        self.lost = 0
        self.fronts, self.front = server.children("front"), []  # milliseconds of its own work during each check

    def timed(self, call):
        begun = time.monotonic()
        try:
            answer = call()
        except (OSError, AssertionError, ValueError):
            self.lost += 1
            self.console = Console(self.server, source=HONEST)
            return None, (time.monotonic() - begun) * 1e3
        return answer.result, (time.monotonic() - begun) * 1e3

    def check(self):
        before = worked(self.fronts)
        result, ms = self.timed(lambda: self.console.check(*self.pair))
        self.front.append(worked(self.fronts) - before)
        if result not in (None, "Poll"):
            self.lost += 1
        return ms

    def login(self):
        result, ms = self.timed(lambda: self.console.login(EMAIL, PASSWORD))
        if result not in (None, "OkTwoFactorAuthenticationRequired"):
            self.lost += 1
        return ms

    def for_seconds(self, seconds):
        end, checks, logins, before, self.front = time.monotonic() + seconds, [], [], self.lost, []
        while time.monotonic() < end:
            checks += [self.check() for _ in range(10)]
            logins.append(self.login())
        return {"checks": checks, "logins": logins, "front": self.front, "lost": self.lost - before}

    def recovered_after(self, quiet_ms):
        """Seconds until five checks in a row are as quick as before, or nothing if that takes too long."""
        begun, good = time.monotonic(), 0
        while time.monotonic() - begun < RECOVERY_MOST:
            good = good + 1 if self.check() < QUICK_AGAIN * max(quiet_ms, 1) else 0
            if good == 5:
                return time.monotonic() - begun
        return RECOVERY_MOST


class Tls:
    """For the attack on TLS: a person who opens a new connection each time."""

    def __init__(self, server):
        self.server, self.fronts = server, server.children("front")
        self.lost = 0

    def once(self, context):
        begun = time.monotonic()
        try:
            with context.wrap_socket(connect(self.server.port, HONEST)) as wire:
                wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert wire.recv(12) == b"HTTP/1.1 200"
        except (OSError, AssertionError):
            self.lost += 1
        return (time.monotonic() - begun) * 1e3

    def for_seconds(self, seconds):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        end, found, front, before = time.monotonic() + seconds, [], [], self.lost
        while time.monotonic() < end:
            used = worked(self.fronts)
            found.append(self.once(context))
            front.append(worked(self.fronts) - used)
        return {"checks": found, "logins": [], "front": front, "lost": self.lost - before}

    def check(self):
        return self.for_seconds(0.001)["checks"][0]

    recovered_after = Honest.recovered_after


def strike(server, attack, begun, end):
    pin([os.getpid()], LOAD_CPU)
    with attack(server):
        begun.set()
        end.wait()


def attacked(server, attack, honest, seconds):
    begun, end = multiprocessing.Event(), multiprocessing.Event()
    process = multiprocessing.Process(target=strike, args=(server, attack, begun, end))
    process.start()
    begun.wait()
    found = honest.for_seconds(seconds)
    memory = sum(map(own_memory, server.pids()))
    end.set()
    return found, memory, process


def p99(values):
    return sorted(values)[min(int(len(values) * 0.99), len(values) - 1)] if values else 0


def one(folder, name, attack, seconds):
    inner = os.path.join(folder, "".join(c for c in name if c.isalnum()))
    os.mkdir(inner)
    settings = dict(attack.settings)
    if attack is Hellos:
        crt, key = certificate(inner)
        settings.update({("tls", "certificate"): crt, ("tls", "key"): key, ("server", "public_url"): "https://127.0.0.1:{port}"})
    defaults = {("limits", "connections"): "16384", ("limits", "connections_per_source"): "1024", ("log", "level"): "error"}
    server = Ours(inner, {**defaults, **settings})
    server.company("acme")
    pair = fill(server, "acme", 1, 1)[0]
    server.technician("acme", EMAIL)
    if attack is not Hellos:
        server.phone(EMAIL)
    honest = Tls(server) if attack is Hellos else Honest(server, pair)
    honest.for_seconds(min(seconds, 2))
    before = sum(map(own_memory, server.pids()))
    quiet = honest.for_seconds(seconds)
    under, during, process = attacked(server, attack, honest, seconds)
    after = honest.recovered_after(median(quiet["checks"]))
    process.join()
    time.sleep(REST)
    memory = sum(map(own_memory, server.pids()))
    server.close()
    row = {"name": name, "lost": under["lost"], "recovery_s": after, "memory": [before, during, memory]}
    for what in ("checks", "logins", "front"):
        for when, found in (("quiet", quiet), ("attacked", under)):
            values = found[what]
            row[f"{what}_{when}"] = {"median": median(values) if values else 0, "p99": p99(values), "n": len(values)}
    return row


def measure(folder, build, quick):
    seconds = 3 if quick else 10
    attacks = [one(folder, name, attack, seconds) for name, attack in ALL.items()]
    return {"seconds": seconds, "attacks": attacks, "load": os.getloadavg()[1]}
