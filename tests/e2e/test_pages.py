# SPDX-License-Identifier: Apache-2.0
"""What a console developer sees: the .asmx's pages, WSDL and discovery document, the form binding, the guide's snippets."""

import html
import html.parser
import http.client
import json
import os
import re
import shlex
import subprocess
import sys
import urllib.parse
from xml.etree import ElementTree

import pytest

from countersign import NS, PASSWORD, PATH, PATIENCE, ROOT
from test_golden import EXPECTED, GOLDEN, exchange, fixture_port, request_of  # noqa: F401 (a fixture)

CONTRACT = os.path.join(ROOT, "tests/contract")
OPERATIONS = ["changePassword", "changePassword_v7_2", "keepConsoleAlive", "loginTechnicianFromStandalone_v7_2",
              "loginTechnicianWithNewPassword_v7_2", "logoutTechnician", "twoFactorCancelPushAuth",
              "twoFactorCheckPushAuthStatus", "twoFactorSendPushAuth", "twoFactorValidateCode"]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LOCAL_ONLY = "The test form is only available for requests from the local machine."


def ask(port, path, method="GET", headers=None, body=None):
    """One request; its status, headers and text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


class Text(html.parser.HTMLParser):
    """The text of a page's body, and of each `pre` in it."""

    def __init__(self, page):
        super().__init__()
        self.words, self.samples, self.within = "", [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "link", "input", "br"):
            self.within.append(tag)
        if tag == "pre":
            self.samples.append("")

    def handle_endtag(self, tag):
        self.within.remove(tag)

    def handle_data(self, data):
        if "body" in self.within:
            self.words += data
        if "pre" in self.within:
            self.samples[-1] += data


def published():
    with open(os.path.join(CONTRACT, "twoFactorCheckPushAuthStatus.txt"), encoding="utf-8") as page:
        return page.read()


# ---- the published operation's page ----------------------------------------------------------------------------------------


def test_the_operation_page_is_the_published_one(fixture_port):  # noqa: F811
    _, _, page = ask(fixture_port, PATH + "?op=twoFactorCheckPushAuthStatus", headers={"Host": "secure.logmeinrescue.com"})
    assert Text(page).words.split() == published().split()


def test_a_local_caller_is_told_of_the_parameters(server):
    _, _, page = ask(server.port, PATH + "?op=twoFactorCheckPushAuthStatus", headers={"Host": "secure.logmeinrescue.com"})
    local = published().replace(LOCAL_ONLY, "The test form is only available for methods with primitive types as parameters.")
    assert Text(page).words.split() == local.split()


def test_no_script_or_style_is_inline(server):
    for path in [PATH, PATH + "?op=changePassword", "/integrate/", "/integrate/changePassword", "/nowhere", PATH + "/x"]:
        _, headers, page = ask(server.port, path)
        assert "'unsafe" not in headers["Content-Security-Policy"] and "default-src 'none'" in headers["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=)", page)


def test_every_link_leads_somewhere(server):
    seen, waiting = set(), [PATH, "/integrate/"]
    while waiting:
        path = waiting.pop()
        status, headers, page = ask(server.port, path)
        assert status == 200, path
        if not headers["Content-Type"].startswith("text/html"):
            continue
        for link in re.findall(r'(?:href|src)="([^"]+)"', page):
            target, _, fragment = urllib.parse.urljoin(path, link.replace("&amp;", "&")).partition("#")
            if fragment:
                assert f'id="{fragment}"' in ask(server.port, target)[2] if target not in seen else True, link
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    assert {f"/integrate/{op}" for op in OPERATIONS} | {f"{PATH}?op={op}" for op in OPERATIONS} <= seen


def references(node):
    """Every $ref in a document."""
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        node = list(node.values())
    for one in node if isinstance(node, list) else []:
        yield from references(one)


