# SPDX-License-Identifier: Apache-2.0
"""(e) whole sign-ins a second: login, push, approval by a phone, check, compared with what argon2id alone allows on that processor."""

import multiprocessing
import os
import subprocess
import time

from ours import Ours, digest, insert, row_id, technician_id, technician_row, token
from processes import LOAD_CPU, SERVER_CPU, pin, pinned, processor_seconds
from rounds import summary

from countersign import PASSWORD, Console, Phone

CLIENTS = 6  # of each server
PATIENCE_S = 60
HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled"


def accounts(server, count, others=0):
    """Accounts with one password and one phone's key, and the device token of each: enrolling them is not measured. The last of them
    are in so many other companies, the rest in one."""
    phone = server.ready("acme", "ann@acme.example")
    for number in range(others):
        server.company(f"other{number}")
    store = server.store()
    company, encoded = store.execute("SELECT company_id, password_hash FROM technician").fetchone()
    rest = [row[0] for row in store.execute("SELECT id FROM company WHERE id <> ?", [company])]
    key = store.execute("SELECT public_key FROM device").fetchone()[0]
    now = int(time.time() * 1000000)
    first = count // 2 if rest else count  # of those in other companies
    insert(store, "technician", (technician_row(company if n < first else rest[n % others], n, now, encoded) for n in range(count)))
    devices = [(row_id(), token()) for _ in range(count)]
    insert(store, "device", (dict(id=device, technician_id=technician_id(n), name="phone", state="active", public_key=key,
                                  token_digest=digest(text), created_at=now, seen_at=0, changed_at=now)
                             for n, (device, text) in enumerate(devices)))
    store.close()
    return phone, devices


def source_of(number):
    """An address of its own for each console: what the server counts by source is not shared."""
    return f"127.{78 + number % 100}.{number // 100 % 256}.{number // 25600 % 254 + 1}"


def client(server, phone, work, done, end, cpu):
    """Signs one account in after the other until the time is over."""
    if cpu is not None:
        pin([os.getpid()], cpu)
    n = 0
    try:
        while time.monotonic() < end:
            number, (device, text) = work.get(timeout=PATIENCE_S)
            mine = Phone(server)
            mine.key, mine.token, mine.id = phone.key, text, str(device)
            answer = Console(server, source=source_of(number)).sign_in(f"t{number}@bench.example", mine)
            assert answer.result == "OK", answer.body
            n += time.monotonic() < end
    except Exception as why:  # pylint: disable=broad-except
        done.put(f"a sign-in failed: {why!r}")
    else:
        done.put(n)


def sign_ins(servers, phone, work, seconds, cpu=LOAD_CPU):
    """By clients of each of the servers, on that processor: how many a second, and what one costs the servers."""
    done, end = multiprocessing.Queue(), time.monotonic() + seconds
    clients = [multiprocessing.Process(target=client, args=(server, phone, work, done, end, cpu)) for server in servers for _ in range(CLIENTS)]
    pids = sorted({pid for server in servers for pid in server.pids()})
    before = processor_seconds(pids)
    for process in clients:
        process.start()
    counts = [done.get(timeout=PATIENCE_S + seconds) for _ in clients]
    if failures := [count for count in counts if isinstance(count, str)]:
        raise SystemExit(failures[0])
    total = sum(counts)
    used = processor_seconds(pids) - before
    for process in clients:
        process.join()
    return total / seconds, used / max(total, 1)


def waiting(items):
    """A queue of them for the clients."""
    work = multiprocessing.Queue()
    work.cancel_join_thread()  # whatever is left when this process ends
    for item in items:
        work.put(item)
    return work


def hashes(build, seconds):
    """Of libsodium and of libargon2, in turn: how many a second, and the milliseconds that one takes."""
    done = subprocess.run(pinned(SERVER_CPU, [os.path.join(build, "bench/argon2"), str(seconds)]), capture_output=True, text=True,
                          check=True)
    return tuple(map(float, done.stdout.split()))


def measure(folder, build, quick):
    subprocess.run(["ninja", "-C", build, "bench/argon2"], check=True, capture_output=True)
    rounds, seconds = (3, 4) if quick else (5, 10)
    server = Ours(folder, {("log", "level"): "error"})
    phone, devices = accounts(server, 100 * (rounds + 1) * seconds)
    work = waiting(enumerate(devices))
    rows = []
    for number in range(rounds + 1):
        (rate, cost), (sodium, sodium_ms, reference, reference_ms) = sign_ins([server], phone, work, seconds), hashes(build, max(seconds, 4))
        if number:
            rows.append({"rate": rate, "cost_ms": cost * 1e3, "sodium": sodium, "sodium_ms": sodium_ms, "reference": reference,
                         "reference_ms": reference_ms, "of_sodium": rate / sodium, "of_reference": rate / reference})
    server.close()
    with open(HUGE_PAGES, encoding="ascii") as chosen:
        pages = chosen.read().split("[")[1].split("]")[0]
    return {"rounds": rounds, "seconds": seconds, "huge_pages": pages, **summary(rows),
            "ranges": {key: [limit(row[key] for row in rows) for limit in (min, max)] for key in ("of_sodium", "of_reference")}}
