# SPDX-License-Identifier: Apache-2.0
"""The processes: what a crash costs, how the server ends, reloads, and what it refuses to start with."""

import contextlib
import ctypes
import errno
import http.client
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading

import pytest

from countersign import DAEMON, PASSWORD, PATIENCE, Console


def test_a_killed_worker_costs_one_request_at_most(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    for pid in server.children("worker"):
        os.kill(pid, signal.SIGKILL)
    results = {console.check(token, push.sPushToken).result for _ in range(20)}
    assert results <= {"Poll", "UnknownError"}
    server.wait_log(r"ready.*worker|worker.*ready")
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert console.settle(token, push.sPushToken).result == "OK"


def test_a_killed_front_costs_its_connections(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    before = server.children("front")
    workers = server.children("worker")
    os.kill(before[0], signal.SIGKILL)
    with pytest.raises((http.client.HTTPException, OSError)):
        for _ in range(1000):
            console.check(token, push.sPushToken)
    connect_again(server)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    assert server.console().settle(token, push.sPushToken).result == "OK"
    assert server.children("worker") == workers, "nothing else was started again"


def connect_again(server):
    """The port answers again: a refused connection is the only thing to wait for."""
    for _ in range(PATIENCE * 100):
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE).close()
            return
        except OSError:
            threading.Event().wait(0.01)
    raise AssertionError("the port is gone")


def test_a_killed_courier_costs_nothing(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    os.kill(server.children("courier")[0], signal.SIGKILL)
    assert server.console().sign_in(email, phone).result == "OK"


def test_a_killed_supervisor_takes_its_children_along(own_server):
    server = own_server()
    children = [pid for kind in ("front", "worker", "courier") for pid in server.children(kind)]
    assert len(children) >= 4
    server.process.kill()
    server.process.wait(PATIENCE)
    server.process = None
    for pid in children:
        for _ in range(PATIENCE * 100):
            if not os.path.exists(f"/proc/{pid}") or "Z" in open(f"/proc/{pid}/stat", encoding="utf-8").read().split(") ")[1][:1]:
                break
            threading.Event().wait(0.01)
        else:
            raise AssertionError(f"{pid} lives on")


def test_term_answers_what_is_in_flight(own_server, name):
    """A login hashes a password for a while: SIGTERM in the midst of it must not cost the answer."""
    company, email = name
    server = own_server({("passwords", "passes"): "6"})
    server.ready(company, email)
    console = Console(server)
    console.post(b"", {"Content-Type": "text/xml"})  # the connection is open
    console.connection.request("POST", "/WebServices/TechnicianConsole.asmx",
                               console.envelope("loginTechnicianFromStandalone_v7_2",
                                                {"sEmail": email, "sPassword": PASSWORD, "sLanguage": "en"}),
                               console.headers("loginTechnicianFromStandalone_v7_2"))
    server.wait_log(r"debug \S+ call\S* .*loginTechnicianFromStandalone_v7_2")
    server.process.send_signal(signal.SIGTERM)
    answer = console.connection.getresponse()
    assert answer.status == 200
    assert b"OkTwoFactorAuthenticationRequired" in answer.read()
    assert server.process.wait(PATIENCE) == 0
    server.process = None
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)


def test_a_second_term_ends_at_once(own_server, name):
    company, email = name
    server = own_server({("server", "drain_time"): "10m"})
    server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    console.connection.request("POST", "/WebServices/TechnicianConsole.asmx",
                               console.envelope("twoFactorCheckPushAuthStatus",
                                                {"sLoginToken": token, "sPushToken": push.sPushToken}),
                               {**console.headers("twoFactorCheckPushAuthStatus"), "Prefer": "wait=50"})
    server.process.send_signal(signal.SIGTERM)
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(PATIENCE)
    server.process = None


def test_a_reload_with_mistakes_changes_nothing(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    with open(server.config, "a", encoding="utf-8") as out:
        out.write("\n[nonsense]\nx = 1\n")
    server.process.send_signal(signal.SIGHUP)
    server.wait_log(r"nonsense")
    assert server.console().sign_in(email, phone).result == "OK"
    server.write_config()
    server.process.send_signal(signal.SIGHUP)
    server.wait_log(r"reload")
    assert server.console().check("a", "b").result == "InvalidToken"


def certificate(folder, name):
    """A self-signed certificate of one's own for 127.0.0.1."""
    crt, key = os.path.join(folder, f"{name}.crt"), os.path.join(folder, f"{name}.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", crt],
                   check=True, capture_output=True)
    os.chmod(key, 0o600)
    return crt, key


def served_name(port, crt):
    context = ssl.create_default_context(cafile=crt)
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as plain:
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as wire:
            assert wire.version() in ("TLSv1.2", "TLSv1.3")
            return dict(pair[0] for pair in wire.getpeercert()["subject"])["commonName"]


def test_tls_and_its_reload(own_server, tmp_path, name):
    company, email = name
    first, second = certificate(str(tmp_path), "first"), certificate(str(tmp_path), "second")
    live = (str(tmp_path / "live.crt"), str(tmp_path / "live.key"))
    for source, target in zip(first, live):
        os.link(source, target)
    server = own_server({("tls", "certificate"): live[0], ("tls", "key"): live[1],
                         ("server", "public_url"): "https://127.0.0.1:8443"})
    assert served_name(server.port, first[0]) == "first"
    context = ssl.create_default_context(cafile=first[0])
    old = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=PATIENCE, context=context)
    old.request("GET", "/healthz")
    assert old.getresponse().read().strip() == b"ok"
    for source, target in zip(second, live):
        os.replace(source, target)
    server.process.send_signal(signal.SIGHUP)
    server.wait_log(r"reload")
    for _ in range(PATIENCE * 100):
        try:
            assert served_name(server.port, os.path.join(str(tmp_path), "live.crt")) == "second"
            break
        except ssl.SSLCertVerificationError:
            threading.Event().wait(0.01)
    old.request("GET", "/healthz")
    assert old.getresponse().status == 200, "an old connection goes on"
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        weak = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        weak.check_hostname, weak.verify_mode = False, ssl.CERT_NONE
        weak.set_ciphers("ALL:@SECLEVEL=0")
        weak.minimum_version = weak.maximum_version = version
        with pytest.raises((ssl.SSLError, OSError)):
            with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
                weak.wrap_socket(plain)