def test_the_device_api_describes_itself(server):
    status, headers, text = ask(server.port, "/api/openapi.json")
    assert status == 200 and headers["Content-Type"] == "application/json"
    with open(os.path.join(ROOT, "docs/device-openapi.json"), encoding="utf-8") as file:
        assert text == file.read()
    document = json.loads(text)
    with open(os.path.join(ROOT, "src/contract/ops.def"), encoding="utf-8") as table:
        operations = re.findall(r"^OP_BEGIN\((\w+), \w+, JSON,", table.read(), re.M)
    assert document["openapi"] == "3.1.0" and set(document["paths"]) == {"/api/" + op.replace("_", "/") for op in operations}
    for reference in references(document):
        part = document
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]
    answers = document["paths"]["/api/device/answer"]["post"]["responses"]
    assert "WrongNumber" in answers["422"]["description"] and "503" in answers
    schema = document["components"]["schemas"]["device_answer"]
    assert schema["additionalProperties"] is False and schema["properties"]["sSignature"]["type"] == "string"


REQUESTS = {
    "it is carried out": (200, {}, {}), "not JSON": (400, {}, "{"), "no object": (400, {}, "[]"), "a member that is not known": (400, {}, {"x": 1}),
    "a wrong type": (400, {}, {"sCompany": 1, "sTicket": 1}), "nothing": (400, {}, ""), "another type": (415, {"Content-Type": "text/plain"}, {}),
    "another origin": (403, {"Origin": "https://elsewhere.example"}, {}),
}


