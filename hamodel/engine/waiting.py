"""How long a wait takes in the worst and in the best run: exactly, with when each step happens."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.engine.timed.dates import Dated, Zeno
from hamodel.errors import ModelError, plural
from hamodel.expr import TRUE, Expr, checked_guard
from hamodel.property import always
from hamodel.system import System
from hamodel.verdict import PROVED, UNDETERMINED, VerdictKind

if TYPE_CHECKING:
    from hamodel.engine.timed.search import Wait, Waits

ENDLESS = {
    "stuck": "nothing more has to happen",
    "unbounded": "a rule that could end it need never happen",
    "loop": "it goes round for ever",
}
"""What makes a wait endless, in words, by `hamodel.engine.timed.search.Wait.why`."""


@dataclass(frozen=True, slots=True)
class WaitingTime:
    """
    How long a wait takes at most, or at least, over all runs.

    Parameters
    ----------
    kind
        `PROVED`: no run waits longer (or shorter), and `run` waits so long. `UNDETERMINED`: the
        search ended before that was known.
    ms
        In ms; `math.inf` for without end; None where no wait is met, or if it is not known.
    run
        The run that waits so long: each rule with when it happens, in ms from the beginning.
    begins
        After how many of its steps the wait begins.
    why
        What makes it endless, or what ended the search, in words; empty if it is neither.
    states, classes
        How many states were reached, and how many classes of them.
    zeno
        The loops of rules that take no time, if all was searched: no figure is of a run that stays
        in one.
    """

    kind: VerdictKind
    ms: float | None
    run: tuple[Dated, ...]
    begins: int
    why: str
    states: int
    classes: int
    zeno: tuple[Zeno, ...] = ()

    def __str__(self) -> str:
        """Return how long it is, and its run: a line a step, with when it happens."""
        lines = [f"{self._length} ({plural(self.classes, 'class')})"]
        for place, step in enumerate(self.run, start=1):
            here = "  the wait begins" if place == self.begins else ""
            lines.append(f"{step.at:>9} ms  {step.rule}{here}")
        return "\n".join([*lines, *map(str, self.zeno)])

    @property
    def _length(self) -> str:
        if self.kind is UNDETERMINED:
            return f"UNDETERMINED: {self.why}"
        if self.ms is None:
            return "no wait is met"
        return f"without end: {self.why}" if self.ms == math.inf else f"{self.ms} ms"


def worst_case(
    system: System,
    begin: Expr,
    end: Expr,
    budget: Budget = NO_FAULT,
    *,
    since: Expr = TRUE,
    limits: Limits = NO_LIMITS,
) -> WaitingTime:
    """
    Return how long a run can wait for `end` at most, from when `begin` held without it.

    Exactly, over all runs in which every rule happens within its bounds, `takes`; and with a run
    that takes so long, or one that waits for ever.

    Parameters
    ----------
    system
        The model. A rule without `takes` happens at once if it is the protocol's, and at any time
        if it is not.
    begin, end, since
        A wait begins where `begin` holds and `end` does not and none goes on, with a step from a
        state where `since` holds, or in the first state; it ends where `end` holds.
    budget
        The faults that can happen.
    limits
        Where the search is cut short; what was cut is UNDETERMINED.

    Raises
    ------
    ModelError
        HA006 for what is no guard, HA014 for a guard over a variable that no component of the
        system owns, HA044 for what is no budget.
    SearchError
        HA044 for a budget of faults that the system does not have, and what a search raises.

    Examples
    --------
    >>> from hamodel import Component, Kind, Rule, Set, System, Var
    >>> lit = Var("lit", bool, initial=True)
    >>> lamp = System(
    ...     (Component("lamp", variables=lit),),
    ...     (
    ...         Rule("it fails", Kind.ENVIRONMENT, lit.is_(True), sets=Set(lit, False)),
    ...         Rule("it is mended", when=lit.is_(False), sets=Set(lit, True), takes=(2, 5)),
    ...     ),
    ... )
    >>> worst_case(lamp, lit.is_(False), lit.is_(True)).ms
    5
    """
    found = _found(system, (since, begin, end), budget, limits)
    return _of(found.worst, found, _cut(found, limits))


def best_case(
    system: System,
    begin: Expr,
    end: Expr,
    budget: Budget = NO_FAULT,
    *,
    since: Expr = TRUE,
    limits: Limits = NO_LIMITS,
) -> WaitingTime:
    """
    Return how long a run waits for `end` at least, from when `begin` held without it.

    As `worst_case`, whose parameters and errors it has. Without end only if no run that waits need
    ever be done with it.

    Examples
    --------
    >>> from hamodel import Component, Rule, Set, System, Var
    >>> lit = Var("lit", bool)
    >>> lamp = System(
    ...     (Component("lamp", variables=lit),),
    ...     (Rule("it is lit", when=lit.is_(False), sets=Set(lit, True), takes=(2, 5)),),
    ... )
    >>> best_case(lamp, lit.is_(False), lit.is_(True)).ms
    2
    """
    wait = since, begin, end
    found = _found(system, wait, budget, limits)
    endless = found.worst if found.worst is not None and found.worst.why else None
    if endless is not None:
        found = _found(system, wait, budget, limits, least=True)
    return _of(found.best or endless, found, _cut(found, limits))


def _found(
    system: System,
    wait: tuple[Expr, Expr, Expr],
    budget: Budget,
    limits: Limits,
    *,
    least: bool = False,
) -> Waits:
    from hamodel.engine.timed.search import waits

    since, begin, end = (checked_guard(each, "a wait") for each in wait)
    if not isinstance(budget, Budget):
        raise ModelError(
            "HA044",
            f"the budget is {budget!r:.60}; it can be one such as Budget(1) or "
            'Budget({"media-server-crash": 1})',
        )
    system.check_property(always("the_wait_ends", end | ~begin, given=since), budget.counters)
    budget.check(system.fault_classes)
    return waits(system, begin, end, budget, since=since, limits=limits, least=least)


def _cut(found: Waits, limits: Limits) -> str:
    """Return what has cut a search short, in words; empty if nothing did."""
    if found.cut is None:
        return ""
    return f"stopped at {plural(found.classes, 'class')} by {limits.said(found.cut, 'class')}"


def _of(wait: Wait | None, found: Waits, undetermined: str) -> WaitingTime:
    """Return a wait of a search as what it means; or why it means nothing."""
    sizes = found.states, found.classes
    if undetermined:
        return WaitingTime(UNDETERMINED, None, (), 0, undetermined, *sizes)
    if wait is None:
        return WaitingTime(PROVED, None, (), 0, "", *sizes, found.zeno)
    ms = math.inf if wait.ms is None else wait.ms
    why = ENDLESS[wait.why] if wait.why else ""
    return WaitingTime(PROVED, ms, wait.run, wait.begins, why, *sizes, found.zeno)
