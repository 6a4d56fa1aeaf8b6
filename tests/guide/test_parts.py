"""The parts of a deployment's model: what it has, and who answers."""

from __future__ import annotations

import pytest

from hamodel import TRUE, Var, instances
from hamodel.guide import build_parts, load
from hamodel.guide.parts import following, in_turn, others
from tests.stories.telling import (
    CALL,
    MANAGER,
    PEER,
    SERVER,
    SMALL,
    TAKE_OVER,
    deployed,
    established,
    recorded,
)

FOUR = {"a": 1, "b": 2, "c": 3, "d": 4}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ((), {"management_layer", "sip_server_address", "load_balancer"}),
        (("sip_server.pair=single",), {"load_balancer"}),
        (
            ("resource_manager.mode=active-hot-standby",),
            {"management_layer", "sip_server_address", "resource_manager_address"},
        ),
        (("sip_server.pair=single", "resource_manager.mode=single"), set()),
    ],
)
def test_only_what_is_deployed_is_in_a_state(changes: tuple[str, ...], names: set[str]) -> None:
    """A virtual address, a management layer or a load balancer is there only with a pair."""
    parts = build_parts(load("reference", changes))
    possible = {
        "management_layer",
        "sip_server_address",
        "load_balancer",
        "resource_manager_address",
    }

    assert names == {each.name for each in parts.components} & possible


def test_the_reference_has_ten_instances_that_can_fail() -> None:
    """Two each of SIP Server, Resource Manager, Media Server, recorder and T-lib client."""
    parts = build_parts(load("reference"))

    assert 10 == len(parts.instances)
    assert 10 + 2 * 4 + 3 + 1 + 1 + 2 == len(parts.components)


def test_recording_sessions_fall_with_their_media_server() -> None:
    """A Media Server has the dialogs of its recording sessions; a recorder has none."""
    parts = build_parts(load("reference", ["scope.calls=2"]))
    falls = [machine.name for machine in parts.falls_with(SERVER)]

    assert 2 == len(falls)
    assert [f"recording_session_of_call_{i}_on_{SERVER}" for i in (1, 2)] == falls
    assert () == parts.falls_with("recorder_1")


def test_a_sip_server_serves_with_role_and_address() -> None:
    """After the role has moved, nobody serves until the virtual address has, too."""
    before = deployed(*SMALL).after("sip_server_1 crashes", *TAKE_OVER[:-1])
    parts = before.parts

    assert "active" == before["sip_server_2"]
    assert not before.holds(parts.some_sip_server_serves())
    assert before.after(TAKE_OVER[-1]).holds(parts.serves("sip_server_2"))


def test_a_single_sip_server_serves_by_its_role() -> None:
    """Without a pair there is no virtual address to hold."""
    alone = deployed(*SMALL, "sip_server.pair=single")

    assert alone.holds(alone.parts.serves("sip_server_1"))
    assert not alone.after("sip_server_1 hangs").holds(alone.parts.some_sip_server_serves())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), [True, True]),
        (("resource_manager.mode=active-hot-standby",), [True, False]),
        (
            (
                "resource_manager.mode=active-active-sip-server",
                "resource_manager.record_route=own-address",
            ),
            [True, True],
        ),
    ],
)
def test_who_takes_new_requests_depends_on_the_mode(
    changes: tuple[str, ...], expected: list[bool]
) -> None:
    """Both of an active/active pair accept requests; of a hot-standby pair the active one."""
    start = deployed(*changes)

    assert expected == [start.holds(start.parts.accepts(name)) for name in (MANAGER, PEER)]


@pytest.mark.parametrize(
    ("changes", "shares", "keeps"),
    [
        ((), True, True),
        (("resource_manager.session_data=not-shared",), False, True),
        (("resource_manager.mode=single",), False, False),
        (("resource_manager.mode=active-hot-standby",), True, False),
        (
            (
                "resource_manager.mode=active-hot-standby",
                "resource_manager.record_route=own-address",
            ),
            True,
            True,
        ),
    ],
)
def test_what_resource_managers_share_and_keep(
    changes: tuple[str, ...], shares: bool, keeps: bool
) -> None:
    """Affinity is shared only in a pair; a route is kept by own addresses or by the balancer."""
    parts = build_parts(load("reference", changes))

    assert (shares, keeps) == (parts.shares_affinity, parts.keeps_route)


def test_lagging_replication_waits_for_nobody() -> None:
    """With lagging replication nothing has to be replicated first."""
    parts = build_parts(load("reference", ["sip_server.replication=lagging"]))

    assert TRUE == parts.replicated("sip_server_1", CALL)


def test_a_call_is_recorded_until_its_recorder_or_media_server_dies() -> None:
    """Recorded means: media reaches a recorder that writes it."""
    call = recorded(deployed(*SMALL))

    assert call.holds(call.parts.recorded(CALL))
    assert not established(deployed(*SMALL)).holds(call.parts.recorded(CALL))
    for failure in ("recorder_1 crashes", "recorder_1 hangs", f"{SERVER} hangs"):
        assert not call.after(failure).holds(call.parts.recorded(CALL))


def test_following_goes_round() -> None:
    """The first comes after the last."""
    assert ["b", "c", "d", "a"] == [following(FOUR, name) for name in FOUR]


def test_others_are_all_but_one() -> None:
    """The others of an instance are all but itself, in order."""
    assert [("a", 1), ("c", 3), ("d", 4)] == list(others(FOUR, "b"))


@pytest.mark.parametrize(
    ("turn", "available", "chosen"),
    [
        ("a", "abc", "a"),
        ("b", "ac", "c"),
        ("c", "ab", "a"),
        ("b", "a", "a"),
        ("a", "", ""),
    ],
)
def test_round_robin_passes_over_what_cannot_be_had(turn: str, available: str, chosen: str) -> None:
    """From the one whose turn it is, the first that can be had is chosen; one at most."""
    whose: Var[str] = Var("turn", instances("a", "b", "c"), initial="a")
    had = {name: Var(f"{name}_can_be_had", bool) for name in "abc"}
    state = {"turn": turn, **{f"{name}_can_be_had": name in available for name in "abc"}}
    family = {name: var.is_(True) for name, var in had.items()}

    assert list(chosen) == [name for name in "abc" if in_turn(whose, family, name)(state)]
