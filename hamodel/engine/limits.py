"""Where a search is cut short: by its states, by its time, or by the memory of its process."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from hamodel.errors import SearchError, plural

_STATM = Path("/proc/self/statm")


class Cut(Enum):
    """What cut a search short."""

    STATES = "states"
    TIME = "time"
    MEMORY = "memory"
    EXHAUSTED = "exhausted"
    """There was no more memory to be had, whatever the limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Where a search is cut short; None for no limit.

    Parameters
    ----------
    states
        Stop when more distinct states than this are known. Where that falls is the same in every
        run.
    memory
        Stop when the process has so many bytes in memory (`resident`), its libraries and whatever
        else it does included. Looked at between batches of states.
    time
        Stop after so many seconds, judging included. Looked at between batches of states, and
        between the parts of judging.

    Raises
    ------
    SearchError
        HA045.
    """

    states: int | None = None
    memory: int | None = None
    time: float | None = None

    def __post_init__(self) -> None:
        for limit, unit in ((self.states, "states"), (self.memory, "bytes of memory")):
            if limit is not None and not (isinstance(limit, int) and limit >= 1):
                raise SearchError("HA045", f"the limit is {limit} {unit}; it can be 1 or more")
        limit_s = self.time
        if limit_s is not None and not (isinstance(limit_s, int | float) and limit_s > 0):
            raise SearchError("HA045", f"the limit is {limit_s} seconds; it can be above 0")
        if self.memory is not None and not resident():
            raise SearchError(
                "HA045",
                f"the limit is {self.memory} bytes of memory, and this system does not say how "
                "much a process takes; leave it out, and limit the states",
            )

    def but(self, limit_states: int | None) -> Limits:
        """Return these limits with another one on the states, if there is one."""
        return self if limit_states is None else replace(self, states=limit_states)

    def __str__(self) -> str:
        """Return all of them in words: `9,000 states, 4 GB of memory or 60 s`."""
        said = [
            "" if self.states is None else plural(self.states, "state"),
            "" if self.memory is None else f"{size_in_words(self.memory)} of memory",
            "" if self.time is None else f"{self.time:g} s",
        ]
        *most, last = [each for each in said if each] or ["no limit"]
        return f"{', '.join(most)} or {last}" if most else last

    def said(self, cut: Cut, counted: str = "state") -> str:
        """Return which limit it was, and what is to be known of where it fell."""
        elsewhere = "; the numbers are exact, but another run may stop elsewhere"
        match cut:
            case Cut.STATES:
                return f"the limit of {plural(self.states or 0, counted)}"
            case Cut.TIME:
                return f"the limit of {self.time:g} s{elsewhere}"
            case Cut.MEMORY:
                return f"the limit of {size_in_words(self.memory or 0)} of memory{elsewhere}"
            case Cut.EXHAUSTED:
                return f"the memory that there is{elsewhere}"


NO_LIMITS = Limits()


class MemoryLimitError(MemoryError):
    """What is to be done next would take more memory than the limit."""


class TimeLimitError(Exception):
    """What is read off a search goes on beyond the limit on the time."""


CutShort = (MemoryError, TimeLimitError)
"""What judging may meet; `cut_by` says which limit that was."""


class Meter:
    """
    Limits, and the clock that runs against them.

    Parameters
    ----------
    limits
        What is not to be exceeded.
    begun
        When the clock began to run (`time.monotonic()`); by default now.
    """

    def __init__(self, limits: Limits, begun: float | None = None) -> None:
        self.limits = limits
        self.begun = time.monotonic() if begun is None else begun

    def met(self) -> Cut | None:
        """Return which limit has been met: on the time or on the memory."""
        if self._late():
            return Cut.TIME
        if self.limits.memory is not None and resident() >= self.limits.memory:
            return Cut.MEMORY
        return None

    def check_time(self) -> None:
        """Raise TimeLimitError if the limit on the time has been met."""
        if self._late():
            raise TimeLimitError

    def check_room(self, more: int) -> None:
        """Raise MemoryLimitError if so many bytes more would be beyond the limit."""
        if self.limits.memory is not None and resident() + more > self.limits.memory:
            raise MemoryLimitError

    def _late(self) -> bool:
        limit_s = self.limits.time
        return limit_s is not None and time.monotonic() - self.begun >= limit_s


def cut_by(error: Exception) -> Cut:
    """Return what cut a search short, or its judging, that met this error."""
    if isinstance(error, TimeLimitError):
        return Cut.TIME
    return Cut.MEMORY if isinstance(error, MemoryLimitError) else Cut.EXHAUSTED


def resident() -> int:
    """
    Return how many bytes of this process are in memory; 0 where the system does not say.

    Linux tells of this moment, other systems of the most that it ever was.
    """
    try:
        pages = int(_STATM.read_bytes().split()[1])
    except OSError:
        return _most_resident()
    return pages * os.sysconf("SC_PAGE_SIZE")


def _most_resident() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def size_in_words(size: int) -> str:
    """Return a number of bytes in words: `512 MB`, `4 GB`."""
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} B"
