"""What is said on stderr while searches go on."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from hamodel.cli.output import console_for, say
from hamodel.cli.search import Done, Judged, Message, Progress, Watch
from hamodel.cli.words import allowed, plural
from hamodel.engine.check import Search


@contextmanager
def watching(searches: Sequence[Search], *, verbose: bool) -> Iterator[Watch]:
    """Yield what to call with messages: a live picture in a terminal, lines with `verbose`."""
    console = console_for(sys.stderr)
    if verbose or not console.is_terminal:
        yield _Lines(searches) if verbose else _silent
        return
    # Without a thread of its own: a process with threads should not fork.
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield _Picture(searches, live, console)


def _silent(_: Message) -> None:
    """Say nothing."""


class _Lines:
    """Says a line when a search begins and when it ends."""

    def __init__(self, searches: Sequence[Search]) -> None:
        self.searches = searches
        self.begun: set[int] = set()
        self.started = time.monotonic()
        self.states: dict[int, int] = {}

    def __call__(self, message: Message) -> None:
        number = message.search
        budget = self.searches[number].budget
        if number not in self.begun:
            self.begun.add(number)
            say(f"search {number + 1} of {len(self.searches)}: at most {allowed(budget)}")
        match message:
            case Progress():
                self.states[number] = message.states
            case Judged():
                self.states[number] = message.sizes[0]
            case Done():
                spent = time.monotonic() - self.started
                states = plural(self.states.get(number, 0), "state")
                say(f"search {number + 1} ended: {states}, {spent:.1f} s since the start")
            case _:
                pass


class _Picture:
    """Shows the searches that go on, and how many have ended."""

    def __init__(self, searches: Sequence[Search], live: Live, console: Console) -> None:
        self.searches, self.live, self.console = searches, live, console
        self.going: dict[int, Progress] = {}
        self.ended = 0
        self.shown = 0.0

    def __call__(self, message: Message) -> None:
        match message:
            case Progress():
                self.going[message.search] = message
            case Done():
                self.ended += 1
                self.going.pop(message.search, None)
            case _:
                pass
        if time.monotonic() - self.shown > 0.1:
            self.live.update(self.picture(), refresh=True)
            self.shown = time.monotonic()

    def picture(self) -> Table:
        """Return a line for each search that goes on."""
        grid = Table.grid(padding=(0, 2))
        grid.add_row(Text(f"searches ended: {self.ended} of {len(self.searches)}"))
        for number, progress in sorted(self.going.items()):
            budget = allowed(self.searches[number].budget)
            states = plural(progress.states, "state")
            line = f"at most {budget}: {states}, depth {progress.depth}"
            grid.add_row(Text(line, style="dim"))
        return grid