def conforms(value, schema, document):
    """What the descriptions use of JSON Schema."""
    if "$ref" in schema:
        part = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            part = part[name]
        return conforms(value, part, document)
    if "anyOf" in schema:
        return any(conforms(value, one, document) for one in schema["anyOf"])
    kinds = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}
    return (isinstance(value, kinds[schema["type"]]) and value in schema.get("enum", [value])
            and (schema["type"] != "object" or set(schema.get("required", ())) <= set(value) <= set(schema["properties"])
                 and all(conforms(one, schema["properties"][name], document) for name, one in value.items()))
            and (schema["type"] != "array" or all(conforms(one, schema["items"], document) for one in value)))


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("api, operation", [("/api/openapi.json", "/api/device/ticket"), ("/api/admin/openapi.json", "/api/admin/technician/list")])
def test_an_api_answers_as_it_describes(server, name, api, operation, request_):
    document = json.loads(ask(server.port, api)[2])
    status, own, body = REQUESTS[request_]
    if request_ == "it is carried out" and "admin" not in api:
        status = 401  # no ticket
    headers = {"Content-Type": "application/json", **own}
    if "admin" in api:
        headers["Authorization"] = f"Bearer {server.cli('token', 'add', f'{name[0]}-{len(request_)}', '--role', 'auditor')['token']}"
    got, _, text = ask(server.port, operation, "POST", headers, body if isinstance(body, str) else json.dumps(body))
    responses = document["paths"][operation]["post"]["responses"]
    described = responses.get(str(got), responses["default"])
    if "$ref" in described:
        described = document["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
    answer = json.loads(text)
    assert got == status and conforms(answer, described["content"]["application/json"]["schema"], document), answer
    assert status < 400 or "admin" not in api or answer["sReason"]


@pytest.mark.parametrize("api, path", [("/api/openapi.json", "/api/device/nothing"), ("/api/openapi.json", "/api/nothing"),
                                       ("/api/admin/openapi.json", "/api/admin/nothing"), ("/api/admin/openapi.json", "/api/admin/"),
                                       ("/api/admin/openapi.json", "/api/admin/technician/list/")])
def test_what_an_api_has_not_is_refused_as_it_describes(server, api, path):
    document = json.loads(ask(server.port, api)[2])
    described = document["components"]["responses"]["Refused"]
    for method in ("POST", "GET"):
        status, _, text = ask(server.port, path, method, {"Content-Type": "application/json"}, "{}" if method == "POST" else None)
        answer = json.loads(text)
        assert status == 404 and conforms(answer, described["content"]["application/json"]["schema"], document), answer
        assert answer["sReason" if "admin" in api else "reason"] == "no such operation"


# ---- the guide's own pages ---------------------------------------------------------------------------------------------------


def values_of_soap():
    with open(os.path.join(ROOT, "src/contract/enums.def"), encoding="utf-8") as table:
        values = re.findall(r"^ENUM_VALUE\((\w+), (\w+), (\w+),", table.read(), re.M)
    return {f"{prefix}_{name}" for enum, prefix, name in values
            if enum in ("LoginTwoFactorRet", "LoginV2", "ChangePasswordRet", "ChangePasswordV2", "ConsoleRet")}


def test_every_result_says_what_to_do(server):
    status, headers, text = ask(server.port, "/integrate/results.json")
    advice = json.loads(text)
    assert status == 200 and headers["Content-Type"] == "application/json"
    assert set(advice) == values_of_soap() and all(row["next"] for row in advice.values())
    assert advice["loginTwoFactorRet_Poll"]["next"] == "ASK_AGAIN" and advice["login_v2_UnknownError"]["next"] == "LATER"
    assert {name for name, row in advice.items() if row["next"] == "DONE"} == {name for name in advice if name.endswith("_OK")}
    _, _, page = ask(server.port, "/integrate/results")
    assert "it says that the push was sent, and signs no one in" in page
    assert set(re.findall(r'<tr id="([^"]+)">', page)) == values_of_soap()
    for row in advice.values():
        assert row["text"] in html.unescape(page)


def test_the_limits_are_those_of_the_documentation(server):
    _, _, page = ask(server.port, "/integrate/waits")
    with open(os.path.join(ROOT, "docs/integrating.md"), encoding="utf-8") as text:
        table = text.read().split("## Limits and waits", 1)[1].split("| --- | --- | --- |\n", 1)[1].split("\n\n", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()]
    shown = re.findall(r"<tr><td>(.*?)</td><td>(.*?)<br>(.*?)</td></tr>", page)
    plain = [[html.unescape(re.sub("</?code>", "`", cell)) for cell in row] for row in shown]
    assert plain == rows and len(rows) > 5


def test_the_guide_of_a_server_that_is_no_sandbox_has_no_link_to_one(server):
    assert 'href="/sandbox"' not in ask(server.port, "/integrate/")[2]


# ---- the recorded requests other than a POST of SOAP -------------------------------------------------------------------------


@pytest.mark.parametrize("case", [case for case in EXPECTED if case.startswith("c") and case != "c25-options"])
def test_recorded(case, fixture_port):  # noqa: F811
    row = EXPECTED[case]
    status, headers, body = exchange(fixture_port, request_of(case), has_body=not row["body"].startswith("no body"))
    assert status == row["status"]
    assert headers["content-type"] == row["content-type"]
    assert headers["cache-control"] == row["cache-control"]
    recorded = os.path.join(GOLDEN, case + ".response")
    if row["body"].startswith("no body"):
        assert body == b""
    elif row["body"].startswith("same as recorded, but with CR LF"):
        with open(recorded, "rb") as response:
            wanted = response.read().split(b"\r\n\r\n", 1)[1]
        assert tree(body) == tree(wanted) and b"\r\n" in body
    elif row["body"].startswith("as recorded, but the line ends CR LF"):
        with open(recorded, "rb") as response:
            assert body == response.read().split(b"\r\n\r\n", 1)[1].rstrip(b"\n").split(b"\n")[0].split(
                b"Exception: ")[-1] + b"\r\n"
    elif row["body"].startswith("help: operation page"):
        assert b"<h2>twoFactorCheckPushAuthStatus</h2>" in body
    elif row["body"].startswith('help: "Method Not Found"'):
        assert b"<h2>Method Not Found</h2>" in body
    elif row["body"].startswith("help: service list"):
        assert b"The following operations are supported." in body
    elif row["body"].startswith("error page"):
        assert b"Runtime Error" in body and b"unrecognized" not in body


def test_recorded_options(fixture_port):  # noqa: F811
    status, headers, body = exchange(fixture_port, request_of("c25-options"))
    assert (status, body) == ("200 OK", b"") and headers["allow"] == headers["public"]


def tree(document):
    """XML without irrelevant differences: the order of attributes, and the address."""
    text = re.sub(rb"https?://[^/\"]+(?=/WebServices/)", b"http://host", document)

    def plain(element):
        return (element.tag, sorted(element.attrib.items()), (element.text or "").strip(), [plain(e) for e in element])

    return plain(ElementTree.fromstring(text))


# ---- WSDL -------------------------------------------------------------------------------------------------------------------


def keep_one(wsdl, op):
    """The description of only one operation."""
    root = ElementTree.fromstring(wsdl)
    schema = root.find(".//{http://www.w3.org/2001/XMLSchema}schema")
    for element in list(schema):
        if element.get("name") not in (op, op + "Response", "LoginTwoFactorRet"):
            schema.remove(element)
    for parent in [root, *root]:
        for element in list(parent):
            name = element.get("name", "")
            if element.tag.endswith("}message") and name not in (op + "SoapIn", op + "SoapOut"):
                parent.remove(element)
            if element.tag.endswith("}operation") and name != op:
                parent.remove(element)
    return ElementTree.tostring(root)


def test_the_wsdl_restricted_to_the_published_operation(server):
    _, _, wsdl = ask(server.port, PATH + "?WSDL")
    with open(os.path.join(CONTRACT, "TechnicianConsole.wsdl"), "rb") as contract:
        assert tree(keep_one(wsdl, "twoFactorCheckPushAuthStatus")) == tree(contract.read())


def test_addresses_follow_the_proxy(own_server):
    server = own_server({("server", "trusted_proxies"): "127.0.0.1", ("server", "public_url"): ""})
    forwarded = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "sign-in.example"}
    _, _, wsdl = ask(server.port, PATH.lower() + "?wsdl", headers=forwarded)
    assert wsdl.count(f'location="https://sign-in.example{PATH.lower()}"') == 2
    _, _, disco = ask(server.port, PATH + "?disco", headers=forwarded)
    assert f'ref="https://sign-in.example{PATH}?wsdl"' in disco
    _, _, page = ask(server.port, PATH + "?op=keepConsoleAlive", headers={**forwarded, "X-Forwarded-For": "127.0.0.1"})
    assert LOCAL_ONLY in page and "<form" not in page
    _, _, page = ask(server.port, "/integrate/", headers={**forwarded, "X-Forwarded-Host": "a'&amp;"})
    assert "a'&" not in page and f"https://localhost{PATH}" in page


