"""Time lines: what goes on in the worst run of a loss, as data that add up, and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hamodel.cli.losses import Loss, followed
from hamodel.cli.output import check_writable, write_file
from hamodel.cli.phases import phases_before, states_of
from hamodel.draw import dot, mermaid, svg
from hamodel.draw.scene import STYLES, Lane, Mark, Span, TimeLine, Tone, slug
from hamodel.engine.timed.dates import Dated
from hamodel.engine.waiting import ENDLESS
from hamodel.errors import InputError, among
from hamodel.expr import Value
from hamodel.guide.timeline import AS_ASKED, LANES, MEASURED, SET_UP, Watched
from hamodel.rule import Kind


@dataclass(frozen=True, slots=True)
class Interval:
    """
    A time in which one thing goes on; 0 is when the loss begins.

    Attributes
    ----------
    lane, state
        What is told, and what goes on.
    begin_ms, end_ms
        None for since before the run, and for what does not end or is not told any more.
    phase
        What the time goes by, where it is what is measured; empty elsewhere.
    until
        The rule that ends it; empty where none does.
    """

    lane: str
    begin_ms: int | None
    end_ms: int | None
    state: str
    phase: str = ""
    until: str = ""


def intervals(loss: Loss) -> tuple[Interval, ...]:
    """
    Return what goes on in the worst run, lane by lane, the one that is measured first.

    In each lane every interval begins where the one before it ends. Those with a phase add up to
    the loss, if it ends. A lane is left out whose variables the search did without.
    """
    worst, parts = loss.worst, loss.parts
    if worst is None or parts is None:
        return ()
    run = worst.run
    states = list(states_of(loss.system, [step.rule for step in run]))
    began = run[worst.begins - 1].at if worst.begins else 0
    # What is told first is how it was before anything took time, at the latest before the loss.
    at_first = sum(step.at == run[0].at for step in run[: worst.begins])
    first = min(at_first, max(worst.begins - 1, 0))
    told = followed(loss)
    lane, measured = MEASURED[loss.lost.name]
    watched = [make(parts, loss.call) for make in LANES]
    phases = [*phases_before(loss.system, worst), ENDLESS.get(worst.why, "")]
    found: list[Interval] = []
    for its in sorted(watched, key=lambda each: each.name != lane):
        if its.variables <= told and (not its.aside or its.name == lane):
            words = _words(its, states)[first:]
            named = [
                phase if its.name == lane and word == measured else ""
                for word, phase in zip(words, phases[first:], strict=True)
            ]
            found += _merged(its.name, words, named, run[first:], began)
    return tuple(found)


def _words(its: Watched, states: Sequence[Mapping[str, Value]]) -> list[str]:
    """Return what goes on in each state: what has not begun is not lost, what is lost stays so."""
    words: list[str] = []
    for state in states:
        word = its.word(state)
        if word == its.after and not set(its.good).intersection(words):
            word = SET_UP
        elif word == AS_ASKED and words and words[-1] == its.bad:
            word = its.bad
        words.append(word)
    return words


def _merged(
    lane: str, words: Sequence[str], phases: Sequence[str], steps: Sequence[Dated], zero: int
) -> tuple[Interval, ...]:
    """Return the intervals of a lane: what goes on before each step and after the last, if long."""
    begin: int | None = None
    merged: list[Interval] = []
    for place, (word, phase) in enumerate(zip(words, phases, strict=True)):
        step = steps[place] if place < len(steps) else None
        end = None if step is None else step.at - zero
        if place == 0 or begin != end:
            now = Interval(lane, begin, end, word, phase, "" if step is None else step.rule)
            if merged and (merged[-1].state, merged[-1].phase) == (word, phase):
                now = replace(now, begin_ms=merged.pop().begin_ms)
            merged.append(now)
        begin = end
    return tuple(merged)


def as_json(found: Sequence[Interval]) -> list[dict[str, Any]]:
    """Return intervals as JSON: times in whole ms, null at an open end."""
    return [
        {
            "lane": each.lane,
            "begin_ms": each.begin_ms,
            "end_ms": each.end_ms,
            "state": each.state,
            "phase": each.phase,
            "until": each.until,
        }
        for each in found
    ]


def picture(
    found: Sequence[Interval],
    marks: Sequence[Mark],
    title: str,
    *,
    name: str = "",
    caption: Sequence[str] = (),
) -> TimeLine:
    """Return intervals as a picture."""
    lanes: dict[str, list[Span]] = {}
    for each in found:
        span = Span(each.begin_ms, each.end_ms, _tone(each), each.phase or each.state, each.until)
        lanes.setdefault(each.lane, []).append(span)
    return TimeLine(
        name or slug(f"time line {title}"),
        title,
        tuple(Lane(lane, tuple(spans)) for lane, spans in lanes.items()),
        tuple(marks),
        tuple(caption),
    )


TONES = {
    "recorded": Tone.GOOD,
    "two copies": Tone.GOOD,
    "one copy": Tone.LESS,
    "heard": Tone.GOOD,
    "served": Tone.GOOD,
    "lost": Tone.LOST,
    "not heard": Tone.LOST,
    "nobody serves": Tone.LOST,
    "not noticed": Tone.LOST,
    "off record": Tone.LOST,
    "answers or is noticed": Tone.GOOD,
}
"""How good what goes on is; what is not here is beside the matter."""


def _tone(each: Interval) -> Tone:
    return TONES.get(each.state, Tone.ASIDE)


def marks_of(loss: Loss) -> tuple[Mark, ...]:
    """Return the failures and repairs of the worst run, with when they happen."""
    worst = loss.worst
    if worst is None:
        return ()
    began = worst.run[worst.begins - 1].at if worst.begins else 0
    kinds = {rule.name: rule.kind for rule in loss.system.rules}
    return tuple(
        Mark(step.at - began, step.rule, STYLES[kinds[step.rule]])
        for step in worst.run
        if kinds[step.rule] in {Kind.FAILURE, Kind.REPAIR}
    )


FORMS = (".svg", ".dot", ".mmd")


def check_picture(file: Path) -> None:
    """Raise HA082 for a picture that is not of a form that there is, HA074 if it cannot be kept."""
    if file.suffix not in FORMS:
        raise InputError("HA082", f"--draw is {str(file)!r:.80}; it can end with {among(FORMS)}")
    check_writable(file)


def write_picture(scene: TimeLine, file: Path) -> None:
    """
    Draw a time line into a file; what its name ends with says how.

    Raises
    ------
    InputError
        HA074 for a file that cannot be written; HA084 if it takes a program that is not installed.
    """
    text = mermaid(scene) if file.suffix == ".mmd" else dot(scene)
    write_file(file, svg(text) if file.suffix == ".svg" else text)
