# SPDX-License-Identifier: Apache-2.0
"""The packages on a clean machine, under systemd: installed, set up, used, reloaded, watched, upgraded, purged."""

import os
import pathlib
import re

from conftest import package
from machine import ROOT, run

SETUP = ("countersign setup --trial --name localhost --company acme --technician ann@acme.example "
         "--password-file /root/password --keep")
SIGN_IN = r"""
set -euo pipefail
countersign login ann@acme.example --url https://localhost --ca /etc/countersign/trial/certificate.pem \
    --password-file /root/password | while IFS= read -r line; do
    number=$(printf '%s\n' "$line" | sed -n 's/.*[Nn]umber[^0-9]*\([0-9]\{3\}\) \{0,1\}\([0-9]\{3\}\).*/\1\2/p')
    [ -z "$number" ] || countersign device approve --next --number "$number" --key-file /root/phone \
        --ca /etc/countersign/trial/certificate.pem
    printf '%s\n' "$line"
done
"""

# What docs/operating.md says to type, "Plain HTTP, and certificates by ACME".
REDIRECT = re.search(r"Once[^:]*:\n\n((?:    systemctl .*\n)+)", pathlib.Path(ROOT, "docs/operating.md").read_text()).group(1)


def set_up(root, boot, deb):
    """A machine on which the one command has run, and a phone of Ann's is enrolled."""
    root.copy(deb)
    root.run("apt-get", "-o", "APT::Install-Recommends=no", "install", "-y", "/root/" + os.path.basename(deb))
    machine = boot(root)
    machine.sh("head -c 9 /dev/urandom | base64 >/root/password")
    said = machine.sh(SETUP)
    link = re.search(r"https://localhost/approve/#\S+", said).group()
    machine.sh(f"countersign device enrol '{link}' --key-file /root/phone --name phone "
               "--ca /etc/countersign/trial/certificate.pem")
    return machine, said


def test_installed_it_opens_nothing_before_it_is_set_up(root, boot, clean, built):
    made = root(clean)
    made.copy(package(built, "countersign"))
    made.run("sh", "-c", "dpkg -i /root/countersign_*.deb")
    machine = boot(made)
    assert machine.show("countersign.service", "ActiveState") == "inactive"
    assert machine.sh("ss -Hltn") == ""
    assert machine.sh("stat -c '%U %a %n' /etc/countersign /etc/countersign/key /var/lib/countersign").splitlines() == [
        "root 755 /etc/countersign", "countersign 700 /etc/countersign/key", "countersign 700 /var/lib/countersign"]
    assert machine.sh("systemctl --failed --plain --no-legend") == ""


def test_one_command_sets_up_a_service_that_signs_in(root, boot, clean, built):
    machine, said = set_up(root(clean), boot, package(built, "countersign"))
    assert "made     the service" in said and "right    reach" not in said and "does not trust" in said
    assert machine.show("countersign.service", "ActiveState") == "active"
    assert machine.show("countersign.service", "StatusText") == "serving"
    assert machine.sh("ps -o user= -C countersignd,countersign-worker,countersign-front | sort -u").split() == ["countersign"]
    assert "signed in" in machine.sh(SIGN_IN)
    pid = machine.show("countersign.service", "MainPID")
    status = machine.sh(f"cat /proc/{pid}/status")
    assert re.search(r"^CapBnd:\s+0+$", status, re.M) and re.search(r"^NoNewPrivs:\s+1$", status, re.M)
    exposure = re.search(r"exposure level .*: ([0-9.]+)", machine.sh("systemd-analyze security --no-pager countersign.service"))
    assert float(exposure.group(1)) < 1.5
    log = machine.sh("journalctl --no-pager -o short -u countersign.service")
    assert "no_landlock" not in log, log
    assert machine.sh("journalctl --no-pager -p warning -o cat -u countersign.service") == "", "priorities are the journal's"


def test_a_second_setup_changes_nothing(root, boot, clean, built):
    machine, _ = set_up(root(clean), boot, package(built, "countersign"))
    listing = "find /etc/countersign /etc/systemd/system -printf '%p %m %u %T@ %s\\n' | sort"
    before, pid = machine.sh(listing), machine.show("countersign.service", "MainPID")
    said = machine.sh("countersign setup")
    assert "made " not in said and "present  the service" in said
    assert machine.sh(listing) == before and machine.show("countersign.service", "MainPID") == pid


