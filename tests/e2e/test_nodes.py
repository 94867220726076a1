# SPDX-License-Identifier: Apache-2.0
"""Several servers on one PostgreSQL database: what one does, the others know at once, and nothing is granted twice."""

import contextlib
import itertools
import json
import os
import signal
import sqlite3
import subprocess
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

import cluster
import postgres
from countersign import CLI, PASSWORD, ROOT, b64, free_port
from operators import Caller, make_token
from test_paused import stop_within
from test_races import at_once, names, place
from test_waiting import OPERATOR, answer, hold, undo


@pytest.fixture
def nodes(own_server):
    """Makes servers that share a store: nodes(number, settings, store)."""
    def make(number, settings=None, store=None):
        first = own_server({**(store or postgres.store()), **(settings or {})})
        return [first, *(own_server(settings, beside=first) for _ in range(number - 1))]
    return make


def was_woken_by_news(server, before):
    """Whether the check that has ended was asked again for news, and not by a tick before them."""
    since = server.log()[before:]
    return "news from=others" in since.split("op=twoFactorCheckPushAuthStatus")[0]


@pytest.mark.parametrize("result", [*OPERATOR, "TwoFactorRejected"])
def test_what_one_node_changes_wakes_a_check_held_by_another(nodes, name, result):
    """The log shows why the check was asked again: the news came, and no tick before them."""
    company, email = name
    here, there = nodes(2)
    phone = there.ready(company, email)
    for _ in range(20):
        console = here.console()
        token, push = console.begin(email)
        hold(here, console, token, push, Prefer="wait=50")
        before = len(here.log())
        if result in OPERATOR:
            OPERATOR[result](there, company, email)
        else:
            assert phone.reject()["result"] == "OK"
        _, text = answer(console)
        assert result in text
        if was_woken_by_news(here, before):
            return
        undo(there, company, email)
    raise AssertionError("the tick was faster each time")


def test_a_listener_that_lost_its_connection_listens_again(own_cluster, nodes, name):
    company, email = name
    one = own_cluster()
    one.sql("CREATE DATABASE store TEMPLATE template0")
    here, there = nodes(2, store={("store", "url"): one.url("store")})
    phone = there.ready(company, email)
    listeners = "FROM pg_stat_activity WHERE query LIKE 'LISTEN %'"
    here.wait_for(lambda: one.sql(f"SELECT count(*) {listeners}") == [["2"]])
    old = {row[0] for row in one.sql(f"SELECT pid {listeners}")}
    one.sql(f"SELECT pg_terminate_backend(pid) {listeners}")
    here.wait_for(lambda: len({row[0] for row in one.sql(f"SELECT pid {listeners}")} - old) == 2)
    for _ in range(20):
        console = here.console()
        token, push = console.begin(email)
        hold(here, console, token, push, Prefer="wait=50")
        before = len(here.log())
        assert phone.reject()["result"] == "OK"
        assert "TwoFactorRejected" in answer(console)[1]
        if was_woken_by_news(here, before):
            return
        undo(there, company, email)
    raise AssertionError("the tick was faster each time")


def number(server, query):
    """The first column of the only row, as another session of PostgreSQL sees it."""
    name = server.settings["store", "url"].rsplit("/", 1)[1]
    return int(postgres.server().sql(query, name)[0][0])


def spread(servers, n):
    """n consoles at addresses of their own, in turn at each server."""
    return [server.console(source=place(i)) for i, server in zip(range(n), itertools.cycle(servers))]


def test_seats_are_counted_over_all_nodes(nodes, name):
    company, email = name
    three = nodes(3)
    three[0].company(company, second_factor="off", seats="3")
    emails = [three[0].technician(company, f"p{i}.{email}") for i in range(9)]
    consoles = spread(three, len(emails))
    told = at_once([lambda c=c, e=e: c.login(e) for c, e in zip(consoles, emails)])
    assert Counter(one.result for one in told) == {"OK": 3, "ConcurrentLimitExceeded": 6}
    assert number(three[0], "SELECT count(*) FROM session WHERE ended_at = 0") == 3


