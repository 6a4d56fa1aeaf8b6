"""Recording Server Function, failure of a T-lib client: TLIB-1 and TLIB-2."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def test_failure_of_a_t_lib_client(
    deployment: str, step_through: Callable[[str, Sequence[str]], None]
) -> None:
    """The backup takes over, is alone then, and has observed nothing before."""
    step_through(deployment, ("TLIB-1", "TLIB-2"))
