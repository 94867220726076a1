# SPDX-License-Identifier: Apache-2.0
"""Each attack next to an honest person, who is served; no process dies, and memory stays bounded."""

import os
import re
import ssl
import subprocess

import pytest

from attacks import ALL, Hellos, connect
from countersign import BUILD, Console, Server

HONEST = "127.0.0.1"
# How much a front may grow while it is attacked. A sanitizer's build keeps freed memory, so its figure means nothing.
GROWTH_MOST = 128 << 20
KEPT_MOST = 16 << 20  # and how much of that it keeps
IS_SANITIZED = "address" in subprocess.run(["meson", "introspect", BUILD, "--buildoptions"], capture_output=True, text=True,
                                           check=True).stdout.split('"b_sanitize"', 1)[-1][:200]


def certificate(folder):
    crt, key = os.path.join(folder, "own.crt"), os.path.join(folder, "own.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", crt],
                   check=True, capture_output=True)
    os.chmod(key, 0o600)
    return crt, key


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) << 10


def children(server):
    return {kind: server.children(kind) for kind in ("front", "worker", "courier")}


@pytest.mark.parametrize("name", [name for name in ALL if ALL[name] is not Hellos])
def test_an_honest_person_signs_in_beside(name, tmp_path):
    attack = ALL[name]
    server = Server(tmp_path, attack.settings)
    phone = server.ready("acme", "ann@acme.example")
    assert phone.pending() == []  # a phone that asked lately, as an open one does every few seconds
    before = children(server)
    held = resident(before["front"][0])
    with attack(server) as running:
        console = Console(server, source=HONEST)
        assert console.sign_in("ann@acme.example", phone).result == "OK", f"after {running.strokes} strokes"
    assert children(server) == before, server.log()[-2000:]
    if not IS_SANITIZED:
        assert resident(before["front"][0]) - held < GROWTH_MOST
        server.wait_for(lambda: resident(before["front"][0]) - held < KEPT_MOST)
    assert Console(server).login("ann@acme.example", "wrong").result == "InvalidPassword"
    server.close()


def test_others_shake_hands_beside_replayed_hellos(tmp_path):
    crt, key = certificate(str(tmp_path))
    server = Server(tmp_path, {("tls", "certificate"): crt, ("tls", "key"): key,
                               ("server", "public_url"): "https://127.0.0.1:{port}"})
    before = children(server)
    with Hellos(server):
        for _ in range(5):
            context = ssl.create_default_context(cafile=crt)
            with context.wrap_socket(connect(server.port, HONEST), server_hostname="127.0.0.1") as wire:
                wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert wire.recv(12) == b"HTTP/1.1 200"
    assert children(server) == before
    server.close()
