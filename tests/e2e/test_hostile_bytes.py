# SPDX-License-Identifier: Apache-2.0
"""Bytes made to be costly to parse: what an input costs is counted in memory, never in time."""

import http.client

import pytest

from countersign import PASSWORD, PATH, PATIENCE

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
GROWTH = 300 * 1024  # KiB: AddressSanitizer keeps what was freed


def post(server, body, path=PATH):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    headers = {"Content-Type": "text/xml; charset=utf-8",
               "SOAPAction": '"http://microsoft.com/webservices/twoFactorCheckPushAuthStatus"'}
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def peak(server):
    """Of the front, in KiB."""
    (pid,) = server.children("front")
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def envelope(attributes, inside=""):
    return f'<s:Envelope xmlns:s="{SOAP}"{attributes}><s:Body>{inside}</s:Body></s:Envelope>'


def names(n, pattern):
    return "".join(pattern % i for i in range(n))


HOSTILE = {
    "a long namespace in many attributes": envelope(f' xmlns:p="{"u" * 120000}"' + names(9900, ' p:a%d=""')),
    "the same below 128 KiB": envelope(f' xmlns:p="{"u" * 60000}"' + names(5000, ' p:a%d=""')),
    "a > in quotes hides a tag of 4 MB": envelope(' x=">"' + names(300000, ' a%d=""')),
    "a long namespace in many elements": envelope(f' xmlns:p="{"u" * 100000}"', "<p:a/>" * 100000),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_document_cannot_cost_more_than_its_size_justifies(own_server, body):
    server = own_server()
    assert post(server, envelope("")) in (200, 400)
    before = peak(server)
    for _ in range(3):
        assert post(server, body) == 400
    assert peak(server) - before < GROWTH


def test_a_smaller_limit_of_bodies_holds_for_soap(own_server):
    server = own_server({("limits", "body_size"): "100000"})
    assert post(server, envelope("", "x" * 90000)) != 413
    assert post(server, envelope("", "x" * 100000)) == 413


@pytest.mark.parametrize("declaration", [
    "<?xml version='1.0' standalone='yes' encoding='utf-8'?>",
    "<?xml version='1.0' encoding='utf-8' encoding='utf-8'?>",
])
def test_a_malformed_xml_declaration_is_400(server, declaration):
    assert post(server, declaration + envelope("")) == 400


def test_a_value_longer_than_any_is_answered_like_a_wrong_one(server, name):
    company, email = name
    server.ready(company, email)
    console = server.console()
    long = "x" * 1_000_000
    assert console.login(long).result == "InvalidPassword"
    assert console.login(email, long).result == "InvalidPassword"
    assert console.check(long, long).result == "InvalidToken"
    assert console.send(long).result == "InvalidToken"
    assert console.call("twoFactorValidateCode", sLoginToken=long, sCode=long).result == "InvalidToken"
    assert console.login(email, PASSWORD).result == "OkTwoFactorAuthenticationRequired"
