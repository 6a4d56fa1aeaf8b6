"""Stories: a trace as a ladder, so that a person can follow it from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from hamodel.draw.scene import (
    STYLES,
    Divider,
    Edge,
    Ladder,
    Node,
    Note,
    Panel,
    legend_of,
    slug,
)
from hamodel.errors import SearchError
from hamodel.rule import Rule
from hamodel.system import System
from hamodel.trace import Change, Trace, TraceStep

Speaker: TypeAlias = Callable[[TraceStep, str], str]
"""From a step and a party of its messages to the lifeline that it speaks or hears at."""

LOOPS = "From here on, again and again:"
STAYS = "And here it stays, for ever."
FORKS = "Here the runs with the failure and without it part; this is one of them:"


def story(
    system: System,
    trace: Trace,
    title: str,
    actors: Sequence[str] = (),
    *,
    within: Mapping[str, str] | None = None,
    speaker: Speaker = lambda _, party: party,
    name: str = "",
    caption: Iterable[str] = (),
) -> Ladder:
    """
    Return a trace as numbered panels over the lifelines of those who take part.

    Parameters
    ----------
    system
        What the trace is of. Changes of variables that it does not own, such as the counters
        of a fault budget, are not drawn.
    trace
        The run; each of its steps is a panel.
    title
        What the story shows.
    actors
        Lifelines to draw from the left, in this order, if they take part; the others follow
        in the order of the system, and those outside of it last.
    within
        Component → the lifeline that it is drawn on, such as a session's to its server's.
    speaker
        Who it is that speaks or hears in a step, where a message names a party such as a service
        that several components offer together; by default the party itself.
    name
        Of the files; by default made from the title.
    caption
        Paragraphs below, before the trace's own note.

    Raises
    ------
    SearchError
        HA041: the trace names a rule that the system does not have.
    """
    place = dict(within or {})
    panels = [
        _panel(system, number, step, place, speaker)
        for number, step in enumerate(trace.steps, start=1)
    ]
    seen = {who for panel in panels for who in _who(panel)}
    order = (*actors, *(place.get(each.name, each.name) for each in system.components))
    lifelines = [who for who in dict.fromkeys(order) if who in seen]
    strangers = dict.fromkeys(who for panel in panels for who in _who(panel))
    lifelines += [who for who in strangers if who not in lifelines]
    return Ladder(
        slug(name or f"story {title}"),
        title,
        lifelines=tuple(Node(who, (who,)) for who in lifelines),
        rows=tuple(_rows(panels, trace)),
        legend=legend_of(panel.style for panel in panels),
        caption=(*caption, *((trace.note,) if trace.note else ())),
    )


def _rows(panels: list[Panel], trace: Trace) -> Iterator[Panel | Divider]:
    for place, panel in enumerate(panels):
        if trace.fork == place:
            yield Divider(FORKS)
        if trace.loop == place:
            yield Divider(LOOPS, repeats=True)
        yield panel
    if trace.loop == len(panels):
        yield Divider(STAYS)


def _who(panel: Panel) -> Iterator[str]:
    for message in panel.messages:
        yield from (message.source, message.target)
    yield from (note.lifeline for note in panel.notes)


def _panel(
    system: System, number: int, step: TraceStep, place: Mapping[str, str], speaker: Speaker
) -> Panel:
    rules = {rule.name: rule for rule in system.rules}
    if step.rule not in rules:
        raise SearchError(
            "HA041", f"step {number} is {step.rule!r}, which is no rule of the system"
        )
    rule = rules[step.rule]
    style = STYLES[rule.kind]
    notes: dict[str, list[str]] = {}
    for change in step.changes:
        if owner := system.owners.get(change.var):
            lifeline = place.get(owner, owner)
            notes.setdefault(lifeline, []).append(_changed(change, owner, lifeline))
    return Panel(
        number,
        rule.name,
        style,
        messages=tuple(_messages(rule, step, place, speaker)),
        notes=tuple(Note(lifeline, tuple(text)) for lifeline, text in notes.items()),
    )


def _messages(
    rule: Rule, step: TraceStep, place: Mapping[str, str], speaker: Speaker
) -> Iterator[Edge]:
    """Yield what was heard; the rule knows who speaks, the step knows what was said."""
    for message, text in zip(rule.says, step.messages, strict=True):
        said = text.removeprefix(f"{message.sender} → {message.receiver}: ")
        ends = (speaker(step, party) for party in (message.sender, message.receiver))
        sender, receiver = (place.get(end, end) for end in ends)
        yield Edge(sender, receiver, (said,), STYLES[rule.kind])


def _changed(change: Change, owner: str, lifeline: str) -> str:
    """Return a change as it stands on a lifeline: without the name that stands above it."""
    moved = f"{change.before} → {change.after}"
    if change.var == lifeline:
        return moved
    if owner == lifeline:
        return f"{change.var.removeprefix(f'{lifeline}.')}: {moved}"
    return f"{re.sub(rf'_on_{re.escape(lifeline)}(?![0-9])', '', change.var)}: {moved}"
