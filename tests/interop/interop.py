# SPDX-License-Identifier: Apache-2.0
"""Signs in with a client program, and compares its output with what must happen.

A client is called `client WSDL ENDPOINT VERSION SCENARIO EMAIL PASSWORD`; SCENARIO is signin or fault. It prints a line a step:
`login RESULT`, `number 123456` (the phone answers then), `check RESULT` for each poll, `end RESULT`, or `fault TEXT`.
"""

import itertools
import os
import shutil
import subprocess

import pytest

from clients import HERE, SCENARIOS
from countersign import BUILD, PASSWORD, PATH, PATIENCE

COUNTER = itertools.count()
# What has to be escaped in XML, and letters of one, two and three bytes of UTF-8.
LETTERS = 'pässwörd & <b> "€" 漢字'
FAULT = "SOAP header Probe was not understood."
REQUIRED = "login_v2_OkTwoFactorAuthenticationRequired"
POLL = "loginTwoFactorRet_Poll"


def cases(clients):
    """Every client in every version that it speaks in every scenario; those that share a folder of stubs on one process."""
    return [pytest.param(client, version, scenario, id=f"{client.name}-{version}-{scenario}",
                         marks=pytest.mark.xdist_group("npm" if client.is_npm else client.name))
            for client in clients for version in client.versions for scenario in SCENARIOS]


def npm_folder():
    """The packages of npm/package-lock.json, installed once into the build folder."""
    folder = os.path.join(BUILD, "interop", "npm")
    lock = os.path.join(HERE, "npm", "package-lock.json")
    done = os.path.join(folder, "done")
    with open(lock, encoding="utf-8") as wanted:
        text = wanted.read()
    if not os.path.exists(done) or open(done, encoding="utf-8").read() != text:
        os.makedirs(folder, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(os.path.join(HERE, "npm", name), folder)
        subprocess.run(["npm", "ci", "--silent"], cwd=folder, check=True, stdin=subprocess.DEVNULL)
        with open(done, "w", encoding="utf-8") as out:
            out.write(text)
    return folder


def environment(client, endpoint, made):
    """The client's environment; its stubs are made of the description the first time."""
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    if client.is_npm:
        env["NPM_FOLDER"] = npm_folder()
    if client.program("build"):
        env["OUT"] = os.path.join(made, client.name)
        if not os.path.exists(env["OUT"]):
            os.mkdir(env["OUT"])
            done = subprocess.run([client.program("build"), endpoint + "?WSDL"], env=env, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
    return env


def run(server, client, version, scenario, made):
    endpoint = f"http://127.0.0.1:{server.port}{PATH}"
    env = environment(client, endpoint, made)
    email = f"ann{next(COUNTER)}@acme.example"
    password = LETTERS if scenario == "letters" else PASSWORD
    phone = None
    if scenario != "fault":
        server.technician("acme", email, password)
    if scenario in ("approve", "letters", "reject"):
        phone = server.phone(email)
    words = [client.program("client"), endpoint + "?WSDL", endpoint, version, "fault" if scenario == "fault" else "signin",
             email, password if scenario != "password" else "not " + password]
    steps = []
    with open(os.path.join(made, "stderr"), "w+", encoding="utf-8") as errors:
        with subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True) as console:
            for line in console.stdout:
                step, _, value = line.rstrip("\n").partition(" ")
                steps.append((step, value))
                if step == "number":
                    answer = phone.reject() if scenario == "reject" else phone.approve(value)
                    assert answer["result"] == "OK", answer
        errors.seek(0)
        assert console.wait(PATIENCE) == 0, (steps, errors.read())
    return steps


def check(server, client, version, scenario, made):
    steps = run(server, client, version, scenario, made)
    if scenario == "fault":
        assert steps == [("fault", FAULT)]
        return
    if scenario == "password":
        assert steps == [("login", "login_v2_InvalidPassword"), ("end", "login_v2_InvalidPassword")]
        return
    final = "loginTwoFactorRet_TwoFactorRejected" if scenario == "reject" else "loginTwoFactorRet_OK"
    assert steps[0] == ("login", REQUIRED)
    assert steps[1][0] == "number" and steps[1][1].isdigit() and len(steps[1][1]) == 6
    assert steps[-2:] == [("check", final), ("end", final)]
    assert set(steps[2:-2]) <= {("check", POLL)}
