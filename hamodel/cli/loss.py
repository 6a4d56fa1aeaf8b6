"""`hamodel loss`: how long a call can lose something, and what the time goes by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hamodel.budget import Budget
from hamodel.cli.losses import Loss, Measure, endless, stopped, with_total, worst_loss
from hamodel.cli.options import DEFAULT_LIMITS, Budgets, Format
from hamodel.cli.output import emit, say, show, table_width
from hamodel.cli.phases import told_at
from hamodel.cli.subject import load_deployment, system_of
from hamodel.cli.timelines import as_json as time_line_as_json
from hamodel.cli.timelines import check_picture, intervals, marks_of, picture, write_picture
from hamodel.cli.words import allowed
from hamodel.engine.limits import Limits
from hamodel.engine.packed.layout import TooWideError
from hamodel.engine.timed.search import Wait
from hamodel.engine.timed.totals import Totals
from hamodel.errors import InputError, seconds
from hamodel.guide import Parts, build_parts
from hamodel.guide.deployment import Deployment
from hamodel.guide.loss import Lost, lost_named, with_causes
from hamodel.system import System

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class LossOptions:
    """What `hamodel loss` was asked for, an option each."""

    deployment: str = "reference"
    what: tuple[str, ...] = ("unrecorded",)
    budgets: Budgets = field(default_factory=Budgets)
    changes: tuple[str, ...] = ()
    rule_files: tuple[Path, ...] = ()
    form: Format = Format.TEXT
    limits: Limits = DEFAULT_LIMITS
    verbose: bool = False
    draw: Path | None = None
    advice: bool = False
    total: bool = False

    @property
    def settings(self) -> tuple[str, ...]:
        """What is changed of the deployment, in words."""
        return settings_said(self.changes, self.rule_files)


def settings_said(changes: Sequence[str], rule_files: Sequence[Path]) -> tuple[str, ...]:
    """Return what is changed of a deployment, and whose rules it has too, in words."""
    return (*changes, *(f"the rules of {file}" for file in rule_files))


def run_loss(options: LossOptions, window: str, sweep: str, curve: Path | None) -> int:
    """
    Do what `hamodel loss` was asked for: measure, or find windows, or sweep.

    Raises
    ------
    HamodelError
        HA082 for options that do not go together, and what each of them raises.
    """
    wanted = {"--window": window, "--sweep": sweep, "--advice": options.advice}
    given = [name for name, value in wanted.items() if value]
    if len(given) > 1:
        raise InputError("HA082", f"{' and '.join(given)} do not go together; give one of them")
    if curve is not None and not sweep:
        raise InputError("HA082", "--curve draws what --sweep finds; give that too")
    if options.draw is not None and (window or sweep):
        raise InputError("HA082", "--draw draws one worst run; leave out --window and --sweep")
    if options.total and (window or sweep):
        raise InputError("HA082", "--total is of each loss; leave out --window and --sweep")
    if window:
        from hamodel.cli.windows import run as run_window

        return run_window(options, window)
    if sweep:
        from hamodel.cli.sweep import run as run_sweep

        return run_sweep(options, sweep, curve)
    return run(options)


def run(options: LossOptions) -> int:
    """
    Measure, print what was found, and return the exit status: 3 if a search was cut short.

    Raises
    ------
    HamodelError
        HA074 and HA084 for a picture that cannot be drawn, and what `losses` raises.
    """
    if options.draw is not None:
        check_picture(options.draw)
    found = losses(options)
    if options.total:
        found = tuple(
            each if each.waits.cut else with_total(each, options.limits) for each in found
        )
    advice = None
    if options.advice:
        from hamodel.cli.advice import advised

        advice = advised(options, found)
    if options.draw is not None:
        _draw(options, found, options.draw)
    if options.form is Format.JSON:
        told = as_json(options, found) | ({} if advice is None else {"advice": advice.as_json()})
        emit(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    else:
        show(lambda console: _print(options, found, console))
        if advice is not None:
            its = advice
            show(lambda console: its.print(console, verbose=options.verbose))
    cut = (each.waits.cut or (each.total and each.total.cut) for each in found)
    return 3 if any(cut) else 0


def losses(
    options: LossOptions,
    measure: Measure = worst_loss,
    tell: Callable[[str], None] = say,
) -> tuple[Loss, ...]:
    """
    Return every loss that is asked for: each kind within each budget, of the first call.

    Calls are alike, so what one can lose each of them can.

    Parameters
    ----------
    measure
        What measures one: `worst_loss`, or what knows what was measured before.
    tell
        What says how each came out.

    Raises
    ------
    HamodelError
        HA082 for something that cannot be lost here, or a scope that is too large; and whatever is
        wrong with the deployment.
    """
    asked = asked_for(options)
    for warning in asked.warnings:
        tell(f"warning: {warning}")
    found = []
    for lost in asked.losts:
        for budget in losses_budgets(options.budgets, asked.system.fault_classes):
            with too_wide(options.deployment):
                loss = measure(asked.system, lost, asked.call, budget, options.limits)
            found.append(replace(loss, parts=asked.parts))
            tell(f"{lost.name}, {allowed(budget)}: {at_most(found[-1])}")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What is measured: the model with causes, the losses, of which call, and of what parts.

    And what can have no effect on it, a warning each.
    """

    system: System
    losts: tuple[Lost, ...]
    call: str
    parts: Parts
    warnings: tuple[str, ...] = ()


