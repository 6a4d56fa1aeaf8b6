"""Judging by parts: what the parts decide, and how; the rest is searched in the whole."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import Any

import pytest

from hamodel import (
    PROVED,
    REFUTED,
    UNDETERMINED,
    Budget,
    Component,
    Kind,
    Rule,
    Set,
    System,
    Var,
    always,
    check,
    leads_to,
    never,
    sometimes,
    step,
    transparent,
)
from hamodel.engine.apart import at_rest, freed, moved_with, of_rule, starved, values_given
from hamodel.engine.by_parts import check_by_parts
from hamodel.engine.effort import SIZES, Effort
from hamodel.engine.explored import Explored
from hamodel.engine.limits import Limits
from hamodel.property import Property
from hamodel.verdict import Verdict
from tests.agreement.parts import compare_twins, counted


class Turn(Enum):
    """Whose turn it is."""

    LEFT = "left"
    RIGHT = "right"


TURN = Var("turn", Turn)
ONE, TWO = Var("one.served", bool), Var("two.served", bool)
PARTS = {"one": {"one.served"}, "two": {"two.served"}}


def served(*more: Rule, fair: Kind = Kind.PROTOCOL) -> System:
    """Return a desk with two customers: whoever is served gives the turn to the other side."""
    components = (
        Component("desk", variables=(TURN,)),
        Component("one", variables=(ONE,)),
        Component("two", variables=(TWO,)),
    )
    rules = [
        Rule(
            f"{who} is served {side.value}",
            fair,
            mine.is_(False) & TURN.is_(side),
            sets=(Set(mine, True), Set(TURN, other)),
            group=f"{who} is served",
        )
        for who, mine in (("one", ONE), ("two", TWO))
        for side, other in ((Turn.LEFT, Turn.RIGHT), (Turn.RIGHT, Turn.LEFT))
    ]
    return System(components, (*rules, *more))


def judged(system: System, prop: Property, budget: Budget | None = None) -> Verdict:
    """Return the verdict by parts, which is that of the whole."""
    [verdict] = check_by_parts(system, [prop], PARTS, budget)
    assert check(system, prop, budget).kind is verdict.kind
    return verdict


def test_what_the_others_do_is_moved_with_them() -> None:
    """A customer who is served moves the turn."""
    assert {"turn"} == moved_with(served(), frozenset(PARTS["two"]))


def test_a_freed_system_does_what_any_value_allows() -> None:
    """Without the turn either side serves; the rule it comes from is told."""
    system = freed(served(), frozenset({"two.served", "turn"}))

    assert ["one.served"] == list(system.variables)
    assert ["one is served left", "one is served right"] == [of_rule(r.name) for r in system.rules]
    assert {"one is served"} == {rule.group for rule in system.rules}


def test_a_freed_variable_has_only_values_that_are_given() -> None:
    """The right is never given where nobody is served."""
    alone = System(served().components, (Rule("stays", sets=Set(TURN, Turn.LEFT)),))

    assert (Turn.LEFT,) == values_given(alone)["turn"]
    assert (Turn.LEFT, Turn.RIGHT) == values_given(served())["turn"]


def test_a_system_at_rest_has_no_rule_that_moves_the_rest() -> None:
    """Nobody is served at the second desk; that takes turns from nobody."""
    system = at_rest(served(), frozenset(PARTS["two"]))

    assert ["one is served left", "one is served right"] == [rule.name for rule in system.rules]
    assert {"two is served"} == starved(served(), frozenset(PARTS["two"]))


def test_what_another_may_do_refutes_nothing() -> None:
    """It holds whatever the other does, and the run that reaches the premise is at rest."""
    verdict = judged(served(), always("p", ONE.is_(True) | ONE.is_(False), given=ONE.is_(True)))

    assert PROVED is verdict.kind
    assert "holds in every reachable state, whatever two may do" == verdict.why
    assert verdict.premise_witness is not None
    assert ("one is served left",) == verdict.premise_witness.rules


def test_what_is_said_of_each_part_holds_whatever_the_others_do() -> None:
    """A piece for each part, searched without the other."""
    verdict = judged(served(), always("p", (ONE.is_(True) | ONE.is_(False)) & ~TWO.in_()))

    assert PROVED is verdict.kind
    assert verdict.why.endswith("may do")


def test_a_run_at_rest_refutes() -> None:
    """The other stays where it is, and that is said."""
    verdict = judged(served(), never("p", ONE.is_(True)))

    assert REFUTED is verdict.kind
    assert "fails after 1 step, with two at rest" == verdict.why


def test_a_run_at_rest_witnesses() -> None:
    """A witness is as good with the other at rest."""
    verdict = judged(served(), sometimes("p", TWO.is_(True)))

    assert PROVED is verdict.kind
    assert "found after 1 step, with one at rest" == verdict.why
    assert verdict.trace == verdict.premise_witness


def test_no_witness_whatever_the_others_do() -> None:
    """Nobody is served without a rule for it."""
    alone = System(served().components, (Rule("stays", sets=Set(TURN, Turn.LEFT)),))
    verdict = judged(alone, sometimes("p", ONE.is_(True)))

    assert REFUTED is verdict.kind
    assert "no reachable state shows it, whatever two may do" == verdict.why


def test_a_run_with_the_others_free_is_looked_for_in_the_system() -> None:
    """The first is served on the right only after the second was served on the left."""
    seen = Var("one.on the right", bool)
    system = served()
    rules = tuple(
        Rule(r.name, r.kind, r.when, sets=(*r.sets, Set(seen, True)), group=r.group)
        if r.name == "one is served right"
        else r
        for r in system.rules
    )
    seeing = System((*system.components, Component("eye", variables=(seen,))), rules)
    verdict = judged(seeing, never("p", seen.is_(True)))

    assert REFUTED is verdict.kind
    assert "fails after 2 steps; a shorter run is possible" == verdict.why
    assert verdict.trace is not None
    assert ("two is served left", "one is served right") == verdict.trace.rules


def test_a_run_with_the_others_free_need_not_be_one_of_the_system() -> None:
    """Nobody gives the turn to the right: the whole system proves it."""
    blocked = Var("two.blocked", bool, initial=True)
    system = served()
    rules = tuple(
        Rule(r.name, r.kind, r.when & blocked.is_(False), sets=r.sets, group=r.group)
        if r.name.startswith("two")
        else r
        for r in system.rules
    )
    closed = System(
        (*system.components, Component("gate", variables=(blocked,))),
        (*rules, Rule("the gate closes", sets=Set(blocked, True)), Rule(
            "the gate is open in a dream", when=TURN.is_(Turn.RIGHT), sets=Set(blocked, False))),
    )  # fmt: skip
    parts = PARTS | {"two": {"two.served", "two.blocked"}}
    prop = never("p", ONE.is_(False) & TURN.is_(Turn.RIGHT))
    [verdict] = check_by_parts(closed, [prop], parts)

    assert PROVED is check(closed, prop).kind is verdict.kind
    assert "holds in every reachable state" == verdict.why


def test_a_group_is_fair_where_it_is_enabled_whatever_the_others_do() -> None:
    """Whosever turn it is, the first can be served, and is at last."""
    verdict = judged(served(), leads_to("p", ONE.is_(False), ONE.is_(True)))

    assert PROVED is verdict.kind
    assert "the conclusion follows on every fair run, whatever two may do" == verdict.why


def test_a_group_that_waits_for_another_is_not_fair_by_itself() -> None:
    """The first waits until the second is served, which need not happen: no part proves it."""
    system = served(fair=Kind.ENVIRONMENT)
    waits = Rule("one is served at last", when=ONE.is_(False) & TWO.is_(True), sets=Set(ONE, True))
    waiting = System(system.components, (system.rules[2], system.rules[3], waits))
    prop = leads_to("p", ONE.is_(False), ONE.is_(True))
    verdict = judged(waiting, prop)

    assert REFUTED is verdict.kind
    assert "at rest" in verdict.why


def test_a_group_whose_step_may_change_nothing_is_not_fair_by_itself() -> None:
    """Serving the first does nothing while the second is looked at, and that goes on for ever."""
    looks = Var("two.looks", bool)
    serves = Rule("one is served", when=ONE.is_(False), sets=Set(ONE, True, looks.is_(False)))
    turns = [
        Rule("two looks", Kind.ENVIRONMENT, looks.is_(False), sets=Set(looks, True)),
        Rule("two looks away", Kind.ENVIRONMENT, looks.is_(True), sets=Set(looks, False)),
    ]
    system = System((Component("hall", variables=(ONE, looks)),), (serves, *turns))
    prop = leads_to("p", ONE.is_(False), ONE.is_(True))
    [verdict] = check_by_parts(system, [prop], {"one": {"one.served"}, "two": {"two.looks"}})

    assert REFUTED is check(system, prop).kind is verdict.kind


def test_a_run_at_rest_refutes_no_response_to_what_must_go_on() -> None:
    """The second is fair to be served, so that it cannot rest for ever."""
    opens = Rule("opens", when=TWO.is_(True) & ONE.is_(False), sets=Set(ONE, True))
    system = System(served().components, (*served().rules[2:], opens))
    verdict = judged(system, leads_to("p", ONE.is_(False), ONE.is_(True)))

    assert PROVED is verdict.kind
    assert "the conclusion follows on every fair run" == verdict.why


@pytest.mark.parametrize(
    "prop",
    [
        never("p", ONE.is_(True) & TWO.is_(True)),
        leads_to("p", ONE.is_(True), TWO.is_(True)),
        transparent("p", fault=("fails",), observers=("desk",)),
    ],
)
def test_what_is_said_of_all_the_parts_is_searched_in_the_whole(prop: Property) -> None:
    """So is what must be transparent."""
    fails = Rule("fails", Kind.FAILURE, sets=Set(TURN, Turn.LEFT), cost={"desk-crash": 1})
    verdict = judged(served(fails), prop, Budget({"desk-crash": 1}))

    assert check(served(fails), prop, Budget({"desk-crash": 1})).why == verdict.why


def test_who_counts_faults_is_searched_in_the_whole() -> None:
    """The faults of every part count."""
    fails = Rule("two fails", Kind.FAILURE, sets=Set(TWO, False), cost={"two-crash": 1})
    budget = Budget({"two-crash": 1})
    [counter] = budget.counters
    verdict = judged(served(fails), never("p", ONE.is_(True) & counter.is_(1)), budget)

    assert REFUTED is verdict.kind
    assert "fails after 2 steps" == verdict.why


def test_a_step_too_far_is_for_the_whole_to_find() -> None:
    """With the other free a count runs over that never does; the verdict is that of the whole."""
    count = Var("count", range(2))
    system = System(
        (*served().components, Component("till", variables=(count,))),
        (
            *served(fair=Kind.ENVIRONMENT).rules[:3],
            Rule("counts", Kind.ENVIRONMENT, TWO.is_(True) & ONE.is_(False) & count.is_(0)
                 & TURN.is_(Turn.RIGHT), sets=(Set(count, step(count, 1)), Set(ONE, True))),
        ),
    )  # fmt: skip
    verdict = judged(system, never("p", count.is_(1)))

    assert REFUTED is verdict.kind


def test_a_search_without_a_part_is_cut_as_any_other() -> None:
    """What is not known is not said."""
    [verdict] = check_by_parts(
        served(), [never("p", ONE.is_(True) & ONE.is_(False))], PARTS, limits=Limits(states=1)
    )

    assert UNDETERMINED is verdict.kind
    assert "stopped at 2 states, depth 1, by the limit of 1 state" == verdict.why


def test_a_search_goes_on_as_far_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first stage is of one state, the next of two; the run is the shortest all the same."""
    monkeypatch.setattr("hamodel.engine.effort.SIZES", (1, 2))
    verdict = judged(served(), never("p", ONE.is_(True)))

    assert REFUTED is verdict.kind
    assert "fails after 1 step, with two at rest" == verdict.why


