"""The models that SPIN and hamodel both search: three with published counts, and the guide's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hamodel import NO_FAULT, Budget, Property, System, all_of, any_of, never
from hamodel.cli.options import read_budgets
from hamodel.cli.subject import read_subject
from hamodel.engine.cone import Influences, sliced
from hamodel.export import promela
from hamodel.expr import Expr
from tests.models import Manager, Member, Philosopher, philosophers, ring, two_phase

BY_HAND = Path(__file__).parent / "promela"
"""The same models as somebody writes them for SPIN, of the size that the macro N says."""
GUIDE_CHANGES = ("scope.calls=2", "duplication.requested_by=sip-server")
GUIDE_FAULTS = "sip-server=3"
GUIDE_FAULTS_QUICK = "recorder-media-crash=3"
GUIDE_PROMISE = "sip_server_knows_that_a_call_is_duplicated"


@dataclass(frozen=True, slots=True)
class Searched:
    """What is searched: a system within a budget, and the property that is judged on the way."""

    system: System
    budget: Budget
    prop: Property

    @property
    def exported(self) -> str:
        """The same as Promela, with the property as an assertion."""
        return promela(self.system, self.budget, [self.prop])


@dataclass(frozen=True, slots=True)
class Model:
    """
    A model of a size.

    Parameters
    ----------
    title
        What tables call it; `{}` is the size.
    make
        What is searched, by size.
    size, quick, small
        The size that is measured, that of `--quick`, and that for checkers written in Python, 0
        for none.
    most
        The largest size that there is by hand; 0: there is nothing by hand.
    distinct
        How many distinct states are published, by size; None where nothing is.
    """

    title: str
    make: Callable[[int], Searched]
    size: int
    quick: int
    small: int = 0
    most: int = 0
    distinct: Callable[[int], int | None] = lambda _: None

    def named(self, size: int) -> str:
        """Return its name with the size."""
        return self.title.format(size)


def _pairwise(guards: Sequence[Expr]) -> Expr:
    """Return the guard that two of these hold, without naming each pair."""
    return any_of(
        *(each & any_of(*guards[i:]) for i, each in enumerate(guards[:-1], start=1)),
    )


def _ring(size: int) -> Searched:
    system = ring(size)
    critical = [
        component.is_(Member.CRITICAL)
        for component in system.components
        if component.name.startswith("member")
    ]
    return Searched(system, NO_FAULT, never("members_are_critical_alone", _pairwise(critical)))


def _philosophers(size: int) -> Searched:
    system = philosophers(size)
    eating = [
        component.is_(Philosopher.EATING)
        for component in system.components
        if component.name.startswith("philosopher")
    ]
    both = any_of(*(eating[i] & eating[(i + 1) % size] for i in range(size)))
    return Searched(system, NO_FAULT, never("neighbours_never_both_eat", both))


def _two_phase(size: int) -> Searched:
    system = two_phase(size)
    managers = [each for each in system.components if each.name.startswith("manager")]
    apart = all_of(
        any_of(*(each.is_(Manager.COMMITTED) for each in managers)),
        any_of(*(each.is_(Manager.ABORTED) for each in managers)),
    )
    return Searched(system, NO_FAULT, never("all_managers_decide_alike", apart))


def guide(faults: str) -> Searched:
    """
    Return the cone of one promise in the guide's model: two calls, duplication, no repairs.

    The whole model takes more words than a packed state has. The promise is one of DUP-3: others
    have cones in which nothing is different without duplication.
    """
    subject = read_subject("reference", GUIDE_CHANGES)
    budget = read_budgets(faults, "0").faults
    assert budget is not None, "faults were given"
    [prop] = [
        each
        for promise in subject.promises
        for each in promise.properties
        if each.name == GUIDE_PROMISE
    ]
    counters = [var.name for var in budget.counters]
    part = sliced(subject.system, Influences(subject.system).cone(prop, counters))
    return Searched(part, budget.suited(part.fault_classes), prop)


def _guide(size: int) -> Searched:
    return guide(GUIDE_FAULTS if size else GUIDE_FAULTS_QUICK)


TWO_PHASE_STATES = {3: 288, 5: 8_832, 6: 50_816, 7: 296_448, 8: 1_745_408, 9: 10_340_352}

MODELS: Mapping[str, Model] = {
    "ring": Model("RING({})", _ring, 12, 6, 8, 14, lambda n: 4 * n * 3 ** (n - 1)),
    "philosophers": Model("PHIL({})", _philosophers, 13, 6, 9, 15, lambda n: 3**n - 1),
    "two_phase": Model("TwoPhase({})", _two_phase, 8, 5, 6, 10, TWO_PHASE_STATES.get),
    "guide": Model("the guide's model", _guide, 1, 0),
}
