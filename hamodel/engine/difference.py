"""
What tells two states apart that are not bisimilar: sequences of events, silence, choices.

First a shortest sequence of events that can be seen from one of them and
not from the other, by the subset construction on the blocks of the
partition; then a sequence after which one of them can stay silent for ever
and the other must go on; then, for two that agree in both, a choice that
one of them can make and the other cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from hamodel.engine.bisimulation import STAYS, Partition
from hamodel.engine.explored import Edge
from hamodel.engine.graph import way
from hamodel.engine.observers import Event, View

LIMIT = 500_000
"""How many blocks the subset construction may visit before it gives up."""
DEEP = 2
"""How many choices that follow one another are put in words."""
RIVALS = 3
"""From how many of the other side's choices one is distinguished in words."""

Blocks = frozenset[int]


class Side(Enum):
    """Which of the two states: the one without the fault, or the one after it."""

    WITHOUT = 0
    AFTER = 1

    @property
    def other(self) -> Side:
        """The other one."""
        return Side.AFTER if self is Side.WITHOUT else Side.WITHOUT


@dataclass(frozen=True, slots=True)
class Telling:
    """
    Events that tell two states apart.

    Attributes
    ----------
    side
        Which of the two can show them.
    events
        The other side can show all but the last; if `silence`, it can show all.
    silence
        Whether it is the silence for ever after the events that the other side cannot show.
    options
        What the other side can show there.
    ever
        Whether the other side can show, at some later moment, what is told of the last event; if
        `silence`, whether this side can show what is told of the first of the options.
    """

    side: Side
    events: tuple[Event, ...]
    silence: bool
    options: tuple[Event, ...]
    ever: bool


class _Weak:
    """The blocks of a partition: what sets of them can show next, silent steps left out."""

    def __init__(self, partition: Partition) -> None:
        self._partition = partition
        self._quiet: dict[int, list[int]] = {}
        self._loud: dict[int, list[tuple[Event, int]]] = {}
        self.work = 0

    def closed(self, blocks: Iterable[int]) -> Blocks:
        """Return these blocks and all that silent steps lead to."""
        seen = set(blocks)
        waiting = list(seen)
        while waiting:
            block = waiting.pop()
            self._look(block)
            for target in self._quiet[block]:
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        self.work += len(seen)
        return frozenset(seen)

    def shown(self, blocks: Blocks) -> dict[Event, Blocks]:
        """Return each event that can be seen next, and the blocks after it; messages first."""
        after: dict[Event, set[int]] = {}
        for block in blocks:
            for event, target in self._loud[block]:
                after.setdefault(event, set()).add(target)
        events = sorted(after, key=lambda event: (not event[0], event))
        return {event: self.closed(after[event]) for event in events}

    def stays(self, blocks: Blocks) -> bool:
        """Return whether a fair run from one of these can stay silent for ever."""
        return any(STAYS in self._partition.of_block(block) for block in blocks)

    def ever(self, blocks: Blocks, alike: Callable[[Event], bool]) -> bool:
        """Return whether such an event can be seen at some time."""
        seen, waiting = set(blocks), [blocks]
        while waiting:
            for event, targets in self.shown(waiting.pop()).items():
                if alike(event):
                    return True
                if not targets <= seen:
                    waiting.append(targets - seen)
                    seen |= targets
        return False

    def _look(self, block: int) -> None:
        if block in self._quiet:
            return
        colour = self._partition.colour_of_block(block)
        quiet, loud = list[int](), list[tuple[Event, int]]()
        for code, target in self._partition.steps(self._partition.of_block(block)):
            its = self._partition.colour_of_block(target)
            if code or its != colour:
                loud.append(((code, its), target))
            else:
                quiet.append(target)
        self._quiet[block], self._loud[block] = quiet, loud


def telling(view: View, partition: Partition, without: int, after: int) -> Telling | None:
    """
    Return a shortest sequence of events that tells two states of one colour apart.

    After the same events: best what only the state after the fault can show; then a silence for
    ever that only it can keep; then what only the state without the fault can show. A silence
    that only the latter can keep is the last resort. None if there is no such sequence, or if
    none was found by visiting `LIMIT` blocks.
    """
    weak = _Weak(partition)
    one, two = (weak.closed([partition.block_of(state)]) for state in (without, after))
    words: dict[tuple[Blocks, Blocks], tuple[Event, ...]] = {(one, two): ()}
    queue = [(one, two)]
    silence: Telling | None = None
    for pair in queue:
        word, nexts = words[pair], tuple(weak.shown(blocks) for blocks in pair)
        before = word[-1][1] if word else view.colour[without]
        for side in (Side.AFTER, Side.WITHOUT):
            mine, its = side.value, side.other.value
            options = tuple(nexts[its])
            if only := [event for event in nexts[mine] if event not in nexts[its]]:
                detail = view.detail(only[0], before, options)
                ever = weak.ever(pair[its], view.alike(only[0], before, detail))
                return Telling(side, (*word, only[0]), False, options, ever)
            if weak.stays(pair[mine]) and not weak.stays(pair[its]):
                detail = view.detail(options[0], before)
                ever = weak.ever(pair[mine], view.alike(options[0], before, detail))
                found = Telling(side, word, True, options, ever)
                if side is Side.AFTER:
                    return found
                silence = silence or found
        for event, target in nexts[0].items():
            there = (target, nexts[1][event])
            if there[0] != there[1] and there not in words:
                words[there] = (*word, event)
                queue.append(there)
        if weak.work > LIMIT:
            break
    return silence


