# SPDX-License-Identifier: Apache-2.0
"""The packages themselves: the same bytes wherever they are built, clean by Debian's checkers, hardened."""

import filecmp
import json
import os
import pathlib
import shutil
import tempfile

import pytest

from conftest import package
from machine import ROOT, run, tracked


@pytest.fixture
def elsewhere():
    """A folder that other accounts can reach, unlike those of pytest."""
    folder = pathlib.Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_the_packages_are_the_same_whoever_builds_them_where_and_when(built, elsewhere):
    tree, other = elsewhere / "a tree", elsewhere / "another place"
    tree.mkdir()
    for name in tracked():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(os.path.join(ROOT, name), tree / name)
        os.utime(tree / name, (10**9, 10**9))  # long before the commit
    run("git", "-C", tree, "init", "-q")
    run("git", "-C", tree, "add", "-A")
    other.mkdir()
    run("chown", "-R", "nobody:", tree, other)
    epoch = run("git", "-C", ROOT, "log", "-1", "--format=%ct").stdout.strip()
    run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "sh", "-c", 'umask 077; exec tools/deb "$1"', "sh",
        other / "out", cwd=tree, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TZ": "Pacific/Auckland",
                                      "LC_ALL": "C", "SOURCE_DATE_EPOCH": epoch})
    names = sorted(one for one in os.listdir(built) if one.endswith((".deb", ".tar.xz", ".dsc")))
    assert len([one for one in names if one.endswith(".deb")]) >= 2
    for name in names:
        assert filecmp.cmp(os.path.join(built, name), other / "out" / name, shallow=False), f"{name} differs"


def changes(built):
    (found,) = [one for one in os.listdir(built) if one.endswith(".changes")]
    return os.path.join(built, found)


def test_lintian_finds_nothing(built):
    done = run("lintian", "--allow-root", "--pedantic", "--display-info", "--fail-on", "error,warning,info,pedantic", changes(built),
               check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_everything_is_compiled_hardened(built):
    done = run("blhc", "--all", os.path.join(built, "build.log"), check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_bill_of_materials_names_what_is_linked(built, tmp_path):
    run("dpkg-deb", "-x", package(built, "countersign"), tmp_path)
    with open(tmp_path / "usr/share/countersign/countersign.spdx.json", encoding="utf-8") as file:
        bill = json.load(file)
    assert bill["spdxVersion"] == "SPDX-2.3"
    parts = {one["name"]: one for one in bill["packages"]}
    version = run(os.path.join(ROOT, "tools/version")).stdout.strip()
    assert parts["countersign"]["versionInfo"] == version
    assert version in run("dpkg-deb", "-f", package(built, "countersign"), "Version").stdout
    for name in ("libssl-dev", "libsqlite3-dev", "libfido2-dev"):
        assert parts[name]["versionInfo"] and "purl" in json.dumps(parts[name])
    ids = {one["SPDXID"] for one in bill["packages"]}
    assert all(one["spdxElementId"] in ids | {"SPDXRef-DOCUMENT"} for one in bill["relationships"])
