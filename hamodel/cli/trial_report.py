"""`hamodel trial`: the formula of MS-5 beside what is lost, in a deployment with its timers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hamodel.cli.loss import too_wide
from hamodel.cli.options import Format
from hamodel.cli.output import emit, say, show, table_width
from hamodel.cli.trial import SCHEMA, Outcome, at_most, budget_of, court, tried
from hamodel.engine.limits import Limits
from hamodel.errors import InputError, seconds
from hamodel.guide.trial import ORDEALS


def run(where: str, changes: Sequence[str], form: Format, limits: Limits) -> int:
    """
    Try the formula, print what was found, and return the exit status: 3 if a search was cut short.

    Raises
    ------
    HamodelError
        HA082 for a format that this report does not have, or a scope that is too large; and
        whatever is wrong with the deployment.
    """
    if form not in {Format.TEXT, Format.JSON}:
        raise InputError("HA082", f"--format is {form.value}; it can be text, json")
    with too_wide(where):
        found = list(_tried(where, changes, limits))
    if form is Format.JSON:
        table = {"schema": SCHEMA, "deployment": where, "changes": list(changes)}
        cases = [{**asdict(its), "bound": its.bound} for its in found]
        emit(json.dumps({**table, "cases": cases}, indent=1, ensure_ascii=False) + "\n")
    else:
        show(lambda console: _print(where, changes, found, console))
    return 3 if any(its.cut for its in found) else 0


def _tried(where: str, changes: Sequence[str], limits: Limits) -> Iterator[Outcome]:
    """Yield what becomes of the formula in each ordeal that can happen."""
    for ordeal in ORDEALS:
        its = court(where, changes, hosts=ordeal.hosts_of)
        budget = budget_of(ordeal)
        if not budget.unknown(its.system.fault_classes):
            found = tried(its, ordeal.name, budget, whole=False, limits=limits).outcome
            say(f"{found.name}: {at_most(found.lost)}")
            yield found


def _print(where: str, changes: Sequence[str], found: Sequence[Outcome], console: Console) -> None:
    console.print(Text(where, "bold"))
    for change in changes:
        console.print(Text(f"  with {change}"))
    console.print(Text("  MS-5: what is lost is the time to detect and the time to fail over"))
    console.print()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("what happens, within", no_wrap=True)
    heads = "lost at most", "detect + fail over", "as a bound", "in every run"
    for name in (*heads, "in the worst run"):
        table.add_column(name)
    for its in found:
        within = its.within.replace("; ", ", ").replace(", ", "\n  ")
        table.add_row(
            Text.assemble(its.name, (f"\n  {within}", "dim")),
            "UNDETERMINED" if its.cut else at_most(its.lost),
            f"{at_most(its.detection)} + {at_most(its.failover)}",
            its.bound,
            its.identity,
            _worst(its),
        )
    console.print(table, width=table_width(console))
    console.print()
    console.print(Text("in every run: all that is lost is detection and then fail-over"))


def _worst(its: Outcome) -> str:
    """Return what the worst run is made of: D, F, and what is neither; or what makes it endless."""
    if its.apart is None:
        return its.why or "–"
    d, f, rest = its.apart.detection, its.apart.failover, its.apart.rest
    return f"{seconds(d)} + {seconds(f)}" + (f", and {seconds(rest)}" if rest else "")
