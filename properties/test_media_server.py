"""Failover of Media Server: MS-1 to MS-4; MS-5 is about durations."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def test_failover_of_media_server(
    deployment: str, step_through: Callable[[str, Sequence[str]], None]
) -> None:
    """SIP Server learns of it, joins the call to another, and that one records it as it was."""
    step_through(deployment, ("MS-1", "MS-2", "MS-3", "MS-4"))