def test_the_public_address_says_what_is_behind_a_proxy_that_says_little(own_server, name):
    server = own_server({("server", "trusted_proxies"): "127.0.0.1", ("server", "public_url"): "https://sign-in.example"})
    ask(server.port, "/healthz")
    for headers in ({"X-Forwarded-For": "192.0.2.1"},
                    {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}):
        _, _, wsdl = ask(server.port, PATH + "?wsdl", headers={**headers, "Host": "evil.example"})
        assert wsdl.count(f'location="https://sign-in.example{PATH}"') == 2 and "evil" not in wsdl
    server.wait_log(r"warning.* proxy\.incomplete proxy=127\.0\.0\.1 missing=X-Forwarded-Proto")
    assert server.log().count("proxy.incomplete") == 1
    server.company(name[0], second_factor="off")
    server.technician(*name, PASSWORD)
    console = server.console()
    status, headers, _ = console.post(console.envelope("loginTechnicianFromStandalone_v7_2",
                                                       {"sEmail": name[1], "sPassword": PASSWORD, "sLanguage": "en"}),
                                      {**console.headers("loginTechnicianFromStandalone_v7_2"), "X-Forwarded-For": "192.0.2.1"})
    assert status == 200 and headers["Set-Cookie"].endswith("; Secure") and "Strict-Transport-Security" in headers


