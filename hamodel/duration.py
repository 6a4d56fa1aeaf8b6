"""Durations as people write them: `10 s`, `250 ms`, and nothing else."""

from __future__ import annotations

import re

UNITS_MS = {"ms": 1, "s": 1_000}
_WRITTEN = re.compile(r"(0|[1-9][0-9]{0,17}) (ms|s)", re.ASCII)


def exact_ms(written: str) -> int | None:
    """Return a duration in ms; None for what is not a whole number, a space, and `s` or `ms`."""
    right = _WRITTEN.fullmatch(written)
    return int(right[1]) * UNITS_MS[right[2]] if right else None


def duration_text(ms: int | None) -> str:
    """Return milliseconds as one writes them in a deployment: `10 s`, `250 ms`, `never`."""
    if ms is None:
        return "never"
    return f"{ms} ms" if ms % 1000 else f"{ms // 1000} s"
