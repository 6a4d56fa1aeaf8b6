"""`hamodel explain`: what a word means, whatever sort of word it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from hamodel.budget import Allowance
from hamodel.cite import Source
from hamodel.cli.families import Family, families
from hamodel.cli.output import show
from hamodel.cli.subject import Subject, read_subject
from hamodel.cli.words import allowed, nearest, plural, spoken
from hamodel.component import Component
from hamodel.errors import CODES, InputError, among
from hamodel.expr import TRUE, Expr, word
from hamodel.guide.deployment import Parameter, parameters, shipped
from hamodel.outline import outline
from hamodel.property import Modality, Property
from hamodel.rule import Rule

STATUSES = {
    "PROVED": "It holds in every run within its assumptions, and its premise was met in some run.",
    "REFUTED": "There is a run within its assumptions in which it fails; `hamodel check` tells it.",
    "UNDETERMINED": "It is not known: the search was cut short, or nothing met its premise.",
    "WITNESSED": "The guide admits this weakness, and a run that shows it was found.",
    "NEEDS TIMERS": "It is about durations, which are not modelled yet.",
    "NOT A PROMISE": "The sentence says nothing that a model can judge.",
    "NOT APPLICABLE": "It is about an option that the deployment does not take.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of one word: a title, and lines below it; a line's depth is its indentation."""

    title: str
    lines: tuple[str, ...]


def run(asked: str, deployment: str) -> None:
    """Explain a word, looking for rules and properties in a deployment, then in the shipped."""
    found = entries(asked, deployment)

    def draw(console: Console) -> None:
        for place, entry in enumerate(found):
            if place:
                console.print()
            console.print(Text(entry.title, style="bold"))
            for line in entry.lines:
                depth = len(line) - len(line.lstrip())
                console.print(Padding(Text(line.lstrip()), (0, 0, 0, 2 + depth)))

    show(draw)


def entries(asked: str, deployment: str) -> tuple[Entry, ...]:
    """
    Return what is known of a word.

    Raises
    ------
    InputError
        HA080, with what is near to it.
    """
    light = _Words()
    _light_words(light)
    if found := light.find(asked):
        return found
    known = list(light.known)
    for where in dict.fromkeys((deployment, *shipped())):
        words = _Words()
        _words_of(read_subject(where), words)
        if found := words.find(asked):
            return found
        known += words.known
    raise InputError(
        "HA080",
        f"{asked[:80]!r} is no claim, rule, property, parameter, assumption, fault class or error "
        f"code; {nearest(asked, dict.fromkeys(known))}",
    )


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


def _light_words(words: _Words) -> None:
    for code, text in CODES.items():
        words.add(code, lambda code=code, text=text: Entry(code, (f"{text}.",)))  # type: ignore[misc]
    for status, text in STATUSES.items():
        words.add(status, lambda s=status, t=text: Entry(f"{s}, a verdict or status", (t,)))  # type: ignore[misc]
    for parameter in parameters():
        make = _maker(_parameter, parameter)
        words.add(parameter.key, make)
        words.add(parameter.key.rpartition(".")[2], make, listed=False)


def _maker(function: Callable[..., Entry], *arguments: object) -> Callable[[], Entry]:
    return lambda: function(*arguments)


def _words_of(subject: Subject, words: _Words) -> None:
    system = subject.system
    for source in subject.sources:
        words.add(source.id, _maker(_source, source, subject))
    for family in families(system):
        words.add(family.name, _maker(_family, family, subject))
    for rule in system.rules:
        if rule.family != rule.name:
            words.add(rule.name, _maker(_rule, rule))
    for promise in subject.promises:
        for prop in promise.properties:
            words.add(prop.name, _maker(_property, prop, promise.claim, promise.assumptions))
    for component in system.components:
        words.add(component.name, _maker(_component, component))
    for fault in _fault_words(system.fault_classes):
        words.add(fault, _maker(_fault, fault, subject))


def _fault_words(classes: Iterable[str]) -> tuple[str, ...]:
    """Return the classes, then their modes and their roles, each once."""
    classes = tuple(classes)
    parts = [part for name in classes for part in name.rpartition("-")[::2]]
    return tuple(dict.fromkeys((*classes, *parts)))


def _parameter(parameter: Parameter) -> Entry:
    lines = [parameter.text, f"Possible: {parameter.possible}."]
    if parameter.default:
        lines.append(f"Default: {parameter.default}")
    if parameter.source:
        lines.append(f"Source: {parameter.source}")
    if parameter.awaits:
        lines.append(f"It has no effect yet: it awaits {parameter.awaits}.")
    return Entry(f"{parameter.key}, a parameter of a deployment", tuple(lines))


def _source(source: Source, subject: Subject) -> Entry:
    if source.is_assumption:
        return Entry(
            f"{source.id}, an assumption",
            (source.text, f"Source: {source.origin}", *_cited_by(source.id, subject)),
        )
    title = ", ".join(part for part in (source.id, source.kind, source.strength) if part)
    lines = [source.text]
    if source.formal:
        lines.append(f"Formally: {source.formal}")
    if source.ambiguities:
        lines += ["What the guide leaves open:", *(f"  - {each}" for each in source.ambiguities)]
    lines += _judged(source.id, subject)
    lines += _cited_by(source.id, subject)
    return Entry(f"{title} ({source.heading})", tuple(lines))


