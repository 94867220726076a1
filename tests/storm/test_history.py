# SPDX-License-Identifier: Apache-2.0
"""The checker itself: a valid history, and one for each way to be invalid."""

import pytest

from history import History, Records, faults


def story(decision="approve", result="OK"):
    """One sign-in that went well, and what the server kept of it."""
    history = History()
    for kind, what, answer in (("login", {}, "OK"), (decision, {"challenge": "c1"}, "OK"), ("check", {}, result)):
        history.answer(history.ask(kind, "ann 1", id="1", **what), answer)
    rows = [("login.begun", {"login": "1"})]
    if decision == "approve":
        rows += [("push.approved", {"challenge": "c1"}), ("login.granted", {"login": "1"})]
    else:
        rows += [("push.rejected", {"challenge": "c1"})]
    return history, [{"event": event, "detail": detail} for event, detail in rows], ["1"] if result == "OK" else []


def without(audit, event):
    return [row for row in audit if row["event"] != event]


def test_a_good_history_holds():
    history, audit, sessions = story()
    assert faults(history, Records(audit, sessions)) == []
    history, audit, sessions = story("reject", "TwoFactorRejected")
    assert faults(history, Records(audit, sessions)) == []


def test_a_call_that_was_cut_off_may_have_happened_or_not():
    history, audit, sessions = story()
    history.ask("login", "bob 1", id="2")
    history.ask("approve", "bob 1", id="2", challenge="c2")
    assert faults(history, Records(audit, sessions)) == []
    more = audit + [{"event": "push.approved", "detail": {"challenge": "c2"}}]
    assert faults(history, Records(more, sessions)) == []


@pytest.mark.parametrize("event", ["login.begun", "push.approved", "login.granted"])
def test_what_was_acknowledged_and_is_gone_is_found(event):
    history, audit, sessions = story()
    assert faults(history, Records(without(audit, event), sessions))


@pytest.mark.parametrize("event", ["push.approved", "login.granted"])
def test_what_happened_twice_is_found(event):
    history, audit, sessions = story()
    assert faults(history, Records(audit + [row for row in audit if row["event"] == event], sessions))


def test_an_ok_before_its_approval_is_found():
    history, audit, sessions = story()
    history.calls[1]["asked"], history.calls[2]["answered"] = 100, 50
    assert any("without an approval" in fault for fault in faults(history, Records(audit, sessions)))


def test_an_ok_after_a_refusal_is_found():
    history, audit, sessions = story("reject")
    assert any("although the phone refused" in fault for fault in faults(history, Records(audit, sessions)))


def test_a_session_without_an_ok_is_found():
    history, audit, sessions = story()
    assert faults(history, Records(audit, []))
    assert faults(history, Records(audit, sessions + ["9"]))


def test_an_approval_that_was_acknowledged_ends_in_ok():
    history, audit, sessions = story(result="InvalidToken")
    assert any("acknowledged, and the check" in fault for fault in faults(history, Records(audit, sessions)))


def test_an_approval_that_no_phone_made_is_found():
    history, audit, sessions = story()
    more = audit + [{"event": "push.approved", "detail": {"challenge": "c9"}}]
    assert faults(history, Records(more, sessions))


def test_an_ok_to_another_address_is_found():
    history, audit, sessions = story()
    history.answer(history.ask("thief", "ann 1", id="1"), "InvalidToken")
    assert faults(history, Records(audit, sessions)) == []
    history.answer(history.ask("thief", "ann 1", id="1"), "OK")
    assert any("another address" in fault for fault in faults(history, Records(audit, sessions)))


def test_a_lock_that_was_acknowledged_and_is_gone_is_found():
    history, audit, sessions = story()
    history.answer(history.ask("lock", "bob", id=None), "OK")
    history.ask("lock", "bob", id=None)
    locks = [{"event": "account.locked", "detail": {}, "account": "bob"}] * 3
    for n, is_right in ((0, False), (1, True), (2, True), (3, False)):
        assert (faults(history, Records(audit + locks[:n], sessions)) == []) == is_right
