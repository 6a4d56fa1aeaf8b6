"""Failover of SIP Server: SIP-1a, SIP-1b, SIP-1c and SIP-2."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def test_failover_of_sip_server(
    deployment: str, step_through: Callable[[str, Sequence[str]], None]
) -> None:
    """One serves, the standby knows each established call, and it takes over in the end."""
    step_through(deployment, ("SIP-1a", "SIP-1b", "SIP-1c", "SIP-2"))
