"""`hamodel trial`: the formula of MS-5 beside what is lost, in a deployment with its timers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hamodel.budget import Budget
from hamodel.cli.loss import settings_said, too_wide
from hamodel.cli.options import Budgets, Format
from hamodel.cli.output import emit, say, show, table_width
from hamodel.cli.subject import Subject, read_subject
from hamodel.cli.trial import SCHEMA, Court, Outcome, at_most, budget_of, court_of, failing, tried
from hamodel.cli.words import allowed
from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.errors import InputError, seconds
from hamodel.guide.trial import ORDEALS


@dataclass(frozen=True, slots=True)
class TrialOptions:
    """What `hamodel trial` was asked for, an option each."""

    deployment: str = "reference"
    budgets: Budgets = field(default_factory=Budgets)
    changes: tuple[str, ...] = ()
    rule_files: tuple[Path, ...] = ()
    form: Format = Format.TEXT
    limits: Limits = NO_LIMITS


def run(options: TrialOptions) -> int:
    """
    Try the formula, print what was found, and return the exit status: 3 if a search was cut short.

    Raises
    ------
    HamodelError
        HA082 for a format that this report does not have, or a scope that is too large; HA044 for
        a class of faults that the model does not have; and whatever is wrong with the deployment.
    """
    if options.form not in {Format.TEXT, Format.JSON}:
        raise InputError("HA082", f"--format is {options.form.value}; it can be text, json")
    subject = read_subject(options.deployment, options.changes, options.rule_files)
    with too_wide(options.deployment):
        found = list(_tried(options, subject))
    why_not = next(each.not_applicable for each in subject.promises if each.claim == "MS-5")
    if options.rule_files and options.budgets.faults is None:
        say("warning: faults of the rules are not among what is tried; name them with --faults")
    if options.form is Format.JSON:
        table = {
            "schema": SCHEMA,
            "deployment": options.deployment,
            "changes": list(options.changes),
            "rules": [str(each) for each in options.rule_files],
            "not_applicable": why_not,
        }
        cases = [{**asdict(its), "bound": its.bound} for its in found]
        emit(json.dumps({**table, "cases": cases}, indent=1, ensure_ascii=False) + "\n")
    else:
        show(lambda console: _print(options, why_not, found, console))
    return 3 if any(its.cut for its in found) else 0


def _tried(options: TrialOptions, subject: Subject) -> Iterator[Outcome]:
    """Yield what becomes of the formula: within what is asked for, or in what can happen here."""
    assert subject.deployment is not None, "the trial is of a deployment"
    asked = options.budgets.faults
    for name, budget, hosts in _trials(options.budgets):
        its = court_of(subject.deployment, subject.system, hosts)
        if asked is not None:
            _check(asked, its.system.fault_classes)
        if _can_happen(budget, its):
            found = tried(its, name, budget, whole=False, limits=options.limits)
            said = found.stopped and f"UNDETERMINED: {found.stopped}"
            say(f"{name}: {said or at_most(found.outcome.lost)}")
            yield found.outcome


def _check(asked: Budget, classes: Sequence[str]) -> None:
    asked.check(classes)
    if not failing(asked, classes):
        raise InputError(
            "HA082",
            f"no Media Server fails within {allowed(asked)}, and MS-5 is about that; add one, such "
            "as media-server-crash=1",
        )


def _can_happen(budget: Budget, its: Court) -> bool:
    """Return whether all of a budget can happen: no more Media Servers can fail than there are."""
    most = {"media-server-crash": len(its.parts.media_servers) + (budget.repairs or 0)}
    enough = all(each.limit <= most.get(each.pattern, each.limit) for each in budget.allowances)
    return enough and not budget.unknown(its.system.fault_classes)


def _trials(asked: Budgets) -> Iterator[tuple[str, Budget, str]]:
    """Yield what is tried: in words, within which budget, and whose hosts are lost there."""
    if asked.faults is not None:
        yield "what is asked for", asked.faults, ""
        return
    for each in ORDEALS:
        budget = budget_of(each)
        if asked.only_repairs:
            budget = replace(budget, repairs=asked.repairs)
        yield each.name, budget, each.hosts_of


def _print(options: TrialOptions, why_not: str, found: Sequence[Outcome], console: Console) -> None:
    console.print(Text(options.deployment, "bold"))
    for change in settings_said(options.changes, options.rule_files):
        console.print(Text(f"  with {change}"))
    console.print(Text("  MS-5: what is lost is the time to detect and the time to fail over"))
    if why_not:
        console.print(Text(f"  It is NOT APPLICABLE here: {why_not}. What is lost all the same:"))
    console.print()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("what happens, within", no_wrap=True)
    judged = () if why_not else ("detect + fail over", "as a bound", "in every run")
    for name in ("lost at most", *judged, "in the worst run"):
        table.add_column(name)
    loops = list(dict.fromkeys(its.why for its in found if ": " in its.why))
    for its in found:
        within = its.within.replace("; ", ", ").replace(", ", "\n  ")
        table.add_row(
            Text.assemble(its.name, (f"\n  {within}", "dim")),
            "UNDETERMINED" if its.cut else at_most(its.lost),
            *(() if why_not else _judged(its)),
            _worst(its, loops),
        )
    console.print(table, width=table_width(console))
    console.print()
    for number, loop in enumerate(loops, start=1):
        console.print(Text(f"({number}) {loop}"))
    if why_not:
        return
    console.print(Text("in every run: all that is lost is detection and then fail-over"))
    broken = {its.breaks: its.within for its in reversed(found) if its.breaks}
    for breaks, within in reversed(broken.items()):
        steps = ", then ".join(breaks)
        console.print(Text(f"  REFUTED within {within}, as soon as this has happened: {steps}"))


def _judged(its: Outcome) -> tuple[str, str, str]:
    """Return the sum, and whether it is a bound, and what is lost in every run."""
    both = f"{at_most(its.detection)} + {at_most(its.failover)}"
    return "UNDETERMINED" if its.cut else both, its.bound, its.identity


def _worst(its: Outcome, loops: Sequence[str]) -> str:
    """Return what the worst run is made of: D, F, and what is neither; or what makes it endless."""
    if its.why in loops:
        return f"{its.why.partition(': ')[0]} ({loops.index(its.why) + 1})"
    if its.apart is None:
        return its.why or "–"
    d, f, rest = its.apart.detection, its.apart.failover, its.apart.rest
    return f"{seconds(d)} + {seconds(f)}" + (f", and {seconds(rest)}" if rest else "")
