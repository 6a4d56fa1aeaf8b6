"""The page `docs/benchmarks.md`, written from what was measured: `spin.json` and `counts.json`."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.benchmarks import comparison, counts, growth
from tests.benchmarks.compared_models import GUIDE_CHANGES, GUIDE_FAULTS, GUIDE_PROMISE
from tests.benchmarks.comparison import (
    BREADTH_FIRST,
    DEPTH_FIRST,
    HAND,
    ONE,
    Comparison,
    Kept,
    Ratio,
    ratios,
)
from tests.benchmarks.counts import WANTED_BYTES, Count
from tests.benchmarks.spin import Found
from tests.benchmarks.tables import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
MADE = "*Made by `python -m tests.benchmarks page`; changes here are lost.*"
NOT_YET = "Not measured yet."

HEAD = f"""\
# How fast it is, beside SPIN

{MADE}

```
python -m tests.benchmarks spin --write
python -m tests.benchmarks counts --write
python -m tests.benchmarks page
```

measure all of this again, on a machine that does nothing else, and write this page; \
`spin --only ring` measures one model, and keeps the others. They take `hamodel[test]`, Debian's \
`spin` and `gcc`, and `--peers-python` a Python with minicheck and musil \
([measuring](how-to/measure.md)). What each column is:

- **states/s, transitions/s**: distinct states, and steps between them, over the seconds of the \
search alone. With `hamodel` these begin with a system in Python: to make it into arrays, to judge \
the property, and to find the trace that a verdict has, are in them. With SPIN they are those of \
`./pan`.
- **search s, whole s**: these seconds, and those of the whole: with `hamodel` from the start of \
Python to the answer, a small search to load the compiled one included; with SPIN its generator \
and the C compiler too.
- **bytes a state**: with `hamodel` the peak of the resident memory during the search, less what \
was resident before it, over the distinct states; with SPIN its *total actual memory usage* over \
them. On small models these are mostly what every search needs.

Values are medians over the rounds, with the least and the most in brackets. In a round every way \
to search goes once, each in a process of its own; who goes first changes from round to round. \
A ratio is of two searches of one round. Every way found the same distinct states and the same \
steps, or there would be no table, and every way judged the property and found that it holds: \
SPIN as an assertion.

"""

GUIDE = f"""\
The guide's model is the shipped deployment `reference` with `{GUIDE_CHANGES[0]}` and \
`{GUIDE_CHANGES[1]}`, three faults `{GUIDE_FAULTS}` and no repairs, in the cone of the promise \
`{GUIDE_PROMISE}` (DUP-3): the part of the model that this promise can depend on \
([decision 0005](decisions/0005-a-property-is-searched-in-its-cone.md)), which is what `hamodel \
check` searches for it. The whole model takes more than four words a state, so that the packed \
search has no room for it, and it is not measured. SPIN gets what

```
hamodel export reference --claim DUP-3 --cone --faults {GUIDE_FAULTS} --repairs 0 \\
  --set {GUIDE_CHANGES[0]} --set {GUIDE_CHANGES[1]} --out guide.pml
```

writes; `python -m tests.benchmarks spin --export FOLDER` writes all four models.

"""

LIMITS = """\
## What is not fair, and what is not measured

- SPIN's partial order reduction, its compression and its hash compaction are off \
(`-DNOREDUCE`, no `-DCOLLAPSE`, no `-DHC4`): it is to find every state, as `hamodel` does. With \
them it may take less time and less memory. SPIN's searches by several cores are not measured.
- What SPIN keeps to tell a counterexample is in its memory; `hamodel` keeps no parents, and finds \
them again when there is a trace to tell.
- SPIN is told how deep it has to go, and gets a table with one slot a state or a few more. Nobody \
knows these numbers beforehand: they are from a first search, which is not in the table.
- States are small here, of one to three words. Nothing here says what happens with large arrays \
or with channels, which `hamodel` does not have.
- A small search has gone before in the process of `hamodel`; what memory that left is used again, \
and is not counted.
- Counts and properties are the same for every way, but traces are not compared: \
SPIN's depth first looks for none of the shortest.
"""

PYTHON = """\
## Beside checkers written in Python

The same models, smaller, as somebody writes them for these checkers: guards and effects are \
functions over tuples (`tests/benchmarks/peers.py`). They count no steps. Their memory is not \
measured.

"""


TIME = f"""
## How searches in time grow

`python -m tests.benchmarks growth --write` measures the longest time that a call of `reference` \
goes unrecorded, with more calls, more Media Servers and more faults: states, and classes of \
states with the times that they can have ([decision \
0012](decisions/0012-time-is-searched-by-classes-of-states.md)). Timers a thousand times as long \
make neither more. The seconds are of one run on a machine that did other work beside it, the \
first with compiling. A search is cut short once more than {growth.CLASSES:,} classes are known.

