"""
Where everything in a time line stands.

The bars are true to scale. What is too narrow to be told there is drawn again below, enlarged, and
once more if need be; what goes on in the first lane is listed at the bottom, so that it adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from hamodel.draw.ladder_plan import GAP, INK, LEADING, LETTER, Box, Face, Plan, Stroke
from hamodel.draw.scene import Lane, Line, Mark, Span, Style, TimeLine, Tone
from hamodel.draw.text import wrapped
from hamodel.errors import seconds

NAMES = 110
"""The column on the left, with the names of the lanes."""
STUB = 92
"""What is open at an end, beyond the scale."""
SCALE = 640
"""From the first date to the last."""
WIDTH = NAMES + 2 * STUB + SCALE
ROW = 24
NARROW = 26
"""What is narrower than this is enlarged."""
TICKS = 9
"""So many dates on a scale at most."""
COLUMNS = (0, 26, 250, 340, 430, 520)
"""Where the columns of the list begin."""

GRID = Style("", "#9a9a9a", Line.DOTTED)
SCALE_MARK = Style("", "#1a1a1a", Line.SOLID)
FILLS = {Tone.GOOD: "#cfe8d5", Tone.LESS: "#fff1c9", Tone.LOST: "#f9d3cf", Tone.ASIDE: "#ececec"}
SECOND = "#fdeceb"
"""Every other span of those that are lost, so that two beside each other are told apart."""
BORDERS = {Tone.GOOD: "#1b7f3b", Tone.LESS: "#8a6d00", Tone.LOST: "#b3261e", Tone.ASIDE: "#8a8a8a"}


@dataclass(frozen=True, slots=True)
class _Told:
    """A span as it is drawn: with its number in the list, if it has one."""

    span: Span
    number: int = 0

    @property
    def words(self) -> tuple[str, ...]:
        """What may stand in it, the longest first."""
        if not self.number:
            return (self.span.label,)
        return f"{self.number} {self.span.label}", str(self.number)


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of time that is drawn in one scale, and whether it is the whole."""

    begin: int
    end: int
    whole: bool

    def x(self, at: int | None, *, last: bool = False) -> float:
        """Return where a date stands; None is the open end on that side."""
        if at is None:
            return WIDTH if last else NAMES
        return NAMES + STUB + SCALE * (at - self.begin) / (self.end - self.begin)

    def clipped(self, told: _Told) -> _Told | None:
        """Return what of a span lies in this window, if anything does."""
        span = told.span
        if self.whole:
            return told
        begin = self.begin if span.begin is None else max(span.begin, self.begin)
        end = self.end if span.end is None else min(span.end, self.end)
        if begin >= end:
            return None
        return _Told(Span(begin, end, span.tone, span.label), told.number)


@dataclass(slots=True)
class _Sheet:
    y: float = 0
    boxes: list[Box] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)

    def text(self, x: float, width: float, lines: Sequence[str], face: Face = Face.TEXT) -> None:
        """Put lines at the height that the sheet has come to, without going on below them."""
        height = LEADING * len(lines) + 2
        self.boxes.append(Box(x, self.y, width, height, tuple(lines), face, left=True))


