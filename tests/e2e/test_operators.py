# SPDX-License-Identifier: Apache-2.0
"""Operators: accounts, links, passkeys, sessions and tokens, and what each may do, as seen over HTTP."""

import pytest

from countersign import Refused, Server


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
    server.cli("operator", "delete", email)
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
    server.cli("token", "revoke", company)
    assert company not in {token["name"] for token in server.cli("token", "list")["tokens"]}
    with pytest.raises(Refused, match="no token"):
        server.cli("token", "revoke", company)


def test_a_server_without_a_name_cannot_have_operators_with_passkeys(own_server):
    server = own_server(start=False)
    with pytest.raises(Refused, match="passkeys need a server with a name"):
        server.cli("operator", "add", "ann@example.com", "--role", "owner")
    assert server.cli("operator", "list")["operators"] == [], "nothing was added"
