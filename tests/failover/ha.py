# SPDX-License-Identifier: Apache-2.0
"""Two PostgreSQL servers under Patroni, with three etcd: run by an ordinary user, in a private folder, on free ports.

Each of the five is a machine, and so is `here`, where countersign runs. Any two can be cut apart: machines are network namespaces
(apart.py) where there may be some, otherwise they share this machine's addresses (links.py).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("postgres", "e2e"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), folder))
from cluster import BIN, ROLE, ordinary  # noqa: E402
from countersign import free_port  # noqa: E402
from apart import VARIABLE, Apart  # noqa: E402
from links import Links  # noqa: E402

PYTHON = "/usr/bin/python3"  # Debian's, for which its Patroni is installed
PATIENCE = 600  # seconds until what should happen never will: a busy machine takes long to make a database
PAUSE = 0.1  # between two looks; it only spares the processor
DATABASE = "store"
# docs/scaling.md, "Failover", says why. The times are shorter than what is recommended there: a test should not take long.
SETTINGS = {
    "ttl": 8, "loop_wait": 1, "retry_timeout": 3,
    "synchronous_mode": True, "failsafe_mode": True, "primary_start_timeout": 0, "maximum_lag_on_failover": 1 << 20,
    "postgresql": {"use_pg_rewind": True, "use_slots": True, "parameters": {
        "fsync": "off", "shared_buffers": "16MB", "max_connections": 60, "wal_log_hints": "on",
        "autovacuum_naptime": 600, "wal_keep_size": "256MB"}},
}
HBA = ["local all all trust", *(f"host {what} all {net} trust" for what in ("all", "replication")
                               for net in ("127.0.0.1/32", "10.77.0.0/24"))]
MEMBERS, ETCDS = ("one", "two"), ("etcd0", "etcd1", "etcd2")


def wait_for(holds, what):
    until = time.monotonic() + PATIENCE
    while not (found := holds()):
        if time.monotonic() > until:
            raise AssertionError(f"it never came to this: {what}")
        threading.Event().wait(PAUSE)
    return found


def at(place):
    return "{}:{}".format(*place)


def said(place, path):
    """The JSON that a program of the cluster answers with, or None where it answers nothing."""
    try:
        with urllib.request.urlopen(f"http://{at(place)}/{path}", timeout=5) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


class Process:
    """One of the cluster's programs, with what it has started; its folder is its own."""

    def __init__(self, folder, name, args, inside=()):
        """inside: the command that runs it on its machine."""
        self.name, self.args, self.inside = name, args, inside
        self.log_file = os.path.join(folder, f"{name}.log")
        self.folder = folder
        self.running = None
        self.start()

    def start(self):
        prefix, _ = ordinary()
        with open(self.log_file, "ab") as log:
            self.running = subprocess.Popen([*self.inside, *prefix, *self.args], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True,
                                            env={"PATH": f"{BIN}:/usr/bin:/bin", "LC_ALL": "C", "HOME": self.folder})

    def tend(self):
        """Starts it again if it has ended by itself, as the machine's service manager does."""
        if self.running is not None and self.running.poll() is not None:
            self.start()

    def kill(self):
        if self.running is not None:
            self.running.send_signal(signal.SIGKILL)
            self.running.wait(PATIENCE)
            self.running = None

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as log:
            return log.read()


