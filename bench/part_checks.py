"""(a) checks of a pending push over 64 keep-alive connections, (b) each on a connection of its own, (c) over TLS 1.3."""

import os
import subprocess

from load import compare, drive, write_script
from ours import Ours, fill
from peers import Gsoap, Mono, Nginx, Npm, Php

from countersign import Console

CHECK = "twoFactorCheckPushAuthStatus"


class Pending:
    """A push that waits for the whole run."""

    def __init__(self, server):
        server.company("acme")
        self.pair = fill(server, "acme", 1, 1)[0]
        self.server = server
        console = Console(server)
        self.body = console.envelope(CHECK, {"sLoginToken": self.pair[0], "sPushToken": self.pair[1]})
        self.headers = console.headers(CHECK)

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


def rounds_of(servers, scripts, rounds, seconds, **kwargs):
    found = {server.name: [] for server in servers}
    for number in range(rounds + 1):
        for server in servers:
            figures = drive(server.port, scripts[server.name], server.pids(), seconds, **kwargs)
            if number:  # the first warms up
                found[server.name].append(figures)
    return compare(found)


def scripts_for(folder, servers, pending, **more):
    scripts = {}
    for server in servers:
        scripts[server.name] = os.path.join(folder, f"{server.name.split()[0].strip(',')}{len(more)}.lua")
        write_script(scripts[server.name], server.path, pending.body, {**pending.headers, **more})
    return scripts


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
    figures = rounds_of(servers, scripts_for(inner, servers, pending), rounds, seconds, scheme="https")
    servers[1].stop()
    plain.close()
    return figures


def measure(folder, build, quick):
    rounds, seconds = (3, 1) if quick else (5, 2)
    ours = Ours(folder)
    pending = Pending(ours)
    peers = [Nginx(folder, pending.answer()), Gsoap(folder), Npm(folder, os.path.join(build, "bench/npm")),
             Php(folder), Mono(folder)]
    servers = [ours, *peers]
    figures = {"rounds": rounds, "seconds": seconds}
    figures["a"] = rounds_of(servers, scripts_for(folder, servers, pending), rounds, seconds)
    figures["b"] = rounds_of(servers, scripts_for(folder, servers, pending, Connection="close"), rounds, seconds)
    pending.answer()
    for peer in peers:
        peer.stop()
    ours.close()
    figures["c"] = over_tls(folder, rounds, seconds)
    return figures
