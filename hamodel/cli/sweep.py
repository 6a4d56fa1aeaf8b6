"""`hamodel loss --sweep`: the worst loss as one timer goes from one value to another."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hamodel.cli.loss import SCHEMA, LossOptions, at_most, losses, story_of, warned
from hamodel.cli.losses import Loss, Measuring, stopped
from hamodel.cli.options import Format
from hamodel.cli.output import check_writable, emit, say, show, table_width, write_file
from hamodel.cli.subject import load_deployment
from hamodel.cli.words import allowed, plural
from hamodel.errors import InputError, seconds
from hamodel.guide.deployment.timer_names import timer_named

SWEEP = re.compile(r"([^=]+)=\s*([^./]+?)\s*\.\.\s*([^./]+?)\s*(?:/\s*([^./]+?)\s*)?")
VALUE = re.compile(r"(\d{1,9})\s*(ms|s)?")
POINTS, POINTS_MAX = 60, 1_000
"""How many values are tried at most: if no step is said, and if one is."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """
    A timer, and the values that it takes.

    Parameters
    ----------
    key
        As `--set` takes it.
    values
        In order, in ms or as numbers.
    is_duration
        Whether they are ms.
    """

    key: str
    values: tuple[int, ...]
    is_duration: bool

    def said(self, value: int) -> str:
        """Return a value in words."""
        return seconds(value) if self.is_duration else str(value)

    def change(self, value: int) -> str:
        """Return what `--set` takes for a value."""
        return f"{self.key}={value} ms" if self.is_duration else f"{self.key}={value}"


@dataclass(frozen=True, slots=True)
class Swept:
    """What was found with one value: a loss for each that was asked for, always in one order."""

    value: int
    found: tuple[Loss, ...]


def run(options: LossOptions, wanted: str, curve: Path | None) -> int:
    """
    Sweep, print the table, draw the curve, and return the exit status: 3 if a search was cut.

    Raises
    ------
    HamodelError
        HA082 for a sweep that cannot be read, HA084 for a curve without matplotlib, and what
        `losses` raises.
    """
    if curve is not None:
        from hamodel.draw.curve import check_drawable

        check_drawable()
        if curve.suffix != ".svg":
            raise InputError("HA082", f"--curve is {str(curve)!r:.80}; it can end with .svg")
        check_writable(curve)
    sweep = read_sweep(wanted, options)
    first = load_deployment(options.deployment, (*options.changes, sweep.change(sweep.values[0])))
    for warning in warned(first, options.budgets):
        say(f"warning: {warning}")
    found = swept(options, sweep)
    if options.form is Format.JSON:
        emit(json.dumps(as_json(options, sweep, found), indent=1, ensure_ascii=False) + "\n")
    else:
        show(lambda console: _print(options, sweep, found, console))
    if curve is not None:
        write_file(curve, drawn_curve(options, sweep, found))
        say(f"wrote {curve}")
    return 3 if any(each.waits.cut for point in found for each in point.found) else 0


def read_sweep(wanted: str, options: LossOptions) -> Sweep:
    """
    Return what `--sweep` asks for.

    Raises
    ------
    HamodelError
        HA082; and what a first or last value that is out of range raises.
    """
    match = SWEEP.fullmatch(wanted.strip())
    if match is None:
        raise InputError(
            "HA082",
            f"--sweep is {wanted!r:.80}; write TIMER=A..B or TIMER=A..B/STEP, such as "
            "resource_manager.monitor.interval=1s..60s/1s",
        )
    deployment = load_deployment(options.deployment, options.changes)
    timer = timer_named(match[1], deployment)
    is_duration = timer.parameter.is_duration
    unit = "s" if is_duration else ""
    high = _value(match[3], unit, wanted)
    # A first value or a step without a unit has that of the last.
    last = VALUE.fullmatch(match[3])
    unit = (last and last[2]) or unit
    low = _value(match[2], unit, wanted)
    if low > high:
        raise InputError("HA082", f"--sweep goes from {match[2]} to {match[3]}; it takes A ≤ B")
    step = _value(match[4], unit, wanted) if match[4] else _step(high - low, unit)
    if not step > 0 or (high - low) // step >= POINTS_MAX:
        most = f"a step above 0, and {POINTS_MAX:,} values at most"
        raise InputError("HA082", f"--sweep is {wanted!r:.80}; it takes {most}")
    values = tuple(dict.fromkeys((*range(low, high, step), high)))
    sweep = Sweep(timer.key, values, is_duration)
    for value in (low, high):
        load_deployment(options.deployment, (*options.changes, sweep.change(value)))
    return sweep


def _value(text: str, unit: str, wanted: str) -> int:
    match = VALUE.fullmatch(text.strip())
    possible = (
        "whole numbers of s or ms, s if none is said: 1s..60s" if unit else "whole numbers, as 1..5"
    )
    if match is None or (match[2] and not unit):
        raise InputError("HA082", f"--sweep is {wanted!r:.80}; this timer takes {possible}")
    return int(match[1]) * (1_000 if (match[2] or unit) == "s" else 1)


def _step(width: int, unit: str) -> int:
    """Return the smallest of 1, 2, 5, 10, … of a unit with which there are not too many values."""
    step = 1_000 if unit == "s" else 1
    while width // step >= POINTS:
        step = step * 5 // 2 if str(step).startswith("2") else 2 * step
    return step


def swept(options: LossOptions, sweep: Sweep) -> tuple[Swept, ...]:
    """Return every loss that is asked for, with each value."""
    measuring = Measuring()
    found = []
    for value in sweep.values:
        changes = (*options.changes, sweep.change(value))
        with_value = replace(options, changes=changes)
        found.append(Swept(value, losses(with_value, measuring.worst_loss, lambda _: None)))
        its = found[-1].found
        cut = [each for each in its if each.waits.cut]
        [*_, worst] = ["nothing", *map(at_most, cut[:1] or story_of(its))]
        why = f": {stopped(cut[0], options.limits)}" if cut else ""
        say(f"{sweep.key} {sweep.said(value)}: {worst}{why}")
    return tuple(found)


def series(found: Sequence[Swept]) -> list[tuple[str, list[Loss]]]:
    """Return for each loss its name and budget, and what was found of it, value by value."""
    rows = zip(*(point.found for point in found), strict=True)
    return [(f"{row[0].lost.name}, {allowed(row[0].budget)}", list(row)) for row in rows]


def as_json(options: LossOptions, sweep: Sweep, found: Sequence[Swept]) -> dict[str, Any]:
    """Return what was found as JSON: times in whole ms; null for nothing lost, or without end."""
    return {
        "schema": SCHEMA,
        "deployment": options.deployment,
        "changes": list(options.changes),
        "rules": [str(each) for each in options.rule_files],
        "sweep": {
            "timer": sweep.key,
            "unit": "ms" if sweep.is_duration else "times",
            "values": list(sweep.values),
        },
        "losses": [
            {
                "what": its[0].lost.name,
                "call": its[0].call,
                "budget": allowed(its[0].budget),
                "worst": [
                    None
                    if each.worst is None
                    else {
                        "ms": each.worst.ms,
                        "why": each.worst.why,
                        "phases_ms": dict(each.by_phase),
                    }
                    for each in its
                ],
                "cut": [each.waits.cut.value if each.waits.cut else None for each in its],
            }
            for _, its in series(found)
        ],
    }


def drawn_curve(options: LossOptions, sweep: Sweep, found: Sequence[Swept]) -> str:
    """
    Return the curve as SVG: of what depends on the timer, if anything does, what is alike as one.

    What was cut short is no bound, and no point of it.
    """
    from hamodel.draw.curve import Curve, Line, curve_svg

    scale = 1_000 if sweep.is_duration else 1
    alike: dict[tuple[tuple[float, float | None], ...], list[str]] = {}
    rows = series(found)
    for name, its in [each for each in rows if _changes(each[1])] or rows:
        points = tuple(
            (point.value / scale, _height(each))
            for point, each in zip(found, its, strict=True)
            if not each.waits.cut
        )
        alike.setdefault(points, []).append(name)
    lines = [Line("; ".join(names), points) for points, names in alike.items()]
    across = f"{sweep.key}{', in seconds' if sweep.is_duration else ''}"
    title = f"{options.deployment}: lost at worst"
    return curve_svg(Curve(title, across, "at most, in seconds", tuple(lines)))


def _changes(row: Sequence[Loss]) -> bool:
    return len(set(map(at_most, row))) > 1


def _height(loss: Loss) -> float | None:
    if loss.worst is None:
        return 0.0
    return None if loss.worst.ms is None else loss.worst.ms / 1_000


def _print(options: LossOptions, sweep: Sweep, found: Sequence[Swept], console: Console) -> None:
    its = series(found)
    console.print(Text(options.deployment, "bold"))
    for change in options.settings:
        console.print(Text(f"  with {change}"))
    console.print(Text(f"  {sweep.key}: {plural(len(sweep.values), 'value')}"))
    for text in dict.fromkeys(f"{e.lost.name}: {e.lost.text}" for e in found[0].found):
        console.print(Text(f"  {text}"))
    console.print()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column(sweep.key.rpartition(".")[2], justify="right", no_wrap=True)
    changing = [(name, row) for name, row in its if _changes(row)]
    for name, _ in changing:
        table.add_column(name, justify="right")
    for place, point in enumerate(found):
        table.add_row(sweep.said(point.value), *(at_most(row[place]) for _, row in changing))
    if changing:
        console.print(table, width=table_width(console))
    same = [f"{name}: {at_most(row[0])}" for name, row in its if (name, row) not in changing]
    if same:
        console.print(Text(f"The same with each value: {'; '.join(same)}."))