class Member:
    """One machine: Patroni, and the PostgreSQL that it has started."""

    def __init__(self, cluster, name):
        self.name, self.cluster = name, cluster
        self.ports = {kind: free_port() for kind in ("postgres", "api")}
        self.data = os.path.join(cluster.folder, name)
        self.config = os.path.join(cluster.folder, f"{name}.yml")
        self.process = None

    def at(self, kind):
        """Where its own program listens; the tests reach it there."""
        return self.cluster.net.address(self.name), self.ports[kind]

    def way(self, one, kind):
        """Where another machine reaches it."""
        return self.cluster.net.way(one, self.name, self.ports[kind])

    def write_config(self):
        login = {"username": ROLE, "password": "unused"}
        other = self.cluster.other(self).name
        document = {
            "scope": "countersign", "name": self.name,
            "restapi": {"listen": at(self.at("api")), "connect_address": at(self.way(other, "api"))},
            "etcd3": {"hosts": [at(etcd.way(self.name)) for etcd in self.cluster.etcds], "use_proxies": True},
            "bootstrap": {"dcs": SETTINGS, "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "no-sync"]},
            "postgresql": {"listen": at(self.at("postgres")), "connect_address": at(self.way(other, "postgres")),
                           "data_dir": self.data, "bin_dir": BIN, "pgpass": os.path.join(self.cluster.folder, f"{self.name}.pass"),
                           "authentication": {"superuser": login, "replication": login, "rewind": login}, "pg_hba": HBA,
                           "basebackup": [{"checkpoint": "fast"}, "no-sync"],
                           "parameters": {"unix_socket_directories": self.cluster.folder, "ssl": "on",
                                          "ssl_cert_file": self.cluster.certificate, "ssl_key_file": self.cluster.key}},
        }
        with open(self.config, "w", encoding="utf-8") as out:
            json.dump(document, out)  # which is YAML too

    def start(self):
        if self.process is None:
            self.process = Process(self.cluster.folder, f"{self.name}.patroni", [PYTHON, "/usr/bin/patroni", self.config],
                                   self.cluster.net.inside(self.name))
        elif self.process.running is None:
            self.process.start()

    def api(self, path):
        """What its Patroni says, or None where it says nothing."""
        if self.process is not None:
            self.process.tend()
        return said(self.at("api"), path)

    def postmaster(self):
        with open(os.path.join(self.data, "postmaster.pid"), encoding="utf-8") as file:
            return int(file.readline())

    def backends(self):
        """The processes of its PostgreSQL, the first one first; none if it does not run."""
        try:
            first = self.postmaster()
            with open(f"/proc/{first}/task/{first}/children", encoding="utf-8") as children:
                return [first, *map(int, children.read().split())]
        except FileNotFoundError:
            return []

    def kill_postgres(self):
        for pid in self.backends():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def kill(self):
        """The whole machine."""
        self.process.kill()
        self.kill_postgres()

    def sql(self, text, database=DATABASE):
        done = subprocess.run([os.path.join(BIN, "psql"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d",
                               f"postgresql://{ROLE}@{at(self.at('postgres'))}/{database}", "-c", text],
                              check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]


class Etcd:
    """One of the three."""

    def __init__(self, cluster, name):
        self.cluster, self.name = cluster, name
        self.port, self.peers = free_port(), free_port()
        self.process = None

    def url(self, port):
        return f"http://{self.cluster.net.address(self.name)}:{port}"

    def way(self, one):
        return self.cluster.net.way(one, self.name, self.port)

    def start(self):
        if self.process is not None:
            self.process.start()
            return
        whole = ",".join(f"{etcd.name}={etcd.url(etcd.peers)}" for etcd in self.cluster.etcds)
        self.process = Process(self.cluster.folder, self.name, [
            "etcd", "--name", self.name, "--data-dir", os.path.join(self.cluster.folder, self.name), "--listen-client-urls",
            self.url(self.port), "--advertise-client-urls", self.url(self.port), "--listen-peer-urls", self.url(self.peers),
            "--initial-advertise-peer-urls", self.url(self.peers), "--initial-cluster", whole, "--unsafe-no-fsync", "--logger", "zap",
            "--heartbeat-interval", "200", "--election-timeout", "2000"], self.cluster.net.inside(self.name))

    def is_well(self):
        """It answers, and belongs to a majority."""
        health = said((self.cluster.net.address(self.name), self.port), "health")
        return (health or {}).get("health") == "true"


class Patroni:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="countersign-ha-", dir="/tmp")
        _, self.user = ordinary()
        self.members = [Member(self, name) for name in MEMBERS]
        self.etcds = [Etcd(self, name) for name in ETCDS]
        self.net = self.make_net()
        print(f"failover: {self.net.words}", flush=True)
        self.make_certificate()
        self.own(self.folder)
        os.chmod(self.folder, 0o755)
        for member in self.members:
            member.write_config()
        try:
            for etcd in self.etcds:
                etcd.start()
            wait_for(self.has_etcd, "three etcd that are one")
            self.members[0].start()
            wait_for(self.leader, "a first leader")
            self.members[0].sql(f"CREATE DATABASE {DATABASE} TEMPLATE template0", "postgres")
            self.members[1].start()
            self.wait_whole()
        except BaseException:
            print(self.logs(), file=sys.stderr)
            self.remove()
            raise

    def make_net(self):
        if os.environ.get(VARIABLE):
            return Apart([*MEMBERS, *ETCDS])
        ways = [("here", member.name, member.ports["postgres"]) for member in self.members]
        for member in self.members:
            ways += [(self.other(member).name, member.name, port) for port in member.ports.values()]
            ways += [(member.name, etcd.name, etcd.port) for etcd in self.etcds]
        return Links(ways)

    def own(self, path):
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def make_certificate(self):
        """Beyond this machine countersign takes no connection without one."""
        self.certificate, self.key = (os.path.join(self.folder, name) for name in ("server.crt", "server.key"))
        names = ",".join(f"IP:{self.net.address(member.name)}" for member in self.members)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=store", "-addext", f"subjectAltName={names}", "-keyout", self.key, "-out", self.certificate],
                       check=True, capture_output=True, stdin=subprocess.DEVNULL)
        self.own(self.key)

    def has_etcd(self):
        return all(etcd.is_well() for etcd in self.etcds)

    def logs(self):
        processes = [machine.process for machine in [*self.etcds, *self.members]]
        return "\n".join(f"--- {p.name}\n{p.log()[-6000:]}" for p in processes if p)

    def url(self):
        hosts = ",".join(at(member.way("here", "postgres")) for member in self.members)
        return (f"postgresql://{ROLE}@{hosts}/{DATABASE}?target_session_attrs=read-write&sslmode=verify-full"
                f"&sslrootcert={self.certificate}")

    def leader(self):
        """The member that is the primary and says so, or None; not one that only believes it."""
        found = [m for m in self.members if (its := m.api("patroni")) and its["role"] in ("master", "primary") and
                 its["state"] == "running"]
        return found[0] if len(found) == 1 else None

    def is_whole(self):
        """A primary, the other one its synchronous replica, and three etcd: the next fault may come."""
        leader = self.leader()
        members = (leader and leader.api("cluster") or {}).get("members", [])
        roles = sorted(m["role"] for m in members)
        return roles == ["leader", "sync_standby"] and self.has_etcd() and leader.sql(
            "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", "postgres") == [["1"]]

    def wait_whole(self):
        def holds():
            try:
                return self.is_whole()
            except RuntimeError:
                return False
        wait_for(holds, "a primary with a synchronous replica")

    def other(self, member):
        return self.members[1 - self.members.index(member)]

    def ctl(self, *words):
        prefix, _ = ordinary()
        done = subprocess.run([*prefix, PYTHON, "/usr/bin/patronictl", "-c", self.members[0].config, *words], cwd=self.folder,
                              check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": self.folder})
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    def remove(self):
        for member in self.members:
            if member.process is not None:
                member.kill()
        for etcd in self.etcds:
            if etcd.process is not None:
                etcd.process.kill()
        self.net.close()
        shutil.rmtree(self.folder, ignore_errors=True)
