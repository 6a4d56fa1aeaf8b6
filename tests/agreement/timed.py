"""Waits by classes of states beside waits tick by tick, on one random system."""

from __future__ import annotations

from dataclasses import replace

from hamodel import FALSE, SearchError
from hamodel.engine.possible import possible
from hamodel.engine.reference import Product
from hamodel.engine.ticks import Ticks, Untimed
from hamodel.engine.ticks import waits as waits_by_ticks
from hamodel.engine.timed.search import Wait, Waits, length, waits
from tests.agreement.timed_systems import TimedDrawing, stretched, timed_drawing

TICKS = 4_000
"""A system with more timed states than this is left out."""
LEFT_OUT = frozenset({"beyond a range", "too many ticks"})


def searched(drawn: TimedDrawing, *, least: bool = False) -> Waits:
    """Return how long the wait of a drawing takes, by classes of states; or the shortest alone."""
    its = drawn.begin, drawn.end, drawn.budget
    return waits(drawn.system, *its, since=drawn.since, least=least)


def follows(drawn: TimedDrawing, wait: Wait) -> bool:
    """Return whether a run can happen, tick by tick, and takes what it is said to take."""
    ticks = Ticks(Untimed(Product(drawn.system, drawn.budget)), FALSE, FALSE)
    wrong = ticks.follow([(step.rule, step.at) for step in wait.run])
    assert not wrong, wrong
    return wait.ms is None or length(wait.run, wait.begins) == wait.ms


def compare_timed(seed: int) -> str:
    """
    Return of what sort the wait of a seed is: how it ends, if at all; or why it was left out.

    Raises
    ------
    AssertionError
        If the engines differ: in the longest, the shortest, in whether one is endless; if a run
        that is shown cannot happen; if 1,000 ticks for each make another search; or if what cannot
        happen within the budget makes a difference.
    """
    try:
        drawn = timed_drawing(seed)
        expected = waits_by_ticks(
            drawn.system,
            drawn.begin,
            drawn.end,
            drawn.budget,
            since=drawn.since,
            limit_states=TICKS,
        )
    except SearchError:
        return "beyond a range"
    if expected.cut:
        return "too many ticks"
    found = searched(drawn)
    worst, best = found.worst, found.best
    assert expected.endless == (worst is not None and bool(worst.why))
    assert all(follows(drawn, each) for each in (worst, best) if each)
    if expected.endless:
        best = searched(drawn, least=True).best
        assert best is None or follows(drawn, best)
    else:
        assert expected.worst == (worst.ms if worst else None)
    assert expected.best == (best.ms if best else None)
    longer = searched(stretched(drawn, 1_000))
    assert (found.states, found.classes) == (longer.states, longer.classes)
    if worst is not None and worst.ms is not None:
        assert longer.worst is not None
        assert 1_000 * worst.ms == longer.worst.ms
    _compare_possible(drawn)
    if worst is None:
        return "none"
    return worst.why or ("no time" if worst.ms == 0 else "some time")


def _compare_possible(drawn: TimedDrawing) -> None:
    """Compare the waits with those of what can happen; none begins with a step without effect."""
    drawn = replace(drawn, since=drawn.since & ~drawn.begin)
    able = possible(drawn.system, drawn.budget)
    less = replace(drawn, system=able, budget=drawn.budget.suited(able.fault_classes))
    found, left = searched(drawn), searched(less)
    assert _ends(found) == _ends(left)
    # Where a wait may be endless, the search has ended when it found one.
    assert _ends(found)[0] or left.classes <= found.classes


def _ends(found: Waits) -> tuple[bool, int | None, int | None]:
    """Return whether a wait may be endless, and if not, how long it takes at most and at least."""
    worst, best = found.worst, found.best
    endless = worst is not None and bool(worst.why)
    ms = [None if endless or each is None else each.ms for each in (worst, best)]
    return endless, ms[0], ms[1]
