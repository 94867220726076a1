# SPDX-License-Identifier: Apache-2.0
"""The same requests to countersign and to Mono's ASMX, which is Microsoft's own source: the same answers.

The reference is tests/differential/reference, the service behind the recorded exchanges, started live; ours is the front
with the contract's test worker. Compared are status, Content-Type and body.
"""

import collections
import glob
import os
import shutil
import signal
import socket
import subprocess

import pytest

import mutate
from exchange import PATIENCE, ROOT, agree, of_recording, send
from known import reason

CONTRACT = os.path.join(ROOT, "tests/contract")
BUILD = os.path.join(ROOT, os.environ.get("COUNTERSIGN_BUILD", "build-check"))
BATCH = 500
BATCHES = int(os.environ.get("DIFFERENTIAL_BATCHES", "12"))

# These make the reference's operation do what only .NET can; JSON goes to Mono's script handler, not to SOAP.
SKIPPED = (b"<sLoginToken>soapex<", b"<sLoginToken>surrogate<", b"<sLoginToken>badenum<")
LONG = 64 * 1024

# Of a hundred requests, how many may describe the error differently if both refuse the document in the same way.
WORDING_PERCENT = 3


def recordings():
    found = {}
    for folder in ("golden", "clients"):
        for path in sorted(glob.glob(os.path.join(CONTRACT, folder, "*.request"))):
            with open(path, "rb") as recorded:
                request = of_recording(recorded.read())
            if request is None or len(request.body) > LONG or any(token in request.body for token in SKIPPED):
                continue
            if b"json" not in (request.content_type or b""):
                found[f"{folder}/{os.path.basename(path).removesuffix('.request')}"] = request
    return found


RECORDINGS = recordings()


def free_ports(n):
    probes = [socket.socket() for _ in range(n)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    found = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return found


@pytest.fixture(scope="session")
def ports(tmp_path_factory):
    """Ours and theirs."""
    for program in ("fastcgi-mono-server4", "nginx"):
        assert shutil.which(program), f"{program} is missing: tools/setup packages-interop"
    folder = str(tmp_path_factory.mktemp("reference"))
    fixture = subprocess.Popen([os.path.join(BUILD, "tests/contract/fixture"), "0"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(fixture.stdout.readline().rsplit(":", 1)[1])
        theirs = free_ports(3)
        subprocess.run([os.path.join(ROOT, "tests/differential/reference/start.sh"), folder, *map(str, theirs)], check=True,
                       stdout=subprocess.DEVNULL)
        yield port, theirs[2]
    finally:
        for name in ("nginx.pid", "fcgi.pid"):
            try:
                with open(os.path.join(folder, name), encoding="ascii") as pid:
                    os.kill(int(pid.read()), signal.SIGTERM)
            except (FileNotFoundError, ValueError, ProcessLookupError):
                pass
        fixture.send_signal(signal.SIGTERM)
        fixture.wait(PATIENCE)
        fixture.stdout.close()


def compare(ports, request):
    """None where the two agree; else why they may differ, and what was seen."""
    ours, theirs = send(ports[0], request), send(ports[1], request)
    if agree(ours, theirs):
        return None
    return reason(request, ours, theirs), f"{request.show()}\n-- ours: {ours.show()}\n-- theirs: {theirs.show()}\n"


@pytest.mark.parametrize("name", RECORDINGS)
def test_recorded(name, ports):
    different = compare(ports, RECORDINGS[name])
    assert different is None, different[1]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_mutated(batch, ports):
    bases = [request for request in RECORDINGS.values() if len(request.body) < 4096]
    known = collections.Counter()
    unknown = []
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        different = compare(ports, mutate.mutated(seed, bases))
        if different is None:
            continue
        why, seen = different
        known[why] += 1
        if why is None:
            unknown.append(f"-- seed {seed}\n{seen}")
    print(dict(known))
    assert not unknown, "\n".join(unknown)
    assert known["wording"] <= BATCH * WORDING_PERCENT / 100
