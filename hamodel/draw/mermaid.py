"""
Scenes as Mermaid: state diagrams, flow charts, sequence diagrams and Gantt charts.

Mermaid styles few of its lines, so what a line means is also said in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from hamodel.draw.scene import (
    FAILURE,
    PROTOCOL,
    Divider,
    Edge,
    Graph,
    Ladder,
    Layout,
    Line,
    Node,
    Panel,
    Scene,
    Shape,
    Span,
    Style,
    TimeLine,
    Tone,
)
from hamodel.draw.text import wrapped
from hamodel.errors import seconds

LABEL_CHARACTERS = 34
NOTE_CHARACTERS = 60

_BRACKETS = {
    Shape.START: ("((", "))"),
    Shape.STATE: ("(", ")"),
    Shape.BOX: ("[", "]"),
    Shape.STORE: ("[(", ")]"),
    Shape.PARTY: ("([", "])"),
}
_TINTS = {"failure": "253,236,234", "repair": "233,245,236", "environment": "234,241,250"}


def mermaid(scene: Scene) -> str:
    """Return a scene as Mermaid text, the same each time."""
    match scene:
        case Graph(layout=Layout.STATECHART):
            lines = _statechart(scene)
        case Graph():
            lines = _topology(scene)
        case Ladder():
            lines = _ladder(scene)
        case TimeLine():
            lines = _timeline(scene)
        case _:
            assert_never(scene)
    head = ["---", f"title: {json.dumps(scene.title, ensure_ascii=False)}", "---"]
    return "\n".join([*head, *lines]) + "\n"


def _escaped(text: str) -> str:
    """Return a text in which nothing is Mermaid's: what it could take for its own is a code."""
    return re.sub(r'["#;:<>{}&`%\\]', lambda found: f"#{ord(found[0])};", text)


def _text(paragraphs: Iterable[str], width: int = LABEL_CHARACTERS) -> str:
    return "<br/>".join(map(_escaped, wrapped(paragraphs, width)))


def _ids(nodes: Iterable[Node]) -> dict[str, str]:
    """Return an identifier for each node: letters, digits and '_', different for each."""
    ids: dict[str, str] = {}
    for node in nodes:
        stem = re.sub(r"\W", "_", node.id, flags=re.ASCII)
        stem = f"n_{stem}" if not stem[:1].isalpha() or stem.lower() in _RESERVED else stem
        unique, number = stem, 2
        while unique in ids.values():
            unique, number = f"{stem}_{number}", number + 1
        ids[node.id] = unique
    return ids


_RESERVED = {
    "actor", "alt", "and", "as", "box", "break", "call", "class", "click", "create", "critical",
    "default", "destroy", "direction", "else", "end", "flowchart", "fork", "graph", "href", "join",
    "link", "links", "loop", "note", "off", "on", "opt", "option", "over", "par", "participant",
    "rect", "state", "style", "subgraph", "title",
}  # fmt: skip
"""Words that Mermaid does not take for an identifier."""


def _statechart(scene: Graph) -> Iterator[str]:
    yield "stateDiagram-v2"
    states = [node for node in scene.nodes if node.shape is not Shape.START]
    starts = {node.id for node in scene.nodes if node.shape is Shape.START}
    ids = _ids(states)
    for node in states:
        yield f'    state "{_text(node.lines)}" as {ids[node.id]}'
    for edge in scene.edges:
        source = "[*]" if edge.source in starts else ids[edge.source]
        said = f"({edge.style.name})"
        meaning = () if edge.style == PROTOCOL or said in edge.label else (said,)
        label = _text((*edge.label[:1], *meaning, *edge.label[1:]))
        yield f"    {source} --> {ids[edge.target]}" + (f" : {label}" if label else "")
    if scene.caption and states:
        yield f"    note right of {ids[states[0].id]}"
        yield from (
            f"        {_escaped(line)}".rstrip() for line in wrapped(scene.caption, NOTE_CHARACTERS)
        )
        yield "    end note"


def _topology(scene: Graph) -> Iterator[str]:
    yield "flowchart LR"
    ids = _ids(scene.nodes)
    yield from (f"    {_shaped(node, ids)}" for node in scene.nodes if not node.group)
    for place, group in enumerate(scene.groups, start=1):
        yield f'    subgraph group_{place}["{_escaped(group.label)}"]'
        yield from (f"        {_shaped(n, ids)}" for n in scene.nodes if n.group == group.id)
        yield "    end"
    for edge in scene.edges:
        yield f"    {ids[edge.source]} {_link(edge, scene)} {ids[edge.target]}"
    for place, edge in enumerate(scene.edges):
        yield f"    linkStyle {place} stroke:{edge.style.colour}{_pattern(edge.style)}"


