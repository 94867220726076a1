# SPDX-License-Identifier: Apache-2.0
"""Two servers on two PostgreSQL under Patroni, for each test."""

import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import failover  # noqa: E402


@pytest.fixture
def run(tmp_path):
    made = failover.Run(str(tmp_path), seed=1)
    yield made
    made.close()
