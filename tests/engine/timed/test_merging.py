"""Fewer regions with the same answers, beside all whole vectors of small ranges one by one."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamodel.engine.timed.facts import Facts
from hamodel.engine.timed.formula import Sort
from hamodel.engine.timed.linear import Form, evaluated
from hamodel.engine.timed.merging import Answer, Piece, merged
from hamodel.engine.timed.regions import Region

RANGES = ((0, 6), (0, 6))
ALL = tuple(product(range(7), repeat=2))
A: Answer = Sort.ENDS, (0, 1, 0)
B: Answer = Sort.ENDS, (0, 0, 1)
OPEN: Answer = Sort.UNDETERMINED, None
NEVER: Answer = Sort.NEVER, None
forms = st.tuples(st.integers(-6, 6), st.integers(-2, 2), st.integers(-2, 2))


def pieces(*found: tuple[Region, Answer]) -> list[Piece]:
    """Return regions with answers as pieces, each with a whole vector; those that have one."""
    regions = [(region, answer, region.whole_point((3, 3))) for region, answer in found]
    return [
        Piece(region, answer, point, k)
        for k, (region, answer, point) in enumerate(regions)
        if point is not None
    ]


def cut_up(*conditions: Form) -> list[Region]:
    """Return disjoint regions that are the whole: it is cut at one condition after the other."""
    found = [Region(RANGES)]
    for form in conditions:
        parts = []
        for region in found:
            facts = Facts(region)
            facts.narrow(form)
            parts += [facts.region, *facts.beside()]
        found = parts
    return found


def said(found: list[Piece], point: tuple[int, ...]) -> tuple[Sort, int | None]:
    """Return what pieces say of a vector; it lies in one of them."""
    [its] = [piece for piece in found if piece.region.holds_at(point)]
    sort, form = its.answer
    assert isinstance(sort, Sort)
    return sort, None if form is None else evaluated(form, point)


@given(
    st.lists(forms, max_size=3),
    st.lists(st.sampled_from([A, B, NEVER, OPEN]), min_size=8, max_size=8),
)
def test_every_vector_keeps_its_answer(cuts: list[Form], answers: list[Answer]) -> None:
    """It lies in one piece, that has the same time; no more pieces, each with a vector in it."""
    before = pieces(*zip(cut_up(*cuts), answers, strict=False))
    after = merged(before)

    assert len(after) <= len(before)
    for point in ALL:
        assert said(before, point) == said(after, point)
    assert all(its.region.holds_at(its.point) for its in after)
    assert all(before_of(its, before).answer == its.answer for its in after)


def before_of(its: Piece, before: list[Piece]) -> Piece:
    """Return the piece whose place another has."""
    return next(each for each in before if each.place == its.place)


def larger_of_two() -> list[Piece]:
    """Return the larger of two timers; a border that makes no difference, ties on either side."""
    return pieces(
        (Region(RANGES, ((-3, 1, 0), (0, 1, -1))), A),
        (Region(RANGES, ((-3, 1, 0), (-1, -1, 1))), B),
        (Region(RANGES, ((2, -1, 0), (-1, 1, -1))), A),
        (Region(RANGES, ((2, -1, 0), (0, -1, 1))), B),
    )


def test_what_two_have_in_common_is_either() -> None:
    """No two of four are one region together, and two say it all."""
    found = merged(larger_of_two())

    assert [(((0, 1, -1),), A), (((-1, -1, 1),), B)] == [
        (its.region.conditions, its.answer) for its in found
    ]


def test_what_is_not_known_stays_so() -> None:
    """A form that is right all round a piece does not reach into it."""
    inner = ((-2, 1, 0), (4, -1, 0), (-2, 0, 1), (4, 0, -1))
    facts = Facts(Region(RANGES))
    for form in inner:
        facts.narrow(form)
    before = pieces((facts.region, OPEN), *((region, A) for region in facts.beside()))

    assert 9 == sum(said(merged(before), point)[0] is Sort.UNDETERMINED for point in ALL)


def test_of_too_many_only_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take too long."""
    monkeypatch.setattr("hamodel.engine.timed.merging.MOST", 3)

    assert 4 == len(merged(larger_of_two()))
