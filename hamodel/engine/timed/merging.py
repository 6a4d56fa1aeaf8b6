"""
Fewer regions for the same answers: what two answers have in common is either's.

Regions that were cut off one after the other have borders of the search that found them, and where
two forms are equal either may stand. So a region is grown, by leaving out one of its conditions or
moving it by 1 ms, as long as its answer is right in all of it: every region that it reaches into
has the same answer, or a form that is equal there. Of the grown ones as few as will do are taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum

from hamodel.engine.timed.facts import Facts
from hamodel.engine.timed.linear import Form, evaluated, plus
from hamodel.engine.timed.regions import NotFoundError, Region, together

Answer = tuple[Enum, Form | None]
"""Of what sort it is, and how long it takes if that is a time."""
MOST = 60
"""With more regions than this only pairs are put together."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """
    A region, what holds in all of it, and a whole vector in it.

    Parameters
    ----------
    place
        Where what else is known of it stands.
    """

    region: Region
    answer: Answer
    point: tuple[int, ...]
    place: int


def merged(pieces: Sequence[Piece]) -> list[Piece]:
    """
    Return disjoint pieces that are as much as these disjoint ones together, and no more of them.

    Each has the vector, and the place, of one of these that lies in it.
    """
    found = _pairs(pieces)
    if 1 < len(found) <= MOST and all(each.point for each in found):
        fewer = _parted(_chosen(found, [_grown(each, found) for each in found]), pieces)
        if fewer is not None and len(fewer) < len(found):
            found = fewer
    return [replace(each, region=each.region.leaner()) for each in found]


def _pairs(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces of which two with one answer are one, where they are one region together."""
    left, found = list(pieces), list[Piece]()
    while left:
        one = left.pop(0)
        for other in left:
            both = together(one.region, other.region) if one.answer == other.answer else None
            if both is not None:
                left = [each for each in left if each is not other]
                left, found = [*found, replace(one, region=both), *left], []
                break
        else:
            found.append(one)
    return found


def _grown(piece: Piece, pieces: Sequence[Piece]) -> Piece:
    """Return a piece without conditions that its answer does not need, or with weaker ones."""
    kept = list(piece.region.leaner().conditions)
    for form in tuple(kept):
        place = kept.index(form)
        for instead in ([], [(form[0] + 1, *form[1:])]):
            forms = (*kept[:place], *instead, *kept[place + 1 :])
            larger = replace(piece, region=Region(piece.region.ranges, forms))
            if all(_agrees(larger, other) for other in pieces):
                kept = list(forms)
                break
    return replace(piece, region=Region(piece.region.ranges, tuple(kept)))


def _agrees(one: Piece, other: Piece) -> bool:
    """Return whether the answer of one piece is right wherever it reaches into another."""
    if one.answer == other.answer:
        return True
    mine, its = one.answer[1], other.answer[1]
    if one.region.holds_at(other.point):
        at = other.point
        if mine is None or its is None or evaluated(mine, at) != evaluated(its, at):
            return False
    both = one.region.but(*other.region.conditions)
    if both.is_empty or mine is None or its is None:
        return both.is_empty
    return both.implies(plus(mine, its, -1)) and both.implies(plus(its, mine, -1))


def _chosen(pieces: Sequence[Piece], grown: Sequence[Piece]) -> list[Piece]:
    """Return as few grown pieces as are found in turn that cover all, each the most that it can."""
    left, found = list(pieces), list[Piece]()
    covered = [[each for each in pieces if _within(each, one)] for one in grown]
    while left:
        most = max(range(len(grown)), key=lambda k: sum(each in left for each in covered[k]))
        found.append(grown[most])
        left = [each for each in left if each not in covered[most]]
    return found


def _within(piece: Piece, other: Piece) -> bool:
    return piece.answer == other.answer and all(
        piece.region.implies(form) for form in other.region.conditions
    )


def _parted(chosen: Sequence[Piece], pieces: Sequence[Piece]) -> list[Piece] | None:
    """Return chosen pieces made disjoint; None if one has no vector that is known."""
    found = list[Piece]()
    for k, one in enumerate(chosen):
        parts = [one.region]
        for other in chosen[:k]:
            parts = [part for each in parts for part in _without(each, other.region)]
        for part in parts:
            with suppress(NotFoundError):
                if part.whole_point(one.point) is None:
                    continue
            within = (
                each for each in pieces if each.answer == one.answer and part.holds_at(each.point)
            )
            its = next(within, None)
            if its is None:
                return None
            found.append(replace(its, region=part))
    return _pairs(found)


def _without(region: Region, other: Region) -> Iterator[Region]:
    """Yield disjoint regions that are together what of one does not lie in another."""
    if region.but(*other.conditions).is_empty:
        yield region
        return
    facts = Facts(region)
    for form in other.conditions:
        if not facts.holds(form):
            facts.narrow(form)
    yield from facts.beside()
