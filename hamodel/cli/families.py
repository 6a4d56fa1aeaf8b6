"""`hamodel rules`: the rules of a deployment's model by family, and those that it cannot have."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hamodel.budget import Budget
from hamodel.cli.output import show, table_width
from hamodel.cli.report_text import KIND_STYLES
from hamodel.cli.rule_files import shipped_rules
from hamodel.cli.subject import load_deployment, system_of
from hamodel.cli.words import allowed, plural
from hamodel.engine.check import stopped
from hamodel.engine.explore import explore
from hamodel.engine.limits import Limits, cut_by
from hamodel.errors import InputError
from hamodel.guide.deployment import shipped
from hamodel.guide.manifest import shipped_manifest
from hamodel.guide.model import GENERATORS, Generator, family_of
from hamodel.outline import outline
from hamodel.rule import Rule
from hamodel.system import System


@dataclass(frozen=True, slots=True)
class Family:
    """
    The rules that one generator yields for a deployment.

    Parameters
    ----------
    name
        The generator's name.
    rules
        Its instances; none if the deployment cannot have any.
    about
        What they are, from the generator's docstring.
    """

    name: str
    rules: tuple[Rule, ...]
    about: str = ""

    @property
    def kinds(self) -> str:
        """The kinds of its rules, mostly one."""
        return ", ".join(dict.fromkeys(rule.kind.value for rule in self.rules))

    @property
    def cost(self) -> str:
        """What its rules take from the fault budget."""
        costs = (f"{name}={n}" for rule in self.rules for name, n in rule.cost.items())
        return ", ".join(dict.fromkeys(costs))

    @property
    def cites(self) -> str:
        """What its rules cite."""
        return ", ".join(dict.fromkeys(rule.cite for rule in self.rules if rule.cite))


def families(system: System) -> tuple[Family, ...]:
    """Return every family: those of the system in the order of its rules, then those it lacks."""
    known = {family_of(generator): generator for generator in GENERATORS}
    rules: dict[str, list[Rule]] = {}
    for rule in system.rules:
        rules.setdefault(rule.family, []).append(rule)
    lacking = [name for name in known if name not in rules]
    return tuple(
        Family(name, tuple(rules.get(name, ())), about(known.get(name)))
        for name in (*rules, *lacking)
    )


def about(function: Generator | None) -> str:
    """Return the first line of a generator's docstring, without what it cites after two spaces."""
    doc = inspect.getdoc(function) if function is not None else None
    return doc.splitlines()[0].partition("  ")[0] if doc else ""


def elsewhere(lacking: Collection[str], deployment: str) -> dict[str, str]:
    """
    Return for each of these families a shipped deployment, or a scenario of the manifest, with it.

    That is the first of them but `deployment`; empty for a family that none has.
    """
    runs: list[tuple[str, tuple[str, ...]]] = [(where, ()) for where in shipped()]
    runs += [(each.deployment, each.changes) for each in shipped_manifest()]
    found = dict.fromkeys(lacking, "")
    for where, changes in dict.fromkeys(runs):
        if all(found.values()):
            break
        if (where, changes) != (deployment, ()):
            told = " ".join([where, *(f"--set {change}" for change in changes)])
            for rule in system_of(load_deployment(where, changes)).rules:
                if rule.family in found:
                    found[rule.family] = found[rule.family] or told
    return found


def run(
    where: str,
    changes: Sequence[str],
    rule_files: Sequence[Path],
    searched: Budget | None,
    limits: Limits,
) -> None:
    """List the families; with a budget, search and say which rules ever happen."""
    system = system_of(load_deployment(where, changes), rule_files)
    fired = None if searched is None else happening(system, searched, limits)
    found = families(system)
    others = elsewhere([family.name for family in found if not family.rules], where)
    show(lambda console: _print(found, others, fired, console))


@dataclass(frozen=True, slots=True)
class Fired:
    """Which rules happened in a search, under which budget, and what cut it short, in words."""

    rules: frozenset[str]
    budget: Budget
    stopped: str


def happening(system: System, budget: Budget, limits: Limits) -> Fired:
    """
    Search within a budget, and return the rules that happened.

    Raises
    ------
    SearchError
        As `explore`.
    InputError
        HA082, if the steps of the search need more memory than it may take.
    """
    exploration = explore(system, budget, limits=limits)
    actions = exploration.product.actions
    try:
        names = frozenset(actions[place].rule.name for place in exploration.happening)
    except MemoryError as error:
        raise InputError(
            "HA082",
            f"--check {stopped(exploration, exploration.cut or cut_by(error))}; which rules "
            "happen is read off their steps, which take more: raise --limit-memory, or lower "
            "--limit-states",
        ) from None
    cut = "" if exploration.cut is None else stopped(exploration, exploration.cut)
    return Fired(names, budget, cut)


def _print(
    found: Sequence[Family], others: Mapping[str, str], fired: Fired | None, console: Console
) -> None:
    here = [family for family in found if family.rules]
    console.print(_table(here, fired), width=table_width(console))
    console.print()
    if fired is not None:
        for line in _not_fired(here, fired):
            console.print(line)
    lacking = [family for family in found if not family.rules]
    if lacking:
        console.print(Text("This deployment cannot have:", style="bold"))
        for family in lacking:
            place = others[family.name]
            there = f"there is one in: {place}" if place else "no shipped deployment has one"
            line = Text(f"{family.name}: {family.about} ({there})")
            console.print(Padding(line, (0, 0, 0, 2)))
        console.print()
    number = sum(len(family.rules) for family in here)
    families_ = "1 family" if len(here) == 1 else f"{len(here)} families"
    console.print(
        Text(f"{plural(number, 'rule')} in {families_}; `hamodel explain NAME` says more.")
    )
    console.print(Text(f"Off by default, with `--rules NAME`: {', '.join(shipped_rules())}."))


def _table(found: Sequence[Family], fired: Fired | None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("family", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    table.add_column("rules", justify="right", no_wrap=True)
    if fired is not None:
        table.add_column("happen", justify="right", no_wrap=True)
    table.add_column("cost", overflow="fold")
    table.add_column("cites", overflow="fold")
    for family in found:
        [kind, *_] = [rule.kind for rule in family.rules]
        cells: list[str | Text] = [family.name]
        cells.append(Text(family.kinds, style=KIND_STYLES.get(kind, "")))
        cells.append(str(len(family.rules)))
        if fired is not None:
            cells.append(str(sum(rule.name in fired.rules for rule in family.rules)))
        table.add_row(*cells, family.cost, family.cites)
    return table


def _not_fired(found: Sequence[Family], fired: Fired) -> Iterator[Text | Padding]:
    never = [rule for family in found for rule in family.rules if rule.name not in fired.rules]
    cut = f", in a search that {fired.stopped}" if fired.stopped else ""
    if not never:
        yield Text(f"Every rule happens, with at most {allowed(fired.budget)}{cut}.")
        return
    yield Text(f"These never happen, with at most {allowed(fired.budget)}{cut}:", style="bold")
    for rule in never:
        ruled_out = fired.budget.charge(rule) is None
        why = "the budget rules it out" if ruled_out else "it needs"
        yield Padding(Text(f"{rule.name}: {why}"), (0, 0, 0, 2))
        for line in () if ruled_out else outline(rule.when):
            yield Padding(Text(line.lstrip()), (0, 0, 0, 4 + len(line) - len(line.lstrip())))