def test_failures_are_counted_over_all_nodes(nodes, name):
    """Together they leave what they leave one after the other."""
    company, email = name
    three = nodes(3)
    three[0].company(company, lockout_failures=7)
    counts = []
    for mail, run in ((email, lambda acts: [act() for act in acts]), ("x" + email, at_once)):
        three[0].technician(company, mail)
        told = run([lambda c=c, m=mail: c.login(m, "not this one, 4 doors").result for c in spread(three, 12)])
        shown = three[0].cli("technician", "show", mail)
        counts.append((Counter(told), names(three[0], mail), shown["locked_by"] if "locked_by" in shown else shown["state"]))
    assert counts[0][1]["account.locked"] == 1
    assert counts[0] == counts[1]


def test_an_approval_is_spent_once(nodes, name):
    company, email = name
    three = nodes(3)
    phone = three[0].ready(company, email)
    token, push = three[0].console().begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    told = at_once([lambda c=c: c.settle(token, push.sPushToken) for c in spread(three, 9)])
    assert Counter(one.result for one in told) == {"OK": 1, "InvalidToken": 8}
    assert names(three[0], email)["login.granted"] == 1


def test_a_recovery_code_is_good_once(nodes, name):
    company, email = name
    three = nodes(3)
    three[0].ready(company, email, {"lockout_failures": 100})
    code = three[0].cli("code", "recovery", email)["codes"][0]
    consoles = spread(three, 9)
    tokens = [console.login(email).sLoginToken for console in consoles]
    told = at_once([lambda c=c, t=t: c.call("twoFactorValidateCode", sLoginToken=t, sCode=code)
                    for c, t in zip(consoles, tokens)])
    assert Counter(one.result for one in told) == {"OK": 1, "InvalidCode": 8}
    assert names(three[0], email)["recovery.used"] == 1


class Balancer:
    """As a load balancer does: the next server, and the one after it where nothing listens."""

    def __init__(self, servers):
        self.servers = servers
        self.turn = itertools.count()

    def call(self, source, op, cookie=None, **arguments):
        for server in itertools.islice(itertools.cycle(self.servers), next(self.turn) % len(self.servers), None):
            console = server.console(source=source)
            console.cookie = cookie
            try:
                return console.call(op, **arguments, headers_={"Connection": "close"})
            except ConnectionRefusedError:
                continue


def sign_ins(balancer, email, until, source):
    """Sign-ins and their sessions, each of whose calls may go to another server; what they came to."""
    results = Counter()
    while not until.is_set():
        begun = balancer.call(source, "loginTechnicianFromStandalone_v7_2", sEmail=email, sPassword=PASSWORD, sLanguage="en")
        results["login " + begun.result] += 1
        for op in ("keepConsoleAlive", "logoutTechnician"):
            results[op + " " + balancer.call(source, op, cookie=begun.cookie).result] += 1
    return results


def test_a_keyed_request_at_every_node_is_carried_out_once(nodes, name):
    """Sent again where another node has the first one, whose answer is not there yet."""
    company, email = name
    three = nodes(3, {("server", "public_url"): "http://localhost:{port}"})
    three[0].company(company)
    token = make_token(three[0], company, "admin").token
    callers = [Caller(node, token) for _ in range(3) for node in three]
    for operation, members, event in (("technician/add", {"sCompany": company, "sEmail": email, "bPassword": True}, "technician.added"),
                                      ("technician/enrol", {"sTechnician": email}, "enrolment.created"),
                                      ("technician/reset", {"sTechnician": email}, "password.reset")):
        key = {"Idempotency-Key": operation}
        answers = at_once([lambda c=c, o=operation, m=members, k=key: c.post(o, headers=k, **m) for c in callers])
        assert Counter(one["result"] for one in answers) == {"OK": 9}, (operation, answers)
        assert len({json.dumps({k: v for k, v in one.items() if k != "headers"}) for one in answers}) == 1
        assert names(three[0], email)[event] == 1


