"""
Scenes: pictures as values, before any renderer.

A scene says what is drawn and what each line means; `hamodel.draw.graphviz_dot`
and `hamodel.draw.mermaid` say it in their languages. Text is not yet wrapped:
how wide a line may be is a renderer's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from hamodel.rule import Kind


class Line(Enum):
    """How a line is drawn; no two meanings in one picture differ by their colour alone."""

    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"
    BOLD = "bold"


@dataclass(frozen=True, slots=True)
class Style:
    """What a line means, in a word and for the legend in some more, its colour and pattern."""

    name: str
    colour: str
    line: Line
    meaning: str = ""

    @property
    def explained(self) -> str:
        """What stands in the legend."""
        return f"{self.name}: {self.meaning}" if self.meaning else self.name


PROTOCOL = Style("protocol", "#1a1a1a", Line.SOLID, "the system at work")
FAILURE = Style("failure", "#b3261e", Line.DASHED, "something breaks")
REPAIR = Style("repair", "#1b7f3b", Line.BOLD, "something comes back")
ENVIRONMENT = Style("environment", "#1f5fa8", Line.DOTTED, "users act")

STYLES = {
    Kind.PROTOCOL: PROTOCOL,
    Kind.FAILURE: FAILURE,
    Kind.REPAIR: REPAIR,
    Kind.ENVIRONMENT: ENVIRONMENT,
}
"""How a step of each kind is drawn."""


def unused_in(system: str) -> Style:
    """Return how an arrow is drawn that no rule of a system fires, by the system's name."""
    return Style(f"not in {system}", "#6b6b6b", Line.DOTTED, "no rule fires it")


class Shape(Enum):
    """What a node looks like."""

    START = "start"
    STATE = "state"
    BOX = "box"
    STORE = "store"
    PARTY = "party"


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in a picture: its lines of text, the first being its name."""

    id: str
    lines: tuple[str, ...] = ()
    shape: Shape = Shape.BOX
    group: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """
    A line between two nodes: its meaning, and paragraphs of text, the first being its name.

    `beside` says that neither end comes before the other, as with two of a pair.
    """

    source: str
    target: str
    label: tuple[str, ...] = ()
    style: Style = PROTOCOL
    arrow: bool = True
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A frame around the nodes that name it, such as a host."""

    id: str
    label: str


class Layout(Enum):
    """What a graph is a picture of; a renderer with a language for it uses that."""

    STATECHART = "statechart"
    TOPOLOGY = "topology"


@dataclass(frozen=True, slots=True)
class Graph:
    """
    A picture of nodes and edges: a statechart or a topology.

    Parameters
    ----------
    name
        Of the files it is written to, such as `"statechart-sip-server"`.
    title
        What it shows, for a reader.
    layout
        Which of the two it is.
    nodes, edges, groups
        What is drawn, in the order in which it is drawn.
    legend
        The meanings that need explaining, each once.
    caption
        Paragraphs below it.
    """

    name: str
    title: str
    layout: Layout
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    groups: tuple[Group, ...] = ()
    legend: tuple[Style, ...] = ()
    caption: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """What changes on one lifeline in a step: a paragraph each."""

    lifeline: str
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A numbered step of a ladder: who says what to whom, and what changes where."""

    number: int
    title: str
    style: Style = PROTOCOL
    messages: tuple[Edge, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Divider:
    """A line across a ladder; with `repeats`, all that stands below it repeats for ever."""

    text: str
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """
    A story: a lifeline each for those who take part, and numbered panels from top to bottom.

    Parameters
    ----------
    name, title, legend, caption
        As those of a `Graph`.
    lifelines
        From left to right.
    rows
        From top to bottom.
    """

    name: str
    title: str
    lifelines: tuple[Node, ...] = ()
    rows: tuple[Panel | Divider, ...] = ()
    legend: tuple[Style, ...] = ()
    caption: tuple[str, ...] = ()


class Tone(Enum):
    """How good what goes on in a span of time is."""

    GOOD = "good"
    LESS = "less"
    LOST = "lost"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Span:
    """
    A time in which one thing goes on.

    Parameters
    ----------
    begin, end
        In ms; None for since before, and for from then on.
    tone, label
        How good it is, and what it is called.
    until
        What ends it.
    """

    begin: int | None
    end: int | None
    tone: Tone
    label: str
    until: str = ""

    @property
    def ms(self) -> int | None:
        """How long it is; None if it is open at an end."""
        return None if self.begin is None or self.end is None else self.end - self.begin


@dataclass(frozen=True, slots=True)
class Lane:
    """Something that is told at every moment: spans, each where the one before it ends."""

    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happens at a moment, in ms, such as a failure."""

    at: int
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class TimeLine:
    """
    What goes on over time.

    Parameters
    ----------
    name, title, caption
        As those of a `Graph`.
    lanes
        From top to bottom; the spans of the first are listed below the picture.
    marks
        What happens meanwhile, in the order of time.
    """

    name: str
    title: str
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...] = ()
    caption: tuple[str, ...] = ()


Scene: TypeAlias = Graph | Ladder | TimeLine
"""A picture of any sort."""


def slug(text: str) -> str:
    """Return a text as the name of a file: `SIP Server 1` is `sip-server-1`."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def legend_of(styles: Iterable[Style]) -> tuple[Style, ...]:
    """Return each style once: those of `STYLES` first and in its order, then as they come."""
    found = dict.fromkeys(styles)
    return tuple(style for style in dict.fromkeys((*STYLES.values(), *found)) if style in found)
