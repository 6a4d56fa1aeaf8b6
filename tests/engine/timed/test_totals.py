"""How long all waits of a run take together: as tick by tick, and in any unit of time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from hamodel import Budget, Component, Kind, Rule, Set, System, Var
from hamodel.engine.limits import NO_LIMITS, Cut, Limits
from hamodel.engine.ticks import total
from hamodel.engine.timed import leaving, pairing
from hamodel.engine.timed import totals as module
from hamodel.engine.timed.totals import Total, Totals, totals
from hamodel.engine.timed.zones import Zones
from tests.agreement.timed_totals import LEFT_OUT, compare_totals, failing_drawing, main
from tests.engine.timed.examples import EXAMPLES, FAULT, MONITOR, OFF, ON, SIDE, Example, in_turn

SEEDS = range(50)


def searched(its: Example, limits: Limits = NO_LIMITS) -> Totals:
    """Return how long its waits take together."""
    return totals(its.system, its.begin, ~its.begin, its.budget, limits=limits)


def twice(its: Example) -> Example:
    """Return an example in which what fails, if anything does, may fail twice."""
    return replace(its, budget=Budget({"lamp-crash": 2})) if its.budget == FAULT else its


@pytest.mark.parametrize("name", EXAMPLES)
def test_one_wait_is_its_total(name: str) -> None:
    """Where one thing fails once the total is the longest wait; without end if that is."""
    its = EXAMPLES[name]()
    worst = searched(its).worst

    assert worst is not None
    if its.why or its.worst is None:
        assert worst.ms == (None if its.why else 0)
    else:
        assert (its.worst, 1) == (worst.ms, len(worst.waits))


def test_two_failures_lose_twice() -> None:
    """One after the other, as nothing keeps the second from taking as long as the first."""
    worst = searched(twice(in_turn())).worst
    assert worst is not None

    # What was seen stays seen: the second is mended without.
    assert 37 + 2 == worst.ms
    assert 2 == len(worst.waits)


def two_share_a_deadline() -> Example:
    """Two breaks in one span of ten: what the first takes the second cannot."""
    clock = Rule("the span ends", when=SIDE.is_(False), sets=Set(SIDE, True), takes=(10, 10))
    during = SIDE.is_(False)
    breaks = [
        Rule(
            f"break {k + 1}",
            Kind.FAILURE,
            ON.is_(True) & during & MONITOR.is_(k),
            sets=(Set(ON, False), Set(MONITOR, k + 1)),
            takes=(0, None),
            cost={"lamp-crash": 1},
        )
        for k in range(2)
    ]
    mended = Rule("it is mended", when=OFF & during, sets=Set(ON, True), takes=(6, 9))
    over = Rule("it is over", when=OFF & SIDE.is_(True), sets=Set(ON, True), takes=(1, 1))
    boxes = tuple(Component(f"{var.name}_box", variables=(var,)) for var in (ON, SIDE, MONITOR))
    system = System(boxes, (clock, *breaks, mended, over))
    return Example(system, 11, 1, budget=Budget({"lamp-crash": 2}))


def test_waits_that_share_a_deadline() -> None:
    """Together ten and one, though each alone takes up to ten: neither sum nor largest."""
    its = two_share_a_deadline()
    worst = searched(its).worst
    expected = total(its.system, its.begin, ~its.begin, its.budget)

    assert worst is not None
    assert expected.worst == worst.ms == 11


def test_random_systems_take_as_long_as_tick_by_tick() -> None:
    """Every total, every run that is shown; in a unit of 1/1000 the same classes."""
    sorts = Counter(compare_totals(failing_drawing(seed)) for seed in SEEDS)

    assert 40 <= sum(count for sort, count in sorts.items() if sort not in LEFT_OUT)
    assert 30 <= sorts["several waits"]


def test_the_campaign_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m tests.agreement.timed_totals 0 500` is run by hand."""
    assert 0 == main(0, 3)
    assert "0 mismatches" in capsys.readouterr().out


def test_the_campaign_notices(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A total that forgets what was before is a mismatch."""
    right = pairing.collapsed

    def forgets(zone: Zones, extra: int, before: int) -> tuple[Zones, int, int]:
        zone, extra, _ = right(zone, extra, before)
        return zone, extra, 0

    monkeypatch.setattr(module, "collapsed", forgets)

    assert 1 == main(0, 12)
    assert "MISMATCH" in capsys.readouterr().out


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_plain_twin_finds_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of systems worked out by hand, with two failures."""
    its = twice(EXAMPLES[name]())
    found = searched(its)
    monkeypatch.setattr(module, "left", getattr(leaving.left, "py_func"))  # noqa: B009

    assert found == searched(its)


@pytest.mark.parametrize("seed", [1, 5, 8])
def test_the_plain_twin_finds_the_same_of_random_systems(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several clocks and several waits at once."""
    drawn = failing_drawing(seed)
    its = drawn.system, drawn.begin, drawn.end, drawn.budget
    found = totals(*its)
    monkeypatch.setattr(module, "left", getattr(leaving.left, "py_func"))  # noqa: B009

    assert found == totals(*its)


def test_what_comes_again_and_again_has_no_total() -> None:
    """It breaks and is mended for ever: each wait ends, and their total does not."""
    breaks = Rule("it breaks", when=ON.is_(True), sets=Set(ON, False), takes=(1, None))
    mended = Rule("it is mended", when=OFF, sets=Set(ON, True), takes=(2, 3))
    system = System((Component("on_box", variables=(ON,)),), (breaks, mended))
    found = totals(system, OFF, ON.is_(True))

    assert Total(None) == found.worst
    assert total(system, OFF, ON.is_(True)).endless


@pytest.mark.parametrize("limits", [Limits(states=2), Limits(time=1e-9)])
def test_a_search_that_is_cut_short_says_so(limits: Limits) -> None:
    """What was found until then is no bound."""
    assert searched(twice(in_turn()), limits).cut in {Cut.STATES, Cut.TIME}


def test_too_many_waits_close_together() -> None:
    """More than five whose dates all matter: cut short, never a bound."""
    count: Var[int] = Var("count", range(9))
    breaks = [
        Rule(
            f"break {k}", when=ON.is_(True) & count.is_(k), sets=(Set(ON, False), Set(count, k + 1))
        )
        for k in range(8)
    ]
    mended = Rule("it is mended", when=OFF, sets=Set(ON, True), takes=(0, 2))
    boxes = tuple(Component(f"{var.name}_box", variables=(var,)) for var in (ON, count))
    system = System(boxes, (*breaks, mended))

    assert Cut.STATES is totals(system, OFF, ON.is_(True)).cut
    assert 16 == total(system, OFF, ON.is_(True)).worst
