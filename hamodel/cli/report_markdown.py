"""The report as Markdown, for a page or a merge request."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel.cli.assess import Assessment, Row
from hamodel.cli.report_text import NOT_COMPARED, beyond_in_words, notes_in_words, totals
from hamodel.cli.story import Step, Story, facts, stories
from hamodel.cli.words import plural, spoken
from hamodel.guide import Status


def markdown_report(assessment: Assessment, *, verbose: bool = False) -> str:
    """Return the report as Markdown text."""
    return "\n".join(_lines(assessment, verbose)) + "\n"


def _lines(assessment: Assessment, verbose: bool) -> Iterator[str]:
    subject = assessment.subject
    yield f"# {escaped(subject.name)}"
    yield ""
    yield f"What is proved is proved for {escaped(subject.scope)}; never for more."
    yield ""
    for change in subject.changes:
        yield f"- with `{change}`"
    for file in subject.rule_files:
        yield f"- with the rules of `{file}`"
    if assessment.budget:
        yield f"- every property judged under: {escaped(assessment.budget)}"
    yield ""
    yield "| claim | strength | verdict | states | why | beyond |"
    yield "|---|---|---|---:|---|---|"
    for row in assessment.rows:
        yield f"| {' | '.join(map(escaped, _cells(row, assessment)))} |"
    for story in (*facts(assessment), *stories(assessment, verbose=verbose)):
        yield from _story(story)
    yield ""
    yield from _foot(assessment, verbose)


def _foot(assessment: Assessment, verbose: bool) -> Iterator[str]:
    subject = assessment.subject
    for claim, reason in subject.accept.items():
        if claim in assessment.claims:
            status = assessment.claims[claim].value
            yield f"Accepted: {claim} ({status}): {escaped(reason)}"
            yield ""
    for note in notes_in_words(subject.notes, verbose=verbose):
        yield f"Note: {escaped(note)}"
        yield ""
    if assessment.differences is not None:
        yield f"{plural(len(assessment.differences), 'difference')} from the manifest."
        yield ""
        yield from (f"- {escaped(difference)}" for difference in assessment.differences)
    if assessment.not_compared:
        yield f"{NOT_COMPARED}: {', '.join(assessment.not_compared)}."
        yield ""
    yield str(totals(assessment))


def _cells(row: Row, assessment: Assessment) -> Iterator[str]:
    yield row.source.id
    yield row.source.strength or "–"
    yield row.status.value
    yield f"{row.verdict.distinct_states:,}" if row.verdict is not None else "–"
    accepted = " (accepted)" if row.accepted and row.status is Status.REFUTED else ""
    yield (f"{spoken(row.prop.name)}: " if row.prop else "") + row.why + accepted
    yield beyond_in_words(row, assessment)


def _story(story: Story) -> Iterator[str]:
    yield ""
    yield f"## {escaped(story.title)}"
    yield ""
    yield from (f"{escaped(line)}  " for line in story.head)
    yield ""
    for step in story.steps:
        yield from _step(step, brief=story.brief)
    yield ""
    yield from (f"*{escaped(line)}.*  " for line in story.end)


def _step(step: Step, *, brief: bool) -> Iterator[str]:
    before = f"**{step.before}** " if step.before else ""
    yield f"{step.number}. {before}{escaped(step.said)}"
    if not brief:
        yield from (f"   - » {escaped(message)}" for message in step.messages)
        yield from (f"   - {escaped(change)}" for change in step.changes)


def escaped(text: str) -> str:
    """Return text in which nothing is Markdown's."""
    for char in "\\`*_|<[":
        text = text.replace(char, f"\\{char}")
    return text.replace("\n", " ")
