"""
How long a wait takes at worst, as a function of timers: disjoint regions, and a form in each.

A region is taken, and a whole vector in it; the search at that vector says what the longest wait is
there, and gives a run. Where in the region the run can happen, and so takes as long as its longest
way says, follows from the conditions on its dates (`facts.in_the_way`). That nothing takes longer
anywhere in the region says a search whose classes allow all that can happen anywhere in it
(`covering`). Either may cut off parts of the region: they are regions of their own, to be looked at
next. So every row is proved for all of its region, not only at its vector.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from hamodel.budget import Budget
from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.engine.reference import Product
from hamodel.engine.timed.covering import Covering
from hamodel.engine.timed.dates import bounds_of
from hamodel.engine.timed.facts import Bound, Facts, in_the_way
from hamodel.engine.timed.linear import Form, Vector, evaluated, minus
from hamodel.engine.timed.merging import Piece, merged
from hamodel.engine.timed.regions import NotFoundError, Region
from hamodel.engine.timed.search import Wait, waits
from hamodel.expr import Expr
from hamodel.system import System

REGIONS = 200
"""How many regions are looked at, unless it is said."""
ROOM, TIMES = 1_000, 10
"""A search for all of a region may have so many classes, and so many times those at its vector."""


@dataclass(frozen=True, slots=True)
class Question:
    """A wait in a system whose rules take linear numbers; `hamodel.engine.timed.search.waits`."""

    system: System
    since: Expr
    begin: Expr
    end: Expr
    budget: Budget


class Sort(Enum):
    """What the longest wait is in a region."""

    ENDS = "ends"
    ENDLESS = "endless"
    NEVER = "never"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Row:
    """
    What the longest wait is in a region of timers.

    Attributes
    ----------
    region
        Where.
    sort, form
        What it is: a form, in ms, if it ends; without end; no wait is met; not known.
    why
        What makes it endless, as in a `Wait`; or what has cut the search short.
    point, wait
        A vector in the region, and the longest wait there.
    """

    region: Region
    sort: Sort
    form: Form | None = None
    why: str = ""
    point: tuple[int, ...] = ()
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """
    The longest wait as a function of timers.

    Attributes
    ----------
    names
        The timers.
    rows
        Disjoint, and together all whole vectors within the ranges.
    searched
        How many regions were looked at.
    """

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    searched: int

    def row(self, point: Sequence[int]) -> Row:
        """Return the row of a whole vector."""
        [row] = [each for each in self.rows if each.region.holds_at(point)]
        return row

    def worst(self, point: Sequence[int]) -> int | None:
        """Return the longest wait at a whole vector in ms; None if it has no end, or is not met."""
        form = self.row(point).form
        return None if form is None else evaluated(form, point)


def formula(
    ask: Callable[[Vector], Question],
    ranges: Mapping[str, tuple[int, int]],
    near: Mapping[str, int],
    *,
    limits: Limits = NO_LIMITS,
    regions: int = REGIONS,
    tell: Callable[[Row, int], None] | None = None,
) -> Formula:
    """
    Return the longest wait as a function of timers.

    Parameters
    ----------
    ask
        Return the question at a vector, made with its numbers (`Vector.timer`).
    ranges
        For each timer the least and the most that it can be, in ms.
    near
        A vector near which others are looked for, within the ranges.
    limits
        Of each search, in classes and memory; of all together, in time.
    regions
        How many regions are looked at; what is left then is UNDETERMINED.
    tell
        Called after each region, with its row and how many are left.

    Raises
    ------
    ModelError
        HA089 where something is not linear in the timers.
    SearchError, TooWideError
        As `hamodel.engine.timed.search.waits`.
    """
    began = time.monotonic()
    waiting, rows = [Region(tuple(ranges.values()))], list[Row]()
    searched = 0
    while waiting:
        region = waiting.pop(0)
        left = None if limits.time is None else limits.time - (time.monotonic() - began)
        try:
            point = region.whole_point(tuple(near[name] for name in ranges))
        except NotFoundError:
            rows.append(Row(region, Sort.UNDETERMINED, why="no whole vector was found"))
            continue
        if point is None:
            continue
        if searched == regions or (left is not None and left <= 0):
            why = "regions" if searched == regions else "time"
            rows.append(Row(region, Sort.UNDETERMINED, None, why, point))
            continue
        searched += 1
        facts = Facts(region)
        vector = Vector(dict(zip(ranges, point, strict=True)))
        row = _row(ask(vector), vector, facts, replace(limits, time=left))
        rows.append(replace(row, region=facts.region))
        waiting += facts.beside()
        if tell is not None:
            tell(rows[-1], len(waiting))
    return Formula(tuple(ranges), _merged(rows), searched)


def _row(question: Question, vector: Vector, facts: Facts, limits: Limits) -> Row:
    """Return what the longest wait is around a vector, in what is left of the region then."""
    for form in dict.fromkeys(vector.seen):
        if not facts.holds(form):
            facts.narrow(form)
    its, point = question, vector.point
    found = waits(its.system, its.begin, its.end, its.budget, since=its.since, limits=limits)
    worst, region = found.worst, facts.region
    if found.cut:
        return Row(region, Sort.UNDETERMINED, None, found.cut.value, point)
    product = Product(its.system, its.budget)
    most: Form | None = None
    if worst is not None:
        most, bounds = _dated(product, vector, worst)
        if bounds is None:
            return Row(region, Sort.UNDETERMINED, None, "a loop", point, worst)
        while (wrong := in_the_way(facts, bounds)) is not None:
            if evaluated(wrong, point) < 0:
                return Row(region, Sort.UNDETERMINED, None, "a loop", point, worst)
            facts.narrow(wrong)
        if most is None:
            return Row(region, Sort.ENDLESS, None, worst.why, point, worst)
    room = ROOM + TIMES * found.classes
    covering = Covering(product, (its.since, its.begin, its.end), vector, facts, most, limits)
    cut = covering.run(room)
    if cut:
        return Row(region, Sort.UNDETERMINED, None, cut, point, worst)
    return Row(region, Sort.NEVER if most is None else Sort.ENDS, most, "", point, worst)


def _dated(product: Product, vector: Vector, wait: Wait) -> tuple[Form | None, list[Bound] | None]:
    """
    Return how long a wait takes, and the conditions under which it does; None for no conditions.

    A loop goes on for ever if it can happen with the same step of time each time round. It is the
    time that the run takes for it; whether that can be is looked at for three rounds, of which the
    last two must be alike.
    """
    places = {action.rule.name: place for place, action in enumerate(product.actions)}
    actions = [places[step.rule] for step in wait.run]
    dates = [step.at for step in wait.run]
    began = dates[wait.begins - 1] if wait.begins else 0
    if wait.again is None:
        bounds = _formed(vector, bounds_of(product, actions))
        if wait.ms is None:
            return None, bounds
        most = vector.form(dates[-1] - began)
        return most, [*bounds, (wait.begins, len(actions), minus(most))]
    first, many = wait.again, len(actions) - wait.again
    step = vector.form(dates[-1] - (dates[first - 1] if first else 0))
    loop = actions[first:]
    bounds = _formed(vector, bounds_of(product, [*actions, *loop, *loop]))
    middle = first + many
    rounds = [
        {(i - begin, j - begin, its) for i, j, its in bounds if begin < max(i, j) <= begin + many}
        for begin in (middle, middle + many)
    ]
    if rounds[0] != rounds[1]:
        return None, None
    for k in range(first, first + 2 * many + 1):
        bounds += [(k + many, k, step), (k, k + many, minus(step))]
    one = vector.form(1)
    return None, [*bounds, (first, first + many, minus(one))]


def _formed(vector: Vector, bounds: Sequence[tuple[int, int, int]]) -> list[Bound]:
    return [(i, j, vector.form(most)) for i, j, most in bounds]


def _merged(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return fewer rows that say the same; what else is known of one is of a vector in it."""
    pieces = [Piece(row.region, (row.sort, row.form), row.point, k) for k, row in enumerate(rows)]
    return tuple(replace(rows[its.place], region=its.region) for its in merged(pieces))


def one_expression(table: Formula) -> tuple[str, tuple[Form, ...]] | None:
    """Return `"max"` or `"min"` and the forms that it is that of everywhere; None for neither."""
    forms = tuple(dict.fromkeys(row.form for row in table.rows if row.form is not None))
    if len(forms) < 2 or any(row.sort is not Sort.ENDS for row in table.rows):
        return None
    for name, sign in (("max", 1), ("min", -1)):
        if all(
            row.form is not None
            and row.region.implies(
                tuple(sign * (a - b) for a, b in zip(row.form, form, strict=True))
            )
            for row in table.rows
            for form in forms
        ):
            return name, forms
    return None
