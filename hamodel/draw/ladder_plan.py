"""
Where everything in a ladder stands: boxes and strokes with their places, in points.

Automatic layouts bend lifelines and let labels drift; a ladder's places follow
from its rows, so they are worked out here and are the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from hamodel.draw.scene import FAILURE, PROTOCOL, Divider, Edge, Ladder, Panel, Style
from hamodel.draw.text import BULLET, wrapped

COLUMN = 188
"""Between two lifelines."""
STEPS = 216
"""The column on the left, with the numbered steps."""
LETTER = 5.6
"""A letter's width at the size of the text, on the generous side."""
LEADING = 14
"""From line to line."""
GAP = 9
"""Between what stands below one another."""
FOOTED_ROWS = 10
"""A ladder with more rows repeats its lifelines' names at the bottom."""

INK = "#1a1a1a"
TINTS = {"failure": "#fdecea", "repair": "#e9f5ec", "environment": "#eaf1fa"}


class Face(Enum):
    """How a box's text is set."""

    TITLE = "title"
    HEAD = "head"
    STEP = "step"
    TEXT = "text"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its left upper corner, with lines of text in it."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...] = ()
    face: Face = Face.TEXT
    ink: str = INK
    fill: str = ""
    border: str = ""
    dashed: bool = False
    left: bool = False


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line from one place to another."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: Style
    arrow: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """Boxes in the order of painting, then strokes on top of them; y grows downwards."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    strokes: tuple[Stroke, ...]


@dataclass(slots=True)
class _Sheet:
    """A plan that is being filled from top to bottom."""

    places: dict[str, float]
    width: float
    y: float = 0
    bands: list[Box] = field(default_factory=list)
    lifelines: list[Box] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)


def plan(ladder: Ladder) -> Plan:
    """Return the places of everything in a ladder."""
    places = {node.id: STEPS + COLUMN * (i + 0.5) for i, node in enumerate(ladder.lifelines)}
    sheet = _Sheet(places, STEPS + COLUMN * max(len(places), 2))
    _title(sheet, ladder)
    _heads(sheet, ladder)
    start, loop = sheet.y, 0.0
    for row in ladder.rows:
        match row:
            case Panel():
                _panel(sheet, row)
            case Divider():
                loop = sheet.y if row.repeats else loop
                _divider(sheet, row)
    if loop:
        sheet.boxes.append(Box(-9, loop, 4, sheet.y - loop, fill=INK))
    sheet.lifelines += [
        Box(x - 0.5, start, 1, sheet.y - start, fill="#8a8a8a") for x in places.values()
    ]
    if len(ladder.rows) > FOOTED_ROWS:
        _heads(sheet, ladder)
    _foot(sheet, ladder)
    boxes = (*sheet.bands, *sheet.lifelines, *sheet.boxes)
    return Plan(sheet.width, sheet.y, boxes, tuple(sheet.strokes))


def _letters(width: float) -> int:
    """Return how many letters fit into a box."""
    return int((width - 8) / LETTER)


def _title(sheet: _Sheet, ladder: Ladder) -> None:
    lines = wrapped([ladder.title], int(sheet.width / 9))
    height = 21 * len(lines) + 4
    sheet.boxes.append(Box(0, sheet.y, sheet.width, height, lines, Face.TITLE, left=True))
    sheet.y += height + GAP


def _heads(sheet: _Sheet, ladder: Ladder) -> None:
    width = COLUMN - 12
    said = {node.id: wrapped(node.lines, _letters(width) - 2) for node in ladder.lifelines}
    height = LEADING * max(map(len, said.values()), default=0) + 10
    sheet.boxes += [
        Box(
            sheet.places[who] - width / 2,
            sheet.y,
            width,
            height,
            lines,
            Face.HEAD,
            INK,
            "#eeeeee",
            INK,
        )
        for who, lines in said.items()
    ]
    sheet.y += height


def _panel(sheet: _Sheet, panel: Panel) -> None:
    top, ink, tint = sheet.y, panel.style.colour, TINTS.get(panel.style.name, "#ffffff")
    title = wrapped([f"{panel.number}. {panel.title}"], _letters(STEPS - 12) - 2)
    sheet.y += GAP
    left = LEADING * len(title) + 2
    sheet.boxes.append(Box(6, sheet.y, STEPS - 12, left, title, Face.STEP, ink, left=True))
    if panel.style != PROTOCOL:
        kind = (panel.style.name,)
        sheet.boxes.append(
            Box(6, sheet.y + left, STEPS - 12, LEADING, kind, Face.SMALL, ink, left=True)
        )
        left += LEADING
    least = sheet.y + left + GAP
    for message in panel.messages:
        _message(sheet, message, tint)
    width, tallest = COLUMN - 16, 0.0
    for note in panel.notes:
        marks = BULLET if len(note.text) > 1 else ""
        lines = wrapped([marks + text for text in note.text], _letters(width))
        height = LEADING * len(lines) + 8
        tallest = max(tallest, height + GAP)
        sheet.boxes.append(
            Box(
                sheet.places[note.lifeline] - width / 2,
                sheet.y,
                width,
                height,
                lines,
                fill="#fffdf2",
                border=ink,
                dashed=panel.style == FAILURE,
                left=len(note.text) > 1,
            )
        )
    sheet.y = max(sheet.y + tallest, least)
    sheet.bands.append(Box(0, top, sheet.width, sheet.y - top, fill=tint, border="#d0d0d0"))


def _message(sheet: _Sheet, message: Edge, tint: str) -> None:
    start, end = sheet.places[message.source], sheet.places[message.target]
    to_itself = start == end
    span = COLUMN / 2 + 50 if to_itself else abs(end - start) - 16
    lines = wrapped(message.label, _letters(span))
    height = LEADING * len(lines)
    if lines:
        ink, width = message.style.colour, max(map(len, lines)) * LETTER + 4
        middle = start + COLUMN / 4 if to_itself else (start + end) / 2
        sheet.boxes.append(
            Box(middle - width / 2, sheet.y, width, height, lines, ink=ink, fill=tint)
        )
    y, style = sheet.y + height + 4, message.style
    if to_itself:
        turn = start + COLUMN / 2 - 12
        sheet.strokes.append(Stroke(start, y, turn, y, style, arrow=False))
        sheet.strokes.append(Stroke(turn, y, turn, y + 9, style, arrow=False))
        start, y = turn, y + 9
    sheet.strokes.append(Stroke(start, y, end, y, style))
    sheet.y = y + GAP


def _divider(sheet: _Sheet, divider: Divider) -> None:
    height = LEADING + 10
    sheet.boxes.append(
        Box(0, sheet.y, sheet.width, height, (divider.text,), Face.STEP, "#ffffff", INK, INK)
    )
    sheet.y += height


def _foot(sheet: _Sheet, ladder: Ladder) -> None:
    sheet.y += GAP + 4
    x = 4.0
    for style in ladder.legend:
        sheet.strokes.append(Stroke(x, sheet.y + 8, x + 40, sheet.y + 8, style))
        width = len(style.explained) * LETTER + 14
        sheet.boxes.append(
            Box(x + 44, sheet.y, width, 16, (style.explained,), ink=style.colour, left=True)
        )
        x += 44 + width + 14
    if ladder.legend:
        sheet.y += 16 + GAP
    if lines := wrapped(ladder.caption, _letters(sheet.width)):
        height = LEADING * len(lines) + 4
        sheet.boxes.append(Box(0, sheet.y, sheet.width, height, lines, left=True))
        sheet.y += height
