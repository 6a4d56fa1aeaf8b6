"""Regions of timers, beside all whole vectors of small ranges tried one by one."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamodel.engine.timed.facts import Facts, in_the_way, packed, unpacked
from hamodel.engine.timed.linear import Form, evaluated
from hamodel.engine.timed.regions import NotFoundError, Region, together

RANGES = ((0, 6), (1, 5))
ALL = tuple(product(range(7), range(1, 6)))
forms = st.tuples(st.integers(-9, 9), st.integers(-3, 3), st.integers(-3, 3))
regions = st.builds(Region, st.just(RANGES), st.lists(forms, max_size=4).map(tuple))


def within(region: Region) -> list[tuple[int, ...]]:
    """Return its whole vectors."""
    return [
        point for point in ALL if all(evaluated(form, point) >= 0 for form in region.conditions)
    ]


@given(regions, forms)
def test_what_is_implied_holds_everywhere(region: Region, form: Form) -> None:
    """An empty region has no whole vector; the least is no more than any value, and is attained."""
    found = within(region)
    if region.is_empty:
        assert [] == found
        return
    least, point = region.least(form)

    assert least == form[0] + sum(f * value for f, value in zip(form[1:], point, strict=True))
    assert all(evaluated(form, each) >= least for each in found)
    assert region.implies(form) == (least >= 0)
    assert all(low <= value <= high for value, (low, high) in zip(point, RANGES, strict=True))


@given(regions, st.sampled_from(ALL))
def test_a_whole_vector_is_found_if_there_is_one(region: Region, near: tuple[int, ...]) -> None:
    """It lies in the region."""
    found = region.whole_point(near)

    assert (found is None) == (not within(region))
    assert found is None or region.holds_at(found)


@given(regions)
def test_leaner_is_the_same(region: Region) -> None:
    """Without what follows from the rest."""
    assert within(region) == within(region.leaner())


@given(regions, forms)
def test_parts_are_put_together_again(region: Region, form: Form) -> None:
    """What `narrow` leaves and cuts off is the whole, disjoint; two that are one are that."""
    facts = Facts(region)
    facts.narrow(form)
    parts = [facts.region, *facts.beside()]
    found = [point for part in parts for point in within(part)]
    both = together(facts.region, facts.beside()[0]) if facts.beside() else None

    assert sorted(within(region)) == sorted(found)
    assert both is None or set(within(both)) == set(within(facts.region)) | set(
        within(facts.beside()[0])
    )


def test_a_fraction_is_not_a_whole_vector() -> None:
    """Where twice a timer is 7 there is a vector, and no whole one."""
    region = Region(((0, 9),), ((-7, 2), (7, -2)))

    assert not region.is_empty
    assert (Fraction(0), (Fraction(7, 2),)) == region.least((-7, 2))
    assert region.whole_point((4,)) is None


def test_that_none_was_found_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not taken for none."""
    monkeypatch.setattr("hamodel.engine.timed.regions.DEPTH", 1)

    with pytest.raises(NotFoundError):
        Region(((0, 9), (0, 9)), ((-7, 2, 0), (7, -2, 0))).whole_point((4, 0))


def test_dates_that_cannot_be() -> None:
    """A step at most a later than another, and at least b: a - b is in the way."""
    facts = Facts(Region(((0, 9), (0, 9))))
    bounds = [(1, 0, (0, 1, 0)), (0, 1, (0, 0, -1)), (2, 1, (5, 0, 0))]

    assert (0, 1, -1) == in_the_way(facts, bounds)
    facts.narrow((0, 1, -1))
    assert in_the_way(facts, bounds) is None


@given(st.lists(st.integers(-16, 15), min_size=1, max_size=8))
def test_factors_go_into_a_word(factors: list[int]) -> None:
    """And come out again."""
    bits = 64 // len(factors) if len(factors) > 3 else 16

    assert tuple(factors) == unpacked(packed((0, *factors), bits), bits, len(factors))