def _judged(claim: str, subject: Subject) -> Iterator[str]:
    for promise in subject.promises:
        if promise.claim != claim:
            continue
        if promise.not_applicable:
            yield f"In {subject.name} it is not applicable: {promise.not_applicable}."
            continue
        if promise.status is not None:
            yield f"It is {promise.status.value}."
        admitted = " (a weakness that the guide admits, to be found)" if promise.weakness else ""
        if promise.properties:
            yield f"In {subject.name} it is judged by{admitted}:"
        for prop in promise.properties:
            yield from (f"  {line}" for line in _property_lines(prop))
        if promise.structure:
            yield "By the model's structure:"
            yield from (f"  - {sentence}" for sentence, _ in promise.structure)
        if promise.assumptions:
            yield f"Assumed: {'; '.join(promise.assumptions)}."


def _cited_by(cited: str, subject: Subject) -> Iterator[str]:
    found = [rule.family for rule in subject.system.rules if rule.cite == cited]
    if found:
        yield f"Rules that cite it: {among(dict.fromkeys(found), 30)}."


def _property(prop: Property, claim: str, assumptions: tuple[str, ...]) -> Entry:
    lines = list(_property_lines(prop))[1:]
    if assumptions:
        lines.append(f"Assumed: {'; '.join(assumptions)}.")
    return Entry(f"{prop.name}, a property for {claim}", tuple(lines))


def _property_lines(prop: Property) -> Iterator[str]:
    yield f"{prop.name}{f': {prop.why}' if prop.why else ''}"
    yield f"  {_says[prop.modality]}"
    if prop.given != TRUE:
        yield from _guarded("  Premise", prop.given)
    if prop.modality is Modality.TRANSPARENT:
        yield f"  Faults: {among(prop.fault)}"
        yield f"  Observers: {among(prop.observers)}"
        yield f"  Not compared: {among(prop.hide) or 'nothing'}"
    else:
        yield from _guarded("  What is judged", prop.expr)
        for given, expr in prop.also:
            yield from _guarded("  Premise", given)
            yield from _guarded("  What is judged", expr)
    if prop.fair:
        yield f"  Fair beyond the protocol: {among(prop.fair)}"
    if prop.budget is not None:
        beyond = "" if prop.beyond is None else f"; beyond it: {allowed(prop.beyond)}"
        yield f"  At most {allowed(prop.budget)}{beyond}"


def _guarded(what: str, guard: Expr) -> Iterator[str]:
    """Yield a guard behind what it is for: on the same line, or as an outline below it."""
    lines = outline(guard)
    depth = len(what) - len(what.lstrip()) + 2
    if len(lines) == 1:
        yield f"{what}: {lines[0]}"
    else:
        yield f"{what}:"
        yield from (" " * depth + line for line in lines)


_says = {
    Modality.ALWAYS: "Holds in every reachable state in which its premise does.",
    Modality.NEVER: "Holds in no reachable state in which its premise does.",
    Modality.SOMETIMES: "Some reachable state shows it.",
    Modality.LEADS_TO: "Whenever its premise holds, it follows, on every fair run.",
    Modality.TRANSPARENT: "No observer can tell whether the fault happened.",
}


def _family(family: Family, subject: Subject) -> Entry:
    lines = [f"{family.about}"] if family.about else []
    if not family.rules:
        lines.append(f"{subject.name} cannot have it; `hamodel rules` says which deployment can.")
    for rule in family.rules[:1]:
        lines += _rule_lines(rule)
    if len(family.rules) > 1:
        others = among((rule.name for rule in family.rules[1:]), 12)
        lines.append(f"In {subject.name} also: {others}.")
    title = f"{family.name}, {plural(len(family.rules), 'rule')}"
    return Entry(title if family.rules else f"{family.name}, a family of rules", tuple(lines))


def _rule(rule: Rule) -> Entry:
    return Entry(f"{rule.name}, a rule of the family {rule.family}", tuple(_rule_lines(rule)[1:]))


def _rule_lines(rule: Rule) -> list[str]:
    lines = [f"{rule.name} ({rule.kind.value})", *_guarded("  Enabled iff", rule.when)]
    lines += [f"  Fires {firing}" for firing in rule.fires]
    lines += [f"  Sets {effect}" for effect in rule.sets]
    lines += [f"  Says {message}" for message in rule.says]
    if rule.cost:
        lines.append(f"  Costs {among(f'{name}={number}' for name, number in rule.cost.items())}")
    if rule.cite:
        lines.append(f"  Source: {rule.cite}")
    return lines


def _component(component: Component) -> Entry:
    lines = []
    if component.main is not None:
        lines.append(f"States: {among(map(word, component.main.values))}")
    for arrow in component.arrows:
        sources = " or ".join(map(word, arrow.source_states))
        when = "" if arrow.when == TRUE else f", when {arrow.when}"
        lines.append(f"{arrow.trigger}: {sources} → {word(arrow.target)}{when}")
    for var in component.variables:
        lost = ", lost in a crash" if var.volatile else ""
        lines.append(f"{spoken(var.name)}: {among(map(word, var.values))}{lost}")
    return Entry(f"{component.name}, a component", tuple(lines))


def _fault(fault: str, subject: Subject) -> Entry:
    covers = Allowance(fault, 1).covers
    classes = [name for name in subject.system.fault_classes if covers(name)]
    rules = [rule.name for rule in subject.system.rules if any(map(covers, rule.cost))]
    lines = [f"Rules that cost it: {among(rules, 30)}.", f"As a budget: --faults {fault}=1"]
    if classes != [fault]:
        lines.insert(0, f"The sum of: {among(classes, 30)}.")
    return Entry(f"{fault}, a {'class' if classes == [fault] else 'sum'} of faults", tuple(lines))
