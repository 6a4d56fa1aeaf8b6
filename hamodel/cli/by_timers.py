"""A claim about durations, asked for by its name: judged by the timers of the deployment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from hamodel.cli.assess import Assessment, Row, budget_of, of_facts
from hamodel.cli.loss import how, too_wide
from hamodel.cli.options import Budgets, CheckOptions
from hamodel.cli.output import say
from hamodel.cli.subject import Subject
from hamodel.cli.trial import Outcome, Tried, at_most, court_of, failing, tried
from hamodel.cli.words import allowed
from hamodel.engine.limits import Limits
from hamodel.errors import InputError
from hamodel.guide import Status
from hamodel.guide.trial import identity
from hamodel.trace import Trace, trace_of, with_dates
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
    if not failing(budget, subject.system.fault_classes):
        why = f"no Media Server fails within {allowed(budget)}"
        return replace(row, status=Status.NOT_APPLICABLE, why=why)
    try:
        with too_wide(subject.where):
            found = tried(its, row.source.id, budget, whole=False, limits=limits)
    except InputError as error:
        return replace(row, status=Status.UNDETERMINED, why=error.message)
    its_sum, identity_is = found.outcome, found.identity.kind
    if its_sum.cut:
        return replace(row, status=Status.UNDETERMINED, why=found.stopped)
    if its_sum.formula is None and identity_is is not REFUTED:
        why = "for one fault the time to detect or to fail over has no end, and neither has the sum"
        return replace(row, status=Status.UNDETERMINED, why=why)
    if identity_is is UNDETERMINED and not exceeds(its_sum):
        return replace(row, status=Status.UNDETERMINED, why="no recording is lost in any run")
    row = of_facts(row, facts(its_sum))
    return replace(row, run=run_of(found)) if row.status is Status.REFUTED else row


def exceeds(its: Outcome) -> bool:
    """Return whether what is lost is longer than the formula says; it never is if that is None."""
    return its.formula is not None and (its.lost is None or its.lost > its.formula)


def run_of(found: Tried) -> Trace:
    """Return the run that refutes the claim: the worst, or the first that is not D and then F."""
    its, worst = found.outcome, found.loss.worst
    if not exceeds(its):
        assert found.identity.trace is not None, "what is refuted has a run"
        return replace(found.identity.trace, in_time=True)
    assert worst is not None, "what is exceeded is lost"
    loops = {"loop": worst.again, "stuck": len(worst.run)}
    note = f"unrecorded from step {worst.begins} on: {at_most(its.lost)} ({how(found.loss)})"
    trace = trace_of(
        found.loss.system,
        [step.rule for step in worst.run],
        loop=loops.get(worst.why),
        note=f"{note}; {_sum(its)}",
    )
    return with_dates(trace, [step.at for step in worst.run])


def _sum(its: Outcome) -> str:
    detect, fail_over = at_most(its.detection), at_most(its.failover)
    return f"the time to detect is {detect} and to fail over {fail_over}, at most"


def facts(found: Outcome) -> tuple[tuple[str, bool], ...]:
    """Return what MS-5 says of a model, and whether it is so: the bound, and what it is made of."""
    made_of = (
        "in every run all that is lost is detection and then fail-over",
        found.identity == PROVED.value,
    )
    detect, fail_over = at_most(found.detection), at_most(found.failover)
    lost = at_most(found.lost)
    said = f"{lost}, as {found.why}" if found.why else f"at most {lost}"
    bound = (
        f"what is lost is within {at_most(found.formula)} ({detect} to detect, {fail_over} to fail"
        f" over): it is {said}: {found.bound}"
    )
    return (bound, not exceeds(found)), made_of