def test_the_command_line_prints_the_wsdl(server):
    _, _, wsdl = ask(server.port, PATH + "?WSDL")
    assert server.run("wsdl").stdout == wsdl.replace("\r\n", "\n") + "\n"
    assert server.run("wsdl", "--url", "https://sign-in.example").stdout.count(f'"https://sign-in.example{PATH}"') == 2
    assert server.run("wsdl", "--url", 'https://a"b').returncode == 2


@pytest.fixture(scope="module")
def schema(tmp_path_factory, fixture_port):  # noqa: F811
    """The schema within the WSDL, in a file."""
    text = re.search(r"<s:schema .*</s:schema>", ask(fixture_port, PATH + "?WSDL")[2], re.DOTALL).group(0)
    path = tmp_path_factory.mktemp("schema") / "service.xsd"
    path.write_text(text.replace("<s:schema ", f'<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:tns="{NS}" ', 1))
    return path


VALUES = {"string": "string", "int": "-1", "unsignedByte": "255", "boolean": "true"}


@pytest.mark.parametrize("op", OPERATIONS)
def test_samples_are_valid(op, fixture_port, schema, tmp_path):  # noqa: F811
    """The page's own samples, with a value for each placeholder, and the schema that the WSDL carries."""
    samples = Text(ask(fixture_port, f"{PATH}?op={op}")[2]).samples
    assert len(samples) == 4
    for number, sample in enumerate(samples):
        envelope = sample.split("\n\n", 1)[1]
        envelope = re.sub(r">(\w+) or [^<]*<", r">\1<", envelope)
        envelope = re.sub(r">(\w+)</", lambda found: f">{VALUES.get(found.group(1), found.group(1))}</", envelope)
        message = ElementTree.fromstring(envelope)[0][0]
        file = tmp_path / f"{number}.xml"
        file.write_bytes(ElementTree.tostring(message))
        done = subprocess.run(["xmllint", "--noout", "--schema", schema, file], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


# ---- the form binding -------------------------------------------------------------------------------------------------------


def test_a_form_changes_a_password(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    assert console.sign_in(email, phone).result == "OK"
    cookie = {**FORM, "Cookie": f"countersign_session={console.cookie}"}
    keep_alive = ask(server.port, PATH + "/keepConsoleAlive", "POST", cookie, "")
    assert keep_alive[0] == 200
    assert keep_alive[2] == ('<?xml version="1.0" encoding="utf-8"?>\r\n'
                             f'<ConsoleRet xmlns="{NS}">consoleRet_OK</ConsoleRet>')
    form = urllib.parse.urlencode({"sOldPassword": "wrong & wrong", "sNewPassword": "rhubarb crumble at noon"})
    assert ">changePassword_InvalidPassword<" in ask(server.port, PATH + "/changePassword", "POST", cookie, form)[2]
    assert ">consoleRet_OK<" in ask(server.port, PATH + "/logoutTechnician", "POST", cookie, "")[2]
    assert ">consoleRet_UserNotLoggedIn<" in ask(server.port, PATH + "/keepConsoleAlive", "POST", cookie, "")[2]


def test_the_test_form(server):
    _, _, page = ask(server.port, PATH + "?op=changePassword", headers={"Host": f"localhost:{server.port}"})
    assert f'action="http://localhost:{server.port}{PATH}/changePassword"' in page and page.count('type="text"') == 2
    assert "To test the operation using the HTTP POST protocol, click the 'Invoke' button." in page
    assert [s for s in Text(page).samples if s.startswith(f"POST {PATH}/changePassword HTTP/1.1\n")]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "evil.example"])
def test_a_form_of_a_foreign_page_is_refused(server, host):
    headers = {**FORM, "Host": f"{host}:{server.port}", "Origin": "http://evil.example:" + str(server.port)}
    status, _, text = ask(server.port, PATH + "/keepConsoleAlive", "POST", headers, "")
    assert (status, text) == (403, "This form was not on a page of this server.\r\n")


