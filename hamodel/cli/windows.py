"""`hamodel loss --window`: when a second fault must come for more to be lost than by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hamodel.budget import ANY, Budget, fault_words
from hamodel.cli.loss import (
    SCHEMA,
    Asked,
    LossOptions,
    asked_for,
    at_most,
    print_story,
    too_wide,
    wait_as_json,
)
from hamodel.cli.losses import Loss, part_of
from hamodel.cli.options import Format
from hamodel.cli.output import emit, say, show, table_width
from hamodel.cli.phases import phases_of
from hamodel.cli.words import plural
from hamodel.engine.limits import Cut
from hamodel.engine.timed.search import Waits
from hamodel.engine.timed.windows import (
    Interval,
    Window,
    Windows,
    covered,
    windows,
    without_clock,
)
from hamodel.errors import InputError, nearest, seconds
from hamodel.guide.loss import Lost
from hamodel.guide.unsaved import BEGINS
from hamodel.rule import UNTIMED
from hamodel.system import System


@dataclass(frozen=True, slots=True)
class Order:
    """
    A pair of faults in one order, and what was found of it.

    Parameters
    ----------
    lost, call
        What is lost, by which call.
    first, second
        What covers each fault.
    bound_ms
        The most that one fault of either loses; None for without end.
    found
        None where one of them can have no part in it: then no gap makes more of it.
    """

    lost: Lost
    call: str
    first: str
    second: str
    bound_ms: int | None
    found: Windows | None

    @property
    def windows(self) -> tuple[Window, ...]:
        """The windows, in order; their runs without what only measures the gap."""
        return () if self.found is None else self.found.found

    @property
    def undecided(self) -> tuple[Interval, ...]:
        """The gaps that were not decided."""
        return () if self.found is None else self.found.undecided

    def loss(self, window: Window) -> Loss:
        """Return the worst of a window as a loss with its phases."""
        assert self.found is not None
        worst = without_clock(window.worst)
        budget = Budget({self.first: 2} if self.first == self.second else self._each_once)
        # That there were too many searches to make is a limit on them as well.
        cut = (self.found.cut or Cut.STATES) if window.cut else None
        its = Waits(worst, None, cut, 0, self.found.classes)
        phases = tuple(phases_of(self.found.plain, worst))
        return Loss(self.lost, self.call, budget, its, self.found.plain, phases)

    @property
    def _each_once(self) -> dict[str, int]:
        return {self.first: 1, self.second: 1}


def run(options: LossOptions, pair: str) -> int:
    """
    Search both orders, print when more is lost, and return the exit status: 3 if undecided.

    Raises
    ------
    HamodelError
        HA082 for a pair that cannot be read or is not here, and what `asked_for` raises.
    """
    if options.budgets.faults is not None:
        raise InputError("HA082", "--window says itself which faults there are; leave out --faults")
    found = orders(options, pair)
    if options.form is Format.JSON:
        emit(json.dumps(as_json(options, found), indent=1, ensure_ascii=False) + "\n")
    else:
        show(lambda console: _print(options, found, console))
    return 3 if any(each.undecided for each in found) else 0


def orders(options: LossOptions, pair: str) -> tuple[Order, ...]:
    """Return what was found of each loss for both orders of a pair; of one fault twice, once."""
    asked = asked_for(options)
    for warning in asked.warnings:
        say(f"warning: {warning}")
    one, other = _pair(pair, asked.system)
    repairs = options.budgets.repairs if options.budgets.only_repairs else 0
    found = []
    for lost in asked.losts:
        for first, second in dict.fromkeys([(one, other), (other, one)]):
            with too_wide(options.deployment):
                order = _order(asked, lost, (first, second), repairs, options)
            say(f"{lost.name}, {second} after {first}: {_all_gaps(order)}")
            found.append(order)
    return tuple(found)


def _order(
    asked: Asked, lost: Lost, pair: tuple[str, str], repairs: int | None, options: LossOptions
) -> Order:
    """Search one order; not at all, if one of the two is not part of what the loss depends on."""
    part, _ = part_of(asked.system, lost, Budget(dict.fromkeys(pair, 2), repairs))
    if any(Budget({each: 1}).unknown(part.fault_classes) for each in pair):
        return Order(lost, asked.call, *pair, None, None)
    found = windows(
        part,
        lost.begin,
        lost.end,
        *pair,
        since=lost.since,
        repairs=repairs,
        limits=options.limits,
        tell=lambda gaps, its: say(f"{pair[1]} after {pair[0]}: {_searched(gaps, its)}"),
    )
    return Order(lost, asked.call, *pair, found.bound_ms, found)


def _pair(text: str, system: System) -> tuple[str, str]:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 2 or not all(parts):
        raise InputError(
            "HA082",
            f"--window is {text!r:.80}; write two faults, such as media-server:resource-manager",
        )
    one, other = (_fault(part, system) for part in parts)
    return one, other


def _fault(word: str, system: System) -> str:
    """
    Return what covers faults, as in `--faults`; `_` may stand for `-`, and a role is its crash.

    Both of a role's modes are one fault if they are joined: `media-server-crash+media-server-hang`.
    """
    classes = system.fault_classes
    crash = f"{word}-crash".replace("_", "-")
    for name in (crash if crash in classes else word, word.replace("_", "-")):
        if not Budget({name: 1}).unknown(classes):
            break
    else:
        near = nearest(word.replace("_", "-"), [*fault_words(classes), ANY])
        raise InputError("HA082", f"--window: {word!r:.60} is no fault here; {near}")
    for rule in covered(system, name):
        if rule.family == BEGINS:
            raise InputError(
                "HA082",
                f"--window: {word!r:.60} is the failure of a recorder that loses what it had not "
                "saved, and a gap would be from when that began; a window is without it: "
                "--set recorder_group.NAME.unsaved='0 s'",
            )
        if rule.bounds != UNTIMED:
            raise InputError(
                "HA082",
                f"--window: {rule.name} takes {rule.bounds} ms, so that it cannot come at any "
                "time; a window needs faults that can",
            )
    return name


def gaps_said(its: Interval) -> str:
    """Return gaps in words: `31.05 s < gap ≤ 35.4 s`."""
    if its.least == its.most:
        return f"gap = {seconds(its.least)}"
    low = f"{seconds(its.least)} {'≤' if its.with_least else '<'} gap"
    return low if its.most is None else f"{low} {'≤' if its.with_most else '<'} {seconds(its.most)}"


def _searched(gaps: Interval, its: Waits) -> str:
    """Return that a search is over, of how many classes."""
    return f"searched {gaps_said(gaps)}: {plural(its.classes, 'class')}"


def _all_gaps(order: Order) -> str:
    said = [gaps_said(each.interval) for each in order.windows]
    said += [f"{gaps_said(each)} UNDETERMINED" for each in order.undecided]
    return "; ".join(said) or "never more"


def as_json(options: LossOptions, found: Sequence[Order]) -> dict[str, Any]:
    """Return what was found as JSON: times in whole ms; null for without end, or for no end."""
    return {
        "schema": SCHEMA,
        "deployment": options.deployment,
        "changes": list(options.changes),
        "rules": [str(each) for each in options.rule_files],
        "windows": [
            {
                "what": order.lost.name,
                "call": order.call,
                "first": order.first,
                "second": order.second,
                "bound_ms": order.bound_ms,
                "bound_known": order.found is not None,
                "intervals": [
                    _interval_as_json(each.interval)
                    | {
                        "gap_ms": each.gap,
                        "cut": each.cut,
                        "worst": wait_as_json(without_clock(each.worst)),
                        "phases_ms": dict(order.loss(each).by_phase),
                    }
                    for each in order.windows
                ],
                "undecided": [_interval_as_json(each) for each in order.undecided],
                "searches": 0 if order.found is None else order.found.searches,
                "classes": 0 if order.found is None else order.found.classes,
            }
            for order in found
        ],
    }


def _interval_as_json(its: Interval) -> dict[str, Any]:
    return {
        "least_ms": its.least,
        "most_ms": its.most,
        "with_least": its.with_least,
        "with_most": its.with_most,
    }


def _print(options: LossOptions, found: Sequence[Order], console: Console) -> None:
    console.print(Text(options.deployment, "bold"))
    for change in options.settings:
        console.print(Text(f"  with {change}"))
    for text in dict.fromkeys(f"{each.lost.name}: {each.lost.text}" for each in found):
        console.print(Text(f"  {text}"))
    for text in dict.fromkeys(map(_bound, found)):
        console.print(Text(f"  {text}"))
    console.print()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for name in ("lost", "first", "second", "more is lost if", "at most"):
        table.add_column(name, no_wrap=name in {"more is lost if", "at most"})
    for order in found:
        for row in _rows(order):
            table.add_row(order.lost.name, order.first, order.second, *row)
    console.print(table, width=table_width(console))
    for cut in dict.fromkeys(each.found.cut for each in found if each.found and each.found.cut):
        console.print(Text(f"Stopped by {options.limits.said(cut, 'class')}."))
    for loss, window in _told(found, verbose=options.verbose):
        assert loss.worst is not None
        console.print()
        console.print(Text(f"{gaps_said(window.interval)}; here {seconds(window.gap)}"))
        print_story(loss, loss.worst, console)


def _bound(order: Order) -> str:
    names = " or ".join(dict.fromkeys(sorted((order.first, order.second))))
    if order.found is None:
        return f"{order.lost.name}: it does not depend on both faults"
    if order.found.alone[0].cut or order.found.alone[1].cut:
        return f"{order.lost.name}, one fault of {names}: UNDETERMINED"
    if order.bound_ms is None:
        return f"{order.lost.name}, one fault of {names}: without end, which nothing exceeds"
    return f"{order.lost.name}, one fault of {names}: at most {seconds(order.bound_ms)}"


def _rows(order: Order) -> Iterator[tuple[str, str]]:
    for window in order.windows:
        yield gaps_said(window.interval), at_most(order.loss(window))
    for each in order.undecided:
        yield gaps_said(each), "UNDETERMINED"
    if not order.windows and not order.undecided:
        yield "never", ""


def _told(found: Sequence[Order], *, verbose: bool) -> list[tuple[Loss, Window]]:
    """Return the losses whose story is told: the largest, or all."""
    every = [(order.loss(window), window) for order in found for window in order.windows]
    largest = sorted(every, key=lambda each: _size(each[0]), reverse=True)
    return every if verbose else largest[:1]


def _size(loss: Loss) -> tuple[bool, int]:
    ms = None if loss.worst is None else loss.worst.ms
    return ms is None, ms or 0