def choice(
    view: View,
    partition: Partition,
    without: int,
    after: int,
    traps: Collection[int],
    deep: int = DEEP,
) -> tuple[Side, list[int], str]:
    """
    Return whose choice tells two states apart, its actions, and the choice in words.

    For two states of one colour that are not bisimilar. From where the partition parted them:
    what only one of them can do while everything that the partition then knew is still open. In
    the `traps` a fair run can stay for ever by silent steps, or by none.
    """
    states = (without, after)
    round_, *signatures = partition.parting(*map(partition.nodes.node_of.__getitem__, states))
    open_, colour = _Open(view, partition, round_, traps), view.colour[without]
    entries = [
        (*_plainness(open_, side, entry, colour), entry, side)
        for side in (Side.AFTER, Side.WITHOUT)
        for entry in sorted(signatures[side.value] - signatures[side.other.value])
    ]
    *_, entry, side = min(entries, key=lambda each: each[:3])
    actions, end = open_.first(states[side.value], entry)
    if entry == STAYS:
        return side, actions, "silence can last for ever with every choice still open"
    event = open_.event(entry)
    rivals = open_.rivals(states[side.other.value], event)[:RIVALS]
    why = (_reason(view, partition, end, rival, traps, deep) for rival in rivals)
    reasons = dict.fromkeys(why)
    then = f", after which {' and '.join(reasons)}" if reasons else " with every choice still open"
    silent = event == (0, colour)
    what = "a silent choice is possible" if silent else f"it can be that {view.said(event, colour)}"
    return side, actions, what + then


def _plainness(open_: _Open, side: Side, entry: int, colour: int) -> tuple[int, int, int]:
    """Return what sorts entries of signatures: silence, silent choices, events; shortest first."""
    kind = 0 if entry == STAYS else 1 if open_.event(entry) == (0, colour) else 2
    return kind, side is Side.WITHOUT, entry


def _reason(
    view: View, partition: Partition, end: int, rival: int, traps: Collection[int], deep: int
) -> str:
    """Return in words what makes `end` another state than `rival`."""
    told = telling(view, partition, end, rival)
    if told is None:
        if not deep:
            return "later choices differ"
        side, _, words = choice(view, partition, end, rival, traps, deep - 1)
        return f"({words})" if side is Side.WITHOUT else f"no longer ({words})"
    can = "can" if told.side is Side.WITHOUT else "cannot"
    if told.silence:
        return f"silence {can} last for ever {_once(view, told.events, end)}".rstrip()
    before = told.events[-2][1] if len(told.events) > 1 else view.colour[end]
    once = _once(view, told.events[:-1], end)
    return f"it {can} be that {view.said(told.events[-1], before)} {once}".rstrip()


def _once(view: View, events: Sequence[Event], start: int) -> str:
    if not events:
        return ""
    before = events[-2][1] if len(events) > 1 else view.colour[start]
    return f"once {view.said(events[-1], before)}"


class _Open:
    """The partition as it was when a round began: what states could do with all still open."""

    def __init__(
        self, view: View, partition: Partition, round_: int, traps: Collection[int]
    ) -> None:
        self._view, self._partition, self._round = view, partition, round_
        self._traps = traps

    def block(self, state: int) -> int:
        """Return the block that a state was in."""
        return self._partition.block_before(self._partition.nodes.node_of[state], self._round)

    def event(self, entry: int) -> Event:
        """Return the event of an entry of a signature."""
        ((code, block),) = self._partition.steps(frozenset([entry]))
        return code, self._partition.colour_of_block(block)

    def first(self, start: int, entry: int) -> tuple[list[int], int]:
        """Return the actions of a shortest run that does what an entry says, and its end."""
        parents: dict[int, tuple[int, Edge]] = {}
        queue = [start]
        for i in queue:
            if entry == STAYS and i in self._traps:
                return [action for action, _ in way(parents, start, i)], i
            for edge, done in self._steps(i):
                if done is None and edge[1] != start and edge[1] not in parents:
                    parents[edge[1]] = (i, edge)
                    queue.append(edge[1])
                elif done is not None and self._partition.entry(*done) == entry:
                    return [action for action, _ in (*way(parents, start, i), edge)], edge[1]
        raise AssertionError("the signature holds what cannot be done")

    def rivals(self, start: int, event: Event) -> list[int]:
        """Return a state for each block that `start` can be in after such an event; see `first`."""
        silent = not event[0] and event[1] == self._view.colour[start]
        found = {self.block(start): start} if silent else {}
        seen, queue = {start}, [start]
        for i in queue:
            for (_, target), done in self._steps(i):
                if done is not None and (done[0], self._view.colour[target]) == event:
                    found.setdefault(done[1], target)
                elif done is None and target not in seen:
                    seen.add(target)
                    queue.append(target)
        return list(found.values())

    def _steps(self, state: int) -> Iterable[tuple[Edge, tuple[int, int] | None]]:
        """Yield each step with its code and block; None where it is silent and all stays open."""
        own = self.block(state)
        for edge, code in zip(self._view.edges[state], self._view.codes[state], strict=True):
            its = self.block(edge[1])
            yield edge, None if not code and its == own else (code, its)
