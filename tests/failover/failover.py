# SPDX-License-Identifier: Apache-2.0
"""People sign in through two servers while their PostgreSQL, under Patroni, loses primaries, links and etcd.

usage: failover.py MINUTES [SEED]      the long run, at night: `make failover`; every fault, in an order by chance, again and again

What all clients saw is a history (tests/storm/history.py), which the store's own records must agree with afterwards.
Checkpoints of the audit log, which were taken all the time, must be those of the log as it is in the end.
"""

import collections
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("storm", "e2e"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), folder))
import tlog  # noqa: E402
from countersign import Phone, Refused, Server  # noqa: E402
from ha import Patroni, wait_for  # noqa: E402
from history import History, Records, faults, login_ids  # noqa: E402
from storm import CutOff, Person  # noqa: E402

PEOPLE, CLIENTS, VICTIMS = 10, 4, 2
CLIENT_PATIENCE = 5  # seconds that a console or a phone waits for an answer
PAUSE = 0.1
RESTS = 31  # seconds until another push is sent to somebody who has not approved the last one
IS_BACK = 4  # sign-ins that have begun after a fault and ended


class Gone(Exception):
    """The phone was not shown the push: it is over."""


class Traveller(Person):
    """Asks both servers in turn. After an OK, somebody at another address tries the same tokens."""

    patience = 240

    def __init__(self, servers, email, source, history):
        super().__init__(servers[0], email, None, history)
        self.sides = []
        for server in servers:
            side = [server.console(source=source, agent=email), server.console(source="127.66.6.6", agent="a thief")]
            for console in side:
                console.patience = CLIENT_PATIENCE
            self.sides.append(side)
        self.phone = Phone(servers[0])
        self.phone.patience = CLIENT_PATIENCE
        self.servers = servers
        self.answered = []  # when a call was answered that only a database in force can answer
        self.console = self.sides[0][0]

    def turn(self):
        self.sides.reverse()
        self.console = self.sides[0][0]
        self.phone.server = self.sides[0][0].server

    def ask(self, op, **arguments):
        self.turn()
        return super().ask(op, **arguments)

    def enrol(self):
        begun = self.console.login(self.email)
        assert begun.result == "OkTwoFactorSetupRequired", begun.body
        self.phone.enrol(begun.sTwoFactorSetupUrl)

    def recorded(self, kind, name, call, **what):
        result, answer = super().recorded(kind, name, call, **what)
        if result == "OK":
            self.answered.append(time.monotonic())
        return result, answer

    def waiting(self, console):
        """As long as a push of this console can be pending."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            self.turn()
            try:
                found = [c for c in self.phone.post("pending", {}, self.phone.token).get("aChallenges") or []
                         if c["sConsole"] == console]
            except (OSError, ValueError, CutOff):
                found = []
            if found:
                return found[0]
            threading.Event().wait(PAUSE)
        raise Gone

    def decide(self, name, push, refuses):
        try:
            return super().decide(name, push, refuses)
        except Gone:
            return None

    def steal(self, name, push):
        _, thief = self.sides[0]
        entry = self.history.ask("thief", name)
        try:
            self.history.answer(entry, thief.check(self.tokens[name], push.sPushToken).result)
        except (OSError, AssertionError):
            thief.connection = None

    def settle(self, name, push):
        super().settle(name, push)
        self.steal(name, push)


class Victims:
    """Accounts that an operator locks and unlocks on the command line; each is acknowledged by the exit status."""

    def __init__(self, servers, emails, history):
        self.servers, self.emails, self.history = servers, emails, history

    def step(self, number):
        email = self.emails[number % len(self.emails)]
        kind = ("lock", "unlock")[number // len(self.emails) % 2]
        entry = self.history.ask(kind, email)
        try:
            self.servers[number % 2].cli("technician", kind, email)
            self.history.answer(entry, "OK")
        except (Refused, subprocess.TimeoutExpired):
            pass


class Run:
    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.history = History()
        self.ends = threading.Event()
        self.done = []      # (when it began, when it ended) of each sign-in
        self.notes = []     # checkpoints
        self.failures = []
        self.without = collections.defaultdict(list)  # name of a fault -> seconds without service
        self.ha = Patroni()
        self.servers = []
        try:
            self.set_up(folder)
        except BaseException:
            self.close()
            raise

    def set_up(self, folder):
        settings = {("store", "url"): self.ha.url(), ("store", "busy_timeout"): "2s", ("log", "level"): "info"}
        for number in range(2):
            place = os.path.join(folder, f"node{number}")
            os.mkdir(place)
            self.servers.append(Server(place, settings, beside=self.servers[0] if number else None))
        first = self.servers[0]
        first.company("acme", push_lifetime=300)
        self.people = [Traveller(self.servers, first.technician("acme", f"p{i}@acme.example"), f"127.50.0.{i + 1}", self.history)
                       for i in range(PEOPLE)]
        for person in self.people:
            person.enrol()
        victims = [first.technician("acme", f"v{i}@acme.example") for i in range(VICTIMS)]
        self.victims = Victims(self.servers, victims, self.history)
        self.key = tlog.Key(first.cli("audit", "checkpoint", "--key")["key"])
        self.ready = {person: 0 for person in self.people}
        self.lock = threading.Lock()

    # ---- load ----

    def take(self):
        with self.lock:
            for person in list(self.ready):
                if self.ready[person] <= time.monotonic():
                    del self.ready[person]
                    return person
        return None

    def client(self):
        while not self.ends.is_set():
            person = self.take()
            if person is None:
                self.ends.wait(PAUSE)
                continue
            began = time.monotonic()
            refuses = self.random.random() < 0.1
            is_done = person.sign_in(refuses)
            with self.lock:
                self.ready[person] = 0 if is_done and not refuses else time.monotonic() + RESTS
                if is_done and not refuses:
                    self.done.append((began, time.monotonic()))

    def operator(self):
        for number in range(1 << 30):
            self.victims.step(number)
            try:
                self.notes.append(self.servers[number % 2].cli("audit", "checkpoint")["checkpoint"])
            except (Refused, subprocess.TimeoutExpired):
                pass
            if self.ends.wait(1):
                break

    def guarded(self, work):
        try:
            work()
        except BaseException as error:  # raised again by the main thread
            self.failures.append(error)

    # ---- what the faults use ----

    def resumes(self, fault, since):
        """Sign-ins that have begun from now on come to their end. `since`: when the fault was made."""
        now = time.monotonic()

        def are_back():
            if self.failures:
                raise self.failures[0]
            return sum(began > now for began, _ in self.done) >= IS_BACK
        try:
            wait_for(are_back, f"sign-ins after {fault}")
        except AssertionError:
            print(self.ha.logs(), file=sys.stderr)
            raise
        times = sorted(t for person in self.people for t in list(person.answered) if t > since)
        longest = max((b - a for a, b in zip([since, *times], times)), default=0)
        self.without[fault].append(longest)
        print(f"{fault}: {longest:.1f} s without service", flush=True)

    def hold(self, seconds):
        threading.Event().wait(seconds)

    # ---- the end ----

    def records(self):
        leader = wait_for(self.ha.leader, "a leader")
        ids = {digest: row for row, digest in leader.sql("SELECT id, encode(token_digest, 'hex') FROM login")}
        login_ids(self.history, self.people, ids)
        audit = [{"event": event, "detail": json.loads(detail), "account": email} for event, detail, email in leader.sql(
            "SELECT event, detail, COALESCE(email, '') FROM audit a LEFT JOIN technician t ON t.id = a.technician_id")]
        return Records(audit, [row for (row,) in leader.sql("SELECT login_id FROM session")])

    def check_log(self):
        """The tree of all leaves has the root of each checkpoint at its size."""
        first = self.servers[0]
        first.cli("audit", "verify")
        done = first.run("audit", "export", "--format", "json")
        leaves = [tlog.leaf_hash(line.split('"leaf":', 1)[1][:-1].encode()) for line in done.stdout.splitlines()]
        for note in self.notes:
            seen = tlog.Checkpoint(note, self.key)
            if seen.size > len(leaves) or tlog.tree_hash(leaves[:seen.size]) != seen.root:
                yield f"the checkpoint of size {seen.size} is not one of this log of {len(leaves)}"

    def check(self):
        found = faults(self.history, self.records())
        try:
            found += self.check_log()
        except Refused as refused:
            found.append(f"audit verify: {refused.text}")
        for email in self.victims.emails:
            found += self.check_victim(email)
        return found

    def check_victim(self, email):
        last = [call for call in self.history.calls if call["kind"] in ("lock", "unlock") and call["login"] == email][-1]
        state = self.servers[1].cli("technician", "show", email)["state"]
        if last["result"] == "OK" and (state == "locked") != (last["kind"] == "lock"):
            yield f"{email}: {last['kind']} was acknowledged, and it is {state}"

    def during(self, chaos):
        """Everything that is wrong after `chaos` has run beside the clients."""
        threads = [threading.Thread(target=self.guarded, args=(work,)) for work in [self.client] * CLIENTS + [self.operator]]
        for thread in threads:
            thread.start()
        try:
            self.resumes("nothing", time.monotonic())
            chaos(self)
        finally:
            self.ends.set()
            for thread in threads:
                thread.join()
        if self.failures:
            raise self.failures[0]
        return self.check()

    def close(self):
        for server in self.servers:
            server.close()
        self.ha.remove()


# ---- the faults: each is made, sign-ins resume, and all is whole again --------------------------------------------------


def primary_killed(run, since):
    run.ha.leader().kill_postgres()
    run.resumes("primary killed", since)


def machine_lost(run, since):
    """PostgreSQL and Patroni at once; they come back later."""
    leader = run.ha.leader()
    leader.kill()
    run.resumes("primary's machine lost", since)
    leader.start()


def backend_crashed(run, since):
    """PostgreSQL ends all sessions, and recovers by itself."""
    for pid in run.ha.leader().backends()[-1:]:
        os.kill(pid, signal.SIGKILL)
    run.resumes("process of PostgreSQL killed", since)


def away_from(run):
    """The primary's machine, and those of its cluster."""
    leader = run.ha.leader()
    return leader.name, [run.ha.other(leader).name, *(etcd.name for etcd in run.ha.etcds)]