def test_a_keyed_request_whose_worker_died_is_carried_out_once(nodes, name):
    """It is killed within a transaction, or after it, and the request is sent again. So is each one before it that
    had another answer than OK, because it was overdue: it may or may not have been carried out."""
    company, email = name
    [server] = nodes(1, {("server", "public_url"): "http://localhost:{port}"})
    server.company(company)
    server.technician(company, email)
    admin = make_token(server, company, "admin")
    keys, answered = [], set()

    def reset(key):
        sent, text = admin.request("/api/admin/technician/reset", json.dumps({"sTechnician": email}), {**admin.own_headers(), "Idempotency-Key": key})
        password = json.loads(text).get("sPassword") if sent.status == 200 else None
        if password is not None:
            answered.add(key)
        return password

    def reset_anew():
        keys.append(f"key-{len(keys)}")
        return reset(keys[-1])
    with ThreadPoolExecutor() as pool:
        workers, under_way = stop_within(server, pool, reset_anew)
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        under_way.result()
    server.wait_for(lambda: reset(keys[-1]) is not None)
    assert server.console().login(email, reset(keys[-1])).result not in ("InvalidPassword", "UnknownError")
    assert len(answered) <= names(server, email)["password.reset"] <= len(keys)
    for key in [key for key in keys if key not in answered]:
        server.wait_for(lambda key=key: reset(key) is not None)
    assert names(server, email)["password.reset"] == len(keys)


def test_servers_are_restarted_one_after_the_other_and_no_sign_in_fails(nodes, name):
    company, email = name
    two = nodes(2)
    two[0].company(company, second_factor="off")
    alone = [two[0].technician(company, f"p{i}.{email}") for i in range(3)]
    two[0].company(company + "2")
    waiting = [(mail, two[0].phone(two[0].technician(company + "2", mail))) for mail in (f"q{i}.{email}" for i in range(4))]
    balancer, until = Balancer(two), threading.Event()
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(sign_ins, balancer, mail, until, place(i)) for i, mail in enumerate(alone)]
        try:
            for (mail, phone), server, other in zip(waiting, two * 2, two[::-1] * 2):
                token, push = server.console().begin(mail)
                assert server.stop(signal.SIGTERM) == 0
                phone.server = other
                assert phone.approve(push.sMatchNumber)["result"] == "OK"
                assert other.console().settle(token, push.sPushToken).result == "OK", "begun here, ended there"
                server.start()
        finally:
            until.set()
        results = sum((one.result() for one in running), Counter())
    assert set(results) == {"login OK", "keepConsoleAlive OK", "logoutTechnician OK"}, results
    assert results["login OK"] > len(alone)


def old_store(one, folder):
    """A store of version 4, on PostgreSQL."""
    one.sql("CREATE DATABASE old TEMPLATE template0")
    for version in range(1, 5):
        with open(os.path.join(ROOT, f"src/db/schema/000{version}.sql"), encoding="utf-8") as script:
            one.sql(script.read(), "old")
    one.sql("INSERT INTO meta VALUES ('schema_version', '4')", "old")
    key = os.path.join(folder, "key")
    with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as out:
        out.write(b64(os.urandom(32)) + "\n")
    config = os.path.join(folder, "old.conf")
    with open(config, "w", encoding="utf-8") as out:
        out.write(f"[server]\nlisten = 127.0.0.1:{free_port()}\n[store]\nurl = {one.url('old')}\n"
                  f"key_file = {key}\n")
    return config


def test_upgrades_at_the_same_time_are_one(own_cluster, tmp_path):
    """As when the packages of several servers are installed at once."""
    one = own_cluster()
    config = old_store(one, str(tmp_path))
    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda _: subprocess.run([CLI, "-c", config, "upgrade"], capture_output=True, text=True, check=False),
                             range(4)))
    assert [run.returncode for run in done] == [0] * 4, [run.stderr for run in done]
    assert Counter("now has" in run.stdout for run in done) == {True: 1, False: 3}
    assert one.sql("SELECT value FROM meta WHERE name = 'schema_version'", "old") == [["7"]]