def test_form_errors(server):
    def error(path, headers, body):
        status, answered, text = ask(server.port, PATH + path, "POST", headers, body)
        assert (status, answered["Content-Type"], answered["Cache-Control"]) == (500, "text/plain; charset=utf-8", "private")
        return text

    assert error("/twoFactorCheckPushAuthStatus", FORM, "sLoginToken=a&sPushToken=b") == (
        "twoFactorCheckPushAuthStatus Web Service method name is not valid.\r\n")
    assert error("/changePassword", FORM, "x=1") == "Missing parameter: sOldPassword.\r\n"
    assert error("/changePassword", {"Content-Type": "text/plain"}, "x") == "Request format is invalid: text/plain.\r\n"
    long = ask(server.port, PATH + "/changePassword", "POST", FORM, "sOldPassword=" + "a" * 100_000)
    assert long[0] == 413


# ---- the guide --------------------------------------------------------------------------------------------------------------


def snippet(port, op, language):
    """The text of the sample under that heading; each heading has one."""
    _, _, page = ask(port, f"/integrate/{op}")
    return Text(page).samples[re.findall(r'<h3 id="(\w+)">', page).index(language)]


def test_the_curl_of_the_guide_signs_in(server, name, tmp_path):
    """Each command pasted into a shell, its placeholders filled in: from nothing to a session."""
    company, email = name
    phone = server.ready(company, email)

    def run(op, **values):
        text = snippet(server.port, op, "curl")
        for placeholder, value in values.items():
            assert placeholder in text
            text = text.replace(placeholder, value)
        done = subprocess.run(["bash", "-c", text], cwd=tmp_path, capture_output=True, text=True, check=True)
        root = ElementTree.fromstring(done.stdout)
        return {child.tag.split("}")[1]: child.text for child in root[0][0]}

    login = run("loginTechnicianFromStandalone_v7_2", **{"ann@acme.example": email, "correct horse battery staple": PASSWORD})
    push = run("twoFactorSendPushAuth", LOGIN_TOKEN=login["sLoginToken"])
    assert phone.approve(push["sMatchNumber"])["result"] == "OK"
    tokens = {"LOGIN_TOKEN": login["sLoginToken"], "PUSH_TOKEN": push["sPushToken"]}
    answer = run("twoFactorCheckPushAuthStatus", **tokens)
    assert answer["twoFactorCheckPushAuthStatusResult"] == "loginTwoFactorRet_OK"
    assert run("keepConsoleAlive")["keepConsoleAliveResult"] == "consoleRet_OK"
    assert run("logoutTechnician")["logoutTechnicianResult"] == "consoleRet_OK"


