"""How a parameter is written down: durations, names, numbers, and the note that goes with each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Literal

from msgspec import Meta

WEEK_MS = 604_800_000
"""The longest duration: a week, the longest that the product takes anywhere [V S7]."""

COUNT_MAX = 10_000
"""The largest number of instances, calls or ports; a limit on everything."""


class Kind(Enum):
    """What text stands for, when it is not just text."""

    DURATION = "duration"
    NAME = "name"
    STRATEGY = "strategy"


class Read(Enum):
    """Who reads a parameter, or what still has to be built before it has an effect."""

    NOW = ""
    TIME = "time"
    """It is read now, by what knows time: `hamodel loss`."""
    PARTITIONS = "network partitions"


@dataclass(frozen=True, slots=True)
class About:
    """
    What stands beside a parameter in the schema.

    Parameters
    ----------
    text
        What it means, in a sentence or two.
    source
        Where its default comes from: a section of the guide, public material, or a judgement.
    read
        Whether the model reads it now, or which feature it awaits.
    why_not
        Why it has no effect, for what the model leaves out; empty for what is read.
    values
        What each of its words means, in their order.
    example
        A line of the file, for a table whose keys are a user's own.
    """

    text: str
    source: str = ""
    read: Read = Read.NOW
    values: tuple[str, ...] = ()
    example: str = ""
    why_not: str = ""

    @property
    def no_effect(self) -> str:
        """That it has no effect, and why, in words; empty for what is read."""
        if self.read is Read.PARTITIONS:
            return f"has no effect yet; it awaits {self.read.value}"
        return f"has no effect: {self.why_not}" if self.why_not else ""


Duration = Annotated[int, Meta(ge=0, le=WEEK_MS), Kind.DURATION]
"""Integer milliseconds, written `"10 s"` or `"250 ms"`."""

Pause = Annotated[int, Meta(ge=1, le=WEEK_MS), Kind.DURATION]
"""A duration that cannot be nothing: an interval or a limit of patience."""

Heartbeat = Annotated[int, Meta(ge=3_000, le=WEEK_MS), Kind.DURATION]
"""A heartbeat's period, 3 s to a week [V S7]."""

SessionExpiry = Annotated[int, Meta(ge=90_000, le=WEEK_MS), Kind.DURATION]
"""When a SIP session is refreshed at the latest; RFC 4028 allows nothing below 90 s [V S42]."""

Installed = Annotated[int, Meta(ge=1, le=COUNT_MAX)]
"""How many there are of something; zero of it is left out, not written as 0."""

Pair = Annotated[int, Meta(ge=1, le=2)]
"""One instance, or a pair: the guide knows no more of these."""

Searched = Annotated[int, Meta(ge=1, le=100)]
"""How many of something one search covers."""

Tries = Annotated[int, Meta(ge=1, le=1_000)]
"""How often something is tried, missed or counted before it is given up."""

Name = Annotated[
    str,
    Meta(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_.-]+( [A-Za-z0-9_.-]+)*$"),
    Kind.NAME,
]
"""Letters, digits, `_`, `.`, `-` and single spaces, so that it can stand in any picture."""

Words = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
"""A sentence of a person's: not empty, not endless."""

Strategy = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^(signaling-backup|media-backup|stop-start|[a-z_][a-z0-9_.]*:[a-z_][a-z0-9_]*)$",
    ),
    Kind.STRATEGY,
]
"""One of the guide's ways to keep recording, or `module:name` of a vendor's own (REC-2)."""

STRATEGIES = ("signaling-backup", "media-backup", "stop-start")
"""The guide's ways for a recorder to survive a failure (REC-4, REC-5, REC-6)."""

Traffic = Literal["ha", "sip", "rtp", "t-lib"]
"""What a link between sites carries, and a cut of it stops."""
