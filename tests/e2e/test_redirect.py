# SPDX-License-Identifier: Apache-2.0
"""The plain listeners: they send everyone to the public address, answer a certificate authority, and do nothing else."""

import http.client
import os
import signal
import socket
import ssl

import pytest

from countersign import DAEMON, PATH, PATIENCE, free_port
from test_certificates import make, settings, write
from test_service import listening, passing

WELL_KNOWN = "/.well-known/acme-challenge/"
TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
ANSWER = TOKEN + ".9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"


@pytest.fixture
def plain(own_server, tmp_path):
    """Makes a server with TLS and a plain listener: server, the listener's port, and the folder for challenges."""
    def make_one(extra=(), **kwargs):
        write(tmp_path / "main", make(["localhost"]))
        folder = tmp_path / "webroot"
        (folder / WELL_KNOWN.strip("/")).mkdir(parents=True)
        port = free_port()
        server = own_server({**settings(tmp_path, with_folder=False), ("tls", "redirect_listen"): f"127.0.0.1:{port}",
                             ("tls", "webroot"): folder, **dict(extra)}, **kwargs)
        return server, port, folder
    return make_one


def ask(port, method, path, body=None, headers=(), source="127.0.0.1"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE, source_address=(source, 0))
    connection.request(method, path, body, dict(headers))
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.will_close, "a place there is not kept"
    connection.close()
    return answer.status, answer.headers, text


def put(folder, token, text, mode=0o644):
    path = folder / WELL_KNOWN.strip("/") / token
    path.write_text(text)
    os.chmod(path, mode)
    return path


