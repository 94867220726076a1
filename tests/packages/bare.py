#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs make in a Debian with nothing but a C compiler, make and git: what it needs beside, it must install.

usage: bare.py [ARGUMENT...]        those of make; needs root, mmdebstrap and the network. As `make bare-check` does, for example.

In some networks the certificates are of an authority of their own, and npm has a registry of its own. So it takes along the
authorities that this machine knows, for Node.js, and the variables of npm. Packages make the root's own list of authorities again.
"""

import os
import shutil
import subprocess
import sys
import tempfile

from machine import BARE, ROOT, Root, packed, run

AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


def main():
    with tempfile.TemporaryDirectory(prefix="countersign-bare.") as folder:
        root = Root(folder, packed("bare", BARE))
        home = root.environment["HOME"]
        tree, authorities = f"{home}/countersign", f"{home}/authorities.crt"
        shutil.copy(AUTHORITIES, folder + authorities)
        run("git", "clone", "-q", ROOT, folder + tree)
        env = {**root.environment, "NODE_EXTRA_CA_CERTS": authorities,
               **{name: value for name, value in os.environ.items() if name.lower().startswith("npm_config_")}}
        done = subprocess.run(root.command("make", "-C", tree, *sys.argv[1:]), env=env, check=False,
                              stdin=subprocess.DEVNULL)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
