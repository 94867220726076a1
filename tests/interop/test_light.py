# SPDX-License-Identifier: Apache-2.0
"""The clients that are quick to install: a part of `make check`."""

import pytest

import guide
from clients import LIGHT
from interop import cases, check


@pytest.mark.parametrize("client,version,scenario", cases(LIGHT))
def test_console(client, version, scenario, server, made):
    check(server, client, version, scenario, made)


@pytest.mark.parametrize("program,way", guide.cases(guide.LIGHT))
def test_printed_console(program, way, server, made):
    guide.check(server, program, way, made)