"""


def page(kept: Kept, large: Sequence[Count], grown: Mapping[str, Any] | None = None) -> str:
    """Return the page; of how searches in time grow if that is given, as `growth` keeps it."""
    parts = [HEAD, "## Ratios\n\n", _ratios(kept), "## Model by model\n\n", GUIDE]
    parts += _models(kept) or [f"{NOT_YET}\n\n"]
    parts += [LIMITS, "\n", PYTHON, *(_beside_python(kept) or [f"{NOT_YET}\n\n"])]
    parts += ["## Larger models, searched once\n\n", _large(large)]
    if grown is not None:
        parts += [TIME, _rows(growth.HEADINGS, growth.rows(grown["sizes"]))]
        parts.append(f"- commit {grown['commit']}, {grown['machine']}\n")
    return "".join(parts).rstrip("\n") + "\n"


def committed_page() -> str:
    """Return the page of what is committed."""
    return page(comparison.committed(), counts.committed(), growth.kept())


def command(_: argparse.Namespace) -> int:
    """Write the page from what was measured last."""
    PAGE.write_text(committed_page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


def _rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(heads) - 1)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (heads, rule, *rows)) + "\n"


def _spread(values: Sequence[float], said: Callable[[float], str]) -> str:
    """Return the median, with the least and the most if there are several."""
    middle = said(statistics.median(values))
    return middle if len(values) < 2 else f"{middle} ({said(min(values))}–{said(max(values))})"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _hundredth(value: float) -> str:
    return f"{value:,.2f}"


def _tenth(value: float) -> str:
    return f"{value:,.1f}"


def _ratios(kept: Kept) -> str:
    heads = ("model", "ratio of speeds", "median (least–most)", "rounds", "wanted", "")
    rows = [[its.title, *_ratio(each)] for its in kept.spin.values() for each in ratios(its)]
    return _rows(heads, rows) if rows else f"{NOT_YET}\n\n"


def _ratio(its: Ratio) -> list[str]:
    met = "met" if its.met else "missed"
    spread = _spread(its.values, _hundredth)
    return [its.what, spread, str(len(its.values)), f"≥ {its.at_least:g}", met]


def _models(kept: Kept) -> list[str]:
    return [part for its in kept.spin.values() for part in _model(its)]


def _model(its: Comparison) -> Iterator[str]:
    states, transitions = its.sizes
    yield f"### {its.title}\n\n"
    yield f"{states:,} distinct states, {transitions:,} transitions; property `{its.prop}`.\n\n"
    heads = ("searched by", "states/s", "transitions/s", "search s", "whole s", "bytes a state")
    yield _rows(heads, [[way, *_measures(found)] for way, found in its.found.items()])
    for way in (DEPTH_FIRST, BREADTH_FIRST, HAND):
        if way in its.found:
            yield f"- {way}: `{its.found[way][0].command}`\n"
    yield from (f"- left out: {way}, because {why}\n" for way, why in its.left_out.items())
    yield f"- {len(its.found[ONE])} rounds, {_where(its)}\n\n"


def _measures(found: Sequence[Found]) -> list[str]:
    return [
        _spread([each.states / each.seconds for each in found], _whole),
        _spread([each.transitions / each.seconds for each in found], _whole),
        _spread([each.seconds for each in found], _hundredth),
        _spread([each.whole for each in found], _hundredth),
        _spread([each.memory / each.states for each in found], _tenth),
    ]


def _where(its: Comparison) -> str:
    return f"{its.date}, commit {its.commit}, {its.machine}; {its.versions}"


def _beside_python(kept: Kept) -> list[str]:
    if not kept.python:
        return []
    heads = ("model", "states", "searched by", "states/s", "search s", "whole s")
    rows = [
        [
            its.title,
            f"{its.sizes[0]:,}",
            way,
            _spread([each.states / each.seconds for each in found], _whole),
            _spread([each.seconds for each in found], _hundredth),
            _spread([each.whole for each in found], _hundredth),
        ]
        for its in kept.python.values()
        for way, found in its.found.items()
    ]
    lines = [_rows(heads, rows)]
    notes = dict.fromkeys(
        f"- left out: {peer}, because {why}\n"
        for its in kept.python.values()
        for peer, why in its.left_out.items()
    )
    titles: dict[str, list[str]] = {}
    for its in kept.python.values():
        titles.setdefault(f"{len(its.found[ONE])} rounds, {_where(its)}", []).append(its.title)
    wheres = [f"- {', '.join(which)}: {where}\n" for where, which in titles.items()]
    return [*lines, *notes, *wheres, "\n"]


def _large(large: Sequence[Count]) -> str:
    if not large:
        return f"{NOT_YET}\n"
    heads = (*counts.HEADS, "wanted")
    rows = []
    for each in large:
        most = WANTED_BYTES.get(each.title)
        met = "met" if most and each.memory / each.states <= most else "missed"
        rows.append([*each.cells, "" if most is None else f"≤ {most:g} bytes a state: {met}"])
    where = dict.fromkeys(
        f"- {each.date}, commit {each.commit}, {each.machine}\n" for each in large
    )
    return _rows(heads, rows) + "".join(where)
