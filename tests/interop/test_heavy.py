# SPDX-License-Identifier: Apache-2.0
"""The clients that are large to install, or need a compiler: a part of `make interop`."""

import pytest

import guide
from clients import HEAVY
from interop import cases, check


@pytest.mark.parametrize("client,version,scenario", cases(HEAVY))
def test_console(client, version, scenario, server, made):
    check(server, client, version, scenario, made)


@pytest.mark.parametrize("program,way", guide.cases(guide.HEAVY))
def test_printed_console(program, way, server, made):
    guide.check(server, program, way, made)
