"""Verdicts: what a search found out about a property, and how much it searched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from hamodel.budget import Budget
from hamodel.errors import plural
from hamodel.property import Property
from hamodel.trace import Trace


class VerdictKind(Enum):
    """Proved, refuted, or not known. A search that was cut short is never a pass."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    UNDETERMINED = "UNDETERMINED"


PROVED = VerdictKind.PROVED
REFUTED = VerdictKind.REFUTED
UNDETERMINED = VerdictKind.UNDETERMINED

NOTHING_SHOWN = "so nothing was shown"
"""How it ends why something is undetermined although all was searched: nothing met its premise."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one exploration says of a property; a `Verdict` adds how much was searched."""

    kind: VerdictKind
    why: str
    trace: Trace | None = None
    witness: Trace | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    The judgement of one property under one budget.

    Parameters
    ----------
    property, budget
        What was judged, and the faults that could happen.
    kind
        `PROVED`, `REFUTED` or `UNDETERMINED`.
    why
        One line: what was found, or what cut the search short.
    distinct_states, transitions, depth
        Of the whole search: distinct states, steps between them, and how many steps
        the farthest state is from the initial one.
    trace
        The shortest run that refutes the property; for `sometimes`, the witness.
    premise_witness
        The shortest run to a state where the premise held; a proof always has one.
    """

    property: Property
    budget: Budget
    kind: VerdictKind
    why: str
    distinct_states: int
    transitions: int
    depth: int
    trace: Trace | None = None
    premise_witness: Trace | None = None

    def __bool__(self) -> bool:
        return self.kind is PROVED

    def __str__(self) -> str:
        states = plural(self.distinct_states, "state")
        return f"{self.kind.value} {self.property.name}: {self.why} ({states})"


def summed(
    prop: Property, budget: Budget, kind: VerdictKind, why: str, of: Iterable[Verdict]
) -> Verdict:
    """Return a verdict that follows from several: their states and steps together."""
    its = tuple(of)
    return Verdict(
        prop,
        budget,
        kind,
        why,
        sum(each.distinct_states for each in its),
        sum(each.transitions for each in its),
        max(each.depth for each in its),
    )


def combined(kinds: Iterable[VerdictKind]) -> VerdictKind:
    """Return the verdict on a conjunction: one refuted refutes it; none at all is undetermined."""
    seen = set(kinds)
    if REFUTED in seen:
        return REFUTED
    return PROVED if seen == {PROVED} else UNDETERMINED