def offers(port, *options):
    """Whether a handshake of s_client with these options succeeds."""
    return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=PATIENCE, check=False).returncode == 0


def test_tls_offers_no_group_that_is_costly_to_the_server(own_server, tmp_path):
    crt, key = certificate(str(tmp_path), "server")
    server = own_server({("tls", "certificate"): crt, ("tls", "key"): key,
                         ("server", "public_url"): "https://127.0.0.1:8443"})
    for group in ("X25519", "P-256", "P-384"):
        assert offers(server.port, "-tls1_3", "-groups", group), group
    for group in ("P-521", "X448", "ffdhe2048", "ffdhe8192"):
        assert not offers(server.port, "-tls1_3", "-groups", group), group
    assert offers(server.port, "-tls1_2")
    assert not offers(server.port, "-tls1_2", "-cipher", "DHE")


def test_every_child_is_confined(own_server):
    server = own_server()
    for kind in ("front", "worker", "courier"):
        pids = server.children(kind)
        assert pids
        for pid in pids:
            with open(f"/proc/{pid}/status", encoding="utf-8") as text:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in text if ":\t" in line)
            assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1"), kind


def test_the_supervisor_is_confined_to_its_deeds(own_server):
    server = own_server()
    with open(f"/proc/{server.process.pid}/status", encoding="utf-8") as text:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in text if ":\t" in line)
    assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
    deeds = sum(1 << number for number in (0, 1, 2, 3, 4, 5, 6, 7, 8, 10))  # of capabilities(7)
    assert all(int(status[kind], 16) & ~deeds == 0 for kind in ("CapPrm", "CapEff", "CapInh", "CapAmb"))


