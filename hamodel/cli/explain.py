"""`hamodel explain`: what a word means, whatever sort of word it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from hamodel.budget import fault_words
from hamodel.cite import Source
from hamodel.cli.cards_lines import of_claim
from hamodel.cli.explain_model import (
    Entry,
    of_added,
    of_component,
    of_family,
    of_fault,
    of_loss,
    of_phase,
    of_property,
    of_rule,
    of_rule_in_time,
)
from hamodel.cli.families import families
from hamodel.cli.options import Searching
from hamodel.cli.output import show
from hamodel.cli.subject import Subject, read_subject
from hamodel.cli.words import nearest, plural
from hamodel.errors import CODES, InputError, among
from hamodel.guide import build_parts
from hamodel.guide.dependence import dependences
from hamodel.guide.deployment import Parameter, TableOfFile, parameters, said_of, shipped, tables
from hamodel.guide.deployment.timer_names import other_names
from hamodel.guide.glossary import Term, glossary
from hamodel.guide.loss import ADDED, LOSSES, OTHER, PHASES, with_causes

LISTED = "hamodel check names claims, hamodel rules rules, hamodel timers parameters"
"""Where the words are told of which there are most."""
OF_GROUP = re.compile(r"^recorder_group(\[\d+\]|\.[\w-]+)\.(?=\w)")
"""How a key of one recorder group begins, which is explained for all of them."""
STATUSES = {
    "PROVED": "It holds in every run within its assumptions, and its premise was met in some run.",
    "REFUTED": "There is a run within its assumptions in which it fails; `hamodel check` tells it.",
    "UNDETERMINED": "It is not known: the search was cut short, or nothing met its premise.",
    "WITNESSED": "The guide admits this weakness, and a run that shows it was found.",
    "NEEDS TIMERS": "It is about durations; `hamodel check` judges it if --claim names it whole.",
    "NOT A PROMISE": "The sentence says nothing that a model can judge.",
    "NOT APPLICABLE": "It is about something that the deployment does not have.",
}


def run(
    asked: str,
    deployment: str,
    rule_files: Sequence[Path] = (),
    changes: Sequence[str] = (),
    searching: Searching | None = None,
) -> None:
    """Explain a word, looking for rules and properties in a deployment, then in the shipped."""
    found = entries(asked, deployment, rule_files, changes, searching)

    def draw(console: Console) -> None:
        for place, entry in enumerate(found):
            if place:
                console.print()
            console.print(Text(entry.title, style="bold"))
            for line in entry.lines:
                depth = len(line) - len(line.lstrip())
                console.print(Padding(Text(line.lstrip()), (0, 0, 0, 2 + depth)))

    show(draw)


def entries(
    asked: str,
    deployment: str,
    rule_files: Sequence[Path] = (),
    changes: Sequence[str] = (),
    searching: Searching | None = None,
) -> tuple[Entry, ...]:
    """
    Return what is known of a word.

    Parameters
    ----------
    asked
        The word.
    deployment, rule_files, changes
        Where it is looked for first.
    searching
        For a claim: search its minimal breaking sets there.

    Raises
    ------
    InputError
        HA080, with what is near to it; HA082 for a search about something that is no claim.
    """
    asked = OF_GROUP.sub("recorder_group.", asked)
    known: list[str] = []
    for where in dict.fromkeys((deployment, *shipped())):
        own = changes if where == deployment else ()
        words, subject = _Words(), read_subject(where, own, rule_files)
        if searching is not None:
            _check_claim(asked, subject)
        _words_of_all(words)
        _words_of(subject, words, searching)
        found = words.find(asked) or tuple(_several(asked, subject))
        if not found:
            _words_in_time(subject, words)
            found = words.find(asked)
        if found:
            return found
        known += words.known
    raise InputError(
        "HA080",
        f"{asked[:80]!r} is no claim, rule, property, parameter, table, assumption, fault class, "
        "loss, phase, error code or word of the glossary; "
        f"{nearest(asked, dict.fromkeys(known), LISTED)}",
    )


def _check_claim(asked: str, subject: Subject) -> None:
    ids = [source.id for source in subject.sources.claims]
    if _folded(asked) not in map(_folded, ids):
        raise InputError(
            "HA082", f"--search is for a claim, which {asked[:80]!r} is not; {nearest(asked, ids)}"
        )


def _several(asked: str, subject: Subject) -> Iterator[Entry]:
    """Yield what stands for several: how claims begin, or fault classes joined by `+`."""
    folded = asked.strip().casefold()
    sources = [each for each in subject.sources if _begins(each.id.casefold(), folded)]
    if sources:
        kind = "assumption" if sources[0].is_assumption else "claim"
        lines = (f"{_titled(each)}: {each.text}" for each in sources)
        yield Entry(f"{asked.strip()}, {plural(len(sources), kind)}", tuple(lines))
    parts = folded.split("+")
    if len(parts) > 1 and set(parts) <= set(fault_words(subject.system.fault_classes)):
        yield of_fault(folded, subject)


def _begins(name: str, start: str) -> bool:
    """Return whether an id begins with a whole part, and perhaps more: `sip`, `sip-1`, not `si`."""
    return name.startswith(start if "-" in start and not start.endswith("-") else f"{start}-")


def _titled(source: Source) -> str:
    about = ", ".join(part for part in (source.kind, source.strength) if part)
    return source.id if source.is_assumption else f"{source.id} ({about})"


class _Words:
    """Words, and what makes the entry of each; spelt with `-`, `_` or spaces, in any case."""

    def __init__(self) -> None:
        self.known: list[str] = []
        self._makers: dict[str, list[Callable[[], Entry]]] = {}

    def add(self, name: str, make: Callable[[], Entry], *, listed: bool = True) -> None:
        if listed:
            self.known.append(name)
        self._makers.setdefault(_folded(name), []).append(make)

    def find(self, asked: str) -> tuple[Entry, ...]:
        return tuple(make() for make in self._makers.get(_folded(asked), ()))


def _folded(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_")


def _words_of_all(words: _Words) -> None:
    """Add the words that every deployment has in common."""
    for code, text in CODES.items():
        words.add(code, _maker(Entry, code, (f"{text}.",)))
    for status, text in STATUSES.items():
        words.add(status, _maker(Entry, f"{status}, a verdict or status", (text,)))
    for table in tables():
        words.add(table.key, _maker(_table, table))
    for parameter in parameters():
        make = _maker(_parameter, parameter)
        words.add(parameter.key, make)
        ends = () if parameter.key.endswith(".NAME") else (parameter.key.rpartition(".")[2],)
        for name in dict.fromkeys((*ends, *other_names(parameter.key))):
            words.add(name, make, listed=name not in ends)
    makers: dict[Callable[[str], Entry], Iterable[str]] = {
        of_loss: LOSSES,
        of_added: ADDED,
        _deployment: shipped(),
    }
    for its, names in makers.items():
        for name in names:
            words.add(name, _maker(its, name))
    for term in glossary():
        for name in term.words:
            words.add(name, _maker(_term, term))


def _maker(function: Callable[..., Entry], *arguments: object) -> Callable[[], Entry]:
    return lambda: function(*arguments)


def _words_of(subject: Subject, words: _Words, searching: Searching | None) -> None:
    system = subject.system
    for source in subject.sources:
        words.add(source.id, _maker(of_claim, source, subject, searching))
    known = families(system)
    for family in known:
        words.add(family.name, _maker(of_family, family, subject))
    for phase in dict.fromkeys((*PHASES.values(), OTHER)):
        words.add(phase, _maker(of_phase, phase, known))
    for rule in system.rules:
        if rule.family != rule.name:
            words.add(rule.name, _maker(of_rule, rule))
    for promise in subject.promises:
        for prop in promise.properties:
            words.add(prop.name, _maker(of_property, prop, promise.claim, promise.assumptions))
    for component in system.components:
        words.add(component.name, _maker(of_component, component))
    for fault in fault_words(system.fault_classes):
        words.add(fault, _maker(of_fault, fault, subject))


def _words_in_time(subject: Subject, words: _Words) -> None:
    """Add the rules that a deployment has in time, and not without."""
    if subject.deployment is None:
        return
    families_of = {each.name: each for each in families(subject.system)}
    names = {rule.name for rule in subject.system.rules}
    for rule in with_causes(build_parts(subject.deployment), subject.system).rules:
        if rule.name not in names:
            words.add(rule.name, _maker(of_rule_in_time, rule, families_of.get(rule.family)))


def _deployment(name: str) -> Entry:
    return Entry(f"{name}, a deployment that is shipped", (said_of(name),))


def _term(term: Term) -> Entry:
    return Entry(f"{', '.join(term.words)}: a word of the glossary", (f"{term.meaning}.",))


def _table(table: TableOfFile) -> Entry:
    lines = [table.text]
    if table.example:
        lines += ["For example:", f"  [{table.key}]", f"  {table.example}"]
    inner = [each for each in table.parameters if each.text != table.text]
    if inner:
        lines += ["What can stand in it:", *(f"  {each.key}: {each.text}" for each in inner)]
    return Entry(f"[{table.key}], a table of a deployment", tuple(lines))


def _parameter(parameter: Parameter) -> Entry:
    lines = [parameter.text]
    if parameter.values:
        lines += ["Possible:", *(f"  {value}: {means}" for value, means in parameter.values)]
    else:
        lines.append(f"Possible: {parameter.possible}.")
    if parameter.default:
        lines.append(f"Default: {parameter.default}")
    if parameter.source:
        lines.append(f"Source: {parameter.source}")
    if others := other_names(parameter.key):
        lines.append(f"Also called: {', '.join(others)}.")
    if parameter.no_effect:
        lines.append(f"It {parameter.no_effect}.")
    for each in dependences(parameter.key):
        told = [f"scenario {each.scenario.name}"]
        if each.stories:
            told.append(f"{'story' if len(each.stories) == 1 else 'stories'} {among(each.stories)}")
        lines.append(f"{each.value} refutes {among(each.claims)} ({'; '.join(told)}):")
        lines.append(f"  {each.command}")
    return Entry(f"{parameter.key}, a parameter of a deployment", tuple(lines))
