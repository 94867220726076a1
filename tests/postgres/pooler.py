# SPDX-License-Identifier: Apache-2.0
"""A pgbouncer in front of a private PostgreSQL server (cluster.py): run by an ordinary user, on a socket only."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse

import cluster

PROGRAM = "/usr/sbin/pgbouncer"
PORT = 6432


class Pooler:
    def __init__(self, of, mode, **settings):
        """of: the Cluster behind it; mode: session or transaction."""
        self.folder = tempfile.mkdtemp(prefix="countersign-pool-", dir="/tmp")
        self.prefix, user = cluster.ordinary()
        self.of, self.process = of, None
        self.settings = {"listen_port": PORT, "unix_socket_dir": self.folder, "auth_type": "trust",
                 "auth_file": f"{self.folder}/users", **settings}
        self.write("users", f'"{cluster.ROLE}" ""\n')
        os.chmod(self.folder, 0o755)
        if user is not None:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.start(mode)

    def start(self, mode):
        """Returns once it takes connections."""
        lines = {"pool_mode": mode, **self.settings}
        self.write("ini", f"[databases]\n* = host={self.of.folder} port={self.of.port()}\n[pgbouncer]\n"
                   + "".join(f"{name} = {value}\n" for name, value in lines.items()))
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen([*self.prefix, PROGRAM, os.path.join(self.folder, "ini")], cwd=self.folder,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + cluster.PATIENCE
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < until, "pgbouncer did not start: " + self.log()
            time.sleep(0.02)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="ascii") as file:
            file.write(text)

    def answers(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(os.path.join(self.folder, f".s.PGSQL.{PORT}")) == 0

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def url(self, database):
        return f"postgresql://{cluster.ROLE}@{urllib.parse.quote(self.folder, safe='')}:{PORT}/{database}"

    def stop(self):
        """At once: its connections end."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(cluster.PATIENCE)
            self.process = None

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
