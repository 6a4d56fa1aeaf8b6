"""The report for people: a table, the stories, what it covers, totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hamodel.cli.assess import Assessment, Row
from hamodel.cli.output import table_width
from hamodel.cli.story import Step, Story, facts, stories
from hamodel.cli.subject import Subject
from hamodel.cli.words import allowed, plural, spoken
from hamodel.errors import among
from hamodel.guide import Status
from hamodel.guide.deployment import Note
from hamodel.rule import Kind

STYLES = {
    Status.PROVED: "green",
    Status.REFUTED: "bold red",
    Status.UNDETERMINED: "yellow",
    Status.WITNESSED: "cyan",
}
KIND_STYLES = {Kind.FAILURE: "red", Kind.REPAIR: "green", Kind.ENVIRONMENT: "blue"}
NOT_COMPARED = "Not compared, as the manifest's scenario does not have them"
LESS = (
    "one claim (--claim RM-3), a small scope (--set scope.media_servers=1 --set scope.recorders=1),"
    " calls without pause (--set recording.pausable=false)"
)
"""What makes a search smaller, as it can be typed."""
NARROW = 110
"""Below this width what lies beyond stands under the why, not in a column of its own."""


def print_assessment(assessment: Assessment, console: Console, *, verbose: bool = False) -> None:
    """Print the whole report."""
    console.print(_head(assessment))
    console.print()
    width = table_width(console)
    console.print(_table(assessment, width), width=width)
    for story in (*(facts(assessment) if verbose else ()), *stories(assessment, verbose=verbose)):
        console.print()
        print_story(story, console)
    console.print()
    for line in _foot(assessment, verbose):
        console.print(line)


def _head(assessment: Assessment) -> Text:
    subject = assessment.subject
    head = Text.assemble((subject.name, "bold"), ", against ", subject.sources.title)
    for change in subject.changes:
        head.append(f"\n  with {change}")
    for file in subject.rule_files:
        head.append(f"\n  with the rules of {file}")
    if assessment.budget:
        head.append(f"\n  every property judged under: {assessment.budget}")
    else:
        for line in joining_in_words(subject):
            head.append(f"\n  {line}")
    return head


def joining_in_words(subject: Subject) -> Iterator[str]:
    """Yield what each rule file adds to the promises' own budgets, in words."""
    for name, faults in subject.joining.items():
        if faults:
            also = ", ".join(f"{pattern}={limit}" for pattern, limit in faults.items())
            yield f"for {name} every property's own budget also allows: {also}"


