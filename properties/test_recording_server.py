"""Recording Server Function, failure of a call recorder: REC-1 to REC-7."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def test_failure_of_a_call_recorder(
    deployment: str, step_through: Callable[[str, Sequence[str]], None]
) -> None:
    """A backup takes over, another media unit is sent to, or another recorder is found."""
    step_through(deployment, ("REC-1", "REC-2", "REC-4", "REC-5", "REC-6", "REC-7"))