def test_every_request_is_sent_to_the_public_address_whatever_host_it_names(plain):
    server, port, _ = plain()
    home = f"https://localhost:{server.port}"
    for method, status in (("GET", 301), ("HEAD", 301), ("POST", 308), ("PUT", 308), ("OPTIONS", 308), ("BREW", 308)):
        for path in ("/", PATH, PATH + "?op=x&y=%20", "/healthz", "/metrics", "//evil.example/x", "/@evil.example"):
            got, headers, text = ask(port, method, path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
            assert (got, headers["Location"]) == (status, home + path), (method, path)
            assert "evil" not in text and "Strict-Transport-Security" not in headers and "Set-Cookie" not in headers
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as raw:
        raw.sendall(b"GET http://evil.example/a?b HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert f"Location: {home}/a?b\r\n".encode() in raw.makefile("rb").read()


def test_no_operation_is_offered_there(plain, name):
    server, port, _ = plain()
    body = server.console().envelope("loginTechnicianFromStandalone_v7_2", {"sEmail": "a@b", "sPassword": "x"})
    for _ in range(3):
        status, headers, text = ask(port, "POST", PATH, body, server.console().headers("loginTechnicianFromStandalone_v7_2"))
        assert status == 308 and headers["Location"].startswith("https://localhost:") and "Result" not in text
    assert ask(port, "POST", "/api/device/enrol", "{}", {"Content-Type": "application/json"})[0] == 308
    assert ask(port, "POST", PATH, "x" * 100_000)[0] == 413, "and a large body is not even read"
    assert server.log().count("redirect.clear") == 1, "the operator is warned, once"
    assert server.metric('countersign_call_seconds_count{lane="slow"}') == 0


def test_a_challenge_is_answered_from_the_folder(plain):
    server, port, folder = plain()
    assert ask(port, "GET", WELL_KNOWN + TOKEN)[0] == 404
    put(folder, TOKEN, ANSWER)
    status, headers, text = ask(port, "GET", WELL_KNOWN + TOKEN, headers={"Host": "any.example"})
    assert (status, text) == (200, ANSWER) and headers["Content-Type"] == "text/plain; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
    status, headers, text = ask(port, "HEAD", WELL_KNOWN + TOKEN)
    assert (status, text, headers["Content-Length"]) == (200, "", str(len(ANSWER)))
    assert ask(port, "POST", WELL_KNOWN + TOKEN)[0] == 405
    server.wait_log("redirect challenge.answered source=127.0.0.1")
    # The client of the authority makes the folder again for each certificate.
    (folder / ".well-known").rename(folder / "old")
    assert ask(port, "GET", WELL_KNOWN + TOKEN)[0] == 404
    (folder / WELL_KNOWN.strip("/")).mkdir(parents=True)
    put(folder, TOKEN, ANSWER + "\n")
    assert ask(port, "GET", WELL_KNOWN + TOKEN)[::2] == (200, ANSWER)


def test_nothing_but_an_answer_leaves_the_folder(plain):
    server, port, folder = plain()
    secret = folder / "secret"
    secret.write_text(ANSWER)
    place = put(folder, TOKEN, ANSWER)
    ways = ["", "..", ".", "../../secret", "%2e%2e/%2e%2e/secret", "..%2f..%2fsecret", "/" + TOKEN, TOKEN + "/", TOKEN + "%00",
            TOKEN[:-1] + "%41", "x" * 129, "x" * 4000]
    for way in ways:
        status, _, text = ask(port, "GET", WELL_KNOWN + way)
        assert status == 404 and ANSWER not in text, way
    assert ask(port, "GET", WELL_KNOWN + TOKEN + "?x")[0] == 200
    for unfit in ("-----BEGIN PRIVATE KEY-----\n", "", TOKEN, ANSWER + "<", TOKEN + "." + "a" * 600, "another.a"):
        place.write_text(unfit)
        assert ask(port, "GET", WELL_KNOWN + TOKEN)[0] == 404, unfit
    place.unlink()
    place.symlink_to("../../secret")
    assert ask(port, "GET", WELL_KNOWN + TOKEN)[0] == 404
    place.unlink()
    os.mkfifo(place)
    assert ask(port, "GET", WELL_KNOWN + TOKEN)[0] == 404, "and nothing waits for a writer"
    assert server.log().count("challenge.unfit") == 1, "at most one line a minute"


def test_without_a_folder_no_challenge_is_answered(plain):
    _, port, folder = plain({("tls", "webroot"): ""}.items())
    put(folder, TOKEN, ANSWER)
    assert ask(port, "GET", WELL_KNOWN + TOKEN)[0] == 404
    assert ask(port, "GET", "/x")[0] == 301


def test_its_process_is_confined_and_is_replaced(plain):
    server, port, folder = plain()
    put(folder, TOKEN, ANSWER)
    (pid,) = server.children("redirect")
    with open(f"/proc/{pid}/status", encoding="utf-8") as text:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in text if ":\t" in line)
    assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
    # It has the channel to the supervisor, and none to a worker.
    sockets = [link for fd in os.listdir(f"/proc/{pid}/fd") if (link := os.readlink(f"/proc/{pid}/fd/{fd}")).startswith("socket:")]
    assert len(sockets) == 2, "the listener and the supervisor's channel"
    os.kill(pid, signal.SIGKILL)
    server.wait_log("child.ready child=redirect")
    assert ask(port, "GET", WELL_KNOWN + TOKEN)[0] == 200


def test_a_crowd_at_the_plain_door_does_not_touch_the_other(plain):
    """Its own budget: 32 connections of one address, 256 in all, and the longest idle ones give way."""
    server, port, _ = plain()
    crowd = [socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=("127.0.3.1", 0)) for _ in range(33)]
    assert b" 503 " in crowd[-1].makefile("rb").readline()
    for i in range(400):
        crowd.append(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(f"127.0.1.{i // 30 + 1}", 0)))
        crowd[-1].sendall(b"GET / HTTP/1.1\r\n")
    assert ask(port, "GET", "/", source="127.0.2.1")[0] == 301
    (pid,) = server.children("redirect")
    assert len(os.listdir(f"/proc/{pid}/fd")) < 256 + 64
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    secured = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=PATIENCE, context=context)
    secured.request("GET", "/healthz")
    assert secured.getresponse().status == 200
    secured.close()
    for one in crowd:
        one.close()


def test_it_follows_the_public_address_on_a_reload(plain):
    server, port, _ = plain()
    server.settings["server", "public_url"] = "https://new.example"
    server.write_config()
    server.process.send_signal(signal.SIGHUP)
    server.wait_log(r" reload ")
    server.wait_for(lambda: ask(port, "GET", "/a")[1]["Location"] == "https://new.example/a")


def test_a_folder_that_is_not_there_is_named(plain, tmp_path):
    server, _, _ = plain({("tls", "webroot"): tmp_path / "nowhere"}.items(), start=False)
    done = server.run("--check-config", program=DAEMON)
    assert done.returncode == 2 and f"tls.webroot: {tmp_path}/nowhere: No such file" in done.stderr, done


def test_an_upgrade_in_place_keeps_the_plain_port(plain):
    server, port, folder = plain()
    put(folder, TOKEN, ANSWER)
    (old,) = server.children("redirect")
    server.process.send_signal(signal.SIGUSR2)
    server.wait_log(r"supervisor upgrade\.done")
    (fresh,) = server.children("redirect")
    assert fresh != old
    assert ask(port, "GET", WELL_KNOWN + TOKEN)[0] == 200
    assert ask(port, "GET", "/x")[0] == 301


def test_a_service_manager_may_hold_the_plain_port(plain):
    server, port, _ = plain(start=False)
    with listening(port) as held:
        server.start(**passing([held], "http"))
        assert ask(port, "GET", "/x")[0] == 301
        assert server.stop() == 0
