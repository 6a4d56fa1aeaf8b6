"""Failover of Resource Manager: RM-1 to RM-4."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def test_failover_of_resource_manager(
    deployment: str, step_through: Callable[[str, Sequence[str]], None]
) -> None:
    """What remains knows the affinities of established sessions, and requests reach it."""
    step_through(deployment, ("RM-2", "RM-3", "RM-4"))
