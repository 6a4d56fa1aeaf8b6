"""
The formula on trial (MS-5): each case searched, as data, as a page and as time lines.

`python -m hamodel.cli.trial PAGE` writes the page from `trial.json` beside the guide; with
`--search` it searches first, a minute or two. `hamodel draw` draws the time lines.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hamodel import guide
from hamodel.budget import Budget
from hamodel.cli.losses import Loss, endless, stopped, worst_loss
from hamodel.cli.options import read_budgets
from hamodel.cli.output import read_file, say, write_file
from hamodel.cli.phases import states_of
from hamodel.cli.subject import load_deployment, system_of
from hamodel.cli.timelines import Interval, intervals, marks_of, picture
from hamodel.cli.words import allowed
from hamodel.draw.scene import STYLES, Mark, TimeLine
from hamodel.engine.check import check
from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.engine.possible import possible
from hamodel.errors import HamodelError, InputError, seconds
from hamodel.guide import Parts, build_parts
from hamodel.guide.deployment import Deployment
from hamodel.guide.loss import NOTICES_FAILURE, lost_named, unrecorded, who_notices, with_causes
from hamodel.guide.trial import (
    CASES,
    FIGURES,
    Case,
    Figure,
    Ordeal,
    detection_alone,
    failover_alone,
    hosts_of,
    identity,
    one_view,
    with_account,
)
from hamodel.rule import Kind
from hamodel.system import System
from hamodel.verdict import Verdict

SCHEMA = 1
FILE = Path(str(guide.__file__)).with_name("trial.json")
NOTHING = "nothing"
ENDLESS = "without end"


@dataclass(frozen=True, slots=True)
class Apart:
    """
    D and F of the worst run, measured apart; in ms.

    D is how long the monitor that noticed had watched without a break, by its own clock; F how long
    recovery took from that notice on. What is neither is the rest.
    """

    detection: int
    failover: int
    rest: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a trial found.

    Attributes
    ----------
    name, within
        Of the case; its budget in words.
    lost
        The longest that a call is unrecorded, in ms; None for without end, -1 if it never is.
    why
        What makes it endless, in words.
    detection, failover
        D and F at most, each measured apart, for one fault, in ms; None for without end.
    identity, one_view
        Whether all that is lost is D and then F in every run, and whether there is one D: verdicts.
    breaks
        The end of the shortest run that breaks the identity.
    phases
        What the time of the worst run goes by.
    run, marks
        The worst run from the loss on: each step with its date, and its failures and repairs with
        their kind.
    line
        Its time line.
    apart
        D and F of the worst run; None if it does not end, or nobody noticed.
    smaller
        For each budget of one fault or repair less, what is lost at most, as `lost`.
    classes, states
        How large the search of the loss was.
    cut
        Whether it was cut short.
    """

    name: str
    within: str
    lost: int | None
    why: str
    detection: int | None
    failover: int | None
    identity: str
    one_view: str
    breaks: tuple[str, ...]
    phases: tuple[tuple[str, int], ...]
    run: tuple[tuple[int, str], ...]
    marks: tuple[tuple[int, str, str], ...]
    line: tuple[Interval, ...]
    apart: Apart | None
    smaller: tuple[tuple[str, int | None], ...]
    classes: int
    states: int
    cut: bool = False

    @property
    def formula(self) -> int | None:
        """What the formula says that is lost at most, in ms; None if one of the two has no end."""
        if self.detection is None or self.failover is None:
            return None
        return self.detection + self.failover

    @property
    def bound(self) -> str:
        """Whether that is a bound, in words."""
        if self.cut:
            return "UNDETERMINED"
        if self.formula is None:
            return "none: the sum has no end"
        if self.lost is None:
            return "no bound"
        if self.lost > self.formula:
            return f"exceeded by {seconds(self.lost - self.formula)}"
        return "a bound, attained" if self.lost == self.formula else "a bound, not attained"


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of another claim: what is lost at most, as in `Outcome`, and by which phases."""

    lost: int | None
    why: str
    phases: tuple[tuple[str, int], ...]


def budget_of(ordeal: Ordeal) -> Budget:
    """Return the budget of an ordeal."""
    faults = read_budgets(ordeal.faults, "").faults
    assert faults is not None
    return Budget(
        {each.pattern: each.limit for each in faults.allowances}, int(ordeal.repairs or "0")
    )


def _smaller(budget: Budget) -> Iterator[Budget]:
    """Yield each budget of one fault or one repair less."""
    limits = {each.pattern: each.limit for each in budget.allowances}
    for name, limit in limits.items():
        less = {k: v for k, v in {**limits, name: limit - 1}.items() if v}
        if less:
            yield Budget(less, budget.repairs)
    if budget.repairs:
        yield Budget(limits, budget.repairs - 1)


@dataclass(frozen=True, slots=True)
class Court:
    """A deployment's model with the account, ready for trial."""

    parts: Parts
    system: System
    call: str

    def lost(self, budget: Budget, limits: Limits = NO_LIMITS) -> Loss:
        """Return how long the call is unrecorded at most."""
        lost = unrecorded(self.parts, self.call)
        return worst_loss(self.system, lost, self.call, budget, parts=self.parts, limits=limits)


