"""`hamodel formula`: how much is lost at worst, as a formula of the timers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hamodel.cli.formulas import LossFormula, loss_formula, short_names
from hamodel.cli.loss import losses_budgets, settings_said, warned
from hamodel.cli.options import DEFAULT_LIMITS, Budgets, Format
from hamodel.cli.output import emit, say, show, table_width
from hamodel.cli.subject import load_deployment, system_of
from hamodel.cli.words import allowed
from hamodel.duration import duration_text
from hamodel.engine.limits import Cut, Limits
from hamodel.engine.packed.layout import TooWideError
from hamodel.engine.timed.formula import REGIONS, Row, Sort, one_expression
from hamodel.engine.timed.linear import Form, condition, plus, written
from hamodel.engine.waiting import ENDLESS
from hamodel.errors import InputError, plural

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class FormulaOptions:
    """What `hamodel formula` was asked for, an option each."""

    deployment: str = "reference"
    what: tuple[str, ...] = ("unrecorded",)
    budgets: Budgets = field(default_factory=Budgets)
    changes: tuple[str, ...] = ()
    rule_files: tuple[Path, ...] = ()
    timers: tuple[str, ...] = ()
    form: Format = Format.TEXT
    limits: Limits = DEFAULT_LIMITS
    regions: int = REGIONS


def run(options: FormulaOptions) -> int:
    """
    Work the formulas out, print them, and return the exit status: 3 if something is not known.

    Raises
    ------
    HamodelError
        HA082 for a format that this report does not have; what `loss_formula` raises.
    """
    if options.form not in {Format.TEXT, Format.JSON}:
        raise InputError("HA082", f"--format is {options.form.value}; it can be text, json")
    found = formulas(options)
    if options.form is Format.JSON:
        emit(json.dumps(as_json(options, found), indent=1, ensure_ascii=False) + "\n")
    else:
        show(lambda console: _print(options, found, console))
    unknown = any(row.sort is Sort.UNDETERMINED for each in found for row in each.table.rows)
    return 3 if unknown else 0


def formulas(options: FormulaOptions) -> tuple[LossFormula, ...]:
    """Return a formula for each kind of loss within each budget."""
    deployment = load_deployment(options.deployment, options.changes)
    for warning in warned(deployment, options.budgets):
        say(f"warning: {warning}")
    classes = system_of(deployment, options.rule_files).fault_classes
    found = []
    for what in dict.fromkeys(options.what):
        for budget in losses_budgets(options.budgets, classes):
            budget.check(classes)
            name = f"{what}, {allowed(budget)}"

            def tell(row: Row, left: int, name: str = name) -> None:
                if left:
                    say(f"{name}: {row.sort.value}; {plural(left, 'region')} left")

            try:
                found.append(
                    loss_formula(
                        deployment,
                        what,
                        budget,
                        rule_files=options.rule_files,
                        timers=options.timers,
                        limits=options.limits,
                        regions=options.regions,
                        tell=tell,
                    )
                )
            except TooWideError as error:
                why = f"{error}; take less into [scope], such as --set scope.calls=1"
                raise InputError("HA082", f"{options.deployment}: {why}") from None
            say(f"{name}: {plural(len(found[-1].table.rows), 'row')}")
    return tuple(found)


def at_most(row: Row, names: Sequence[str], limits: Limits) -> str:
    """Return how much is lost at worst in a region, in words; or which limit was met."""
    match row.sort:
        case Sort.ENDS:
            assert row.form is not None, "what ends takes some time"
            return written(row.form, names)
        case Sort.ENDLESS:
            return f"without end: {ENDLESS[row.why]}"
        case Sort.NEVER:
            return "nothing"
        case Sort.UNDETERMINED:
            cuts = {each.value: each for each in Cut}
            if row.why in cuts:
                return f"UNDETERMINED: stopped by {limits.said(cuts[row.why], 'class')}"
            return f"UNDETERMINED ({row.why})"


def where(row: Row, names: Sequence[str]) -> str:
    """Return the conditions of a region in words."""
    said = [condition(form, names) for form in row.region.conditions]
    return ", ".join(said) or "everywhere"


def in_one(found: LossFormula, names: Sequence[str]) -> str:
    """Return a formula of several rows as one maximum or minimum, if it is one; or nothing."""
    one = one_expression(found.table)
    if one is None:
        return ""
    name, forms = one
    common = tuple(map(min, zip(*forms, strict=True)))
    parts = [written(plus(form, common, -1), names) for form in forms]
    said = f"{name}({', '.join(parts)})"
    return f"{written(common, names)} + {said}" if any(common) else said


def as_json(options: FormulaOptions, found: Sequence[LossFormula]) -> dict[str, Any]:
    """Return the formulas as JSON: a condition is a linear form that is at least 0, in ms."""
    return {
        "schema": SCHEMA,
        "deployment": options.deployment,
        "changes": list(options.changes),
        "rules": [str(each) for each in options.rule_files],
        "formulas": [
            {
                "what": each.lost.name,
                "call": each.call,
                "budget": allowed(each.budget),
                "timers": [
                    {"key": its.key, "here_ms": its.value, "low_ms": its.low, "high_ms": its.high}
                    for its in each.timers
                ],
                "rows": [_row_as_json(row, each) for row in each.table.rows],
                "regions": each.table.searched,
            }
            for each in found
        ],
    }


def _row_as_json(row: Row, found: LossFormula) -> dict[str, Any]:
    names = found.table.names
    return {
        "conditions": [_form_as_json(form, names) for form in row.region.conditions],
        "worst": row.sort.value,
        "ms": None if row.form is None else _form_as_json(row.form, names),
        "why": row.why,
        "at_ms": dict(zip(names, row.point, strict=True)),
        "run": [step.rule for step in row.wait.run] if row.wait else [],
    }


def _form_as_json(form: Form, names: Sequence[str]) -> dict[str, Any]:
    factors = {name: factor for name, factor in zip(names, form[1:], strict=True) if factor}
    return {"constant": form[0], "factors": factors}


def _print(options: FormulaOptions, found: Sequence[LossFormula], console: Console) -> None:
    console.print(Text(options.deployment, "bold"))
    for change in settings_said(options.changes, options.rule_files):
        console.print(Text(f"  with {change}"))
    for text in dict.fromkeys(f"{each.lost.name}: {each.lost.text}" for each in found):
        console.print(Text(f"  {text}"))
    for each in found:
        console.print()
        _print_formula(each, options.limits, console)


def _print_formula(found: LossFormula, limits: Limits, console: Console) -> None:
    names = list(short_names(found.table.names).values())
    title = f"{found.lost.name} within {allowed(found.budget)}, at most"
    console.print(Text(title, "bold"))
    if one := in_one(found, names):
        console.print(Text(f"  {one}"))
    rows = found.table.rows
    if len(rows) == 1 and not rows[0].region.conditions:
        console.print(Text(f"  {at_most(rows[0], names, limits)}"))
    else:
        table = _table("where", "at most")
        for row in rows:
            table.add_row(where(row, names), at_most(row, names, limits))
        console.print(table, width=table_width(console))
    if found.timers:
        console.print(Text("whatever these are, the others as in the deployment:"))
        table = _table("", "timer", "here", "from", "to")
        for name, its in zip(names, found.timers, strict=True):
            ends = [duration_text(ms) for ms in (its.value, its.low, its.high)]
            table.add_row(Text(name), Text(its.key), *ends)
        console.print(table, width=table_width(console))


def _table(*heads: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for head in heads:
        table.add_column(head)
    return table
