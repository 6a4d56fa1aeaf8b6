"""Not a sentence of the guide: what is paused is not recorded (COMPLIANCE)."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def test_paused_call_is_not_recorded(
    deployment: str, step_through: Callable[[str, Sequence[str]], None]
) -> None:
    """A call whose parties were told that it is paused is not recorded, whatever fails."""
    step_through(deployment, ("COMPLIANCE",))
