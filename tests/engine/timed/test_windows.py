"""When a second fault must come for more to be lost than by one: as by hand, and tick by tick."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from hamodel import Kind, Rule, SearchError, Set
from hamodel.engine.limits import Cut, Limits
from hamodel.engine.timed import windows as module
from hamodel.engine.timed.search import Waits, waits
from hamodel.engine.timed.windows import Interval, Windows, covered, joined, windows
from tests.agreement.window_systems import PairDrawing
from tests.agreement.windows import LEFT_OUT, compare_windows, is_shown
from tests.engine.timed.examples import MONITOR, OFF, ON, SIDE, _mended, _system
from tests.engine.timed.window_examples import LAMP, OTHER, PAIRS, it_begins_anew, the_monitor_dies

SEEDS = range(60)
UNLIMITED = Limits()


def found_after(name: str, first: str, second: str) -> Windows:
    """Return the windows of a system worked out by hand."""
    return windows(PAIRS[name]().system, OFF, ~OFF, first, second)


@pytest.mark.parametrize("name", PAIRS)
def test_windows_worked_out_by_hand(name: str) -> None:
    """In both orders: the bound for one fault, each interval with its ends, and its longest."""
    its = PAIRS[name]()
    for expected, pair in ((its.after, (LAMP, OTHER)), (its.before, (OTHER, LAMP))):
        found = found_after(name, *pair)

        assert its.bound == found.bound_ms
        assert expected == {each.interval: each.worst.ms for each in found.found}
        assert ((), None) == (found.undecided, found.cut)


@pytest.mark.parametrize("name", PAIRS)
def test_every_window_is_shown_by_a_run(name: str) -> None:
    """Its steps can happen tick by tick, with the gap that is said, and last as long as is said."""
    drawn = PairDrawing(PAIRS[name]().system, OFF, ~OFF, ON.is_(True) | OFF)
    for pair in ((LAMP, OTHER), (OTHER, LAMP)):
        found = found_after(name, *pair)
        for window in found.found:
            is_shown(drawn, found, window)


def test_one_class_can_be_both_faults() -> None:
    """Of two faults of one class whichever is first: here each puts the mending off by its gap."""
    again = [
        Rule(
            f"it is hit {'again' if late else 'once'}",
            Kind.FAILURE,
            MONITOR.is_(1 if late else 0),
            sets=(Set(MONITOR, 2 if late else 1), Set(ON, False)),
            cost={LAMP: 1},
        )
        for late in (False, True)
    ]
    mended = [_mended((3, 3), f"mended {k}", when=MONITOR.is_(k)) for k in (1, 2)]
    found = windows(_system(*again, *mended), OFF, ~OFF, LAMP, LAMP)

    assert 3 == found.bound_ms
    assert [Interval(0, 3, with_least=False)] == [each.interval for each in found.found]


def test_random_systems_exceed_as_half_tick_by_half_tick() -> None:
    """Every gap up to 24 half ticks lies in a window iff some run with it exceeds the bound."""
    sorts = Counter(map(compare_windows, SEEDS))

    assert 30 <= sum(count for sort, count in sorts.items() if sort not in LEFT_OUT)
    assert all(sorts[each] >= 3 for each in ("never", "to an end", "from an open end"))
    assert sorts["to an open end"]


def test_an_interval_has_what_lies_between_its_ends() -> None:
    """And an end only if it is closed."""
    half_open = Interval(2, 4, with_least=False)

    assert [2.5, 3, 4] == [ms for ms in (1, 2, 2.5, 3, 4, 4.5) if ms in half_open]
    assert 10**9 in Interval(2, None)
    assert 1 not in Interval(2, None)


def test_pieces_beside_each_other_are_one() -> None:
    """Halves follow one another without a gap: what is whole, and what lies between."""
    assert [(0, 9), (11, None)] == joined([(6, 9), (0, 5), (11, 12), (13, None), (14, 15)])


def test_what_is_cut_short_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """No gap is said to be outside of all windows then."""
    its = the_monitor_dies().system
    cut = windows(its, OFF, ~OFF, LAMP, OTHER, limits=Limits(states=1))
    monkeypatch.setattr(module, "SEARCHES_MAX", 1)
    few = windows(it_begins_anew().system, OFF, ~OFF, LAMP, OTHER)

    assert (Cut.STATES, (Interval(0, None),)) == (cut.cut, cut.undecided)
    assert [Interval(0, 5, with_least=False)] == [each.interval for each in few.found]
    assert (Interval(0, 0), Interval(5, None, with_least=False)) == few.undecided
    assert 3 in few
    assert few.cut is None


def test_nothing_exceeds_what_is_without_end() -> None:
    """If one fault can cost everything, there is no window."""
    dies = Rule("all is over", Kind.FAILURE, SIDE.is_(False), sets=Set(SIDE, True), cost={OTHER: 1})
    fails = Rule("it fails", Kind.FAILURE, ON.is_(True), sets=Set(ON, False), cost={LAMP: 1})
    found = windows(_system(fails, dies), OFF, ~OFF, LAMP, OTHER)

    assert (None, (), 0) == (found.bound_ms, found.found, found.searches)


def test_a_fault_that_no_rule_is_is_an_error() -> None:
    """As in a budget."""
    with pytest.raises(SearchError, match="HA044"):
        covered(the_monitor_dies().system, "no-such-fault")


def test_of_what_was_found_before_a_cut_more_may_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window says so, and none of its gaps is among the undecided; what is endless is so."""
    found = {name: found_after(name, LAMP, OTHER) for name in PAIRS}

    def cut_short(*what: Any, **how: Any) -> Waits:
        its = waits(*what, **how)
        of_pair = any(rule.name == module.MAY_COME for rule in what[0].rules)
        return replace(its, cut=Cut.TIME) if of_pair else its

    monkeypatch.setattr(module, "waits", cut_short)
    seen = Counter[bool]()
    for name, whole in found.items():
        its = found_after(name, LAMP, OTHER)

        assert {each.interval for each in whole.found} == {each.interval for each in its.found}
        for window in its.found:
            assert window.cut == (window.worst.ms is not None)
            assert not any(_overlap(window.interval, each) for each in its.undecided)
            seen[window.cut] += 1
        assert not any(each.cut for each in whole.found)
    assert {True, False} == set(seen)


def _overlap(one: Interval, other: Interval) -> bool:
    """Return whether two intervals have more than an end in common."""
    infinite = float("inf")
    most = min(infinite if each.most is None else each.most for each in (one, other))
    return max(one.least, other.least) < most
