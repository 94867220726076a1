# SPDX-License-Identifier: Apache-2.0
"""(e) whole sign-ins a second: login, push, approval by a phone, check, compared with what argon2id alone allows on that processor."""

import multiprocessing
import os
import re
import subprocess
import time

from ours import Ours, digest, insert, row_id, technician_row, token
from processes import LOAD_CPU, SERVER_CPU, pin, pinned, processor_seconds
from rounds import median

from countersign import PASSWORD, Console, Phone

CLIENTS = 6


def accounts(server, count):
    """Accounts with one password and one phone's key, and the device token of each: enrolling them is not measured."""
    phone = server.ready("acme", "ann@acme.example")
    store = server.store()
    company, encoded = store.execute("SELECT company_id, password_hash FROM technician").fetchone()
    key = store.execute("SELECT public_key FROM device").fetchone()[0]
    now = int(time.time() * 1000000)
    insert(store, "technician", (technician_row(company, n, now, encoded) for n in range(count)))
    devices = [(row_id(), token()) for _ in range(count)]
    insert(store, "device", (dict(id=device, technician_id=1000000 + n, name="phone", state="active", public_key=key,
                                  token_digest=digest(text), created_at=now, seen_at=0, changed_at=now)
                             for n, (device, text) in enumerate(devices)))
    store.close()
    return phone, devices


def client(server, phone, work, done, end):
    """Signs one account in after the other until the time is over."""
    pin([os.getpid()], LOAD_CPU)
    n = 0
    while time.monotonic() < end:
        number, (device, text) = work.get()
        mine = Phone(server)
        mine.key, mine.token, mine.id = phone.key, text, str(device)
        answer = Console(server).sign_in(f"t{number}@bench.example", mine)
        assert answer.result == "OK", answer.body
        n += time.monotonic() < end
    done.put(n)


def sign_ins(server, phone, work, seconds):
    done, end = multiprocessing.Queue(), time.monotonic() + seconds
    clients = [multiprocessing.Process(target=client, args=(server, phone, work, done, end)) for _ in range(CLIENTS)]
    before = processor_seconds(server.pids())
    for process in clients:
        process.start()
    total = sum(done.get(timeout=10 * seconds) for _ in clients)
    used = processor_seconds(server.pids()) - before
    for process in clients:
        process.join()
    return total / seconds, used / max(total, 1)


def hashes(build, seconds):
    done = subprocess.run(pinned(SERVER_CPU, [os.path.join(build, "bench/argon2"), str(seconds)]), capture_output=True, text=True,
                          check=True)
    return float(re.match(r"[\d.]+", done.stdout).group())


def measure(folder, build, quick):
    subprocess.run(["ninja", "-C", build, "bench/argon2"], check=True, capture_output=True)
    rounds, seconds = (3, 4) if quick else (5, 10)
    server = Ours(folder, {("log", "level"): "error"})
    phone, devices = accounts(server, 200 * rounds * seconds // 4)
    work = multiprocessing.Queue()
    for item in enumerate(devices):
        work.put(item)
    rows = []
    for number in range(rounds + 1):
        ours, alone = sign_ins(server, phone, work, seconds), hashes(build, max(seconds / 2, 2))
        if number:
            rows.append((ours[0], alone, ours[1]))
    server.close()
    return {"rounds": rounds, "seconds": seconds, "sign_ins": median(r[0] for r in rows), "argon2": median(r[1] for r in rows),
            "share": median(r[0] / r[1] for r in rows), "least": min(r[0] / r[1] for r in rows), "most": max(r[0] / r[1] for r in rows),
            "cost_ms": median(r[2] for r in rows) * 1e3}
