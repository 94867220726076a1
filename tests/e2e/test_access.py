# SPDX-License-Identifier: Apache-2.0
"""docs/access.md on the wire: every operation that it lists, without its caller's proof and with a made-up one."""

import os
import re
import urllib.request

import pytest

from countersign import PATH, PATIENCE, ROOT, Console, Phone, b64

COLUMNS = ["caller", "proves", "verified", "absent", "foreign", "expired"]


def rows(text, heading):
    """The cells of the table below a heading, without its head."""
    table = re.search(rf"^## {heading}\n\n(?:[^|#\n].*\n)*\n?\|.*\n\| ---.*\n((?:\|.*\n)+)", text, re.M).group(1)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


with open(os.path.join(ROOT, "docs/access.md"), encoding="utf-8") as page:
    PAGE = page.read()
CALLERS = {row[0]: dict(zip(COLUMNS, row)) for row in rows(PAGE, "Callers")}
OPERATIONS = {row[0].strip("`"): list(CALLERS)[row[1:].index("x")] for row in rows(PAGE, "Operations")}
# What each kind of proof travels in: SOAP element, cookie or JSON member.
MEMBERS = {"LOGIN": "sLoginToken", "TICKET": "sTicket", "CONSOLE": "sTicket"}
DEVICES = ("DEVICE", "SIGNED", "DEED", "SELF", "SELF_DEED")


def named(*callers):
    return [op for op, caller in OPERATIONS.items() if caller in callers]


def test_the_page_lists_what_the_service_describes(server):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{PATH}?wsdl", timeout=PATIENCE) as answer:
        described = set(re.findall(r'<(?:\w+:)?operation name="(\w+)"', answer.read().decode()))
    assert described == {op for op in OPERATIONS if not op.startswith("/")}


@pytest.mark.parametrize("op", named("LOGIN"))
def test_a_login_token_is_asked_for(server, op):
    console = Console(server)
    for token, kind in ((None, "absent"), ("", "absent"), ("made-up", "foreign")):
        assert console.call(op, sLoginToken=token).result == CALLERS["LOGIN"][kind]


@pytest.mark.parametrize("op", named("SESSION"))
def test_a_session_is_asked_for(server, op):
    for cookie, kind in ((None, "absent"), ("made-up", "foreign")):
        console = Console(server)
        console.cookie = cookie
        assert console.call(op).result == CALLERS["SESSION"][kind]


@pytest.mark.parametrize("op", named("TICKET", "CONSOLE"))
def test_a_ticket_is_asked_for(server, op):
    phone = Phone(server)
    path, caller = op.removeprefix("/api/"), CALLERS[OPERATIONS[op]]
    enrolment = {"sPublicKey": b64(phone.public_key()), "sName": "phone",
                 "sSignature": phone.sign(phone.enrolment("made-up", "phone"))} if path == "device/enrol" else {}
    for ticket, kind in (({}, "absent"), ({"sTicket": ""}, "absent"), ({"sTicket": "made-up"}, "foreign")):
        assert phone.api(path, {**enrolment, **ticket})["result"] == caller[kind]


@pytest.mark.parametrize("op", named(*DEVICES))
def test_a_devices_token_is_asked_for(server, op):
    phone = Phone(server)
    path = op.removeprefix("/api/")
    assert phone.api(path, {})["result"] == CALLERS["DEVICE"]["absent"]
    assert phone.api(path, {"sDeviceToken": ""})["result"] == CALLERS["DEVICE"]["absent"]
    assert phone.api(path, {}, "made-up")["result"] == CALLERS["DEVICE"]["foreign"]


def test_a_devices_token_alone_is_not_enough(server, name):
    phone = server.ready(*name)
    for op in named("SIGNED", "DEED", "SELF", "SELF_DEED"):
        caller = OPERATIONS[op]
        signs = "DEED" if caller == "SELF_DEED" else caller
        assert phone.api(op.removeprefix("/api/"), {}, phone.token)["result"] == CALLERS[signs]["absent"], op


def test_the_self_services_token_is_asked_for_behind_a_signature(server, name):
    phone = server.ready(*name)
    for op in named("SELF_DEED"):
        path = op.removeprefix("/api/")
        for members, kind in (({}, "absent"), ({"sSelfToken": "made-up"}, "foreign")):
            signed = phone.signed(path, members)
            assert phone.api(path, signed, phone.token)["result"] == CALLERS["SELF_DEED"][kind], op
