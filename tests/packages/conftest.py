# SPDX-License-Identifier: Apache-2.0
"""The packages, built once, and machines to try them in."""

import os
import re
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from machine import BARE, ROOT, WORK, Machine, Root, packed, run, state, tracked  # noqa: E402


@pytest.fixture(scope="session")
def built():
    """The folder of the packages of this tree; those of an earlier run if the tree is the same."""
    assert os.geteuid() == 0, "clean roots need root: run it with sudo"
    folder, stamp = os.path.join(WORK, "debs"), os.path.join(WORK, "debs.state")
    os.makedirs(WORK, exist_ok=True)
    if not os.path.exists(stamp) or open(stamp, encoding="utf-8").read() != state():
        run(os.path.join(ROOT, "tools/deb"), folder)
        with open(stamp, "w", encoding="utf-8") as file:
            file.write(state())
    return folder


def package(folder, name):
    (found,) = [one for one in os.listdir(folder) if one.startswith(name + "_") and one.endswith(".deb")]
    return os.path.join(folder, found)


@pytest.fixture(scope="session")
def earlier():
    """The package of the last commit whose schema is older than this one's: what an upgrade replaces."""
    newest = sorted(one for one in tracked() if re.fullmatch(r"src/db/schema/\d+\.sql", one))[-1]
    added = run("git", "-C", ROOT, "log", "--diff-filter=A", "--format=%H", "-1", "--", newest).stdout.strip()
    assert added, "the whole history is needed: git fetch --unshallow"
    commit = run("git", "-C", ROOT, "rev-parse", added + "^").stdout.strip()
    folder = os.path.join(WORK, "earlier-" + commit[:12])
    if not os.path.exists(os.path.join(folder, "debs")):
        shutil.rmtree(folder, ignore_errors=True)
        run("git", "clone", "-q", "--no-checkout", ROOT, os.path.join(folder, "tree"))
        run("git", "-C", os.path.join(folder, "tree"), "checkout", "-q", commit)
        run(os.path.join(folder, "tree/tools/deb"), os.path.join(folder, "fresh"), env={**os.environ, "DEB_VERSION": "0.2.0~earlier"})
        os.replace(os.path.join(folder, "fresh"), os.path.join(folder, "debs"))
    return package(os.path.join(folder, "debs"), "countersign")


@pytest.fixture(scope="session")
def clean(built):
    """A minimal Debian with an init, and what the packages depend on but not they themselves."""
    depends = subprocess.run(["dpkg-deb", "-f", package(built, "countersign"), "Depends"], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    names = {one.split("|")[0].split("(")[0].strip() for one in depends.split(",")}
    return packed("clean", names | {"systemd", "systemd-sysv", "dbus", "iproute2", "procps"})


@pytest.fixture(scope="session")
def bare():
    return packed("bare", BARE)


@pytest.fixture
def root(tmp_path):
    """Makes a root out of an archive."""
    made = []

    def make(archive):
        folder = tmp_path / f"root{len(made)}"
        folder.mkdir()
        made.append(Root(folder, archive))
        return made[-1]

    yield make
    for one in made:
        shutil.rmtree(one.folder, ignore_errors=True)


@pytest.fixture
def boot():
    """Boots a root."""
    made = []

    def make(root):
        made.append(Machine(root))
        return made[-1]

    yield make
    for machine in made:
        machine.stop()
