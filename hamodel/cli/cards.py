"""
Proof cards: all that is known of a claim, as one value with two readers, `explain` and a page.

`python -m hamodel.cli.cards DOCS` writes the pages from what was measured; with `--search` it
measures first, all claims that `hamodel.guide.cards` has a scope for or those named after it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from hamodel import guide
from hamodel.cite import Source
from hamodel.cli.assess import together
from hamodel.cli.output import make_folder, say, write_file
from hamodel.cli.subject import Subject, chosen, read_subject
from hamodel.engine.breaking import BreakingSet, breaking_sets, happened
from hamodel.engine.check import check
from hamodel.engine.limits import Limits
from hamodel.errors import HamodelError
from hamodel.guide import Promise, Status
from hamodel.guide.cards import (
    FILE,
    SCOPES,
    Broken,
    Measured,
    Scope,
    bare,
    shipped_measurements,
    write_measurements,
)
from hamodel.guide.deployment import shipped
from hamodel.guide.manifest import Expected, Scenario, shipped_manifest
from hamodel.guide.sources import guide_catalogue
from hamodel.property import Modality, Property


@dataclass(frozen=True, slots=True)
class Judged:
    """
    A claim in one shipped deployment.

    Parameters
    ----------
    deployment
        Its name.
    status
        Of all rows of the claim; None if the manifest does not have them yet.
    rows
        What the manifest expects of each.
    """

    deployment: str
    status: Status | None
    rows: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Flip:
    """A scenario of the manifest in which a row of the claim has another status."""

    scenario: Scenario
    row: Expected
    instead_of: str

    @property
    def command(self) -> str:
        """The command that shows it."""
        return command(self.scenario, self.row.claim)


@dataclass(frozen=True, slots=True)
class Card:
    """
    What is known of a claim without a search.

    Parameters
    ----------
    source
        The claim, as the catalogue has it.
    subject, promise
        A deployment to which it applies, and what makes it precise there; None if none ships.
    judged
        Its status in each shipped deployment.
    flips
        The negative controls.
    measured
        The breaking sets of each of its properties, as far as they were searched.
    """

    source: Source
    subject: Subject | None
    promise: Promise | None
    judged: tuple[Judged, ...]
    flips: tuple[Flip, ...]
    measured: tuple[Measured, ...]

    @property
    def witnesses(self) -> frozenset[str]:
        """The names of the properties that are to be found."""
        properties = self.promise.properties if self.promise is not None else ()
        return frozenset(prop.name for prop in properties if prop.modality is Modality.SOMETIMES)


def command(scenario: Scenario, claim: str) -> str:
    """Return the command that judges a claim as a scenario does."""
    words = ["hamodel check", scenario.deployment, f"--claim {claim}", *settings(scenario.changes)]
    words += [f"--faults {scenario.faults}"] if scenario.faults else []
    words += [f"--repairs {scenario.repairs}"] if scenario.repairs else []
    return " ".join(words)


def settings(changes: Iterable[str]) -> Iterator[str]:
    """Yield changes of a deployment as options of a command."""
    for change in changes:
        yield f"--set '{change}'" if set(change) & set(' "[]') else f"--set {change}"


def as_shipped(subject: Subject) -> bool:
    """Return whether a deployment is a shipped one, and nothing of it is changed."""
    return subject.where in shipped() and not (subject.changes or subject.rule_files)


def cards() -> tuple[Card, ...]:
    """Return the card of every claim, in the order of the guide."""
    places = _shipped()
    scoped = {(scope.deployment, scope.changes) for scope in SCOPES}
    further = [read_subject(where, changes) for where, changes in sorted(scoped)]
    found = shipped_measurements()
    return tuple(
        card_of(source, places, further, tuple(each for each in found if each.claim == source.id))
        for source in guide_catalogue().claims
    )


def card(source: Source, subject: Subject, measured: tuple[Measured, ...] | None = None) -> Card:
    """
    Return the card of one claim, quickly: with its status in one shipped deployment.

    Parameters
    ----------
    source
        The claim.
    subject
        The deployment; if it is no shipped one as it ships, the guide's own picture is told.
    measured
        What was just measured; None for what is shipped.
    """
    if measured is None:
        measured = tuple(each for each in shipped_measurements() if each.claim == source.id)
    place = subject if as_shipped(subject) else read_subject(min(shipped(), key=_first))
    changed = dict.fromkeys((each.deployment, each.changes) for each in measured)
    further = (read_subject(where, changes) for where, changes in changed)
    return card_of(source, [place], further, measured)


def _shipped() -> list[Subject]:
    return [read_subject(name) for name in sorted(shipped(), key=_first)]


def _first(name: str) -> tuple[bool, str]:
    """Sort the guide's own picture before the other deployments."""
    return name != "reference", name


