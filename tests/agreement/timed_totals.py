"""
Totals by classes of states beside totals tick by tick, on one random system.

`python -m tests.agreement.timed_totals FIRST LAST` compares the systems of these seeds.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from typing import Any

from hamodel import FALSE, NO_FAULT, TRUE, Component, Expr, Rule, SearchError, Set, System, Var
from hamodel.engine.limits import Limits
from hamodel.engine.reference import Product
from hamodel.engine.ticks import Ticks, Untimed, total
from hamodel.engine.timed.totals import Total, totals
from hamodel.rule import Bounds
from tests.agreement.timed_systems import TimedDrawing, stretched, timed_drawing

TICKS, CLASSES = 6_000, 4_000
"""A system with more timed states, or classes, than these is left out."""
LEFT_OUT = frozenset({"beyond a range", "too many ticks", "too many classes"})
ON: Var[bool] = Var("on", bool, initial=True)
SIDES: tuple[Var[int], ...] = (Var("one", range(3)), Var("other", range(3)))


def failing_drawing(seed: int) -> TimedDrawing:
    """
    Return a system that breaks a few times and is mended each time: its total is finite.

    What breaks it, and what happens beside, each burns a fuse, so that it happens once or twice;
    what mends it always can.
    """
    chance = random.Random(seed)  # noqa: S311 (a seed for a test)
    fuses: list[Var[int]] = [
        Var(f"fuse_{k}", range(chance.choice((2, 2, 3)))) for k in range(chance.randint(3, 5))
    ]
    rules = [Rule("it is mended", when=ON.is_(False), sets=Set(ON, True), takes=_latest(chance))]
    if chance.random() < 0.7:
        when = ON.is_(False) & _guard(chance)
        rules.append(
            Rule("it is mended by another", when=when, sets=Set(ON, True), takes=_latest(chance))
        )
    for k, fuse in enumerate(fuses):
        breaks = k < 2 or chance.random() < 0.3
        left = fuse.is_not(fuse.values[-1])
        burns = [
            Set(fuse, after, fuse.is_(before))
            for before, after in zip(fuse.values, fuse.values[1:], strict=False)
        ]
        when = left & _guard(chance) & (ON.is_(True) if breaks else TRUE)
        moved = chance.choice(SIDES)
        sets = [*burns, Set(moved, chance.choice(moved.values))]
        sets += [Set(ON, False)] if breaks else []
        takes = _latest(chance) if chance.random() < 0.6 else (chance.randint(0, 3), None)
        rules.append(Rule(f"step {k}", when=when, sets=tuple(sets), takes=takes))
    variables: tuple[Var[Any], ...] = (ON, *SIDES, *fuses)
    boxes = (Component(f"{var.name}_box", variables=(var,)) for var in variables)
    since: Expr = TRUE if chance.random() < 0.8 else _guard(chance)
    system = System(tuple(boxes), tuple(rules))
    return TimedDrawing(system, NO_FAULT, ON.is_(False), ON.is_(True), since)


def _latest(chance: random.Random) -> Bounds:
    earliest = chance.randint(0, 4)
    return earliest, earliest + chance.randint(0, 3)


def _guard(chance: random.Random) -> Expr:
    if chance.random() < 0.5:
        return TRUE
    var = chance.choice(SIDES)
    return var.is_not(chance.choice(var.values))


def follows(drawn: TimedDrawing, its: Total) -> bool:
    """Return whether a run can happen, tick by tick, and its waits take what they are said to."""
    ticks = Ticks(Untimed(Product(drawn.system, drawn.budget)), FALSE, FALSE)
    wrong = ticks.follow([(step.rule, step.at) for step in its.run])
    assert not wrong, wrong
    at = [0, *(step.at for step in its.run)]
    return its.ms == sum(at[last] - at[first] for first, last in its.waits)


def compare_totals(drawn: TimedDrawing) -> str:
    """
    Return of what sort the total of a drawing is; or why it was left out.

    Raises
    ------
    AssertionError
        If the two differ; if the run that is shown cannot happen or takes something else; or if
        1,000 ticks for each make another search.
    """
    its = drawn.system, drawn.begin, drawn.end, drawn.budget
    try:
        expected = total(*its, since=drawn.since, limit_states=TICKS)
    except SearchError:
        return "beyond a range"
    if expected.cut:
        return "too many ticks"
    found = totals(*its, since=drawn.since, limits=Limits(states=CLASSES))
    if found.cut:
        return "too many classes"
    worst = found.worst
    assert expected.endless == (worst is not None and worst.ms is None)
    if worst is None or worst.ms is None:
        assert expected.worst is None
        return "endless" if worst else "none"
    assert expected.worst == worst.ms
    assert follows(drawn, worst)
    longer = stretched(drawn, 1_000)
    also = totals(longer.system, *its[1:], since=drawn.since)
    assert also.classes == found.classes
    assert also.worst is not None
    assert 1_000 * worst.ms == also.worst.ms
    if not worst.ms:
        return "no time"
    return "several waits" if len(worst.waits) > 1 else "one wait"


def main(first: int, last: int) -> int:
    """Compare the systems of these seeds, print how many are of what sort, and each mismatch."""
    wrong = 0
    for make in (failing_drawing, timed_drawing):
        sorts: Counter[str] = Counter()
        for seed in range(first, last):
            try:
                sorts[compare_totals(make(seed))] += 1
            except SearchError:
                sorts["beyond a range"] += 1
            except AssertionError as error:
                wrong += 1
                print(f"MISMATCH {make.__name__} {seed}: {error!r:.300}")
        print(f"{make.__name__}: {dict(sorts.most_common())}")
    print(f"{wrong} mismatches")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in sys.argv[1:])))
