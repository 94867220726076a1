# SPDX-License-Identifier: Apache-2.0
"""The daemon as seen by a service manager, a container or a shell: its standard error, its signals, what it inherits."""

import contextlib
import ctypes
import errno
import json
import os
import pty
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import struct
import subprocess
import sys
import tempfile
import termios
import time

import pytest

from countersign import CLI, DAEMON, PATIENCE, Server


def eventually(what, message):
    """Waits for an event that only shows as a state."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(message)


class Stderr:
    """A standard error whose reader may stall: `write` is what the daemon gets."""

    def __init__(self, kind):
        self.kind = kind
        if kind == "pipe":
            self.read, self.write = os.pipe()
        elif kind == "socket":
            pair = socket.socketpair()
            self.read, self.write = pair[0].detach(), pair[1].detach()
        else:
            self.read, self.write = pty.openpty()
        self.text = ""

    def stall(self):
        """Fills it until not one more byte fits; the system may take a moment to give room back for what was read."""
        if self.kind == "terminal":
            termios.tcflow(self.write, termios.TCOOFF)
            return
        while self.fill() > 0:
            time.sleep(0.1)

    def fill(self):
        """Over a description that does not block; returns how many bytes fitted."""
        n = 0
        filler = os.dup(self.write) if self.kind == "socket" else os.open(f"/proc/self/fd/{self.write}",
                                                                          os.O_WRONLY | os.O_NONBLOCK)
        with contextlib.suppress(BlockingIOError):
            while True:
                if self.kind == "socket":
                    with socket.socket(fileno=os.dup(filler)) as wire:
                        n += wire.send(b"\n", socket.MSG_DONTWAIT)
                else:
                    n += os.write(filler, b"\n")
        os.close(filler)
        return n

    def resume(self):
        if self.kind == "terminal":
            termios.tcflow(self.write, termios.TCOON)

    def wait(self, pattern):
        """Reads on until the pattern has come."""
        os.set_blocking(self.read, False)

        def look():
            with contextlib.suppress(BlockingIOError):
                self.text += os.read(self.read, 65536).decode(errors="replace")
            return re.search(pattern, self.text)

        try:
            return eventually(look, f"no {pattern!r} on standard error")
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.text.strip()[-4000:]}") from None

    def close(self):
        os.close(self.read)
        os.close(self.write)


@pytest.mark.parametrize("kind", ["pipe", "socket", "terminal"])
def test_a_reader_of_standard_error_that_stalls_holds_nothing_up(own_server, kind):
    server = own_server({("server", "workers"): "2", ("log", "level"): "info"}, start=False)
    stderr = Stderr(kind)
    server.start(stderr=stderr.write)
    stderr.wait("ready")
    stderr.stall()
    before = server.children("worker")
    os.kill(before[0], signal.SIGKILL)

    def is_replaced():
        """In one look: it may die between two."""
        workers = server.children("worker")
        return len(workers) == 2 and before[0] not in workers
    eventually(is_replaced, "the worker was not replaced")
    stderr.resume()
    stderr.wait(r"supervisor log\.dropped lines=[1-9]")
    stderr.stall()
    assert server.stop() == 0, "SIGTERM drains and ends"
    stderr.close()


MEANINGLESS = ["SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGIO", "SIGPWR", "SIGPIPE", "SIGTTIN", "SIGTTOU", "SIGXFSZ",
               "SIGRTMIN", "SIGRTMAX"]


def test_a_signal_that_means_nothing_does_nothing(own_server, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    children = {kind: server.children(kind) for kind in ("front", "worker", "courier")}
    for pid in [server.process.pid, *sum(children.values(), [])]:
        for signo in MEANINGLESS:
            if (pid, signo) != (server.process.pid, "SIGUSR2"):  # which asks the supervisor, and it alone, to upgrade
                os.kill(pid, getattr(signal, signo))
    assert server.console().sign_in(email, phone).result == "OK"
    assert children == {kind: server.children(kind) for kind in children}, "the same processes"
    assert server.stop() == 0


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_that_ends_drains(own_server, signo):
    server = own_server()
    assert server.stop(signo) == 0
    assert re.search(r"supervisor drain ", server.log())


PATIENT = {("server", "drain_time"): "10m", ("limits", "header_time"): "10m"}
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def read_all(wire):
    text = b""
    while more := wire.recv(65536):
        text += more
    return text


@pytest.mark.parametrize("fronts", ["1", "2"])
def test_a_drain_answers_what_the_kernel_has_accepted(own_server, fronts):
    server = own_server({**PATIENT, ("server", "fronts"): fronts})
    for pid in server.children("front"):
        os.kill(pid, signal.SIGSTOP)
    wires = [socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) for _ in range(200)]
    for wire in wires:
        wire.sendall(HEALTH)
    server.process.send_signal(signal.SIGTERM)
    server.wait_log(r"supervisor drain ")
    for pid in server.children("front"):
        os.kill(pid, signal.SIGCONT)
    for wire in wires:
        with wire:
            answer = read_all(wire)
            assert answer.startswith(b"HTTP/1.1 200 ") and b"Connection: close" in answer, answer
    assert server.stop() == 0


def test_a_drain_finishes_handshakes(own_server, tmp_path):
    server = own_server({**with_tls(tmp_path), **PATIENT})
    front = server.children("front")[0]
    os.kill(front, signal.SIGSTOP)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    wires = [context.wrap_socket(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE),
                                 do_handshake_on_connect=False) for _ in range(20)]
    for wire in wires:
        wire.setblocking(False)
        with contextlib.suppress(ssl.SSLWantReadError):
            wire.do_handshake()
    server.process.send_signal(signal.SIGTERM)
    server.wait_log(r"supervisor drain ")
    os.kill(front, signal.SIGCONT)
    for wire in wires:
        with wire:
            wire.settimeout(PATIENCE)
            wire.do_handshake()
            wire.sendall(HEALTH)
            assert read_all(wire).startswith(b"HTTP/1.1 200 ")
    assert server.stop() == 0


def own(*lines):
    """A Python program that runs the lines and then becomes the daemon, which inherits the result."""
    return [sys.executable, "-c", "\n".join(["import ctypes, os, resource, signal, sys", *lines, "os.execv(sys.argv[1], sys.argv[1:])"])]


def test_a_reload_before_ready_is_made_up_for(own_server):
    server = own_server(start=False)
    server.start(own("signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])", "os.kill(os.getpid(), signal.SIGHUP)"))
    server.wait_log(r"(?s)supervisor ready .*supervisor reload ")


def test_inherited_masks_and_ignored_signals_are_forgotten(own_server):
    server = own_server(start=False)
    server.start(own("every = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}",
                     "for signo in every: signal.signal(signo, signal.SIG_IGN)",
                     "signal.pthread_sigmask(signal.SIG_BLOCK, every)"))
    worker = server.children("worker")[0]
    os.kill(worker, signal.SIGKILL)
    server.wait_log(r"child\.died child=worker")
    server.process.send_signal(signal.SIGHUP)
    server.wait_log(r"supervisor reload ")
    for pid in server.children("front"):
        assert int(status_of(pid)["SigBlk"], 16) == 0
    assert server.stop() == 0


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as text:
        return dict(line.rstrip("\n").split(":\t", 1) for line in text if ":\t" in line)


def test_closed_standard_descriptors_are_not_used_for_something_else(own_server, name):
    company, email = name
    server = own_server(start=False)
    server.start(own("os.closerange(0, 3)"))
    for fd in range(3):
        assert os.readlink(f"/proc/{server.process.pid}/fd/{fd}") == "/dev/null"
    phone = server.ready(company, email)
    assert server.console().sign_in(email, phone).result == "OK"
    done = subprocess.run([*own("os.closerange(0, 3)"), CLI, "-c", server.config, "technician", "show", "nobody@example.com"],
                          env=server.env, timeout=PATIENCE, check=False)
    assert done.returncode not in (0, -signal.SIGABRT)
    with sqlite3.connect(server.settings[("store", "path")]) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_descriptor_for_ready_must_be_open():
    done = subprocess.run([DAEMON, "--ready-fd", "77"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2 and "usage" in done.stderr


def limits_of(pid):
    with open(f"/proc/{pid}/limits", encoding="utf-8") as text:
        return {line[:26].strip(): line[26:].split()[:2] for line in text}


def test_soft_limits_of_a_shell_do_not_bind_the_server(own_server):
    server = own_server(start=False)
    server.start(own("resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))",
                     "resource.setrlimit(resource.RLIMIT_CPU, (3600, resource.RLIM_INFINITY))"))
    for pid in [server.process.pid, *server.children("front"), *server.children("worker"), *server.children("courier")]:
        limits = limits_of(pid)
        assert limits["Max file size"] == limits["Max cpu time"] == ["unlimited", "unlimited"]
    assert "limit.inherited" not in server.log()


def test_hard_limits_that_were_inherited_are_warned_of(own_server):
    server = own_server(start=False)
    server.start(own("resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 31))"))
    server.wait_log(r"warning supervisor limit\.inherited limit=RLIMIT_FSIZE value=2147483648 effect=")
    assert limits_of(server.children("worker")[0])["Max file size"] == ["2147483648"] * 2


def test_a_wide_umask_opens_no_file(own_server, name):
    company, email = name
    server = own_server(start=False)
    wide = own("os.umask(0)")
    for key in ("path", "key_file"):
        os.unlink(server.settings[("store", key)])
        server.settings[("store", key)] = os.path.join(server.folder, "made", key)
    server.write_config()
    before = {name for _, _, names in os.walk(server.folder) for name in names}
    subprocess.run([*wide, CLI, "-c", server.config, "init"], env=server.env, check=True, capture_output=True, timeout=PATIENCE)
    server.start(wide)
    phone = server.ready(company, email)
    assert server.console().sign_in(email, phone).result == "OK"
    made = os.path.join(server.folder, "made")
    assert os.stat(made).st_mode & 0o077 == 0
    found = [os.path.join(folder, file) for folder, _, files in os.walk(server.folder) for file in files if file not in before]
    assert len(found) >= 3, "database, its log, key"
    for path in found:
        assert path == server.log_file or os.lstat(path).st_mode & 0o077 == 0, path


# seccomp: ENOSYS for close_range(2), which kernels before 5.9 lack; containers refuse it likewise.
NO_CLOSE_RANGE = ["class Program(ctypes.Structure): _fields_ = [('n', ctypes.c_ushort), ('code', ctypes.c_void_p)]",
                  "step = lambda code, jt, jf, k: code.to_bytes(2, 'little') + bytes([jt, jf]) + k.to_bytes(4, 'little')",
                  "code = step(0x20, 0, 0, 0) + step(0x15, 0, 1, 436) + step(6, 0, 0, 0x50026) + step(6, 0, 0, 0x7fff0000)",
                  "text = ctypes.create_string_buffer(code, len(code))",
                  "program = Program(4, ctypes.addressof(text))",
                  "libc = ctypes.CDLL(None, use_errno=True)",
                  "assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0",
                  "assert libc.close_range(900, 901, 0) == -1 and ctypes.get_errno() == 38"]


def test_a_kernel_without_close_range_will_do(own_server):
    server = own_server(start=False)
    server.start(own(*NO_CLOSE_RANGE, "os.dup2(os.open('/dev/null', os.O_RDONLY), 500)",
                     "resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))"))
    for kind in ("front", "worker", "courier"):
        for pid in server.children(kind):
            assert not os.path.exists(f"/proc/{pid}/fd/500"), "beyond the limit, and closed all the same"


def test_what_nobody_waits_for_is_reaped(own_server, tmp_path):
    """As the first process of a container the daemon has children that it did not start."""
    server = own_server(start=False)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    server.start(["/bin/sh", "-c", f'cat {fifo} & exec "$@"', "sh"])
    with open(fifo, "wb"):
        strangers = [pid for pid in children_of(server.process.pid) if comm_of(pid) in ("cat", "sh")]
        assert strangers
    eventually(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in strangers), "a zombie is left")


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as text:
        return [int(word) for word in text.read().split()]


def comm_of(pid):
    with open(f"/proc/{pid}/comm", encoding="utf-8") as text:
        return text.read().strip()


def test_it_serves_and_ends_as_process_1(own_server):
    unshare = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]  # LeakSanitizer reads /proc
    if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine makes no process namespace with a /proc of its own for us")
    server = own_server(start=False)
    server.start(unshare)
    init = children_of(server.process.pid)[0]
    os.kill(init, signal.SIGUSR1)
    os.kill(init, signal.SIGTERM)
    assert server.process.wait(PATIENCE) == 0
    server.process = None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has capabilities to leave behind")
def test_capabilities_are_not_handed_on(own_server):
    server = own_server(start=False)
    server.start(["setpriv", "--inh-caps", "+net_raw,+net_bind_service", "--ambient-caps", "+net_raw,+net_bind_service"])
    assert int(status_of(server.process.pid)["CapAmb"], 16) == 1 << 10, "net_bind_service: for the program of an upgrade"
    of_files = 0b11111  # chown, dac_override, dac_read_search, fowner, fsetid
    for kind in ("front", "worker", "courier"):
        for pid in server.children(kind):
            status = {key: int(status_of(pid)[key], 16) for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
            assert status["CapInh"] == status["CapAmb"] == 0, kind
            assert all(status[key] & ~of_files == 0 for key in ("CapPrm", "CapEff", "CapBnd")), (kind, status)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")
def test_children_of_another_account_have_no_capability():
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="countersign-test.") as folder:
        os.chmod(folder, 0o711)
        server = Server(folder, {("server", "user"): "nobody"}, start=False)
        try:
            programs = os.path.join(folder, "programs")  # that account may have no way into the folder of this tree
            os.mkdir(programs)
            for program in ("countersignd", "countersign-front", "countersign-worker", "countersign-courier"):
                shutil.copy(os.path.join(os.path.dirname(DAEMON), program), programs)
            server.daemon = os.path.join(programs, "countersignd")
            subprocess.run(["chown", "-R", "nobody", folder], check=True)
            server.start(["setpriv", "--inh-caps", "+net_raw", "--ambient-caps", "+net_raw"])
            for kind in ("front", "worker", "courier"):
                for pid in server.children(kind):
                    status = status_of(pid)
                    assert {int(status[key], 16) for key in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}, kind
                    assert status["Uid"].split()[0] != "0"
        finally:
            server.close()


def test_the_working_directory_stays_free(own_server):
    server = own_server(start=False)
    server.start(cwd=server.folder)
    assert os.readlink(f"/proc/{server.process.pid}/cwd") == "/"


def make_pair(folder, days=90, name="IP:127.0.0.1"):
    """Writes live.crt and live.key in place: the files stay the same, their content changes."""
    made = [os.path.join(folder, file) for file in ("made.crt", "made.key")]
    live = [os.path.join(folder, file) for file in ("live.crt", "live.key")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", str(days),
                    "-subj", "/CN=x", "-addext", f"subjectAltName={name}", "-keyout", made[1], "-out", made[0]],
                   check=True, capture_output=True)
    for source, target in zip(made, live):
        with open(source, "rb") as text, open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(text.read())
    return live


def with_tls(folder, **kwargs):
    crt, key = make_pair(str(folder), **kwargs)
    return {("tls", "certificate"): crt, ("tls", "key"): key, ("server", "public_url"): "https://127.0.0.1:{port}"}


def shakes_hands(server):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
            with context.wrap_socket(plain):
                return True
    except OSError:
        return False


def test_a_pair_that_does_not_match_is_refused_and_the_old_one_goes_on(own_server, tmp_path):
    server = own_server(with_tls(tmp_path))
    good = open(tmp_path / "live.key", encoding="utf-8").read()
    make_pair(str(tmp_path))
    (tmp_path / "live.key").write_text(good)
    server.process.send_signal(signal.SIGHUP)
    server.wait_log(r"supervisor reload\.refused problem=\"private key")
    assert len(re.findall(r" reload\.?\S* ", server.log())) == 1, "one verdict"
    for pid in server.children("front"):
        with contextlib.suppress(ProcessLookupError):  # what tried the pair is a front, too, and ends by itself
            os.kill(pid, signal.SIGKILL)
    server.wait_log(r"child\.ready child=front")
    assert shakes_hands(server), "a front that is started again has the pair that was good"
    make_pair(str(tmp_path))
    server.process.send_signal(signal.SIGHUP)
    server.wait_log(r"supervisor reload needs_restart")
    assert shakes_hands(server)


def test_a_certificate_that_ends_is_announced_in_time(own_server, tmp_path):
    server = own_server(with_tls(tmp_path, days=30))
    assert " certificate problem=" not in server.log()
    for days, said in ((10, r"ends in 19 days"), (13, r"ends in 6 days"), (6, r"ends in 0 days"), (2, r"ended at .*clients refuse it")):
        server.advance(days * 86400)
        server.wait_log(r"front certificate problem=\"tls\.certificate: " + said)


def is_about_root(line):
    return ": warning: server.user is empty: " in line


def check(server, **kwargs):
    """Exit status and lines of --check-config, except the line that root gets (see test_cli)."""
    done = subprocess.run([DAEMON, "--check-config", "-c", server.config], capture_output=True, text=True, timeout=PATIENCE,
                          check=False, env=server.env, **kwargs)
    rest = "".join(line for line in done.stderr.splitlines(True) if not is_about_root(line))
    return done.returncode, rest


def test_a_server_that_runs_as_root_says_so(own_server):
    server = own_server()
    said = re.search(r'warning supervisor user\.root problem="server\.user is empty: .*Set user in \[server\]', server.log())
    assert bool(said) == (os.geteuid() == 0)


@pytest.mark.parametrize("days, name, said", [
    (5, "IP:127.0.0.1", "ends in 4 days"),
    (90, "DNS:other.example", "is not for 127.0.0.1"),
])
def test_a_doubtful_certificate_is_warned_of(own_server, tmp_path, days, name, said):
    server = own_server(with_tls(tmp_path, days=days, name=name))
    server.wait_log(r"warning front certificate problem=.*" + said)
    status, lines = check(server)
    assert status == 0 and re.search(r"countersign\.conf: warning: tls\.certificate: .*" + said, lines), lines


def test_a_check_finds_all_that_a_start_would(own_server, tmp_path):
    """Each problem alone would keep the server, or a part of it, from working; all are reported in one run."""
    settings = {**with_tls(tmp_path), ("webhook", "url"): "https://hook.example/x", ("webhook", "secret_file"): tmp_path / "none",
                ("push", "contact"): "mailto:a@b.example", ("push", "ca_file"): tmp_path / "no-ca"}
    server = own_server(settings, start=False)
    good = open(tmp_path / "live.key", encoding="utf-8").read()
    make_pair(str(tmp_path))
    (tmp_path / "live.key").write_text(good)
    os.unlink(server.settings[("store", "path")])
    status, lines = check(server)
    assert status == 2
    for said in ("private key", "webhook.secret_file", "push.ca_file", "countersign.db"):
        assert said in lines, (said, lines)
    os.unlink(tmp_path / "live.crt")
    os.chmod(tmp_path / "live.key", 0o644)
    status, lines = check(server)
    assert status == 2 and "tls.certificate: cannot open" in lines and "tls.key: others" in lines, lines
    server.settings[("server", "user")] = "no-such-user"
    server.write_config()
    status, lines = check(server)
    assert status == 2 and "there is no account no-such-user" in lines, lines


def without_new_privileges():
    """In a child, before exec: this kernel refuses prctl(PR_SET_NO_NEW_PRIVS), with which each confinement begins."""
    call, this, refuse, go_on = 38, {"x86_64": 157, "aarch64": 167}[os.uname().machine], 0x00050000 | errno.EPERM, 0x7FFF0000
    load, equal, answer = 0x20, 0x15, 0x06
    program = b"".join(struct.pack("=HBBI", *one) for one in (
        (load, 0, 0, 0), (equal, 0, 3, this), (load, 0, 0, 16), (equal, 0, 1, call), (answer, 0, 0, refuse), (answer, 0, 0, go_on)))
    code = ctypes.create_string_buffer(program)
    filtered = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(call, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.byref(filtered), 0, 0) == 0, ctypes.get_errno()


def test_a_check_finds_a_kernel_that_refuses_the_confinement(own_server):
    server = own_server(start=False)
    assert check(server) == (0, "")
    status, lines = check(server, preexec_fn=without_new_privileges)
    assert status == 2 and lines.count("the kernel refuses the confinement: ") == 1, lines


def test_a_check_of_what_is_right_says_nothing_and_disturbs_nobody(own_server, tmp_path, name):
    company, email = name
    server = own_server()
    phone = server.ready(company, email)
    assert check(server) == (0, "")
    assert server.console().sign_in(email, phone).result == "OK"


def test_the_command_line_checks_as_the_server_does(own_server, tmp_path):
    server = own_server(with_tls(tmp_path, days=5))
    with_option = server.run("config", "check")
    assert with_option.returncode == 0 and "warning: tls.certificate: " in with_option.stdout, with_option
    assert with_option.stdout.endswith("countersign.conf is usable\n")
    document = server.cli("config", "check")
    assert document["usable"] is True and document["problems"] == [] and "ends in 4 days" in document["warnings"][0]

    def problems():
        status, lines = check(server)
        done = server.run("config", "check", "--json")
        found = json.loads(done.stdout)
        assert (status, done.returncode, found["usable"]) == (2, 2, False)
        said = [line for line in found["problems"] + found["warnings"] if not is_about_root(line)]
        assert sorted(lines.splitlines()) == sorted(said), "the same words"
        assert f"is not usable: {len(found['problems'])} problem" in done.stderr
        return "\n".join(found["problems"])

    make_pair(str(tmp_path))
    os.unlink(tmp_path / "live.crt")
    os.chmod(tmp_path / "live.key", 0o644)
    assert re.search(r"(?s)tls\.certificate: cannot open.*tls\.key: others", problems())
    server.settings[("server", "user")] = "no-such-user"
    server.write_config()
    assert "there is no account no-such-user" in problems()
    with open(server.config, "a", encoding="utf-8") as config:
        config.write("[log]\nnonsense = 1\n[more]\n")
    assert re.search(r"(?s):\d+: unknown setting nonsense.*:\d+: unknown section \[more\]", problems())
    server.config = str(tmp_path / "none.conf")
    assert "No such file" in problems()


def test_the_command_line_checks_the_file_that_is_named(own_server, tmp_path):
    server = own_server(start=False)
    done = subprocess.run([CLI, "config", "check", server.config], env=server.env, capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    said = [line for line in done.stdout.splitlines() if not is_about_root(line)]
    assert (done.returncode, said, done.stderr) == (0, [f"{server.config} is usable"], "")


def test_a_second_server_on_the_same_store_is_refused(own_server):
    server = own_server({("server", "fronts"): "2"})
    server.shares_no_store()
    done = subprocess.run([DAEMON, "-c", server.config], env=server.env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1 and "another server uses" in done.stderr, done.stderr
    server.process.kill()
    server.process.wait(PATIENCE)

    def starts():
        """The lock is released by the last process of the dead server."""
        try:
            return server.start()
        except AssertionError:
            assert "another server uses" in server.log()
            return None

    eventually(starts, "the lock outlives its server")