def timeline_plan(scene: TimeLine) -> Plan:
    """Return the places of everything in a time line."""
    sheet = _Sheet()
    title = wrapped([scene.title], WIDTH // 9)
    sheet.boxes.append(Box(0, 0, WIDTH, 21 * len(title) + 4, title, Face.TITLE, left=True))
    sheet.y = 21 * len(title) + 4 + GAP
    lanes = {lane.name: _numbered(lane, first=lane is scene.lanes[0]) for lane in scene.lanes}
    dates = [each for lane in scene.lanes for span in lane.spans for each in (span.begin, span.end)]
    known = [each for each in dates if each is not None] + [mark.at for mark in scene.marks]
    first, last = min(known, default=0), max(known, default=0)
    _bars(sheet, lanes, _Window(first, max(last, first + 1), whole=True), scene.marks)
    _listed(sheet, next(iter(lanes.values())))
    if caption := wrapped(scene.caption, int(WIDTH / LETTER)):
        sheet.y += GAP
        sheet.text(0, WIDTH, caption)
        sheet.y += LEADING * len(caption) + 2
    return Plan(WIDTH, sheet.y, tuple(sheet.boxes), tuple(sheet.strokes))


def _numbered(lane: Lane, *, first: bool) -> tuple[_Told, ...]:
    """Return the spans of a lane; what is less than it should be has a number in the first."""
    found, number = [], 0
    for span in lane.spans:
        counts = first and span.tone in {Tone.LOST, Tone.LESS}
        number += counts
        found.append(_Told(span, number if counts else 0))
    return tuple(found)


def _bars(
    sheet: _Sheet,
    lanes: dict[str, tuple[_Told, ...]],
    window: _Window,
    marks: Sequence[Mark] = (),
) -> None:
    """Draw what goes on in a window, and below it, enlarged, what is too narrow there."""
    flags = list(_flags(sheet, window, marks))
    top = sheet.y
    ticks = list(_ticks(window))
    for at in ticks:
        x, said = window.x(at), seconds(at)
        half = len(said) * LETTER / 2 + 4
        if all(abs(x - mark) > half for mark, _, _ in flags):
            sheet.boxes.append(Box(x - half, sheet.y, 2 * half, LEADING, (said,), Face.SMALL))
    sheet.y += LEADING + 4
    shown = {
        name: [each for each in map(window.clipped, its) if each] for name, its in lanes.items()
    }
    for name, its in shown.items():
        words = wrapped([name], int(NAMES / LETTER) - 1)
        height = max(ROW, LEADING * len(words) + 2)
        sheet.boxes.append(Box(0, sheet.y, NAMES - 6, height, words, Face.HEAD, left=True))
        for told in its:
            sheet.boxes.append(_bar(window, told, sheet.y))
        sheet.y += height + 5
    for at in ticks:
        x = window.x(at)
        sheet.strokes.append(_line(x, top + LEADING - 1, x, top + LEADING + 4, SCALE_MARK))
    for x, y, style in flags:
        sheet.strokes.append(_line(x, y, x, sheet.y, style))
    for begin, end in _narrow(window, shown):
        below = sheet.y + 26
        for at, x in ((begin, NAMES + STUB), (end, NAMES + STUB + SCALE)):
            sheet.strokes.append(_line(window.x(at), sheet.y, x, below, GRID))
        sheet.y = below
        times = round((window.end - window.begin) / (end - begin))
        sheet.text(0, NAMES + STUB - 8, (f"enlarged, {times:,} times",), Face.SMALL)
        _bars(sheet, lanes, _Window(begin, end, whole=False))


def _line(x1: float, y1: float, x2: float, y2: float, style: Style) -> Stroke:
    return Stroke(x1, y1, x2, y2, style, arrow=False)


def _bar(window: _Window, told: _Told, y: float) -> Box:
    span = told.span
    x = window.x(span.begin)
    width = window.x(span.end, last=True) - x
    fitting = [words for words in told.words if LETTER * len(words) + 6 <= width]
    fill = SECOND if span.tone is Tone.LOST and told.number % 2 == 0 else FILLS[span.tone]
    lost = span.tone is Tone.LOST
    border = BORDERS[span.tone]
    return Box(x, y, width, ROW, tuple(fitting[:1]), Face.TEXT, INK, fill, border, lost)


def _flags(
    sheet: _Sheet, window: _Window, marks: Sequence[Mark]
) -> Iterator[tuple[float, float, Style]]:
    """Put what happens above the scale, a row each; yield the place of each and its style."""
    for mark in marks:
        x, said = window.x(mark.at), f"{seconds(mark.at)}: {mark.text}"
        width = LETTER * len(said) + 12
        left = x + 4 if x + 4 + width <= WIDTH else x - 4 - width
        sheet.boxes.append(
            Box(left, sheet.y, width, LEADING, (said,), ink=mark.style.colour, left=True)
        )
        yield x, sheet.y, mark.style
        sheet.y += LEADING + 2


def _ticks(window: _Window) -> Iterator[int]:
    """Yield round dates, so many that they can be read; of a moment alone that one."""
    if window.end - window.begin == 1:
        yield window.begin
        return
    step = 1
    while (window.end - window.begin) / step > TICKS:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    yield from range(-(-window.begin // step) * step, window.end + 1, step)


def _narrow(window: _Window, shown: dict[str, list[_Told]]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of the first lane's spans that are too narrow, if less than all is."""
    spans = [each.span for each in next(iter(shown.values()))]

    def narrow(span: Span) -> bool:
        return span.ms is not None and window.x(span.end) - window.x(span.begin) < NARROW

    for too_narrow, found in groupby(spans, narrow):
        group = list(found)
        begin, end = group[0].begin, group[-1].end
        if not too_narrow or begin is None or end is None:
            continue
        if (begin, end) != (window.begin, window.end) and end - begin > 1:
            yield begin, end


def _listed(sheet: _Sheet, told: Sequence[_Told]) -> None:
    """List what goes on in a lane, and how long what is lost, or less, is together."""
    sheet.y += GAP
    _row(sheet, ("", "", "from", "to", "how long", "until"), Face.HEAD)
    for each in told:
        span = each.span
        _row(
            sheet,
            (
                str(each.number or ""),
                span.label,
                "…" if span.begin is None else seconds(span.begin),
                ("for ever" if span.tone is Tone.LOST else "…")
                if span.end is None
                else seconds(span.end),
                "" if span.ms is None else seconds(span.ms),
                span.until,
            ),
        )
    for tone, said in ((Tone.LOST, "lost in all"), (Tone.LESS, "less in all")):
        lengths = [each.span.ms for each in told if each.span.tone is tone]
        known = [length for length in lengths if length is not None]
        whole = seconds(sum(known)) if len(known) == len(lengths) else "without end"
        if lengths:
            _row(sheet, ("", said, "", "", whole, ""), Face.HEAD)


def _row(sheet: _Sheet, cells: Sequence[str], face: Face = Face.TEXT) -> None:
    ends = (*COLUMNS[1:], WIDTH)
    said = [
        wrapped([cell], int((end - x - 8) / LETTER))
        for x, end, cell in zip(COLUMNS, ends, cells, strict=True)
    ]
    for x, end, lines in zip(COLUMNS, ends, said, strict=True):
        if any(lines):
            sheet.text(x, end - x, lines, face)
    sheet.y += LEADING * max(map(len, said)) + 2
