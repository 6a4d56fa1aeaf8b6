"""When a second fault must come, by classes of states and by half ticks, on one random system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from hamodel import Budget, SearchError
from hamodel.engine.graph import strongly_connected
from hamodel.engine.limits import Limits
from hamodel.engine.reference import Product
from hamodel.engine.ticks import TICK, Ticks, Timed, Untimed
from hamodel.engine.timed.search import length
from hamodel.engine.timed.windows import MAY_COME, Window, Windows, covered, windows
from tests.agreement.window_systems import FIRST, SECOND, PairDrawing, doubled, pair_drawing

GAPS = 24
"""Up to how many half ticks between the faults are tried one by one."""
STATES = 20_000
"""A system with more states, with the gap and the time of the wait, is left out."""
CLASSES = Limits(states=20_000)
LEFT_OUT = frozenset(
    {"beyond a range", "too many ticks", "too many classes", "endless with one fault"}
)

State = tuple[Timed, "int | None", bool, int]
"""A timed state; ticks since the first fault; whether the second has come; ticks of the wait."""


@dataclass(slots=True)
class ByTicks:
    """
    All runs with a fault and then another, tick by tick; nothing here knows the other engine.

    Parameters
    ----------
    drawn
        Its system is searched as it is: in whole ticks.
    first, second
        What covers each fault.
    bound
        What a wait is to exceed, in ticks.
    """

    drawn: PairDrawing
    first: str
    second: str
    bound: int
    ticks: Ticks = field(init=False)
    names: tuple[set[str], ...] = field(init=False)
    _lasts: dict[Timed, bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        its = self.drawn
        product = Product(its.system, Budget(None))
        pair = self.first, self.second
        self.names = tuple({rule.name for rule in covered(its.system, one)} for one in pair)
        self.ticks = Ticks(Untimed(product), its.begin, its.end, its.since)

    def exceeding(self) -> set[int] | None:
        """Return each gap up to GAPS at which a wait exceeds the bound; None: too many states."""
        known: set[State] = {(self.ticks.initial, None, False, 0)}
        todo, found = list(known), set[int]()
        while todo:
            timed, gap, both, waited = todo.pop()
            for step, after in self.ticks.steps(timed):
                phase = self._phase(step, gap, both)
                if phase is None:
                    continue
                its = min(waited + (step == TICK), self.bound + 1) if timed[2] and after[2] else 0
                state = after, *phase, its
                if state not in known:
                    if len(known) >= STATES:
                        return None
                    known.add(state)
                    todo.append(state)
        late = {(each[0], each[1]) for each in known if each[2] and each[3] > self.bound}
        for timed, gap in late:
            assert gap is not None
            if gap not in found and self.lasts(timed):
                found.add(gap)
        return found

    def _phase(self, step: int, gap: int | None, both: bool) -> tuple[int | None, bool] | None:
        """Return what is known of the faults after a step; None if it is not to happen."""
        if step == TICK:
            now = gap if both or gap is None else gap + 1
            return None if now is not None and now > GAPS else (now, both)
        rule = self.ticks.product.actions[step].rule
        if not rule.cost:
            return gap, both
        if gap is None:
            return (0, False) if rule.name in self.names[0] else None
        return (gap, True) if not both and rule.name in self.names[1] else None

    def lasts(self, timed: Timed) -> bool:
        """Return whether a wait can end from here without a fault, or go on while time passes."""
        if timed not in self._lasts:
            self._explore(timed)
        return self._lasts[timed]

    def _explore(self, timed: Timed) -> None:
        number, order = {timed: 0}, [timed]
        within: dict[int, list[int]] = {}
        passes: set[tuple[int, int]] = set()
        good: set[int] = set()
        for one in order:
            mine = number[one]
            within[mine] = []
            for step, after in self._without_faults(one):
                if not after[2]:
                    good.add(mine)
                    continue
                if after not in number:
                    number[after] = len(order)
                    order.append(after)
                within[mine].append(number[after])
                if step == TICK:
                    passes.add((mine, number[after]))
        for part in strongly_connected(within):
            if any(one in part and other in part for one, other in passes):
                good |= set(part)
        changed = True
        while changed:
            more = {one for one, its in within.items() if one not in good and good & set(its)}
            changed = bool(more)
            good |= more
        self._lasts.update({each: place in good for each, place in number.items()})

    def _without_faults(self, timed: Timed) -> Iterator[tuple[int, Timed]]:
        actions = self.ticks.product.actions
        for step, after in self.ticks.steps(timed):
            if step == TICK or not actions[step].rule.cost:
                yield step, after


def is_shown(drawn: PairDrawing, found: Windows, window: Window) -> None:
    """Assert that a window's run can happen, tick by tick, with its gap, and takes so long."""
    ticks = Ticks(Untimed(Product(found.system)), drawn.begin, drawn.end, drawn.since)
    run = window.worst.run
    assert "" == ticks.follow([(step.rule, step.at) for step in run])
    assert window.gap in window.interval
    bound = found.bound_ms
    assert bound is not None
    if window.worst.ms is not None:
        assert bound < window.worst.ms == length(run, window.worst.begins)
    assert MAY_COME in {step.rule for step in run}


def compare_windows(seed: int) -> str:
    """
    Return of what sort the windows of a seed are, in both orders; or why it was left out.

    Raises
    ------
    AssertionError
        If a gap of so many half ticks exceeds, tick by tick, and lies in no window, or the other
        way round; or if a run that is shown cannot happen.
    """
    try:
        drawn = pair_drawing(seed)
        both = [(FIRST, SECOND), (SECOND, FIRST)]
        its = drawn.system, drawn.begin, drawn.end
        sorts = []
        for pair in both:
            found = windows(*its, *pair, since=drawn.since, limits=CLASSES)
            if found.cut:
                return "too many classes"
            if found.bound_ms is None:
                return "endless with one fault"
            sort = _compared(drawn, found)
            if not sort:
                return "too many ticks"
            sorts.append(sort)
    except SearchError:
        return "beyond a range"
    return max(sorts, key=SORTS.index)


SORTS = (
    "undecided",
    "never",
    "always",
    "to an end",
    "from an open end",
    "to an open end",
    "several",
)
"""What the windows of a pair can be, the plainest first; of both orders the last is told."""


def _compared(drawn: PairDrawing, found: Windows) -> str:
    bound = found.bound_ms
    assert bound is not None
    half = PairDrawing(doubled(drawn.system), drawn.begin, drawn.end, drawn.since)
    expected = ByTicks(half, found.first, found.second, 2 * bound).exceeding()
    if expected is None:
        return ""
    tried = {gap: Fraction(gap, 2) for gap in range(GAPS + 1)}
    undecided = {g for g, at in tried.items() if any(at in each for each in found.undecided)}
    actual = {gap for gap, at in tried.items() if at in found}
    assert expected - undecided == actual, (found.first, sorted(expected), sorted(actual))
    if undecided:
        return "undecided"
    for window in found.found:
        is_shown(drawn, found, window)
    if len(found.found) != 1:
        return "several" if found.found else "never"
    its = found.found[0].interval
    if not its.with_most:
        return "to an open end"
    if not its.with_least:
        return "from an open end"
    return "always" if its.most is None else "to an end"
