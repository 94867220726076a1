# SPDX-License-Identifier: Apache-2.0
"""Alarms: what operators learn at once, by webhook and by mail, once when it begins and once when it is over."""

import contextlib
import email
import hashlib
import hmac
import json
import os
import signal
import socket
import sqlite3
import time

import pytest

from countersign import PASSWORD, PATIENCE, Refused
from operators import make_token
from relay import Relay
from test_daemon import make_pair, with_tls
from test_webhook import KEY, Receiver

MINUTE = 61
HOST = socket.gethostname()


class Alarms:
    """A receiver of alarms, and the settings that send them there."""

    def __init__(self, folder, *statuses):
        self.receiver = Receiver(*statuses)
        key = folder / "alarms.key"
        key.write_bytes(KEY + b"\n")
        os.chmod(key, 0o600)
        self.settings = {("alarms", "url"): self.receiver.url, ("alarms", "secret_file"): key, ("alarms", "disk"): 0}

    def take(self):
        """The next alarm, whose signature is right."""
        _, headers, body = self.receiver.take()
        signed = hmac.new(KEY, headers["X-Countersign-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
        assert headers["X-Countersign-Signature"] == "sha256=" + signed
        said = json.loads(body)
        assert said["event"] == "alarm" and set(said) == {"id", "event", "class", "state", "subject", "text", "raised_at", "at"}
        return said

    def is_quiet(self):
        return self.receiver.posts.empty()


def look(server, event):
    """Waits for a look of worker 0 that finds it: the first may come before a front or a worker has what it needs for that."""
    deadline = time.monotonic() + PATIENCE
    while event not in server.log():
        assert time.monotonic() < deadline, "never seen"
        server.advance(MINUTE)
        time.sleep(1)  # for the look; another advance while a letter is under way would cut it off


@pytest.fixture
def alarms(tmp_path):
    made = []

    def make(*statuses):
        made.append(Alarms(tmp_path, *(statuses or (204,))))
        return made[-1]

    yield make
    for one in made:
        one.receiver.close()


def change(server, **settings):
    """Other classes of alarms, without a restart."""
    before = server.log().count("supervisor reload ")
    server.settings.update({("alarms", key): value for key, value in settings.items()})
    server.write_config()
    server.process.send_signal(signal.SIGHUP)
    server.wait_log("supervisor reload ", before + 1)


def test_a_reported_sign_in_is_an_alarm_that_names_no_one(own_server, alarms, name):
    company, email = name
    told = alarms()
    server = own_server(told.settings)
    phone = server.ready(company, email)
    token, push = server.console().begin(email)
    phone.report()
    said = told.take()
    assert (said["class"], said["state"]) == ("reported", "raised") and said["raised_at"] == said["at"]
    for secret in (email, company, push.sMatchNumber, push.sPushToken, token):
        assert secret not in json.dumps(said)
    document = json.loads(server.run("--json", "status").stdout)
    assert document["alarms"] == 1 and "warning" in server.run("status").stdout
    assert told.is_quiet()


def test_a_report_is_an_alarm_until_an_operator_took_it(own_server, alarms, name):
    company, email = name
    told = alarms()
    server = own_server(told.settings)
    phone = server.ready(company, email)
    server.console().begin(email)
    phone.report()
    said = told.take()
    helper = make_token(server, "helper", "helpdesk", company)
    (report,) = helper.ok("reported/list")["aReports"]
    server.cli("technician", "unlock", email)
    server.advance(2 * 86400)  # it waits for a person, not for a time
    assert json.loads(server.run("--json", "status").stdout)["alarms"] == 1
    helper.ok("reported/take", sTechnician=email, sReportId=report["sReportId"])
    over = told.take()
    assert (over["class"], over["state"], over["id"]) == ("reported", "cleared", said["id"])
    assert json.loads(server.run("--json", "status").stdout)["alarms"] == 0 and told.is_quiet()


@pytest.mark.parametrize("ended", ["taken on the command line", "the account is deleted"])
def test_a_report_ends_its_alarm_without_the_console_too(own_server, alarms, name, ended):
    company, email = name
    told = alarms()
    server = own_server(told.settings)
    phone = server.ready(company, email)
    login = server.console().begin(email) and server.cli("explain", email)["sign_ins"][0]["login"]
    phone.report()
    said = told.take()
    assert "countersign report list" in said["text"]
    (report,) = server.cli("report", "list", "--company", company)["reports"]
    assert (report["account"], report["login"], report["taken_by"]) == (email, login, None) and report["source"]
    assert "countersign report take" in server.run("report", "list").stdout
    if "deleted" in ended:
        server.cli("technician", "delete", email, "--yes")
    else:
        taken = server.cli("report", "take", report["id"][:8])
        assert taken["id"] == report["id"] and taken["taken_by"].startswith("operator:") and taken["taken"]
    over = told.take()
    assert (over["class"], over["state"], over["id"]) == ("reported", "cleared", said["id"])
    assert json.loads(server.run("--json", "status").stdout)["alarms"] == 0 and told.is_quiet()
    (taken,) = [e for e in server.cli("audit", "list")["events"] if e["event"] == "report.taken"]
    assert taken["actor"].startswith("operator:")
    with pytest.raises(Refused, match="took it before|account was deleted"):
        server.cli("report", "take", report["id"])
    with pytest.raises(Refused, match="no report '1234567'"):
        server.cli("report", "take", "1234567")


def test_that_more_reports_wait_than_are_listed_is_said(own_server, name):
    company, email = name
    server = own_server()
    if ("store", "path") not in server.settings:
        pytest.skip("changes an SQLite file")
    phone = server.ready(company, email)
    server.console().begin(email)
    phone.report()
    (report,) = server.cli("report", "list")["reports"]
    with contextlib.closing(sqlite3.connect(server.settings["store", "path"], timeout=PATIENCE)) as store, store:
        for i in range(1, 200):
            store.execute("INSERT INTO reported SELECT id + ?, technician_id, company_id, login_id, source, created_at, taken_at, taken_by "
                          "FROM reported WHERE id = ?", (i if int(report["id"]) < 2**62 else -i, int(report["id"])))
    listed = server.run("report", "list", "--company", company)
    assert listed.stdout.count(email) == 200 and "there may be more" in listed.stderr
    server.cli("report", "take", report["id"])
    assert server.run("report", "list").stderr == "" and len(server.cli("report", "list")["reports"]) == 200
    server.cli("technician", "delete", email, "--yes")  # whatever the number
    assert all(one["taken"] for one in server.cli("report", "list")["reports"])


def test_many_lock_outs_are_one_alarm_which_ends_with_them(own_server, alarms, name):
    company, email = name
    told = alarms()
    server = own_server({**told.settings, ("alarms", "lockouts"): 1})
    server.ready(company, email)
    server.cli("policy", "set", company, "lockout_failures", 3)
    for number in range(3):
        console = server.console(source=f"127.66.0.{number + 1}")
        console.login(email, PASSWORD + "x")
    server.advance(MINUTE)
    said = told.take()
    assert (said["class"], said["state"], said["subject"]) == ("lockouts", "raised", "")
    server.advance(MINUTE)
    server.cli("technician", "unlock", email)
    server.advance(MINUTE)
    over = told.take()
    assert (over["class"], over["state"], over["id"]) == ("lockouts", "cleared", said["id"])
    assert told.is_quiet()


def test_a_full_disk_is_raised_once_over_restarts_and_cleared_when_there_is_room(own_server, alarms):
    told = alarms()
    server = own_server({**told.settings, ("alarms", "disk"): "1000000G"})
    if ("store", "path") not in server.settings:
        pytest.skip("the disk of a database server is not this machine's")
    said = told.take()
    assert (said["class"], said["state"], said["subject"]) == ("disk", "raised", HOST) and "MiB left" in said["text"]
    server.stop()
    server.start()
    os.kill(server.children("worker")[0], signal.SIGKILL)
    server.wait_log("child.ready child=worker")
    server.advance(MINUTE)
    change(server, disk=0)
    look(server, "alarm.cleared")
    over = told.take()
    assert (over["state"], over["id"]) == ("cleared", said["id"]) and told.is_quiet()


def test_a_certificate_about_to_expire_is_an_alarm(own_server, alarms, tmp_path):
    told = alarms()
    server = own_server({**told.settings, **with_tls(tmp_path, days=5)})
    look(server, "alarm.raised")
    said = told.take()
    assert (said["class"], said["state"], said["subject"]) == ("certificate", "raised", HOST)
    assert "does so at 20" in said["text"]
    server.stop()
    server.start()
    change(server, certificate_days=0)
    look(server, "alarm.cleared")
    over = told.take()
    assert (over["id"], over["state"]) == (said["id"], "cleared") and told.is_quiet(), "once, over a restart"


def test_a_push_channel_that_takes_nothing_is_an_alarm_until_it_does(own_server, alarms, name, tmp_path):
    company, email = name
    told = alarms()
    phones = Receiver(503, 503, 503, 503, 204)
    with contextlib.closing(phones):
        (tmp_path / "hook.key").write_bytes(KEY)
        os.chmod(tmp_path / "hook.key", 0o600)
        server = own_server({**told.settings, ("webhook", "url"): phones.url, ("webhook", "secret_file"): tmp_path / "hook.key"})
        server.ready(company, email)
        server.console().begin(email)
        phones.take()
        for pause in (2, 4, 8):
            server.advance(pause)
            phones.take()
        server.wait_log(r"webhook\.failed .*attempt=4")
        server.advance(MINUTE)
        said = told.take()
        assert (said["class"], said["state"], said["subject"]) == ("push", "raised", f"webhook@{HOST}")
        server.advance(MINUTE)
        server.console().begin(email)
        phones.take()
        sent = 'countersign_deliveries_total{service="webhook",outcome="sent"}'
        server.wait_for(lambda: server.metric(sent) == 1)
        server.advance(MINUTE)
        assert told.take()["state"] == "cleared"


def test_an_audit_log_that_was_cut_is_an_alarm(own_server, alarms, name):
    company, email = name
    told = alarms()
    server = own_server(told.settings)
    if ("store", "path") not in server.settings:
        pytest.skip("changes an SQLite file")
    server.ready(company, email)
    server.cli("audit", "list")  # seals
    with contextlib.closing(sqlite3.connect(server.settings["store", "path"], timeout=PATIENCE)) as store, store:
        store.execute("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
    server.console().login(email, PASSWORD + "x")  # another event, which is to be sealed
    server.wait_log(r"sealing\.failed")
    server.advance(MINUTE)
    said = told.take()
    assert (said["class"], said["state"]) == ("audit", "raised") and "audit verify" in said["text"]


def test_a_receiver_that_fails_gets_the_same_alarm_later(own_server, alarms):
    told = alarms(503, 404, 302, 204)
    server = own_server({**told.settings, ("alarms", "disk"): "1000000G"})
    if ("store", "path") not in server.settings:
        pytest.skip("the disk of a database server is not this machine's")
    first = told.take()
    for attempt, pause in enumerate((2, 4, 8), 1):
        server.wait_log(rf"alarm\.failed .*class=disk by=alarm attempt={attempt} .*final=0")
        server.advance(pause)
        assert told.take() == first


def test_an_alarm_that_is_over_before_it_was_delivered_is_told_with_its_beginning(own_server, alarms):
    told = alarms(503, 204)
    server = own_server({**told.settings, ("alarms", "disk"): "1000000G"})
    if ("store", "path") not in server.settings:
        pytest.skip("the disk of a database server is not this machine's")
    raised = told.take()
    server.wait_log(r"alarm\.failed ")
    change(server, disk=0)
    look(server, "alarm.cleared")
    over = told.take()
    while over["state"] == "raised":  # an attempt came before the look
        over = told.take()
    assert (over["id"], over["state"], over["raised_at"]) == (raised["id"], "cleared", raised["at"])
    assert told.is_quiet()


def problems(own_server, settings):
    """What `config check` finds in them."""
    server = own_server(start=False)
    server.settings.update({("alarms", key): value for key, value in settings.items()})
    server.write_config()
    done = server.run("config", "check")
    assert done.returncode == 2
    return done.stdout + done.stderr


@pytest.mark.parametrize("settings, problem", [
    ({"url": "http://example.com/x"}, "must be https unless it names loopback"),
    ({"url": "https://example.com/x"}, "url without a secret_file"),
])
def test_unsafe_settings_are_refused(own_server, settings, problem):
    assert problem in problems(own_server, settings)


class Mailed:
    """A server whose alarms go by mail; a full disk is one at once."""

    def __init__(self, own_server, relay, **settings):
        self.relay = relay
        self.server = own_server({
            ("alarms", "disk"): "1000000G", ("alarms", "mail_to"): "ops@example.com, night@example.com",
            ("alarms", "mail_from"): "countersign@example.com", ("alarms", "smtp"): f"smtp://127.0.0.1:{relay.port}",
            **{("alarms", key): value for key, value in settings.items()}})
        if ("store", "path") not in self.server.settings:
            pytest.skip("the disk of a database server is not this machine's")


@pytest.fixture
def relayed():
    made = []

    def make(**kwargs):
        made.append(Relay(**kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_an_alarm_is_mailed_when_it_begins_and_when_it_is_over(own_server, relayed):
    mailed = Mailed(own_server, relayed(), mail_to="ops@example.com, absent@example.com")
    sender, receivers, text, _, _ = mailed.relay.take()
    assert sender.startswith("FROM:<countersign@example.com>") and [to[:21] for to in receivers] == ["TO:<ops@example.com>", "TO:<absent@example.co"]
    message = email.message_from_string(text)
    assert message["From"] == "countersign@example.com" and message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == f"[countersign] raised: the disk is nearly full ({HOST})"
    assert "MiB left" in message.get_payload() and message["Message-ID"].endswith(".raised@example.com>")
    change(mailed.server, disk=0)
    look(mailed.server, "alarm.cleared")
    over = email.message_from_string(mailed.relay.take()[2])
    assert "cleared" in over["Subject"] and "Over: " in over.get_payload() and mailed.relay.mails.empty()


def test_a_relay_that_is_busy_is_asked_again(own_server, relayed):
    mailed = Mailed(own_server, relayed(refuses=2))
    for attempt, pause in ((1, 2), (2, 4)):
        mailed.server.wait_log(rf"alarm\.failed .*by=mail attempt={attempt} status=451 .*final=0")
        mailed.server.advance(pause)
    assert "Subject: [countersign] raised" in mailed.relay.take()[2]


def test_a_relay_with_a_certificate_that_nobody_vouches_for_gets_no_password(own_server, relayed, tmp_path):
    (tmp_path / "credential").write_text("user:pass word\n", encoding="utf-8")
    os.chmod(tmp_path / "credential", 0o600)
    relay = relayed(certificate=make_pair(str(tmp_path)), credential=(b"user", b"pass word"))
    mailed = Mailed(own_server, relay, smtp_credential_file=tmp_path / "credential")
    mailed.server.wait_log(r"alarm\.failed .*by=mail attempt=1 .*error=\"SSL")
    assert relay.mails.empty() and "pass word" not in mailed.server.log()


def test_a_relay_gets_the_credential(own_server, relayed, tmp_path):
    (tmp_path / "credential").write_text("user:pass word\n", encoding="utf-8")
    os.chmod(tmp_path / "credential", 0o600)
    mailed = Mailed(own_server, relayed(credential=(b"user", b"pass word")), smtp_credential_file=tmp_path / "credential")
    assert mailed.relay.take()[4] == (b"user", b"pass word")


MAIL = {"mail_to": "ops@example.com", "mail_from": "countersign@example.com", "smtp": "smtp://127.0.0.1"}


@pytest.mark.parametrize("settings, problem", [
    ({"mail_to": "ops@example.com"}, "mail_to without mail_from"),
    ({**MAIL, "mail_to": "ops@example.com>,<a@b"}, "is not an address"),
    ({**MAIL, "mail_to": "ops"}, "is not an address"),
    ({**MAIL, "mail_from": "a@b<c"}, "mail_from is not an address"),
    ({**MAIL, "smtp": "https://127.0.0.1"}, "smtp must be smtp://"),
    ({**MAIL, "smtp": "smtp://user:word@relay.example.com"}, "smtp must be smtp://"),
    ({**MAIL, "smtp": "smtp://relay.example.com", "smtp_plain": "yes", "smtp_credential_file": "/etc/hostname"},
     "would send the password in the clear"),
])
def test_settings_of_mail_that_cannot_work_are_refused(own_server, settings, problem):
    assert problem in problems(own_server, settings)