def test_an_upgrade_is_refused_while_a_node_of_before_could_not_go_on(own_cluster, tmp_path):
    one = own_cluster()
    config = old_store(one, str(tmp_path))
    upgrade = [CLI, "-c", config, "upgrade"]
    with subprocess.Popen(["psql", "-X", "-q", one.url("old")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        print("LISTEN countersign;\n\\echo it listens", file=node.stdin, flush=True)
        assert node.stdout.readline() == "it listens\n"
        done = subprocess.run(upgrade, capture_output=True, text=True, check=False)
        assert done.returncode == 3 and "a server runs on this database" in done.stderr, done
        assert one.sql("SELECT value FROM meta WHERE name = 'schema_version'", "old") == [["4"]]
        node.stdin.close()
    done = subprocess.run(upgrade, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "now has" in done.stdout, done


def raise_schema(server, version, least):
    """As an upgrade by a newer program does, in one transaction."""
    text = (f"BEGIN; INSERT INTO meta (name, value) VALUES ('schema_version', '{version}'), ('schema_least', '{least}') "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value; COMMIT")
    if ("store", "url") in server.settings:
        postgres.server().sql(text, server.settings["store", "url"].rsplit("/", 1)[1])
        return
    with contextlib.closing(sqlite3.connect(server.settings["store", "path"], timeout=60)) as store:
        store.executescript(text)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_servers_go_on_under_load_with_a_schema_that_lets_them_and_with_no_other(own_server, nodes, name, tmp_path, kind):
    company, email = name
    store = {("store", "path"): tmp_path / "db"} if kind == "sqlite" else None
    servers = [own_server(store)] if kind == "sqlite" else nodes(2)
    servers[0].company(company, second_factor="off")
    people = [servers[0].technician(company, f"p{i}.{email}") for i in range(3)]
    balancer, until, ours = Balancer(servers), threading.Event(), servers[0].cli("upgrade")["schema_version"]
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(sign_ins, balancer, mail, until, place(i)) for i, mail in enumerate(people)]
        try:
            raise_schema(servers[0], ours + 1, ours)
            assert servers[0].cli("upgrade")["upgraded"] is False, "and a program of before leaves it"
            for server in servers:
                assert server.console().login(people[0]).result == "OK"
                assert server.stop() == 0
                server.start()
        finally:
            until.set()
        results = sum((one.result() for one in running), Counter())
    assert set(results) == {"login OK", "keepConsoleAlive OK", "logoutTechnician OK"}, results
    raise_schema(servers[0], ours + 1, ours + 1)
    for server in servers:
        assert server.console().login(people[0]).result == "UnknownError"
        assert "another server has upgraded the database" in server.log()


def test_a_replica_never_gives_an_ok_and_the_new_primary_has_all_that_was_answered(own_cluster, nodes, name):
    """The primary is lost; its synchronous replica only reads, until it is promoted."""
    company, email = name
    primary = own_cluster()
    primary.sql("CREATE DATABASE store TEMPLATE template0")
    replica = own_cluster(of=primary)
    hosts = "/".join(primary.url("store").split("@")[1].split("/")[:1]) + "," + replica.url("store").split("@")[1].split("/")[0]
    here, there = nodes(2, {("store", "busy_timeout"): "1s"}, store={("store", "url"): f"postgresql://{cluster.ROLE}@{hosts}/store"})
    phone = here.ready(company, email)
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.sql("SELECT pg_reload_conf()")
    here.wait_for(lambda: primary.sql("SELECT sync_state FROM pg_stat_replication") == [["sync"]])
    token, push = here.console().begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    there.cli("technician", "lock", there.technician(company, "locked." + email))
    primary.stop(signal.SIGKILL)

    for server in (here, there):
        console = server.console()
        server.advance(1)  # no answer of a moment ago is repeated
        answer = console.check(token, push.sPushToken)
        assert (answer.result, answer.cookie) == ("UnknownError", None)
        assert console.login(email).result == "UnknownError"
    assert here.run("technician", "list").returncode == 3

    replica.sql("SELECT pg_promote()")
    there.wait_for(lambda: there.console().check(token, push.sPushToken).result != "UnknownError")
    told = at_once([lambda c=c: c.settle(token, push.sPushToken).result for c in spread([here, there], 6)])
    assert Counter(told)["OK"] <= 1
    happened = names(there, email)
    assert happened["push.approved"] == happened["login.granted"] == 1
    assert there.cli("technician", "show", "locked." + email)["state"] == "locked"
    there.cli("audit", "verify")
