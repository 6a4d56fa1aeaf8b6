"""Properties judged tick by tick: the oracle of `check_in_time`, for small systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.graph import strongly_connected
from hamodel.engine.reference import Product
from hamodel.engine.ticks import TICK, Ticks, Timed, Untimed, waits
from hamodel.expr import FALSE, Expr, State, Value
from hamodel.property import Modality, Property
from hamodel.rule import AT_ONCE
from hamodel.system import System
from hamodel.verdict import PROVED, REFUTED, UNDETERMINED, VerdictKind

Since = tuple[Timed, int]
"""A timed state, and for how many ticks a wait has gone on; as many as are told apart."""


def judged_by_ticks(
    system: System,
    prop: Property,
    budget: Budget = NO_FAULT,
    *,
    limit_states: int | None = None,
    untimed: Untimed | None = None,
) -> VerdictKind | None:
    """
    Return the verdict on a property in time, one ms a tick; None if there were too many states.

    As `check_in_time` judges, for what it can judge. The states of the system with this budget may
    be handed on, as to `ticks.waits`.
    """
    untimed = untimed or Untimed(Product(system, budget))
    found = [_case(untimed, prop, case, limit_states) for case in prop.cases]
    for kind in (REFUTED, None, PROVED):
        if kind in found:
            return kind
    return UNDETERMINED


def _case(
    untimed: Untimed, prop: Property, case: tuple[Expr, Expr], limit_states: int | None
) -> VerdictKind | None:
    given, expr = case
    response = prop.modality is Modality.LEADS_TO
    ticks = Ticks(untimed, *(case if response else (FALSE, FALSE)))
    premise = False
    for number, (timed, length) in enumerate(_reached(ticks, prop.within)):
        if limit_states is not None and number >= limit_states:
            return None
        state = ticks.state(timed)
        premise |= given(state)
        if prop.within is not None and length > prop.within:
            return REFUTED
        if not response and _shows(prop, state):
            return PROVED if prop.modality is Modality.SOMETIMES else REFUTED
    if response and prop.within is None:
        system = untimed.product.system
        found = waits(system, given, expr, limit_states=limit_states, untimed=untimed)
        if found.cut or found.endless:
            return None if found.cut else REFUTED
    if prop.modality is Modality.SOMETIMES:
        return REFUTED
    return PROVED if premise else UNDETERMINED


def _shows(prop: Property, state: State) -> bool:
    """Return whether a state contradicts a property; for `sometimes`, whether it is a witness."""
    return prop.given(state) and prop.expr(state) is (prop.modality is not Modality.ALWAYS)


def _reached(ticks: Ticks, within: int | None) -> Iterator[Since]:
    """Yield every timed state, breadth first, with how long a wait has gone on in it."""
    most = -1 if within is None else within
    found = {(ticks.initial, 0): None}
    waiting = list(found)
    for timed, length in waiting:
        yield timed, length
        for step, after in ticks.steps(timed):
            goes_on = timed[2] and after[2]
            longer = min(length + (step == TICK), most + 1) if goes_on else 0
            if (after, longer) not in found:
                found[after, longer] = None
                waiting.append((after, longer))


def shown_by(
    system: System,
    prop: Property,
    budget: Budget,
    run: Sequence[tuple[str, int]],
    until: int,
) -> str:
    """
    Return what is wrong with a run that is to show what a property says, or nothing.

    It is followed tick by tick, and stays where it ends until `until`. It shows a violation, and
    for `sometimes` a witness: in its last state, or for `within` that it is then too late. For a
    property that something comes in the end, only that the run can happen, and still waits.
    """
    wrongs = []
    for given, expr in prop.cases:
        response = prop.modality is Modality.LEADS_TO
        ticks = Ticks(
            Untimed(Product(system, budget)), *((given, expr) if response else (FALSE, FALSE))
        )
        moments = [(0, ticks.initial), *ticks.walk(run, until)]
        timed = moments[-1][1]
        if timed is None:
            return ticks.follow(run) or f"it cannot stay until {until}"
        state = ticks.state(timed)
        if not response:
            return "" if _shows(prop, state) else "its last state shows nothing"
        began = until
        for now, its in moments:
            began = min(began, now) if its is not None and its[2] else until
        if timed[2] and (prop.within is None or until - began > prop.within):
            return ""
        wrongs.append(f"it waits for {until - began} at {until}")
    return "; ".join(wrongs)


def standing_still_by_ticks(
    system: System, budget: Budget = NO_FAULT, *, forced: bool, limit_states: int | None = None
) -> set[tuple[Value, ...]] | None:
    """
    Return the states of all loops in which time stands still; None if there were too many states.

    Such a loop is one of timed states that no tick leaves, each for a rule that takes no time; with
    `forced`, of steps of such rules alone.
    """
    ticks = Ticks(Untimed(Product(system, budget)), FALSE, FALSE)
    number: dict[Timed, int] = {}
    edges: dict[int, list[int]] = {}
    for timed, _ in _reached(ticks, None):
        if limit_states is not None and len(number) >= limit_states:
            return None
        number[timed] = len(number)
    for timed, its in number.items():
        steps = list(ticks.steps(timed))
        urgent = any(step != TICK and ticks.takes[step] == AT_ONCE for step, _ in steps)
        edges[its] = [
            number[after]
            for step, after in steps
            if urgent and step != TICK and (ticks.takes[step] == AT_ONCE or not forced)
        ]
    states = [ticks.values(timed) for timed in number]
    return {
        states[its]
        for part in strongly_connected(edges)
        for its in part
        if any(other in part for other in edges[its])
    }
