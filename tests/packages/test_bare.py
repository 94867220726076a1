# SPDX-License-Identifier: Apache-2.0
"""The README's first command on a Debian with nothing but a C compiler, make and git."""

import os

from machine import ROOT, run


def test_make_demo_installs_what_it_needs_and_no_more(root, bare):
    made = root(bare)
    run("git", "clone", "-q", ROOT, os.path.join(made.folder, "root/countersign"))
    said = made.run("sh", "-c", "cd /root/countersign && make demo").stdout
    assert "signed in" in said and "stopped cleanly" in said
    assert "installing" in said and "installing" not in made.run("sh", "-c", "cd /root/countersign && make build").stdout
    present = made.run("dpkg-query", "-W", "-f", "${Package}\n").stdout.split()
    assert not {"chromium", "nodejs", "npm", "php-cli", "clang", "libcmocka-dev"} & set(present)