def cut_off(run, since):
    """From etcd and its replica; countersign still reaches it."""
    leader, others = away_from(run)
    run.ha.net.cut(leader, *others)
    run.resumes("primary cut off from replica and etcd", since)
    run.ha.net.heal(leader, *others)


def cut_off_wholly(run, since):
    leader, others = away_from(run)
    run.ha.net.cut(leader, *others, "here")
    run.resumes("primary cut off from everything", since)
    run.ha.net.heal(leader, *others, "here")


def unreachable(run, since, seconds=4):
    """From countersign alone: there is no other primary, and service resumes when the link does."""
    leader = run.ha.leader().name
    run.ha.net.cut(leader, "here")
    run.hold(seconds)
    run.ha.net.heal(leader, "here")
    run.resumes(f"primary cut off from countersign for {seconds} s", since)


def replica_lost(run, since):
    """Commits wait until Patroni has given up the replica."""
    replica = run.ha.other(run.ha.leader())
    replica.kill()
    run.resumes("replica lost", since)
    replica.start()


def switchover(run, since):
    leader = run.ha.leader()
    run.ha.ctl("switchover", "--master", leader.name, "--candidate", run.ha.other(leader).name, "--force")
    run.resumes("switchover", since)


def etcd_member_lost(run, since):
    """The other two are a majority."""
    etcd = run.random.choice(run.ha.etcds)
    etcd.process.kill()
    run.resumes("one of three etcd lost", since)
    etcd.start()


