"""Crashes, hangs, lost hosts and repairs (A-CRASH, A-HANG, A-HOST, A-REPAIR)."""

from __future__ import annotations

import pytest

from hamodel import Kind
from tests.stories.telling import (
    CALL,
    MANAGER,
    RECORDER,
    SERVER,
    SIP,
    SMALL,
    Situation,
    deployed,
    recorded,
)

SESSION = f"recording_session_of_{CALL}_on_{SERVER}"
TOGETHER = (
    "media_server.count=3",
    'hosts.host_1=["sip_server_1", "media_server_1"]',
    'hosts.host_5=["media_server_3"]',
)
"""SIP Server and a Media Server share a host."""


def call(*changes: str) -> Situation:
    """Return a small deployment with a call that is recorded."""
    return recorded(deployed(*SMALL, *changes))


@pytest.mark.parametrize(
    ("name", "forgets", "before", "after"),
    [
        (SIP, f"{SIP}.session_of_{CALL}", "bridged", "unknown"),
        (MANAGER, f"{MANAGER}.recorder_of_{CALL}", RECORDER, "none"),
        (SERVER, f"{SERVER}.conference_of_{CALL}", "recording", "absent"),
        (RECORDER, f"{RECORDER}.receives_{CALL}", "yes", "no"),
    ],
)
def test_a_crash_erases_memory_and_a_hang_does_not(
    name: str, forgets: str, before: str, after: str
) -> None:
    """A process that died has lost what it knew; a hung one has it still, and answers nothing."""
    crashed, hung = call().after(f"{name} crashes"), call().after(f"{name} hangs")

    assert ("down", after) == (crashed[name], crashed[forgets])
    assert ("hung", before) == (hung[name], hung[forgets])


def test_a_hung_process_can_crash() -> None:
    """What hangs can still die; what is down can do neither."""
    hung = call().after(f"{SERVER} hangs")

    assert hung.can(f"{SERVER} crashes")
    assert not hung.can(f"{SERVER} hangs")
    assert not hung.after(f"{SERVER} crashes").can(f"{SERVER} crashes")


def test_recording_sessions_die_with_their_media_server() -> None:
    """It has the dialog; a hung one keeps it."""
    assert "established" == call()[SESSION]
    assert "absent" == call().after(f"{SERVER} crashes")[SESSION]
    assert "established" == call().after(f"{SERVER} hangs")[SESSION]


def test_a_host_takes_down_all_that_is_on_it() -> None:
    """SIP Server, Media Server, and the recording sessions of this Media Server."""
    lost = call(*TOGETHER).after("host_1 is lost")

    assert ("down", "down") == (lost[SIP], lost[SERVER])
    assert ("unknown", "absent") == (lost[f"{SIP}.session_of_{CALL}"], lost[SESSION])
    assert "up" == lost["media_server_2"]


def test_a_host_with_something_left_on_it_can_be_lost() -> None:
    """It is lost once: while one of its instances is not down."""
    half = call(*TOGETHER).after(f"{SERVER} crashes")

    assert half.can("host_1 is lost")
    assert not half.after("host_1 is lost").can("host_1 is lost")


def test_a_host_of_nothing_in_scope_has_no_rule() -> None:
    """With a single Resource Manager the host of the second is not in the model."""
    hosts = [rule.name for rule in deployed(*SMALL).system.rules if rule.family == "host_is_lost"]

    assert 7 == len(hosts)
    assert "host_4 is lost" not in hosts


def test_every_failure_costs_one_fault_of_its_class() -> None:
    """Crash and hang cost by role, a host by itself; a repair costs no fault."""
    rules = deployed().system.rules
    costs = {fault for rule in rules for fault in rule.cost}
    roles = ("sip-server", "resource-manager", "media-server", "recorder")

    assert 10 == len(costs)
    assert {"host-loss", "management-layer-crash"} | {
        f"{role}-{mode}" for role in roles for mode in ("crash", "hang")
    } == costs
    for rule in rules:
        assert ([1] if rule.kind is Kind.FAILURE else []) == list(rule.cost.values())


def test_a_pair_of_scs_does_not_fail() -> None:
    """One crash more is survived: the model has no rule for it (FR-24)."""
    names = {rule.name for rule in deployed(*SMALL, "management_layer.scs=pair").system.rules}

    assert not names & {"management_layer crashes", "management_layer returns"}


@pytest.mark.parametrize(
    ("changes", "name", "role"),
    [
        ((), SIP, "hot-standby"),
        (("sip_server.pair=single",), SIP, "active"),
        ((), MANAGER, "active"),
        (("resource_manager.mode=active-hot-standby",), MANAGER, "hot-standby"),
        ((), SERVER, "up"),
        ((), RECORDER, "up"),
    ],
)
def test_what_a_repaired_instance_is(changes: tuple[str, ...], name: str, role: str) -> None:
    """In a pair it is the backup, without a partner it is at work; a hung one is not repaired."""
    start = deployed(*changes)

    assert not start.after(f"{name} hangs").can(f"{name} returns")
    assert role == start.after(f"{name} crashes", f"{name} returns")[name]


def test_a_repaired_media_server_is_empty() -> None:
    """It holds no conference; the call still sends its media there."""
    back = call().after(f"{SERVER} crashes", f"{SERVER} returns")

    assert ("up", "absent") == (back[SERVER], back[f"{SERVER}.conference_of_{CALL}"])
    assert SERVER == back[f"{CALL}.endpoint_a"]
