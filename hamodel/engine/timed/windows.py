"""
How long after a first fault a second must come, for a wait to exceed what one fault alone can cost.

What is known of runs of one sequence of steps are bounds on differences of two dates. So the gaps
between its two faults with which its wait exceeds a bound are an interval with whole ends, open
where the excess ends it; in it is a whole gap at which the wait is longest. All such gaps are a
union of such intervals: the longest wait is searched, with the gap anywhere; the interval of its
sequence is taken out; and what is left is searched in the same way, until nothing exceeds. The
search is the one of `hamodel.engine.timed.search`, in halves of the unit, in which the gaps that
are left beside an end are whole again. Where something goes round between the faults there can be
such intervals without end; the longest gaps are then left undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from hamodel.budget import Budget
from hamodel.component import Component
from hamodel.engine.limits import NO_LIMITS, Cut, Limits
from hamodel.engine.reference import Product
from hamodel.engine.timed.dates import dated, gaps
from hamodel.engine.timed.search import Wait, Waits, length, waits
from hamodel.expr import TRUE, Expr, Var
from hamodel.rule import AT_ONCE, UNTIMED, Bounds, Kind, Rule, Set
from hamodel.system import System

PAIR = "pair of faults"
NEITHER, APART, NOW, PAST = range(4)
"""No fault yet; the first has come; the second may come; it may not any more."""
PHASE: Var[int] = Var(f"{PAIR}.phase", range(4))
MAY_COME, IS_PAST = "the second fault may come", "the second fault may not come any more"
CLOCK = frozenset({MAY_COME, IS_PAST})
"""The rules between the faults: they do nothing else."""
AS_SECOND = " as the second"
"""What the name of a rule ends with where it is the second fault, and can be the first, too."""
SEARCHES_MAX = 64
"""After so many searches the gaps that are left, the longest, stay undecided."""
Halves = tuple[int, "int | None"]
"""Gaps from one to another in halves of the unit, both included; None: and all above."""


@dataclass(frozen=True, slots=True)
class Interval:
    """
    All times from one to another, in ms.

    Parameters
    ----------
    least, most
        Its ends, whole; None for most: it has no end.
    with_least, with_most
        Whether they belong to it.
    """

    least: int
    most: int | None
    with_least: bool = True
    with_most: bool = True

    def __contains__(self, ms: float | Fraction) -> bool:
        above = ms > self.least or (self.with_least and ms == self.least)
        if self.most is None:
            return above
        return above and (ms < self.most or (self.with_most and ms == self.most))


@dataclass(frozen=True, slots=True)
class Window:
    """
    Gaps between two faults with which a wait exceeds what one fault can cost.

    Parameters
    ----------
    interval
        All of them that are next to each other, in ms.
    worst
        The longest wait with any of these gaps, with a run; its dates are whole ms.
    gap
        The one in that run, in ms.
    cut
        Whether a search of some of these gaps was cut short, so that more may be lost with them.
    """

    interval: Interval
    worst: Wait
    gap: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Windows:
    """
    When a second fault must come, after a first, for a wait to be longer than after one.

    Parameters
    ----------
    first, second
        What the faults are covered by, as in a budget.
    alone
        What was found with at most one fault that the first covers, and the second.
    found
        The windows, in order; nothing outside them exceeds the bound, but for what is undecided.
    undecided
        Gaps about which nothing is known, as a search was cut short, or there were `SEARCHES_MAX`.
    cut
        What has cut one short, if anything did.
    searches, classes
        How many searches with both faults there were, and how many classes they reached.
    system
        The system with both faults in this order; the runs are its runs.
    plain
        The system without their order; the runs are its runs `without_clock`.
    """

    first: str
    second: str
    alone: tuple[Waits, Waits]
    found: tuple[Window, ...]
    undecided: tuple[Interval, ...]
    cut: Cut | None
    searches: int
    classes: int
    system: System
    plain: System

    def __contains__(self, gap: float | Fraction) -> bool:
        return any(gap in each.interval for each in self.found)

    @property
    def bound_ms(self) -> int | None:
        """The longest wait with one fault; None if it is without end, so that nothing exceeds."""
        return _bound(self.alone)


def windows(  # noqa: PLR0913 (a wait, a pair, and what limits the search)
    system: System,
    begin: Expr,
    end: Expr,
    first: str,
    second: str,
    *,
    since: Expr = TRUE,
    repairs: int | None = 0,
    limits: Limits = NO_LIMITS,
    tell: Callable[[Interval, Waits], None] | None = None,
) -> Windows:
    """
    Return how long after a first fault a second must come for a wait to exceed the bound for one.

    Parameters
    ----------
    begin, end, since
        The wait, as in `hamodel.engine.timed.search.waits`. `since` is TRUE, or holds nowhere where
        `begin` does: then no wait begins with a step that changes nothing.
    first, second
        What covers each fault: a class, a role, a mode, as in a budget. The bound is the longest
        wait with at most one fault that either covers. Every rule that they cover may happen at
        any time: its bounds are (0, None).
    repairs
        How many repairs may happen; None for no limit.
    limits
        Of each search.
    tell
        Is told of each search: which gaps, and what was found; in halves of the unit.

    Raises
    ------
    SearchError, TooWideError
        As `waits` does. HA044 if no rule is covered.
    """
    faults = [covered(system, pattern) for pattern in (first, second)]
    assert all(rule.bounds == UNTIMED for each in faults for rule in each), "faults are free"
    one, other = (
        waits(system, begin, end, Budget({each: 1}, repairs), since=since, limits=limits)
        for each in (first, second)
    )
    names = [frozenset(rule.name for rule in each) for each in faults]
    pair = paired(system, names[0], names[1])
    cut = one.cut or other.cut
    bound = _bound((one, other))
    search = _Search(pair, (since, begin, end), repairs, limits, bound or 0, tell)
    if cut is not None:
        search.undecided.append((0, None))
    elif bound is not None:
        search.search()
    return Windows(
        first,
        second,
        (one, other),
        tuple(search.windows()),
        tuple(map(_interval, search.not_decided())),
        cut or search.cut,
        search.searches,
        search.classes,
        pair,
        system,
    )


def covered(system: System, pattern: str) -> tuple[Rule, ...]:
    """
    Return the rules that one fault of a pattern can be.

    Raises
    ------
    SearchError
        HA044 if it covers none.
    """
    budget = Budget({pattern: 1})
    budget.check(system.fault_classes)
    return tuple(
        rule for rule in system.rules if rule.cost and budget.charge(rule) and _is_fault(rule)
    )


def paired(
    system: System, first: frozenset[str], second: frozenset[str], gap: Bounds = UNTIMED
) -> System:
    """
    Return a system with one fault, and then perhaps another, so long after it.

    Parameters
    ----------
    first, second
        The names of the rules that each can be. Other faults are left out.
    gap
        The shortest and the longest time between them; None for the latter: no limit.
    """
    rules: list[Rule] = []
    [cite, *_] = (rule.cite for rule in system.rules if rule.name in first)
    for rule in system.rules:
        if not rule.cost:
            rules.append(rule)
        if rule.name in first:
            rules.append(_within(rule, NEITHER, APART, rule.name))
        if rule.name in second:
            name = f"{rule.name}{AS_SECOND}" if rule.name in first else rule.name
            rules.append(_within(rule, NOW, PAST, name))
    rules += [
        Rule(MAY_COME, when=PHASE.is_(APART), sets=Set(PHASE, NOW), takes=gap, cite=cite),
        Rule(IS_PAST, when=PHASE.is_(NOW), sets=Set(PHASE, PAST), takes=AT_ONCE, cite=cite),
    ]
    components = (*system.components, Component(PAIR, variables=(PHASE,)))
    return replace(system, components=components, rules=tuple(rules))


def _within(rule: Rule, before: int, after: int, name: str) -> Rule:
    """Return a fault that happens in one phase and leads to another; it costs nothing more."""
    sets = (*rule.sets, Set(PHASE, after))
    return replace(rule, name=name, when=rule.when & PHASE.is_(before), sets=sets, cost={})


def _is_fault(rule: Rule) -> bool:
    return rule.kind is not Kind.REPAIR


@dataclass(slots=True)
class _Search:
    pair: System
    wait: tuple[Expr, Expr, Expr]
    repairs: int | None
    limits: Limits
    bound: int
    tell: Callable[[Interval, Waits], None] | None
    product: Product = field(init=False)
    places: dict[str, int] = field(init=False)
    pieces: list[tuple[Halves, Wait, int, bool]] = field(init=False, default_factory=list)
    undecided: list[Halves] = field(init=False, default_factory=list)
    cut: Cut | None = None
    searches: int = 0
    classes: int = 0

    def __post_init__(self) -> None:
        self.product = Product(self.pair, self._budget)
        actions = self.product.actions
        self.places = {action.rule.name: place for place, action in enumerate(actions)}

    @property
    def _budget(self) -> Budget:
        return Budget(0, self.repairs)

    def search(self) -> None:
        """Find all gaps with which the bound is exceeded."""
        left: list[Halves] = [(0, None)]
        while left:
            gap = left.pop()
            if self.searches == SEARCHES_MAX:
                self.undecided.append(gap)
                continue
            found = self._longest(gap)
            worst = found.worst
            if worst is not None and (worst.ms is None or worst.ms > 2 * self.bound):
                piece = self._taken_out(worst, gap, cut=found.cut is not None)
                left += reversed(list(_without(gap, piece)))
            elif found.cut is not None:
                self.undecided.append(gap)

    def windows(self) -> Iterator[Window]:
        """Yield what was found, in order; each with its longest wait."""
        for whole in self._found():
            within = [each for each in self.pieces if _meets(each[0], whole)]
            _, worst, gap, _ = max(within, key=lambda each: _endless_last(each[1]))
            # That with some gap more is lost than in the longest run was not ruled out then.
            cut = any(each[3] for each in within) or any(_meets(e, whole) for e in self.undecided)
            yield Window(_interval(whole), worst, gap, cut and worst.ms is not None)

    def _found(self) -> list[Halves]:
        return joined([piece for piece, *_ in self.pieces])

    def not_decided(self) -> list[Halves]:
        """Return the gaps of which it is not known, in order; none of a window is among them."""
        left = joined(self.undecided)
        for piece in self._found():
            left = [
                part
                for gap in left
                for part in (_without(gap, piece) if _meets(gap, piece) else [gap])
            ]
        return left

    def _longest(self, gap: Halves) -> Waits:
        """Return the longest wait with such a gap, in halves of the unit."""
        rules = tuple(
            replace(rule, takes=gap if rule.name == MAY_COME else _doubled(rule.bounds))
            for rule in self.pair.rules
        )
        since, begin, end = self.wait
        found = waits(
            replace(self.pair, rules=rules),
            begin,
            end,
            self._budget,
            since=since,
            limits=self.limits,
        )
        if self.tell is not None:
            self.tell(_interval(gap), found)
        self.searches += 1
        self.classes += found.classes
        self.cut = self.cut or found.cut
        return found

    def _taken_out(self, found: Wait, among: Halves, *, cut: bool) -> Halves:
        """
        Keep the steps of a wait, and return all gaps with which they can exceed the bound.

        Parameters
        ----------
        among
            The gaps with which it was found; one of them at least is returned.
        cut
            Whether that search was cut short.
        """
        actions = [self.places[step.rule] for step in found.run]
        first, second = self._step_to(APART, actions), self._step_to(PAST, actions)
        loop = actions[found.again :] if found.why == "loop" else []
        # A wait that is stuck, or may be, exceeds every bound where it is.
        exceeds = None if found.why in {"stuck", "unbounded"} else self.bound
        every = actions
        while True:
            piece = gaps(self.product, every, (first, second), found.begins, exceeds)
            if piece is not None and (not loop or _meets(piece, among)):
                break
            assert loop, "the run that was found exceeds the bound"
            every, loop = every + loop, loop + loop
        run = dated(self.product, actions, found.begins, longest=exceeds is not None)
        ms = None if found.why else length(run, found.begins)
        gap = run[second - 1].at - run[first - 1].at
        self.pieces.append((piece, replace(found, ms=ms, run=run), gap, cut))
        return piece

    def _step_to(self, phase: int, actions: Sequence[int]) -> int:
        """Return how many steps of a run lead up to a phase of the pair, the fault included."""
        for number, place in enumerate(actions, start=1):
            rule = self.product.actions[place].rule
            if rule.name not in CLOCK and Set(PHASE, phase) in rule.sets:
                return number
        raise AssertionError("what exceeds the bound has both faults")


def without_clock(wait: Wait) -> Wait:
    """Return a wait as one of the system whose faults were paired: without what tells the gap."""
    kept = [step.rule not in CLOCK for step in wait.run]
    return replace(
        wait,
        run=tuple(
            replace(step, rule=step.rule.removesuffix(AS_SECOND))
            for step, stays in zip(wait.run, kept, strict=True)
            if stays
        ),
        begins=sum(kept[: wait.begins]),
        again=None if wait.again is None else sum(kept[: wait.again]),
    )


def _bound(alone: Sequence[Waits]) -> int | None:
    worst = [each.worst for each in alone]
    found = [0 if each is None else each.ms for each in worst]
    known = [ms for ms in found if ms is not None]
    return max(known) if len(known) == len(found) else None


def _doubled(bounds: Bounds) -> Bounds:
    earliest, latest = bounds
    return 2 * earliest, None if latest is None else 2 * latest


def _endless_last(wait: Wait) -> tuple[bool, int]:
    return wait.ms is None, wait.ms or 0


def _without(whole: Halves, piece: Halves) -> Iterator[Halves]:
    """Yield what is left of some gaps without others."""
    (low, high), (first, last) = whole, piece
    assert _meets(whole, piece), "the gap of the run that was found is among both"
    if low < first:
        yield low, first - 1
    if last is not None and (high is None or last < high):
        yield last + 1, high


def _meets(one: Halves, other: Halves) -> bool:
    return (one[1] is None or other[0] <= one[1]) and (other[1] is None or one[0] <= other[1])


def joined(pieces: Sequence[Halves]) -> list[Halves]:
    """Return gaps in order, those that overlap or lie next to each other as one."""
    whole: list[Halves] = []
    for low, high in sorted(pieces, key=lambda each: each[0]):
        if whole and (whole[-1][1] is None or low <= whole[-1][1] + 1):
            before, last = whole[-1]
            whole[-1] = (before, None if last is None or high is None else max(last, high))
        else:
            whole.append((low, high))
    return whole


def _interval(halves: Halves) -> Interval:
    """Return gaps in ms: an end that is no whole ms stands for an open one beside it."""
    low, high = halves
    most = None if high is None else (high + 1) // 2
    return Interval(low // 2, most, low % 2 == 0, high is None or high % 2 == 0)
