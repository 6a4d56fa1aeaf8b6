"""Recording Duplication: DUP-1 to DUP-7."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def test_recording_duplication(
    deployment: str, step_through: Callable[[str, Sequence[str]], None]
) -> None:
    """A call that two recorders record goes on being recorded when one of them fails."""
    step_through(deployment, ("DUP-1", "DUP-3", "DUP-4", "DUP-5c", "DUP-6", "DUP-7"))
