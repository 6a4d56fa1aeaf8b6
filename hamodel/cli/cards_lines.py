"""Proof cards in a terminal: what `hamodel explain` adds to what it says of a claim."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel.cite import Source
from hamodel.cli.cards import Card, as_shipped, card, measured, settings
from hamodel.cli.cards_page import (
    UNKNOWN,
    in_time,
    order,
    steps,
    summary,
    together_said,
)
from hamodel.cli.explain_model import Entry, of_source
from hamodel.cli.options import Searching
from hamodel.cli.output import say
from hamodel.cli.subject import Subject
from hamodel.guide import Status
from hamodel.guide.cards import Measured


def of_claim(source: Source, subject: Subject, searching: Searching | None = None) -> Entry:
    """
    Return what is said of a claim or an assumption; for a claim, with its proof card.

    Parameters
    ----------
    source, subject
        The claim, and the deployment that was asked about.
    searching
        To search the breaking sets in that deployment. None: what is shipped is told.
    """
    said = of_source(source, subject)
    if source.is_assumption:
        return said
    fresh = None if searching is None else tuple(_searched(source.id, subject, searching))
    lines = [*said.lines, *_judging(source, subject), *_lines(card(source, subject, fresh))]
    if searching is not None:
        lines.append(f"Each search was cut short at {searching.limits}, whichever came first.")
    return Entry(said.title, tuple(lines))


def _searched(claim: str, subject: Subject, searching: Searching) -> Iterator[Measured]:
    for promise in subject.promises:
        if promise.claim == claim and not promise.not_applicable:
            for prop in promise.properties:
                say(f"searching the minimal breaking sets of {prop.name} …")
                yield measured(subject, claim, prop, searching.size_max, searching.limits)


def _judging(source: Source, subject: Subject) -> Iterator[str]:
    """Yield how a claim is judged that is not, or not in this deployment, by what is shipped."""
    promises = [promise for promise in subject.promises if promise.claim == source.id]
    timed = any(promise.status is Status.NEEDS_TIMERS for promise in promises)
    files = (f"--rules {file}" for file in subject.rule_files)
    asked = " ".join([subject.where, *settings(subject.changes), *files])
    if timed:
        yield "NEEDS TIMERS is what a search without time can say. By the timers:"
        yield f"  hamodel check {asked} --claim {source.id}"
        yield "    judges it for one fault, or within --faults, and tells a run that refutes it"
        yield f"  hamodel trial {' '.join([subject.where, *settings(subject.changes)])}"
        yield "    says within which faults it holds"
        yield from _as_shipped()
    elif not as_shipped(subject):
        yield "In the deployment as you ask for it:"
        yield f"  hamodel check {asked} --claim {source.id}"
        yield "    judges it; the verdict below is of a shipped deployment, with nothing changed"


def _as_shipped() -> Iterator[str]:
    """Yield what the trial found for one fault in each deployment that is shipped."""
    from hamodel.cli.trial import at_most, shipped
    from hamodel.guide.trial import CASES

    yield "  for one Media Server that dies, in a shipped deployment with nothing changed:"
    for case, its in zip(CASES, shipped()[0], strict=True):
        if case.as_shipped:
            yield (
                f"    {case.deployment}: at most {at_most(its.lost)} lost, {at_most(its.detection)}"
                f" to detect and {at_most(its.failover)} to fail over: {its.bound}; that it is"
                f" these two in every run: {its.identity}"
            )


def _lines(found: Card) -> Iterator[str]:
    yield "Verdict in a shipped deployment, as the manifest expects it:"
    for each in found.judged:
        yield f"  {each.deployment}: {UNKNOWN if each.status is None else each.status.value}"
        for row in each.rows:
            if row.property:
                states = "" if row.states is None else f", {row.states:,} distinct states"
                beyond = f"; beyond its assumptions {row.beyond}" if row.beyond else ""
                yield f"    {row.property}: {row.status}{states}{beyond}"
    if found.flips:
        yield "What flips it:"
    for flip in found.flips:
        what = f"{flip.row.property} is" if flip.row.property else "it is"
        yield f"  - {flip.scenario.name}: {what} {flip.row.status}"
        yield f"    {flip.command}"
    for one in found.measured:
        if one.premise is not None:
            yield f"The shortest run in which the premise of {one.prop} holds:"
            yield from (f"  {line}" for line in steps(one.premise) if line)
    for one in found.measured:
        yield from _breaking(one, is_witness=one.prop in found.witnesses)
    if not found.measured and found.promise is not None and found.promise.properties:
        yield "Its minimal breaking sets are not measured; --search searches them."


def _breaking(found: Measured, *, is_witness: bool) -> Iterator[str]:
    yield f"Minimal breaking sets of {found.prop}:"
    yield f"  {summary(found, is_witness=is_witness).replace('`', '')}"
    for each in found.minimal:
        yield f"  - {together_said(each.faults)}"
        if len(each.orders) > 1:
            yield f"      does the order matter? {order(each)}"
            yield f"      in the shortest run: {in_time(each.happened)}"
        yield from (f"      {line}" for line in steps(each.run) if line)
    if found.undetermined:
        sets = "; ".join(map(together_said, found.undetermined))
        yield f"  Cut short, so that of these and what contains them nothing is known: {sets}"
