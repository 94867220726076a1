#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL server for a test: run by an ordinary user, in a private folder, on a socket only.

As a program: cluster.py PROGRAM [ARGUMENT...] runs it with COUNTERSIGN_TEST_POSTGRES=postgresql://..., an address without a
database, and ends the server after it.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.parse

BIN = "/usr/lib/postgresql/15/bin"
ROLE = "countersign"
FAKETIME = f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}/faketime/libfaketime.so.1"
# For speed: losses by a crash of the machine do not matter here.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB", "max_connections": "100",
            "listen_addresses": "", "autovacuum_naptime": "600"}
PATIENCE = 120


def ordinary():
    """The command that runs a program as an ordinary user: root may not run a database."""
    if os.geteuid() != 0:
        return [], None
    user = pwd.getpwnam("nobody")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"], user


class Cluster:
    def __init__(self, files=None, of=None, has_clock=False, **settings):
        """files: a folder whose files the server's own folder gets. of: another server, whose replica this one becomes.
        has_clock: its clock can be set apart from this machine's (set_clock)."""
        self.folder = tempfile.mkdtemp(prefix="countersign-pg-", dir="/tmp")
        self.data = os.path.join(self.folder, "data")
        self.settings = {**SETTINGS, **settings}
        self.clock = os.path.join(self.folder, "clock") if has_clock else None
        self.process = None
        self.prefix, user = ordinary()
        if user is not None:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        os.chmod(self.folder, 0o755)
        if of is None:
            self.run("initdb", "-D", self.data, "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        else:
            self.run("pg_basebackup", "-D", self.data, "-h", of.folder, "-p", of.port(), "-U", ROLE, "-R", "-c", "fast", "--no-sync")
        for name in os.listdir(files) if files else ():
            place = shutil.copy(os.path.join(files, name), self.data)
            if user is not None:
                os.chown(place, user.pw_uid, user.pw_gid)
        if has_clock:
            self.set_clock(0)
        self.start()

    def run(self, program, *args):
        done = subprocess.run([*self.prefix, os.path.join(BIN, program), *args], cwd=self.folder, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stdout}")
        return done.stdout

    def start(self):
        """Returns once it takes connections."""
        options = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen([*self.prefix, *self.faked(), os.path.join(BIN, "postgres"), "-D", self.data,
                                             "-k", self.folder, *options], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
        until = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("postgres did not start: " + self.log())
            time.sleep(0.02)

    def faked(self):
        """The beginning of the command of a program that sees its clock."""
        if self.clock is None:
            return ()
        return ("env", f"LD_PRELOAD={FAKETIME}", f"FAKETIME_TIMESTAMP_FILE={self.clock}", "FAKETIME_NO_CACHE=1",
                "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_DISABLE_SHM=1")

    def set_clock(self, seconds):
        """Sets its clock so far ahead of this machine's; less than 0: behind."""
        with open(self.clock + ".new", "w", encoding="ascii") as new:
            new.write(f"{seconds:+d}s")
        os.chmod(self.clock + ".new", 0o644)
        os.rename(self.clock + ".new", self.clock)

    def answers(self):
        return subprocess.run([os.path.join(BIN, "pg_isready"), "-q", "-h", self.folder, "-p", self.port()],
                              check=False).returncode == 0

    def port(self):
        return str(self.settings.get("port", 5432))

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop(self, how=signal.SIGQUIT):
        """At once: SIGQUIT; SIGINT ends sessions and shuts down in order."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
            self.process = None

    def crash(self):
        """SIGKILL to its checkpointer: it ends all sessions and recovers; returns once it takes connections again.

        A session that has just ended would still be listed among its children, and its death would mean nothing."""
        began = self.log().count("ready to accept connections")
        os.kill(int(self.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")[0][0]), signal.SIGKILL)
        until = time.monotonic() + PATIENCE
        while self.log().count("ready to accept connections") == began or not self.answers():
            if time.monotonic() > until:
                raise RuntimeError("postgres did not recover: " + self.log())
            time.sleep(0.02)

    def url(self, database=""):
        port = f":{self.settings['port']}" if "port" in self.settings else ""
        return f"postgresql://{ROLE}@{urllib.parse.quote(self.folder, safe='')}{port}/{database}"

    def sql(self, text, database="postgres"):
        """Runs statements; returns the rows as lists of texts."""
        done = subprocess.run([os.path.join(BIN, "psql"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                               "-d", self.url(database), "-c", text], check=False, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def session(self, database):
        """Statements one after the other in one session; use it in `with`."""
        return Session([os.path.join(BIN, "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database)])

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Session:
    def __init__(self, args):
        self.program = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.communicate("\\q\n")

    def run(self, text):
        """Returns once the statements have run."""
        self.program.stdin.write(text + "\n\\echo done\n")
        self.program.stdin.flush()
        while self.program.stdout.readline() != "done\n":
            assert self.program.poll() is None, "psql ended"


def main():
    cluster = Cluster()
    try:
        return subprocess.run(sys.argv[1:], check=False, env={**os.environ, "COUNTERSIGN_TEST_POSTGRES": cluster.url()}).returncode
    finally:
        cluster.remove()


if __name__ == "__main__":
    sys.exit(main())
