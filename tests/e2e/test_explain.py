# SPDX-License-Identifier: Apache-2.0
"""`countersign explain`: its predictions match the real answers, its advice works, and it shows the history of a sign-in."""

import os
import shlex
import sqlite3

import pytest

from countersign import PASSWORD, Phone, Refused, b64, wrong_number

WRONG = "not this one"


def explain(server, email, console=None, **options):
    words = [word for key, value in options.items() for word in (f"--{key}", value)]
    if console is not None:
        words += ["--from", console.source]
    return server.cli("explain", email, *words)


def holding(document):
    return [line for line in document["conditions"] if line["holds"]]


def advised(server, command):
    """Runs the suggested command, split into words as by a shell."""
    words = shlex.split(command)
    assert words[0] == "countersign"
    return server.cli(*words[1:], *(("--generate", "--keep") if words[2] == "reset" else ()))


CONDITIONS = {
    "company_is_inactive": [("company", "disable", "{company}")],
    "company_is_banned": [("company", "set", "{company}", "--state", "banned")],
    "enterprise_is_off": [("company", "set", "{company}", "--plan", "enterprise", "--enterprise", "off")],
    "enterprise_is_missing": [("company", "set", "{company}", "--plan", "enterprise"),
                              ("policy", "set", "{company}", "sign_in_mode", "sso"),
                              ("company", "set", "{company}", "--plan", "standard")],
    "account_is_no_technician": [("technician", "set", "{email}", "--technician", "off")],
    "role_is_off": [("technician", "disable", "{email}")],
    "operator_locked": [("technician", "lock", "{email}")],
    "mode_is_sso": [("company", "set", "{company}", "--plan", "enterprise"),
                    ("policy", "set", "{company}", "sign_in_mode", "sso")],
    "mode_is_saml2": [("company", "set", "{company}", "--plan", "enterprise"),
                      ("policy", "set", "{company}", "sign_in_mode", "saml2")],
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_its_answer_and_what_ends_it(server, name, condition):
    company, email = name
    server.ready(company, email)
    console = server.console()
    for words in CONDITIONS[condition]:
        server.cli(*(word.format(company=company, email=email) for word in words))
    said = explain(server, email, console)
    first = holding(said)[0]
    assert first["condition"] == condition and first["set"]["where"], first
    answer = console.login(email)
    assert said["now"][0]["result"] == answer.value and said["now"][0]["words"]
    assert said["now"][0]["mend"] == first["mend"]
    for _ in range(3):  # one may be hidden by another
        if not holding(explain(server, email, console)):
            break
        advised(server, holding(explain(server, email, console))[0]["mend"])
    assert console.login(email).result == "OkTwoFactorAuthenticationRequired"


def test_an_address_that_is_refused(server, name):
    company, email = name
    server.ready(company, email)
    console = server.console()
    server.cli("company", "set", company, "--plan", "enterprise")
    server.cli("policy", "set", company, "address_rules", "on")
    server.cli("address", "add", company, "deny", console.source)
    line = holding(explain(server, email, console))[0]
    assert line["condition"] == "address_is_refused" and f"deny {console.source}" in line["value"]
    assert line["set"]["where"] == "company policy" and line["set"]["by"].startswith("operator:")
    assert explain(server, email, console)["now"][0]["result"] == console.login(email).value == "login_v2_IPNotAllowed"
    assert not holding(explain(server, email, **{"from": "192.0.2.9"}))


def test_seats_and_an_old_password_come_after_the_phone(server, name):
    company, email = name
    phone = server.ready(company, email, {"seats": 1})
    console = server.console()
    assert console.sign_in(email, phone).result == "OK"
    said = explain(server, email, console)
    assert [line["condition"] for line in holding(said)] == ["seats_are_taken"]
    assert [answer["result"].rsplit("_", 1)[1] for answer in said["now"]] == [
        "OkTwoFactorAuthenticationRequired", "OK", "ConcurrentLimitExceeded"]
    assert server.console().sign_in(email, phone).result == "ConcurrentLimitExceeded"
    refused = explain(server, email, console)["refusals"][0]
    assert (refused["result"], refused["why"]) == ("ConcurrentLimitExceeded", "every seat is taken")
    assert company in refused["mend"]


def test_failures_budgets_and_the_command_that_helps(server, name):
    company, email = name
    server.ready(company, email)
    console = server.console()
    for _ in range(5):
        console.login(email, WRONG)
    said = explain(server, email)
    assert (said["from"], said["from_is"]) == (console.source, "the last attempt")
    assert said["now"][0]["result"] == console.login(email).value == "login_v2_InvalidPassword"
    budgets = {budget["budget"]: budget for budget in said["budgets"]}
    assert (budgets["failures of the account"]["used"], budgets["failures of the account"]["of"]) == (5, 10)
    assert budgets["refused address"]["detail"] == console.source and budgets["refused address"]["until"]
    causes = [refusal["why"] for refusal in said["refusals"] if refusal["event"] == "login.refused"]
    assert causes == ["the password was wrong"] * 5
    assert said["now"][0]["until"] == budgets["refused address"]["until"]
    assert f"do\n  {said['now'][0]['why']}  {said['now'][0]['mend']}" in server.run("explain", email).stdout
    refused = next(refusal for refusal in said["refusals"] if refusal["event"] == "source.refused")
    assert refused["mend"] == said["now"][0]["mend"]
    advised(server, said["now"][0]["mend"])
    said = explain(server, email)  # what has been done is not advised again
    assert [r["mend"] for r in said["refusals"] if r["event"] == "source.refused"] == [None]
    assert {r["mend"] for r in said["refusals"] if r["event"] == "login.refused"} == {f"countersign technician reset {email}"}
    assert console.login(email).result == "OkTwoFactorAuthenticationRequired"
    server.cli("technician", "reset", email, "--generate")
    assert {r["mend"] for r in explain(server, email)["refusals"]} == {None}


def test_the_pace_of_pushes_is_foreseen(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    phone.reject()
    assert console.settle(token, push.sPushToken).result == "TwoFactorRejected"
    said = explain(server, email, console)
    assert said["now"][1]["result"] == "loginTwoFactorRet_TwoFactorError" and said["now"][1]["until"]
    assert said["refusals"][0]["why"] == "the phone said no"
    assert console.send(console.login(email).sLoginToken).result == "TwoFactorError"
    assert explain(server, email, console)["refusals"][0]["event"] == "push.held"


def test_what_keeps_a_person_out_without_a_refusal(server, name):
    company, email = name
    server.company(company)
    server.cli("technician", "add", email, "--company", company, "--no-password")
    console = server.console()

    def helps(place):
        (answer,) = [a for a in explain(server, email, console)["now"][place:] if a["mend"]]
        assert f"  {answer['why']}  {answer['mend']}" in server.run("explain", email, "--from", console.source).stdout
        return answer["result"].rsplit("_", 1)[1], answer["why"], answer["mend"]

    assert helps(0) == ("InvalidPassword", "the account has no password: none is right", f"countersign technician reset {email}")
    server.cli("technician", "reset", email, "--password-file", "-", "--keep", stdin=PASSWORD)
    result, _, mend = helps(0)
    assert result == console.login(email).result == "OkTwoFactorSetupRequired" and mend == f"countersign enrol {email}"
    phone = server.phone(email)
    assert explain(server, email, console)["now"][1]["result"].endswith("_OK")
    server.cli("device", "disable", phone.id)
    result, why, mend = helps(1)
    assert result == console.send(console.login(email).sLoginToken).result == "TwoFactorError"
    assert why == "every phone is disabled" and "countersign device enable" in mend
    server.cli("device", "enable", phone.id)
    assert console.sign_in(email, phone).result == "OK"


def test_a_phone_that_the_policy_does_not_accept_is_foreseen(own_server, name):
    company, email = name
    server = own_server({("server", "public_url"): "http://localhost:{port}"})
    phone = server.ready(company, email)
    server.cli("policy", "set", company, "passkey", "required")
    console = server.console()
    token, push = console.begin(email)
    assert phone.approve(push.sMatchNumber)["result"] != "OK"
    server.advance(61)
    said = explain(server, email, console)["now"]
    assert said[1]["result"] == "loginTwoFactorRet_OK" and said[1]["words"] == "The push is sent."
    assert said[2]["result"] == console.settle(token, push.sPushToken).value == "loginTwoFactorRet_TimeOut"
    assert "passkey" in said[2]["why"] and said[2]["mend"] == f"countersign enrol {email}"


def steps(document):
    return [step["what"] for step in document["story"]]


def test_the_story_of_a_sign_in_that_went_well(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    waiting = explain(server, email)["sign_ins"][0]
    assert waiting["result"] == "waits"
    assert explain(server, email, login=waiting["login"])["story"][-1]["text"] == "waits for the second factor"
    phone.answer("approve", wrong_number(push.sMatchNumber))
    phone.approve(push.sMatchNumber)
    assert console.settle(token, push.sPushToken).result == "OK"
    console.call("logoutTechnician")
    said = explain(server, email, login=waiting["login"])
    assert steps(said) == ["begun", "push", "phone", "phone", "phone", "console", "session"]
    assert said["story"][0]["text"].endswith(f"from {console.source}")
    assert "phone (" in said["story"][4]["detail"]  # by its name
    assert [line["condition"] for line in holding(said)][0] == "token_is_bad"
    everything = server.run("explain", email, "--login", waiting["login"]).stdout + str(said)
    for secret in (token, push.sPushToken, push.sMatchNumber, PASSWORD, console.cookie, "countersign-assertion"):
        assert secret is None or secret not in everything


@pytest.mark.parametrize("refused", [False, True])
def test_the_story_names_the_deliveries(own_server, name, tmp_path, refused):
    company, email = name
    key = tmp_path / "webhook.key"
    key.write_bytes(b"a key of the operator's own\n")
    os.chmod(key, 0o600)
    server = own_server({("webhook", "url"): "http://127.0.0.1:9/hook", ("webhook", "secret_file"): key})
    phone = server.ready(company, email)
    console = server.console()
    token, push = console.begin(email)
    login = explain(server, email)["sign_ins"][0]["login"]
    if refused:
        phone.report()
        assert console.settle(token, push.sPushToken).result == "TwoFactorRejected"
    said = explain(server, email, login=login)
    (delivery,) = [step for step in said["story"] if step["what"] == "delivery"]
    assert delivery["text"].startswith("notification: webhook: ") and "attempts=" in delivery["detail"]
    assert steps(said)[-1] == "console"
    if refused:
        assert "TwoFactorRejected" in said["story"][-1]["detail"]
        report = next(refusal for refusal in said["refusals"] if refusal["event"] == "push.reported")
        assert report["mend"] == f"countersign technician reset {email}"


def test_it_only_reads(server, name):
    company, email = name
    server.ready(company, email)
    before = list(sqlite3.connect(server.settings["store", "path"]).execute("SELECT count(*) FROM audit"))
    for words in ((), ("--from", "192.0.2.1"), ("--json",)):
        assert server.run("explain", email, *words).returncode == 0
    assert list(sqlite3.connect(server.settings["store", "path"]).execute("SELECT count(*) FROM audit")) == before


def test_for_people(server, name):
    company, email = name
    server.ready(company, email)
    server.cli("technician", "lock", email)
    text = server.run("explain", email).stdout
    assert "login_v2_UserLockedOut" in text and "YES" in text and "the operator locked the account" in text
    assert f"countersign technician unlock {email}" in text and "operator:" in text


def test_what_is_not_there(server, name):
    company, email = name
    server.ready(company, email)
    for words, code, line in ((("nobody@nowhere.example",), 2, "login_v2_InvalidPassword"),
                              ((email, "--from", "there"), 2, "'there' is not an address"),
                              ((email, "--login", "12"), 2, "has no sign-in 12"),
                              ((email, "--login", "x"), 2, "'x' is not the id of any sign-in")):
        with pytest.raises(Refused) as refused:
            server.cli("explain", *words)
        assert refused.value.code == code and line in refused.value.text


def test_advice_about_names_that_look_like_options(server, name):
    company, email = (f"-{word}" for word in name)
    console = server.console()
    server.cli("company", "add", "--", company)
    server.cli("company", "set", "--plan", "enterprise", "--", company)
    server.cli("technician", "add", "--company", company, "--password-file", "-", "--keep", "--", email, stdin=PASSWORD)
    phone = Phone(server).enrol(server.cli("enrol", "--qr", "no", "--", email)["link"], "phone")
    look = lambda: server.cli("explain", "--from", console.source, "--", email)  # noqa: E731
    for words in (("company", "disable", "--", company), ("company", "set", "--state", "banned", "--", company),
                  ("company", "set", "--enterprise", "off", "--", company), ("policy", "set", "--", company, "sign_in_mode", "sso"),
                  ("technician", "set", "--technician", "off", "--", email), ("technician", "disable", "--", email)):
        server.cli(*words)
        (condition,) = holding(look())
        advised(server, condition["mend"])
        assert not holding(look()), words
    token, push = console.begin(email)
    phone.answer("approve", push.sMatchNumber, sSignature=b64(b"\0" * 64))
    refused = look()["refusals"][0]
    assert refused["event"] == "push.bad-signature"
    assert advised(server, refused["mend"])["devices"][0]["id"] == phone.id
    server.cli("device", "disable", phone.id)
    first, second = next(answer["mend"] for answer in look()["now"] if answer["mend"]).split("; ")
    assert advised(server, first)["devices"][0]["state"] == "disabled" and second == "countersign device enable DEVICE"
    server.cli("device", "enable", phone.id)
    server.cli("policy", "set", "--", company, "address_rules", "on")
    for of in ((), ("--technician", email)):
        server.cli("address", "add", *of, "--", company, "deny", console.source)
        (condition,) = holding(look())
        (rule,) = advised(server, condition["mend"])["rules"]
        server.cli("address", "remove", "--", company, rule["id"])
        assert not holding(look())


def test_what_a_value_was_set_by(server, name):
    company, email = name
    phone = server.ready(company, email)
    console = server.console()

    def setter(condition):
        (line,) = [line for line in explain(server, email, console)["conditions"] if line["condition"] == condition]
        return line["set"]["by"], line["set"]["at"]

    server.cli("technician", "disable", email)
    by, at = setter("role_is_off")
    server.advance(60)
    server.cli("technician", "set", email, "--technician", "off")
    assert setter("role_is_off") == (by, at) and setter("account_is_no_technician")[1] > at
    server.cli("technician", "set", email, "--technician", "on")
    server.cli("technician", "enable", email)
    server.cli("technician", "lock", email)
    by, at = setter("operator_locked")
    assert by.startswith("operator:")
    server.advance(60)
    for _ in range(12):
        server.console().login(email, WRONG)
    assert setter("operator_locked") == (by, at)
    server.cli("technician", "unlock", email)
    console.begin(email)
    phone.report()
    assert setter("password_is_expired")[0] == f"device:{phone.id}"
