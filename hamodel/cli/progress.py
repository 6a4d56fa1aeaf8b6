"""What is said on stderr while searches go on."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from hamodel.cli.output import console_for, say
from hamodel.cli.search import Done, Failed, Judged, Message, Progress, Told, Waiting, Watch
from hamodel.cli.words import allowed, plural
from hamodel.engine.check import Search
from hamodel.engine.limits import resident, size_in_words

INTERVAL_S = 30
"""How often a line says how far the searches are, where there is no terminal."""


PACE_S = 1
"""Over how long at least it is measured how fast a search is."""


@dataclass(slots=True)
class _Pace:
    """
    How fast a search is.

    Parameters
    ----------
    since, states
        When it was measured last, and how many states there were.
    rate
        How many states a second there were then; None before it was measured.
    """

    since: float
    states: int
    rate: float | None = None

    def measure(self, states: int) -> None:
        """Measure, unless it was measured just before."""
        spent = time.monotonic() - self.since
        if spent >= PACE_S:
            self.rate = (states - self.states) / spent
            self.since, self.states = self.since + spent, states


class _Going:
    """The searches that go on: how far each is, and how fast."""

    def __init__(self) -> None:
        self._last: dict[int, Progress] = {}
        self._paces: dict[int, _Pace] = {}

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._last))

    def hear(self, progress: Progress) -> None:
        """Keep how far a search is."""
        number = progress.search
        self._last[number] = progress
        pace = self._paces.setdefault(number, _Pace(time.monotonic(), progress.states))
        pace.measure(progress.states)

    def judge(self, judged: Judged) -> None:
        """Keep how far a search came: it finds no further states."""
        number, (states, _, depth) = judged.search, judged.sizes
        self._last[number] = Progress(number, states, depth)
        self._paces.pop(number, None)

    def end(self, number: int) -> Progress:
        """Forget a search, and return how far it was at last."""
        self._paces.pop(number, None)
        return self._last.pop(number, Progress(number, 0, 0))

    def said(self, number: int) -> str:
        """
        Return how far a search is, in words.

        It has its first state before its rules are compiled, which can take much of its time.
        """
        its, pace = self._last[number], self._paces.get(number)
        if its.states <= 1:
            return "being prepared"
        parts = [plural(its.states, "state")]
        if pace is not None and pace.rate is not None:
            parts.append(f"{pace.rate:,.0f} states/s")
        if its.frontier:
            parts.append(f"frontier {its.frontier:,}")
        parts.append(f"depth {its.depth}")
        if its.memory:
            parts.append(size_in_words(its.memory))
        return ", ".join(parts)


@contextmanager
def watching(searches: Sequence[Search], *, jobs: int = 1, verbose: bool) -> Iterator[Watch]:
    """Yield what to call with messages: a live picture in a terminal, lines elsewhere."""
    console = console_for(sys.stderr)
    if verbose or not console.is_terminal:
        yield _Lines(searches, jobs, verbose=verbose)
        return
    # Without a thread of its own: a process with threads should not fork.
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield _Picture(searches, live, console)


class _Lines:
    """
    Says how many searches there are, and now and then how far they are.

    With `verbose` also when each of them begins and ends.
    """

    def __init__(self, searches: Sequence[Search], jobs: int, *, verbose: bool) -> None:
        self.searches, self.verbose = searches, verbose
        self.begun: set[int] = set()
        self.going = _Going()
        self.ended = 0
        self.started = self.said = time.monotonic()
        if searches:
            together = min(jobs, len(searches))
            at_once = f", {together} at once" if together > 1 else ""
            say(plural(len(searches), "search") + at_once)

    def __call__(self, message: Message) -> None:
        if not isinstance(message, Waiting | Done | Failed | Told):
            self._begin(message.search)
        match message:
            case Progress():
                self.going.hear(message)
            case Judged():
                self.going.judge(message)
            case Done():
                self._end(message.search)
            case Told():
                say(message.text)
            case _:
                pass
        if time.monotonic() - self.said >= INTERVAL_S:
            self.said = time.monotonic()
            say(self.line())

    def _begin(self, number: int) -> None:
        if self.verbose and number not in self.begun:
            self.begun.add(number)
            budget = allowed(self.searches[number].budget)
            say(f"search {number + 1} of {len(self.searches)}: at most {budget}")

    def _end(self, number: int) -> None:
        self.ended += 1
        last = self.going.end(number)
        if self.verbose:
            spent = time.monotonic() - self.started
            states = plural(last.states, "state")
            say(f"search {number + 1} ended: {states}, {spent:.1f} s since the start")

    def line(self) -> str:
        """Return how far the searches are, in a line."""
        spent = time.monotonic() - self.started
        parts = [
            f"after {spent:.0f} s {self.ended} of {plural(len(self.searches), 'search')} ended"
        ]
        parts += [f"search {number + 1}: {self.going.said(number)}" for number in self.going]
        return "; ".join(parts)


class _Picture:
    """Shows the searches that go on, and how many have ended."""

    def __init__(self, searches: Sequence[Search], live: Live, console: Console) -> None:
        self.searches, self.live, self.console = searches, live, console
        self.going = _Going()
        self.ended = 0
        self.shown = 0.0

    def __call__(self, message: Message) -> None:
        match message:
            case Progress():
                self.going.hear(message)
            case Judged():
                self.going.judge(message)
            case Told():
                self.console.print(message.text)
            case Done():
                self.ended += 1
                self.going.end(message.search)
            case _:
                pass
        if time.monotonic() - self.shown > 0.1:
            self.live.update(self.picture(), refresh=True)
            self.shown = time.monotonic()

    def picture(self) -> Table:
        """Return a line for each search that goes on."""
        grid = Table.grid(padding=(0, 2))
        grid.add_row(Text(f"searches ended: {self.ended} of {len(self.searches)}"))
        for number in self.going:
            line = f"at most {allowed(self.searches[number].budget)}: {self.going.said(number)}"
            grid.add_row(Text(line, style="dim"))
        return grid


@dataclass(slots=True)
class GoingInTime:
    """A search in time that goes on, of which it is said now and then how far it is."""

    name: str
    begun: float = field(default_factory=time.monotonic)
    told: float = 0

    def tell(self, classes: int, left: int) -> None:
        """Say how many classes there are, if it is time to."""
        spent = time.monotonic() - self.begun
        if spent >= self.told + INTERVAL_S:
            self.told = spent
            how_far = f"{plural(classes, 'class')}, {left:,} of them to be left"
            say(f"{self.name}: {how_far}, after {spent:.0f} s; {size_in_words(resident())}")
