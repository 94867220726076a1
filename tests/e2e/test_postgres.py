# SPDX-License-Identifier: Apache-2.0
"""A server whose store is on PostgreSQL: set up, lost, found again; by a socket, and by TCP with TLS. What a console and a phone
see is the rest of this folder, with COUNTERSIGN_STORE=postgresql."""

import concurrent.futures
import datetime
import os
import re
import signal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import cluster
import postgres
from countersign import Refused, Server, free_port
from test_cli import at_terminal


def at(one, database="store"):
    """The settings of a store on a cluster of the test's own."""
    one.sql(f"CREATE DATABASE {database} TEMPLATE template0")
    return {("store", "url"): one.url(database)}


def tables(one, database="store"):
    return {row[0] for row in one.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database)}


def test_a_sign_in(own_server, name):
    company, email = name
    server = own_server(postgres.store())
    phone = server.ready(company, email)
    assert server.console().sign_in(email, phone).result == "OK"
    server.wait_for(lambda: server.cli("audit", "verify")["events"] > 3)  # once they are sealed
    assert "store.unavailable" not in server.log()
    assert server.cli("upgrade")["upgraded"] is False


def test_a_database_is_set_up_once(own_cluster, own_server, tmp_path):
    one = own_cluster()
    first = own_server(at(one), start=False)
    before = one.sql("SELECT * FROM meta ORDER BY name", "store")
    (tmp_path / "second").mkdir()
    with pytest.raises(Refused, match="there is a database already"):
        Server(tmp_path / "second", first.settings | {("store", "key_file"): str(tmp_path / "second/key")}, start=False)
    assert one.sql("SELECT * FROM meta ORDER BY name", "store") == before, "another's tables are left alone"
    assert not (tmp_path / "second/key").exists()


def test_a_set_up_that_fails_leaves_nothing(own_cluster, tmp_path):
    one = own_cluster()
    with pytest.raises(Refused, match="not an address"):
        Server(tmp_path, at(one), start=False, init=("--company", "acme", "--technician", "not an address", "--password-file", "-"))
    assert tables(one) == set()
    assert not (tmp_path / "countersign.key").exists()


def test_the_check_of_a_configuration_says_what_is_wrong(own_cluster, own_server):
    one = own_cluster()
    server = own_server(at(one), start=False)
    one.sql("CREATE DATABASE sorted TEMPLATE template0 LOCALE 'C.UTF-8'")
    for url, words in ((one.url("sorted"), "LOCALE 'C'"), (one.url("none"), "does not exist"),
                       (one.url("store") + "?sslmode=nonsense", "sslmode"), ("postgresql://r:secret@127.0.0.1/d", "password"),
                       ("postgresql://r@db.example/d?sslmode=require", "verify-full")):
        server.settings["store", "url"] = url
        server.write_config()
        done = server.run("config", "check")
        assert done.returncode != 0 and words in done.stdout + done.stderr, (url, done.stdout, done.stderr)
        assert "secret" not in done.stdout + done.stderr


def test_the_database_server_goes_away_and_comes_back(own_cluster, own_server, name):
    company, email = name
    one = own_cluster()
    server = own_server(at(one) | {("store", "busy_timeout"): "1s"})
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    workers = server.children("worker")
    one.stop()
    server.advance(1)
    answer = console.check(token, push.sPushToken)
    assert (answer.result, answer.cookie) == ("UnknownError", None), "never a way in"
    assert console.login(email).result == "UnknownError"
    one.start()
    server.wait_for(lambda: console.check(token, push.sPushToken).result == "OK")  # an acknowledged approval is kept
    assert server.children("worker") == workers, "the same processes connect again"
    one.stop(signal.SIGINT)
    one.start()
    server.wait_for(lambda: server.console().login(email).sLoginToken is not None)


@pytest.mark.parametrize("seconds", [5, -5])
def test_clocks_that_part_while_it_runs(own_cluster, own_server, name, seconds):
    """Past two seconds nothing is decided by that database; once its clock is right, everything goes on."""
    company, email = name
    one = own_cluster(has_clock=True)
    server = own_server(at(one) | {("store", "busy_timeout"): "1s"})
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    one.set_clock(seconds)
    one.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'countersign'")

    def refused_for_its_clock():
        answer = console.check(token, push.sPushToken)
        assert (answer.result, answer.cookie) == ("UnknownError", None)
        return f"{'ahead of' if seconds > 0 else 'behind'} this machine's: set both" in server.log()
    server.wait_for(refused_for_its_clock)
    one.set_clock(0)
    server.wait_for(lambda: console.check(token, push.sPushToken).result == "OK")


def test_doctor_reads_every_kind_of_name(own_cluster, own_server, name):
    one = own_cluster()
    server = own_server(at(one) | {("server", "public_url"): "http://localhost:{port}"})
    phone = server.ready(*name)
    server.cli("operator", "add", name[1], "--role", "auditor")
    one.sql("; ".join(f"UPDATE {row} = U&'a\\200bb'" for row in ("company SET title", "technician SET name", "device SET name", "operator SET name")),
            "store")
    found = [line for line in server.run("doctor").stdout.splitlines() if re.search(r"^\w+ +names ", line)]
    assert [line.split("; ")[1] for line in found] == [f"countersign {kind} set --{option} NAME {key}" for kind, option, key in (
        ("company", "title", name[0]), ("technician", "name", name[1]), ("device", "name", phone.id), ("operator", "name", name[1]))]


def test_a_start_without_its_database(own_cluster, own_server):
    one = own_cluster()
    server = own_server(at(one), start=False)
    one.stop()
    with pytest.raises(AssertionError, match="did not start"):
        server.start()
    assert "start.failed" in server.log() and "postgresql" in server.log()
    server.process.wait(60)
    server.process = None


