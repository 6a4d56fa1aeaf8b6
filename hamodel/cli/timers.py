"""`hamodel timers`: every timer of a deployment, with where its value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hamodel.cli.output import say, show, table_width
from hamodel.cli.subject import load_deployment
from hamodel.guide import build, build_parts
from hamodel.guide.deployment import Deployment, Parameter, parameters, values_of
from hamodel.guide.deployment.timer_names import GROUP, other_names
from hamodel.guide.loss import with_causes
from hamodel.rule import AT_ONCE, UNTIMED, Bounds

LEGEND = (
    "From: found in public material ([V S6]: source S6 of docs/sources.md); judged ([G]), as no "
    "source says it; looked for, not found ([NF])."
)
"""What the last column of the table means."""


def run(deployment: str, changes: Sequence[str]) -> None:
    """Print the timers of a deployment."""
    its = load_deployment(deployment, changes)
    for warning in its.warnings:
        say(f"warning: {warning}")
    show(lambda console: _print(its, console))


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer of a deployment: its parameter, its key here, and its value as it is written."""

    parameter: Parameter
    key: str
    value: str

    @property
    def basis(self) -> str:
        """Whether the default was found in public material, is judged, or derived from others."""
        source = self.parameter.source
        if "[G]" in source:
            return "judged"
        return "found" if "[V" in source else "looked for, not found" if "[NF]" in source else ""


def timers(deployment: Deployment) -> tuple[Timer, ...]:
    """Return every timer that the model reads, with its values in a deployment."""
    return tuple(
        Timer(each, key, value)
        for each in parameters()
        if each.timer
        for key, value in _values(deployment, each.key)
    )


def _values(deployment: Deployment, key: str) -> Iterator[tuple[str, str]]:
    """Yield a key and its value; with the recorder group's name, if there are several groups."""
    values = values_of(deployment, key)
    groups = [group.name for group in deployment.recorder_group]
    if not key.startswith(GROUP) or len(groups) == 1:
        yield from ((key, value) for value in values)
        return
    for name, value in zip(groups, values, strict=True):
        yield f"{GROUP}{name}.{key.removeprefix(GROUP)}", value


def _print(deployment: Deployment, console: Console) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for name in ("timer", "here", "default", "possible", "from"):
        table.add_column(name, no_wrap=name in {"timer", "here", "default"})
    for each in timers(deployment):
        its = each.parameter
        source = f"{each.basis}: {its.source}" if each.basis else its.source
        others = ", ".join(other_names(its.key)) if each.key == its.key else ""
        names = Text.assemble(each.key, (f"\n  {others}" if others else "", "dim"))
        table.add_row(names, each.value, its.default, its.possible, Text(source))
    console.print(table, width=table_width(console))
    console.print(
        Text("Below each stands what an option such as --set may call it instead; a file may not.")
    )
    console.print(Text("hamodel explain TIMER says what one means."))
    console.print(Text(LEGEND), width=table_width(console))
    console.print()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("rules")
    table.add_column("take at least", justify="right")
    table.add_column("and at most", justify="right")
    for what, (earliest, latest) in _rules_that_take_time(deployment):
        most = "no limit" if latest is None else f"{latest:,} ms"
        table.add_row(what, f"{earliest:,} ms", most)
    console.print(table, width=table_width(console))


def _rules_that_take_time(deployment: Deployment) -> Iterator[tuple[str, Bounds]]:
    """Yield what takes time in a deployment: a family of rules, or an example where they differ."""
    found: dict[str, dict[Bounds, str]] = {}
    for rule in with_causes(build_parts(deployment), build(deployment)).rules:
        found.setdefault(rule.family, {}).setdefault(rule.bounds, rule.name)
    for family, ways in found.items():
        words = family.replace("_", " ")
        for bounds, example in ways.items():
            if bounds not in {AT_ONCE, UNTIMED}:
                yield words if len(ways) == 1 else f"{words}: {example}", bounds