def test_a_certificate_that_the_account_can_read_is_renewed_without_a_restart(root, boot, clean, built):
    made = root(clean)
    made.copy(package(built, "countersign"))
    made.run("sh", "-c", "dpkg -i /root/countersign_*.deb")
    for name in ("first", "second"):
        pair = [os.path.join(made.folder, "root", f"{name}.{kind}") for kind in ("key", "pem")]
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
            "-keyout", pair[0], "-out", pair[1], "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    machine = boot(made)
    put = "/usr/share/countersign/hooks/install-certificate localhost /root/{0}.pem /root/{0}.key"
    machine.sh(put.format("first") + "; head -c 9 /dev/urandom | base64 >/root/password")
    machine.sh("countersign setup --name localhost --certificate /etc/countersign/tls/localhost/fullchain.pem --key "
               "/etc/countersign/tls/localhost/privkey.pem --company acme --technician ann@acme.example --password-file /root/password")
    assert "LoadCredential=tls." not in machine.sh("cat /etc/systemd/system/countersign.service.d/credentials.conf")
    pid = machine.show("countersign.service", "MainPID")

    def served(name):
        return machine.sh(f"echo x | countersign login nobody@acme.example --url https://localhost --ca /root/{name}.pem "
                          "--password-file - 2>&1", check=False)

    assert "InvalidPassword" in served("first") and "InvalidPassword" not in served("second")
    machine.sh(put.format("second") + "; systemctl reload countersign")
    assert "InvalidPassword" in served("second") and "InvalidPassword" not in served("first")
    assert machine.show("countersign.service", "MainPID") == pid


def test_reload_waits_and_fails_where_it_is_refused(root, boot, clean, built):
    machine, _ = set_up(root(clean), boot, package(built, "countersign"))
    machine.sh("systemctl reload countersign")
    machine.sh("printf '[log]\\nlevel = loud\\n' >>/etc/countersign/countersign.conf")
    assert machine.run("systemctl", "reload", "countersign", check=False).returncode != 0
    assert "level must be" in machine.sh("journalctl --no-pager -o cat -u countersign.service")
    assert machine.show("countersign.service", "ActiveState") == "active"
    machine.sh("sed -i s/loud/info/ /etc/countersign/countersign.conf; systemctl reload countersign")


def while_knocking(machine, command):
    """Whether each connection was accepted, one after the other, all the time that a command takes."""
    machine.sh("rm -f /root/enough /root/knocks; " + """cat >/root/knock <<'KNOCK'
        while [ ! -e /root/enough ]; do
            if (exec 3<>/dev/tcp/127.0.0.1/443) 2>/dev/null; then echo yes; else echo no; fi >>/root/knocks
        done
KNOCK
        nohup bash /root/knock >/dev/null 2>&1 & knocking=$!
        until [ -s /root/knocks ]; do sleep 0.1; done
        """ + command + """; done=$?; touch /root/enough; wait $knocking; exit $done""")
    return machine.sh("cat /root/knocks").split()


def test_a_restart_and_a_hang_cost_no_connection(root, boot, clean, built):
    machine, _ = set_up(root(clean), boot, package(built, "countersign"))
    knocks = while_knocking(machine, "systemctl restart countersign")  # systemd holds the socket while no server runs
    assert "yes" in knocks and "no" not in knocks, knocks
    machine.sh("mkdir -p /run/systemd/system/countersign.service.d; "
               "printf '[Service]\\nWatchdogSec=2s\\n' >/run/systemd/system/countersign.service.d/fast.conf; "
               "systemctl daemon-reload; systemctl restart countersign")
    pid = machine.show("countersign.service", "MainPID")
    machine.sh(f"kill -STOP {pid}")
    machine.until(lambda: machine.show("countersign.service", "MainPID") not in ("0", pid)
                  and machine.show("countersign.service", "ActiveState") == "active", "the watchdog did not restart it")
    assert "signed in" in machine.sh(SIGN_IN)

ASK = r"""exec 3<>/dev/tcp/{0}/80
printf 'GET {1} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n' >&3
cat <&3"""
TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"


def test_port_80_is_a_socket_unit_s_and_leads_to_https_also_after_a_boot(root, boot, clean, built):
    machine, _ = set_up(root(clean), boot, package(built, "countersign"))
    for at in ("127.0.0.1", "::1"):
        assert machine.run("bash", "-c", ASK.format(at, "/"), check=False).returncode != 0, "nothing listens there by itself"
    challenges = "/var/lib/countersign-acme/.well-known/acme-challenge"
    machine.sh(rf"printf '[tls]\nredirect_listen = 0.0.0.0:80 [::]:80\nwebroot = /var/lib/countersign-acme\n' "
               rf">>/etc/countersign/countersign.conf; mkdir -p {challenges}; printf {TOKEN}.{'x' * 43} >{challenges}/{TOKEN}")
    machine.sh(REDIRECT)

    def leads_on():
        for at in ("127.0.0.1", "::1"):
            answer = machine.sh(ASK.format(at, "/a?b"))
            assert answer.startswith("HTTP/1.1 301 ") and "\nLocation: https://localhost/a?b\n" in answer, answer
        answer = machine.sh(ASK.format("127.0.0.1", "/.well-known/acme-challenge/" + TOKEN))
        assert answer.startswith("HTTP/1.1 200 ") and answer.endswith("\n\n" + TOKEN + "." + "x" * 43), answer

    leads_on()
    pid = machine.show("countersign.service", "MainPID")
    assert re.search(r"^CapEff:\s+0+$", machine.sh(f"cat /proc/{pid}/status"), re.M), "and the service has no right to it"
    machine.sh("systemctl restart countersign")
    leads_on()
    machine.stop()
    machine = boot(machine.root)
    machine.until(lambda: machine.show("countersign.service", "ActiveState") == "active", "it is not started at boot")
    leads_on()
    assert "signed in" in machine.sh(SIGN_IN)
    assert "right" in machine.sh("countersign status") and machine.sh("systemctl --failed --plain --no-legend") == ""