def court(
    where: str, changes: Sequence[str], rule_files: Sequence[Path] = (), hosts: str = ""
) -> Court:
    """Return a deployment's model with the account of its first call; errors as `load` raises."""
    deployment = load_deployment(where, changes)
    return court_of(deployment, system_of(deployment, rule_files), hosts)


def court_of(deployment: Deployment, system: System, hosts: str = "") -> Court:
    """Return the model of a deployment with the account of its first call."""
    parts = build_parts(deployment)
    call = next(iter(parts.calls))
    caused = hosts_of(with_causes(parts, system), hosts)
    return Court(parts, with_account(parts, caused, call), call)


def failing(budget: Budget, classes: Iterable[str]) -> tuple[str, ...]:
    """Return by which classes of faults within a budget a Media Server can fail, or its host."""
    its = [each for each in classes if each.startswith("media-server-") or each == "host-loss"]
    if budget.faults is None:
        return tuple(its)
    given = [each for each in budget.allowances if each.limit]
    return tuple(fault for fault in its if any(each.covers(fault) for each in given))


@dataclass(frozen=True, slots=True)
class Tried:
    """
    What a trial found, with the loss that was measured, and whether it is D and then F.

    `stopped` says how far the search came that was cut short, if one was, and by what.
    """

    outcome: Outcome
    loss: Loss
    identity: Verdict
    stopped: str


def tried(
    its: Court, name: str, budget: Budget, *, whole: bool = True, limits: Limits = NO_LIMITS
) -> Tried:
    """
    Try the formula in a model, in which a Media Server can fail within the budget.

    D and F are those of one failure of a Media Server within it.

    Parameters
    ----------
    whole
        Whether the smaller budgets are tried, too.
    """
    one = Budget({"+".join(failing(budget, its.system.fault_classes)): 1})
    loss = its.lost(budget, limits)
    system, parts, call = its.system, its.parts, its.call
    ways = (detection_alone(parts), failover_alone(parts, call))
    alone = [worst_loss(system, each, call, one, limits=limits) for each in ways]
    able = possible(system, budget)
    same, single = (
        check(able, prop, budget, limits=limits, in_cones=True)
        for prop in (identity(parts, call), one_view(parts, call))
    )
    worst = loss.worst
    began = worst.run[worst.begins - 1].at if worst and worst.begins else 0
    kinds = {rule.name: rule.kind for rule in system.rules}
    told = worst.run[max(worst.begins - 1, 0) :] if worst else ()
    smaller = list(_smaller(budget)) if whole else []
    detection, failover = (_ms(each) if each.worst else 0 for each in alone)
    outcome = Outcome(
        name,
        allowed(budget),
        _ms(loss),
        endless(worst) if worst else "",
        detection,
        failover,
        same.kind.value,
        single.kind.value,
        same.trace.rules[-3:] if same.trace else (),
        tuple(loss.by_phase.items()),
        tuple((step.at - began, step.rule) for step in told),
        tuple((mark.at, mark.text, kinds[mark.text].value) for mark in marks_of(loss)),
        intervals(loss),
        apart(loss, parts),
        tuple((allowed(each), _ms(its.lost(each, limits))) for each in smaller),
        loss.waits.classes,
        loss.waits.states,
        any(each.waits.cut for each in (loss, *alone)),
    )
    said = [stopped(each, limits) for each in (loss, *alone) if each.waits.cut]
    return Tried(outcome, loss, same, said[0] if said else "")


def _ms(loss: Loss) -> int | None:
    return -1 if loss.worst is None else loss.worst.ms


def apart(loss: Loss, parts: Parts) -> Apart | None:
    """Return D and F of the worst run, by the last notice of a failure that the call was on."""
    worst = loss.worst
    if worst is None or worst.ms is None:
        return None
    run, system = worst.run, loss.system
    states = list(states_of(system, [step.rule for step in run]))
    found = None
    for rule in (each for each in system.rules if each.family == NOTICES_FAILURE):
        _, name = who_notices(parts, rule)
        if name not in parts.media_servers:
            continue
        guard, _ = system.flattened(rule)
        since: int | None = None
        for place, step in enumerate(run):
            now = run[place - 1].at if place else 0
            since = (now if since is None else since) if guard(states[place]) else None
            on_it = parts.joined(loss.call, name)(states[place])
            if place >= worst.begins and step.rule == rule.name and on_it:
                assert since is not None, "a monitor notices while it watches"
                if found is None or step.at > found[0]:
                    found = step.at, step.at - since
    if found is None:
        return None
    at, detection = found
    failover = run[-1].at - at
    return Apart(detection, failover, worst.ms - detection - failover)


