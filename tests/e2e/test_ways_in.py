"""Who may enrol a phone, and what every act of the operator ends: the ways into an account, as an attacker tries them."""

import pytest

from countersign import Phone, Refused

SETUP, FACTOR = "OkTwoFactorSetupRequired", "OkTwoFactorAuthenticationRequired"


@pytest.fixture
def ann(server, name):
    company, email = name
    server.company(company)
    server.technician(company, email)
    return server, company, email


def remove_phones(server, email):
    for device in server.cli("device", "list", "--technician", email)["devices"]:
        server.cli("device", "remove", device["id"])


def with_a_phone(server, email):
    server.phone(email)


def with_a_disabled_phone(server, email):
    server.cli("device", "disable", server.phone(email).id)


def with_codes(server, email):
    server.cli("code", "totp", email, "--qr", "no")
    server.cli("code", "remove", email)


def with_one_recovery_code(server, email):
    codes = server.cli("code", "recovery", email)["codes"]
    for code in codes:
        console = server.console()
        assert console.call("twoFactorValidateCode", sLoginToken=console.login(email).sLoginToken, sCode=code).result == "OK"


@pytest.mark.parametrize("had", [with_a_phone, with_a_disabled_phone, with_codes, with_one_recovery_code])
def test_who_ever_had_a_second_factor_gets_no_other_by_the_password(ann, had):
    server, _, email = ann
    had(server, email)
    remove_phones(server, email)
    answer = server.console().login(email)
    assert (answer.result, answer.oTwoFactorAuthenticationMethods, answer.sTwoFactorSetupUrl) == (FACTOR, [], None)
    assert server.console().send(answer.sLoginToken).result == "TwoFactorError"
    phone = server.phone(email)
    assert server.console().sign_in(email, phone).result == "OK"


def test_the_operator_may_let_the_password_enrol_again(ann):
    server, _, email = ann
    phone = server.phone(email)
    server.cli("code", "recovery", email)
    with pytest.raises(Refused, match="1 phone"):
        server.cli("technician", "allow-self-enrolment", email)
    server.cli("device", "remove", phone.id)
    shown = server.cli("technician", "allow-self-enrolment", email)
    assert (shown["self_enrolment"], shown["recovery_codes_left"]) == (True, 0)
    answer = server.console().login(email)
    assert answer.result == SETUP
    assert server.console().sign_in(email, Phone(server).enrol(answer.sTwoFactorSetupUrl)).result == "OK"
    assert "enrolment.self-allowed" in [e["event"] for e in server.cli("audit", "list", "--technician", email)["events"]]
