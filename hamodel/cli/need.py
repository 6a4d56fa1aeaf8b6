"""`hamodel need`: the smallest value of a number for which a claim is proved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hamodel.cli.assess import budget_of
from hamodel.cli.options import DEFAULT_LIMITS, Budgets
from hamodel.cli.output import say, show, table_width
from hamodel.cli.readings_search import Searches
from hamodel.cli.report_text import STYLES, print_story
from hamodel.cli.story import mattering, told
from hamodel.cli.subject import Subject, chosen, load_deployment, read_subject
from hamodel.cli.words import INTERRUPTED, spoken
from hamodel.engine.limits import Limits
from hamodel.errors import InputError, among
from hamodel.guide import Status
from hamodel.guide.deployment import Deployment, parameters
from hamodel.verdict import PROVED, REFUTED, Verdict, combined

RANGE = re.compile(r"\s*([\w.\-]+)\s*=\s*(\d{1,4})\s*\.\.\s*(\d{1,4})\s*")
WIDEST = 100
"""How many values a range may have."""
POLICIES = next(
    tuple(word for word, _ in each.values)
    for each in parameters()
    if each.key == "recorder_group.balance"
)
"""How recorders can be chosen."""


@dataclass(frozen=True, slots=True)
class NeedOptions:
    """What `hamodel need` was asked for, an option each."""

    claim: str
    vary: str
    deployment: str = "reference"
    changes: tuple[str, ...] = ()
    rule_files: tuple[Path, ...] = ()
    limits: Limits = DEFAULT_LIMITS
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """A value, and what was found of the claim's properties with it, up to the first refuted."""

    value: int
    subject: Subject
    verdicts: tuple[Verdict, ...]

    @property
    def status(self) -> Status:
        """The verdict on all of them; a refuted one decides."""
        return Status(combined(each.kind for each in self.verdicts).value)

    @property
    def decisive(self) -> Verdict:
        """The verdict that decides: the first that is not proved."""
        refuted = [each for each in self.verdicts if each.kind is REFUTED]
        open_ = [each for each in self.verdicts if each.kind is not PROVED]
        return (*refuted, *open_, *self.verdicts)[0]


@dataclass(frozen=True, slots=True)
class Need:
    """
    What was tried under one policy; empty: the varied number has none to choose.

    If Ctrl-C ended it early, the first values alone.
    """

    policy: str
    tried: tuple[Tried, ...]
    interrupted: bool = False

    @property
    def smallest(self) -> int | None:
        """The smallest value for which all is proved; None if there is none in the range."""
        return next((each.value for each in self.tried if each.status is Status.PROVED), None)

    @property
    def said(self) -> str:
        """What is known, in a line."""
        if not self.tried:
            return f"{self.policy}: no value was tried"
        values = f"{self.tried[0].value} to {self.tried[-1].value}"
        who = f"{self.policy}: " if self.policy else ""
        if self.smallest is None:
            last = self.tried[-1]
            name, status = spoken(last.decisive.property.name), last.status.value
            unknown = any(each.status is Status.UNDETERMINED for each in self.tried)
            how = (
                "not known to suffice"
                if unknown and last.status is not Status.REFUTED
                else ("no value suffices")
            )
            return f"{who}{how} of {values}; with {last.value}, {name} is {status}"
        also = [each.value for each in self.tried if each.status is Status.PROVED][1:]
        not_ = [e.value for e in self.tried if e.value > self.smallest and e.value not in also]
        more = f", but not {among(not_)}" if not_ else ""
        return f"{who}{self.smallest} suffices, the smallest of {values}{more}"


def run(options: NeedOptions) -> int:
    """Try every value, say which is the smallest that suffices, and return the exit status."""
    found = needs(options)
    show(lambda console: _print(options, found, console))
    if found[-1].interrupted:
        return 130
    if found[0].smallest is not None:
        return 0
    undetermined = any(each.status is Status.UNDETERMINED for each in found[0].tried)
    return 3 if undetermined and found[0].tried[-1].status is not Status.REFUTED else 1


def needs(options: NeedOptions) -> tuple[Need, ...]:
    """
    Return what was tried: under the deployment's own policy first.

    Raises
    ------
    HamodelError
        HA081 for a claim that no search judges here, HA082 for `--vary`, and what the values do.
    """
    deployment = load_deployment(options.deployment, options.changes)
    key, values = _range(options.vary)
    keys = _keys(key, deployment)
    search = Searches(options.limits)
    found: list[Need] = []
    for policy, change in _policies(key, deployment):
        tried: list[Tried] = []
        try:
            for value in values:
                changes = (*(f"{each}={value}" for each in keys), *change)
                tried.append(_tried(options, value, changes, search))
        except KeyboardInterrupt:
            if not tried and not found:
                raise
            found.append(Need(policy, tuple(tried), interrupted=True))
            break
        found.append(Need(policy, tuple(tried)))
    return tuple(found)


