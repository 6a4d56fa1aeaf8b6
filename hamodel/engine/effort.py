"""How far each of several searches goes, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass

from hamodel.engine.check import Search
from hamodel.engine.checkpoint import Checkpoint
from hamodel.engine.explored import Explored, Progress, Threads
from hamodel.engine.limits import Limits
from hamodel.system import System

SIZES = (250_000, 1_000_000, 4_000_000, 16_000_000)
"""
How far the systems without some parts are searched first, next and so on; at last to their end.

What is near in the one is found before much of the other is searched. Each goes on from the last.
"""


@dataclass(frozen=True, slots=True)
class Effort:
    """The limits of each search, who hears of it, how many threads it has, and when all began."""

    limits: Limits
    progress: Progress | None
    threads: Threads
    begun: float

    @property
    def sizes(self) -> list[int | None]:
        """How far a system is searched first, next and so on; None for as far as the limits."""
        last = self.limits.states
        return [*(size for size in SIZES if last is None or size < last), None]

    def explore(
        self,
        search: Search,
        system: System,
        *,
        size: int | None = None,
        checkpoint: Checkpoint | None = None,
        earlier: Explored | None = None,
    ) -> Explored:
        """Search a system so far, on from an earlier search of it; as `Search.explore`."""
        return search.explore(
            system,
            limits=self.limits.but(size),
            progress=self.progress,
            checkpoint=checkpoint,
            threads=self.threads,
            begun=self.begun,
            earlier=earlier,
        )
