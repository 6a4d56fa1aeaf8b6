"""Small random systems whose rules take timers, and what the formula says beside the engine."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hamodel import (
    TRUE,
    Budget,
    Component,
    Expr,
    Kind,
    Rule,
    SearchError,
    Set,
    System,
    Var,
    all_of,
    any_of,
)
from hamodel.engine.limits import Limits
from hamodel.engine.timed.formula import Formula, Question, Sort, formula
from hamodel.engine.timed.linear import Vector, evaluated
from hamodel.engine.timed.search import waits
from hamodel.rule import AT_ONCE, UNTIMED, Bounds
from tests.agreement.random_systems import Choose
from tests.agreement.timed_systems import TimedDrawing, timed_drawing

NAMES = ("a", "b", "c")
HIGH = 12
"""Timers are between 0 and this; where they are looked for first they are below 6."""
CLASSES = Limits(states=800)
REGIONS = 12


@dataclass(frozen=True, slots=True)
class LinearDrawing:
    """A system, a wait in it, and for each rule which timers its bounds add up from."""

    drawn: TimedDrawing
    takes: Sequence[tuple[tuple[str, ...], tuple[str, ...] | None] | None]
    near: Mapping[str, int]

    @property
    def ranges(self) -> dict[str, tuple[int, int]]:
        """The ranges of the timers."""
        return dict.fromkeys(NAMES, (0, HIGH))

    def at(self, values: Mapping[str, int]) -> Question:
        """Return the wait with timers that have these values."""
        its = self.drawn
        pairs = zip(its.system.rules, self.takes, strict=True)
        rules = tuple(rule if each is None else _taking(rule, each, values) for rule, each in pairs)
        system = replace(its.system, rules=rules)
        return Question(system, its.since, its.begin, its.end, its.budget)

    def asked(self, vector: Vector) -> Question:
        """Return the wait with timers that know what they are."""
        return self.at({name: vector.timer(name) for name in NAMES})


def _taking(
    rule: Rule,
    takes: tuple[tuple[str, ...], tuple[str, ...] | None],
    values: Mapping[str, int],
) -> Rule:
    earliest: int = sum((values[name] for name in takes[0]), start=0)
    more = takes[1]
    bounds: Bounds = (earliest, None if more is None else sum((values[n] for n in more), earliest))
    return replace(rule, takes=bounds)


def linear_drawing(seed: int) -> LinearDrawing:
    """
    Return the system of a seed, whose bounds are sums of timers.

    Every fourth is any system; the rest are repairs, in which some things have to be done.
    """
    chance = random.Random(seed)  # noqa: S311 (nothing is secret)

    def choose(below: int) -> int:
        return chance.randrange(below)

    drawn = repair(choose) if seed % 4 else timed_drawing(seed // 4)
    takes = [
        None if rule.bounds in {AT_ONCE, UNTIMED} else _sums(rule.bounds, choose)
        for rule in drawn.system.rules
    ]
    return LinearDrawing(drawn, takes, {name: 1 + choose(5) for name in NAMES})


def repair(choose: Choose) -> TimedDrawing:
    """
    Return a system in which something fails, and is mended after other things, each done once.

    Several may do the same thing, each after others, one or all; one may be undone.
    """
    on = Var("on", bool, initial=True)
    done = [Var(f"done_{k}", bool) for k in range(3)]
    fails = Rule("it fails", Kind.FAILURE, on.is_(True), sets=Set(on, False), cost={"it-fails": 1})
    rules = [fails]

    def after(others: Sequence[Var[bool]]) -> Expr:
        wanted = [var.is_(True) for var in others if choose(2)]
        return (all_of(*wanted) if choose(2) else any_of(*wanted)) if wanted else TRUE

    for k, var in enumerate(done):
        for one in range(1 + choose(2)):
            when = on.is_(False) & var.is_(False) & after(done[:k])
            rules.append(Rule(f"{one} does {k}", when=when, sets=Set(var, True), takes=(1, 2)))
    for one in range(1 + choose(2)):
        when = on.is_(False) & after(done)
        rules.append(Rule(f"{one} mends it", when=when, sets=Set(on, True), takes=(1, 2)))
    if not choose(3):
        when = on.is_(False) & done[0].is_(True) & done[2].is_(False)
        rules.append(Rule("0 is undone", when=when, sets=Set(done[0], False), takes=(1, 2)))
    parts = tuple(Component(f"{var.name}_box", variables=(var,)) for var in (on, *done))
    system = System(parts, tuple(rules))
    return TimedDrawing(system, Budget({"it-fails": 1}), on.is_(False), on.is_(True), TRUE)


def _sums(bounds: Bounds, choose: Choose) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    earliest = tuple(NAMES[choose(3)] for _ in range(choose(3)))
    if bounds[1] is None:
        return earliest, None
    return earliest, tuple(NAMES[choose(3)] for _ in range(choose(3)))


def points(table: Formula, count: int, chance: random.Random) -> list[tuple[int, ...]]:
    """
    Return vectors within the ranges of a table, half of them on a border or 1 ms beside one.

    A border is where a condition of a row is just met, or an end of a range.
    """
    ranges = table.rows[0].region.ranges
    forms = list(dict.fromkeys(form for row in table.rows for form in row.region.conditions))
    found: list[tuple[int, ...]] = []
    while len(found) < count:
        point = [chance.randint(low, high) for low, high in ranges]
        if len(found) % 2:
            place = chance.randrange(len(ranges))
            low, high = ranges[place]
            form = chance.choice(forms) if forms else None
            if form is not None and any(form[1:]):
                place = chance.choice([k for k, each in enumerate(form[1:]) if each])
                rest = evaluated(form, point) - form[place + 1] * point[place]
                point[place] = -(rest // form[place + 1]) + chance.randint(-1, 1)
            else:
                point[place] = chance.choice([low, low + 1, high - 1, high])
            if not low <= point[place] <= high and not all(
                a <= its <= b for its, (a, b) in zip(point, ranges, strict=True)
            ):
                continue
        found.append(tuple(point))
    return found


def compare_formula(seed: int, count: int) -> Counter[str]:
    """
    Return how many vectors of what sort were compared on the system of a seed.

    Raises
    ------
    AssertionError
        If a vector lies in no row or in two, or the engine says another thing there than its row.
    """
    try:
        drawn = linear_drawing(seed)
        table = formula(drawn.asked, drawn.ranges, drawn.near, limits=CLASSES, regions=REGIONS)
    except SearchError:
        return Counter({"beyond a range": 1})
    sorts: Counter[str] = Counter()
    chance = random.Random(seed)  # noqa: S311 (nothing is secret)
    for point in points(table, count, chance):
        row = table.row(point)
        if row.sort is Sort.UNDETERMINED:
            sorts[f"undetermined: {row.why}"] += 1
            continue
        its = drawn.at(dict(zip(NAMES, point, strict=True)))
        worst = waits(its.system, its.begin, its.end, its.budget, since=its.since).worst
        expected = Sort.NEVER if worst is None else Sort.ENDLESS if worst.why else Sort.ENDS
        assert expected is row.sort, (seed, point, expected, row.sort)
        assert (worst.ms if worst else None) == table.worst(point), (seed, point)
        sorts[row.sort.value] += 1
    sorts["rows"] = len(table.rows)
    return sorts
