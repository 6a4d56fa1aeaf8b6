"""Which recorder a recording session is given to: identifiers, targets, policies (DUP-5, REC-7)."""

from __future__ import annotations

import pytest

from hamodel import PROVED, REFUTED, Budget, check
from hamodel.guide import build, load, promises
from hamodel.verdict import VerdictKind
from tests.guide.test_recording import FAMILY, finds, invited
from tests.stories.telling import (
    CALL,
    MANAGER,
    PEER,
    PLAIN,
    SERVER,
    Situation,
    deployed,
    established,
)

ONE_SERVER = ("scope.media_servers=1", "sip_server.pair=single", "recording.pausable=false")
SINGLE = (*ONE_SERVER, "resource_manager.mode=single")
TWICE = "duplication.requested_by=sip-server"
SECOND = f"{CALL}_duplicate"
GROUPS = 'recorder_group=[{ name = "a", count = 1 }, { name = "b", count = 1 }]'
TARGETS = 'duplication.targets=["b", "a"]'
SAME = "duplication.identifiers=same"


def balance(policy: str) -> str:
    """Return the change that balances recorders like this."""
    return f"recorder_group.main.balance={policy}"


def both_invited(*changes: str) -> Situation:
    """Return the situation in which both recording sessions are asked for, through one instance."""
    start = established(deployed(*SINGLE, TWICE, *changes))
    return start.after(*asks(CALL), *asks(SECOND))


def asks(leg: str, call_server: str = SERVER, manager: str = MANAGER) -> tuple[str, str]:
    """Return the steps by which a Resource Manager is asked for a recorder."""
    return (
        f"{call_server} invites a recorder for {leg}",
        f"the invite of {call_server} for {leg} reaches {manager}",
    )


def choices(situation: Situation, leg: str, manager: str = MANAGER) -> list[str]:
    """Return the recorders that a recording session can be given to."""
    return [
        recorder
        for recorder in situation.parts.recorders
        if finds(recorder, SERVER, manager, leg) in situation.choices(FAMILY)
    ]


@pytest.mark.parametrize(
    ("policy", "second"),
    [
        ("round-robin", ["recorder_2"]),
        ("least-used", ["recorder_2"]),
        ("anti-affinity", ["recorder_2"]),
        ("any", ["recorder_1", "recorder_2"]),
    ],
)
def test_the_second_session_of_a_call(policy: str, second: list[str]) -> None:
    """After the first is placed, each policy but any gives the second to the other recorder."""
    one = both_invited(balance(policy)).after(finds("recorder_1"))

    assert second == choices(one, SECOND)


def test_two_calls_interleaved_put_one_on_one_recorder() -> None:
    """Round robin, one Resource Manager: another call's session takes the turn in between."""
    start = established(established(deployed(*SINGLE, TWICE, "scope.calls=2")), "call_2")
    one = start.after(*asks(CALL), *asks("call_2"), *asks(SECOND), finds("recorder_1"))
    between = one.after(finds("recorder_2", SERVER, call="call_2"))

    assert ["recorder_2"] == choices(one, SECOND)
    assert ["recorder_1"] == choices(between, SECOND)


def test_least_used_fills_a_recorder_that_returned() -> None:
    """The other recorder has two sessions, this one none: both of a new call go there."""
    start = established(deployed(*SINGLE, TWICE, "scope.calls=2", balance("least-used")))
    away = start.after("recorder_2 crashes", *asks(CALL), *asks(SECOND))
    full = away.after(finds("recorder_1"), finds("recorder_1", call=SECOND))
    back = established(full.after("recorder_2 returns"), "call_2").after(
        *asks("call_2"), *asks("call_2_duplicate")
    )

    assert ["recorder_2"] == choices(back, "call_2")
    second = back.after(finds("recorder_2", call="call_2"))
    assert ["recorder_2"] == choices(second, "call_2_duplicate")


def test_anti_affinity_has_no_choice_with_one_recorder_left() -> None:
    """Both on one recorder is better than one session only."""
    alone = both_invited(balance("anti-affinity")).after("recorder_2 crashes", finds("recorder_1"))

    assert ["recorder_1"] == choices(alone, SECOND)


@pytest.mark.parametrize(("shares", "turn"), [("false", "recorder_1"), ("true", "recorder_2")])
def test_the_pointer_of_round_robin(shares: str, turn: str) -> None:
    """With shares_pointer the peer's turn moves along; else both instances begin alike."""
    start = established(
        deployed(*ONE_SERVER, TWICE, f"resource_manager.shares_pointer={shares}"),
    ).after(*asks(CALL), *asks(SECOND, manager=PEER), finds("recorder_1"))

    assert turn == start[f"{PEER}.recorder_turn"]
    assert [turn] == choices(start, SECOND, PEER)


def test_fixed_targets() -> None:
    """Each of the two has its group, whoever's turn it is."""
    asked = both_invited(GROUPS, TARGETS)

    assert ["recorder_2"] == choices(asked, CALL)
    assert ["recorder_1"] == choices(asked, SECOND)


@pytest.mark.parametrize("made", ["supplied", "media-server"])
@pytest.mark.parametrize("policy", ["round-robin", "anti-affinity", "any"])
def test_one_identifier_leads_to_one_recorder(made: str, policy: str) -> None:
    """DUP-5a: with the same identifier affinity goes before any policy."""
    one = both_invited(SAME, f"recording.record_id={made}", balance(policy)).after(
        finds("recorder_1")
    )

    assert ["recorder_1"] == choices(one, SECOND)


def test_a_silent_recorder_is_tried_without_retry() -> None:
    """FR-26: without retry_on_timeout the session fails, though another recorder answers."""
    off = "recorder_group.main.retry_on_timeout=false"
    silent = f"{MANAGER} gets no answer from recorder_1 for {CALL} on {SERVER}"
    dead = invited(deployed(*SINGLE, off)).after("recorder_1 crashes")
    failed = dead.after(silent)

    assert [] == choices(dead, CALL)
    assert "absent" == failed[f"recording_session_of_{CALL}_on_{SERVER}"]
    assert ["recorder_2"] == choices(failed.after(*asks(CALL)), CALL)
    assert [] == invited(deployed(*SINGLE)).after("recorder_1 crashes").choices(
        "recorder_is_silent"
    )


PAIR = ONE_SERVER


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((*SINGLE, balance("round-robin")), PROVED),
        ((*SINGLE, balance("least-used")), PROVED),
        ((*SINGLE, balance("anti-affinity")), PROVED),
        ((*SINGLE, balance("any")), REFUTED),
        ((*SINGLE, SAME), REFUTED),
        ((*SINGLE, "recorder_group.main.count=1"), REFUTED),
        ((*PAIR, balance("round-robin")), REFUTED),
        ((*PAIR, balance("least-used")), REFUTED),
        ((*PAIR, balance("anti-affinity")), REFUTED),
        ((*PAIR, "resource_manager.shares_pointer=true"), PROVED),
        ((*PAIR, GROUPS, TARGETS), PROVED),
    ],
)
def test_which_policies_give_two_recorders(changes: tuple[str, ...], expected: VerdictKind) -> None:
    """DUP-1, for one call and no fault: with a pair, fixed targets or a shared pointer do."""
    deployment = load(PLAIN, (*changes, TWICE))
    system = build(deployment)
    [prop] = [
        prop
        for promise in promises(deployment, system)
        for prop in promise.properties
        if prop.name == "two_recording_sessions_are_on_two_recorders"
    ]

    assert expected == check(system, prop, Budget()).kind
