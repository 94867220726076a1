# SPDX-License-Identifier: Apache-2.0
"""Operators: accounts, links, passkeys, sessions and tokens, and what each may do, as seen over HTTP."""

import concurrent.futures
import hashlib
import json
import re

import pytest
import tlog

from authenticator import UP, Authenticator, Es256
from countersign import Refused, Server, b64
from operators import COOKIE, Caller, Operator, make_operator, make_token


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A host that has a name: passkeys need one."""
    server = Server(tmp_path_factory.mktemp("operators"), start=False)
    server.settings[("server", "public_url")] = f"http://localhost:{server.port}"
    server.write_config()
    server.start()
    yield server
    server.close()


def test_the_command_line_makes_changes_and_deletes_operators(server, name):
    company, email = name
    server.company(company)
    made = server.cli("operator", "add", email, "--role", "helpdesk", "--reach", company, "--name", "Ann")
    assert made["link"].startswith(server.settings[("server", "public_url")] + "/console/admin/#")
    assert (made["role"], made["reach"], made["state"], made["passkeys"]) == ("helpdesk", company, "active", [])
    shown = server.cli("operator", "show", email)
    assert "link" not in shown and shown["link_expires"], "a link is shown once"
    with pytest.raises(Refused, match="already"):
        server.cli("operator", "add", email.upper(), "--role", "admin")
    with pytest.raises(Refused, match="an owner reaches everything"):
        server.cli("operator", "set", email, "--role", "owner")
    assert server.cli("operator", "set", email, "--role", "owner", "--reach", "everything")["role"] == "owner"
    with pytest.raises(Refused, match="last active owner"):
        server.cli("operator", "disable", email)
    other = "other-" + email
    server.cli("operator", "add", other, "--role", "owner")
    assert server.cli("operator", "disable", email)["link_expires"] is None
    with pytest.raises(Refused, match="is disabled"):
        server.cli("operator", "link", email)
    server.cli("operator", "delete", "--yes", email)
    assert [o["email"] for o in server.cli("operator", "list")["operators"]] == [other]
    with pytest.raises(Refused, match="no operator"):
        server.cli("operator", "show", email)


def test_the_command_line_names_the_person_behind_sudo(server, name):
    company, email = name
    server.env_extra = {"SUDO_USER": "alice"}
    try:
        server.company(company)
    finally:
        server.env_extra = {}
    server.technician(company, email)
    events = server.cli("audit", "list", "--company", company)["events"]
    doors = {event["event"]: event["detail"]["door"] for event in events}
    assert doors == {"company.added": "cli, sudo of alice", "technician.added": "cli"}


def test_a_token_is_printed_once_and_revoked(server, name):
    company, _ = name
    server.company(company)
    made = server.cli("token", "add", company, "--role", "auditor", "--reach", company, "--days", "3")
    assert made["token"].startswith("cst_")
    listed = {token["name"]: token for token in server.cli("token", "list")["tokens"]}[company]
    assert made["token"] not in str(listed) and listed["role"] == "auditor" and listed["reach"] == company
    with pytest.raises(Refused, match="already"):
        server.cli("token", "add", company, "--role", "auditor")
    server.cli("token", "revoke", "--yes", company)
    assert company not in {token["name"] for token in server.cli("token", "list")["tokens"]}
    with pytest.raises(Refused, match="no token"):
        server.cli("token", "revoke", "--yes", company)


def test_a_server_without_a_name_cannot_have_operators_with_passkeys(own_server):
    server = own_server(start=False)
    with pytest.raises(Refused, match="passkeys need a server with a name"):
        server.cli("operator", "add", "ann@example.com", "--role", "owner")
    assert server.cli("operator", "list")["operators"] == [], "nothing was added"


def test_a_link_and_a_passkey_bring_an_operator_in(server, name):
    company, email = name
    server.company(company)
    link = server.cli("operator", "add", email, "--role", "auditor", "--reach", company)["link"]
    operator = Operator(server, link)
    assert operator.enrolled["result"] == "OK"
    assert operator.post("link/use", sLink=link.split("#")[1], sName="x", sAttestation="AAAA", sClientData="AAAA")["result"] \
        == "UnknownLink", "a link is good once"
    assert operator.post("me")["result"] == "SignedOut"
    answer = operator.sign_in()
    assert answer["result"] == "OK"
    cookie = answer["headers"]["Set-Cookie"]
    assert {part.strip() for part in cookie.split(";")[1:]} == {"Path=/", "HttpOnly", "Secure", "SameSite=Strict"}
    me = operator.ok("me")
    assert (me["sOperator"], me["sRole"], me["bEverything"]) == (email, "auditor", False)
    assert [c["sCompany"] for c in me["aCompanies"]] == [company]
    assert operator.ok("signout")["headers"]["Set-Cookie"].startswith(COOKIE + "=; Max-Age=0")
    assert operator.post("me")["result"] == "SignedOut"
    seen = [e["event"] for e in server.cli("audit", "list")["events"] if e["actor"] == f"operator:{email}"]
    assert seen == ["operator.passkey-added", "operator.signed-in", "operator.signed-out"]


BENDS = [{"signs": b64(hashlib.sha256(b"other").digest())}, {"type": "webauthn.create"}, {"origin": "https://localhost"},
         {"rp_id": "evil.example"}, {"flags": UP}, {"key": Es256()}, {"members": {"crossOrigin": True}}]


@pytest.mark.parametrize("bend", BENDS, ids=lambda bend: next(iter(bend)))
def test_a_passkey_that_does_not_verify_opens_nothing(server, name, bend):
    operator = make_operator(server, name[1])
    operator.cookie = None
    assert operator.sign_in(**bend)["result"] == "SignInRefused"
    assert operator.cookie is None
    assert operator.sign_in()["result"] == "OK"


@pytest.mark.parametrize("bend", BENDS[:5] + BENDS[6:], ids=lambda bend: next(iter(bend)))
def test_a_link_takes_no_passkey_that_does_not_verify(server, name, bend):
    link = server.cli("operator", "add", name[1], "--role", "auditor")["link"]
    bend = {"type": "webauthn.get"} if "type" in bend else bend
    caller = Caller(server)
    authenticator = Authenticator("localhost", caller.origin)
    ticket = link.split("#", 1)[1]
    challenge = caller.ok("link/look", sLink=ticket)["sChallenge"].encode()
    refused = caller.post("link/use", sLink=ticket, sName="x", **authenticator.register(challenge, **bend))
    assert refused["result"] == "BadPasskey" and refused["status"] == 422
    assert caller.ok("link/use", sLink=ticket, sName="x", **authenticator.register(challenge))


def test_a_challenge_opens_one_session_and_has_an_end(server, name):
    operator = make_operator(server, name[1])
    sent = operator.answer(operator.ok("signin/begin")["sChallenge"])
    assert operator.post("signin", **sent)["result"] == "OK"
    assert operator.post("signin", **sent)["result"] == "SignInRefused", "each challenge is good once"
    operator.ok("signout")
    assert operator.post("signin", **sent)["result"] == "SignInRefused", "after the session, too"
    late = operator.answer(operator.ok("signin/begin")["sChallenge"])
    made_up = operator.answer("A" * 75)
    assert operator.post("signin", **made_up)["result"] == "SignInRefused"
    server.advance(5 * 60 + 1)
    assert operator.post("signin", **late)["result"] == "SignInRefused"
    server.move_wall(-3600)
    try:
        assert operator.post("signin", **late)["result"] == "SignInRefused", "a clock set back makes nothing valid again"
        assert operator.sign_in()["result"] == "OK"
    finally:
        server.move_wall(3600)


def test_a_session_ends_when_it_is_silent_and_after_half_a_day(server, name):
    operator = make_operator(server, name[1])
    for _ in range(3):
        server.advance(25 * 60)
        operator.ok("me")
    server.advance(31 * 60)
    assert operator.post("me")["result"] == "SignedOut"
    assert operator.sign_in()["result"] == "OK"
    for _ in range(30):
        server.advance(25 * 60)
        if operator.post("me")["result"] != "OK":
            break
    else:
        raise AssertionError("a session lasts for ever")


@pytest.mark.parametrize("asked", ["signins", "reported/list"])
def test_what_an_open_console_asks_by_itself_does_not_keep_its_session_alive(server, name, asked):
    operator = make_operator(server, name[1])
    for _ in range(3):
        server.advance(12 * 60)
        last = operator.post(asked)
    assert last["result"] == "SignedOut"


@pytest.mark.parametrize("asked", ["signins", "reported/list"])
def test_a_token_that_looks_for_what_is_new_is_in_use(server, name, asked):
    company, _ = name
    make_token(server, company).ok(asked)
    assert {token["name"]: token for token in server.cli("token", "list")["tokens"]}[company]["used"]


FORGED = [{"Origin": None}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"X-Countersign-Console": None},
          {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}, {"Content-Type": None}]


@pytest.mark.parametrize("headers", FORGED, ids=str)
def test_another_site_cannot_use_a_session(server, name, headers):
    operator = make_operator(server, name[1])
    for path in ("me", "technician/list", "signout"):
        answer = operator.post(path, headers=headers)
        assert answer["status"] in (403, 415) and answer["result"] == "BadRequest", (path, answer)
    operator.ok("me")


def test_a_cookie_of_a_neighbouring_site_makes_nobody_act_in_anothers_session(server, name):
    """Browsers keep __Host- cookies from other sites, but not a comma in the value of another cookie."""
    victim, other = make_operator(server, name[1]), make_operator(server, "other-" + name[1])
    own, foreign = (f"{COOKIE}={operator.cookie}" for operator in (victim, other))
    for cookies, result in ((f"x=1,{foreign}; {own}", "OK"), (f"x=1,{foreign}", "SignedOut"), (f"{foreign}; {own}", "SignedOut")):
        answer = Caller(server).post("me", headers={"Cookie": cookies})
        assert answer["result"] == result and answer.get("sOperator") == (name[1] if result == "OK" else None), cookies


def test_a_read_by_get_is_refused(server, name):
    operator = make_operator(server, name[1])
    answer, _ = operator.request("/api/admin/me", None, operator.own_headers(), method="GET")
    assert answer.status == 405


def test_a_token_reads_and_has_an_end(server, name):
    company, email = name
    server.company(company)
    server.technician(company, email)
    caller = make_token(server, company, "auditor", company)
    assert caller.ok("me")["sToken"] == company
    assert [t["sEmail"] for t in caller.ok("technician/list")["aTechnicians"]] == [email]
    server.cli("token", "revoke", "--yes", company)
    assert caller.post("me")["status"] == 401
    bad = Caller(server, "cst_" + "A" * 43)
    assert bad.post("technician/list")["result"] == "SignedOut"


def test_guesses_of_tokens_have_to_wait(server):
    caller = Caller(server)
    for number in range(60):
        caller.token = f"cst_{number:043}"
        answer = caller.post("me")
        if answer["status"] == 429:
            return
        assert answer["result"] == "SignedOut"
    raise AssertionError("nobody had to wait")


def test_a_role_taken_away_and_a_disabled_operator_hold_at_once(server, name):
    company, email = name
    server.company(company)
    operator = make_operator(server, email, "helpdesk", company)
    operator.ok("technician/list", sInCompany=company)
    server.cli("operator", "set", email, "--reach", "everything")
    assert operator.post("me")["result"] == "SignedOut", "less or more, another reach ends the sessions"
    assert operator.sign_in()["result"] == "OK"
    server.cli("operator", "disable", email)
    assert operator.post("me")["result"] == "SignedOut"
    assert operator.sign_in()["result"] == "SignInRefused"
    server.cli("operator", "enable", email)
    assert operator.sign_in()["result"] == "OK"
    server.cli("operator", "link", email, "--lost")
    assert operator.post("me")["result"] == "SignedOut"
    assert operator.sign_in()["result"] == "SignInRefused", "the lost passkey"
    server.cli("operator", "delete", "--yes", email)
    assert operator.sign_in()["result"] == "SignInRefused"


def test_what_is_looked_for_has_an_end(server, name):
    """Each row costs a time of its length, and SQLite calls a long pattern an error of the store."""
    company, email = name
    server.company(company)
    operator = make_operator(server, email, "auditor", company)
    operator.ok("technician/list", sSearch="x" * 320)
    for length in (321, 60_000):
        assert operator.post("technician/list", sSearch="x" * length)["result"] == "BadRequest"


def test_what_is_out_of_reach_does_not_exist(server, name):
    company, email = name
    other = "not-" + company
    for each in (company, other):
        server.company(each)
    server.technician(other, email)
    operator = make_operator(server, "x" + email, "auditor", company)
    made_up = operator.post("technician/show", sTechnician="nobody@example.com")
    out_of_reach = operator.post("technician/show", sTechnician=email)
    assert made_up["result"] == "NotFound" and {**made_up, "headers": 0} == {**out_of_reach, "headers": 0}
    assert operator.post("company/show", sCompany=other)["result"] == "NotFound"
    assert operator.ok("technician/list")["aTechnicians"] == []
    assert [c["sCompany"] for c in operator.ok("company/list")["aCompanies"]] == [company]


def test_an_operator_of_several_companies_names_one(server, name):
    company, email = name
    other = "not-" + company
    for each in (company, other):
        server.company(each)
    operator = make_operator(server, email, "auditor", f"{company},{other}")
    assert operator.post("technician/list")["result"] == "CompanyRequired"
    operator.ok("technician/list", sInCompany=other)


def test_accounts_are_listed_in_pages_and_found(server, name):
    company, email = name
    server.company(company)
    emails = [f"{i:02}-{email}" for i in range(5)]
    for each in emails:
        server.technician(company, each)
    caller = make_token(server, company, "auditor")
    found, after = [], ""
    while after is not None:
        page = caller.ok("technician/list", sInCompany=company, iLimit=2, sAfter=after)
        found += [t["sEmail"] for t in page["aTechnicians"]]
        after = page.get("sNext")
    assert found == emails
    assert [t["sEmail"] for t in caller.ok("technician/list", sInCompany=company, sSearch="03-")["aTechnicians"]] == [emails[3]]
    server.cli("technician", "lock", emails[2])
    assert [t["sEmail"] for t in caller.ok("technician/list", sInCompany=company, sState="locked")["aTechnicians"]] == [emails[2]]
    assert caller.post("technician/list", sState="odd")["result"] == "BadRequest"
    assert caller.post("technician/list", iLimit=201)["result"] == "BadRequest"


@pytest.mark.parametrize("whose", ["sInCompany", "sOfTechnician"])
def test_sessions_are_listed_in_pages_while_they_end(server, name, whose):
    company, email = name
    phone = server.ready(company, email)
    for _ in range(5):
        assert server.console().sign_in(email, phone).result == "OK"
        server.advance(60)
    caller = make_token(server, company, "admin", company)
    which = {whose: {"sInCompany": company, "sOfTechnician": email}[whose]}
    everything = [s["sSessionId"] for s in caller.ok("session/list", **which)["aSessions"]]
    assert len(everything) == 5
    first = caller.ok("session/list", iLimit=2, **which)
    caller.ok("session/end", sSessionId=everything[1])  # the place in the list stays, without the session that it names
    found, page = [], first
    while True:
        found += [s["sSessionId"] for s in page["aSessions"]]
        if "sNext" not in page:
            break
        page = caller.ok("session/list", iLimit=2, sAfter=page["sNext"], **which)
    assert found == everything
    for odd in ("x", "1", "1-", "-1", "1-x", "1-2-3", "-1-1", f"{2**63}-1"):
        assert caller.post("session/list", sAfter=odd, **which)["result"] == "BadRequest", odd
    assert caller.post("session/list", iLimit=201, **which)["result"] == "BadRequest"


def test_companies_are_listed_in_pages_of_what_is_in_reach(server, name):
    company, email = name
    names = [f"{company}-{i}" for i in range(5)]
    for each in [company, *names]:
        server.company(each)
    one, other = (f"{end}-{company}" for end in ("one", "other"))
    operator = make_operator(server, email)
    made = {each: operator.ok("token/add", sName=each, sRole="auditor", sReach=reach)["sToken"]
            for each, reach in ((one, "everything"), (other, ",".join([company, *names[1:4]])))}
    everything = [c["sCompany"] for page in operator.pages("company/list", "aCompanies") for c in page]
    assert everything == sorted(everything) and set(names) < set(everything)
    make_operator(server, "boss-" + email)  # there is another owner: this one may become less
    server.cli("operator", "set", email, "--role", "admin", "--reach", ",".join(names))
    assert operator.sign_in()["result"] == "OK"
    for caller, seen in ((operator, names), (Caller(server, made[one]), names), (Caller(server, made[other]), names[1:4])):
        pages = caller.pages("company/list", "aCompanies")
        assert [c["sCompany"] for page in pages for c in page] == seen
        assert [len(page) for page in pages[:-1]] == [2] * (len(pages) - 1)
        assert [c["sCompany"] for c in caller.ok("company/list")["aCompanies"]] == seen
        assert "sNext" not in caller.ok("company/list", iLimit=len(seen))
        assert [c["sCompany"] for c in caller.ok("me")["aCompanies"]] == seen
    for limit in (-1, 201):
        assert operator.post("company/list", iLimit=limit)["result"] == "BadRequest"


def test_a_reach_has_a_limit_and_is_named_whole_with_the_operator(server, name):
    company, _ = name
    names = [f"{company}-{i:03}" for i in range(201)]
    owner = make_token(server, company)
    for each in names:
        owner.ok("company/add", sName=each)
    with pytest.raises(Refused, match="at most 200 companies"):
        make_token(server, "many-" + company, "auditor", ",".join(names))
    caller = make_token(server, "many-" + company, "auditor", ",".join(names[:200]))
    assert [c["sCompany"] for c in caller.ok("me")["aCompanies"]] == names[:200]
    assert [c["sCompany"] for c in caller.rows("company/list", "aCompanies")] == names[:200]


@pytest.mark.parametrize("whose", ["company", "account"])
def test_address_rules_are_listed_in_pages_while_they_change(server, name, whose):
    company, email = name
    server.company(company)
    server.technician(company, email)
    caller = make_token(server, company, "admin", company)
    of = {"sOfTechnician": email} if whose == "account" else {}
    not_of = {} if of else {"sOfTechnician": email}
    nets = [f"192.0.2.{i}/32" for i in (4, 1, 3, 5, 2)]  # the order is that in which they were added
    for net in nets:
        caller.ok("address/add", sCompany=company, sVerdict="deny", sNet=net, **of)
        caller.ok("address/add", sCompany=company, sVerdict="deny", sNet="198.51.100.0/24", **not_of)
    assert [r["sNet"] for page in caller.pages("address/list", "aRules", sCompany=company, **of) for r in page] == nets
    first = caller.ok("address/list", sCompany=company, iLimit=2, **of)
    caller.ok("address/remove", sCompany=company, sRuleId=first["aRules"][1]["sRuleId"])  # the place stays, without its rule
    rest = caller.ok("address/list", sCompany=company, sAfter=first["sNext"], **of)
    assert [r["sNet"] for r in rest["aRules"]] == nets[2:] and "sNext" not in rest
    for odd in ("x", "1", "1-x", "-1-1", "1-2-3"):
        assert caller.post("address/list", sCompany=company, sAfter=odd, **of)["result"] == "BadRequest", odd
    assert caller.post("address/list", sCompany=company, iLimit=201, **of)["result"] == "BadRequest"


def test_operators_and_tokens_are_listed_in_pages(server, name):
    company, email = name
    owner = make_operator(server, email)
    emails, names = [f"{i}-{email}" for i in range(5)], [f"{company}.{i}" for i in range(5)]
    for one, token in zip(emails, names):
        owner.ok("operator/add", sEmail=one.upper(), sRole="auditor", sReach="everything")
        owner.ok("token/add", sName=token, sRole="auditor", sReach="everything")
    owner.ok("operator/delete", sOperator=emails[2])
    owner.ok("token/revoke", sName=names[2])
    for operation, rows, member, there in (("operator/list", "aOperators", "sOperator", emails), ("token/list", "aTokens", "sName", names)):
        pages = owner.pages(operation, rows)
        found = [row[member].lower() for page in pages for row in page]
        assert found == sorted(found) and [one for one in found if one in there] == there[:2] + there[3:]
        assert [len(page) for page in pages[:-1]] == [2] * (len(pages) - 1)
        assert owner.post(operation, iLimit=201)["result"] == "BadRequest"


def pages_of_the_log(caller, email):
    events, before = [], ""
    while before is not None:
        page = caller.ok("audit/list", sOfTechnician=email, sBefore=before, iLimit=3)
        events += [e["sEvent"] for e in page["aEvents"]]
        before = page.get("sNext")
    return events


def test_an_account_and_its_sign_in_are_shown(server, name):
    company, email = name
    phone = server.ready(company, email)
    caller = make_token(server, company, "auditor", company)
    console = server.console()
    assert console.sign_in(email, phone).result == "OK"
    shown = caller.ok("technician/show", sTechnician=email)
    assert shown["aTechnicians"][0]["sState"] == "active" and shown["aDevices"][0]["sDeviceId"] == phone.id
    assert len(shown["aSessions"]) == 1 and shown["aSessions"][0]["sSource"] == console.source
    by_id = caller.ok("technician/show", sTechnician=shown["aTechnicians"][0]["sTechnicianId"])
    assert by_id["aTechnicians"] == shown["aTechnicians"]
    explained = caller.ok("explain", sTechnician=email)
    assert {a["sOperation"] for a in explained["aAnswers"]} >= {"loginTechnicianFromStandalone_v7_2"}
    story = caller.ok("explain", sTechnician=email, sLogin=explained["aSignIns"][0]["sLogin"])["aSteps"]
    assert [s["sWhat"] for s in story][0] == "begun"
    server.wait_for(lambda: [d["iOk"] for d in caller.ok("stats")["aDays"]] == [1])  # once it is sealed
    policies = {p["sKey"]: p["sValue"] for p in caller.ok("company/show", sCompany=company)["aPolicies"]}
    assert policies["push_number"] == "on"
    told = [e["event"] for e in server.cli("audit", "list", "--technician", email)["events"]]
    server.wait_for(lambda: pages_of_the_log(caller, email) == told[::-1])
    granted = caller.ok("audit/list", sInCompany=company, sEvent="login.granted")["aEvents"]
    assert len(granted) == 1 and granted[0]["sEmail"] == email


def test_sign_ins_are_seen_as_they_happen(server, name):
    company, email = name
    phone = server.ready(company, email)
    caller = make_token(server, company, "auditor", company)
    first = caller.ok("signins")
    assert caller.post("signins", sAfter=first["sNext"])["result"] == "Poll"
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(caller.post, "signins", headers={"Prefer": "wait=20"}, sAfter=first["sNext"])
        token, push = server.console().begin(email)
        answer = waiting.result()
    assert answer["result"] == "OK" and answer["aEvents"][0]["sEvent"] in ("login.begun", "push.sent")
    assert phone.approve(push.sMatchNumber)["result"] == "OK" and token
    server.wait_for(lambda: "push.approved" in {
        e["sEvent"] for e in caller.post("signins", sAfter=answer["sNext"]).get("aEvents", [])})


def test_the_description_of_the_api_is_served(server):
    answer, text = Caller(server).request("/api/admin/openapi.json", None, {}, method="GET")
    document = json.loads(text)
    assert answer.status == 200 and document["openapi"] == "3.1.0"
    assert "post" in document["paths"]["/api/admin/technician/list"]
    for path in document["paths"].values():
        for of in re.findall(r"#/components/schemas/(\w+)", json.dumps(path)):
            assert of in document["components"]["schemas"]


def test_an_event_is_proved_to_a_stranger_and_only_within_reach(server, name):
    company, email = name
    server.ready(company, email)
    key = tlog.Key(server.run("audit", "checkpoint", "--key").stdout)
    auditor = make_token(server, company, "auditor", company)
    everything = make_token(server, "all-" + company, "auditor")
    for event in auditor.ok("audit/list")["aEvents"]:
        answer = auditor.ok("audit/prove", sSeq=event["sSeq"])
        proved = tlog.verify_proof(answer["sProof"], key)
        assert (str(proved["seq"]), proved["event"], proved["actor"]) == (event["sSeq"], event["sEvent"], event["sActor"])
        tlog.verify_proof(answer["sProof"], tlog.Key(answer["sKey"]))
        assert everything.ok("audit/prove", sSeq=event["sSeq"], sInCompany=company)["sKey"] == answer["sKey"]
    server.company("x" + company)
    beyond = server.cli("audit", "list", "--company", "x" + company)["events"][0]["seq"]
    general = next(e["seq"] for e in server.cli("audit", "list")["events"] if e["event"] == "token.added")
    last = max(e["seq"] for e in server.cli("audit", "list")["events"])
    for seq in (beyond, general, last + 1000):
        assert auditor.post("audit/prove", sSeq=str(seq))["result"] == "NotFound"
    assert auditor.post("audit/prove", sSeq=str(beyond), sInCompany="x" + company)["result"] == "NotFound"
    assert everything.ok("audit/prove", sSeq=str(general))["sProof"]
    for bad in ("", "0", "x", "-1"):
        assert everything.post("audit/prove", sSeq=bad)["result"] == "BadRequest"


def test_what_is_archived_is_said_and_not_listed(own_server, name, tmp_path):
    server = own_server({("server", "public_url"): "http://localhost:{port}"})
    company, email = name
    server.ready(company, email)
    auditor = make_token(server, company, "auditor")
    assert "sArchived" not in auditor.ok("audit/list")
    first = server.cli("audit", "list")["events"][0]["seq"]
    server.advance(400 * 86400)
    auditor = make_token(server, "new-" + company, "auditor")
    last = server.cli("audit", "archive", tmp_path / "old.archive", "--older", "300d")["last"]
    page = auditor.ok("audit/list")
    assert (page["sArchived"], min(int(e["sSeq"]) for e in page["aEvents"])) == (str(last), last + 1)
    assert page["sArchivedBefore"] <= min(e["sAt"] for e in page["aEvents"])
    gone = auditor.post("audit/prove", sSeq=str(first))
    assert gone["result"] == "NotFound" and "archive" in gone["sReason"]


def test_alarms_are_listed_for_who_reaches_everything(own_server, name):
    server = own_server({("server", "public_url"): "http://localhost:{port}", ("alarms", "disk"): "1000000G"})
    if ("store", "path") not in server.settings:
        pytest.skip("the disk of a database server is not this machine's")
    company, _ = name
    server.company(company)
    server.wait_log("alarm.raised")
    listed = make_token(server, "all", "auditor").ok("alarm/list")["aAlarms"]
    assert [a["sClass"] for a in listed] == ["disk"] and "MiB left" in listed[0]["sDetail"] and listed[0]["sRaised"] <= listed[0]["sSeen"]
    assert make_token(server, "few", "admin", company).post("alarm/list")["result"] == "NotAllowed"