def card_of(
    source: Source,
    places: Sequence[Subject],
    further: Iterable[Subject],
    measured: tuple[Measured, ...],
) -> Card:
    """
    Return the card of a claim.

    Parameters
    ----------
    source
        The claim.
    places
        The shipped deployments: its status in each is told.
    further
        Deployments to which it may apply if it applies to no shipped one.
    measured
        What was measured about it.
    """
    judged = tuple(_judged(source.id, place) for place in places)
    for place in chain(places, further):
        for promise in _promises(source.id, place):
            if not promise.not_applicable:
                return Card(source, place, promise, judged, _flips(source.id, judged), measured)
    return Card(source, None, None, judged, (), measured)


def _promises(claim: str, place: Subject) -> list[Promise]:
    return [promise for promise in place.promises if promise.claim == claim]


def _judged(claim: str, place: Subject) -> Judged:
    """Return a claim's status where the manifest or the model's structure says it."""
    rows = {
        each.property: each
        for scenario in shipped_manifest()
        if scenario.is_run(place.where, ()) and not scenario.claims
        for each in scenario.expect
        if each.claim == claim
    }
    found = [status for promise in _promises(claim, place) for status in _statuses(promise, rows)]
    known = [status for status in found if status is not None]
    whole = bool(found) and len(known) == len(found)
    names = ["", *(prop.name for each in _promises(claim, place) for prop in each.properties)]
    return Judged(
        place.where,
        together(known) if whole else None,
        tuple(rows[name] for name in names if name in rows),
    )


def _statuses(promise: Promise, rows: Mapping[str, Expected]) -> Iterator[Status | None]:
    if promise.not_applicable:
        yield Status.NOT_APPLICABLE
        return
    if promise.status is not None:
        yield promise.status
        return
    if promise.structure:
        holds = all(holds for _, holds in promise.structure)
        yield Status.PROVED if holds else Status.REFUTED
    for prop in promise.properties:
        row = rows.get(prop.name)
        yield None if row is None else Status(row.status)


def _flips(claim: str, judged: Sequence[Judged]) -> tuple[Flip, ...]:
    """Return the scenarios that differ from the first shipped deployment that has the row."""
    usual: dict[str, str] = {}
    shown = ("PROVED", "REFUTED", "WITNESSED")
    for row in (row for each in judged for row in each.rows):
        if row.status in shown:
            usual.setdefault(row.property, row.status)
    return tuple(
        Flip(scenario, row, usual[row.property])
        for scenario in shipped_manifest()
        for row in scenario.expect
        if row.claim == claim and row.status in shown
        if row.status != usual.get(row.property, row.status)
    )


def measure(scope: Scope, claim: str) -> Iterator[Measured]:
    """Search the breaking sets of each property of a claim, in its scope."""
    subject = read_subject(scope.deployment, scope.changes)
    for promise in chosen(subject, [claim]):
        for prop in promise.properties if promise.claim == claim else ():
            yield measured(subject, claim, prop, scope.size_max, Limits(scope.limit_states))


def measured(
    subject: Subject, claim: str, prop: Property, size_max: int, limits: Limits
) -> Measured:
    """Search the breaking sets and the premise of one property; the states must be limited."""
    assert limits.states is not None, "a card says at how many states a search is cut short"
    own = check(subject.system, prop, limits=limits, in_cones=True)
    sets = breaking_sets(subject.system, prop, size_max=size_max, limits=limits)
    return Measured(
        subject.where,
        subject.changes,
        claim,
        prop.name,
        size_max,
        0,
        limits.states,
        sets.searches,
        sets.states_max,
        tuple(_broken(subject, each) for each in sets.minimal),
        sets.undetermined,
        own.kind.value,
        own.distinct_states,
        None if own.premise_witness is None else bare(own.premise_witness),
    )


def _broken(subject: Subject, found: BreakingSet) -> Broken:
    trace = found.verdict.trace
    assert trace is not None, "what breaks has a run that shows it"
    order = happened(subject.system, trace)
    return Broken(found.faults, tuple(found.orders.items()), bare(trace), order)


def remeasured(claims: Sequence[str] = ()) -> tuple[Measured, ...]:
    """Return what is shipped, measured anew: for these claims, or all that have a scope."""
    known = shipped_measurements()
    found: list[Measured] = []
    for scope in SCOPES:
        for claim in scope.claims:
            if claims and claim not in claims:
                found += [each for each in known if each.claim == claim]
                continue
            for each in measure(scope, claim):
                say(
                    f"{claim} {each.prop}: {len(each.minimal)} minimal, "
                    f"{len(each.undetermined)} undetermined, {each.searches} searches of up to "
                    f"{each.states_max:,} states"
                )
                found.append(each)
    return tuple(found)


def main(arguments: Sequence[str]) -> int:
    """Write the pages into the folder that is named, after measuring if that is asked for."""
    from hamodel.cli.cards_page import pages

    if not arguments or arguments[1:2] not in ([], ["--search"]):
        say("usage: python -m hamodel.cli.cards DOCS [--search [CLAIM…]]")
        return 2
    folder = Path(arguments[0])
    try:
        if "--search" in arguments:
            text = write_measurements(remeasured(arguments[2:]))
            write_file(Path(guide.__file__).with_name(FILE), text)
        make_folder(folder)
        for name, page in pages(cards()).items():
            write_file(folder / name, page)
    except HamodelError as error:
        say(f"error: {error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
