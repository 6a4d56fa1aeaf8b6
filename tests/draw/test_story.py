"""Stories: a trace as panels over lifelines."""

from __future__ import annotations

import pytest

from hamodel import Component, Rule, SearchError, Set, System, Trace, TraceStep, Var, trace_of
from hamodel.draw.scene import (
    ENVIRONMENT,
    FAILURE,
    PROTOCOL,
    REPAIR,
    Divider,
    Edge,
    Ladder,
    Node,
    Note,
    Panel,
)
from hamodel.draw.story import FORKS, LOOPS, STAYS, story
from hamodel.trace import Change
from tests.draw.sample import lamps, run

PANELS = (
    Panel(1, "a person presses", ENVIRONMENT, (), (Note("switch", ("pressed: no → yes",)),)),
    Panel(2, "lamp_1 breaks", FAILURE, (), (Note("lamp_1", ("on → broken",)),)),
    Panel(
        3,
        "lamp_2 lights up",
        PROTOCOL,
        (Edge("switch", "lamp_2", ("current (230)",), PROTOCOL),),
        (Note("lamp_2", ("off → on", "lit: no → yes")),),
    ),
    Panel(4, "lamp_1 is replaced", REPAIR, (), (Note("lamp_1", ("broken → off",)),)),
)


def test_a_story_is_a_value() -> None:
    """Each step is a numbered panel: what is said is an edge, what changes a note where it does."""
    assert Ladder(
        "story-one-breaks",
        "One breaks",
        lifelines=tuple(Node(name, (name,)) for name in ("lamp_1", "lamp_2", "switch")),
        rows=PANELS,
        legend=(PROTOCOL, FAILURE, REPAIR, ENVIRONMENT),
        caption=("Of two lamps.", "The other one lights up."),
    ) == story(lamps(), run(), "One breaks", caption=["Of two lamps."])


def test_actors_stand_first() -> None:
    """The actors are the first lifelines, but only those that take part."""
    ladder = story(lamps(), run(), "x", ["candle", "switch"])

    assert ["switch", "lamp_1", "lamp_2"] == [node.id for node in ladder.lifelines]


def test_a_component_can_be_drawn_within_another() -> None:
    """What happens to a component that is part of another is noted there, with its name."""
    ladder = story(lamps(), run(), "x", within={"lamp_2": "switch"})

    assert ["lamp_1", "switch"] == [node.id for node in ladder.lifelines]
    assert (
        Panel(
            3,
            "lamp_2 lights up",
            PROTOCOL,
            (Edge("switch", "switch", ("current (230)",), PROTOCOL),),
            (Note("switch", ("lamp_2: off → on", "lamp_2.lit: no → yes")),),
        )
        == ladder.rows[2]
    )


def test_a_name_does_not_repeat_where_it_is_drawn() -> None:
    """What is on something is named without it where it is drawn on its lifeline."""
    up = Var("session_on_lamp_1.up", bool)
    session = Component("session_on_lamp_1", variables=(up,))
    system = System(
        (*lamps().components, session), (Rule("it begins", sets=(Set(up, True),)),), name="one"
    )
    [row] = story(
        system, trace_of(system, ["it begins"]), "x", within={"session_on_lamp_1": "lamp_1"}
    ).rows

    assert (Note("lamp_1", ("session.up: no → yes",)),) == row.notes  # type: ignore[union-attr]


def test_someone_speaks_for_a_party() -> None:
    """A message of a party that several offer is drawn at the one that speaks in that step."""
    ladder = story(
        lamps(),
        run(),
        "x",
        speaker=lambda step, party: "lamp_1" if (step.rule, party) == SPOKEN else party,
    )

    assert ["lamp_1", "lamp_2", "switch"] == [node.id for node in ladder.lifelines]
    assert (Edge("lamp_1", "lamp_2", ("current (230)",), PROTOCOL),) == ladder.rows[2].messages  # type: ignore[union-attr]


SPOKEN = ("lamp_2 lights up", "switch")


@pytest.mark.parametrize(
    ("loop", "fork", "place", "divider"),
    [
        (1, None, 1, Divider(LOOPS, repeats=True)),
        (4, None, 4, Divider(STAYS)),
        (None, 2, 2, Divider(FORKS)),
    ],
)
def test_loops_and_forks_are_marked(
    loop: int | None, fork: int | None, place: int, divider: Divider
) -> None:
    """A divider stands where a run begins to repeat, where it stays, and where it forks."""
    rows = story(lamps(), run(loop, fork), "x").rows

    assert (*PANELS[:place], divider, *PANELS[place:]) == rows


def test_what_the_system_does_not_own_is_not_drawn() -> None:
    """The counters of a fault budget are of the check, not of the story."""
    trace = Trace((TraceStep("lamp_1 breaks", (Change("faults so far", "0", "1"),)),))

    assert (Panel(1, "lamp_1 breaks", FAILURE),) == story(lamps(), trace, "x").rows


def test_a_trace_of_something_else() -> None:
    """A trace that names a rule that the system lacks is an error, with its step."""
    with pytest.raises(SearchError, match="HA041 step 1 is 'a cat sleeps'"):
        story(lamps(), Trace((TraceStep("a cat sleeps"),)), "x")
