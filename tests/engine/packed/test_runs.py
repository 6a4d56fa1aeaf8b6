"""Runs without end on packed explorations: the reference search's lassos, step for step."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress

import pytest

from hamodel import Budget, Expr, SearchError, leads_to
from hamodel.engine.check import judge
from hamodel.engine.graph import Fairness, Lasso, unfulfilled
from hamodel.engine.packed import runs
from hamodel.engine.packed.explorer import explore_packed
from hamodel.engine.packed.runs import groups_of, unfulfilled_packed
from hamodel.engine.reference import explore
from tests.agreement.random_systems import seeded_drawing
from tests.engine.packed.compared import Both, both, guide_searches, outcome
from tests.engine.small_systems import observed_system
from tests.models import drawn


def lasso(found: Both, given: Expr, expr: Expr, assumed: tuple[str, ...] = ()) -> Lasso | None:
    """Return what both engines find, once it is compared."""
    reference, packed = found
    expected = unfulfilled(
        reference, reference.holds(given), reference.holds(expr), Fairness(reference, assumed)
    )
    assert expected == unfulfilled_packed(packed, given, expr, Fairness(packed, assumed))
    return expected


def kind_of(found: Lasso | None) -> str:
    """Return whether there is a lasso, and of which kind."""
    return "none" if found is None else "loops" if found.loop else "stays"


def test_lassos_of_random_systems() -> None:
    """Random premises and conclusions on random systems, with groups assumed to be fair."""
    kinds: Counter[str] = Counter()
    for seed in range(120):
        system, budget, drawing = seeded_drawing(seed, most_rules=20)
        found = outcome(system, budget, 500)
        if isinstance(found, str) or not found[0].complete:
            continue
        chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
        groups = sorted({action.rule.group for action in found[0].product.actions})
        for _ in range(5):
            assumed = tuple(chance.sample(groups, min(len(groups), chance.randint(0, 3))))
            given, expr = drawing.guard(), drawing.guard()
            kinds[kind_of(lasso(found, given, expr, assumed))] += 1

    assert 400 <= kinds.total()
    assert 44 <= min(kinds[kind] for kind in ("none", "loops", "stays")), kinds


@pytest.mark.parametrize("few", [1, 4])
def test_the_steps_of_what_is_reached_are_enough(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or cut short: the same verdicts and runs as the reference search, without all steps."""
    monkeypatch.setattr(runs, "FEW", few)
    ways: Counter[str] = Counter()
    for seed in range(100):
        system, budget, drawing = seeded_drawing(seed, most_rules=20)
        chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
        limit = chance.choice([None, 3, 10, 40])
        with suppress(SearchError):
            reference = explore(system, budget, limit_states=limit or 500)
            packed = explore_packed(system, budget, limit_states=limit or 500)
            prop = leads_to("p", drawing.guard(), drawing.guard())
            if len(reference.edges) == packed.expanded:
                judged = judge(reference, [prop], so_far=True)
                assert judged == judge(packed, [prop], so_far=True)
                whole = "whole" if packed.complete else "cut"
                ways[f"{whole} {'few' if packed.known_edges is None else 'all'}"] += 1

    assert 10 <= min(ways["whole few"], ways["cut few"]), ways
    assert few == 1 or ways["whole all"] >= 10, ways


def test_lassos_of_small_systems() -> None:
    """Where groups have several rules each: many loops, some of them not the nearest."""
    kinds: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    for seed in range(250):
        system, prop = observed_system(seed)
        chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
        one, two = (system.variables[name] for name in chance.sample(list(system.variables), 2))
        given, expr = one.is_(chance.choice(one.values)), two.is_(chance.choice(two.values))
        its = lasso(both(system, Budget(1)), given, expr, prop.fair)
        kinds[kind_of(its)] += 1
        lengths[len(its.loop) if its else 0] += 1

    assert 250 == kinds.total()
    assert {"none", "loops", "stays"} == set(kinds)
    assert 4 <= len(lengths)


def test_a_loop_round_which_two_groups_take_turns() -> None:
    """The stem and the loop as a person would draw them; a stop that is as near comes first."""
    system = drawn("0 . 1 a", "1 . 2 b", "2 . 1 c", "1 . 9 d", "2 . 9 e", "9 . 9 f")
    place = system.variables["box.place"]
    its = lasso(both(system), place.is_(0), place.is_(9))

    assert ([0], [1, 2]) == ([*its.stem], [*its.loop]) if its else False


def test_more_groups_than_a_lane_has_bits() -> None:
    """Seventy fair groups: those that are enabled all along the ring lead out of it in the end."""
    ring = [f"{i} . {(i + 1) % 3} g{i}" for i in range(3)]
    out = [f"{i} m{j} 20 h{j}" for i in range(3) for j in range(67)]
    found = both(drawn(*ring, *out))
    place = found[0].product.system.variables["box.place"]
    fairness = Fairness(found[1])

    assert 70 == len(fairness.groups)
    assert 69 == max(groups_of(fairness))
    assert lasso(found, place.is_(0), place.is_(20)) is None
    assert Lasso((0, 1, 2), ()) != lasso(found, place.is_(0), place.is_(2))

    some = both(drawn(*ring, *(each for each in out if not each.startswith("2"))))
    its = lasso(some, place.is_(0), place.is_(20))

    assert 70 == len(Fairness(some[1]).groups)
    assert its is not None
    assert 3 == len(its.loop)


def test_no_group_is_fair() -> None:
    """With environment steps alone every run may stop: at once, where the premise holds."""
    its = both(drawn("0 . 1", "1 . 0"))
    place = its[0].product.system.variables["box.place"]

    assert 0 == len(Fairness(its[1]).groups)
    assert Lasso((0,), ()) == lasso(its, place.is_(1), place.is_(2))


def test_what_follows_in_the_guide() -> None:
    """Every `leads_to` of small scenarios of the guide."""
    kinds: Counter[str] = Counter()
    for name in ("single-resource-manager", "duplicated-single-recorder"):
        for search, props in guide_searches(name):
            if "loss" in str(search.budget):
                continue
            found = both(search.system, search.budget)
            for prop in props:
                for given, expr in prop.cases:
                    kinds[kind_of(lasso(found, given, expr, prop.fair))] += 1

    assert 20 <= kinds.total(), kinds
    assert {"none", "stays"} <= set(kinds)
