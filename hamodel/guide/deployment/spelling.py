"""How people spell keys, words and durations, made one: first step of decoding."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import NoReturn

from hamodel.duration import duration_text, exact_ms
from hamodel.errors import InputError, among
from hamodel.guide.deployment.shape import Shape, possible
from hamodel.guide.deployment.source import shown

_KEYS = {
    "SIP Server": "sip_server",
    "Resource Manager": "resource_manager",
    "Media Server": "media_server",
    "Management Layer": "management_layer",
    "T-lib client": "t_lib_client",
    "recording server": "recorder_group",
    "call recorder": "recorder_group",
}
"""The guide's names of what has a table here."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "pair": {
        "active-hot-standby": "hot-standby",
        "active-standby": "hot-standby",
        "stand-alone": "single",
        "standalone": "single",
        "none": "single",
    },
    "mode": {
        "hot-standby": "active-hot-standby",
        "active-standby": "active-hot-standby",
        "stand-alone": "single",
        "standalone": "single",
        "none": "single",
    },
    "scs": {"stand-alone": "single", "standalone": "single"},
    "on_none_available": {"continue": "continue-unrecorded"},
    "notify": {"until-acked": "until-acknowledged"},
    "requested_by": {"none": "off"},
    "start": {"full-time": "static"},
    "strategies": {
        "signalling-backup": "signaling-backup",
        "sig-backup": "signaling-backup",
        "stop-and-start": "stop-start",
    },
    "balance": {"roundrobin": "round-robin", "least-loaded": "least-used"},
}
"""By parameter: what the guide, the product or a careful writer may call one of its words."""

_AMBIGUOUS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("mode", "active-active"): ("active-active-load-balancer", "active-active-sip-server"),
}
"""What the guide has one word for, and the model has two readings of."""

_SEPARATOR = re.compile(r"[-_/ ]+")
_NEARLY = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,3}))?[ _]*([A-Za-z]*)\.?", re.ASCII)
_UNITS_MS = {
    "ms": 1,
    "msec": 1,
    "millisecond": 1,
    "milliseconds": 1,
    "s": 1_000,
    "sec": 1_000,
    "secs": 1_000,
    "second": 1_000,
    "seconds": 1_000,
    "m": 60_000,
    "min": 60_000,
    "mins": 60_000,
    "minute": 60_000,
    "minutes": 60_000,
    "h": 3_600_000,
    "hour": 3_600_000,
    "hours": 3_600_000,
}


class SpellingError(Exception):
    """
    Something is spelled in no way that is known; whoever knows the place makes it an error.

    Parameters
    ----------
    code
        A code of `hamodel.errors`.
    message
        What was found and what was possible.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def at(self, file: str, line: int, key: str) -> InputError:
        """Return the error with its place."""
        return InputError(self.code, self.message, file=file, line=line, key=key)


def key_named(written: str, keys: Iterable[str]) -> str:
    """
    Return the key that is meant; hyphens stand for underscores, and the guide's names for tables.

    Raises
    ------
    SpellingError
        HA063, with what it may have been meant to be.
    """
    known = tuple(keys)
    name = _KEYS.get(written, written.replace("-", "_"))
    if name in known:
        return name
    if not written:
        raise SpellingError("HA063", f"found an empty key; possible: {among(known, 20)}.")
    hint = nearest(name.casefold().replace(" ", "_"), known)
    raise SpellingError("HA063", f"no such key here{hint}; possible: {among(known, 20)}.")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean 'calls'?)` for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word[:100], tuple(known), n=1, cutoff=0.6)
    return f" (did you mean '{near[0]}'?)" if near else ""


def word_meant(written: str, name: str, words: tuple[str, ...]) -> str:
    """
    Return which of a parameter's words is meant, or the text as it is.

    Parameters
    ----------
    written
        What the file says.
    name
        The parameter's own name, such as `mode`.
    words
        Its words.

    Raises
    ------
    SpellingError
        HA066 for a word of the guide's that the model has two readings of.
    """
    folded = _SEPARATOR.sub("-", written).casefold()
    if folded in words:
        return folded
    if readings := _AMBIGUOUS.get((name, folded)):
        raise SpellingError(
            "HA066", f"found {shown(written)}, which can be {' or '.join(readings)}."
        )
    return _WORDS.get(name, {}).get(folded, written)


def milliseconds(written: object, shape: Shape) -> int | None:
    """
    Return a duration in milliseconds; `"never"` is None, where it is possible.

    Raises
    ------
    SpellingError
        HA065 for what is no duration, with the nearest right spelling where there is one.
    """
    if not isinstance(written, str):
        hint = f' (did you mean "{written} s"?)' if _is_number(written) else ""
        return _no_duration(written, shape, hint)
    if shape.optional and written.casefold() == "never":
        return None
    if not written.strip():
        raise SpellingError("HA073", f"found an empty text; possible: {possible(shape)}.")
    if (right := exact_ms(written)) is not None:
        return right
    return _no_duration(written, shape, _nearly(written))


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9


def _nearly(written: str) -> str:
    if ".." in written:
        return " (one value; hamodel loss --sweep and hamodel formula --timers take ranges)"
    found = _NEARLY.fullmatch(written.strip())
    if not found:
        return ""
    whole, fraction, unit = int(found[1]), found[2] or "", found[3].casefold()
    scale = _UNITS_MS.get(unit or "s")
    if scale is None:
        return ""
    thousandths = whole * 1_000 + int(fraction.ljust(3, "0"))
    ms, rest = divmod(thousandths * scale, 1_000)
    if rest:
        return ""
    return f' (did you mean "{duration_text(ms)}"?)'


def _no_duration(written: object, shape: Shape, hint: str) -> NoReturn:
    rule = 'a whole number, a space, and "s" or "ms"'
    message = f"found {shown(written)}{hint}; possible: {rule}, from {possible(shape)}."
    raise SpellingError("HA065", message)
