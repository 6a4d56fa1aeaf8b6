"""Properties judged in time, by classes of states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from hamodel.budget import Budget
from hamodel.duration import duration_text
from hamodel.engine.check_in_time import TimedVerdict
from hamodel.engine.cone import Influences, sliced
from hamodel.engine.limits import Cut, Limits
from hamodel.engine.reference import Product
from hamodel.engine.timed import zones
from hamodel.engine.timed.dates import Dated, dated, overdue
from hamodel.engine.timed.search import Search
from hamodel.engine.timed.zeno import forced_loops
from hamodel.errors import plural
from hamodel.expr import FALSE, TRUE, Expr
from hamodel.property import Modality, Property
from hamodel.system import System
from hamodel.verdict import NOTHING_SHOWN, PROVED, REFUTED, UNDETERMINED

ENDLESS = {
    "stuck": "nothing more has to happen",
    "unbounded": "a rule that is enabled has no latest",
    "loop": "it goes round for ever",
}
"""What keeps a conclusion from coming, in words."""


def judged(
    system: System, prop: Property, budget: Budget, limits: Limits, *, in_cones: bool
) -> TimedVerdict:
    """Return the verdict on a property in time; see `check_in_time`."""
    searched, its = system, budget
    if in_cones:
        cone = Influences(system).cone(prop, [var.name for var in budget.counters])
        searched = sliced(system, cone)
        its = budget.suited(searched.fault_classes)
    product = Product(searched, its)
    if prop.modality is not Modality.LEADS_TO:
        return replace(_reached(product, prop, limits), budget=budget)
    found = [_case(product, prop, case, limits) for case in prop.cases]
    of = {kind: [each for each in found if each.kind is kind] for kind in (REFUTED, PROVED)}
    cut = [each for each in found if each.kind is UNDETERMINED and NOTHING_SHOWN not in each.why]
    return replace((of[REFUTED] or cut or of[PROVED] or found)[0], budget=budget)


def _reached(product: Product, prop: Property, limits: Limits) -> TimedVerdict:
    """Return the verdict on a property that speaks of states."""
    wanted = ~prop.expr if prop.modality is Modality.ALWAYS else prop.expr
    search = Search(product, (prop.given, FALSE, prop.given & wanted), limits)
    one, cut = search.first(_flagged(search, "ends"))
    say = _Saying(search, prop)
    if one >= 0:
        run = say.run_to(one)
        said = plural(len(run), "step")
        until = run[-1].at if run else 0
        when = f"after {said}, at {until} ms"
        if prop.modality is Modality.SOMETIMES:
            return say.verdict(PROVED, f"found {when}", run=run, until=until, witness=run)
        return say.verdict(REFUTED, f"fails {when}", run=run, until=until)
    if cut is not None:
        return say.stopped(cut)
    if prop.modality is Modality.SOMETIMES:
        return say.verdict(REFUTED, "no state that time reaches shows it")
    return say.proved("since", "holds in every state that time reaches")


def _case(
    product: Product, prop: Property, case: tuple[Expr, Expr], limits: Limits
) -> TimedVerdict:
    """Return the verdict on one premise and its conclusion."""
    search = Search(product, (TRUE, *case), limits)
    say = _Saying(search, prop)
    if prop.within is None:
        return _in_the_end(search, say)
    most = prop.within

    def late(first: int, last: int) -> int:
        return int(zones.outlasting(search.states.steps, search.classes, first, last, most))

    one, cut = search.first(late)
    if one >= 0:
        actions, begins = search.actions_to(one)
        run, until = overdue(product, actions, begins, most + 1)
        why = f"has not come {duration_text(most)} after step {begins}"
        return say.verdict(REFUTED, why, run=run, until=until, begins=begins)
    if cut is not None:
        return say.stopped(cut)
    return say.proved("begins", f"the conclusion follows within {duration_text(most)}")


def _in_the_end(search: Search, say: _Saying) -> TimedVerdict:
    """Return whether every wait ends, in the runs in which time goes on."""
    found = search.found()
    worst = found.worst
    if worst is not None and worst.why:
        why = f"never comes: {ENDLESS[worst.why]}"
        until = worst.run[-1].at if worst.run else 0
        return say.verdict(REFUTED, why, run=worst.run, until=until, begins=worst.begins)
    if found.cut is not None:
        return say.stopped(found.cut)
    return say.proved("begins", "the conclusion follows in every run in which time goes on")


def _flagged(search: Search, flag: str) -> Callable[[int, int], int]:
    """Return what finds the first class of a state of which something is known."""

    def first(begin: int, end: int) -> int:
        held = getattr(search.states.steps, flag)
        found = np.flatnonzero(held[search.classes.states[begin:end]])
        return begin + int(found[0]) if len(found) else -1

    return first


class _Saying:
    """What a search says of a property."""

    def __init__(self, search: Search, prop: Property) -> None:
        self.search, self.prop = search, prop

    def run_to(self, one: int) -> tuple[Dated, ...]:
        """Return a run to a class, as soon as can be."""
        actions, _ = self.search.actions_to(one)
        return dated(self.search.product, actions, 0, longest=False)

    def verdict(self, kind: object, why: str, **shown: object) -> TimedVerdict:
        """Return a verdict with the sizes of the search."""
        search = self.search
        of = self.prop, search.product.budget, kind, why, search.states.size, search.size
        return TimedVerdict(*of, **shown)  # type: ignore[arg-type]

    def stopped(self, cut: Cut) -> TimedVerdict:
        """Return that nothing is known, for the search was cut short."""
        classes = plural(self.search.size, "class")
        limit = self.search.limits.said(cut, "class")
        return self.verdict(UNDETERMINED, f"stopped at {classes}, by {limit}")

    def proved(self, premise: str, why: str) -> TimedVerdict:
        """Return a proof, if the premise held anywhere."""
        one = _flagged(self.search, premise)(0, self.search.size)
        zeno = forced_loops(self.search)
        if one < 0:
            why = f"the premise holds in no state that time reaches, {NOTHING_SHOWN}"
            return self.verdict(UNDETERMINED, why, zeno=zeno)
        return self.verdict(PROVED, why, witness=self.run_to(one), zeno=zeno)
