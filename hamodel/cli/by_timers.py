"""A claim about durations, asked for by its name: judged by the timers of the deployment."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from hamodel.budget import Budget
from hamodel.cli.assess import Assessment, Row, budget_of, of_facts
from hamodel.cli.loss import too_wide
from hamodel.cli.options import Budgets, CheckOptions
from hamodel.cli.output import say
from hamodel.cli.subject import Subject
from hamodel.cli.trial import Outcome, at_most, court_of, tried
from hamodel.cli.words import allowed
from hamodel.engine.limits import Limits
from hamodel.engine.waiting import ENDLESS
from hamodel.errors import InputError, seconds
from hamodel.guide import Status
from hamodel.guide.trial import identity
from hamodel.verdict import PROVED, REFUTED, UNDETERMINED


def judged_by_timers(
    assessment: Assessment, claims: Collection[str], options: CheckOptions
) -> Assessment:
    """
    Return the assessment in which these claims, about durations, are judged.

    Raises
    ------
    HamodelError
        HA044 for a budget of faults that the model does not have.
    """
    rows, interrupted = [], assessment.interrupted
    for row in assessment.rows:
        if row.source.id not in claims:
            rows.append(row)
            continue
        say(f"{row.source.id} is measured by the timers")
        try:
            rows.append(_judged(row, assessment.subject, options.budgets, options.limits))
        except KeyboardInterrupt:
            rows.append(replace(row, status=Status.UNDETERMINED, why="interrupted"))
            interrupted = True
    return replace(assessment, rows=tuple(rows), interrupted=interrupted)


def _judged(row: Row, subject: Subject, budgets: Budgets, limits: Limits) -> Row:
    assert subject.deployment is not None
    its = court_of(subject.deployment, subject.system)
    budget = budget_of(identity(its.parts, its.call), budgets)
    assumed = (f"at most {allowed(budget)}", "the timers of the deployment")
    row = replace(row, assumptions=(*row.assumptions, *assumed), expected=None)
    budget.check(subject.system.fault_classes)
    if not _fails(budget, subject.system.fault_classes):
        why = f"no Media Server fails within {allowed(budget)}"
        return replace(row, status=Status.NOT_APPLICABLE, why=why)
    try:
        with too_wide(subject.where):
            found = tried(its, row.source.id, budget, whole=False, limits=limits)
    except InputError as error:
        return replace(row, status=Status.UNDETERMINED, why=error.message)
    refuted = found.lost is None or found.lost > found.formula or found.identity == REFUTED.value
    if found.cut or (found.identity == UNDETERMINED.value and not refuted):
        why = "the search was cut short" if found.cut else "no recording is lost in any run"
        return replace(row, status=Status.UNDETERMINED, why=why)
    return of_facts(row, facts(found))


def _fails(budget: Budget, classes: Iterable[str]) -> bool:
    """Return whether a Media Server can fail, by itself or with its host."""
    its = [fault for fault in classes if fault.startswith("media-server-") or fault == "host-loss"]
    if budget.faults is None:
        return bool(its)
    return any(each.limit and any(map(each.covers, its)) for each in budget.allowances)


def facts(found: Outcome) -> tuple[tuple[str, bool], ...]:
    """Return what MS-5 says of a model, and whether it is so: the bound, and what it is made of."""
    made_of = (
        "in every run all that is lost is detection and then fail-over",
        found.identity == PROVED.value,
    )
    if found.lost is None:
        ends = "what is lost is within the time to detect and to fail over"
        return (f"{ends}: it is without end, {ENDLESS[found.why]}", False), made_of
    detect, fail_over = seconds(found.detection), seconds(found.failover)
    bound = (
        f"what is lost, at most {at_most(found.lost)}, is within the time to detect, {detect},"
        f" and to fail over, {fail_over}: {found.bound}"
    )
    return (bound, found.lost <= found.formula), made_of