def etcd_away(run, since, seconds=11):
    """Two of three are gone, and the third alone decides nothing; for longer than Patroni's lease."""
    gone = run.random.sample(run.ha.etcds, 2)
    for etcd in gone:
        etcd.process.kill()
    run.hold(seconds)
    run.resumes("most of etcd away", since)
    for etcd in gone:
        etcd.start()


def node_paused(run, since, seconds=6):
    """One of countersign's servers, in the middle of what it does."""
    server = run.random.choice(run.servers)
    processes = [server.process.pid, *(pid for kind in ("front", "worker", "courier") for pid in server.children(kind))]
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    run.hold(seconds)
    for pid in processes:
        os.kill(pid, signal.SIGCONT)
    run.resumes(f"a server of countersign paused for {seconds} s", since)


def a_minute_away(fault):
    return lambda run, since: fault(run, since, 60)


SHORT = (primary_killed, cut_off, unreachable, switchover, etcd_member_lost, etcd_away, node_paused)
LONG = (primary_killed, machine_lost, backend_crashed, cut_off, cut_off_wholly, a_minute_away(unreachable), replica_lost, switchover,
        etcd_member_lost, a_minute_away(etcd_away), a_minute_away(node_paused))


def strike(run, fault):
    fault(run, time.monotonic())
    run.ha.wait_whole()


def main():
    minutes = float(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f"failover: {minutes:g} minutes, seed {seed}", flush=True)

    def chaos(run):
        until = time.monotonic() + 60 * minutes
        while time.monotonic() < until:
            for fault in run.random.sample(LONG, len(LONG)):
                if time.monotonic() < until:
                    strike(run, fault)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(folder, seed)
        try:
            found = run.during(chaos)
        finally:
            run.close()
    for fault, times in sorted(run.without.items()):
        print(f"{fault}: {len(times)} times, without service {min(times):.1f} to {max(times):.1f} s")
    print(f"{len(run.done)} sign-ins, {sum(call['result'] is None for call in run.history.calls)} calls cut off, "
          f"{len(run.notes)} checkpoints")
    print("\n".join(found) or "the history holds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
