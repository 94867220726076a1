# SPDX-License-Identifier: Apache-2.0
"""(a) checks of a pending push over 64 keep-alive connections, (b) each on a connection of its own, (c) over TLS 1.3."""

import os
import subprocess

from ours import Ours, fill
from peers import Gsoap, Mono, Nginx, Npm, Php
from rounds import build_loader, compare, drive, drive_tls, run_rounds, write_lua, write_request

from countersign import Console


class Pending:
    """A push that waits for the whole run."""

    def __init__(self, server):
        server.company("acme")
        self.pair = fill(server, "acme", 1, 1)[0]
        self.server = server

    def answer(self):
        answer = Console(self.server).check(*self.pair)
        assert answer.result == "Poll", answer.body
        return answer.body


def certificate(folder):
    crt, key = os.path.join(folder, "bench.crt"), os.path.join(folder, "bench.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=bench", "-keyout", key, "-out", crt], check=True, capture_output=True)
    os.chmod(key, 0o600)
    return crt, key


def drive_each(folder, servers, pair, rounds, seconds, **more):
    """more: headers of the request."""
    kind = "-".join(["request", *more])
    files = {server.name: write_request(os.path.join(folder, f"{kind}-{server.port}"), server, pair, **more) for server in servers}
    return compare(run_rounds(servers, rounds, lambda server: drive(server, files[server.name], seconds)))


def over_tls(folder, rounds, seconds):
    inner = os.path.join(folder, "tls")
    os.mkdir(inner)
    files = certificate(inner)
    plain = Ours(inner)
    pending = Pending(plain)
    body = pending.answer()
    plain.stop()
    plain.settings.update({("tls", "certificate"): files[0], ("tls", "key"): files[1],
                           ("server", "public_url"): f"https://127.0.0.1:{plain.port}"})
    plain.write_config()
    plain.start()
    servers = [plain, Nginx(inner, body, files)]
    scripts = {server.name: write_lua(os.path.join(inner, f"{server.port}.lua"), server, pending.pair) for server in servers}
    figures = compare(run_rounds(servers, rounds, lambda server: drive_tls(server, scripts[server.name], seconds)))
    servers[1].stop()
    plain.close()
    return figures


def measure(folder, build, quick):
    build_loader()
    rounds, seconds = (3, 1) if quick else (9, 2)
    ours = Ours(folder)
    pending = Pending(ours)
    peers = [Nginx(folder, pending.answer()), Gsoap(folder), Npm(folder, os.path.join(build, "bench/npm")),
             Php(folder), Mono(folder)]
    servers = [ours, *peers]
    figures = {"rounds": rounds, "seconds": seconds}
    figures["a"] = drive_each(folder, servers, pending.pair, rounds, seconds)
    figures["b"] = drive_each(folder, servers, pending.pair, rounds, seconds, Connection="close")
    pending.answer()
    for peer in peers:
        peer.stop()
    ours.close()
    figures["c"] = over_tls(folder, rounds, seconds)
    return figures