def test_nothing_is_looked_for_at_rest_that_does_not_happen_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After the first stage only the system with the others free is searched, to the limit."""
    monkeypatch.setattr("hamodel.engine.effort.SIZES", (1, 2))
    sizes: list[int | None] = []
    explored = Effort.explore

    def told(self: Effort, *its: Any, size: int | None = None, **more: Any) -> Explored:
        sizes.append(size)
        return explored(self, *its, size=size, **more)

    monkeypatch.setattr(Effort, "explore", told)
    count = Var("desk.count", range(9))
    counts = Rule("desk counts", when=~count.is_(8), sets=Set(count, step(count, 1)))
    desk, *customers = served().components
    desk = Component("desk", variables=(TURN, count))
    system = System((desk, *customers), (*served().rules, counts))
    prop = never("p", ONE.is_(True) & count.is_(8))
    [verdict] = check_by_parts(system, [prop], PARTS, limits=Limits(states=3))

    assert UNDETERMINED is verdict.kind
    assert [1, 1, 2, None] == sizes


def test_what_is_alike_is_searched_once() -> None:
    """Of two customers one is searched, and the story of the other is hers with the names."""
    props = [never("first", ONE.is_(True)), never("second", TWO.is_(True))]
    first, second = check_by_parts(served(), props, PARTS)

    assert ("two is served left",) == (second.trace.rules if second.trace else None)
    assert "fails after 1 step, with one at rest" == second.why
    assert second.trace is not None
    assert "here second fails" == second.trace.note
    assert first.distinct_states == second.distinct_states


def test_pieces_that_are_alike_are_searched_once() -> None:
    """What is said of both takes the states of one, and says that it is about both."""
    each = always("each", ONE.is_(True) | ONE.is_(False))
    both = always("both", (ONE.is_(True) | ONE.is_(False)) & (TWO.is_(True) | TWO.is_(False)))
    one, two = check_by_parts(served(), [each, both], PARTS)

    assert one.distinct_states == two.distinct_states
    assert "holds in every reachable state, whatever two may do" == one.why
    assert "holds in every reachable state, whatever the other parts may do" == two.why


@pytest.mark.parametrize("sizes", [(1, 3, 10, 40), SIZES])
@pytest.mark.parametrize("block", range(3))
def test_parts_that_are_alike_have_the_verdicts_of_the_whole(
    block: int, sizes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On random systems of which a part stands twice, in stages as small as they can be."""
    monkeypatch.setattr("hamodel.engine.effort.SIZES", sizes)
    found: Counter[str] = counted(range(block * 20, block * 20 + 20), compare_twins)

    assert 80 <= found.total()
    assert 5 <= found["by parts at rest"]
    assert 3 <= found["by parts freed"]


@pytest.mark.parametrize("block", range(2))
def test_stages_have_the_verdicts_of_the_whole(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small they are."""
    monkeypatch.setattr("hamodel.engine.effort.SIZES", (1, 3, 10, 40))

    assert 80 <= counted(range(block * 20, block * 20 + 20)).total()


@pytest.mark.parametrize("block", range(6))
def test_parts_have_the_verdicts_of_the_whole(block: int) -> None:
    """On random systems: the same verdict, and each run that is shown is one of the system."""
    found: Counter[str] = counted(range(block * 20, block * 20 + 20))

    assert 80 <= found.total()
    assert 5 <= found["by parts at rest"]
    assert 3 <= found["by parts freed"]