def test_an_upgrade_keeps_accounts_phones_and_configuration(root, boot, clean, built, earlier):
    machine, _ = set_up(root(clean), boot, earlier)
    assert "signed in" in machine.sh(SIGN_IN)
    pid, before = machine.show("countersign.service", "MainPID"), machine.sh("sha256sum /etc/countersign/countersign.conf")
    machine.root.copy(package(built, "countersign"))
    machine.sh("countersign backup /root/before.db; DEBIAN_FRONTEND=noninteractive dpkg -i /root/"
               + os.path.basename(package(built, "countersign")))
    assert machine.show("countersign.service", "ActiveState") == "active", machine.sh("journalctl --no-pager -u countersign")
    assert machine.show("countersign.service", "MainPID") != pid, "the new program runs"
    assert machine.sh("sha256sum /etc/countersign/countersign.conf") == before
    assert "signed in" in machine.sh(SIGN_IN) and "whole" in machine.sh("countersign audit verify")
    assert "now has schema version" in machine.sh("journalctl --no-pager -o cat -u countersign.service"), "the unit brought the schema up"


def test_a_package_takes_the_place_of_a_running_server_which_refuses_nothing(root, boot, clean, built):
    deb = package(built, "countersign")
    machine, _ = set_up(root(clean), boot, deb)
    by_hand = re.search(r"^    (RUNTIME_DIRECTORY=.*)$", pathlib.Path(ROOT, "docs/upgrading.md").read_text(), re.M).group(1)
    pid = machine.show("countersign.service", "MainPID")
    for command in ("DEBIAN_FRONTEND=noninteractive dpkg -i /root/" + os.path.basename(deb), by_hand):
        workers = machine.sh("pgrep -x countersign-wor").split()
        knocks = while_knocking(machine, command)
        assert "yes" in knocks and "no" not in knocks, knocks
        assert machine.show("countersign.service", "MainPID") == pid and machine.show("countersign.service", "ActiveState") == "active"
        machine.until(lambda: not set(workers) & set(machine.sh("pgrep -x countersign-wor").split()), "the old workers stay")
        assert "signed in" in machine.sh(SIGN_IN)
    assert machine.sh("journalctl --no-pager -o cat -u countersign.service").count("upgrade.done") == 2
    machine.sh("systemctl reload countersign")


def test_a_purge_removes_the_configuration_and_keeps_what_cannot_be_made_again(root, boot, clean, built):
    machine, _ = set_up(root(clean), boot, package(built, "countersign"))
    machine.sh("DEBIAN_FRONTEND=noninteractive dpkg --remove countersign")
    assert machine.sh("ss -Hltn sport = :443") == "" and machine.sh("ls /etc/countersign/countersign.conf")
    said = machine.sh("DEBIAN_FRONTEND=noninteractive dpkg --purge countersign")
    assert "/var/lib/countersign is kept" in said and "/etc/countersign/key is kept" in said
    assert machine.sh("find /etc/countersign /var/lib/countersign -type f -name '*.conf' -o -name '*.pem'") == ""
    assert machine.sh("ls /etc/countersign/key /var/lib/countersign/countersign.db").split()
    assert machine.sh("ls -d /etc/systemd/system/countersign* /etc/systemd/system/*/countersign* 2>/dev/null; true") == ""
    assert machine.sh("systemctl --failed --plain --no-legend") == ""


def test_without_systemd_it_is_set_up_and_signs_in_as_well(root, clean, built):
    made = root(clean)
    made.copy(package(built, "countersign"), package(built, "countersign-doc"), os.path.join(ROOT, "debian/tests/sign-in"))
    made.run("sh", "-c", "dpkg -i /root/*.deb")
    said = made.run("bash", "/root/sign-in").stdout
    assert "signed in" in said and "whole" in said
    said = made.run("countersign", "setup", "--name", "sign-in.example.com", "--certificate", "proxy", "--company", "acme",
                    "--technician", "ann@acme.example", "--generate").stdout
    assert "Start the server:  /usr/sbin/countersignd -c" in said
