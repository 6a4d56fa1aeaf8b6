"""
Regions of timers: whole vectors within ranges at which linear forms are at least 0, exactly.

References
----------
Dantzig, "Linear Programming and Extensions", Princeton 1963: the simplex method, here in fractions.
Bland, "New finite pivoting rules for the simplex method", Mathematics of Operations Research 2
(1977): it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from operator import mul

from hamodel.engine.timed.linear import Form, evaluated, less

Point = tuple[Fraction, ...]
DEPTH = 60
"""How often a region is cut in two, to find a whole vector in it."""


class NotFoundError(Exception):
    """Whether there is a whole vector in a region was not found out."""


@dataclass(slots=True)
class _Tableau:
    """
    A corner of a region: every quantity as a constant and a sum of those that are 0 there.

    Parameters
    ----------
    rows
        For each quantity that is not 0 by choice, its number, and the constant and factors.
    free
        The numbers of those that are 0 there.
    """

    rows: dict[int, list[Fraction]]
    free: list[int]

    def copy(self) -> _Tableau:
        return _Tableau({number: row[:] for number, row in self.rows.items()}, self.free[:])

    def expressed(self, row: Sequence[Fraction], variables: int) -> list[Fraction]:
        """Return a form over the variables, numbered from 0, by those that are 0 here."""
        found = [Fraction(row[0]), *(Fraction(0) for _ in self.free)]
        for number in range(variables):
            factor = row[number + 1]
            if not factor:
                continue
            if number in self.rows:
                for k, its in enumerate(self.rows[number]):
                    found[k] += factor * its
            else:
                found[self.free.index(number) + 1] += factor
        return found

    def pivot(self, leaves: int, enters: int, objective: list[Fraction]) -> None:
        """Let what is 0 at a place rise, until the quantity `leaves` has fallen to 0."""
        row = self.rows.pop(leaves)
        place = enters + 1
        factor = row[place]
        its = [-each / factor for each in row]
        its[place] = 1 / factor
        entering = self.free[enters]
        self.free[enters] = leaves
        for other in (*self.rows.values(), objective):
            times = other[place]
            if times:
                other[place] = Fraction(0)
                for k, each in enumerate(its):
                    if each:
                        other[k] += times * each
        self.rows[entering] = its

    def minimise(self, objective: list[Fraction]) -> bool:
        """Move to a corner with the least of an objective, expressed here; False: there is none."""
        while True:
            falling = [k for k, each in enumerate(objective[1:]) if each < 0]
            if not falling:
                return True
            enters = min(falling, key=lambda k: self.free[k])
            best: tuple[Fraction, int] | None = None
            for number, row in self.rows.items():
                if row[enters + 1] < 0:
                    ratio = (-row[0] / row[enters + 1], number)
                    if best is None or ratio < best:
                        best = ratio
            if best is None:
                return False
            self.pivot(best[1], enters, objective)


def _corner(rows: Sequence[Sequence[Fraction]], variables: int) -> _Tableau | None:
    """Return a corner of where all rows, over so many variables from 0 on, are at least 0."""
    extra = variables + len(rows)
    table = _Tableau(
        {variables + k: [*row, Fraction(1)] for k, row in enumerate(rows)},
        [*range(variables), extra],
    )
    objective = [Fraction(0)] * (variables + 1) + [Fraction(1)]
    lowest = min(table.rows, key=lambda number: table.rows[number][0], default=None)
    if lowest is not None and table.rows[lowest][0] < 0:
        table.pivot(lowest, variables, objective)
        table.minimise(objective)
        if objective[0] > 0:
            return None
        if extra in table.rows:
            row = table.rows[extra]
            enters = next(k for k, each in enumerate(row[1:]) if each)
            table.pivot(extra, enters, objective)
    place = table.free.index(extra)
    table.free.pop(place)
    for row in table.rows.values():
        row.pop(place + 1)
    return table


@dataclass(slots=True, eq=False)
class Region:
    """
    The vectors of timers within ranges at which linear forms are at least 0.

    Parameters
    ----------
    ranges
        For each timer the least and the most that it can be, in ms.
    conditions
        The forms.
    """

    ranges: tuple[tuple[int, int], ...]
    conditions: tuple[Form, ...] = ()
    _table: _Tableau | None = field(init=False, repr=False)
    _points: list[Point] = field(init=False, repr=False, default_factory=list)

    def __post_init__(self) -> None:
        self._table = _corner(list(self._rows()), len(self.ranges))
        if self._table is not None:
            self._points = [self._at(self._table)]

    def _rows(self) -> Iterator[list[Fraction]]:
        for form in self.conditions:
            yield self._shifted(form)
        for k, (low, high) in enumerate(self.ranges):
            row = [Fraction(0)] * (len(self.ranges) + 1)
            row[0], row[k + 1] = Fraction(high - low), Fraction(-1)
            yield row

    def _shifted(self, form: Sequence[int]) -> list[Fraction]:
        constant = form[0] + sum(
            factor * low for factor, (low, _) in zip(form[1:], self.ranges, strict=True)
        )
        return [Fraction(constant), *map(Fraction, form[1:])]

    def _at(self, table: _Tableau) -> Point:
        zero = [Fraction(0)]
        return tuple(low + table.rows.get(k, zero)[0] for k, (low, _) in enumerate(self.ranges))

    @property
    def is_empty(self) -> bool:
        """Whether there is no vector in it, in fractions of ms either."""
        return self._table is None

    def least(self, form: Form) -> tuple[Fraction, Point]:
        """Return the least that a form is in here, and where, exactly; it must not be empty."""
        assert self._table is not None, "nothing is least in an empty region"
        table = self._table.copy()
        objective = table.expressed(self._shifted(form), len(self.ranges))
        assert table.minimise(objective), "timers have ranges, so nothing falls without end"
        point = self._at(table)
        self._points.append(point)
        return objective[0], point

    def implies(self, form: Form) -> bool:
        """Return whether a form is at least 0 everywhere in here."""
        bound = form[0]
        for factor, (low, high) in zip(form[1:], self.ranges, strict=True):
            bound += factor * (low if factor > 0 else high)
        if bound >= 0 or self.is_empty:
            return True
        if any(form[0] + sum(map(mul, form[1:], point)) < 0 for point in self._points):
            return False
        return self.least(form)[0] >= 0

    def holds_at(self, point: Sequence[int]) -> bool:
        """Return whether a whole vector is in here."""
        within = all(
            low <= its <= high for its, (low, high) in zip(point, self.ranges, strict=True)
        )
        return within and all(evaluated(form, point) >= 0 for form in self.conditions)

    def but(self, *forms: Form) -> Region:
        """Return the part of it at which further forms are at least 0."""
        return Region(self.ranges, (*self.conditions, *forms))

    def leaner(self) -> Region:
        """Return the same region without conditions that follow from the others."""
        kept = list(dict.fromkeys(self.conditions))
        for form in tuple(kept):
            others = [each for each in kept if each != form]
            if Region(self.ranges, tuple(others)).implies(form):
                kept = others
        return Region(self.ranges, tuple(kept))

    def whole_point(self, near: Sequence[int]) -> tuple[int, ...] | None:
        """
        Return a whole vector in here, as near to one as can be in shares of it; None: none is.

        One that lies within, if one is found, not on a border.

        Raises
        ------
        NotFoundError
            Where that was not found out.
        """
        if self.is_empty:
            return None
        for share in (4, 256):
            inner = [
                (form[0] - max(1, abs(_size(form, near)) // share), *form[1:])
                for form in self.conditions
            ]
            with suppress(NotFoundError):
                found = _nearest(self.ranges, inner, near)
                if found is not None:
                    return found
        return _nearest(self.ranges, self.conditions, near)


def _size(form: Form, near: Sequence[int]) -> int:
    return max((abs(f) * max(1, v) for f, v in zip(form[1:], near, strict=True)), default=1)


def _nearest(
    ranges: Sequence[tuple[int, int]], conditions: Iterable[Form], near: Sequence[int]
) -> tuple[int, ...] | None:
    """Return the whole vector within ranges and conditions nearest to another; None: none is."""
    count = len(ranges)
    wide = [
        *((*form, *(0 for _ in ranges)) for form in conditions),
        *(_off(k, count, near[k], sign) for k in range(count) for sign in (1, -1)),
    ]
    most = max((high for _, high in ranges), default=0) + max(near, default=0)
    distance = (0, *(0 for _ in ranges), *(max(1, 10**9 // max(1, its)) for its in near))
    waiting = [Region((*ranges, *((0, most) for _ in ranges)), tuple(wide))]
    for _ in range(DEPTH):
        if not waiting:
            return None
        region = waiting.pop()
        if region.is_empty:
            continue
        point = region.least(distance)[1][:count]
        part = next((k for k, its in enumerate(point) if its.denominator != 1), None)
        if part is None:
            return tuple(int(its) for its in point)
        below = [0] * (2 * count + 1)
        below[0], below[part + 1] = point[part].__floor__(), -1
        waiting += [region.but(less(tuple(below))), region.but(tuple(below))]
    raise NotFoundError


def _off(place: int, count: int, value: int, sign: int) -> Form:
    """Return the form of a distance that is at least by how much a timer is off a value."""
    form = [0] * (2 * count + 1)
    form[0], form[place + 1], form[count + place + 1] = sign * value, -sign, 1
    return tuple(form)


def together(one: Region, other: Region) -> Region | None:
    """Return the region that two are together, if it is one; None if it is not."""
    kept = [form for form in one.conditions if other.implies(form)]
    kept += [form for form in other.conditions if one.implies(form)]
    whole = Region(one.ranges, tuple(dict.fromkeys(kept)))
    for mine in one.conditions:
        for its in other.conditions:
            beyond = mine not in kept and its not in kept
            if beyond and not whole.but(less(mine), less(its)).is_empty:
                return None
    return whole