def _table(assessment: Assessment, width: int) -> Table:
    narrow = width < NARROW
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for name in ("claim", "strength", "verdict"):
        table.add_column(name, no_wrap=True)
    table.add_column("states", justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    if not narrow:
        table.add_column("beyond", overflow="fold", max_width=max(28, width // 4))
    before: Row | None = None
    for row in assessment.rows:
        if before is not None and before.source.heading != row.source.heading:
            table.add_row("")
        repeated = before is not None and before.source.id == row.source.id
        beyond = beyond_in_words(row, assessment)
        table.add_row(*_cells(row, beyond, repeated=repeated, narrow=narrow))
        before = row
    return table


def _cells(row: Row, beyond: str, *, repeated: bool, narrow: bool) -> Iterator[Text | str]:
    yield "" if repeated else Text(row.source.id, style="bold")
    yield "" if repeated else row.source.strength or "–"
    yield Text(row.status.value, style=STYLES.get(row.status, "dim"))
    searched = row.verdict is not None and row.verdict.distinct_states > 0
    yield f"{row.verdict.distinct_states:,}" if row.verdict is not None and searched else "–"
    why = Text(f"{spoken(row.prop.name)}: " if row.prop else "")
    why.append(row.why, style="dim" if row.prop else "")
    if row.accepted and row.status is Status.REFUTED:
        why.append(" (accepted)", style="yellow")
    if narrow and beyond:
        why.append(f"\nbeyond: {beyond}", style="dim")
    yield why
    if not narrow:
        yield Text(beyond, style="dim")


def beyond_in_words(row: Row, assessment: Assessment) -> str:
    """Return what happens beyond a row's assumptions: `REFUTED with hang=1 (by b hangs)`."""
    if row.beyond is None:
        return ""
    rules = row.beyond.trace.rules if row.beyond.trace is not None else ()
    failures = [rule for rule in rules if assessment.kinds.get(rule) is Kind.FAILURE]
    by = f" (by {failures[0]})" if failures else ""
    return f"{row.beyond.kind.value} with {allowed(row.beyond.budget)}{by}"


def print_story(story: Story, console: Console) -> None:
    """Print a story's steps, with what each changes and what is heard."""
    style = STYLES.get(story.row.status, "") if story.row is not None else ""
    console.print(Text(story.title, style=style or "bold"))
    for line in story.head:
        console.print(Padding(Text(line, style="dim"), (0, 0, 0, 2)))
    for step in story.steps:
        _print_step(step, console, brief=story.brief)
    for line in story.end:
        console.print(Padding(Text(f"⇒ {line}."), (0, 0, 0, 2)))


def _print_step(step: Step, console: Console, *, brief: bool) -> None:
    if step.before:
        console.print(Padding(Text(f"— {step.before}", style="bold"), (0, 0, 0, 2)))
    kind = "" if step.kind in (None, Kind.PROTOCOL) else f"  ({step.kind.value})"
    style = KIND_STYLES.get(step.kind, "") if step.kind is not None else ""
    line = Text.assemble(f"{step.number:3}. ", (f"{step.said}{kind}", style))
    console.print(Padding(line, (0, 0, 0, 2)))
    if brief:
        return
    for message in step.messages:
        console.print(Padding(Text(f"» {message}"), (0, 0, 0, 9)))
    for change in step.changes:
        console.print(Padding(Text(change, style="dim"), (0, 0, 0, 9)))


def _foot(assessment: Assessment, verbose: bool) -> Iterator[Text]:
    subject = assessment.subject
    yield Text(f"Scope: what is proved is proved for {subject.scope}; never for more.")
    statuses = assessment.claims
    for claim, reason in subject.accept.items():
        if claim in statuses:
            yield Text(f"Accepted: {claim} ({statuses[claim].value}): {reason}")
    if not verbose and any(story.shortened for story in stories(assessment)):
        yield Text("Told of each step: main states, and what the promise reads; -v tells all.")
    for note in notes_in_words(subject.notes, verbose=verbose):
        yield Text(f"Note: {note}")
    if assessment.differences is not None:
        yield from _differences(assessment.differences)
    if assessment.not_compared:
        yield Text(f"{NOT_COMPARED}: {', '.join(assessment.not_compared)}.")
    if assessment.interrupted:
        yield Text("Interrupted: what was not judged by then is UNDETERMINED.", style="yellow")
        yield Text(f"Less to search: {LESS}.")
    yield totals(assessment)


def _differences(differences: tuple[str, ...]) -> Iterator[Text]:
    if not differences:
        yield Text("As the manifest expects.", style="green")
        return
    yield Text(f"{plural(len(differences), 'difference')} from the manifest:", style="bold red")
    for difference in differences:
        yield Text(f"  {difference}")


def notes_in_words(notes: Sequence[Note], *, verbose: bool) -> Iterator[str]:
    """Yield the notes on a deployment's file; unless `verbose`, one for all that say the same."""
    if verbose:
        yield from map(str, notes)
        return
    keys: dict[str, list[str]] = {}
    for note in notes:
        keys.setdefault(note.text, []).append(note.key)
    yield from (f"{among(its, 40)}: {text}" for text, its in keys.items())


def totals(assessment: Assessment) -> Text:
    """Return how many claims have each status, in one line."""
    line = Text(f"{plural(len(assessment.claims), 'claim')}: ")
    for place, (status, number) in enumerate(assessment.totals.items()):
        line.append(", " if place else "")
        line.append(f"{number} {status.value}", style=STYLES.get(status, ""))
    accepted = {row.source.id for row in assessment.rows if row.accepted}
    refuted = [c for c, s in assessment.claims.items() if s is Status.REFUTED and c in accepted]
    if refuted:
        line.append(f" ({len(refuted)} of them accepted)")
    return line
