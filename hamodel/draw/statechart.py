"""Statecharts: the states of a component, and what moves it between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from hamodel.component import Arrow, Component
from hamodel.draw.scene import (
    STYLES,
    Edge,
    Graph,
    Layout,
    Node,
    Shape,
    Style,
    legend_of,
    slug,
    unused_in,
)
from hamodel.draw.text import listed, masked, sentences
from hamodel.expr import And, Expr, Var, all_of, variables_of, word
from hamodel.outline import outline
from hamodel.rule import Kind, Rule
from hamodel.system import System

GUARD_CHARACTERS_MAX = 110
"""A longer guard is a note below the chart; of an arrow from several states, half as long."""


def statecharts(system: System) -> tuple[Graph, ...]:
    """
    Return a statechart for each kind of component that has arrows, in declaration order.

    Components are of one kind iff their charts are equal but for the numbers in their names
    and for the state that they start in.
    """
    charts: dict[str, Graph] = {}
    drawn: set[str] = set()
    for component in system.components:
        if component.arrows and component.name not in drawn:
            drawn.update(_alike(system, component))
            chart = statechart(system, component.name)
            charts[chart.name] = chart
    return tuple(charts.values())


def statechart(system: System, component: str) -> Graph:
    """
    Return the statechart of a component, drawn for all those that are equal to it.

    An edge is an arrow from one of its sources; its label is the trigger, the arrow's guard,
    and what the guards of all rules that fire it have in common, but for what only repeats
    the source. An arrow that rules of several kinds fire is an edge for each kind; arrows
    that differ by their triggers alone share an edge. A loop that no rule fires is left out.

    Raises
    ------
    ModelError
        HA008 if the system has no such component.
    """
    shown = system[component]
    names = _alike(system, shown)
    body = _body(system, shown)
    alike = [system[name] for name in names]
    starts = _starts(alike)
    return Graph(
        f"statechart-{_file_name(system, names)}",
        listed(names),
        Layout.STATECHART,
        nodes=(*(start for start, _ in starts), *body.states),
        edges=(*(edge for _, edge in starts), *body.edges),
        legend=legend_of(edge.style for edge in body.edges),
        caption=tuple(_caption(alike, body)),
    )


@dataclass(slots=True)
class _Body:
    """What a chart shows of one component, apart from where it starts."""

    states: tuple[Node, ...]
    variables: tuple[tuple[str, str, bool], ...]
    edges: list[Edge] = field(default_factory=list)
    notes: list[tuple[str, ...]] = field(default_factory=list)

    def signature(self) -> tuple[object, ...]:
        """What it has in common with those of its kind."""
        return (
            self.states,
            tuple((masked(name), masked(values), v) for name, values, v in self.variables),
            tuple(
                (edge.source, edge.target, edge.style, *map(masked, edge.label))
                for edge in self.edges
            ),
            tuple(tuple(map(masked, note)) for note in self.notes),
        )


def _alike(system: System, shown: Component) -> tuple[str, ...]:
    signature = _body(system, shown).signature()
    return tuple(
        each.name
        for each in system.components
        if each.states is shown.states
        and masked(each.name) == masked(shown.name)
        and (each is shown or _body(system, each).signature() == signature)
    )


def _body(system: System, component: Component) -> _Body:
    states = () if component.states is None else tuple(component.states)
    used = {
        state.name for arrow in component.arrows for state in (*arrow.source_states, arrow.target)
    } | ({component.main.initial.name} if component.main else set())
    body = _Body(
        tuple(Node(word(each), (word(each),), Shape.STATE) for each in states if each.name in used),
        tuple(
            (_short(component.name, var.name), _values(var), var.volatile)
            for var in component.variables
        ),
    )
    edges: dict[tuple[object, ...], Edge] = {}
    for arrow in component.arrows:
        for source in arrow.source_states:
            for style, rules in _fired_by(system, component, arrow, source):
                if not rules and source is arrow.target:
                    continue
                tail = tuple(_guard(component, arrow, rules, body.notes))
                if not rules:
                    tail += (f"({style.name})",)
                key = (source, arrow.target, style, tail)
                first = (edges[key].label[0] + ", " if key in edges else "") + arrow.trigger
                edges[key] = Edge(word(source), word(arrow.target), (first, *tail), style)
    body.edges.extend(edges.values())
    return body


def _fired_by(
    system: System, component: Component, arrow: Arrow, source: Enum
) -> Iterator[tuple[Style, list[Rule]]]:
    """Yield each style that an arrow is drawn in from a source, with the rules that fire it so."""
    firing = component.fires(arrow.trigger)
    here = {component.name: source}
    rules = [
        rule
        for rule in system.rules
        if firing in rule.fires
        and all(part(here) for part in _parts(rule.when) if _about_state(part, component))
    ]
    if not rules:
        yield unused_in(system.name), []
    for kind in Kind:
        if of_kind := [rule for rule in rules if rule.kind is kind]:
            yield STYLES[kind], of_kind


def _guard(
    component: Component, arrow: Arrow, rules: list[Rule], notes: list[tuple[str, ...]]
) -> Iterator[str]:
    """Yield what a label says below the trigger; a long guard becomes a note instead."""
    common = _common([rule.when for rule in rules])
    guard = all_of(arrow.when, *(part for part in common if not _about_state(part, component)))
    said = tuple(_short(component.name, part) for part in sentences(guard))
    longest = GUARD_CHARACTERS_MAX // (1 if len(arrow.source_states) == 1 else 2)
    if sum(map(len, said)) > longest:
        note = tuple(_short(component.name, line) for line in outline(guard))
        if note not in notes:
            notes.append(note)
        yield f"[note {notes.index(note) + 1}]"
    elif said:
        bracketed = ["[" + said[0], *said[1:]]
        bracketed[-1] += "]"
        yield from bracketed
    if len({rule.when for rule in rules}) > 1:
        yield f"any of {len(rules)} rules"


def _parts(guard: Expr) -> tuple[Expr, ...]:
    return guard.parts if isinstance(guard, And) else (guard,)


def _common(guards: list[Expr]) -> tuple[Expr, ...]:
    """Return the parts that all these guards have, in the order of the first."""
    first, *others = [_parts(guard) for guard in guards] or [()]
    return tuple(part for part in first if all(part in other for other in others))


def _about_state(part: Expr, component: Component) -> bool:
    """Return whether a guard is about nothing but which state its component is in."""
    return {var.name for var in variables_of(part)} == {component.name}


def _short(owner: str, text: str) -> str:
    """Return a text about a component's own variables without the component's name."""
    return re.sub(rf"(?<![\w.-]){re.escape(owner)}\.", "", text)


def _values(var: Var[Any]) -> str:
    words = [word(value) for value in var.values]
    return ", ".join(words) if len(words) <= 8 else f"{words[0]} … {words[-1]}"


def _remembered(place: int, alike: list[Component]) -> str:
    """Return what a caption says of the variable at this place of components of one kind."""
    var = alike[0].variables[place]
    starts = [masked(word(each.variables[place].initial)) for each in alike]
    first = word(var.initial) if len(set(starts)) == 1 else " or ".join(dict.fromkeys(starts))
    erased = "; erased by a crash" if var.volatile else ""
    return f"{_short(alike[0].name, var.name)}: {_values(var)}; starts {first}{erased}"


def _starts(components: list[Component]) -> list[tuple[Node, Edge]]:
    """Return a start marker for each state that some of these components start in."""
    starting: dict[Enum, list[str]] = {}
    for component in components:
        if component.main is not None:
            starting.setdefault(component.main.initial, []).append(component.name)
    return [
        (
            Node(f"start {word(state)}", (), Shape.START),
            Edge(
                f"start {word(state)}",
                word(state),
                (listed(names),) if len(starting) > 1 else (),
            ),
        )
        for state, names in starting.items()
    ]


def _caption(alike: list[Component], body: _Body) -> Iterator[str]:
    if len(alike) > 1:
        yield f"Drawn for {alike[0].name}; its likes differ by numbers only."
    if body.variables:
        yield "It also remembers:"
    for place in range(len(body.variables)):
        yield f"• {_remembered(place, alike)}"
    for number, note in enumerate(body.notes, start=1):
        yield ""
        yield f"Note {number}:"
        yield from (f"  {line}" for line in note)


def _file_name(system: System, names: tuple[str, ...]) -> str:
    """Return the name without numbers if they all share this chart, and else with them."""
    all_alike = [each.name for each in system.components if masked(each.name) == masked(names[0])]
    text = masked(names[0]).replace("#", "") if len(all_alike) == len(names) > 1 else names[0]
    return slug(text)
