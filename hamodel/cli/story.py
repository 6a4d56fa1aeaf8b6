"""Stories: a trace as numbered steps, told in a terminal, in Markdown or in a picture alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from hamodel.cli.assess import Assessment, Row
from hamodel.cli.words import allowed, spoken
from hamodel.errors import seconds
from hamodel.expr import variables_of
from hamodel.guide import Status
from hamodel.property import Modality, Property
from hamodel.rule import Kind
from hamodel.system import System
from hamodel.trace import Trace, TraceStep
from hamodel.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """
    A step with its number and what stands before it, if it begins a loop or a fork.

    In time also `at`, when it happens, in words; else empty.
    """

    number: int
    rule: str
    kind: Kind | None
    changes: tuple[str, ...]
    messages: tuple[str, ...]
    before: str = ""
    at: str = ""

    @property
    def said(self) -> str:
        """Its rule, and in time when it happens."""
        return f"{self.at}: {self.rule}" if self.at else self.rule


@dataclass(frozen=True, slots=True)
class Story:
    """
    A run, ready to be told.

    Parameters
    ----------
    title
        In one line.
    steps
        In order.
    head, end
        What is to be said before the first step and after the last.
    row
        What it shows; None for a saved trace.
    brief
        Whether the changes and messages are left out.
    shortened
        Whether changes of some variables are left out.
    """

    title: str
    steps: tuple[Step, ...]
    head: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    row: Row | None = None
    brief: bool = False
    shortened: bool = False


def told(
    trace: Trace,
    kinds: Mapping[str, Kind],
    title: str,
    name: str = "",
    only: Collection[str] | None = None,
) -> Story:
    """
    Return the story of a trace; its note says the property of that name in words.

    With `only`, no other variable's changes are told.
    """
    whole = sum(len(step.changes) for step in trace.steps)
    if only is not None:
        trace = _with_changes_of(trace, only)
    shortened = whole > sum(len(step.changes) for step in trace.steps)
    steps = tuple(
        _step(number, step, trace, kinds) for number, step in enumerate(trace.steps, start=1)
    )
    end = (line.replace(name, spoken(name)) if name else line for line in trace.end)
    return Story(title, steps, end=tuple(end), shortened=shortened)


def _with_changes_of(trace: Trace, variables: Collection[str]) -> Trace:
    """Return a trace that tells no changes but those of these variables."""
    steps = (
        replace(step, changes=tuple(each for each in step.changes if each.var in variables))
        for step in trace.steps
    )
    return replace(trace, steps=tuple(steps))


def mattering(prop: Property, system: System) -> frozenset[str]:
    """
    Return the variables whose changes a reader of a refutation wants to see.

    They are the main states of all components, and what the property reads; where observers are
    to tell, what they hear says it.
    """
    main = main_states(system)
    if prop.modality is Modality.TRANSPARENT:
        return main
    read = {var.name for case in prop.cases for guard in case for var in variables_of(guard)}
    return main | read


def main_states(system: System) -> frozenset[str]:
    """Return the variables that are the main state of a component."""
    return frozenset(part.main.name for part in system.components if part.main is not None)


def facts(assessment: Assessment) -> Iterator[Story]:
    """Yield, for each row that facts about the model decide, all of them."""
    for row in assessment.rows:
        if row.facts:
            title = f"{row.source.id} {row.status.value}: by what is true of the model"
            head = (f"{'true' if holds else 'NOT TRUE'}: {said}" for said, holds in row.facts)
            yield Story(title, (), tuple(head), row=row)


def _step(number: int, step: TraceStep, trace: Trace, kinds: Mapping[str, Kind]) -> Step:
    changes = tuple(map(str, step.changes))
    before = trace.before(number - 1)
    at = "" if step.at is None else seconds(step.at)
    return Step(number, step.rule, kinds.get(step.rule), changes, step.messages, before, at)


def stories(assessment: Assessment, *, verbose: bool = False) -> Iterator[Story]:
    """
    Yield the story of each refuted or witnessed row; with `verbose` also of each premise.

    Without `verbose` the changes that are told are those of what is `mattering`.
    """
    system = assessment.subject.system
    for row in assessment.rows:
        if row.run is not None:
            yield _in_time(row, row.run, assessment, verbose=verbose)
        if row.verdict is None or row.prop is None:
            continue
        trace, witness = row.verdict.trace, row.verdict.premise_witness
        name = row.prop.name
        title = f"{row.source.id} {row.status.value}: {spoken(name)}"
        if row.status in (Status.REFUTED, Status.WITNESSED) and trace is not None:
            only = None if verbose else mattering(row.prop, system)
            story = told(trace, assessment.kinds, title, name, only)
            yield _of_row(story, row, row.verdict, brief=bool(row.accepted) and not verbose)
        elif verbose and witness is not None:
            story = told(witness, assessment.kinds, title, name)
            yield _of_row(story, row, row.verdict, brief=True)
        if verbose and row.beyond is not None and row.beyond.trace is not None:
            title = f"{row.source.id} {row.beyond.kind.value} beyond: {spoken(name)}"
            story = told(row.beyond.trace, assessment.kinds, title, name)
            yield _of_row(story, row, row.beyond, brief=False)


def _in_time(row: Row, run: Trace, assessment: Assessment, *, verbose: bool) -> Story:
    """Return the story of a row that the timers decide."""
    only = None if verbose else main_states(assessment.subject.system)
    story = told(run, assessment.kinds, f"{row.source.id} {row.status.value}: in time", only=only)
    brief = bool(row.accepted) and not verbose
    head = tuple(_head(row, row.assumptions, brief=brief))
    return replace(story, head=head, row=row, brief=brief)


def _head(row: Row, lines: Iterable[str], *, brief: bool) -> Iterator[str]:
    """Yield what is to be known before a story begins: these lines, and what is accepted."""
    yield from lines
    if row.status in (Status.REFUTED, Status.WITNESSED):
        if row.accepted:
            yield f"accepted: {row.accepted}"
        if brief:
            yield "shortened; -v tells all of it"


def _of_row(story: Story, row: Row, verdict: Verdict, *, brief: bool) -> Story:
    """Return the story of a row's verdict, with what is to be known before it begins."""
    assert row.prop is not None
    lines = [row.prop.why] if row.prop.why else []
    lines.append(f"at most {allowed(verdict.budget)}")
    return replace(story, head=tuple(_head(row, lines, brief=brief)), row=row, brief=brief)
