"""Traces: replayed, told, saved and read; what is no trace is refused."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamodel import (
    Arrow,
    Component,
    Message,
    Rule,
    SearchError,
    Set,
    System,
    Trace,
    TraceStep,
    Var,
    dump_trace,
    load_trace,
    next_of,
    trace_of,
)
from hamodel.engine.reference import explore
from hamodel.trace import (
    Change,
    TraceFile,
    changes_between,
    heard_in,
    trace_and_end,
    with_dates,
)
from tests.agreement.random_systems import seeded_system


class Door(Enum):
    """A door."""

    SHUT = "shut"
    OPEN = "open"


KNOCKS: Var[int] = Var("knocks", range(3))
DOOR = Component("door", Door, (Arrow("open", Door.SHUT, Door.OPEN),), (KNOCKS,))
KNOCK = Message("knock", "guest", "door", (KNOCKS,))
HOUSE = System(
    (DOOR,),
    (
        Rule("guest knocks", sets=(Set(KNOCKS, next_of(KNOCKS)),), says=(KNOCK,)),
        Rule("door opens", when=KNOCKS.is_(2), fires=(DOOR.fires("open"),)),
    ),
)
RULES = ("guest knocks", "guest knocks", "door opens")


def test_a_run_is_replayed_from_its_rules() -> None:
    """Each step has its rule, what it changed in words, and what was heard."""
    trace = trace_of(HOUSE, RULES, note="it opens")

    assert 3 == len(trace)
    assert RULES == trace.rules
    assert (
        TraceStep("guest knocks", (Change("knocks", "0", "1"),), ("guest → door: knock (0)",))
        == (trace.steps[0])
    )
    assert TraceStep("door opens", (Change("door", "shut", "open"),)) == trace.steps[2]
    assert "door: shut → open" == str(trace.steps[2].changes[0])


def test_a_replay_ends_where_the_run_ends() -> None:
    """`trace_and_end` gives the last state too."""
    _, end = trace_and_end(HOUSE, RULES)

    assert {"door": Door.OPEN, "knocks": 2} == end


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            ("guest sings",),
            (
                "HA041 step 1 is 'guest sings', which is no rule of the system; "
                "near to it: guest knocks"
            ),
        ),
        (
            ("guest knocks", "door opens"),
            (
                "HA041 step 2, 'door opens', is not enabled there; it needs knocks is 2; "
                "what can happen there is guest knocks"
            ),
        ),
        ((*RULES, "door opens"), "HA041 step 4, 'door opens', is not enabled there; it needs "),
    ],
)
def test_a_run_that_does_not_fit_is_refused(rules: tuple[str, ...], said: str) -> None:
    """HA041 says which step, and what it would need."""
    with pytest.raises(SearchError) as caught:
        trace_of(HOUSE, rules)

    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("trace", "said"),
    [
        (
            trace_of(HOUSE, RULES, note="it opens", fork=2, loop=3),
            (
                "  1. guest knocks\n"
                "       » guest → door: knock (0)\n"
                "       knocks: 0 → 1\n"
                "  2. guest knocks\n"
                "       » guest → door: knock (1)\n"
                "       knocks: 1 → 2\n"
                "— here the runs with the failure and without it part; this is one of them:\n"
                "  3. door opens\n"
                "       door: shut → open\n"
                "⇒ and here it stays, for ever.\n"
                "⇒ it opens."
            ),
        ),
        (Trace(), "⇒ this is the initial state; no step is needed."),
        (
            Trace((TraceStep("guest knocks"),), loop=0),
            "— from here on, again and again:\n  1. guest knocks\n⇒ and so on from step 1.",
        ),
    ],
)
def test_a_trace_prints_as_numbered_steps(trace: Trace, said: str) -> None:
    """`print(trace)` tells the run: numbers, messages, changes, loop, fork and note."""
    assert said == str(trace)


def test_replaying_agrees_with_the_search() -> None:
    """The run to each state of twenty random systems ends in that state, counters apart."""
    replayed = 0
    for seed in range(20):
        system, budget = seeded_system(seed)
        try:
            found = explore(system, budget, limit_states=200)
        except SearchError:
            continue  # this one steps beyond a range
        for i in range(len(found.states)):
            _, end = trace_and_end(system, found.run_to(i))
            assert {name: found.state(i)[name] for name in system.variables} == end
            replayed += 1

    assert 100 < replayed


def test_changes_tell_bools_from_numbers() -> None:
    """What differs is listed in order, and True is not 1."""
    before, after = {"a": 1, "b": True, "c": None}, {"a": True, "b": True, "c": "x"}

    assert (Change("a", "1", "yes"), Change("c", "none", "x")) == changes_between(before, after)


def test_messages_are_heard_with_the_values_before() -> None:
    """`heard_in` gives the messages of a step."""
    assert (Message("knock", "guest", "door", (1,)),) == heard_in((KNOCK,), {"knocks": 1})


names = st.text(min_size=1, max_size=8)
steps = st.builds(
    TraceStep,
    names,
    st.lists(st.builds(Change, names, names, names), max_size=2).map(tuple),
    st.lists(names, max_size=2).map(tuple),
)


@given(
    st.lists(steps, max_size=4).map(tuple),
    st.one_of(st.none(), st.integers(0, 4)),
    st.one_of(st.none(), st.integers(0, 4)),
    st.text(),
    st.lists(names, max_size=2).map(tuple),
)
def test_what_is_saved_is_read(
    its: tuple[TraceStep, ...],
    loop: int | None,
    fork: int | None,
    note: str,
    settings: tuple[str, ...],
) -> None:
    """Rules, loop, fork, note, model, settings and rule files survive."""
    text = dump_trace(Trace(its, loop, fork, note), "house", settings, ("extra.py",))

    expected = TraceFile(
        "house", settings, tuple(each.rule for each in its), loop, fork, note, ("extra.py",)
    )
    assert expected == load_trace(text)
    assert text.endswith("}\n")


def test_a_file_is_for_readers_too() -> None:
    """The JSON names schema, model, rules, changes and messages, and nothing to import."""
    value = json.loads(dump_trace(trace_of(HOUSE, RULES[:1]), "house"))

    assert {
        "schema": 1,
        "model": "house",
        "settings": [],
        "rule_files": [],
        "note": "",
        "loop": None,
        "fork": None,
        "steps": [
            {
                "rule": "guest knocks",
                "changes": [["knocks", "0", "1"]],
                "messages": ["guest → door: knock (0)"],
            }
        ],
    } == value


def test_a_run_in_time_keeps_its_dates() -> None:
    """When each step happens survives, in ms from the beginning."""
    run = with_dates(trace_of(HOUSE, RULES), [0, 40, 40])
    found = load_trace(dump_trace(run, "house"))

    assert (True, tuple(step.at for step in run.steps)) == (found.in_time, found.at)
    assert run == with_dates(trace_of(HOUSE, found.rules), found.at)
    assert trace_of(HOUSE, RULES) == with_dates(trace_of(HOUSE, RULES), ())


GOOD: dict[str, Any] = json.loads(dump_trace(trace_of(HOUSE, RULES), "house"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "HA042"),
        ("{", "HA042"),
        ("[" * 100_000, "HA042"),
        ("[]", "HA042"),
        ("null", "HA042"),
        ("{}", "HA042"),
        (json.dumps({**GOOD, "schema": 2}), "HA043"),
        (json.dumps({**GOOD, "schema": "1"}), "HA043"),
        (json.dumps({**GOOD, "schema": None}), "HA043"),
        (json.dumps({**GOOD, "schema": True}), "HA043"),
        *(
            (json.dumps({key: value for key, value in GOOD.items() if key != missing}), "HA042")
            for missing in ("model", "steps")
        ),
        *(
            (json.dumps({**GOOD, key: wrong}), "HA042")
            for key, wrong in [
                ("model", 1),
                ("settings", "x"),
                ("settings", [1]),
                ("rule_files", {}),
                ("steps", {}),
                ("steps", [1]),
                ("steps", [{}]),
                ("steps", [{"rule": 1}]),
                ("loop", "x"),
                ("loop", True),
                ("fork", []),
                ("note", None),
                ("in_time", "yes"),
                ("steps", [{"rule": "guest knocks", "ms": "0"}]),
                ("steps", [{"rule": "guest knocks", "ms": -1}]),
                ("steps", [{"rule": "guest knocks", "ms": 0}, {"rule": "guest knocks"}]),
                ("steps", [{"rule": "guest knocks", "ms": 2}, {"rule": "guest knocks", "ms": 1}]),
            ]
        ),
    ],
)
def test_what_is_no_trace_is_refused(text: str, code: str) -> None:
    """HA042 for what is not a trace, HA043 for a schema that this version does not know."""
    with pytest.raises(SearchError) as caught:
        load_trace(text)

    assert code == caught.value.code


def test_an_unknown_schema_is_named() -> None:
    """The error says which schema it is and which one can be read."""
    with pytest.raises(SearchError) as caught:
        load_trace(json.dumps({**GOOD, "schema": 7}))

    assert "HA043 the trace is of schema 7; this version reads 1" == str(caught.value)
