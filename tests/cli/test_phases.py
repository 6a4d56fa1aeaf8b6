"""What the time of a run goes by: what its end waited for, and nothing that was beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hamodel import Component, Kind, Rule, Set, System, Var
from hamodel.cli.phases import phases_before, phases_of, waited_for
from hamodel.engine.timed.search import Wait, waits

DOWN, TOLD, SEEN, OVER, DONE = (
    Var(name, bool) for name in ("down", "told", "seen", "over", "done")
)
VARIABLES = (DOWN, TOLD, SEEN, OVER, DONE)
FAILS = Rule("it fails", Kind.FAILURE, when=DOWN.is_(False), sets=Set(DOWN, True), cite="A-CRASH")
CLIENT = Rule(
    "the client notices",
    when=DOWN.is_(True) & TOLD.is_(False),
    sets=Set(TOLD, True),
    takes=(10, 10),
    family="t_lib_client_notices_recorder_failed",
    cite="A-CRASH",
)
OTHER = Rule(
    "another notices",
    when=DOWN.is_(True) & SEEN.is_(False),
    sets=Set(SEEN, True),
    takes=(35, 35),
    family="standby_takes_address",
    cite="A-CRASH",
)
REQUEST = Rule(
    "a request times out",
    when=TOLD.is_(True) & OVER.is_(False),
    sets=Set(OVER, True),
    takes=(32, 32),
    family="request_fails",
    cite="A-CRASH",
)
ENDS = Rule(
    "it is made anew",
    when=OVER.is_(True) & DONE.is_(False),
    sets=Set(DONE, True),
    takes=(0, 4),
    family="recording_session_is_established",
    cite="A-CRASH",
)


def waiting(*rules: Rule) -> tuple[System, Wait]:
    """Return a system of these rules, and how long it is down at most."""
    system = System((Component("sketch", variables=VARIABLES),), rules)
    worst = waits(system, DOWN.is_(True), DONE.is_(True)).worst
    assert worst is not None
    return system, worst


def test_what_was_beside_it_takes_no_time() -> None:
    """Another notices meanwhile, at 35; what the end waited for goes on until 42."""
    system, worst = waiting(FAILS, CLIENT, OTHER, REQUEST, ENDS)
    names = [step.rule for step in worst.run]
    found = list(phases_of(system, worst))

    assert 46 == worst.ms
    assert OTHER.name in names
    assert [("undetected", 10), ("giving up", 25), ("giving up", 7), ("establishing", 4)] == found
    assert names.index(OTHER.name) not in waited_for(system, worst)


def test_without_what_is_beside_it_each_step_was_waited_for() -> None:
    """One after the other, back to the failure."""
    system, worst = waiting(FAILS, CLIENT, REQUEST, ENDS)

    assert {0, 1, 2, 3} == waited_for(system, worst)
    assert [10, 32, 4] == [ms for _, ms in phases_of(system, worst)]


def test_before_a_failure_every_step_counts() -> None:
    """It came when it did: the end did not wait for it to."""
    again = Rule(
        "it fails again",
        Kind.FAILURE,
        when=SEEN.is_(True) & TOLD.is_(False),
        sets=Set(TOLD, True),
        takes=(0, 3),
        cite="A-CRASH",
    )
    system, worst = waiting(FAILS, OTHER, again, REQUEST, ENDS)
    found = list(phases_of(system, worst))

    assert 35 + 3 + 32 + 4 == worst.ms
    assert ("waiting for take-over", 35) == found[0]
    assert {2, 3, 4} == waited_for(system, worst)


def test_a_wait_without_end_waited_for_every_step() -> None:
    """It has no end that waited for some of them."""
    system, worst = waiting(FAILS, CLIENT, OTHER)

    assert worst.ms is None
    assert set(range(len(worst.run))) == waited_for(system, worst)
    assert "undetected" in phases_before(system, worst)


@pytest.mark.parametrize("aside", [(), (CLIENT.name,)])
def test_what_only_measures_is_put_aside(aside: tuple[str, ...]) -> None:
    """Its step is not told, and its time goes to the next."""
    system, worst = waiting(FAILS, CLIENT, REQUEST, ENDS)
    found = list(phases_of(system, worst, aside))

    assert 3 - len(aside) == len(found)
    assert worst.ms == sum(ms for _, ms in found)
    assert ("giving up", 42 if aside else 32) in found


def test_a_rule_that_happens_again_waits_from_when_it_happened() -> None:
    """Its clock began anew: it waited for itself."""
    again = replace(CLIENT, when=DOWN.is_(True) & OVER.is_(False), family="")
    twice = (
        replace(again, sets=(Set(OVER, True, TOLD.is_(True)), Set(TOLD, True))),
        replace(ENDS, takes=(0, 0)),
    )
    system, worst = waiting(FAILS, *twice)
    names = [step.rule for step in worst.run]

    assert 20 == worst.ms
    assert [FAILS.name, CLIENT.name, CLIENT.name, ENDS.name] == names
    assert {0, 1, 2, 3} == waited_for(system, worst)