@pytest.mark.parametrize("text, said", [
    ("[server]\nlisten = 0.0.0.0:8443\n", "plain HTTP"),
    ("[server]\nlisten = nonsense\n", ":2:"),
    ("[server]\nlistn = 127.0.0.1:1\n", ":2:"),
    ("[limits]\nconnections = 3\n", ":2:"),
    ("[tls]\ncertificate = /x\n", "key"),
    ("listen = 127.0.0.1:1\n", ":1:"),
    ("[log]\nlevel = info\nlevel = debug\n", ":3:"),
])
def test_a_wrong_configuration_is_refused(tmp_path, text, said):
    path = tmp_path / "countersign.conf"
    path.write_text(text)
    for arguments in (["--check-config", "-c", path], ["-c", path]):
        done = subprocess.run([DAEMON, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 2, done
        assert said in done.stderr, done.stderr


def test_a_missing_store_is_refused(own_server):
    server = own_server(start=False)
    os.unlink(server.settings[("store", "path")])
    done = subprocess.run([DAEMON, "-c", server.config], capture_output=True, text=True, timeout=PATIENCE, check=False,
                          env=server.env)
    assert done.returncode != 0
    assert not os.path.exists(server.settings[("store", "path")]), "never made anew by the daemon"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 16 MiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "countersign-test", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path):
    with open(path, "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC


@contextlib.contextmanager
def log_in_use(path):
    """Nothing of SQLite's log is used again while somebody, a backup for example, reads what was before its last megabytes."""
    with contextlib.closing(sqlite3.connect(path)) as reader, contextlib.closing(sqlite3.connect(path)) as writer:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM meta").fetchone()
        with writer:
            writer.execute("INSERT INTO meta (name, value) VALUES ('ballast', zeroblob(4000000))")
        yield


def test_a_full_disk_is_never_a_way_in(small_disk, own_server, name):
    company, email = name
    server = own_server({("store", "path"): small_disk / "countersign.db"})
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    with log_in_use(small_disk / "countersign.db"):
        fill(small_disk / "filler")
        server.advance(1)
        answers = [console.check(token, push.sPushToken) for _ in range(3)]
        assert {answer.result for answer in answers} == {"UnknownError"} and console.cookie is None
        assert server.console().login(email).result == "UnknownError"
    os.unlink(small_disk / "filler")
    assert console.settle(token, push.sPushToken).result == "OK", "it recovers by itself"
    assert server.cli("audit", "verify")["ok"] is True


@pytest.mark.parametrize("mapped", ["1G", "0"])
def test_a_truncated_store_is_never_a_way_in(own_server, name, mapped):
    """A worker that reads beyond the end of a mapped file ends, and is started again."""
    company, email = name
    server = own_server({("store", "map"): mapped})
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    path = server.settings[("store", "path")]
    with sqlite3.connect(path) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for number in range(5):
        assert server.console(agent=f"early {number}").check(token, push.sPushToken).result == "Poll"
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    os.truncate(path, 4096)
    answers = [server.console(agent=f"console {number}").check(token, push.sPushToken) for number in range(5)]
    assert {answer.result for answer in answers} == {"UnknownError"}
    assert console.cookie is None
    assert server.stop() == 0, "the supervisor lives on"
    os.truncate(server.log_file, 0)  # AddressSanitizer reports the end of a worker in words that close() takes for a defect


def test_a_tampered_audit_log_is_found(own_server, name):
    company, email = name
    server = own_server()
    server.ready(company, email)
    server.cli("audit", "list")  # which seals: an event has a number from then on
    assert server.cli("audit", "verify")["ok"] is True
    with sqlite3.connect(server.settings[("store", "path")]) as store:
        assert store.execute("UPDATE audit SET source = '192.0.2.9' WHERE seq = 3").rowcount == 1
    done = server.run("--json", "audit", "verify")
    assert done.returncode == 1
    assert "3" in done.stdout + done.stderr


def test_nothing_secret_is_stored_or_logged(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    codes = server.cli("code", "recovery", email)["codes"]
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] == "OK"
    answer = console.settle(token, push.sPushToken)
    assert answer.result == "OK"
    ticket = answer.sUrl.split("ticket=")[1]
    secrets = [PASSWORD, token, push.sPushToken, console.cookie, ticket, phone.token, *codes]
    stored = b""
    for suffix in ("", "-wal"):
        path = server.settings[("store", "path")] + suffix
        if os.path.exists(path):
            with open(path, "rb") as data:
                stored += data.read()
    for secret in secrets:
        assert secret.encode() not in stored
        assert secret not in server.log()


def front_of(server, connection):
    """The front that serves an open connection: the owner of the socket at its other end."""
    port = connection.sock.getsockname()[1]
    with open("/proc/net/tcp", encoding="utf-8") as table:
        rows = [line.split() for line in table]
    inode = next(row[9] for row in rows if row[1].endswith(f":{server.port:04X}") and row[2].endswith(f":{port:04X}"))
    for pid in server.children("front"):
        for fd in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(FileNotFoundError):
                if os.readlink(f"/proc/{pid}/fd/{fd}") == f"socket:[{inode}]":
                    return pid
    raise AssertionError("no front has that connection")


def consoles_of_each_front(server):
    """One console with an open connection to each of the fronts, by the front's process."""
    found = {}
    while len(found) < len(server.children("front")):
        console = server.console()
        assert console.check("a", "b").result == "InvalidToken"
        found.setdefault(front_of(server, console.connection), console)
    return found


def channels(pid):
    """A child's sockets to other children, as copies that act on the very same."""
    libc = ctypes.CDLL(None, use_errno=True)
    held = os.pidfd_open(pid)
    for fd in sorted(int(name) for name in os.listdir(f"/proc/{pid}/fd")):
        if fd <= 3:
            continue
        copy = libc.syscall(438, held, fd, 0)  # pidfd_getfd
        assert copy >= 0, os.strerror(ctypes.get_errno())
        if os.readlink(f"/proc/self/fd/{copy}").startswith("socket:"):
            with socket.socket(fileno=copy) as end:
                if end.family == socket.AF_UNIX and end.type == socket.SOCK_STREAM:
                    yield end
        else:
            os.close(copy)
    os.close(held)


def test_a_stopped_front_costs_the_other_nothing(own_server, name):
    """A push that is cancelled wakes those who wait in any front: here, more often than a channel has room for."""
    company, email = name
    server = own_server({("server", "fronts"): "2", ("server", "workers"): "2"})
    server.company(company)
    accounts = [server.technician(company, f"{number}{email}") for number in range(4)]
    for account in accounts:
        server.phone(account)
    for pid in server.children("worker"):
        for channel in channels(pid):
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    consoles = consoles_of_each_front(server)
    stopped, other = sorted(consoles)
    console = consoles[other]
    os.kill(stopped, signal.SIGSTOP)
    try:
        for account in accounts * 4:
            server.advance(61)  # over for the account's last push
            token, push = console.begin(account)
            cancelled = console.call("twoFactorCancelPushAuth", sLoginToken=token, sPushToken=push.sPushToken)
            assert cancelled.result == "OK"
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert set(consoles_of_each_front(server)) == {stopped, other}, "neither was started again"
    assert "worker.lost" not in server.log()


def test_a_lost_channel_is_joined_again(own_server, name):
    company, email = name
    server = own_server({("server", "workers"): "2"})
    phone = server.ready(company, email)
    processes = server.children("front") + server.children("worker")
    for channel in channels(processes[0]):
        channel.shutdown(socket.SHUT_RDWR)
    server.wait_log(r"channel\.again", times=2)
    console = server.console()
    assert console.sign_in(email, phone).result == "OK"
    assert server.children("front") + server.children("worker") == processes, "nothing was started again"
