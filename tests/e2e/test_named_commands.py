# SPDX-License-Identifier: Apache-2.0
"""tools/check-named-commands: what a page says to type is found if it does not exist, and left alone if it does."""

import os
import re
import subprocess

import pytest

from countersign import DAEMON, ROOT

# A line of a page, and what is wrong in it: None is nothing.
LINES = [
    ("    countersign technician add EMAIL --company acme", None),
    ("    countersign technician add EMAIL --compony acme", "countersign technician add has no option --compony"),
    ("    countersign technician ad EMAIL", "there is no command countersign technician ad"),
    ("    runuser -u countersign -- countersign db check && x", None),
    ("    runuser -u countersign -- countersign db chek", "there is no command countersign db chek"),
    ("    /usr/sbin/countersignd --sandbox --listen 127.0.0.1:8480    # see `countersignd --help`", None),
    ("    RUNTIME_DIRECTORY=/run/x countersignd --upgrade \"$(systemctl show -p MainPID --value countersign)\"", None),
    ("Try `countersignd --check-config -c FILE`.", None),
    ("Try `countersignd --check-confg`.", "countersignd has no option --check-confg"),
    ("    sudo countersignd -c FILE --ready-fd=3 --lisen X", "countersignd has no option --lisen"),
    ("    countersignd --sandbox=yes", "countersignd --sandbox takes no value"),
    ("    countersignd -x", "countersignd has no option -x"),
    ("The unit `countersign.service` starts `countersignd`.", None),
    ("    make demo STAY=yes    # shows it", None),
    ("    make failover       # ten minutes; SHORT=yes: each fault once", None),
    ("    make failover       # ten minutes; SHRT=yes: each fault once", "make failover reads no variable SHRT"),
    ("    make bare-check     # `make check ALL=yes` in a bare Debian", None),
    ("    make build && sudo make instal", "there is no target instal of make"),
    ("See `make demo SRAY=yes`.", "make demo reads no variable SRAY"),
    ("    make bench PARTS=\"store nodes\"", None),
    ("    make fixture build PORT=1", None),
    ("They make changes, and make no promise.", None),
    ("The key's label is `countersign push v1`; label `countersign push v1`.", "there is no command countersign push v1"),
    ("A key (label `countersign push v1`).", None),
    ("See [operating.md](docs/operating.md), \"Restoring\".", None),
    ("See [operating.md](docs/operating.md), \"Restorin\".", "has no section Restorin"),
]


def checked(*pages):
    done = subprocess.run([os.path.join(ROOT, "tools/check-named-commands"), *pages], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    return done.returncode, done.stdout.splitlines()


def test_each_wrong_line_is_found_and_no_right_one(tmp_path):
    pages = []
    for i, (line, _) in enumerate(LINES):
        pages.append(tmp_path / f"{i:02d}.md")
        pages[-1].write_text(f"# A page\n\n{line}\n")
    status, said = checked(*map(str, pages))
    assert status == 1
    by_page = {i: [one.split(".md: ", 1)[1] for one in said if f"/{i:02d}.md: " in one] for i in range(len(LINES))}
    for i, (line, wrong) in enumerate(LINES):
        assert len(by_page[i]) == (wrong is not None) and (wrong is None or wrong in by_page[i][0]), (line, by_page[i])
    assert len(said) == sum(wrong is not None for _, wrong in LINES)


def test_a_page_without_a_wrong_line_passes(tmp_path):
    page = tmp_path / "right.md"
    page.write_text("# Right\n\n    make check\n\nand `countersignd --version`\n")
    assert checked(str(page)) == (0, [])


@pytest.mark.parametrize("what", ["usage", "man"])
def test_each_option_of_the_daemon_is_described(what):
    if what == "usage":
        described = subprocess.run([DAEMON, "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    else:
        with open(os.path.join(ROOT, "man/countersignd.8.in"), encoding="utf-8") as page:
            described = page.read()
    with open(os.path.join(ROOT, "src/proc/countersignd.c"), encoding="utf-8") as source:
        options = re.findall(r'\{"([\w-]+)", \w+_argument, NULL', source.read())
    assert len(options) > 8
    for option in options:
        assert re.search(rf"-{option}\b", described), option