@pytest.mark.parametrize("op", OPERATIONS)
def test_the_python_of_the_guide_runs(server, op):
    done = subprocess.run([sys.executable, "-c", snippet(server.port, op, "zeep")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(r"_(InvalidToken|InvalidPassword|UserNotLoggedIn)$", done.stdout.strip()), done.stdout


# ---- docs/integrating.md ----------------------------------------------------------------------------------------------------


def blocks(language):
    """The program made of the document's blocks in that language, one after the other."""
    with open(os.path.join(ROOT, "docs/integrating.md"), encoding="utf-8") as document:
        return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", document.read(), re.MULTILINE | re.DOTALL))


def follow(program, phone, folder):
    """Runs a console of the document; when it shows a number, the phone approves. Its last lines."""
    with subprocess.Popen(program, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as console:
        said = []
        for line in console.stdout:
            said.append(line.strip())
            if found := re.match(r"type (\d{6}) on the phone", line):
                assert phone.approve(found.group(1))["result"] == "OK"
        assert console.wait(PATIENCE) == 0, console.stderr.read()
        return said


LETTERS = "pässwörd & <b> \"€\" $HOME it's \\1 漢字"
SIGNED_IN = ["sign-in: loginTwoFactorRet_OK", "keep: consoleRet_OK", "log out: consoleRet_OK"]


def document_console(server, language, email, password):
    """The console that the document has in that language."""
    if language == "sh":
        script = blocks("sh").replace("127.0.0.1:8480", f"127.0.0.1:{server.port}")
        return ["sh", "-c", f"email={shlex.quote(email)} password={shlex.quote(password)}\n{script}"]
    return [sys.executable, "-c", blocks("python"), email, password, f"http://127.0.0.1:{server.port}"]


@pytest.mark.parametrize("language", ["sh", "python"])
@pytest.mark.parametrize("password", [PASSWORD, LETTERS], ids=["plain", "letters"])
def test_the_documents_console(server, name, tmp_path, language, password):
    """It signs in with any letters in the password."""
    company, email = name
    server.company(company)
    phone = server.phone(server.technician(company, email, password))
    said = follow(document_console(server, language, email, password), phone, tmp_path)
    assert said[-3:] == SIGNED_IN, said
    assert language != "sh" or (tmp_path / "cookies.txt").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("language", ["sh", "python"])
def test_the_documents_console_goes_no_further_than_it_may(server, name, tmp_path, language):
    """It prints the answer to each step: a wrong password; a push that has to wait; a phone that says no."""
    company, email = name
    phone = server.ready(company, email)
    said = follow(document_console(server, language, email, "not the password"), phone, tmp_path)
    assert said[-1] == "sign-in: login_v2_InvalidPassword" and len(said) <= 2, said
    with subprocess.Popen(document_console(server, language, email, PASSWORD), cwd=tmp_path, stdout=subprocess.PIPE, text=True) as console:
        for line in console.stdout:
            if line.startswith("type "):
                assert phone.reject()["result"] == "OK"
        assert console.wait(PATIENCE) == 0
    assert line.strip() == "sign-in: loginTwoFactorRet_TwoFactorRejected"
    said = follow(document_console(server, language, email, PASSWORD), phone, tmp_path)
    assert re.fullmatch(r"send again in ([1-9]|[12]\d|30) seconds", said[-2]), said
    assert said[-1] == "sign-in: loginTwoFactorRet_TwoFactorError"


def test_the_documents_shell_functions(tmp_path):
    """Escaped text is restored; a missing value is empty."""
    functions = blocks("sh").split("\nlogin=", 1)[0]
    for text in [LETTERS, "&amp;lt; &#38;", "a'b\"c", ""]:
        answer = f"<sUrl>{html.escape(text)}</sUrl>".replace("&#x27;", "&apos;")
        done = subprocess.run(["sh", "-c", f"{functions}\nprintf '%s\\n' \"$1\" | value sUrl; escape \"$2\"", "sh", answer, text],
                              cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == f"{text}\n{html.escape(text, quote=False)}", text
        done = subprocess.run(["sh", "-c", f"{functions}\nprintf '%s\\n' \"$1\" | value sToken", "sh", answer], cwd=tmp_path,
                              capture_output=True, text=True, check=True)
        assert done.stdout == ""


# ---- the pages of the account ------------------------------------------------------------------------------------------------


def test_the_addresses_that_the_service_gives_out_are_pages(server):
    """sUrl of an expired password, and the default one after OK."""
    for path in ["/account/password", "/console/"]:
        status, headers, page = ask(server.port, path)
        assert status == 200 and headers["Content-Type"] == "text/html; charset=utf-8"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "'unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! type=\"module\" src=)", page)
        for link in re.findall(r'(?:href|src)="([^"]+)"', page):
            assert ask(server.port, urllib.parse.urljoin(path, link))[0] == 200, link
    assert ask(server.port, "/account/password", "POST")[0] == 405
    assert ask(server.port, "/account/")[0] == 404


def test_an_expired_password_leads_to_the_page(server):
    server.ready("expired", "ann@expired.example", {"password_age": 1})
    server.advance(2 * 86_400)
    console = server.console()
    phone = server.phone("ann@expired.example", "another")
    answer = console.sign_in("ann@expired.example", phone)
    assert answer.result == "UserPasswordExpired"
    assert ask(server.port, urllib.parse.urlsplit(answer.sUrl).path)[0] == 200
