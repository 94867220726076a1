# SPDX-License-Identifier: Apache-2.0
"""Sign-ins while the database fails over: nothing acknowledged is lost, and nothing is granted twice."""

import failover


def test_sign_ins_resume_after_each_fault_and_the_history_holds(run):
    def chaos(run):
        for fault in failover.SHORT:
            failover.strike(run, fault)
    assert run.during(chaos) == []
