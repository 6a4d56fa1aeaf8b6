"""Whole searches of random systems by every engine; a wrong engine or export is noticed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hamodel import System
from hamodel.engine.packed.explorer import explore_packed
from hamodel.export import promela
from tests.agreement import engines as module
from tests.agreement.engine_systems import LARGE, MOST, Drawn, engine_system
from tests.agreement.engines import compare_engines, compare_spin, first_error
from tests.benchmarks.spin import missing

needs_spin = pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}")

BLOCKS = 20
"""In how many tests a hundred systems are compared: the processes of a run share them."""


@pytest.mark.parametrize("block", range(BLOCKS))
def test_engines_find_the_same(block: int) -> None:
    """A hundred systems: states in order, runs, errors, verdicts, with one thread and two."""
    seeds = range(block * 100 // BLOCKS, (block + 1) * 100 // BLOCKS)
    found = [compare_engines(engine_system(seed), MOST)[0] for seed in seeds]

    assert 100 // BLOCKS == len(found)
    assert 3 <= sum(each.states >= LARGE or bool(each.error) for each in found)
    assert any(each.working == 2 for each in found)


@needs_spin
@pytest.mark.parametrize(
    ("seed", "what"),
    [(2, "counts"), (3, "counts"), (12, "counts"), (30, ""), (52, "error"), (112, "error")],
)
def test_spin_finds_the_same(seed: int, what: str) -> None:
    """Narrow and wide; steps too far, one beside a circle of copies; none that is cut."""
    drawn = engine_system(seed)

    assert what == compare_spin(drawn, *compare_engines(drawn, MOST))


def test_a_search_that_is_cut_is_compared_as_far_as_it_goes() -> None:
    """Both are cut at the same state, and no verdict says more than that."""
    found, _ = compare_engines(engine_system(3), 300)

    assert not found.complete
    assert 300 <= found.states < 816


def without_last_rule(drawn: Drawn) -> System:
    """Return a system without a rule that happens in it."""
    system = drawn.system
    _, expected = compare_engines(drawn, MOST)
    last = expected.product.actions[expected.happening[-1]].rule
    return replace_rules(system, tuple(rule for rule in system.rules if rule is not last))


def replace_rules(system: System, rules: tuple[Any, ...]) -> System:
    """Return a system with other rules."""
    return System(system.components, rules, system.sources, system.name)


@pytest.mark.parametrize("wrong_with", [1, 2])
def test_an_engine_that_loses_a_rule_is_noticed(
    monkeypatch: pytest.MonkeyPatch, wrong_with: int
) -> None:
    """It is told with how many threads what differs."""
    drawn = engine_system(1)
    less = without_last_rule(drawn)

    def forgetful(system: System, *arguments: Any, threads: int, **options: Any) -> Any:
        searched = less if threads == wrong_with else system
        return explore_packed(searched, *arguments, threads=threads, **options)

    monkeypatch.setattr(module, "explore_packed", forgetful)
    with pytest.raises(AssertionError, match=rf", {wrong_with} threads: "):
        compare_engines(drawn, MOST)


@needs_spin
def test_an_export_that_loses_a_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """SPIN's counts are other ones then."""
    drawn = engine_system(1)
    found, expected = compare_engines(drawn, MOST)
    less = without_last_rule(drawn)
    monkeypatch.setattr(module, "promela", lambda _, *others: promela(less, *others))
    with pytest.raises(AssertionError, match="SPIN's st"):
        compare_spin(drawn, found, expected)


@needs_spin
def test_an_error_where_there_is_none_is_noticed() -> None:
    """SPIN has to see a step beyond a range where one is said to be, and as near."""
    drawn = engine_system(1)
    found, expected = compare_engines(drawn, MOST)
    with pytest.raises(AssertionError, match="HA040 at depth 3, but SPIN says none in"):
        compare_spin(drawn, replace(found, error="HA040 at depth 3"), expected)
    assert "none in" in first_error(promela(drawn.system, drawn.budget))


@needs_spin
def test_what_is_no_model_is_an_error() -> None:
    """What SPIN says of it is told."""
    with pytest.raises(AssertionError, match="spin: "):
        first_error("this is no model")
