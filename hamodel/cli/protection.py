"""
The table of DUP-7: which mechanism protects against which fault, searched exhaustively.

`python -m hamodel.cli.protection PAGE` writes the page from `protection.json` beside the guide;
with `--search` it searches first. A cell is about every failure of its class that can happen to a
call which is up and recorded as deployed, and about every run after it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from hamodel import guide
from hamodel.budget import Budget
from hamodel.cli.output import read_file, say, write_file
from hamodel.cli.subject import load_deployment
from hamodel.engine.check import judge
from hamodel.engine.explore import explore
from hamodel.errors import HamodelError, InputError
from hamodel.expr import all_of
from hamodel.guide import Parts, build, build_parts
from hamodel.guide.impact import Failure, Stage, copies_at_least, failures, scene
from hamodel.guide.protection import BARE, CONDITIONS, FAULTS, MECHANISMS, MENDS, Mechanism
from hamodel.property import Property, always, leads_to
from hamodel.system import System
from hamodel.verdict import UNDETERMINED

SCHEMA = 1
FILE = Path(str(guide.__file__)).with_name("protection.json")
STATES_MAX = 400_000
MADE = "*Made by `python -m hamodel.cli.protection docs/protection.md`; changes here are lost.*"


class Kept(Enum):
    """What becomes of a call's recording when something fails; the worst over all such failures."""

    ABSENT = "cannot happen"
    GOES_ON = "protects"
    COMES_BACK = "recorded again later"
    LOST = "lost for good"
    UNKNOWN = "undetermined"


@dataclass(frozen=True, slots=True)
class Cell:
    """
    A mechanism against a fault class.

    Parameters
    ----------
    mechanism, fault
        The names of the row and the column.
    kept, without
        What becomes of the recording with the mechanism, and without it.
    states
        Distinct states of the largest search behind `kept`.
    undone
        Where it protects and nothing does without it: each change after which it does not protect
        any more, what becomes of the recording then, and what restores it (empty: nothing tried).
    tried
        How many changes were tried.
    """

    mechanism: str
    fault: str
    kept: str
    without: str
    states: int = 0
    undone: tuple[tuple[str, str, str], ...] = ()
    tried: int = 0


def kept(changes: Sequence[str], fault: str, limit_states: int = STATES_MAX) -> tuple[Kept, int]:
    """
    Return what becomes of the recording, and the states of the largest search.

    Parameters
    ----------
    changes
        What is changed of the guide's own deployment; of two about one parameter the later.
    fault
        A fault class, as in `FAULTS`.
    limit_states
        Where a search is cut short; it is `Kept.UNKNOWN` then.
    """
    settled = {change.partition("=")[0]: change for change in changes}
    deployment = load_deployment("reference", tuple(settled.values()))
    system, parts = build(deployment), build_parts(deployment)
    these = [each for each in failures(parts, system) if fault in system.rule(each.rule).cost]
    found = [_after(parts, system, each, limit_states) for each in these]
    order = list(Kept)
    worst = max((each for each, _ in found), key=order.index, default=Kept.ABSENT)
    return worst, max((states for _, states in found), default=0)


def _after(parts: Parts, system: System, failure: Failure, limit: int) -> tuple[Kept, int]:
    watched = scene(parts, system, (failure,), Stage.TALKING)
    exploration = explore(watched.system, Budget(None), limit_states=limit)
    recorded = [copies_at_least(parts, call, 1) for call in parts.calls]
    always_is: Property = always(
        "recorded_at_every_moment", all_of(*recorded), given=watched.failed
    )
    first, *rest = recorded
    also = tuple((watched.failed, each) for each in rest)
    comes_back = leads_to("recorded_again_later", watched.failed, first, also=also)
    stays, returns = judge(exploration, [always_is, comes_back])
    states = len(exploration.states)
    if UNDETERMINED in (stays.kind, returns.kind):
        return Kept.UNKNOWN, states
    if stays:
        return Kept.GOES_ON, states
    return (Kept.COMES_BACK if returns else Kept.LOST), states


def cell(mechanism: Mechanism, fault: str) -> Cell:
    """Search one cell; where the mechanism is what protects, also what that rests on."""
    here = (*BARE, *mechanism.changes)
    its, states = kept(here, fault)
    without, _ = kept((*BARE, *mechanism.without), fault)
    if its is not Kept.GOES_ON or without in (Kept.GOES_ON, Kept.ABSENT):
        return Cell(mechanism.name, fault, its.value, without.value, states)
    undone = []
    for change in CONDITIONS:
        then, most = kept((*here, change), fault)
        states = max(states, most)
        if then is not Kept.GOES_ON:
            undone.append((change, then.value, _mend(here, change, fault)))
    tried = len(CONDITIONS)
    return Cell(mechanism.name, fault, its.value, without.value, states, tuple(undone), tried)


def _mend(here: tuple[str, ...], change: str, fault: str) -> str:
    """Return the first change that restores what another has undone; empty if none of them does."""
    key = change.partition("=")[0]
    for mend in MENDS:
        if mend.partition("=")[0] != key and kept((*here, change, mend), fault)[0] is Kept.GOES_ON:
            return mend
    return ""


