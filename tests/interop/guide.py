# SPDX-License-Identifier: Apache-2.0
"""The consoles that the guide prints, each run as its page has it: /integrate/consoles."""

import html
import itertools
import os
import re
import subprocess
import urllib.request
from dataclasses import dataclass

import pytest

from countersign import PASSWORD, PATH, PATIENCE
from interop import npm_folder

COUNTER = itertools.count()
NEW_PASSWORD = "many a cheerful river 8 miles"
WRONG_CODE = "AAAA-AAAA-AAAA-AAAA"
JAVA = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "jaxws", "classpath")]


@dataclass(frozen=True)
class Program:
    id: str  # of its heading on the page
    file: str
    build: tuple = ()  # shell commands; $WSDL is the description
    run: str = ""


LIGHT = [
    Program("curl", "console.sh", run="sh console.sh"),
    Program("zeep", "console.py", run="/usr/bin/python3 console.py"),
    Program("php", "console.php", run="php console.php"),
    Program("node", "console.mjs", ("ln -s $NPM_FOLDER/node_modules node_modules",), "node console.mjs"),
]
HEAVY = [
    Program("framework", "console-framework.cs", (
        "wsdl -nologo -out:TechnicianConsole.cs $WSDL >wsdl.log",
        "mcs -nologo -warn:1 -r:System.Web.Services -out:console.exe console-framework.cs TechnicianConsole.cs"), "mono console.exe"),
    # Debian has no SDK of .NET 8. Mono's compiler and libraries take the program as it is.
    Program("net", "console-net.cs", (
        "mcs -nologo -warn:1 -langversion:latest -r:System.Net.Http -r:System.Xml.Linq -out:console.exe console-net.cs",), "mono console.exe"),
    Program("java", "Console.java", (
        "wsimport -extension -quiet -keep -p console $WSDL", 'javac -cp ".:$JAXWS" Console.java'),
        'java -XX:TieredStopAtLevel=1 -Xshare:auto -cp ".:$JAXWS" Console'),
]
WAYS = ("phone", "code", "expired", "wait", "password")


def cases(programs):
    return [pytest.param(program, way, id=f"guide-{program.id}-{way}", marks=pytest.mark.xdist_group(f"guide-{program.id}"))
            for program in programs for way in WAYS]


def printed(server, program):
    """The program as a person copies it from the page, which is also what its link leads to."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/integrate/consoles") as page:
        text = page.read().decode()
    shown = re.search(f'<h3 id="{program.id}">.*?<pre class="code">(.*?)</pre>', text, re.S)[1]
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/integrate/{program.file}") as file:
        assert file.read().decode() == html.unescape(shown)
    return html.unescape(shown)


def built(server, program, made):
    """The folder that the program runs in, made the first time, and its environment."""
    env = {**os.environ, "LC_ALL": "C.UTF-8", "WSDL": f"http://127.0.0.1:{server.port}{PATH}?WSDL"}
    if program.id == "node":
        env["NPM_FOLDER"] = npm_folder()
    if program.id == "java":
        env["JAXWS"] = subprocess.run(JAVA, capture_output=True, text=True, check=True).stdout.strip()
    folder = os.path.join(made, "guide-" + program.id)
    if not os.path.exists(folder):
        os.mkdir(folder)
        with open(os.path.join(folder, program.file), "w", encoding="utf-8") as file:
            file.write(printed(server, program))
        for command in program.build:
            done = subprocess.run(["sh", "-c", command], cwd=folder, env=env, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
    return folder, env


class Console:
    """The program, typed to: what it asks comes without a line's end."""

    def __init__(self, server, program, email, made):
        folder, env = built(server, program, made)
        self.process = subprocess.Popen(["sh", "-c", f'exec {program.run} "$@"', "sh", f"http://127.0.0.1:{server.port}", email],
                                        cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.said = ""

    def expect(self, pattern):
        """Reads until the pattern was said."""
        while (found := re.search(pattern, self.said)) is None:
            more = os.read(self.process.stdout.fileno(), 4096)
            assert more, (pattern, self.said, self.process.stderr.read())
            self.said += more.decode()
        self.said = self.said[found.end():]
        return found

    def type(self, question, answer):
        self.expect(question)
        self.process.stdin.write(answer.encode() + b"\n")
        self.process.stdin.flush()

    def end(self):
        out, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, self.said + out.decode(), errors.decode()


def approve(console, phone):
    console.type("ask the phone: ", "")
    number = console.expect(r"Type (\d{6}) on the phone")[1]
    assert phone.approve(number)["result"] == "OK"


def sign_out(console):
    console.type(r"Signed in\.\s+Enter signs out\. ", "")
    code, said, errors = console.end()
    assert code == 0, (said, errors)
    assert re.search(r"Session:\s+consoleRet_OK\s+Signed out:\s+consoleRet_OK\s*$", said), said


def check(server, program, way, made):
    email = f"guide{next(COUNTER)}-{os.getpid()}@acme.example"
    server.technician("acme", email, options=() if way == "expired" else ("--keep",))
    phone = server.phone(email)
    console = Console(server, program, email, made)
    console.type("Password: ", PASSWORD if way != "password" else "not " + PASSWORD)
    if way == "password":
        code, said, errors = console.end()
        assert code == 1 and "login_v2_InvalidPassword" in errors, (code, said, errors)
        return
    if way == "code":
        code = server.cli("code", "recovery", email)["codes"][0]
        console.type("ask the phone: ", WRONG_CODE)
        console.type(r"code is wrong[^:]*ask the phone: ", code)
    elif way == "wait":
        console.expect("ask the phone: ")
        server.console().begin(email)  # whose refusal makes the next push wait for 30 seconds, of which two are left
        assert phone.reject()["result"] == "OK"
        server.advance(28)
        console.type("", "")
        console.expect(r"can be asked again in \d+ seconds")
        number = console.expect(r"Type (\d{6}) on the phone")[1]
        assert phone.approve(number)["result"] == "OK"
    else:
        approve(console, phone)
    if way == "expired":
        console.type("has expired. New password: ", NEW_PASSWORD)
        approve(console, phone)
    sign_out(console)
