"""
What a property says of one part by itself, such as one call of two (decision 0013).

An invariant is taken apart by the ways in which it can fail, a witness by those in which it can be
found, a response by its cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hamodel.engine.apart import Names, moved_with, starved, stepped
from hamodel.expr import Expr, all_of, any_of, variables_of
from hamodel.property import Modality, Property, leads_to, never, sometimes
from hamodel.rewriting import negated, normal, options, settled, weakened
from hamodel.rule import Kind
from hamodel.system import System

Parts = tuple[tuple[str, Names], ...]
"""The name of each part, and the variables that are its own: `call_1`, and what is about it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """
    What a property says of some parts, and what becomes of it without the others.

    Parameters
    ----------
    others
        The parts that are left out.
    at_rest, freed
        Their variables, and those with what they move.
    goal
        The states that the property is about: where an invariant fails, where a witness is found;
        None for a response.
    rested
        The piece where the others are at rest.
    ruled_out
        What must hold where they are free for the property to hold of every run; for a witness:
        for there to be none.
    refutes
        Whether a run of `rested` decides. For a response one does not if a fair step is forbidden.
    """

    others: tuple[str, ...]
    at_rest: Names
    freed: Names
    goal: Expr | None
    rested: Property
    ruled_out: Property
    refutes: bool = True


def pieces_of(system: System, prop: Property, parts: Parts) -> tuple[Piece, ...]:
    """Return the pieces of a property; none if it says something of all the parts together."""
    own = frozenset[str]().union(*(its for _, its in parts))
    read = {var.name for case in prop.cases for guard in case for var in variables_of(guard)}
    if prop.modality is Modality.TRANSPARENT or not own or not read <= system.variables.keys():
        return ()  # who reads a counter of faults depends on those of every part
    found: dict[tuple[str, ...], list[tuple[Expr, Expr]]] = {}
    for given, expr in _said(prop, parts):
        read = {var.name for guard in (given, expr) for var in variables_of(guard)}
        if prop.modality is not Modality.LEADS_TO:
            # Of the premise of an invariant only as much is kept as is about the same parts.
            read = {var.name for var in variables_of(expr)} & own or read
        others = tuple(name for name, its in parts if not read & its)
        if not others:
            return ()
        found.setdefault(others, []).append((given, expr))
    return tuple(_piece(system, prop, others, parts, its) for others, its in found.items())


def _said(prop: Property, parts: Parts) -> Iterator[tuple[Expr, Expr]]:
    """Yield premise and conclusion of each case; of an invariant what each way to fail takes."""
    if prop.modality is Modality.LEADS_TO:
        yield from prop.cases
        return
    shown = negated(prop.expr) if prop.modality is Modality.ALWAYS else normal(prop.expr)
    for option in options(shown, [its for _, its in parts]):
        yield prop.given, option


def _piece(
    system: System,
    prop: Property,
    others: tuple[str, ...],
    parts: Parts,
    said: list[tuple[Expr, Expr]],
) -> Piece:
    left_out = frozenset[str]().union(*(its for name, its in parts if name in others))
    left_out -= stepped(system)
    read = {var.name for case in said for guard in case for var in variables_of(guard)}
    free = left_out | (moved_with(system, left_out) - read - stepped(system))
    initial = {name: system.variables[name].initial for name in left_out}
    if prop.modality is Modality.LEADS_TO:
        fair: dict[str, Any] = {"fair": prop.fair}
        rested = [(settled(given, initial), settled(expr, initial)) for given, expr in said]
        ruled_out = [
            (weakened(given, free), negated(weakened(negated(expr), free))) for given, expr in said
        ]
        fair_groups = {rule.group for rule in system.rules if rule.kind is Kind.PROTOCOL}
        return Piece(
            others,
            left_out,
            free,
            None,
            leads_to(prop.name, *rested[0], also=tuple(rested[1:]), **fair),
            leads_to(prop.name, *ruled_out[0], also=tuple(ruled_out[1:]), **fair),
            not starved(system, left_out) & (fair_groups | set(prop.fair)),
        )
    goal = any_of(*(all_of(given, expr) for given, expr in said))
    shows = sometimes if prop.modality is Modality.SOMETIMES else never
    rested_goal = any_of(*(settled(expr, initial) for _, expr in said))
    return Piece(
        others,
        left_out,
        free,
        goal,
        shows(prop.name, rested_goal, given=settled(prop.given, initial)),
        never(prop.name, weakened(goal, free)),
    )
