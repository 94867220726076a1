# SPDX-License-Identifier: Apache-2.0
"""Certificates of an ACME authority (RFC 8555): what the hooks of its clients do, and the whole way with each of them."""

import contextlib
import json
import os
import shutil
import socket
import stat
import subprocess

import pytest
from cryptography import x509

from countersign import PATIENCE, ROOT, free_port
from test_certificates import got, make, write

HOOKS = os.path.join(ROOT, "dist/hooks")
NAME = "sign-in.example"


def hook(kind, folder, *arguments, check=True, **env):
    done = subprocess.run([os.path.join(HOOKS, kind), *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE,
                          check=False, env={"PATH": os.environ["PATH"], "COUNTERSIGN_TLS_FOLDER": str(folder), "COUNTERSIGN_GROUP": "",
                                            **{key: str(value) for key, value in env.items()}})
    assert not check or done.returncode == 0, done
    return done


def as_certbot(folder, source, name=NAME, **kwargs):
    lineage = source.parent / "live" / name
    shutil.copytree(source, lineage, dirs_exist_ok=True)
    return hook("certbot", folder, RENEWED_LINEAGE=lineage, RENEWED_DOMAINS=name, **kwargs)


def as_lego(folder, source, name=NAME, **kwargs):
    return hook("lego", folder, LEGO_ACCOUNT_EMAIL="a@b.example", LEGO_CERT_DOMAIN=name, LEGO_CERT_PATH=source / "fullchain.pem",
                LEGO_CERT_KEY_PATH=source / "privkey.pem", **kwargs)


def as_dehydrated(folder, source, name=NAME, **kwargs):
    chain = source / "fullchain.pem"
    return hook("dehydrated", folder, "deploy_cert", name, source / "privkey.pem", chain, chain, chain, "1700000000", **kwargs)


CLIENTS = pytest.mark.parametrize("client", [as_certbot, as_lego, as_dehydrated])


def number(folder, name=NAME):
    return x509.load_pem_x509_certificate((folder / name / "fullchain.pem").read_bytes()).serial_number


@CLIENTS
def test_a_hook_puts_the_pair_where_the_server_looks(client, tmp_path):
    folder = tmp_path / "etc" / "tls"
    for days in (30, 60, 90):
        made = write(tmp_path / "made", make([NAME], days=days))
        client(folder, tmp_path / "made")
        assert number(folder) == made
        key = folder / NAME / "privkey.pem"
        assert key.read_bytes() == (tmp_path / "made/privkey.pem").read_bytes()
        assert stat.S_IMODE(key.stat().st_mode) == 0o600 and not os.listdir(folder / NAME)[2:]
    # The one before is kept for a server that is just reading it, and no older one.
    assert len([one for one in os.listdir(folder) if one.startswith(f".{NAME}@")]) == 2


@CLIENTS
def test_a_hook_leaves_what_is_there_when_it_is_given_nonsense(client, tmp_path):
    folder = tmp_path / "tls"
    first = write(tmp_path / "made", make([NAME]))
    client(folder, tmp_path / "made")
    before = sorted(os.listdir(folder))
    for broken in ("fullchain.pem", "privkey.pem"):
        write(tmp_path / "bad", make([NAME]))
        (tmp_path / "bad" / broken).write_text("nothing\n")
        done = client(folder, tmp_path / "bad", check=False)
        assert done.returncode != 0 and "bad" in done.stderr or "live" in done.stderr, done
    assert number(folder) == first and sorted(os.listdir(folder)) == before


def test_a_name_is_never_a_way_to_another_folder(tmp_path):
    folder = tmp_path / "tls"
    write(tmp_path / "made", make([NAME]))
    for bad in ("..", ".", ".hidden", "a/b", "../../etc", "", "a b", "a;b", "-x/../y"):
        done = as_dehydrated(folder, tmp_path / "made", name=bad, check=False)
        assert done.returncode != 0 and "cannot be the name" in done.stderr, bad
    assert not folder.exists()
    as_lego(folder, tmp_path / "made", name="*.wild.example")
    assert (folder / "_.wild.example/privkey.pem").exists()


def test_names_that_begin_alike_do_not_touch_each_other(tmp_path):
    folder = tmp_path / "tls"
    longer = write(tmp_path / "longer", make(["a.example.net"]))
    as_lego(folder, tmp_path / "longer", name="a.example.net")
    for _ in range(3):
        write(tmp_path / "made", make(["a.example"]))
        as_lego(folder, tmp_path / "made", name="a.example")
    assert number(folder, "a.example.net") == longer


def test_a_folder_that_was_made_by_hand_is_taken_over(tmp_path):
    folder = tmp_path / "tls"
    write(folder / NAME, make([NAME]))
    made = write(tmp_path / "made", make([NAME]))
    as_certbot(folder, tmp_path / "made")
    assert number(folder) == made and (folder / NAME).is_symlink()


def test_other_events_of_dehydrated_change_nothing(tmp_path):
    for event in ("startup_hook", "deploy_challenge", "clean_challenge", "unchanged_cert", "exit_hook", "this_hookscript_is_broken"):
        hook("dehydrated", tmp_path / "tls", event, NAME, "x", "y")
    hook("dehydrated", tmp_path / "tls")
    assert not (tmp_path / "tls").exists()


@contextlib.contextmanager
def running(command, log, ready, **kwargs):
    """A program until the end of the block; `ready` is a port that it opens."""
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, **kwargs)
    try:
        def answers():
            assert process.poll() is None, log.read_text()
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", ready), timeout=PATIENCE).close()
                return True
            return False
        yield answers
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture
def authority(own_server, tmp_path):
    """A server with a plain listener, and pebble, an ACME authority for tests, that asks it: the server, the authority's address,
    the file of its own certificate, and the folders for answers and certificates."""
    folder, webroot, plain = tmp_path / "tls", tmp_path / "webroot", free_port()
    webroot.mkdir()
    write(tmp_path / "first", make([NAME]))
    as_lego(folder, tmp_path / "first")
    server = own_server({("tls", "certificate"): folder / NAME / "fullchain.pem", ("tls", "key"): folder / NAME / "privkey.pem",
                         ("tls", "folder"): folder, ("tls", "watch"): "1s", ("tls", "redirect_listen"): f"127.0.0.1:{plain}",
                         ("tls", "webroot"): webroot, ("server", "public_url"): f"https://{NAME}"})
    write(tmp_path / "pebble", make(["localhost"]))
    ports = {name: free_port() for name in ("acme", "manage", "names", "names_manage", "none")}
    (tmp_path / "pebble.json").write_text(json.dumps({"pebble": {
        "listenAddress": f"127.0.0.1:{ports['acme']}", "managementListenAddress": f"127.0.0.1:{ports['manage']}",
        "certificate": str(tmp_path / "pebble/fullchain.pem"), "privateKey": str(tmp_path / "pebble/privkey.pem"),
        "httpPort": plain, "tlsPort": ports["none"]}}))
    names = ["pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-http01", "", "-https01", "", "-tlsalpn01", "",
             "-dns01", f"127.0.0.1:{ports['names']}", "-management", f"127.0.0.1:{ports['names_manage']}"]
    pebble = ["pebble", "-strict", "-config", tmp_path / "pebble.json", "-dnsserver", f"127.0.0.1:{ports['names']}"]
    with running(names, tmp_path / "names.log", ports["names_manage"]) as has_names, \
            running(pebble, tmp_path / "pebble.log", ports["acme"],
                    env={**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}) as has_pebble:
        server.wait_for(has_names)
        server.wait_for(has_pebble)
        yield server, f"https://localhost:{ports['acme']}/dir", tmp_path / "pebble/fullchain.pem", webroot, folder