def test_a_race_is_repeated(own_cluster, own_server, name):
    """Another transaction changes the account's row while an operation waits for it: the operation runs again, whole."""
    company, email = name
    one = own_cluster()
    server = own_server(at(one))
    server.ready(company, email)
    console = server.console()
    login = console.login(email)
    with one.session("store") as other:
        other.run("BEGIN; UPDATE technician SET name = name;")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            sent = pool.submit(console.send, login.sLoginToken)
            server.wait_for(lambda: one.sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != [["0"]])
            other.run("COMMIT;")
            assert sent.result().result == "OK"
    assert server.log().count("call.repeated") == 1
    assert len([row for row in server.cli("audit", "list")["events"] if row["event"] == "push.sent"]) == 1


def test_a_race_is_repeated_though_the_phone_was_noted_as_seen(own_cluster, own_server, name):
    """That is a transaction of its own, before the one that loses the race."""
    company, email = name
    one = own_cluster()
    server = own_server(at(one))
    phone = server.ready(company, email)
    token, push = server.console().begin(email)
    challenge = phone.pending()[0]
    one.sql("UPDATE device SET seen_at = 0", "store")
    with one.session("store") as other:
        other.run("BEGIN; UPDATE challenge SET state = state;")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            sent = pool.submit(phone.approve, push.sMatchNumber, challenge)
            server.wait_for(lambda: one.sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != [["0"]])
            other.run("COMMIT;")
            assert sent.result()["result"] == "OK"
    assert one.sql("SELECT count(*) FROM device WHERE seen_at > 0", "store") == [["1"]]
    assert server.log().count("call.repeated") == 1
    assert server.console().settle(token, push.sPushToken).result == "OK"


def test_a_read_loses_no_race(own_cluster, own_server, name):
    """To a change that has begun its commit, and that had read what another one has changed since: until that commit has ended, which
    may wait for a replica, SERIALIZABLE would refuse each read of it."""
    company, email = name
    one = own_cluster(max_prepared_transactions="1")
    server = own_server(at(one))
    phone = server.ready(company, email)
    _, push = server.console().begin(email)
    one.sql("CREATE TABLE beside (n integer)", "store")
    with one.session("store") as writer, one.session("store") as first:
        writer.run("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT n FROM beside; UPDATE company SET name = name;")
        first.run("BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO beside VALUES (1); COMMIT;")
        writer.run("PREPARE TRANSACTION 'commits';")
        assert [shown["sAccount"] for shown in phone.pending()] == [email]
        writer.run("COMMIT PREPARED 'commits';")
    assert "call.repeated" not in server.log()
    assert phone.approve(push.sMatchNumber)["result"] == "OK"


def test_a_command_that_loses_a_race_runs_again(own_cluster, own_server, name):
    """With the password that it has read once."""
    company, email = name
    one = own_cluster()
    server = own_server(at(one))
    server.ready(company, email)
    with one.session("store") as other:
        other.run("BEGIN; UPDATE technician SET name = name;")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            reset = pool.submit(server.cli, "technician", "reset", email, "--keep", "--password-file", "-",
                                stdin="six heavy wardrobes, 3 stairs\n")
            server.wait_for(lambda: one.sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != [["0"]])
            other.run("COMMIT;")
            reset.result()
    assert server.console().login(email, "six heavy wardrobes, 3 stairs").sLoginToken is not None
    assert [row["event"] for row in server.cli("audit", "list")["events"]].count("password.reset") == 1


def test_a_yes_is_not_one_to_what_a_race_has_changed(own_cluster, own_server, name):
    """The command runs again; its question is another one by now, and is asked."""
    one = own_cluster()
    server = own_server(at(one))
    phone = server.ready(*name)
    with one.session("store") as other:
        other.run("BEGIN; UPDATE device SET name = 'renamed';")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            typed = [("(yes or no)", "yes\n"), ("'renamed'", "no\n")]
            removal = pool.submit(at_terminal, server, ["device", "remove", phone.id], typed)
            server.wait_for(lambda: one.sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != [["0"]])
            other.run("COMMIT;")
            code, screen = removal.result()
    assert code == 1 and screen.count("(yes or no)") == 2 and "nothing was changed" in screen, screen
    assert server.cli("device", "show", phone.id)["state"] == "active"


def authority(folder):
    """A certificate for localhost, by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.utcnow()
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
            .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    folder.mkdir()
    (folder / "server.crt").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "server.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "server.key").chmod(0o600)
    return folder


def test_by_tcp_with_tls(own_cluster, own_server, name, tmp_path):
    """A confined worker reads the certificate, resolves the name, and connects again."""
    company, email = name
    ours, other = authority(tmp_path / "ours"), authority(tmp_path / "other")
    port = free_port()
    one = own_cluster(listen_addresses="127.0.0.1", port=port, ssl="on", ssl_cert_file="server.crt", ssl_key_file="server.key",
                      files=ours)
    one.sql("CREATE DATABASE store TEMPLATE template0")
    url = f"postgresql://{cluster.ROLE}@localhost:{port}/store?sslmode=verify-full&sslrootcert="
    server = own_server({("store", "url"): f"{url}{ours}/server.crt"})
    phone = server.ready(company, email)
    assert server.console().sign_in(email, phone).result == "OK"
    assert {row[0] for row in one.sql("SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL")} \
        == {"t"}
    one.stop()
    one.start()
    server.wait_for(lambda: server.console().login(email).sLoginToken is not None)
    server.settings["store", "url"] = f"{url}{other}/server.crt"
    server.write_config()
    done = server.run("technician", "list")
    assert done.returncode == 3 and "certificate" in done.stderr