def _shaped(node: Node, ids: dict[str, str]) -> str:
    before, after = _BRACKETS[node.shape]
    return f'{ids[node.id]}{before}"{_text(node.lines)}"{after}'


def _link(edge: Edge, scene: Graph) -> str:
    meaning = (edge.style.name,) if edge.style in scene.legend else ()
    label = _text((*meaning, *edge.label))
    line = "-->" if edge.arrow else "---"
    return f'{line}|"{label}"|' if label else line


def _pattern(style: Style) -> str:
    match style.line:
        case Line.SOLID:
            return ""
        case Line.BOLD:
            return ",stroke-width:4px"
        case Line.DASHED:
            return ",stroke-dasharray:8 4"
        case Line.DOTTED:
            return ",stroke-dasharray:2 4"
        case _:
            assert_never(style.line)


def _ladder(scene: Ladder) -> Iterator[str]:
    yield "sequenceDiagram"
    ids = _ids(scene.lifelines)
    for node in scene.lifelines:
        yield f"    participant {ids[node.id]} as {_text(node.lines)}"
    if not ids:
        return
    everyone = tuple(ids.values())
    across = ",".join(dict.fromkeys((everyone[0], everyone[-1])))
    repeats = False
    for row in scene.rows:
        match row:
            case Panel():
                yield from _panel(row, ids, across)
            case Divider(text, repeats=False):
                yield f"    Note over {across}: {_escaped(text)}"
            case Divider(text):
                repeats = True
                yield f"    loop {_escaped(text.rstrip(':'))}"
    if repeats:
        yield "    end"
    if scene.caption:
        yield f"    Note over {across}: {_text(scene.caption, NOTE_CHARACTERS)}"


def _panel(panel: Panel, ids: dict[str, str], across: str) -> Iterator[str]:
    meaning = "" if panel.style == PROTOCOL else f" ({panel.style.name})"
    tint = _TINTS.get(panel.style.name)
    if tint:
        yield f"    rect rgb({tint})"
    yield f"    Note over {across}: {_escaped(f'{panel.number}. {panel.title}{meaning}')}"
    arrow = "-->>" if panel.style == FAILURE else "->>"
    for message in panel.messages:
        yield f"    {ids[message.source]}{arrow}{ids[message.target]}: {_text(message.label)}"
    for note in panel.notes:
        yield f"    Note over {ids[note.lifeline]}: {_text(note.text)}"
    if tint:
        yield "    end"


_TAGS = {Tone.GOOD: "done, ", Tone.LESS: "active, ", Tone.LOST: "crit, ", Tone.ASIDE: ""}
_SHARE = 8
"""What is open at an end is drawn as this part of the whole."""


def _timeline(scene: TimeLine) -> Iterator[str]:
    """Yield a Gantt chart; it begins at 0, so what it says of time is how long, not when."""
    yield "gantt"
    yield "    dateFormat x"
    yield "    axisFormat %M:%S"
    ends = [end for lane in scene.lanes for span in lane.spans for end in (span.begin, span.end)]
    dates = [end for end in ends if end is not None] + [mark.at for mark in scene.marks]
    first, last = min(dates, default=0), max(dates, default=0)
    more = max((last - first) // _SHARE, 1)
    if scene.marks:
        yield "    section what happens"
    for mark in scene.marks:
        at = mark.at - first + more
        said = _escaped(f"{seconds(mark.at)} {mark.text}")
        yield f"    {said} :milestone, {at}, {at}"
    for lane in scene.lanes:
        yield f"    section {_escaped(lane.name)}"
        for span in lane.spans:
            begin = (first - more if span.begin is None else span.begin) - first + more
            end = (last + more if span.end is None else span.end) - first + more
            yield f"    {_escaped(_told(span))} :{_TAGS[span.tone]}{begin}, {end}"


def _told(span: Span) -> str:
    """Return what goes on and how long, in words."""
    if span.ms is not None:
        return f"{span.label} {seconds(span.ms)}"
    return f"{span.label}, until then" if span.end is not None else f"{span.label}, from then on"
