# SPDX-License-Identifier: Apache-2.0
"""Metrics and health: what a server counts, who may read it, and when it says that it is ready."""

import http.client
import itertools
import json
import os
import re
import signal
import stat
import subprocess

from countersign import DAEMON, PASSWORD, PATIENCE, ROOT, free_port


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def person(server):
    return "zebedee@example.com", server.ready("acme", "zebedee@example.com")


def signins(server, result):
    return server.metric(f'countersign_signins_total{{result="{result}"}}')


def test_a_sign_in_and_a_refusal_are_counted(own_server):
    server = own_server()
    email, phone = person(server)
    console = server.console()
    assert console.sign_in(email, phone).result == "OK"
    assert console.login(email, PASSWORD + "x").result == "InvalidPassword"
    assert signins(server, "OK") == 1 and signins(server, "InvalidPassword") == 1
    assert server.metric('countersign_approval_seconds_count{decision="approved"}') == 1
    assert server.metric('countersign_approval_seconds_count{decision="rejected"}') == 0
    assert server.metric("countersign_password_hash_seconds_count") >= 2
    assert server.metric('countersign_store_transaction_seconds_count{mode="write"}') > 0
    assert server.metric('countersign_call_seconds_count{lane="slow"}') == 2
    assert server.metric('countersign_requests_total{status="2xx"}') > 0
    assert server.metric("countersign_start_time_seconds") <= server.now() + 1


def test_counters_do_not_fall_when_a_process_is_started_again(own_server):
    server = own_server()
    email, phone = person(server)
    assert server.console().sign_in(email, phone).result == "OK"
    killed = {kind: server.children(kind) for kind in ("worker", "front", "watch")}
    for pid in itertools.chain(*killed.values()):
        os.kill(pid, signal.SIGKILL)
    for kind, pids in killed.items():
        server.wait_log(f"child.ready child={kind}", len(pids))
    assert signins(server, "OK") == 1
    assert server.metric('countersign_restarts_total{process="front"}') == 1
    assert server.metric('countersign_restarts_total{process="watch"}') == 1


def test_the_socket_is_for_its_account_alone_and_serves_three_pages(own_server):
    server = own_server()
    path = server.settings.get(("store", "path")) or server.settings["store", "key_file"]
    mode = os.stat(path + "-metrics").st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600
    status, headers, text = server.watch("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert status == 200 and headers["Content-Type"].startswith("application/openmetrics-text") and text.endswith("# EOF\n")
    status, headers, text = server.watch("/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4") and "# EOF" not in text
    assert server.watch("/healthz")[0] == 200 and server.watch("/readyz")[0] == 200
    for path in ("/", "/console/", "/WebServices/TechnicianConsole.asmx", "/api/push/key"):
        assert server.watch(path)[0] == 404, path
    assert get(server.port, "/metrics")[0] == 404, "and the public listener has no metrics"


def test_metrics_name_nobody(own_server):
    server = own_server()
    email, phone = person(server)
    assert server.console().sign_in(email, phone).result == "OK"
    server.console().login("a-stranger@example.com", "wrong password")
    text = server.watch("/metrics")[2]
    assert not any(word in text for word in ("@", "127.0.0.1", "zebedee", "acme", "stranger")), text


def test_an_address_of_loopback_serves_them_too(own_server):
    port = free_port()
    server = own_server(settings={("metrics", "listen"): f"127.0.0.1:{port}"})
    assert get(port, "/readyz") == (200, "ready\n")
    assert "countersign_build_info" in get(port, "/metrics")[1]
    assert server.stop() == 0


def test_metrics_can_be_switched_off(own_server):
    server = own_server(settings={("metrics", "listen"): ""})
    assert not server.children("watch")
    assert get(server.port, "/readyz") == (200, "ready\n")


def test_an_address_that_others_reach_is_refused(own_server):
    server = own_server(start=False)
    server.settings["metrics", "listen"] = "0.0.0.0:9464"
    server.write_config()
    done = server.run("--check-config", program=DAEMON)
    assert done.returncode == 2 and "metrics are served without TLS" in done.stdout + done.stderr


def test_a_store_that_does_not_answer_is_not_ready(own_server, tmp_path):
    path = str(tmp_path / "moved.db")
    server = own_server(settings={("store", "path"): path})
    assert get(server.port, "/readyz") == (200, "ready\n")
    for suffix in ("", "-wal", "-shm"):
        os.rename(path + suffix, path + suffix + ".away")
    server.wait_log("store.unavailable|housekeeping.failed")
    server.advance(11)
    server.wait_for(lambda: get(server.port, "/readyz")[0] == 503)
    assert get(server.port, "/readyz")[1] == "not ready\n", "the cause is not for outsiders"
    status, headers, text = server.watch("/readyz")
    assert (status, text) == (503, "the store does not answer\n") and headers["Retry-After"] == "1"
    for suffix in ("", "-wal", "-shm"):
        os.rename(path + suffix + ".away", path + suffix)
    server.wait_for(lambda: get(server.port, "/readyz")[0] == 200)


def test_a_lame_duck_answers_and_says_that_it_leaves(own_server):
    server = own_server(settings={("server", "lame_duck_time"): "600s"})
    email, phone = person(server)
    process = server.process
    process.send_signal(signal.SIGTERM)
    server.wait_log("lame_duck")
    assert get(server.port, "/readyz") == (503, "not ready\n") and server.watch("/readyz")[2] == "draining\n"
    assert server.console().sign_in(email, phone).result == "OK", "and everything else goes on"
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0, "a second signal ends it"


def test_the_drain_follows_the_lame_duck(own_server):
    server = own_server(settings={("server", "lame_duck_time"): "1s"})
    assert server.stop() == 0
    log = server.log()
    assert log.index("lame_duck") < log.index(" drain ")


def test_promtool_has_no_complaint(own_server):
    server = own_server()
    email, phone = person(server)
    assert server.console().sign_in(email, phone).result == "OK"
    assert promtool("check", "metrics", text=server.watch("/metrics")[2]) == ""


def test_every_alert_fires_when_it_should():
    promtool("check", "rules", os.path.join(ROOT, "dist/prometheus/countersign.rules.yml"))
    promtool("test", "rules", os.path.join(ROOT, "tests/prometheus/countersign.test.yml"))


def test_alerts_and_dashboard_name_only_what_there_is(own_server):
    lines = own_server().watch("/metrics")[2].splitlines()
    known = {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}
    for path in ("dist/prometheus/countersign.rules.yml", "dist/grafana/countersign.json"):
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            text = file.read()
        named = set(re.findall(r"countersign_\w+", text))
        assert named and named <= known, named - known
    json.loads(text)


def test_every_alert_says_what_to_do():
    with open(os.path.join(ROOT, "dist/prometheus/countersign.rules.yml"), encoding="utf-8") as rules:
        alerts = re.findall(r"- alert: (\w+)", rules.read())
    with open(os.path.join(ROOT, "docs/operating.md"), encoding="utf-8") as page:
        rows = re.findall(r"^\| `(Countersign\w+)` \| [^|]+ \| [^|]+ \|$", page.read(), re.M)
    assert alerts and rows == alerts


def promtool(*args, text=None):
    """What it says on success, which is nothing for metrics without a flaw."""
    done = subprocess.run(["promtool", *args], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
