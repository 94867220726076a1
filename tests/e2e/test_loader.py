"""bench/load against a real server: what it counts is what the server answered, and what is wrong it says. No timing is asserted."""

import json
import os
import subprocess

import pytest

from countersign import BUILD, NS, PATH

LOADER = os.path.join(BUILD, "bench/loader")


@pytest.fixture(scope="module")
def loader():
    subprocess.run(["ninja", "-C", BUILD, "bench/loader"], check=True, capture_output=True)
    return LOADER


def write_request(path, server, push, token, **more):
    console = server.console(agent="bench 0000000000")
    body = console.envelope("twoFactorCheckPushAuthStatus", {"sLoginToken": token, "sPushToken": push})
    headers = {"Host": "127.0.0.1", **console.headers("twoFactorCheckPushAuthStatus"), **more, "Content-Length": str(len(body))}
    path.write_bytes(f"POST {PATH} HTTP/1.1\r\n".encode() + "".join(f"{k}: {v}\r\n" for k, v in headers.items()).encode() + b"\r\n" + body)
    return path


def run(loader, server, request, expected, tokens, ms=300, connections=8, window=3):
    done = subprocess.run([loader, "rate", str(server.port), str(connections), "1", str(window), request, expected, str(ms), tokens], input="go\n",
                          capture_output=True, text=True, timeout=60, check=True)
    ready, figures = done.stdout.splitlines()
    assert ready == "ready"
    return json.loads(figures)


@pytest.mark.parametrize("more", [{}, {"Connection": "close"}], ids=["kept", "closed"])
def test_every_answer_is_counted_once(loader, own_server, name, tmp_path, more):
    company, email = name
    server = own_server()
    server.ready(company, email)
    token, push = server.console().begin(email)
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{token} {push.sPushToken}\n")
    request = write_request(tmp_path / "request", server, push.sPushToken, token, **more)
    figures = run(loader, server, request, "Result>loginTwoFactorRet_Poll<", tokens)
    asked = server.log().count("worker call op=twoFactorCheckPushAuthStatus")
    assert figures["errors"] == 0 and figures["answers"] >= figures["counted"] > 0
    assert sum(count for _, count in figures["latencies"]) == figures["counted"]
    assert figures["opened"] == 8
    assert asked == figures["opened"] + figures["answers"], "each request had a name of its own, so that a worker saw it"


def test_an_answer_that_is_not_the_expected_one_is_an_error(loader, own_server, name, tmp_path):
    company, email = name
    server = own_server()
    server.ready(company, email)
    token, push = server.console().begin(email)
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{token} {push.sPushToken}\n")
    request = write_request(tmp_path / "request", server, push.sPushToken, token)
    figures = run(loader, server, request, "Result>loginTwoFactorRet_OK<", tokens)
    assert figures["answers"] == 0 and figures["errors"] > 0
    request.write_bytes(request.read_bytes().replace(NS.encode(), b"urn:else:where:nobody:knows:it/1234"[:len(NS)]))
    assert run(loader, server, request, "Result>loginTwoFactorRet_Poll<", tokens)["answers"] == 0, "a fault has another status"