def _range(text: str) -> tuple[str, range]:
    match = RANGE.fullmatch(text)
    if match is None:
        raise InputError("HA082", f"--vary is {text!r:.80}; write KEY=A..B, such as recorders=1..6")
    key, low, high = match[1], int(match[2]), int(match[3])
    if not 0 <= high - low < WIDEST:
        raise InputError("HA082", f"--vary has {low}..{high}; it takes 1 to {WIDEST} values, A ≤ B")
    return key, range(low, high + 1)


def _keys(key: str, deployment: Deployment) -> tuple[str, ...]:
    """Return the parameters that get the value: what is installed, and how much is searched."""
    if key == "media_servers":
        return "media_server.count", "scope.media_servers"
    if key != "recorders":
        return (key,)
    names = [group.name for group in deployment.recorder_group]
    if len(names) > 1:
        possible = among(f"recorder_group.{name}.count" for name in names)
        raise InputError("HA082", f"--vary recorders: which of them? Write one of {possible}")
    return f"recorder_group.{names[0]}.count", "scope.recorders"


def _policies(key: str, deployment: Deployment) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each way to choose recorders with the change that sets it, the deployment's first."""
    if key != "recorders":
        yield "", ()
        return
    [group] = deployment.recorder_group
    yield group.balance, ()
    for policy in POLICIES:
        if policy != group.balance:
            yield policy, (f"recorder_group.{group.name}.balance={policy}",)


def _tried(options: NeedOptions, value: int, changes: Sequence[str], search: Searches) -> Tried:
    """Judge the claim with one value; nothing further once one property is refuted."""
    subject = read_subject(options.deployment, (*options.changes, *changes), options.rule_files)
    promises = chosen(subject, (options.claim,))
    props = [prop for promise in promises for prop in promise.properties]
    if not props:
        reasons = {each.not_applicable for each in promises if each.not_applicable}
        why = (
            f"it does not apply: {among(sorted(reasons))}"
            if reasons
            else ("it has no property that a search judges")
        )
        raise InputError("HA081", f"{options.claim!r:.80} with {among(changes)}: {why}")
    wanted = [(prop, budget_of(prop, Budgets())) for prop in props]
    verdicts = search.judged(subject.system, wanted, lambda verdict: verdict.kind is REFUTED)
    tried = Tried(value, subject, tuple(verdicts))
    say(f"{', '.join(changes)}: {tried.status.value}")
    return tried


def _print(options: NeedOptions, found: Sequence[Need], console: Console) -> None:
    console.print(Text.assemble((options.claim, "bold"), f" for {options.vary}"))
    for change in options.changes:
        console.print(Text(f"  with {change}"))
    console.print()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column("policy" if found[0].policy else "")
    for each in found[0].tried:
        table.add_column(str(each.value), no_wrap=True)
    for need in found:
        cells = [(each.status.value, STYLES.get(each.status, "")) for each in need.tried]
        table.add_row(need.policy, *(Text(word, style=style) for word, style in cells))
    console.print(table, width=table_width(console))
    console.print()
    for need in found:
        console.print(Text(need.said))
    if options.verbose:
        for need in found:
            _print_story(need, console)
    if found[-1].interrupted:
        console.print(Text(INTERRUPTED, style="yellow"))
    scope = found[0].tried[-1].subject.scope
    console.print(Text(f"Scope: the last value was tried for {scope}; nothing is said of more."))


def _print_story(need: Need, console: Console) -> None:
    """Print why the largest value that does not suffice does not."""
    refuted = [each for each in need.tried if each.status is Status.REFUTED]
    if not refuted or refuted[-1].decisive.trace is None:
        return
    last = refuted[-1]
    trace, prop = last.decisive.trace, last.decisive.property
    assert trace is not None
    system = last.subject.system
    kinds = {rule.name: rule.kind for rule in system.rules}
    title = f"{need.policy} with {last.value}: {spoken(prop.name)}".strip()
    console.print()
    print_story(told(trace, kinds, title, prop.name, mattering(prop, system)), console)
    console.print()
