"""What `hamodel explain` says of a model's words: claims, rules, properties, components, faults."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hamodel.budget import Allowance
from hamodel.cite import Source
from hamodel.cli.families import Family
from hamodel.cli.subject import Subject
from hamodel.cli.words import allowed, plural, spoken
from hamodel.component import Component
from hamodel.duration import duration_text
from hamodel.errors import among
from hamodel.expr import TRUE, Expr, word
from hamodel.guide import build_parts
from hamodel.guide.loss import ADDED, LOSSES, OTHER, PHASES, with_causes
from hamodel.outline import outline
from hamodel.property import Modality, Property
from hamodel.rule import AT_ONCE, UNTIMED, Bounds, Rule

IN_TIME = "In time alone: `hamodel loss` and what else has times know of it."


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of one word: a title, and lines below it; a line's depth is its indentation."""

    title: str
    lines: tuple[str, ...]


def of_source(source: Source, subject: Subject) -> Entry:
    """Return what is said of a claim or an assumption."""
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
    known = {rule.family for rule in subject.system.rules}
    found = dict.fromkeys(rule.family for rule in subject.system.rules if rule.cite == cited)
    if found:
        yield f"Rules that cite it: {among(found, 30)}."
    if subject.deployment is None:
        return
    in_time = with_causes(build_parts(subject.deployment), subject.system).rules
    added = dict.fromkeys(
        rule.family for rule in in_time if rule.cite == cited and rule.family not in known
    )
    if added:
        yield f"In time alone, as `hamodel loss` has it: {among(added, 30)}."


def of_property(prop: Property, claim: str, assumptions: tuple[str, ...]) -> Entry:
    """Return what is said of a property of a claim."""
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
        if prop.unheard:
            yield f"  Not heard: what is about {among(prop.unheard)}"
    else:
        judged = "  What follows" if prop.modality is Modality.LEADS_TO else "  What is judged"
        yield from _guarded(judged, prop.expr)
        for given, expr in prop.also:
            yield from _guarded("  Premise", given)
            yield from _guarded(judged, expr)
    if prop.within is not None:
        yield f"  Within: {duration_text(prop.within)}"
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


def of_family(family: Family, subject: Subject) -> Entry:
    """Return what is said of a family of rules: its first rule in full."""
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


def of_rule(rule: Rule) -> Entry:
    """Return what is said of a rule."""
    return Entry(f"{rule.name}, a rule of the family {rule.family}", tuple(_rule_lines(rule)[1:]))


def _rule_lines(rule: Rule) -> list[str]:
    lines = [f"{rule.name} ({rule.kind.value})", *_guarded("  Enabled iff", rule.when)]
    lines += [f"  Fires {firing}" for firing in rule.fires]
    lines += [f"  Sets {effect}" for effect in rule.sets]
    lines += [f"  Says {message}" for message in rule.says]
    if rule.bounds not in {AT_ONCE, UNTIMED}:
        lines.append(f"  Takes {_between(rule.bounds)}")
    if rule.cost:
        lines.append(f"  Costs {among(f'{name}={number}' for name, number in rule.cost.items())}")
    if rule.cite:
        lines.append(f"  Source: {rule.cite}")
    return lines


def _between(bounds: Bounds) -> str:
    earliest, latest = bounds
    if earliest == latest:
        return duration_text(earliest)
    most = "any time" if latest is None else f"at most {duration_text(latest)}"
    return f"at least {duration_text(earliest)} and {most}" if earliest else most


def of_component(component: Component) -> Entry:
    """Return what is said of a component: its states, arrows and variables."""
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


def of_fault(fault: str, subject: Subject) -> Entry:
    """Return what is said of a fault class, or of a sum of several."""
    covers = Allowance(fault, 1).covers
    classes = [name for name in subject.system.fault_classes if covers(name)]
    rules = [rule.name for rule in subject.system.rules if any(map(covers, rule.cost))]
    lines = [f"Rules that cost it: {among(rules, 30)}.", f"As a budget: --faults {fault}=1"]
    if classes != [fault]:
        lines.insert(0, f"The sum of: {among(classes, 30)}.")
    return Entry(f"{fault}, a {'class' if classes == [fault] else 'sum'} of faults", tuple(lines))


def of_loss(name: str) -> Entry:
    """Return what is said of something that a call can lose: a name of `LOSSES`."""
    told = (inspect.getdoc(LOSSES[name]) or "").split("\n\n")
    lines = [" ".join(part.split()) for part in told]
    return Entry(
        f"{name}, something that a call can lose for a time",
        (*lines, f"How long at worst: hamodel loss --what {name}"),
    )


def of_rule_in_time(rule: Rule, known: Family | None) -> Entry:
    """Return what is said of a rule that a deployment has in time alone."""
    about = ADDED.get(rule.family) or (known.about if known else "")
    return Entry(of_rule(rule).title, (*([about] if about else []), *of_rule(rule).lines, IN_TIME))


def of_added(name: str) -> Entry:
    """Return what is said of a family of rules that the model has in time alone: one of `ADDED`."""
    lines = [ADDED[name], IN_TIME]
    lines += [f"Time that passes for it is called {PHASES[name]}."] if name in PHASES else []
    return Entry(f"{name}, a family of rules", tuple(lines))


def of_phase(phase: str, known: Sequence[Family]) -> Entry:
    """Return what is said of a phase of a loss: the steps that its time goes by for."""
    names = [name for name, its in PHASES.items() if its == phase]
    about = {**ADDED, **{each.name: each.about for each in known}}
    lines = ["The time that a loss lasts before one of these, where its end waited for that:"]
    lines += [f"  {name}: {about[name]}" for name in names]
    if phase == OTHER:
        lines = ["The time that a loss lasts before a step of a rule file's own."]
    return Entry(f"{phase}, a phase of a loss", tuple(lines))
