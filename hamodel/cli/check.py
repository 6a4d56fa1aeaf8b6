"""`hamodel check`: read, search, judge, report."""

from __future__ import annotations

from pathlib import Path

from hamodel.cli.assess import Assessment, assess, planned
from hamodel.cli.expect import compared, expected_of, scenario_of
from hamodel.cli.options import CheckOptions, Format
from hamodel.cli.output import (
    check_writable,
    emit,
    make_folder,
    say,
    show,
    write_file,
)
from hamodel.cli.progress import watching
from hamodel.cli.reports import report
from hamodel.cli.search import Checkpoints
from hamodel.cli.subject import chosen, read_subject
from hamodel.errors import InputError, among
from hamodel.guide import Status
from hamodel.trace import Trace, dump_trace


def run(options: CheckOptions) -> int:
    """Check a deployment, write the report, and return the exit status."""
    if options.out is not None:
        check_writable(options.out)
    checkpoints = checkpoints_of(options)
    subject = read_subject(options.deployment, options.changes, options.rule_files)
    promises = chosen(subject, options.claims)
    scenario = scenario_of(options)
    for warning in subject.warnings:
        say(f"warning: {warning}")
    searches = planned(subject.system, promises, options.budgets, among=subject.promises)
    with watching(searches, jobs=options.jobs, verbose=options.verbose) as watch:
        assessment = assess(
            subject,
            promises,
            budgets=options.budgets,
            searches=searches,
            limits=options.limits,
            checkpoints=checkpoints,
            processes=options.jobs,
            watch=watch,
        )
    if scenario is not None:
        assessment = expected_of(assessment, scenario)
        if options.expect:
            assessment = compared(assessment, scenario, options.claims)
    if claims := claims_in_time(assessment, options):
        from hamodel.cli.by_timers import judged_by_timers

        assessment = judged_by_timers(assessment, claims, options)
    if options.traces is not None:
        save_traces(assessment, options.traces)
    publish(assessment, options)
    return assessment.exit_status


def claims_in_time(assessment: Assessment, options: CheckOptions) -> tuple[str, ...]:
    """
    Return the claims about durations that are to be judged: those that `--claim` names whole.

    That costs a second or two, so the others stay NEEDS TIMERS; as all do where rows are compared
    with the manifest, which is of what is searched without time.
    """
    if options.expect or assessment.subject.deployment is None:
        return ()
    named = {claim.casefold() for claim in options.claims}
    timed = (each.source.id for each in assessment.rows if each.status is Status.NEEDS_TIMERS)
    return tuple(claim for claim in timed if claim.casefold() in named)


def checkpoints_of(options: CheckOptions) -> Checkpoints | None:
    """Return where the searches are kept; an earlier run's are not overwritten unasked."""
    if options.checkpoint is None:
        if options.resume:
            raise InputError("HA082", "--resume goes on from checkpoints; add --checkpoint DIR")
        return None
    make_folder(options.checkpoint)
    found = Checkpoints(options.checkpoint, options.resume)
    if found.found and not options.resume:
        names = among((path.name for path in found.found), 3)
        raise InputError(
            "HA082",
            f"--checkpoint {options.checkpoint} has checkpoints of an earlier run ({names}); give "
            "--resume to go on from them, or take another folder",
        )
    return found


def publish(assessment: Assessment, options: CheckOptions) -> None:
    """Write the report where it was asked for."""
    if options.out is not None:
        write_file(options.out, report(assessment, options.form, verbose=options.verbose))
        say(f"wrote {options.out}")
    elif options.form is Format.TEXT:
        from hamodel.cli.report_text import print_assessment

        show(lambda console: print_assessment(assessment, console, verbose=options.verbose))
    else:
        emit(report(assessment, options.form, verbose=options.verbose))


def save_traces(assessment: Assessment, folder: Path) -> None:
    """Save the run of each refuted or witnessed row as JSON that `hamodel trace` replays."""
    make_folder(folder)
    for row in assessment.rows:
        trace = row.run if row.verdict is None else row.verdict.trace
        if trace is not None and row.status in (Status.REFUTED, Status.WITNESSED):
            path = folder / f"{row.name.replace(' ', '-')}.json"
            write_file(path, saved(trace, assessment))
            say(f"wrote {path}")


def saved(trace: Trace, assessment: Assessment) -> str:
    """Return a trace's JSON, with enough about the deployment to replay it."""
    subject = assessment.subject
    return dump_trace(trace, subject.where, subject.changes, subject.rule_files)
