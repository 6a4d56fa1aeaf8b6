"""Cones of influence: what a property depends on, and that the rest makes no difference."""

from __future__ import annotations

import random
from collections import Counter
from enum import Enum

import pytest

from hamodel import (
    REFUTED,
    TRUE,
    Arrow,
    Budget,
    Component,
    HamodelError,
    Kind,
    Message,
    Property,
    Rule,
    Set,
    System,
    Var,
    always,
    check,
    check_all,
    leads_to,
    never,
    next_of,
    sometimes,
    step,
    transparent,
)
from hamodel.engine.cone import Influences, gathered, lifted, sliced
from tests.agreement.random_systems import seeded_drawing
from tests.models import proxied


class Lamp(Enum):
    """Whether a lamp is lit."""

    OFF = "off"
    ON = "on"


def lamp(name: str, *further: Var[int]) -> Component:
    """Return a lamp that can be switched, and broken whatever it is."""
    arrows = (
        Arrow("light", Lamp.OFF, Lamp.ON),
        Arrow("darken", Lamp.ON, Lamp.OFF),
        Arrow("break", (Lamp.OFF, Lamp.ON), Lamp.OFF),
    )
    return Component(name, Lamp, arrows, further)


COUNT: Var[int] = Var("right.count", range(3))
LEFT, RIGHT = lamp("left"), lamp("right", COUNT)
BASE = (
    Rule("left is lit", fires=(LEFT.fires("light"),)),
    Rule("left darkens", fires=(LEFT.fires("darken"),)),
    Rule("right is lit", fires=(RIGHT.fires("light"),), sets=(Set(COUNT, next_of(COUNT)),)),
    Rule("right darkens", fires=(RIGHT.fires("darken"),)),
)
ALL = {"left", "right", "right.count"}
LIT = sometimes("left_is_lit", LEFT.is_(Lamp.ON))


def cone_with(*rules: Rule, prop: Property = LIT) -> set[str]:
    """Return the cone of a property in the two lamps with further rules."""
    system = System((LEFT, RIGHT), (*BASE, *rules))
    return set(Influences(system).cone(prop, ("faults.any",)))


def test_what_moves_apart_is_not_in_the_cone() -> None:
    """The other lamp and its count make no difference, and are not searched."""
    system = System((LEFT, RIGHT), BASE)
    [whole], [part] = check_all(system, [LIT]), check_all(system, [LIT], in_cones=True)

    assert {"left"} == cone_with()
    assert (12, 2) == (whole.distinct_states, part.distinct_states)
    assert whole.trace == part.trace


@pytest.mark.parametrize(
    ("rule", "cone"),
    [
        (Rule("r", when=COUNT.is_(1), fires=(LEFT.fires("light"),)), ALL),
        (Rule("r", fires=(LEFT.fires("light"), RIGHT.fires("light"))), {"left", "right"}),
        (Rule("r", fires=(LEFT.fires("light"), RIGHT.fires("break"))), {"left"}),
        (Rule("r", fires=(LEFT.fires("light"),), sets=(Set(COUNT, 0),)), {"left"}),
        (Rule("r", sets=(Set(COUNT, 0, LEFT.is_(Lamp.ON)),)), {"left"}),
        (Rule("r", sets=(Set(COUNT, step(COUNT, 1)),)), ALL),
        (Rule("r", sets=(Set(COUNT, 0),), group="left is lit"), ALL),
        (Rule("r", says=(Message("ring", "left", "right"),)), {"left"}),
    ],
    ids=["guard", "arrow", "any state", "own effect", "reader", "range", "group", "message"],
)
def test_a_cone_has_what_its_rules_read(rule: Rule, cone: set[str]) -> None:
    """Guards, sources and groups draw in; what a rule of the cone does besides does not."""
    assert cone == cone_with(rule)


@pytest.mark.parametrize(
    "prop",
    [
        transparent("t", fault=("right breaks",), observers=("left",)),
        never("n", Var("faults.any", range(2)).is_(1)),
    ],
    ids=["transparent", "counter"],
)
def test_what_may_depend_on_everything_is_searched_whole(prop: Property) -> None:
    """What observers hear, and how many faults there were, depend on every rule."""
    assert ALL == cone_with(prop=prop)


def test_groups_assumed_fair_are_in_the_cone() -> None:
    """A property that counts on a group depends on what it changes."""
    prop = leads_to("l", TRUE, LEFT.is_(Lamp.ON), fair=("right darkens",))

    assert {"left", "right"} == cone_with(prop=prop)


