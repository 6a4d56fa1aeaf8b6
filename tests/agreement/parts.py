"""Verdicts by parts beside those of the whole system, on random systems."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from hamodel import (
    PROVED,
    REFUTED,
    TRUE,
    HamodelError,
    Property,
    System,
    always,
    check,
    leads_to,
    never,
    sometimes,
)
from hamodel.budget import Budget
from hamodel.engine.by_parts import check_by_parts
from hamodel.expr import Expr, any_of, variables_of
from hamodel.property import Modality
from hamodel.trace import trace_and_end
from hamodel.verdict import Verdict
from tests.agreement.coupled_systems import Coupled, alike, coupled
from tests.agreement.random_systems import seeded_drawing
from tests.agreement.twins import doubled

LIMIT_STATES = 2_000
SHARED = 0.2
"""How likely a variable belongs to both parts."""


def parts_of(system: System, chance: random.Random, one: Expr, two: Expr) -> dict[str, list[str]]:
    """
    Return two parts of a system, each with variables that one of two guards reads.

    What both read is shared, and some of the rest; what neither reads is the second's else.
    """
    ones, twos = ({var.name for var in variables_of(guard)} for guard in (one, two))
    parts: dict[str, list[str]] = {"one": [], "two": []}
    for name in system.variables:
        if chance.random() < SHARED or name in ones & twos:
            continue
        parts["one" if name in ones else "two"].append(name)
    return {name: its for name, its in parts.items() if its}


def properties(seed: int) -> tuple[System, Budget, dict[str, list[str]], list[Property]]:
    """Return a random system with a budget, its parts, and properties of each kind."""
    system, budget, drawing = seeded_drawing(seed, most_rules=16)
    chance = random.Random(seed)  # noqa: S311
    one, two, premise, then = (drawing.guard(1) for _ in range(4))
    parts = parts_of(system, chance, one, two)
    fair = (chance.choice(system.rules).group,) if chance.random() < 0.2 else ()
    return (
        system,
        budget,
        parts,
        [
            always("p", ~one & ~two, given=premise),
            never("p", one),
            never("p", any_of(one, two)),
            sometimes("p", any_of(one, two)),
            leads_to("p", one, ~one, fair=fair),
            leads_to("p", TRUE, one, fair=fair, also=((two, then),)),
        ],
    )


def compare_parts(seed: int) -> Iterator[str]:
    """
    Yield what was compared, a word for each property; raise AssertionError where they differ.

    A run that is shown is gone through in the system: its last state is as it says.
    """
    yield from _compared(seed, *properties(seed))


def compare_twins(seed: int) -> Iterator[str]:
    """As `compare_parts` for a system with two parts that are alike."""
    yield from _compared(seed, *doubled(seed))


def _compared(
    seed: int,
    system: System,
    budget: Budget,
    parts: Mapping[str, Sequence[str]],
    props: Sequence[Property],
) -> Iterator[str]:
    wanted: dict[Property, Verdict] = {}
    for prop in props:
        try:
            wanted[prop] = check(system, prop, budget, limit_states=LIMIT_STATES)
        except HamodelError:
            yield "error"
    cut = [prop for prop, whole in wanted.items() if whole.why.startswith("stopped")]
    for prop in cut:
        del wanted[prop]
        yield "cut"
    for found, whole in zip(
        check_by_parts(system, wanted, parts, budget), wanted.values(), strict=True
    ):
        assert whole.kind is found.kind, (seed, str(found.property), str(whole), str(found))
        _is_shown(system, found)
        by_parts = any(word in found.why for word in ("rest", "whatever", "shorter"))
        yield f"{found.property.modality.value} {whole.kind.value}"
        yield f"by parts {_how(found.why)}" if by_parts else "whole"


def _how(why: str) -> str:
    words = {"rest": "at rest", "whatever": "freed", "shorter": "retraced"}
    return next(said for word, said in words.items() if word in why)


def _is_shown(system: System, verdict: Verdict) -> None:
    """Assert that the run of a verdict is one of the system, and ends where it says."""
    prop, trace = verdict.property, verdict.trace
    if prop.modality is Modality.LEADS_TO or trace is None:
        return
    end = trace_and_end(system, trace.rules)[1]
    bad = ~prop.expr if prop.modality is Modality.ALWAYS else prop.expr
    if verdict.kind is REFUTED or prop.modality is Modality.SOMETIMES:
        assert (prop.given & bad)(end), (str(prop), trace.rules)
    if verdict.kind is PROVED:
        assert verdict.premise_witness is not None


def counted(seeds: range, compare: Callable[[int], Iterator[str]] = compare_parts) -> Counter[str]:
    """Return how often each thing was compared on the systems of these seeds."""
    return Counter(word for seed in seeds for word in compare(seed))


def compare_seen(seed: int) -> Iterator[str]:
    """
    Yield what was compared of what must be transparent to one part; AssertionError on a mismatch.

    A run that is shown is gone through in the system, to a state where the premise holds.
    """
    yield from _seen(seed, coupled(seed))


def compare_alike(seed: int) -> Iterator[str]:
    """As `compare_seen` for two parts that are alike, each of which sees what the other does."""
    yield from _seen(seed, alike(seed))


def _seen(seed: int, drawn: Coupled) -> Iterator[str]:
    system, budget, parts, props = drawn
    for found in check_by_parts(system, props, parts, budget):
        prop = found.property
        whole = check(system, prop, budget)
        assert whole.kind is found.kind, (seed, str(prop), str(whole), str(found))
        for run in (found.trace, found.premise_witness):
            if run is not None:
                begun = run.rules if run.fork is None else run.rules[: run.fork]
                assert prop.given(trace_and_end(system, begun)[1]), (seed, str(prop), begun)
                trace_and_end(system, run.rules)
        yield f"{prop.modality.value} {whole.kind.value}"
        yield "by parts unseen" if "whatever" in found.why else "whole"
