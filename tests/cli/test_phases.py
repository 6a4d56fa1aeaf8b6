"""What the time of a run goes by: what its end waited for, and nothing that was beside it."""

from __future__ import annotations

from dataclasses import replace

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


def told(system: System, worst: Wait) -> list[Rule]:
    """Return the rules that the end of a run waited for, from the last to the first."""
    return [rule for _, _, rule in waited_for(system, worst)]


def test_what_was_beside_it_takes_no_time() -> None:
    """Another notices meanwhile, at 35; what the end waited for goes on until 42."""
    system, worst = waiting(FAILS, CLIENT, OTHER, REQUEST, ENDS)
    names = [step.rule for step in worst.run]
    found = list(phases_of(system, worst))

    assert 46 == worst.ms
    assert OTHER.name in names
    assert [("undetected", 10), ("giving up", 25), ("giving up", 7), ("establishing", 4)] == found
    assert [ENDS, REQUEST, CLIENT] == told(system, worst)[:3]


def test_without_what_is_beside_it_each_step_was_waited_for() -> None:
    """One after the other, back to the failure, before which nothing was due."""
    system, worst = waiting(FAILS, CLIENT, REQUEST, ENDS)
    places = [(begin, end) for begin, end, _ in waited_for(system, worst)]

    assert [ENDS, REQUEST, CLIENT] == told(system, worst)
    assert [(3, 4), (2, 3), (1, 2)] == places
    assert [10, 32, 4] == [ms for _, ms in phases_of(system, worst)]


def test_before_a_failure_time_went_by_for_what_was_due() -> None:
    """Nobody waits for it: for the notice that is due first, not for the one that is due later."""
    again = Rule(
        "it fails again",
        Kind.FAILURE,
        when=DOWN.is_(True) & SEEN.is_(False) & OVER.is_(False),
        sets=(Set(OVER, True), Set(SEEN, True), Set(TOLD, True)),
        takes=(0, 3),
        cite="A-CRASH",
    )
    ends = replace(ENDS, takes=(40, 40))
    system, worst = waiting(FAILS, CLIENT, OTHER, again, ends)

    assert 3 + 40 == worst.ms
    assert [ends, CLIENT] == told(system, worst)
    assert [("undetected", 3), ("establishing", 40)] == list(phases_of(system, worst))


def test_before_a_failure_for_which_nothing_was_due_time_goes_by_as_before() -> None:
    """What came before it was waited for, back to the first failure; the end waits from it on."""
    copied = Rule(
        "it is copied",
        when=TOLD.is_(True) & SEEN.is_(False),
        sets=Set(SEEN, True),
        cite="A-CRASH",
    )
    again = Rule(
        "it fails again",
        Kind.FAILURE,
        when=SEEN.is_(True) & OVER.is_(False),
        sets=Set(OVER, True),
        takes=(0, 0),
        cite="A-CRASH",
    )
    system, worst = waiting(FAILS, CLIENT, copied, again, ENDS)

    assert [ENDS, copied, CLIENT] == told(system, worst)
    assert {"undetected": 10, "establishing": 4} == dict(
        each for each in phases_of(system, worst) if each[1]
    )


def test_a_wait_without_end_is_told_by_what_takes_time_next() -> None:
    """It has no end that waited for some of its steps, and not for others."""
    system, worst = waiting(FAILS, CLIENT, OTHER)

    assert worst.ms is None
    assert ["undetected", "undetected", "waiting for take-over"] == phases_before(system, worst)


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
    assert [2, 1] == [begin for begin, _, rule in waited_for(system, worst) if rule == twice[0]]