def run_certbot(url, ca, webroot, home):
    return [["certbot", "certonly", "-n", "--agree-tos", "--register-unsafely-without-email", "--server", url, "--webroot", "-w",
             webroot, "-d", NAME, "--deploy-hook", os.path.join(HOOKS, "certbot"), "--config-dir", home, "--work-dir", home,
             "--logs-dir", home]], {"REQUESTS_CA_BUNDLE": ca}


def run_lego(url, ca, webroot, home):
    return [["lego", "--accept-tos", "--email", "a@b.example", "--server", url, "--path", home, "--http", "--http.webroot", webroot,
             "-d", NAME, "run", "--run-hook", os.path.join(HOOKS, "lego")]], {"LEGO_CA_CERTIFICATES": ca}


def run_dehydrated(url, ca, webroot, home):
    config = home / "config"
    config.write_text(f'KEY_ALGO=prime256v1\nACCOUNT_KEYSIZE=2048\nCA="{url}"\nBASEDIR="{home}"\nWELLKNOWN="{webroot}/.well-known/acme-challenge"\nCURL_OPTS="--cacert {ca}"\n'
                      f'HOOK="{HOOKS}/dehydrated"\n')
    (webroot / ".well-known/acme-challenge").mkdir(parents=True)
    return [["dehydrated", "-f", config, "--register", "--accept-terms"], ["dehydrated", "-f", config, "--cron", "-d", NAME]], {}


@pytest.mark.parametrize("client", [run_certbot, run_lego, run_dehydrated])
def test_a_certificate_comes_from_an_authority_into_use(authority, client, tmp_path):
    """The authority asks the plain listener, the client gets the certificate, its hook installs it, the server notices."""
    server, url, ca, webroot, folder = authority
    home = tmp_path / "home"
    home.mkdir()
    first = got(server, NAME)
    commands, env = client(url, ca, webroot, home)
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=4 * PATIENCE, check=False, stdin=subprocess.DEVNULL,
                              env={**os.environ, "HOME": str(home), "COUNTERSIGN_TLS_FOLDER": str(folder), "COUNTERSIGN_GROUP": "", **env})
        assert done.returncode == 0, (done.stdout, done.stderr)
    server.wait_log("redirect challenge.answered source=127.0.0.1")
    server.wait_log("certificates.renewed")
    server.wait_for(lambda: got(server, NAME) != first)
    server.wait_for(lambda: got(server, NAME) == number(folder))  # each front gets it when it can
    made = x509.load_pem_x509_certificate((folder / NAME / "fullchain.pem").read_bytes())
    assert "Pebble" in made.issuer.rfc4514_string()
    assert made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName) == [NAME]
    chain = (folder / NAME / "fullchain.pem").read_text()
    assert chain.count("BEGIN CERTIFICATE") == 2, "with its intermediate"
