# SPDX-License-Identifier: Apache-2.0
"""What operators change over HTTP: each operation once by who may, by a lesser role, out of reach, a second time, and in the
middle of a sign-in. An operation of the API that changes something and has no row here fails the first test."""

import concurrent.futures
import contextlib
import json
import socket
import sqlite3
import struct
from dataclasses import dataclass, field
from typing import Callable

import pytest

from countersign import PASSWORD, PATIENCE, Phone, Server
from operators import Caller, Operator, make_operator, make_token

ROLES = ["auditor", "helpdesk", "admin", "owner"]
# What only reads, and what an operator does before or about the own sign-in.
READS = {"link/look", "link/use", "signin/begin", "signin", "signout", "me", "company/list", "company/show", "technician/list",
         "technician/show", "session/list", "address/list", "audit/list", "signins", "stats", "explain", "reported/list",
         "audit/prove", "alarm/list"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A host that has a name: passkeys need one."""
    server = Server(tmp_path_factory.mktemp("deeds"), start=False)
    server.settings[("server", "public_url")] = f"http://localhost:{server.port}"
    server.write_config()
    server.start()
    yield server
    server.close()


class World:
    """An account with a phone and a console; who looks at it, and who does something to it."""

    def __init__(self, server, name):
        self.server = server
        self.company, self.email = name
        self.signed_in = self.revocable = None
        self.phone = server.ready(self.company, self.email)
        self.console = server.console()
        assert self.console.sign_in(self.email, self.phone).result == "OK"
        self.look = make_token(server, f"look-{self.company}", "auditor")
        self.session = self.show()["aSessions"][0]["sSessionId"]

    def by(self, role, company=None):
        reach = "everything" if role == "owner" else company or self.company
        return make_token(self.server, f"{role}-{reach if reach != 'everything' else self.company}", role, reach)

    def show(self):
        return self.look.ok("technician/show", sTechnician=self.email)

    def account(self):
        return self.show()["aTechnicians"][0]

    def device(self):
        return {d["sDeviceId"]: d for d in self.show()["aDevices"]}.get(self.phone.id)

    def shown_company(self):
        return self.look.ok("company/show", sCompany=self.company)

    def policy(self, key):
        return {p["sKey"]: p["sValue"] for p in self.shown_company()["aPolicies"]}[key]

    def rules(self):
        return self.look.ok("address/list", sCompany=self.company)["aRules"]

    def report(self):
        """The id of a report of this account: there is one from now on."""
        if not self.waiting():
            self.server.console().begin(self.email)
            assert self.phone.report()["result"] == "OK"
        return self.waiting()[0]["sReportId"]

    def waiting(self):
        reports = self.look.ok("reported/list", sInCompany=self.company)["aReports"]
        return [r for r in reports if "sTakenBy" not in r]

    def operator(self):
        """The address of an operator who is signed in."""
        if not self.signed_in:
            self.signed_in = make_operator(self.server, f"signed-in-{self.email}", "auditor", self.company)
        return f"signed-in-{self.email}"

    def shown_operator(self):
        return self.server.cli("operator", "show", self.operator())

    def token(self):
        """The name of a token."""
        self.revocable = self.revocable or make_token(self.server, f"revocable-{self.company}", "auditor")
        return f"revocable-{self.company}"

    def is_gone(self):
        return self.look.post("technician/show", sTechnician=self.email)["result"] == "NotFound"

    def events(self):
        return self.server.cli("audit", "list", "--company", self.company)["events"]


@dataclass
class Deed:
    """role: the least. members: of the request. done: holds afterwards. again: what the same request answers then."""

    role: str
    members: Callable[[World], dict]
    event: str
    done: Callable[[World, dict], bool]
    again: str = "OK"
    before: list = field(default_factory=list)  # requests that make it possible


def account(w):
    return {"sTechnician": w.email}


def phone(w):
    return {"sDeviceId": w.phone.id}


DEEDS = {
    "technician/lock": Deed("helpdesk", account, "account.locked", lambda w, a: w.account()["sState"] == "locked"),
    "technician/unlock": Deed("helpdesk", account, "account.unlocked", lambda w, a: w.account()["sState"] == "active",
                              before=["technician/lock"]),
    "technician/reset": Deed("helpdesk", account, "password.reset", lambda w, a: len(a["sPassword"]) == 20
                             and w.server.console().login(w.email, a["sPassword"]).result == "OkTwoFactorAuthenticationRequired"
                             and w.server.console().login(w.email).result == "InvalidPassword" and w.show()["bMustChange"]),
    "technician/enrol": Deed("helpdesk", account, "enrolment.created",
                             lambda w, a: Phone(w.server).enrol(a["sUrl"]).id is not None and set(a["sQrCode"]) == set("01 ")),
    "technician/cancel": Deed("helpdesk", account, "enrolment.voided", lambda w, a: a["iVoided"] == 1 and w.show()["aLinks"] == [],
                              before=["technician/enrol"]),
    "technician/totp": Deed("helpdesk", account, "totp.enrolled", lambda w, a: a["sUri"].startswith("otpauth://totp/")
                            and w.account()["bTotp"]),
    "technician/untotp": Deed("helpdesk", account, "totp.removed", lambda w, a: not w.account()["bTotp"], "NotFound",
                              before=["technician/totp"]),
    "technician/recovery": Deed("helpdesk", account, "recovery.created", lambda w, a: len(a["aRecoveryCodes"]) == 10
                                and w.show()["iRecoveryCodes"] == 10),
    "technician/selfenrol": Deed("helpdesk", account, "enrolment.self-allowed", lambda w, a: w.show()["bSelfEnrolment"],
                                 before=["device/remove"]),
    "device/rename": Deed("helpdesk", lambda w: {**phone(w), "sName": "other"}, "device.renamed",
                          lambda w, a: w.device()["sName"] == "other"),
    "device/disable": Deed("helpdesk", phone, "device.state", lambda w, a: w.device()["sState"] == "disabled"),
    "device/enable": Deed("helpdesk", phone, "device.state", lambda w, a: w.device()["sState"] == "active", before=["device/disable"]),
    "device/remove": Deed("helpdesk", phone, "device.state", lambda w, a: w.device() is None, "Conflict"),
    "session/end": Deed("helpdesk", lambda w: {"sSessionId": w.session}, "session.ended",
                        lambda w, a: w.console.call("keepConsoleAlive").result == "UserNotLoggedIn", "NotFound"),
    "technician/add": Deed("admin", lambda w: {"sCompany": w.company, "sEmail": "b" + w.email, "bPassword": True}, "technician.added",
                           lambda w, a: w.server.console().login("b" + w.email, a["sPassword"]).result == "OkTwoFactorSetupRequired",
                           "Exists"),
    "technician/set": Deed("admin", lambda w: {**account(w), "sName": "Ann B.", "sActive": "off"}, "technician.flags",
                           lambda w, a: (w.account()["sName"], w.account()["bRole"]) == ("Ann B.", False)),
    "technician/delete": Deed("admin", account, "technician.deleted", lambda w, a: w.is_gone(), "NotFound"),
    "company/set": Deed("admin", lambda w: {"sCompany": w.company, "sTitle": "Acme", "sState": "inactive", "sPlan": "enterprise"},
                        "company.plan", lambda w, a: [(c["sTitle"], c["sState"], c["sPlan"], c["bEnterpriseOn"])
                                                      for c in w.shown_company()["aCompanies"]] == [("Acme", "inactive", "enterprise", True)]
                        and w.console.call("keepConsoleAlive").result == "UserNotLoggedIn"),
    "policy/set": Deed("admin", lambda w: {"sCompany": w.company, "sKey": "seats", "sValue": "3"}, "policy.set",
                       lambda w, a: w.policy("seats") == "3"),
    "address/add": Deed("admin", lambda w: {"sCompany": w.company, "sVerdict": "deny", "sNet": "192.0.2.0/24"}, "address.rule-added",
                        lambda w, a: [(r["sVerdict"], r["sNet"]) for r in w.rules()] == [("deny", "192.0.2.0/24")]),
    "address/remove": Deed("admin", lambda w: {"sCompany": w.company, "sRuleId": next((r["sRuleId"] for r in w.rules()), "7")},
                           "address.rule-removed", lambda w, a: w.rules() == [], "NotFound", before=["address/add"]),
    "reported/take": Deed("helpdesk", lambda w: {**account(w), "sReportId": w.report()}, "report.taken",
                          lambda w, a: w.waiting() == [], "Conflict"),
}
# Of no company: these need a reach of everything.
OF_ALL = {
    "company/add": Deed("admin", lambda w: {"sName": f"new-{w.company}", "sTitle": "New"}, "company.added",
                        lambda w, a: f"new-{w.company}" in {c["sCompany"] for c in w.look.rows("company/list", "aCompanies")}, "Exists"),
    "operator/add": Deed("owner", lambda w: {"sEmail": f"new-{w.email}", "sRole": "auditor", "sReach": w.company}, "operator.added",
                         lambda w, a: Operator(w.server, a["sUrl"]).sign_in()["result"] == "OK", "Exists"),
    "operator/set": Deed("owner", lambda w: {"sOperator": w.operator(), "sRole": "helpdesk"}, "operator.changed",
                         lambda w, a: w.shown_operator()["role"] == "helpdesk" and w.signed_in.post("me")["result"] == "SignedOut"),
    "operator/disable": Deed("owner", lambda w: {"sOperator": w.operator()}, "operator.changed",
                             lambda w, a: w.shown_operator()["state"] == "disabled" and w.signed_in.post("me")["result"] == "SignedOut"),
    "operator/enable": Deed("owner", lambda w: {"sOperator": w.operator()}, "operator.changed",
                            lambda w, a: w.shown_operator()["state"] == "active" and w.signed_in.sign_in()["result"] == "OK",
                            before=["operator/disable"]),
    "operator/delete": Deed("owner", lambda w: {"sOperator": w.operator()}, "operator.deleted",
                            lambda w, a: w.signed_in.post("me")["result"] == "SignedOut"
                            and w.signed_in.sign_in()["result"] == "SignInRefused", "NotFound"),
    "operator/link": Deed("owner", lambda w: {"sOperator": w.operator(), "bLost": True}, "operator.link-created",
                          lambda w, a: w.signed_in.post("me")["result"] == "SignedOut"
                          and Operator(w.server, a["sUrl"]).sign_in()["result"] == "OK"),
    "operator/unkey": Deed("owner", lambda w: {"sOperator": w.operator(), "sPasskeyId":
                                               next((str(p["id"]) for p in w.shown_operator()["passkeys"]), "7")},
                           "operator.passkey-removed", lambda w, a: w.signed_in.sign_in()["result"] == "SignInRefused", "NotFound"),
    "token/add": Deed("owner", lambda w: {"sName": f"new-{w.company}", "sRole": "helpdesk", "sReach": w.company, "iDays": 1}, "token.added",
                      lambda w, a: Caller(w.server, a["sToken"]).ok("me")["sRole"] == "helpdesk", "Exists"),
    "token/revoke": Deed("owner", lambda w: {"sName": w.token()}, "token.revoked",
                         lambda w, a: w.revocable.post("me")["result"] == "SignedOut", "NotFound"),
}
# What changes nothing, and is not for auditors: a change that is tried and taken back, and lists of operators.
TRIES = {"policy/preview": ("admin", lambda w: {"sCompany": w.company, "sKey": "second_factor", "sValue": "required"}),
         "operator/list": ("owner", lambda w: {}), "operator/show": ("owner", lambda w: {"sOperator": w.operator()}),
         "token/list": ("owner", lambda w: {})}


def members_of(w, operation):
    return TRIES[operation][1](w) if operation in TRIES else {**DEEDS, **OF_ALL}[operation].members(w)


def bare(answer):
    return {key: value for key, value in answer.items() if key != "headers"}


def operations(server):
    answer, text = Caller(server).request("/api/admin/openapi.json", None, {}, method="GET")
    assert answer.status == 200
    return {path.removeprefix("/api/admin/") for path in json.loads(text)["paths"]}


def test_every_operation_that_changes_something_is_tried_here(server):
    assert operations(server) - READS == {*DEEDS, *OF_ALL, *TRIES}


@pytest.mark.parametrize("operation", DEEDS)
def test_a_deed_is_done_by_who_may(server, name, operation):
    deed = DEEDS[operation]
    w = World(server, name)
    caller = w.by(deed.role)
    for first in deed.before:
        w.by("owner").ok(first, **DEEDS[first].members(w))
    members = deed.members(w)
    answer = caller.ok(operation, **members)
    assert deed.done(w, answer), answer
    done = [e for e in w.events() if e["event"] == deed.event][-1]
    assert (done["actor"], done["detail"]["door"]) == (f"token:{deed.role}-{w.company}", f"token {deed.role}-{w.company}")
    assert caller.post(operation, **members)["result"] == deed.again, "a second time"


def secrets_of(w):
    """What any deed would change."""
    tokens = [t["name"] for t in w.server.cli("token", "list")["tokens"] if t["name"].startswith(("revocable-", "new-"))]
    return (bare(w.show()), len(w.events()), w.server.cli("operator", "list"), tokens)


@pytest.mark.parametrize("operation", DEEDS)
def test_a_deed_is_refused_to_a_lesser_role_and_out_of_reach(server, name, operation):
    deed = DEEDS[operation]
    w = World(server, name)
    members = deed.members(w)
    other = server.company("not-" + w.company)
    before = secrets_of(w)
    lesser = ROLES[ROLES.index(deed.role) - 1]
    refused = w.by(lesser).post(operation, **members)
    assert (refused["result"], refused["status"]) == ("NotAllowed", 403)
    stranger = w.by(deed.role, other)
    out_of_reach = stranger.post(operation, **members)
    made_up = stranger.post(operation, **{**members, **{of: to for of, to in NOT_THERE.items() if of in members}})
    assert out_of_reach["result"] == "NotFound" and bare(out_of_reach) == bare(made_up), "as if it did not exist"
    assert Caller(server, "cst_" + "B" * 43).post(operation, **members)["result"] == "SignedOut"
    assert secrets_of(w) == before


NOT_THERE = {"sTechnician": "nobody@example.com", "sDeviceId": "7", "sSessionId": "7", "sCompany": "no-such-company"}


@pytest.mark.parametrize("operation", OF_ALL)
def test_a_deed_about_no_company_needs_a_reach_of_everything(server, name, operation):
    deed = OF_ALL[operation]
    w = World(server, name)
    members = deed.members(w)
    limited = w.by(deed.role if deed.role != "owner" else "admin")
    lesser = make_token(server, f"all-{w.company}", ROLES[ROLES.index(deed.role) - 1])
    caller = make_token(server, f"every-{w.company}", deed.role)
    before = secrets_of(w)
    for refused in (limited.post(operation, **members), lesser.post(operation, **members)):
        assert (refused["result"], refused["status"]) == ("NotAllowed", 403)
    assert secrets_of(w) == before
    for first in deed.before:
        caller.ok(first, **OF_ALL[first].members(w))
    answer = caller.ok(operation, **members)
    done = [e for e in server.cli("audit", "list")["events"] if e["actor"] == f"token:every-{w.company}"]
    assert deed.event in [e["event"] for e in done]
    assert deed.done(w, answer)
    assert caller.post(operation, **members)["result"] == deed.again


def test_an_auditor_can_change_nothing(server, name):
    w = World(server, name)
    auditor = make_operator(server, "op-" + w.email, "auditor")
    for thing in (w.report, w.operator, w.token):
        thing()
    before = secrets_of(w)
    for operation in sorted(operations(server) - READS):
        answer = auditor.post(operation, **members_of(w, operation))
        assert (answer["result"], answer["status"]) == ("NotAllowed", 403), operation
    assert secrets_of(w) == before


def test_a_session_of_the_console_is_named_in_the_audit(server, name):
    w = World(server, name)
    operator = make_operator(server, "op-" + w.email, "helpdesk", w.company)
    operator.ok("technician/lock", sTechnician=w.email)
    locked = [e for e in w.events() if e["event"] == "account.locked"]
    assert [(e["actor"], e["detail"]["door"]) for e in locked] == [(f"operator:op-{w.email}", "console")]


FORGED = [{"Origin": None}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"X-Countersign-Console": None},
          {"Content-Type": "text/plain"}]


def test_another_site_cannot_use_a_session_for_a_deed(server, name):
    w = World(server, name)
    operator = make_operator(server, "op-" + w.email)
    for thing in (w.report, w.operator, w.token):
        thing()
    before = secrets_of(w)
    for operation in sorted(operations(server) - READS):
        for headers in FORGED:
            answer = operator.post(operation, headers=headers, **members_of(w, operation))
            assert answer["status"] in (403, 415) and answer["result"] == "BadRequest", (operation, headers)
    assert secrets_of(w) == before


def test_a_token_counts_only_in_its_header(server, name):
    w = World(server, name)
    token = w.by("owner").token
    caller = Caller(server)
    for headers in ({"Cookie": f"__Host-countersign_operator={token}"}, {"Cookie": f"Authorization=Bearer {token}"},
                    {"X-Authorization": f"Bearer {token}"}):
        assert caller.post("technician/lock", headers=headers, **account(w))["result"] == "SignedOut"
    assert w.account()["sState"] == "active"


# What the console is answered after a deed in the middle of a sign-in. An approval by a phone that is gone is withdrawn.
MEANWHILE = {
    "technician/lock": "UserLockedOut", "technician/reset": "InvalidPassword", "technician/delete": "NoSuchUser",
    "device/remove": "TwoFactorError", "device/disable": "TwoFactorError", "technician/set": "UserNotActiveForThisRole",
    "company/set": "CompanyIsNotActive",
}


@pytest.mark.parametrize("is_approved", [False, True], ids=["waiting", "approved"])
@pytest.mark.parametrize("operation", MEANWHILE)
def test_a_deed_withdraws_the_push_under_way(server, name, operation, is_approved):
    w = World(server, name)
    caller = w.by(DEEDS[operation].role)
    console = server.console()
    login, push = console.begin(w.email)
    if is_approved:
        assert w.phone.approve(push.sMatchNumber)["result"] == "OK"
    caller.ok(operation, **DEEDS[operation].members(w))
    assert w.phone.post("pending", {}, w.phone.token).get("aChallenges", []) == [], "no phone is asked any more"
    gone = "InvalidToken" if is_approved and operation.startswith("device/") else MEANWHILE[operation]
    assert console.check(login, push.sPushToken).result == gone
    assert console.cookie is None


def test_deeds_in_the_other_order_say_what_hinders_them(server, name):
    w = World(server, name)
    helper, admin = w.by("helpdesk"), w.by("admin")
    helper.ok("technician/unlock", **account(w))
    refused = helper.post("technician/selfenrol", **account(w))
    assert refused["result"] == "Refused" and refused["sReason"], "a phone is left"
    helper.ok("device/remove", **phone(w))
    for operation in ("device/disable", "device/enable", "device/rename", "device/remove"):
        assert helper.post(operation, **{**phone(w), "sName": "x"} if operation == "device/rename" else phone(w))["result"] == "Conflict"
    assert helper.post("technician/untotp", **account(w))["result"] == "NotFound"
    assert helper.ok("technician/cancel", **account(w))["iVoided"] == 0
    admin.ok("technician/delete", **account(w))
    for operation in DEEDS:
        if operation.startswith("technician/") and operation != "technician/add":
            members = DEEDS[operation].members(w)
            assert admin.post(operation, **members)["result"] == "NotFound", operation


BAD = [("technician/set", {}), ("technician/set", {"sKind": "maybe"}), ("technician/set", {"sActive": "yes"}),
       ("technician/enrol", {"iSeconds": -1}), ("technician/enrol", {"iSeconds": 31 * 86400}), ("technician/set", {"sName": "\u0007"})]


@pytest.mark.parametrize("operation, members", BAD, ids=str)
def test_what_is_malformed_changes_nothing(server, name, operation, members):
    w = World(server, name)
    before = secrets_of(w)
    answer = w.by("admin").post(operation, **{**account(w), **members})
    assert answer["result"] == "BadRequest" and answer["sReason"]
    assert secrets_of(w) == before


BAD_OF_COMPANY = [("company/set", {}), ("company/set", {"sState": "asleep"}), ("company/set", {"sPlan": "gold"}),
                  ("company/set", {"sEnterprise": "maybe"}), ("policy/set", {"sKey": "seats", "sValue": "many"}),
                  ("policy/set", {"sKey": "no_such", "sValue": "1"}), ("policy/preview", {"sKey": "seats", "sValue": "many"}),
                  ("policy/preview", {}), ("address/add", {"sVerdict": "maybe", "sNet": "192.0.2.1"}),
                  ("address/add", {"sVerdict": "deny", "sNet": "everywhere"}), ("address/remove", {"sRuleId": "x"})]


@pytest.mark.parametrize("operation, members", BAD_OF_COMPANY, ids=str)
def test_what_is_malformed_changes_nothing_of_a_company(server, name, operation, members):
    w = World(server, name)
    before = (secrets_of(w), bare(w.shown_company()))
    answer = w.by("admin").post(operation, sCompany=w.company, **members)
    assert answer["result"] == "BadRequest" and answer["sReason"]
    assert (secrets_of(w), bare(w.shown_company())) == before


def test_half_of_a_change_is_not_made(server, name):
    w = World(server, name)
    admin = w.by("admin")
    assert admin.post("company/set", sCompany=w.company, sState="banned", sTitle="\u0007")["result"] == "BadRequest"
    assert w.shown_company()["aCompanies"][0]["sState"] == "active"
    assert admin.post("technician/set", **account(w), sActive="off", sName="\u0007")["result"] == "BadRequest"
    assert w.account()["bRole"] and w.console.call("keepConsoleAlive").result == "OK"


def test_a_generated_password_has_to_be_changed(server, name):
    w = World(server, name)
    password = w.by("helpdesk").ok("technician/reset", **account(w))["sPassword"]
    assert w.console.call("keepConsoleAlive").result == "UserNotLoggedIn", "the sessions ended"
    console = server.console()
    login, push = console.begin(w.email, password)
    w.phone.approve(push.sMatchNumber)
    assert console.settle(login, push.sPushToken).result == "UserPasswordExpired", "the operator knows it"
    assert password != PASSWORD


def test_a_preview_says_what_a_policy_would_end_and_ends_nothing(server, name):
    company, email = name
    server.ready(company, email, {"second_factor": "off"})
    server.technician(company, "b" + email)
    console = server.console()
    assert console.login(email).result == "OK"
    admin = make_token(server, company, "admin", company)
    events = len(server.cli("audit", "list", "--company", company)["events"])
    change = {"sCompany": company, "sKey": "second_factor", "sValue": "required"}
    touched = admin.ok("policy/preview", **change)
    assert (touched["iTechnicians"], touched["iUnready"], touched["iSessions"], touched["iPushes"]) == (2, 1, 1, 0)
    assert console.call("keepConsoleAlive").result == "OK"
    assert len(server.cli("audit", "list", "--company", company)["events"]) == events
    assert make_token(server, "h" + company, "helpdesk", company).post("policy/preview", **change)["result"] == "NotAllowed"
    other = make_token(server, "x" + company, "admin", server.company("x" + company))
    assert other.post("policy/preview", **change)["result"] == "NotFound"
    admin.ok("policy/set", **change)
    assert console.call("keepConsoleAlive").result == "UserNotLoggedIn"
    admin.ok("policy/set", sCompany=company, sKey="second_factor")
    assert admin.ok("policy/preview", sCompany=company, sKey="seats", sValue="1")["iUnready"] == -1


def test_a_report_waits_until_an_operator_took_it(server, name):
    w = World(server, name)
    helper = make_operator(server, "op-" + w.email, "helpdesk", w.company)
    report = w.report()
    shown = helper.ok("reported/list")["aReports"]
    assert [(r["sReportId"], r["sEmail"], r["sCompany"]) for r in shown] == [(report, w.email, w.company)]
    story = helper.ok("explain", sTechnician=w.email, sLogin=shown[0]["sLogin"])["aSteps"]
    assert story[0]["sWhat"] == "begun"
    other = w.by("helpdesk", server.company("not-" + w.company))
    assert other.ok("reported/list")["aReports"] == []
    assert other.post("reported/take", **account(w), sReportId=report)["result"] == "NotFound"
    neighbour = server.technician(w.company, "b" + w.email)
    assert helper.post("reported/take", sTechnician=neighbour, sReportId=report)["result"] == "Conflict", "another account's"
    helper.ok("reported/take", **account(w), sReportId=report)
    assert w.waiting() == []
    taken = helper.ok("reported/list")["aReports"]
    assert [(r["sReportId"], r["sTakenBy"]) for r in taken] == [(report, f"operator:op-{w.email}")]


def test_the_reports_of_all_companies_within_reach_come_in_one_answer(server, name):
    """An operator of 200 companies asked for them 200 times, every 15 seconds."""
    near, far, out = (World(server, (f"{name[0]}-{i}", f"{i}{name[1]}")) for i in range(3))
    reports = {w.company: w.report() for w in (near, far, out)}
    reach = ",".join((near.company, far.company))
    owner = make_operator(server, "own-" + near.email)
    made = Caller(server, owner.ok("token/add", sName="made-" + near.company, sRole="auditor", sReach=f"{far.company},{out.company}")["sToken"])
    # There is another owner: this one may become less, and its token reaches what both do.
    make_operator(server, "boss-" + near.email)
    server.cli("operator", "set", "own-" + near.email, "--role", "helpdesk", "--reach", reach)
    assert owner.sign_in()["result"] == "OK"

    def seen(caller, **which):
        return {r["sCompany"]: r["sReportId"] for r in caller.ok("reported/list", **which)["aReports"]}

    both = {w.company: reports[w.company] for w in (near, far)}
    assert seen(owner) == both == seen(make_token(server, "both-" + near.company, "auditor", reach))
    assert list(seen(made)) == [far.company]
    assert seen(owner, sInCompany=far.company) == {far.company: reports[far.company]}
    assert owner.post("reported/list", sInCompany=out.company)["result"] == "NotFound"
    owner.ok("reported/take", **account(near), sReportId=reports[near.company])
    assert seen(owner) == both and [r["sCompany"] for r in owner.ok("reported/list")["aReports"] if "sTakenBy" not in r] == [far.company]
    assert set(reports.items()) <= set(seen(near.look).items())


def test_a_report_of_a_deleted_account_does_not_wait_for_ever(server, name):
    w = World(server, name)
    report = w.report()
    w.by("admin").ok("technician/delete", **account(w))
    assert w.waiting() == []
    taken = [e for e in w.events() if e["event"] == "report.taken"]
    assert [(e["actor"], e["detail"]["reports"]) for e in taken] == [(f"token:admin-{w.company}", "1")] and report


def test_a_rule_of_one_account_is_its_own(server, name):
    w = World(server, name)
    admin = w.by("admin")
    admin.ok("address/add", sCompany=w.company, sOfTechnician=w.email, sVerdict="allow", sNet="192.0.2.0/24")
    assert admin.ok("address/list", sCompany=w.company)["aRules"] == []
    assert [r["sNet"] for r in admin.ok("address/list", sCompany=w.company, sOfTechnician=w.email)["aRules"]] == ["192.0.2.0/24"]
    other = server.company("not-" + w.company)
    beyond = make_token(server, "all-" + w.company, "admin")
    assert beyond.post("address/add", sCompany=other, sOfTechnician=w.email, sVerdict="deny", sNet="192.0.2.1")["result"] == "NotFound"


def test_the_last_owner_stays_and_no_operator_gives_more_than_it_has(own_server):
    server = own_server(start=False)
    server.settings[("server", "public_url")] = f"http://localhost:{server.port}"
    server.write_config()
    server.start()
    server.company("acme")
    owner = make_operator(server, "olga@example.com")
    for operation in ("operator/disable", "operator/delete"):
        refused = owner.post(operation, sOperator="olga@example.com")
        assert refused["result"] == "Refused" and "last active owner" in refused["sReason"]
    assert owner.post("operator/set", sOperator="olga@example.com", sRole="admin")["result"] == "Refused"
    admin = make_operator(server, "ann@example.com", "admin")
    for operation, members in [("operator/set", {"sOperator": "ann@example.com", "sRole": "owner", "sReach": "everything"}),
                               ("operator/add", {"sEmail": "eve@example.com", "sRole": "auditor", "sReach": "acme"}),
                               ("operator/link", {"sOperator": "olga@example.com"}),
                               ("token/add", {"sName": "mine", "sRole": "auditor", "sReach": "acme"})]:
        assert admin.post(operation, **members)["result"] == "NotAllowed", operation
    assert owner.post("operator/add", sEmail="x@example.com", sRole="owner", sReach="acme")["result"] == "BadRequest", "an owner of some"
    for missing in ({"sRole": "auditor"}, {"sReach": "acme"}):
        assert owner.post("operator/add", sEmail="x@example.com", **missing)["result"] == "BadRequest"
        assert owner.post("token/add", sName="x", **missing)["result"] == "BadRequest"
    assert owner.post("operator/set", sOperator="ann@example.com")["result"] == "BadRequest", "nothing to set"
    assert [o["email"] for o in server.cli("operator", "list")["operators"]] == ["ann@example.com", "olga@example.com"]


def test_a_token_makes_none_that_outlives_it(server, name):
    company, _ = name
    maker = Caller(server, server.cli("token", "add", f"maker-{company}", "--role", "owner", "--days", "2")["token"])
    grant = {"sName": f"made-{company}", "sRole": "auditor", "sReach": "everything"}
    assert maker.post("token/add", **grant)["result"] == "Refused", "90 days"
    assert maker.post("token/add", **grant, iDays=3)["result"] == "Refused"
    made = Caller(server, maker.ok("token/add", **grant, iDays=1)["sToken"])
    assert made.ok("me")["sRole"] == "auditor"


@pytest.mark.parametrize("days", [-1, 367, 106751992, 213503983, 2**31 - 1, -2**31])
def test_a_token_is_valid_for_a_year_at_most_whatever_number_is_given(server, name, days):
    company, _ = name
    owner = make_token(server, "owner-" + company)
    refused = owner.post("token/add", sName=company, sRole="auditor", sReach="everything", iDays=days)
    assert refused["result"] == "BadRequest" and "1 to 366" in refused["sReason"], refused
    assert company not in {t["sName"] for t in owner.rows("token/list", "aTokens")}


@pytest.mark.parametrize("door", ["cli", "network"])
def test_who_has_a_lost_passkey_keeps_no_token_either(server, name, door):
    """A session that was opened with it may have made one."""
    company, email = name
    other = make_operator(server, "other-" + email)
    owner = make_operator(server, email)
    tokens = [Caller(server, by.ok("token/add", sName=f"{label}-{company}", sRole="owner", sReach="everything")["sToken"])
              for by, label in ((owner, "stolen"), (other, "others"))]
    if door == "cli":
        server.cli("operator", "link", email, "--lost")
    else:
        other.ok("operator/link", sOperator=email, bLost=True)
    assert owner.post("me")["result"] == "SignedOut" and tokens[0].post("me")["result"] == "SignedOut"
    assert tokens[1].ok("me")["sOperator"] == "other-" + email
    made = [e for e in server.cli("audit", "list")["events"] if e["event"] == "operator.link-created" and e["detail"]["email"] == email]
    assert made[-1]["detail"]["tokens"] == "1" and made[-1]["detail"]["forgot"] == "1"


def test_a_token_of_an_operator_has_no_more_than_the_operator(server, name):
    company, email = name
    server.company(company)
    owner = make_operator(server, email)
    token = Caller(server, owner.ok("token/add", sName=company, sRole="owner", sReach="everything", iDays=2)["sToken"])
    assert token.ok("me")["sRole"] == "owner"
    listed = owner.rows("token/list", "aTokens")
    assert token.token not in json.dumps(listed) and company in {t["sName"] for t in listed}
    server.cli("operator", "add", "second-" + email, "--role", "owner")
    server.cli("operator", "set", email, "--role", "auditor")
    assert token.post("token/list")["result"] == "NotAllowed"
    token.ok("company/list")
    server.cli("operator", "delete", "--yes", email)
    assert token.post("me")["result"] == "SignedOut"


def with_key(key):
    return {"Idempotency-Key": key}


def post(caller, name, key, **members):
    """The status and the bytes of the answer."""
    answer, text = caller.request(f"/api/admin/{name}", json.dumps(members), {**caller.own_headers(), "Idempotency-Key": key})
    return answer.status, text


def keyed(server):
    answer, text = Caller(server).request("/api/admin/openapi.json", None, {}, method="GET")
    assert answer.status == 200
    paths = json.loads(text)["paths"]
    return {path.removeprefix("/api/admin/") for path, item in paths.items() if item["post"].get("parameters")}


def by_id(w):
    return {"sTechnician": w.account()["sTechnicianId"]}


# What makes something, what it answers that nothing else has, and the same with another member.
MAKERS = {
    "technician/add": (lambda w: {"sCompany": w.company, "sEmail": "b" + w.email, "bPassword": True}, "sPassword", lambda w: {"bPassword": False}),
    "technician/reset": (account, "sPassword", by_id), "technician/enrol": (account, "sUrl", lambda w: {"iSeconds": 60}),
    "technician/totp": (account, "sUri", by_id), "technician/recovery": (account, "aRecoveryCodes", by_id),
    "company/add": (lambda w: {"sName": "b" + w.company}, "result", lambda w: {"sTitle": "B"}),
    "address/add": (lambda w: {"sCompany": w.company, "sVerdict": "deny", "sNet": "192.0.2.0/24"}, "result", lambda w: {"sNet": "192.0.2.1"}),
    "operator/add": (lambda w: {"sEmail": "o" + w.email, "sRole": "auditor", "sReach": "everything"}, "sUrl", lambda w: {"sName": "O"}),
    "operator/link": (lambda w: {"sOperator": w.operator()}, "sUrl", lambda w: {"iSeconds": 60}),
    "token/add": (lambda w: {"sName": "b" + w.company, "sRole": "auditor", "sReach": "everything", "iDays": 1}, "sToken",
                  lambda w: {"iDays": 2}),
}


def test_what_makes_something_is_carried_out_once_and_answered_alike(server, name):
    assert keyed(server) == set(MAKERS)
    w = World(server, name)
    owner = w.by("owner")
    for operation, (members, secret, another) in MAKERS.items():
        sent = members(w)
        before = len(server.cli("audit", "list")["events"])
        status, text = post(owner, operation, f'"{operation}"', **sent)
        assert status == 200 and json.loads(text)[secret], (operation, text)
        made = len(server.cli("audit", "list")["events"])
        assert made > before
        assert post(owner, operation, f'"{operation}"', **sent) == (200, text)
        assert post(owner, operation, operation, **sent) == (200, text), "without quotes it is the same key"
        other = owner.post(operation, headers=with_key(operation), **{**sent, **another(w)})
        assert (other["result"], other["status"]) == ("KeyReused", 422), (operation, other)
        assert len(server.cli("audit", "list")["events"]) == made
    assert owner.post("company/add", headers=with_key("technician/add"), sName="c" + w.company)["result"] == "KeyReused"


def test_the_answer_of_a_request_whose_connection_was_cut_is_given_again(server, name):
    company, _ = name
    owner = make_token(server, company, "owner")
    sent = json.dumps({"sName": "b" + company, "sRole": "auditor", "sReach": "everything", "iDays": 1})
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as cut:
        lines = [f"{field}: {value}" for field, value in {**owner.own_headers(), **with_key("k")}.items()]
        cut.sendall("\r\n".join(["POST /api/admin/token/add HTTP/1.1", "Host: localhost", f"Content-Length: {len(sent)}", *lines, "", sent]).encode())
        assert cut.recv(1) == b"H"  # it was carried out; the token is never seen
        cut.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    status, text = post(owner, "token/add", "k", **json.loads(sent))
    assert status == 200 and Caller(server, json.loads(text)["sToken"]).ok("me")["sRole"] == "auditor"
    assert [t["sName"] for t in owner.rows("token/list", "aTokens")].count("b" + company) == 1


def test_the_same_request_on_many_connections_is_carried_out_once(server, name):
    w = World(server, name)
    admin = w.by("admin")
    members = {"sCompany": w.company, "sEmail": "b" + w.email, "bPassword": True}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(admin, "technician/add", "k", **members), range(8)))
    assert {status for status, _ in answers} <= {200, 409, 503}
    assert len({text for status, text in answers if status == 200}) == 1
    assert post(admin, "technician/add", "k", **members) in answers
    assert [e["event"] for e in w.events()].count("technician.added") == 2, "the account and this one"


def test_what_was_refused_spends_no_key_and_a_bad_key_is_refused(server, name):
    w = World(server, name)
    admin = w.by("admin")
    members = {"sCompany": w.company, "sEmail": w.email}
    assert admin.post("technician/add", headers=with_key("k"), **members)["result"] == "Exists"
    admin.ok("technician/delete", **account(w))
    assert admin.post("technician/add", headers=with_key("k"), **members)["result"] == "OK"
    for bad in ("", '""', '"', 'a"b', "a b", "k" * 129, "k\\"):
        refused = admin.post("technician/enrol", headers=with_key(bad), **account(w))
        assert (refused["result"], refused["status"]) == ("BadRequest", 400), bad
    for operation in ("technician/lock", "technician/show", "me"):
        refused = admin.post(operation, headers=with_key("other"), **(account(w) if operation != "me" else {}))
        assert refused["result"] == "BadRequest" and "takes no Idempotency-Key" in refused["sReason"]
    assert w.show()["aLinks"] == [] and w.account()["sState"] == "active"


def test_a_key_is_its_holders_and_gives_no_right(server, name):
    w = World(server, name)
    helper = make_operator(server, "op-" + w.email, "helpdesk", w.company)
    link = helper.post("technician/enrol", headers=with_key("k"), **account(w))["sUrl"]
    other = w.by("helpdesk").post("technician/enrol", headers=with_key("k"), **account(w))
    assert other["result"] == "OK" and other["sUrl"] != link
    server.cli("operator", "set", "op-" + w.email, "--role", "auditor")
    assert helper.post("technician/enrol", headers=with_key("k"), **account(w))["result"] == "SignedOut"
    assert helper.sign_in()["result"] == "OK"
    assert helper.post("technician/enrol", headers=with_key("k"), **account(w))["result"] == "NotAllowed"
    server.cli("operator", "set", "op-" + w.email, "--role", "helpdesk", "--reach", server.company("not-" + w.company))
    assert helper.sign_in()["result"] == "OK"
    assert helper.post("technician/enrol", headers=with_key("k"), **account(w))["result"] == "NotFound"
    server.cli("operator", "set", "op-" + w.email, "--reach", w.company)
    assert helper.sign_in()["result"] == "OK"
    assert helper.post("technician/enrol", headers=with_key("k"), **account(w))["sUrl"] == link, "another session of the same operator"


def test_a_key_ends_after_a_day(own_server, name):
    server = own_server({("server", "public_url"): "http://localhost:{port}"})
    company, _ = name
    admin = make_token(server, company, "admin")
    assert admin.post("company/add", headers=with_key("k"), sName=company)["result"] == "OK"
    server.advance(24 * 3600 - 60)
    assert admin.post("company/add", headers=with_key("k"), sName=company)["result"] == "OK", "as before"
    server.advance(61)
    assert admin.post("company/add", headers=with_key("k"), sName=company)["result"] == "Exists", "anew"
    assert admin.post("company/add", headers=with_key("k"), sName="x" + company)["result"] == "OK"


def test_an_answer_is_not_in_the_clear_in_the_store(server, name):
    if ("store", "path") not in server.settings:
        pytest.skip("the file of a database server is not this machine's")
    w = World(server, name)
    admin = w.by("admin")
    key = "a key by chance"[2:].replace(" ", "-")
    secrets = [admin.post("technician/reset", headers=with_key(key), **account(w))["sPassword"],
               admin.post("technician/enrol", headers=with_key("another"), **account(w))["sUrl"].split("#")[1], key]
    with contextlib.closing(sqlite3.connect(f"file:{server.settings['store', 'path']}?mode=ro", uri=True)) as store:
        rows = store.execute("SELECT key_digest, request_digest, answer FROM operator_request").fetchall()
    assert len(rows) >= 2
    assert not [s for s in secrets for row in rows for value in row if s.encode() in value]


def test_a_revoked_token_takes_those_with_it_that_were_made_with_it(server, name):
    company, _ = name
    grant = {"sRole": "owner", "sReach": "everything"}
    stolen = make_token(server, f"stolen-{company}", "owner")
    second = Caller(server, stolen.ok("token/add", sName=f"second-{company}", iDays=2, **grant)["sToken"])
    third = Caller(server, second.ok("token/add", sName=f"third-{company}", iDays=1, **grant)["sToken"])
    sibling = Caller(server, stolen.ok("token/add", sName=f"sibling-{company}", iDays=1, **grant)["sToken"])
    other = make_token(server, f"other-{company}", "owner")
    other.ok("token/revoke", sName=f"second-{company}")
    assert [caller.post("me")["result"] for caller in (stolen, second, third, sibling, other)] == ["OK", "SignedOut", "SignedOut", "OK", "OK"]
    server.cli("token", "revoke", "--yes", f"stolen-{company}")
    assert [caller.post("me")["result"] for caller in (stolen, sibling, other)] == ["SignedOut", "SignedOut", "OK"]
    events = [e["detail"] for e in server.cli("audit", "list")["events"] if e["event"] == "token.revoked" and company in e["detail"]["name"]]
    assert [(e["name"].split("-")[0], (e.get("with") or "-").split("-")[0]) for e in events] == [
        ("second", ""), ("third", "second"), ("stolen", ""), ("sibling", "stolen")]
