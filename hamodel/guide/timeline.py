"""
What is told of a call at every moment: is it recorded, do its parties hear each other, who serves.

A lane is a list of words with guards, the first that holds is what goes on.  MS-5: both what is not
recorded and what is not heard are reported; SIP-2 for who serves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hamodel import Expr, all_of, any_of
from hamodel.expr import TRUE, Value, variables_of
from hamodel.guide.loss import as_asked, copies, heard, undetected
from hamodel.guide.parts import Parts
from hamodel.guide.vocabulary import Recording

NO_CALL, SET_UP, LOST = "no call", "being set up", "lost"
ONE_COPY, AS_ASKED = "one copy", "stopped as asked"
MEASURED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "unrecorded": ("recording", LOST),
        "single_copy": ("recording", ONE_COPY),
        "audio_outage": ("conversation", "not heard"),
        "uncontrollable": ("control", "nobody serves"),
        "undetected": ("monitor", "not noticed"),
        "failing_over": ("recording", LOST),
        "off_record": ("record", "off record"),
    }
)
"""By what can be lost, the lane that tells it, and the word for it there."""


@dataclass(frozen=True, slots=True)
class Watched:
    """
    A lane of a time line.

    Parameters
    ----------
    name
        What it tells.
    words
        What can go on, with the guard that it does; the last always holds.
    good, bad
        What goes on once it has begun, all of it or less, and what is lost there.
    after
        A word that means `SET_UP` until one of `good` has come; empty for none.
    aside
        Whether it is told only where it is what is measured.
    """

    name: str
    words: tuple[tuple[str, Expr], ...]
    good: tuple[str, ...]
    bad: str
    after: str = ""
    aside: bool = False

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables that it depends on."""
        return frozenset(var.name for _, guard in self.words for var in variables_of(guard))

    def word(self, state: Mapping[str, Value]) -> str:
        """Return what goes on in a state."""
        return next(word for word, guard in self.words if guard(state))


def recording(parts: Parts, call: str) -> Watched:
    """Tell how many recordings of a call go on, and when it is not to be recorded."""
    its = copies(parts, call)
    kept: tuple[tuple[str, Expr], ...] = (("recorded", any_of(*its)),)
    if len(its) > 1:
        kept = (("two copies", all_of(*its)), (ONE_COPY, any_of(*its)))
    return Watched(
        "recording",
        (
            (NO_CALL, ~parts.up(call)),
            *kept,
            ("not to be recorded", ~parts.calls[call].told.is_(Recording.ON)),
            (AS_ASKED, any_of(*as_asked(parts, call))),
            (LOST, TRUE),
        ),
        tuple(word for word, _ in kept),
        LOST,
        LOST,
    )


def conversation(parts: Parts, call: str) -> Watched:
    """Tell whether the parties of a call hear each other."""
    words = ((NO_CALL, ~parts.up(call)), ("heard", heard(parts, call)), ("not heard", TRUE))
    return Watched("conversation", words, ("heard",), "not heard")


def control(parts: Parts, call: str) -> Watched:
    """Tell whether a SIP Server serves; there may be no call yet."""
    assert call in parts.calls
    words = ("served", parts.some_sip_server_serves()), ("nobody serves", TRUE)
    return Watched("control", words, ("served",), "nobody serves")


def monitor(parts: Parts, call: str) -> Watched:
    """Tell whether it is noticed that the Media Server of a call does not answer (MS-5)."""
    lost = undetected(parts, call)
    words = (("not noticed", lost.begin), ("answers or is noticed", TRUE))
    return Watched("monitor", words, ("answers or is noticed",), "not noticed", aside=True)


def record(parts: Parts, call: str) -> Watched:
    """Tell whether a call is recorded, whatever its parties take for granted (REC-6)."""
    words = (
        (NO_CALL, ~parts.up(call)),
        ("recorded", parts.recorded(call)),
        ("off record", TRUE),
    )
    return Watched("record", words, ("recorded",), "off record", aside=True)


LANES = (recording, conversation, control, monitor, record)
"""From top to bottom."""
