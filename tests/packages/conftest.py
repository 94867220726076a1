# SPDX-License-Identifier: Apache-2.0
"""The packages, built once, and machines to try them in."""

import os
import re
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from machine import ROOT, WORK, Machine, Root, packed, run, state  # noqa: E402


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
def earlier(built, tmp_path_factory):
    """The same program as a package of the version before: what an upgrade replaces."""
    folder = tmp_path_factory.mktemp("earlier")
    path = package(built, "countersign")
    run("dpkg-deb", "-R", path, folder / "tree")
    control = folder / "tree/DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*$", "Version: 0.1.99", control.read_text(), flags=re.M))
    run("dpkg-deb", "--root-owner-group", "-b", folder / "tree", folder / "countersign_0.1.99.deb")
    return str(folder / "countersign_0.1.99.deb")


@pytest.fixture(scope="session")
def clean(built):
    """A minimal Debian with an init, and what the packages depend on but not they themselves."""
    depends = subprocess.run(["dpkg-deb", "-f", package(built, "countersign"), "Depends"], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    names = {one.split("|")[0].split("(")[0].strip() for one in depends.split(",")}
    return packed("clean", names | {"systemd", "systemd-sysv", "dbus", "iproute2", "procps"})


@pytest.fixture(scope="session")
def bare():
    """What a user begins with who has a compiler, make and git."""
    return packed("bare", {"gcc", "make", "git", "ca-certificates"})


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