def case_outcome(case: Case) -> Outcome:
    """Search a case of the page."""
    rule_files = (Path(case.rules),) if case.rules else ()
    its = court(case.deployment, case.changes, rule_files, case.ordeal.hosts_of)
    return tried(its, case.name, budget_of(case.ordeal)).outcome


def figure(of: Figure) -> Measured:
    """Search a figure of another claim."""
    deployment = load_deployment("reference", of.changes)
    parts = build_parts(deployment)
    system = hosts_of(with_causes(parts, system_of(deployment, ())), of.hosts_of)
    call = next(iter(parts.calls))
    lost = lost_named(of.what, parts, call)
    loss = worst_loss(system, lost, call, budget_of(Ordeal("", of.faults)))
    why = endless(loss.worst) if loss.worst else ""
    return Measured(_ms(loss), why, tuple(loss.by_phase.items()))


def searched() -> tuple[list[Outcome], list[Measured]]:
    """Search every case and figure, and say so."""
    outcomes, figures = [], []
    for case in CASES:
        outcomes.append(case_outcome(case))
        say(f"{case.name}: {at_most(outcomes[-1].lost)}, {outcomes[-1].bound}")
    for each in FIGURES:
        figures.append(figure(each))
        say(f"{each.claim} {each.title}, {each.what}: {at_most(figures[-1].lost)}")
    return outcomes, figures


def at_most(ms: int | None) -> str:
    """Return how much is lost at most, in words."""
    return ENDLESS if ms is None else NOTHING if ms < 0 else seconds(ms)


def write_trial(outcomes: Sequence[Outcome], figures: Sequence[Measured]) -> str:
    """Return the JSON text of what was found; `read_trial` gives it back."""
    table = {
        "schema": SCHEMA,
        "cases": [asdict(each) for each in outcomes],
        "figures": [asdict(each) for each in figures],
    }
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def read_trial(text: str) -> tuple[tuple[Outcome, ...], tuple[Measured, ...]]:
    """
    Return what a JSON text holds.

    Raises
    ------
    InputError
        HA085 for anything that is no such file.
    """
    try:
        table = json.loads(text)
        outcomes = tuple(
            Outcome(
                **{
                    **{key: _tuples(value) for key, value in each.items()},
                    "line": tuple(Interval(**its) for its in each["line"]),
                    "apart": None if each["apart"] is None else Apart(**each["apart"]),
                }
            )
            for each in table["cases"]
        )
        figures = tuple(
            Measured(**{key: _tuples(value) for key, value in each.items()})
            for each in table["figures"]
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        said = f"it is no table of a trial ({error!r:.80}); write it anew with --search"
        raise InputError("HA085", said, file=FILE.name) from None
    return outcomes, figures


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def shipped() -> tuple[tuple[Outcome, ...], tuple[Measured, ...]]:
    """Return what was found for the page."""
    return read_trial(read_file(FILE))


def time_line(case: Case, its: Outcome) -> TimeLine:
    """Return the picture of a case."""
    marks = [Mark(at, rule, STYLES[Kind(kind)]) for at, rule, kind in its.marks]
    said = (
        f"The worst run within {its.within}. The formula says at most"
        f" {at_most(its.detection)} + {at_most(its.failover)} = {at_most(its.formula)}:"
        f" {its.bound}."
    )
    title = f"MS-5: {case.title}: {at_most(its.lost)}"
    return picture(its.line, marks, title, name=f"time-line-{case.name}", caption=(said,))


def time_lines() -> list[TimeLine]:
    """Return the pictures of all cases, as they were found."""
    outcomes, _ = shipped()
    return [time_line(case, its) for case, its in zip(CASES, outcomes, strict=True)]


def main(arguments: Sequence[str]) -> int:
    """Write the page that is named, after searching if that is asked for."""
    from hamodel.cli.trial_page import page

    if not arguments or arguments[1:] not in ([], ["--search"]):
        say("usage: python -m hamodel.cli.trial PAGE [--search]")
        return 2
    try:
        if "--search" in arguments:
            write_file(FILE, write_trial(*searched()))
        write_file(Path(arguments[0]), page(*shipped()))
    except HamodelError as error:
        say(f"error: {error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