def searched() -> Iterator[Cell]:
    """Search every cell, and say so."""
    for mechanism in MECHANISMS:
        for fault in FAULTS:
            found = cell(mechanism, fault)
            say(f"{mechanism.name}; {fault}: {found.kept} (without: {found.without})")
            yield found


def write_cells(cells: Iterable[Cell]) -> str:
    """Return the JSON text of the cells; `read_cells` gives them back."""
    table = {"schema": SCHEMA, "cells": [asdict(each) for each in cells]}
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def read_cells(text: str) -> tuple[Cell, ...]:
    """
    Return the cells that a JSON text holds.

    Raises
    ------
    InputError
        HA085 for anything that is no such file.
    """
    try:
        table = json.loads(text)
        return tuple(
            Cell(**{**each, "undone": tuple(map(tuple, each["undone"]))}) for each in table["cells"]
        )
    except (ValueError, KeyError, TypeError) as error:
        said = f"it is no table of cells ({error!r:.80}); write it anew with --search"
        raise InputError("HA085", said, file=FILE.name) from None


def page(cells: Sequence[Cell]) -> str:
    """Return the page."""
    return "\n".join(_lines({(each.mechanism, each.fault): each for each in cells})) + "\n"


def _lines(cells: Mapping[tuple[str, str], Cell]) -> Iterator[str]:
    yield from ("# What protects against what", "", MADE, "")
    yield (
        "DUP-7 says that duplication protects against the failure of SIP Server, Resource Manager"
        " and recorder, and against nothing else. Here is each mechanism of the guide, alone,"
        " against each fault class: a call is up and recorded as deployed, then one instance of"
        " that kind crashes, any of them, and nothing else ever fails. Every order of events after"
        " it was searched."
    )
    yield ""
    yield (
        "**protects**: at every moment at least one copy is recorded, which is not so without it."
        " *not due to it*: nothing is lost without it either, or what fails came with it."
        " *recorded again later*: not at every moment, but in the end in every run. *lost for"
        " good*: in some run never again. –: there is no such instance."
    )
    yield ""
    yield "| mechanism | " + " | ".join(FAULTS.values()) + " |"
    yield "|---" * (len(FAULTS) + 1) + "|"
    for mechanism in MECHANISMS:
        claims = f" ({', '.join(mechanism.claims)})" if mechanism.claims else ""
        row = (_said(cells[mechanism.name, fault], mechanism) for fault in FAULTS)
        yield f"| {mechanism.name}{claims} | " + " | ".join(row) + " |"
    yield from ("", "## What the protection rests on", "")
    yield (
        "Where a mechanism is what protects, parameters were changed one after another, and the"
        " search done again. What undoes the protection, and what restores it then:"
    )
    for each in (each for each in cells.values() if each.tried):
        yield from ("", f"### {each.mechanism}: {FAULTS[each.fault]}", "")
        yield f"{each.tried} changes tried, searches of up to {each.states:,} states."
        yield ""
        for change, then, mend in each.undone:
            mended = f"; `{mend}` restores it" if mend else "; nothing that was tried restores it"
            yield f"- `{change}`: {then}{mended}"
        if not each.undone:
            yield "- none of them undoes it"
    yield from ("", "## What this says of the claim", "")
    yield from _reading(cells)


def _said(cell: Cell, mechanism: Mechanism) -> str:
    if cell.kept == Kept.ABSENT.value:
        return "–"
    if cell.kept != Kept.GOES_ON.value:
        return f"*{cell.kept}*"
    if not mechanism.changes:
        return "nothing is lost"
    if not cell.tried:
        return "nothing is lost, *not due to it*"
    return "**protects**, only if (below)" if cell.undone else "**protects**"


def _reading(cells: Mapping[tuple[str, str], Cell]) -> Iterator[str]:
    """Yield what duplication itself protects against, what it does not, and what is not its own."""
    twice = MECHANISMS[1].name
    its = [cells[twice, fault] for fault in FAULTS]
    own = [FAULTS[e.fault] for e in its if e.kept == "protects" and e.without != "protects"]
    not_own = [FAULTS[e.fault] for e in its if e.kept == e.without == "protects"]
    lost = [FAULTS[e.fault] for e in its if e.kept in (Kept.COMES_BACK.value, Kept.LOST.value)]
    yield f"- What duplication itself protects against: {', '.join(own) or 'nothing'}."
    yield (
        f"- What it cannot be thanked for, as nothing is lost without it either:"
        f" {', '.join(not_own) or 'nothing'} (conflict X-6)."
    )
    yield f"- What it does not protect against: {', '.join(lost) or 'nothing'} (DUP-6)."
    yield (
        "- Not in the table: links that are cut and hosts with several instances on them. A host"
        " takes down all that is on it, so two recorders on one host are one recorder here; and"
        " the media's way to a recorder is not modelled ([honest scope](honest-scope.md))."
    )


def main(arguments: Sequence[str]) -> int:
    """Write the page that is named, after searching if that is asked for."""
    if not arguments or arguments[1:] not in ([], ["--search"]):
        say("usage: python -m hamodel.cli.protection PAGE [--search]")
        return 2
    try:
        if "--search" in arguments:
            write_file(FILE, write_cells(searched()))
        write_file(Path(arguments[0]), page(read_cells(read_file(FILE))))
    except HamodelError as error:
        say(f"error: {error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
