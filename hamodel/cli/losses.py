"""How much is lost at worst, and what the time of the worst run goes by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from hamodel import NO_FAULT, Budget, System
from hamodel.cli.phases import phases_of
from hamodel.cli.progress import GoingInTime
from hamodel.cli.words import allowed
from hamodel.engine.cone import Influences
from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.engine.possible import possible
from hamodel.engine.timed.search import Wait, Waits, waits
from hamodel.engine.timed.totals import Totals, totals
from hamodel.engine.waiting import ENDLESS
from hamodel.errors import plural
from hamodel.guide import Parts
from hamodel.guide.loss import Lost

Measure = Callable[[System, Lost, str, Budget, Limits], "Loss"]
"""What returns how much of something is lost at worst, as `worst_loss` does."""


@dataclass(frozen=True, slots=True)
class Loss:
    """
    How much is lost at worst within a budget of faults.

    Attributes
    ----------
    lost, call, budget
        What, of which call, and within which faults.
    waits
        What was found; its runs are runs of the system.
    system
        The model, with causes.
    phases
        For each step of the worst run after the loss began, what the time before it went by, and
        how long that was, in ms: together all that is lost.
    parts
        What the system was made of, which a time line needs.
    total
        How much is lost at most in all of a run, if that was asked for.
    """

    lost: Lost
    call: str
    budget: Budget
    waits: Waits
    system: System
    phases: tuple[tuple[str, int], ...]
    parts: Parts | None = None
    total: Totals | None = None

    @property
    def worst(self) -> Wait | None:
        """The longest; None where nothing is lost."""
        return self.waits.worst

    @property
    def by_phase(self) -> Mapping[str, int]:
        """The time of the worst run by phase, in ms, in the order in which the phases come."""
        sums: dict[str, int] = {}
        for phase, ms in self.phases:
            if ms:
                sums[phase] = sums.get(phase, 0) + ms
        return sums


def worst_loss(
    system: System,
    lost: Lost,
    call: str,
    budget: Budget = NO_FAULT,
    limits: Limits = NO_LIMITS,
    *,
    parts: Parts | None = None,
) -> Loss:
    """
    Return how long something can be lost, over all runs within a budget.

    Only what the figure can depend on is searched: what is left out can always go on, so it never
    holds time still for the rest.

    Parameters
    ----------
    system, parts
        The model with causes, and, for a time line, the parts that it was made of.

    Raises
    ------
    SearchError
        HA044 for a class of faults that the model does not have.
    """
    budget.check(system.fault_classes)
    system = lost.among(system)
    found = _waits(*part_of(system, lost, budget), lost, limits)
    return _loss(lost, call, budget, found, system, parts)


def _waits(part: System, budget: Budget, lost: Lost, limits: Limits) -> Waits:
    going = GoingInTime(f"{lost.name}, {allowed(budget)}")
    its = lost.begin, lost.end, budget
    return waits(part, *its, since=lost.since, limits=limits, progress=going.tell)


def _loss(
    lost: Lost, call: str, budget: Budget, found: Waits, system: System, parts: Parts | None = None
) -> Loss:
    phases = () if found.worst is None else tuple(phases_of(system, found.worst))
    return Loss(lost, call, budget, found, system, phases, parts)


def endless(wait: Wait) -> str:
    """Return what makes a wait endless, in words: of a loop with its steps; empty if it ends."""
    if wait.why != "loop":
        return ENDLESS.get(wait.why, "")
    steps = dict.fromkeys(step.rule for step in wait.run[wait.again :])
    return f"{ENDLESS[wait.why]}: {', then '.join(steps)}"


def stopped(loss: Loss, limits: Limits) -> str:
    """Return how far a search came that was cut short, and by what."""
    assert loss.waits.cut is not None, "what is complete was not cut short"
    how_far = plural(loss.waits.classes, "class")
    return f"stopped at {how_far} by {limits.said(loss.waits.cut, 'class')}"


def with_total(loss: Loss, limits: Limits = NO_LIMITS) -> Loss:
    """Return a loss with how much is lost at most in all of a run, over all runs."""
    lost = loss.lost
    part, budget = part_of(loss.system, lost, loss.budget)
    found = totals(part, lost.begin, lost.end, budget, since=lost.since, limits=limits)
    return replace(loss, total=found)


def part_of(system: System, lost: Lost, budget: Budget) -> tuple[System, Budget]:
    """Return the part of a system that a loss can depend on within a budget, and that budget."""
    able = possible(lost.among(system), budget)
    return Influences(able).part((lost.since, lost.begin, lost.end), budget)


def followed(loss: Loss) -> frozenset[str]:
    """Return the variables that the runs of a loss tell of: they are searched, or never change."""
    part, _ = part_of(loss.system, loss.lost, loss.budget)
    able = possible(loss.system, loss.budget)
    changed = {effect.var.name for rule in able.rules for effect in rule.sets}
    return frozenset(part.variables) | (loss.system.variables.keys() - changed)


@dataclass(slots=True)
class Measuring:
    """Losses of one deployment that is changed again and again; what stays alike is kept."""

    _known: dict[tuple[str, str, Budget], list[tuple[System, Loss]]] = field(default_factory=dict)

    def worst_loss(
        self, system: System, lost: Lost, call: str, budget: Budget, limits: Limits
    ) -> Loss:
        """Return `worst_loss`; not searched anew if what it depends on has been searched before."""
        budget.check(system.fault_classes)
        part, within = part_of(system, lost, budget)
        its = self._known.setdefault((lost.name, call, budget), [])
        for before, loss in its:
            if before == part:
                return loss
        found = _waits(part, within, lost, limits)
        its.append((part, _loss(lost, call, budget, found, lost.among(system))))
        return its[-1][1]
