"""`hamodel export`: a deployment's model in another checker's language, to stdout or a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hamodel.budget import Budget
from hamodel.cli.assess import budget_of, planned
from hamodel.cli.losses import part_of
from hamodel.cli.options import Budgets
from hamodel.cli.output import check_writable, emit, write_file
from hamodel.cli.subject import Subject, chosen, load_deployment, read_subject, system_of
from hamodel.errors import InputError, among
from hamodel.export import prism, promela
from hamodel.guide import build_parts
from hamodel.guide.loss import lost_named, with_causes
from hamodel.property import Property
from hamodel.system import System

LANGUAGES = ("promela", "prism")


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What `hamodel export` was asked for, an option each; no claim: no property."""

    deployment: str
    language: str
    claims: tuple[str, ...]
    budgets: Budgets
    changes: tuple[str, ...]
    rule_files: tuple[Path, ...]
    out: Path | None
    cone: bool = False
    lost: str = ""


def run(options: ExportOptions) -> None:
    """Write the model of a deployment, with the properties of some claims or a loss."""
    language = options.language.casefold()
    if language not in LANGUAGES:
        raise InputError("HA082", f"--to is {options.language!r:.60}; it can be {among(LANGUAGES)}")
    if options.out is not None:
        check_writable(options.out)
    text = _in_time(options) if language == "prism" else _without_time(options)
    if options.out is None:
        emit(text)
        return
    write_file(options.out, text)
    emit(f"wrote {options.out}\n")


def _without_time(options: ExportOptions) -> str:
    """Return the model in Promela."""
    if options.lost:
        raise InputError(
            "HA082", f"--lost is {options.lost!r:.60}, a loss in time; it takes --to prism"
        )
    subject = read_subject(options.deployment, options.changes, options.rule_files)
    props = _properties(subject, options.claims)
    system, budget = subject.system, _budget(options.budgets, props)
    if options.cone:
        system, budget = _in_cone(subject, options, props, budget)
    return promela(system, budget, props)


def _in_time(options: ExportOptions) -> str:
    """Return the model with its timers in the PRISM language: whole, or what a loss depends on."""
    if options.claims or options.cone:
        raise InputError(
            "HA082",
            "--claim and --cone are for Promela; --to prism takes --lost, or nothing for the whole "
            "model, and writes of a loss what it depends on",
        )
    deployment = load_deployment(options.deployment, options.changes)
    parts = build_parts(deployment)
    system = with_causes(parts, system_of(deployment, options.rule_files))
    budget = options.budgets.faults or Budget(1, options.budgets.repairs)
    if not options.lost:
        return prism(system, budget)
    lost = lost_named(options.lost, parts, next(iter(parts.calls)), "--lost")
    budget.check(system.fault_classes)
    wait = lost.since, lost.begin, lost.end
    part, budget = part_of(system, lost, budget)
    part = replace(part, name=f"{system.name}, what {lost.name} depends on")
    return prism(part, budget, wait=wait)


def _properties(subject: Subject, claims: Sequence[str]) -> list[Property]:
    """Return what is searched for these claims; nothing for none."""
    if not claims:
        return []
    searched = [
        promise
        for promise in chosen(subject, claims)
        if not promise.not_applicable and promise.status is None
    ]
    props = [prop for promise in searched for prop in promise.properties]
    if not props:
        raise InputError(
            "HA082",
            f"--claim is {among(claims)}, for which nothing is searched in this deployment; "
            "`hamodel check` says why; leave it out, or name another",
        )
    return props


def _in_cone(
    subject: Subject, options: ExportOptions, props: Sequence[Property], budget: Budget
) -> tuple[System, Budget]:
    """Return the part of the system in which `hamodel check` searches the properties."""
    if not props:
        raise InputError("HA082", "--cone is the cone of what a claim promises; add --claim")
    promises = chosen(subject, options.claims)
    searches = [
        search
        for search in planned(subject.system, promises, options.budgets, among=subject.promises)
        if search.budget == budget and not set(props).isdisjoint(search.props)
    ]
    if len(searches) > 1:
        cones = "; ".join(among(prop.name for prop in search.props) for search in searches)
        raise InputError(
            "HA082",
            f"the properties of --claim are searched in {len(searches)} cones ({cones}), and an "
            "export has one; leave --cone out, or name fewer claims",
        )
    system, budget = searches[0].searched(subject.system)
    name = f"{system.name} in the cone of {', '.join(options.claims)}"
    return replace(system, name=name), budget


def _budget(given: Budgets, props: Sequence[Property]) -> Budget:
    """Return the budget under which all the properties are judged; without one, a fault."""
    if not props:
        return given.faults or Budget(1, given.repairs)
    own = list(dict.fromkeys(budget_of(prop, given) for prop in props))
    if len(own) > 1:
        said = "; ".join(map(str, own))
        raise InputError(
            "HA082",
            f"the properties of --claim are judged under {len(own)} budgets ({said}), and an "
            "export has one; give --faults, or fewer claims",
        )
    return own[0]
