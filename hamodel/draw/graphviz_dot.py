"""
Scenes as DOT, by way of the `graphviz` package, and DOT as SVG, by way of the program `dot`.

The DOT of a scene is the same on every machine. Its SVG is free of versions and
times, but measured with the fonts of the machine that drew it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import assert_never

import graphviz

from hamodel.draw.ladder_plan import Box, Face, Plan, Stroke, plan
from hamodel.draw.scene import (
    Edge,
    Graph,
    Group,
    Ladder,
    Layout,
    Line,
    Node,
    Scene,
    Shape,
    Style,
    TimeLine,
)
from hamodel.draw.text import wrapped
from hamodel.draw.timeline_plan import timeline_plan
from hamodel.errors import InputError

FONT = "Helvetica,Arial,sans-serif"
LABEL_CHARACTERS = 34
CAPTION_CHARACTERS = 110
TITLE_CHARACTERS = 60

GUIDE = "#b8b8b8"
"""The colour of the dots that show how far a line is indented."""

_NO_BREAK = "\N{NO-BREAK SPACE}"
_BORDERS = {
    Line.SOLID: 'border="1"',
    Line.DASHED: 'border="1" style="dashed"',
    Line.DOTTED: 'border="2" style="dotted"',
    Line.BOLD: 'border="3"',
}
"""How a legend shows a line: as the lower side of a cell."""
_SHAPES = {
    Shape.STATE: {"shape": "box", "style": "rounded,filled", "fillcolor": "#f6f6f6"},
    Shape.BOX: {"shape": "box", "style": "filled", "fillcolor": "#ffffff"},
    Shape.STORE: {"shape": "cylinder", "style": "filled", "fillcolor": "#ffffff"},
    Shape.PARTY: {"shape": "ellipse", "style": "filled", "fillcolor": "#ffffff"},
    Shape.START: {
        "shape": "circle",
        "style": "filled",
        "fillcolor": "#1a1a1a",
        "label": "",
        "width": "0.16",
        "fixedsize": "true",
    },
}
_FACES = {
    Face.TITLE: ("b", "17"),
    Face.HEAD: ("b", "11"),
    Face.STEP: ("b", "10.5"),
    Face.TEXT: ("", "10.5"),
    Face.SMALL: ("i", "10"),
}


def dot(scene: Scene) -> str:
    """Return a scene as DOT text, the same each time; `dot -Tsvg` draws it."""
    match scene:
        case Graph():
            return _graph(scene)
        case Ladder():
            return _planned(scene.name, plan(scene))
        case TimeLine():
            return _planned(scene.name, timeline_plan(scene))
        case _:
            assert_never(scene)


def svg(dot_text: str) -> str:
    """
    Return DOT text drawn as SVG, without the version of the program that drew it.

    Raises
    ------
    InputError
        HA084: the program `dot` is not installed.
    """
    try:
        drawn = graphviz.pipe_string("dot", "svg", dot_text, encoding="utf-8", quiet=True)
    except graphviz.ExecutableNotFound:
        raise InputError(
            "HA084",
            "the program 'dot' is not installed, and SVG needs it; DOT and Mermaid do not; "
            "install Graphviz, for example with 'apt-get install graphviz' or "
            "'brew install graphviz'",
        ) from None
    return re.sub(r"<!--.*?-->\n?", "", str(drawn), flags=re.DOTALL)


def _graph(scene: Graph) -> str:
    across = scene.layout is Layout.TOPOLOGY
    drawing = graphviz.Digraph(
        scene.name,
        graph_attr={
            "bgcolor": "white",
            "fontname": FONT,
            "fontsize": "17",
            "label": _table(_set(wrapped([scene.title], TITLE_CHARACTERS), "b")),
            "labeljust": "l",
            "labelloc": "t",
            "newrank": "true",
            "nodesep": "0.7" if across else "0.45",
            "pad": "0.2",
            "rankdir": "LR" if across else "TB",
            "ranksep": "1.0" if across else "0.6",
        },
        node_attr={"fontname": FONT, "fontsize": "12", "color": "#1a1a1a", "margin": "0.16,0.09"},
        edge_attr={"fontname": FONT, "fontsize": "11"},
    )
    with drawing.subgraph(name="cluster_picture") as picture:
        picture.attr(
            label=_below(scene), labelloc="b", labeljust="l", fontsize="11", peripheries="0"
        )
        # From left to right, `dot` stacks from the bottom: the last is declared first.
        turn = -1 if across else 1
        for place, group in list(enumerate(scene.groups, start=1))[::turn]:
            _frame(picture, scene, place, group)
        for node in scene.nodes[::turn]:
            if not node.group:
                _node(picture, node)
        for edge in scene.edges:
            picture.edge(edge.source, edge.target, **_edge(edge))
    return str(drawing.source)


def _frame(picture: graphviz.Digraph, scene: Graph, place: int, group: Group) -> None:
    with picture.subgraph(name=f"cluster_{place}") as frame:
        frame.attr(
            label=_table(_set([group.label], "")),
            labelloc="t",
            labeljust="l",
            fontsize="11",
            style="rounded,filled",
            fillcolor="#f1f4f8",
            color="#7a8794",
            peripheries="1",
            margin="10",
        )
        for node in scene.nodes:
            if node.group == group.id:
                _node(frame, node)


def _node(drawing: graphviz.Digraph, node: Node) -> None:
    attributes = dict(_SHAPES[node.shape])
    if node.shape is not Shape.START:
        first, *others = node.lines
        attributes["label"] = _table([*_rows([first], bold=True), *_rows(others)], "center")
    drawing.node(node.id, **attributes)


def _edge(edge: Edge) -> dict[str, str]:
    attributes = {"color": edge.style.colour, **_line(edge.style)}
    if edge.arrow and edge.style.line is Line.BOLD:
        attributes["arrowhead"] = "empty"
    if not edge.arrow:
        attributes["arrowhead"] = "none"
    if edge.beside:
        attributes["constraint"] = "false"
    if edge.label:
        first, *others = edge.label
        rows = [*_rows([first], bold=True), *_rows(others)]
        label = _table(rows, ground="white") if edge.beside else _table(rows, margin=6)
        attributes |= {"label": label, "fontcolor": edge.style.colour}
    return attributes


def _line(style: Style) -> dict[str, str]:
    match style.line:
        case Line.SOLID:
            return {"penwidth": "1.2"}
        case Line.BOLD:
            return {"penwidth": "2.6"}
        case Line.DASHED:
            return {"penwidth": "1.5", "style": "dashed"}
        case Line.DOTTED:
            return {"penwidth": "1.8", "style": "dotted"}
        case _:
            assert_never(style.line)


def _rows(paragraphs: Iterable[str], bold: bool = False) -> list[str]:
    return _set(wrapped(paragraphs, LABEL_CHARACTERS), "b" if bold else "")


def _table(
    rows: Iterable[str], align: str = "left", *, width: float = 0, margin: int = 0, ground: str = ""
) -> str:
    """Return rows as a label, with a margin on its left and a ground that hides what it covers."""
    space = f'<td width="{margin}"></td>' if margin else ""
    cells = "".join(f'<tr>{space}<td align="{align}">{_indented(row)}</td></tr>' for row in rows)
    wide = f' width="{width:g}"' if width else ""
    behind = f' bgcolor="{ground}"' if ground else ""
    shape = f'border="0" cellborder="0" cellspacing="0" cellpadding="1"{wide}{behind}'
    return f"<<table {shape}>{cells}</table>>"


def _indented(row: str) -> str:
    """Return a row of a label; what it is indented by becomes dots, for blanks may be dropped."""
    text = row.lstrip(_NO_BREAK)
    dots = f"·{3 * _NO_BREAK}" * ((len(row) - len(text)) // 2)
    return f'<font color="{GUIDE}">{dots}</font>{text}' if dots else row


_INNER = '<table border="0" cellborder="0" cellspacing="0" cellpadding="0">'


def _below(scene: Graph) -> str:
    """Return legend and caption as a label, apart from the picture and from each other."""
    rows: list[str] = []
    if scene.legend:
        samples = (_sample(style, scene) for style in scene.legend)
        entries = '<td width="18"></td>'.join(f"<td>{sample}</td>" for sample in samples)
        rows += [" ", f"{_INNER}<tr>{entries}</tr></table>"]
    if scene.caption:
        rows += [" ", *_set(wrapped(scene.caption, CAPTION_CHARACTERS), "")]
    return _table([row or " " for row in rows]) if rows else ""


def _sample(style: Style, scene: Graph) -> str:
    """Return an entry of the legend: a line as it is drawn, and what it means."""
    colour = f'color="{style.colour}"'
    line = f'<td width="36" height="7" sides="b" {_BORDERS[style.line]} {colour}></td>'
    tip = "▶" if scene.layout is Layout.STATECHART else ""
    head = f'<td rowspan="2"><font {colour} point-size="9">{tip}</font></td>' if tip else ""
    said = html.escape(style.explained, quote=False)
    text = f'<td width="5" rowspan="2"></td><td rowspan="2"><font {colour}>{said}</font></td>'
    return f'{_INNER}<tr>{line}{head}{text}</tr><tr><td height="7"></td></tr></table>'


def _planned(name: str, drawn: Plan) -> str:
    drawing = graphviz.Digraph(
        name,
        graph_attr={
            "layout": "nop",
            "splines": "line",
            "outputorder": "nodesfirst",
            "bgcolor": "white",
            "pad": "0.25",
        },
        node_attr={
            "fontname": FONT,
            "shape": "box",
            "fixedsize": "true",
            "margin": "0",
            "penwidth": "1",
        },
        edge_attr={"arrowsize": "0.8"},
    )
    for number, box in enumerate(drawn.boxes, start=1):
        drawing.node(f"box_{number}", **_box(box))
    for number, stroke in enumerate(drawn.strokes, start=1):
        _stroke(drawing, f"stroke_{number}", stroke)
    return str(drawing.source)


def _box(box: Box) -> dict[str, str]:
    mark, size = _FACES[box.face]
    align, wide = ("left", box.width - 6) if box.left else ("center", 0.0)
    styles = [*(["filled"] if box.fill else []), *(["dashed"] if box.dashed else [])]
    return {
        "label": _table(_set(box.lines, mark), align, width=wide) if box.lines else "",
        "pos": f"{box.x + box.width / 2:g},{-(box.y + box.height / 2):g}!",
        "width": f"{box.width / 72:.4f}",
        "height": f"{box.height / 72:.4f}",
        "fontsize": size,
        "fontcolor": box.ink,
        "style": ",".join(styles) or "solid",
        "fillcolor": box.fill or "none",
        "color": box.border or box.fill or "none",
    }


def _set(lines: Iterable[str], mark: str) -> list[str]:
    """Return lines as rows of a table: bold, italic or plain."""
    texts = [html.escape(line, quote=False) for line in lines]
    return [f"<{mark}>{text}</{mark}>" if mark else text for text in texts]


def _stroke(drawing: graphviz.Digraph, name: str, stroke: Stroke) -> None:
    ends = ((f"{name}_from", stroke.x1, stroke.y1), (f"{name}_to", stroke.x2, stroke.y2))
    for end, x, y in ends:
        drawing.node(
            end, pos=f"{x:g},{-y:g}!", style="invis", width="0.01", height="0.01", label=""
        )
    attributes = {"color": stroke.style.colour, **_line(stroke.style)}
    if stroke.style.line is Line.BOLD:
        attributes["arrowhead"] = "empty"
    if not stroke.arrow:
        attributes["arrowhead"] = "none"
    drawing.edge(ends[0][0], ends[1][0], **attributes)
