"""Loops in which time stands still: found as tick by tick, and named by their rules."""

from __future__ import annotations

from collections import Counter

import pytest

from hamodel import (
    FALSE,
    NO_FAULT,
    PROVED,
    Budget,
    Component,
    Kind,
    Rule,
    SearchError,
    Set,
    System,
    Var,
    check_in_time,
    leads_to,
    next_of,
)
from hamodel.engine.judged_by_ticks import standing_still_by_ticks
from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.engine.reference import Product
from hamodel.engine.timed.search import Search, waits
from hamodel.engine.timed.zeno import loops, zeno_loops
from hamodel.guide import build, build_parts, load
from hamodel.guide.loss import with_causes
from tests.agreement.timed_systems import timed_drawing
from tests.engine.timed.examples import EXAMPLES, FAULT, OFF, ON, time_stands_still

HAND: Var[int] = Var("hand", range(3))
DOOR: Var[bool] = Var("door", bool)
SEEDS = range(120)
TICKS = 3_000


def system_of(*rules: Rule) -> System:
    """Return a system of a hand and a door."""
    return System((Component("clock", variables=(HAND, DOOR)),), rules)


def turns(**settings: object) -> Rule:
    """Return a rule that turns the hand for ever."""
    return Rule("hand turns", sets=Set(HAND, next_of(HAND)), **settings)  # type: ignore[arg-type]


def searched(system: System, budget: Budget = NO_FAULT) -> Search:
    """Return a search of all that time reaches."""
    search = Search(Product(system, budget), (FALSE, FALSE, FALSE), NO_LIMITS)
    search.first(lambda _first, _last: -1)
    return search


def test_a_rule_that_takes_no_time_and_repeats_holds_time_still() -> None:
    """The loop is named by its rules, with the run to it."""
    [loop] = zeno_loops(system_of(turns())).found

    assert ("hand turns",) * 3 == loop.rules
    assert () == loop.run
    assert loop.forced
    assert not loop.leaves
    assert str(loop) == (
        "time stands still while these happen again and again: hand turns, hand turns, hand "
        "turns; nothing that takes no time leads out of it"
    )


def test_a_loop_that_can_be_left_says_so() -> None:
    """By steps that take no time, to where time goes on."""
    still = DOOR.is_(False)
    shuts = Rule("door shuts", when=still, sets=Set(DOOR, True))
    [loop] = zeno_loops(system_of(turns(when=still), shuts)).found

    assert loop.leaves
    assert str(loop).endswith("; it need not end")


@pytest.mark.parametrize("takes", [(0, None), (0, 1), (1, 1), (0, 0)])
def test_a_rule_that_may_be_slower_holds_nothing_still(takes: tuple[int, int | None]) -> None:
    """Only what takes no time does; alone, in a state in which time may pass, it is no loop."""
    found = zeno_loops(system_of(turns(takes=takes))).found

    assert (takes == (0, 0)) == bool(found)


def test_who_is_free_to_be_slower_is_told_apart() -> None:
    """While another rule that takes no time waits, nothing keeps them from going round in none."""
    waits_still = Rule("door shuts", when=DOOR.is_(False), sets=Set(DOOR, True))
    system = system_of(turns(kind=Kind.ENVIRONMENT), waits_still)
    [loop] = zeno_loops(system).found

    assert ("hand turns",) * 3 == loop.rules
    assert (False, True) == (loop.forced, loop.leaves)
    assert () == waits(system, FALSE, FALSE).zeno


def test_a_proof_tells_the_loops_that_it_says_nothing_of() -> None:
    """A wait in which time stands still never ends, and no time passes."""
    its = time_stands_still()
    verdict = check_in_time(its.system, leads_to("p", OFF, ON.is_(True)), FAULT)
    found = waits(its.system, OFF, ON.is_(True), FAULT)

    assert PROVED is verdict.kind
    assert [("it turns", "it turns back")] == [loop.rules for loop in verdict.zeno]
    assert verdict.zeno == found.zeno
    assert ["it fails"] == [step.rule for step in verdict.zeno[0].run]
    assert "time stands still while these happen again and again: it turns, it turns back; " in str(
        verdict
    )


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "time stands still"])
def test_other_examples_have_none(name: str) -> None:
    """Loops that take time, and what takes none and does not repeat."""
    its = EXAMPLES[name]()

    assert () == zeno_loops(its.system, its.budget).found


def test_a_search_that_is_cut_short_says_so() -> None:
    """There may be more."""
    its = time_stands_still()
    found = zeno_loops(its.system, its.budget, limits=Limits(states=1))

    assert found.cut is not None


@pytest.mark.parametrize("forced", [True, False])
def test_random_systems_stand_still_where_they_do_tick_by_tick(*, forced: bool) -> None:
    """The same states lie on such loops; each that is named can be gone round."""
    sorts: Counter[bool] = Counter()
    for seed in SEEDS:
        try:
            drawn = timed_drawing(seed)
            expected = standing_still_by_ticks(
                drawn.system, drawn.budget, forced=forced, limit_states=TICKS
            )
        except SearchError:
            continue
        if expected is None:
            continue
        search = searched(drawn.system, drawn.budget)
        parts = [part for part, _ in loops(search, forced=forced)]
        actual = {tuple(search.states.values(state).values()) for part in parts for state in part}
        assert expected == actual
        sorts[bool(actual)] += 1
        named = [each for each in zeno_loops(drawn.system, drawn.budget).found if each.forced]
        assert bool(named) == bool(actual) or not forced
        for each in named:
            _goes_round(drawn.system, drawn.budget, each.rules, [step.rule for step in each.run])

    assert min(sorts.values()) >= 10


def _goes_round(system: System, budget: Budget, rules: tuple[str, ...], run: list[str]) -> None:
    """Assert that after a run the rules of a loop can happen, and lead back to where it began."""
    product = Product(system, budget)
    state = product.initial
    states = []
    for name in [*run, *rules]:
        states.append(state)
        state = {product.actions[a].rule.name: after for a, after in product.steps(state)}[name]

    assert states[len(run)] == state


def test_the_guides_model_has_none_that_is_forced() -> None:
    """With the timers of a deployment, whatever one fault happens."""
    parts = build_parts(load("small-single-site"))
    system = with_causes(parts, build(parts.deployment))
    found = zeno_loops(system, Budget(1))

    assert found.cut is None
    assert [] == [loop.rules for loop in found.found if loop.forced]


def test_a_cone_has_the_same_verdict_where_time_never_stands_still() -> None:
    """What is left out can hold time still for ever only in such a loop."""
    compared = 0
    for seed in SEEDS:
        try:
            drawn = timed_drawing(seed)
            if zeno_loops(drawn.system, drawn.budget).found:
                continue
            prop = leads_to("p", drawn.begin, drawn.end, within=2)
            whole, cone = (
                check_in_time(drawn.system, prop, drawn.budget, in_cones=in_cones).kind
                for in_cones in (False, True)
            )
        except SearchError:
            continue
        assert whole is cone
        compared += 1

    assert compared >= 30
