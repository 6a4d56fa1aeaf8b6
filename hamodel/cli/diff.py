"""`hamodel check --rules NAME --diff`: what rule files change about a deployment's verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hamodel.cli.assess import BINDING, Assessment, Row, assess, planned
from hamodel.cli.options import Budgets, CheckOptions, Format, refuse_checkpoints
from hamodel.cli.output import say, show
from hamodel.cli.progress import watching
from hamodel.cli.report_text import STYLES, joining_in_words, print_story
from hamodel.cli.story import stories
from hamodel.cli.subject import Subject, chosen, read_subject
from hamodel.cli.words import plural, spoken
from hamodel.errors import InputError
from hamodel.guide import Promise, Status


@dataclass(frozen=True, slots=True)
class Change:
    """A row with the rules, and its status without them; None where there was no such row."""

    row: Row
    before: Status | None

    @property
    def changed(self) -> bool:
        """Whether the rules make a difference."""
        return self.before is not self.row.status

    @property
    def fails(self) -> bool:
        """Whether a promise that binds is refuted, and without the rules was not."""
        refuted = self.row.status is Status.REFUTED and self.row.source.strength in BINDING
        return self.changed and refuted


def run(options: CheckOptions) -> int:
    """Check a deployment without and with the rules, tell what changed; return the exit status."""
    _check(options)
    before = _assessed(options, without_rules=True)
    after = _assessed(options, without_rules=False)
    changes = compared(before, after)
    if options.traces is not None:
        from hamodel.cli.check import save_traces

        changed = tuple(change.row for change in changes if change.changed)
        save_traces(replace(after, rows=changed), options.traces)
    show(lambda console: _print(changes, after, console, verbose=options.verbose))
    if before.interrupted or after.interrupted:
        return 130
    if any(change.fails for change in changes):
        return 1
    unknown = (Status.UNDETERMINED in (change.before, change.row.status) for change in changes)
    return 3 if any(unknown) else 0


def _check(options: CheckOptions) -> None:
    if not options.rule_files:
        raise InputError("HA082", "--diff compares with and without rules; name some: --rules NAME")
    if options.expect or options.out is not None or options.form is not Format.TEXT:
        raise InputError(
            "HA082", "--diff is told as text on stdout; leave out --expect, --format and --out"
        )
    refuse_checkpoints(options, "--diff")


def _assessed(options: CheckOptions, *, without_rules: bool) -> Assessment:
    subject = read_subject(
        options.deployment, options.changes, options.rule_files, without_rules=without_rules
    )
    promises = tuple(map(_within, chosen(subject, options.claims)))
    for warning in () if without_rules else subject.warnings:
        say(f"warning: {warning}")
    say(f"{'without' if without_rules else 'with'} the rules:")
    budgets = _suited(options.budgets, subject) if without_rules else options.budgets
    searches = planned(subject.system, promises, budgets, among=subject.promises)
    with watching(searches, jobs=options.jobs, verbose=options.verbose) as watch:
        return assess(
            subject,
            promises,
            budgets=budgets,
            searches=searches,
            limits=options.limits,
            processes=options.jobs,
            watch=watch,
        )


def _suited(budgets: Budgets, subject: Subject) -> Budgets:
    """Return the budgets of `--faults` without the classes that only the rules have."""
    if budgets.faults is None:
        return budgets
    return replace(budgets, faults=budgets.faults.suited(subject.system.fault_classes))


def _within(promise: Promise) -> Promise:
    """Return a promise without what lies beyond its assumptions, which is not compared."""
    return replace(
        promise, properties=tuple(replace(prop, beyond=None) for prop in promise.properties)
    )


def compared(before: Assessment, after: Assessment) -> tuple[Change, ...]:
    """Return each row with the rules beside its status without them."""
    known = {row.name: row.status for row in before.rows}
    return tuple(Change(row, known.get(row.name)) for row in after.rows)


def _print(
    changes: Sequence[Change], after: Assessment, console: Console, *, verbose: bool
) -> None:
    changed = [change for change in changes if change.changed]
    for line in _head(after, changes, changed):
        console.print(line)
    if changed:
        console.print()
        console.print(_table(changed))
    worth = [change.row for change in changed if change.row.status is not Status.PROVED]
    for story in stories(replace(after, rows=tuple(worth)), verbose=verbose):
        console.print()
        print_story(story, console)


def _head(
    after: Assessment, changes: Sequence[Change], changed: Sequence[Change]
) -> Iterator[Text | Padding]:
    subject = after.subject
    files = ", ".join(subject.rule_files)
    yield Text.assemble((subject.name, "bold"), f", without and with the rules of {files}")
    for change in subject.changes:
        yield Padding(Text(f"with {change}"), (0, 0, 0, 2))
    judged = [f"every property judged under: {after.budget}"] if after.budget else []
    for line in judged or joining_in_words(subject):
        yield Padding(Text(line), (0, 0, 0, 2))
    if changed:
        rows = f"{len(changed)} of {plural(len(changes), 'row')}"
        yield Text(f"The rules change {rows}:")
    else:
        yield Text(f"The rules change none of {plural(len(changes), 'row')}.")


def _table(changed: Sequence[Change]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for name in ("claim", "before", "", "after"):
        table.add_column(name, no_wrap=True)
    table.add_column("why", overflow="fold")
    for change in changed:
        row, before = change.row, change.before
        why = f"{spoken(row.prop.name)}: {row.why}" if row.prop else row.why
        table.add_row(
            Text(row.source.id, style="bold"),
            Text(before.value, style=STYLES.get(before, "dim")) if before else "–",
            "→",
            Text(row.status.value, style=STYLES.get(row.status, "dim")),
            why,
        )
    return table