def asked_for(options: LossOptions) -> Asked:
    """
    Return what is to be measured.

    Raises
    ------
    HamodelError
        HA082 for something that cannot be lost here, or a format that this report does not have;
        and whatever is wrong with the deployment.
    """
    if options.form not in {Format.TEXT, Format.JSON}:
        raise InputError("HA082", f"--format is {options.form.value}; it can be text, json")
    deployment = load_deployment(options.deployment, options.changes)
    parts = build_parts(deployment)
    system = with_causes(parts, system_of(deployment, options.rule_files))
    call = next(iter(parts.calls))
    measured = tuple(lost_named(name, parts, call) for name in dict.fromkeys(options.what))
    return Asked(system, measured, call, parts, tuple(warned(deployment, options.budgets)))


def warned(deployment: Deployment, budgets: Budgets) -> Iterator[str]:
    """Yield a warning for what is set in a deployment and has no effect on what can be lost."""
    yield from map(str, deployment.warnings)
    given = budgets.faults or budgets
    if deployment.media_server.restart is not None and given.repairs == 0:
        yield "media_server.restart: can affect nothing here: no repair is allowed; add --repairs 1"


@contextmanager
def too_wide(deployment: str) -> Iterator[None]:
    """Make a scope that is too large an error of the user's, HA082."""
    try:
        yield
    except TooWideError as error:
        why = f"{error}; take less into [scope], such as --set scope.calls=1"
        raise InputError("HA082", f"{deployment}: {why}") from None


def losses_budgets(given: Budgets, classes: Iterable[str]) -> list[Budget]:
    """Return what is asked for; by default one fault of each class, with the repairs asked for."""
    if given.faults is not None:
        return [given.faults]
    repairs = given.repairs if given.only_repairs else 0
    return [Budget({each: 1}, repairs) for each in sorted(classes)]


def at_most(loss: Loss) -> str:
    """Return how much is lost at worst, in words."""
    worst = loss.worst
    if loss.waits.cut:
        known = f", at least {seconds(worst.ms)}" if worst and worst.ms is not None else ""
        return f"UNDETERMINED{known}"
    if worst is None:
        return "nothing"
    return "without end" if worst.ms is None else seconds(worst.ms)


def in_all(loss: Loss) -> str:
    """Return how much is lost at most in all of a run, in words."""
    total = loss.total
    if total is None or total.cut:
        return "UNDETERMINED"
    if total.worst is None:
        return "nothing"
    return "without end" if total.worst.ms is None else seconds(total.worst.ms)


def how(loss: Loss) -> str:
    """Return what the time of the worst run goes by, in words; or what makes it endless."""
    parts = [f"{phase} {seconds(ms)}" for phase, ms in loss.by_phase.items()]
    if loss.worst is not None and (why := endless(loss.worst)):
        parts.append(f"then {why}" if parts else why)
    return ", ".join(parts)


def as_json(options: LossOptions, found: Sequence[Loss]) -> dict[str, Any]:
    """Return all that was found as JSON: times in whole ms, null for without end."""
    return {
        "schema": SCHEMA,
        "deployment": options.deployment,
        "changes": list(options.changes),
        "rules": [str(each) for each in options.rule_files],
        "losses": [
            {
                "what": each.lost.name,
                "call": each.call,
                "budget": allowed(each.budget),
                "worst": None if each.worst is None else wait_as_json(each.worst),
                "best": None if each.waits.best is None else wait_as_json(each.waits.best),
                "phases_ms": dict(each.by_phase),
                "total": None if each.total is None else _total_as_json(each.total),
                "time_line": time_line_as_json(intervals(each)),
                "cut": None if each.waits.cut is None else each.waits.cut.value,
                "states": each.waits.states,
                "classes": each.waits.classes,
                "zeno": [list(loop.rules) for loop in each.waits.zeno],
            }
            for each in found
        ],
    }


