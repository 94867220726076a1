# SPDX-License-Identifier: Apache-2.0
"""Two PostgreSQL servers under Patroni, with etcd: run by an ordinary user, in a private folder, on free ports.

Each of the two is a machine with links (links.py) that can be cut one by one:

    clients  from countersign to its PostgreSQL         peers   from the other machine to its PostgreSQL
    rest     from the other machine to its Patroni      etcd    from its Patroni to etcd
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
HBA = ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]


def wait_for(holds, what):
    until = time.monotonic() + PATIENCE
    while not (found := holds()):
        if time.monotonic() > until:
            raise AssertionError(f"it never came to this: {what}")
        threading.Event().wait(PAUSE)
    return found


def said(port, path):
    """The JSON that a program of the cluster answers with, or None where it answers nothing."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


class Process:
    """One of the cluster's programs, with what it has started; its folder is its own."""

    def __init__(self, folder, name, args):
        self.name, self.args = name, args
        self.log_file = os.path.join(folder, f"{name}.log")
        self.folder = folder
        self.running = None
        self.start()

    def start(self):
        prefix, _ = ordinary()
        with open(self.log_file, "ab") as log:
            self.running = subprocess.Popen([*prefix, *self.args], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
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
        self.ports = {kind: free_port() for kind in ("postgres", "api", "clients", "peers", "rest", "etcd")}
        self.data = os.path.join(cluster.folder, name)
        self.config = os.path.join(cluster.folder, f"{name}.yml")
        self.process = None

    def links(self, etcd):
        behind = {"clients": self.ports["postgres"], "peers": self.ports["postgres"], "rest": self.ports["api"], "etcd": etcd}
        return {f"{self.name}.{kind}": (self.ports[kind], port) for kind, port in behind.items()}

    def write_config(self):
        login = {"username": ROLE, "password": "unused"}
        at = "127.0.0.1:{}".format
        document = {
            "scope": "countersign", "name": self.name,
            "restapi": {"listen": at(self.ports["api"]), "connect_address": at(self.ports["rest"])},
            "etcd3": {"hosts": [at(self.ports["etcd"])], "use_proxies": True},
            "bootstrap": {"dcs": SETTINGS, "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "no-sync"]},
            "postgresql": {"listen": at(self.ports["postgres"]), "connect_address": at(self.ports["peers"]),
                           "data_dir": self.data, "bin_dir": BIN, "pgpass": os.path.join(self.cluster.folder, f"{self.name}.pass"),
                           "authentication": {"superuser": login, "replication": login, "rewind": login}, "pg_hba": HBA,
                           "basebackup": [{"checkpoint": "fast"}, "no-sync"],
                           "parameters": {"unix_socket_directories": self.cluster.folder}},
        }
        with open(self.config, "w", encoding="utf-8") as out:
            json.dump(document, out)  # which is YAML too

    def start(self):
        if self.process is None:
            self.process = Process(self.cluster.folder, f"{self.name}.patroni", [PYTHON, "/usr/bin/patroni", self.config])
        elif self.process.running is None:
            self.process.start()

    def api(self, path):
        """What its Patroni says, or None where it says nothing."""
        if self.process is not None:
            self.process.tend()
        return said(self.ports["api"], path)

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
                               f"postgresql://{ROLE}@127.0.0.1:{self.ports['postgres']}/{database}", "-c", text],
                              check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]


class Patroni:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="countersign-ha-", dir="/tmp")
        _, user = ordinary()
        if user is not None:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        os.chmod(self.folder, 0o755)
        port, peers = free_port(), free_port()
        self.members = [Member(self, name) for name in ("one", "two")]
        self.links = Links({name: ports for member in self.members for name, ports in member.links(port).items()})
        url = "http://127.0.0.1:{}".format
        self.etcd = Process(self.folder, "etcd", [
            "etcd", "--name", "etcd", "--data-dir", os.path.join(self.folder, "etcd"), "--listen-client-urls", url(port),
            "--advertise-client-urls", url(port), "--listen-peer-urls", url(peers), "--initial-advertise-peer-urls", url(peers),
            "--initial-cluster", f"etcd={url(peers)}", "--unsafe-no-fsync", "--logger", "zap"])
        for member in self.members:
            member.write_config()
        try:
            wait_for(lambda: (said(port, "version") or {}).get("etcdcluster", "not_decided") != "not_decided", "etcd's version")
            self.members[0].start()
            wait_for(self.leader, "a first leader")
            self.members[0].sql(f"CREATE DATABASE {DATABASE} TEMPLATE template0", "postgres")
            self.members[1].start()
            self.wait_whole()
        except BaseException:
            print(self.logs(), file=sys.stderr)
            self.remove()
            raise

    def logs(self):
        return "\n".join(f"--- {p.name}\n{p.log()[-6000:]}" for p in [self.etcd, *(m.process for m in self.members)] if p)

    def url(self):
        hosts = ",".join(f"127.0.0.1:{member.ports['clients']}" for member in self.members)
        return f"postgresql://{ROLE}@{hosts}/{DATABASE}?target_session_attrs=read-write"

    def leader(self):
        """The member that is the primary and says so, or None; not one that only believes it."""
        found = [m for m in self.members if (its := m.api("patroni")) and its["role"] in ("master", "primary") and
                 its["state"] == "running"]
        return found[0] if len(found) == 1 else None

    def is_whole(self):
        """A primary, and the other one its synchronous replica: the next fault may come."""
        leader = self.leader()
        members = (leader and leader.api("cluster") or {}).get("members", [])
        roles = sorted(m["role"] for m in members)
        return roles == ["leader", "sync_standby"] and leader.sql(
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

    def inner_links(self, member):
        """The links that keep it apart from etcd and from the other machine, in both directions."""
        return [f"{member.name}.{kind}" for kind in ("peers", "rest", "etcd")] + [
            f"{self.other(member).name}.{kind}" for kind in ("peers", "rest")]

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
        self.etcd.kill()
        self.links.close()
        shutil.rmtree(self.folder, ignore_errors=True)
