# SPDX-License-Identifier: Apache-2.0
"""Sign-ins under SIGKILL of children and of the supervisor: the history that the clients saw holds."""

import storm


def test_sign_ins_survive_kills(server):
    history, found = storm.run(server, sign_ins=24, kills=8, seed=1)
    assert found == []
    assert sum(call["result"] == "OK" for call in history.calls if call["kind"] == "check") >= 12
