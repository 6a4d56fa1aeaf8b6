"""The pace of a run: it narrows what is chosen from, and is the same for the same number."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamodel import Kind, Rule, Set, Var
from hamodel.testing.pace import PACES, Pace

ON: Var[bool] = Var("on", bool)
RULES = tuple(
    Rule(f"{kind.value} {i}", kind, sets=(Set(ON, True),), family=f"{kind.value} {i % 3}")
    for kind in Kind
    for i in range(6)
)


@given(st.integers(0, PACES - 1), st.lists(st.sets(st.sampled_from(range(24))), max_size=8))
def test_a_pace_narrows_and_never_stops_a_run(number: int, steps: list[set[int]]) -> None:
    """What it leaves is a part of what is enabled, of one kind, and empty only if nothing is."""
    pace = Pace(number, RULES)

    for places in steps:
        enabled = [RULES[place] for place in sorted(places)]
        left = pace.narrowed(enabled)
        assert set(left) <= set(enabled)
        assert bool(left) is bool(enabled)
        assert left == enabled or 1 == len({rule.kind for rule in left})


def test_pace_nought_narrows_nothing() -> None:
    """A failure shrinks towards the run in which every enabled rule may come."""
    pace = Pace(0, RULES)

    assert [RULES] * 9 == [pace.narrowed(RULES) for _ in range(9)]


@pytest.mark.parametrize("number", [1, 2, 65_535])
def test_one_number_is_one_pace(number: int) -> None:
    """Two runs with one number are narrowed alike, step by step."""
    one, two = Pace(number, RULES), Pace(number, RULES)

    assert [one.narrowed(RULES) for _ in range(50)] == [two.narrowed(RULES) for _ in range(50)]


def test_protocol_steps_come_first_mostly_and_each_kind_comes() -> None:
    """Over many paces most choices are the protocol's, and no kind is left out of all of them."""
    seen: Counter[Kind] = Counter()
    for number in range(1, 101):
        pace = Pace(number, RULES)
        seen.update(pace.narrowed(RULES)[0].kind for _ in range(20))

    assert 2_000 == seen.total()
    assert 1_000 < seen[Kind.PROTOCOL]
    assert all(seen[kind] > 20 for kind in Kind)


def test_a_pace_leaves_some_failures_alone_for_a_whole_run() -> None:
    """Some runs never take a rule of a family that others take; protocol rules are never left."""
    left = Counter[str]()
    for number in range(1, 51):
        pace = Pace(number, RULES)
        taken = {rule.family for _ in range(300) for rule in pace.narrowed(RULES)}
        left.update({rule.family for rule in RULES} - taken)

    assert 9 == len(left)
    assert not any(family.startswith("protocol") for family in left)
