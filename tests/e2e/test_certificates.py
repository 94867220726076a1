# SPDX-License-Identifier: Apache-2.0
"""The server's certificates: which one a client gets, and how new ones come into use."""

import contextlib
import datetime
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from countersign import DAEMON, PATIENCE


def make(names, kind="ecdsa", days=90):
    """A certificate for these names, and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test's authority")])
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=days, hours=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False).sign(key, hashes.SHA256()))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made, made.public_bytes(serialization.Encoding.PEM), private


def write(folder, pair):
    """As fullchain.pem and privkey.pem; returns the certificate's number."""
    made, chain, private = pair
    folder.mkdir(parents=True, exist_ok=True)
    for name, text, mode in (("fullchain.pem", chain, 0o644), ("privkey.pem", private, 0o600)):
        with open(os.open(folder / (name + ".new"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
            out.write(text)
        os.rename(folder / (name + ".new"), folder / name)
    return made.serial_number


def settings(tmp_path, with_folder=True):
    main = tmp_path / "main"
    return {("tls", "certificate"): main / "fullchain.pem", ("tls", "key"): main / "privkey.pem",
            **({("tls", "folder"): tmp_path / "more"} if with_folder else {}),
            ("server", "public_url"): "https://localhost:{port}"}


def got(server, name, rsa_only=False):
    """The number of the certificate that a client gets which asks for this name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if rsa_only:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
        with context.wrap_socket(plain, server_hostname=name) as secured:
            return x509.load_der_x509_certificate(secured.getpeercert(True)).serial_number


def check(server):
    return subprocess.run([DAEMON, "--check-config", "-c", server.config], capture_output=True, text=True, timeout=PATIENCE,
                          check=False, env=server.env)


@pytest.fixture
def pairs(tmp_path):
    """localhost in both types of key, and two other names; their numbers."""
    (tmp_path / "more").mkdir()
    return {"main": write(tmp_path / "main", make(["localhost"])),
            "rsa": write(tmp_path / "more" / "localhost-rsa", make(["localhost"], "rsa")),
            "other": write(tmp_path / "more" / "other", make(["other.example", "*.wild.example"]))}


def test_the_name_and_the_clients_abilities_choose_the_certificate(own_server, tmp_path, pairs):
    server = own_server({**settings(tmp_path), ("server", "fronts"): 2})
    for name in ("localhost", "unknown.example", None):
        assert got(server, name) == pairs["main"]
        assert got(server, name, rsa_only=True) == pairs["rsa"]
    assert got(server, "OTHER.example") == pairs["other"] == got(server, "a.wild.example")
    with pytest.raises(ssl.SSLError):
        got(server, "other.example", rsa_only=True)


def test_each_certificate_is_described_where_an_operator_looks(own_server, tmp_path, pairs):
    server = own_server(settings(tmp_path))
    for name, names, key in (("tls.certificate", "localhost", "ECDSA 256"), ("tls.folder/localhost-rsa", "localhost", "RSA 2048"),
                             ("tls.folder/other", "other.example, *.wild.example", "ECDSA 256")):
        assert f'certificate.used certificate="{name}" names="{names}" issuer="A test\'s authority" key="{key}" days_left=90' \
            in server.log()
        said = f"{name}: for {names}, by A test's authority, {key}, 90 days left, its key matches"
        assert f"countersign.conf: note: {said}\n" in check(server).stdout
        assert any(said in note for note in server.cli("config", "check")["notes"])
        found = [line for line in server.run("doctor").stdout.splitlines() if said in line]
        assert found and found[0].startswith("right"), found


def test_a_certificate_of_the_folder_that_cannot_be_used_is_named(own_server, tmp_path, pairs):
    server = own_server(settings(tmp_path))
    good = (tmp_path / "more/other/privkey.pem").read_bytes()
    write(tmp_path / "more/other", make(["other.example"]))
    (tmp_path / "more/other/privkey.pem").write_bytes(good)
    done = check(server)
    assert done.returncode == 2 and "tls.folder/other: private key: " in done.stderr, done
    server.process.send_signal(signal.SIGHUP)
    server.wait_log(r"reload\.refused problem=\"tls\.folder/other: private key")
    assert got(server, "other.example") == pairs["other"]
    os.unlink(tmp_path / "more/other/privkey.pem")
    assert "tls.folder/other: cannot open privkey.pem" in check(server).stderr
    os.unlink(tmp_path / "more/other/fullchain.pem")
    assert check(server).returncode == 0


def test_a_reload_brings_new_names(own_server, tmp_path, pairs):
    server = own_server(settings(tmp_path))
    assert got(server, "new.example") == pairs["main"]
    fresh = write(tmp_path / "more/new", make(["new.example"]))
    server.process.send_signal(signal.SIGHUP)
    server.wait_log(r"certificate\.used certificate=\"tls\.folder/new\"")
    assert got(server, "new.example") == fresh
    assert got(server, "other.example") == pairs["other"]


def test_a_folder_without_a_certificate_for_everyone_else_is_refused(own_server, tmp_path, pairs):
    server = own_server(start=False)
    server.settings["tls", "folder"] = tmp_path / "more"
    server.write_config()
    done = check(server)
    assert done.returncode == 2 and re.search(r"folder without a certificate", done.stderr), done


def test_changed_files_come_into_use_by_themselves(own_server, tmp_path, pairs):
    """Renewed, added and removed ones; a pair that does not match is refused in one line, and keeps nothing from working."""
    server = own_server({**settings(tmp_path), ("tls", "watch"): "1s"})
    renewed = write(tmp_path / "main", make(["localhost"]))
    server.wait_log(r"supervisor certificates\.renewed certificates=3")
    server.wait_for(lambda: got(server, "localhost") == renewed)  # the fronts get them after that
    good = (tmp_path / "main/privkey.pem").read_bytes()
    (tmp_path / "main/privkey.pem").write_bytes(make(["localhost"])[2])
    server.wait_log(r"error supervisor certificates\.refused problem=\"private key")
    assert got(server, "localhost") == renewed
    fresh = write(tmp_path / "more/new", make(["new.example"]))
    (tmp_path / "main/privkey.pem").write_bytes(good)
    server.wait_log(r"certificates\.renewed certificates=4")
    server.wait_for(lambda: (got(server, "localhost"), got(server, "new.example")) == (renewed, fresh))
    os.rename(tmp_path / "more/new", tmp_path / "new")
    server.wait_log(r"certificates\.renewed certificates=3", times=2)
    server.wait_for(lambda: got(server, "new.example") == renewed)
    assert " reload" not in server.log()


def test_a_look_at_files_that_did_not_change_does_nothing(own_server, tmp_path, pairs):
    server = own_server({**settings(tmp_path), ("tls", "watch"): "1s"})
    (tmp_path / "main/privkey.pem").write_bytes(make(["localhost"])[2])
    server.wait_log(r"certificates\.refused")
    write(tmp_path / "more/new", make(["new.example"]))
    server.wait_log(r"certificates\.refused", times=2)
    assert len(re.findall(r"certificates\.refused", server.log())) == 2, "once for each state of the files"


def test_a_watch_of_0_leaves_them_to_a_reload(own_server, tmp_path, pairs):
    server = own_server({**settings(tmp_path), ("tls", "watch"): 0})
    renewed = write(tmp_path / "main", make(["localhost"]))
    assert got(server, "localhost") == pairs["main"]
    server.process.send_signal(signal.SIGHUP)
    server.wait_log(r"supervisor reload needs_restart=\"\"")
    server.wait_for(lambda: got(server, "localhost") == renewed)  # the front gets them after that


def hsts(server):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with contextlib.closing(http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=PATIENCE)) as connection:
        connection.request("GET", "/healthz")
        return connection.getresponse().getheader("Strict-Transport-Security")


def test_hsts_is_a_setting(own_server, tmp_path, pairs):
    server = own_server(settings(tmp_path))
    assert hsts(server) == "max-age=31536000"
    for value, sent in (("30d", "max-age=2592000"), ("0", None)):
        server.settings["server", "hsts"] = value
        server.write_config()
        count = server.log().count("supervisor reload needs_restart=")
        server.process.send_signal(signal.SIGHUP)
        server.wait_log(r"supervisor reload needs_restart=", times=count + 1)
        server.wait_for(lambda sent=sent: hsts(server) == sent)
