"""
Recording Client Function: RCF-1.

It is a definition and has no property of its own: the recording client is SIP Server, Resource
Manager and Media Server together. So the runs check the promises of all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


def test_recording_client_function(
    deployment: str, step_through: Callable[[str, Sequence[str]], None]
) -> None:
    """The promises of all its components hold together, in one and the same run."""
    step_through(deployment, ("SIP-1b", "SIP-1c", "RM-2", "RM-3", "MS-2", "MS-3", "MS-4"))