def test_a_rule_that_only_speaks_still_takes_its_groups_turn() -> None:
    """A group that may always say something instead need never move the lamp."""
    silent = System((LEFT, RIGHT), BASE)
    speaks = Rule("says", says=(Message("m", "left", "right", (COUNT,)),), group="left is lit")
    speaking = System((LEFT, RIGHT), (*BASE, speaks))
    lights = leads_to("left_lights", TRUE, LEFT.is_(Lamp.ON))

    assert check(silent, lights, in_cones=True)
    for in_cones in (False, True):
        assert REFUTED == check(speaking, lights, in_cones=in_cones).kind


def test_a_loop_is_told_until_all_of_it_repeats() -> None:
    """The count outside the cone needs three rounds to come back."""
    blinks = Rule(
        "blinks", when=LEFT.is_(Lamp.OFF), fires=(RIGHT.fires("break"),),
        sets=(Set(COUNT, next_of(COUNT)),), group="g",
    )  # fmt: skip
    stays = Rule("stays", Kind.ENVIRONMENT, fires=(LEFT.fires("break"),), group="g")
    system = System((LEFT, RIGHT), (blinks, stays))
    prop = leads_to("left_lights", TRUE, LEFT.is_(Lamp.ON))
    part = check(sliced(system, frozenset({"left", "right"})), prop)
    assert part.trace is not None
    told = lifted(system, part.trace)

    assert ("blinks",) == part.trace.rules
    assert ("blinks",) * 3 == told.rules
    assert 0 == told.loop


def test_a_nearly_as_large_cone_is_searched_with_a_larger_one() -> None:
    """One search serves both; a much smaller one is worth a search of its own."""
    large = frozenset("abcdefghijklmnopqrst")
    near, small = large - {"a"}, frozenset("ab")

    assert {large: large, near: large, small: small} == gathered([small, near, large, near])


def test_a_budget_may_name_faults_that_only_the_rest_has() -> None:
    """A class that no rule of the cone costs is dropped from its search, not from the verdict."""
    fails = Rule(
        "right fails", Kind.FAILURE, fires=(RIGHT.fires("break"),), cost={"right-crash": 1}
    )
    system = System((LEFT, RIGHT), (*BASE, fails))
    budget = Budget({"right-crash": 1})
    verdict = check(system, LIT, budget, in_cones=True)

    assert 2 == verdict.distinct_states
    assert budget == verdict.budget
    with pytest.raises(HamodelError, match="HA044"):
        check(system, LIT, Budget({"left-crash": 1}), in_cones=True)


def test_the_whole_system_is_its_own_cone() -> None:
    """A slice by all variables is the system itself."""
    system = proxied(2)

    assert system is sliced(system, frozenset(system.variables))


def test_searches_of_one_cone_share_its_slice() -> None:
    """A part of a system is made once, whoever asks for it."""
    system = System((LEFT, RIGHT), BASE)

    assert sliced(system, frozenset({"left"})) is sliced(system, frozenset(["left"]))


def test_cones_have_the_verdicts_of_the_whole() -> None:
    """Four kinds of property on 150 random systems: the same verdict, and as short a trace."""
    seen: Counter[str] = Counter()
    for seed in range(150):
        system, budget, drawing = seeded_drawing(seed, most_rules=16)
        chance = random.Random(seed)  # noqa: S311
        premise, guard = drawing.guard(1), drawing.guard(1)
        group = chance.choice(system.rules).group
        props = [
            always("p", guard, given=premise),
            never("p", guard, given=premise),
            sometimes("p", guard, given=premise),
            leads_to("p", premise, guard, fair=(group,) if chance.random() < 0.2 else ()),
        ]
        for prop in props:
            try:
                whole = check(system, prop, budget, limit_states=2_000)
            except HamodelError as error:
                seen["error"] += 1
                with pytest.raises(HamodelError, match=error.code):
                    check(system, prop, budget, in_cones=True)
                continue
            if whole.why.startswith("stopped"):
                continue
            part = check(system, prop, budget, in_cones=True)
            assert whole.kind is part.kind, (seed, prop)
            if prop.modality.value != "leads-to" and whole.trace is not None:
                assert part.trace is not None
                assert len(whole.trace) == len(part.trace)
            seen[f"{prop.modality.value} {whole.kind.value}"] += 1
            seen["smaller"] += part.distinct_states < whole.distinct_states

    assert 400 <= seen.total()
    assert 60 <= seen["smaller"]
    assert 20 <= seen["leads-to REFUTED"]
    assert 20 <= seen["leads-to PROVED"]
