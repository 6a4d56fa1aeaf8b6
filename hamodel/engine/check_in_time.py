"""Judging properties in time: a verdict, and when each step of the run that shows it happens."""

from __future__ import annotations

from dataclasses import dataclass

from hamodel.budget import Budget
from hamodel.duration import duration_text
from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.engine.timed.dates import Dated, Zeno
from hamodel.errors import ModelError, plural
from hamodel.property import Modality, Property
from hamodel.system import System
from hamodel.verdict import PROVED, VerdictKind


@dataclass(frozen=True, slots=True)
class TimedVerdict:
    """
    The judgement of one property in time, under one budget.

    Parameters
    ----------
    property, budget
        What was judged, and the faults that could happen.
    kind
        `PROVED`, `REFUTED` or `UNDETERMINED`.
    why
        One line: what was found, or what cut the search short.
    states, classes
        How many states time reached, and how many classes of them.
    run
        The run that refutes it; for `sometimes`, the witness: each rule with when it happens, in
        ms from the beginning.
    until
        When the run shows it, in ms: its last step, or for `within` the first moment, in whole ms,
        at which it is too late. None without a run.
    begins
        For `leads_to`: after how many steps of the run it begins to be due.
    zeno
        The loops of rules that take no time, if all was searched (`hamodel.engine.timed.zeno`):
        the verdict is of the runs in which time goes on, and says nothing of one that stays there.
    witness
        A run to a state where the premise held; a proof always has one.
    """

    property: Property
    budget: Budget
    kind: VerdictKind
    why: str
    states: int
    classes: int
    run: tuple[Dated, ...] | None = None
    until: int | None = None
    begins: int = 0
    witness: tuple[Dated, ...] | None = None
    zeno: tuple[Zeno, ...] = ()

    def __bool__(self) -> bool:
        return self.kind is PROVED

    def __str__(self) -> str:
        """Return the verdict, and its run: a line a step, with when it happens."""
        classes = plural(self.classes, "class")
        lines = [f"{self.kind.value} {self.property.name}: {self.why} ({classes})"]
        lines += [f"{step.at:>9} ms  {step.rule}" for step in self.run or ()]
        if self.run is not None and self.until is not None and self.property.within is not None:
            lines.append(f"{self.until:>9} ms  more than {duration_text(self.property.within)}")
        return "\n".join([*lines, *map(str, self.zeno)])


def check_in_time(
    system: System,
    prop: Property,
    budget: Budget | None = None,
    *,
    limit_states: int | None = None,
    limits: Limits = NO_LIMITS,
    in_cones: bool = False,
) -> TimedVerdict:
    """
    Judge one property in time: every rule happens within its bounds, `takes`.

    `always`, `never` and `sometimes` speak of the states that a timed run passes through.
    `leads_to` speaks of the runs in which time goes on; with `within`, of every moment: it is
    refuted iff more than that passes after its premise held, and its conclusion has not.

    Parameters
    ----------
    system, prop
        What is judged.
    budget
        The faults that may happen; by default the property's own, or none.
    limits, limit_states
        Where the search is cut short: a limit on the states is one on the classes here. The verdict
        is then UNDETERMINED unless a run refutes.
    in_cones
        Whether to search only what the property can depend on: the same verdict, unless what is
        left out can hold time still for ever. The run has the steps of that part; between them
        others happen, each when it is due, and change nothing.

    Raises
    ------
    ModelError
        HA028 for `transparent`, and for `leads_to` that assumes groups to be fair: what has a
        latest happens, and nothing else has to. HA014 and others as `check`.
    SearchError, TooWideError
        As a search in time does.
    """
    budget = prop.judged_under() if budget is None else budget
    system.check_property(prop, budget.counters)
    if prop.modality is Modality.TRANSPARENT or prop.fair:
        what = "assumes groups to be fair" if prop.fair else "compares what observers can tell"
        raise ModelError(
            "HA028",
            f"{prop.name} {what}, which says nothing in time; what can be judged in time is "
            "always, never, sometimes and leads_to without fair=; or use `check`",
        )
    from hamodel.engine.timed.judging import judged

    return judged(system, prop, budget, limits.but(limit_states), in_cones=in_cones)