def _total_as_json(total: Totals) -> dict[str, Any]:
    """Return a total as JSON; its waits by how many steps of the run are before each end."""
    worst = total.worst
    return {
        "ms": None if worst is None else worst.ms,
        "met": worst is not None,
        "cut": None if total.cut is None else total.cut.value,
        "waits": [] if worst is None else [list(ends) for ends in worst.waits],
        "run": [] if worst is None else [{"ms": s.at, "rule": s.rule} for s in worst.run],
    }


def wait_as_json(wait: Wait) -> dict[str, Any]:
    """Return a wait as JSON: times in whole ms, null for without end."""
    return {
        "ms": wait.ms,
        "why": wait.why,
        "begins": wait.begins,
        "again": wait.again,
        "run": [{"ms": step.at, "rule": step.rule} for step in wait.run],
    }


def _draw(options: LossOptions, found: Sequence[Loss], file: Path) -> None:
    """Draw the time line of the story that is told; where nothing is lost there is none."""
    told = story_of(found)
    if not told:
        say(f"nothing is lost, so there is no time line: {file} is not written")
        return
    [loss] = told
    title = f"{loss.lost.name} within {allowed(loss.budget)}: {at_most(loss)}"
    caption = ", ".join((options.deployment, *options.settings))
    write_picture(picture(intervals(loss), marks_of(loss), title, caption=(caption,)), file)
    say(f"wrote {file}")


def _print(options: LossOptions, found: Sequence[Loss], console: Console) -> None:
    console.print(Text(options.deployment, "bold"))
    for change in options.settings:
        console.print(Text(f"  with {change}"))
    for text in dict.fromkeys(f"{each.lost.name}: {each.lost.text}" for each in found):
        console.print(Text(f"  {text}"))
    console.print()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for name in ("lost", "within", "at most"):
        table.add_column(name, no_wrap=name == "at most")
    if options.total:
        table.add_column("in all of a run", no_wrap=True)
    table.add_column("which goes by, in the worst run")
    for each in found:
        total = (in_all(each),) if options.total else ()
        why = stopped(each, options.limits) if each.waits.cut else how(each)
        table.add_row(each.lost.name, allowed(each.budget), at_most(each), *total, why)
    console.print(table, width=table_width(console))
    for text in dict.fromkeys(str(loop) for each in found for loop in each.waits.zeno):
        console.print(Text(f"{text}.", "bold"))
        console.print(Text("The figures are of every run in which time goes on, and of no other."))
    told = found if options.verbose else story_of(found)
    endless_too = [each for each in found if each.worst is not None and each.worst.ms is None]
    if endless_too and not any(each in endless_too for each in told):
        console.print()
        console.print(Text("Told is the longest that ends; -v tells all, those without end too."))
    for each in told:
        if each.worst is not None:
            console.print()
            print_story(each, each.worst, console)


def story_of(found: Sequence[Loss]) -> list[Loss]:
    """Return the largest loss that ends, or else the first; that is the story that is told."""
    ending = [each for each in found if each.worst is not None and each.worst.ms]
    largest = max(ending, key=lambda each: (each.worst and each.worst.ms) or 0, default=None)
    return [largest] if largest else [each for each in found if each.worst is not None][:1]


def print_story(loss: Loss, wait: Wait, console: Console) -> None:
    """Print a run with when each step happens; 0 is when the loss begins."""
    began = wait.run[wait.begins - 1].at if wait.begins else 0
    title = f"{loss.lost.name} within {allowed(loss.budget)}: {at_most(loss)}"
    console.print(Text(title, "bold"))
    phases = told_at(loss.system, wait)
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_edge=False, show_header=False)
    table.add_column(justify="right", no_wrap=True)
    for _ in range(2):
        table.add_column()
    shown = 3
    first = max(0, wait.begins - shown)
    if first:
        table.add_row("", Text(f"({first} steps before)", "dim"), "")
    for place in range(first, len(wait.run)):
        step, (phase, ms) = wait.run[place], phases.get(place, ("", 0))
        by = f"{phase} {seconds(ms)}" if ms else ""
        begins = " ← it begins" if place == wait.begins - 1 else ""
        table.add_row(seconds(step.at - began), f"{step.rule}{begins}", Text(by, "dim"))
    if why := endless(wait):
        table.add_row("", Text(why, "bold"), "")
    console.print(table, width=table_width(console))
