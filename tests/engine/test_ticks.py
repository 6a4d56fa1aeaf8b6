"""Time tick by tick: what a wait takes, and which runs there are."""

from __future__ import annotations

import pytest

from hamodel import FALSE
from hamodel.engine.reference import Product
from hamodel.engine.ticks import Ticks, Untimed, waits
from tests.engine.timed.examples import EXAMPLES, in_turn, one_rule, two_compete


@pytest.mark.parametrize("name", EXAMPLES)
def test_waits_worked_out_by_hand(name: str) -> None:
    """The longest, the shortest, and whether one is endless."""
    its = EXAMPLES[name]()
    found = waits(its.system, its.begin, ~its.begin, its.budget)

    assert (its.worst, its.best, bool(its.why)) == (found.worst, found.best, found.endless)
    assert not found.cut


def test_too_many_timed_states_say_nothing() -> None:
    """A limit that is met."""
    its = in_turn()
    found = waits(its.system, its.begin, ~its.begin, its.budget, limit_states=5)

    assert found.cut
    assert (None, None, False) == (found.worst, found.best, found.endless)


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ([("it fails", 7), ("it is mended", 10)], ""),
        ([("it fails", 7), ("it is mended", 12)], ""),
        ([("it fails", 7), ("it is mended", 9)], "at 9 it is mended cannot happen"),
        (
            [("it fails", 7), ("it is mended", 13)],
            "at 12 something is due; it is mended is said to happen at 13",
        ),
        ([("it is mended", 3)], "at 3 it is mended cannot happen"),
        ([("it fails", 7), ("it is mended", 3)], "it is mended is said to happen at 3, after 7"),
    ],
)
def test_which_runs_there_are(steps: list[tuple[str, int]], wrong: str) -> None:
    """A rule that takes 3 to 5 happens neither before nor after that."""
    its = one_rule()

    assert wrong == Ticks(Untimed(Product(its.system, its.budget)), FALSE, FALSE).follow(steps)


def test_the_first_that_is_due_is_not_passed_by() -> None:
    """Of two rules that compete the slower cannot happen when the faster is overdue."""
    its = two_compete()
    ticks = Ticks(Untimed(Product(its.system, its.budget)), FALSE, FALSE)

    assert "" == ticks.follow([("it fails", 0), ("it is mended", 4)])
    assert ticks.follow([("it fails", 0), ("it is mended", 5)]).startswith("at 4 something is due")
