# SPDX-License-Identifier: Apache-2.0
"""The end-to-end harness, and one server for each test."""

import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
from countersign import Server  # noqa: E402


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    yield server
    server.close()
