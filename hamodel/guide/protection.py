"""
What protects against what (DUP-7): the mechanisms and the fault classes that the table is made of.

A mechanism is the smallest deployment that has it and nothing else: changes of the guide's picture
with everything left out. `hamodel.cli.protection` searches each against each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

BARE = (
    "sip_server.pair=single",
    "resource_manager.mode=single",
    "media_server.count=1",
    "recorder_group.main.separated=false",
    "recorder_group.main.strategies=[]",
    "t_lib_client.backup=false",
    "recording.pausable=false",
)
"""The guide's picture with one of each, two recorders that are one box each, and no strategy."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """
    Something that is meant to keep a call recorded.

    Parameters
    ----------
    name
        In the guide's words.
    claims
        What the guide says about it.
    changes
        What it changes of `BARE`.
    without
        What to compare it with, if that is not `BARE`: what it needs, but it does not do.
    """

    name: str
    claims: tuple[str, ...]
    changes: tuple[str, ...]
    without: tuple[str, ...] = ()


_APART = ("recorder_group.main.separated=true",)
MECHANISMS = (
    Mechanism("none of them", (), ()),
    Mechanism(
        "duplication, asked for by SIP Server",
        ("DUP-1", "DUP-3", "DUP-7"),
        ("duplication.requested_by=sip-server",),
    ),
    Mechanism(
        "duplication, asked for by the T-lib client",
        ("DUP-1", "DUP-3", "DUP-7"),
        ("duplication.requested_by=t-lib-client", "recording.start=t-lib"),
        ("recording.start=t-lib",),
    ),
    Mechanism(
        "duplication, recorders of units",
        ("DUP-1", "REC-3", "DUP-7"),
        (*_APART, "duplication.requested_by=sip-server"),
        _APART,
    ),
    Mechanism("a hot standby of SIP Server", ("SIP-1b", "SIP-2"), ("sip_server.pair=hot-standby",)),
    Mechanism(
        "a pair of Resource Managers",
        ("RM-2", "RM-4"),
        ("resource_manager.mode=active-active-load-balancer",),
    ),
    Mechanism("another Media Server", ("MS-2", "MS-3", "MS-4"), ("media_server.count=2",)),
    Mechanism(
        "a backup signaling unit",
        ("REC-3", "REC-4"),
        (*_APART, 'recorder_group.main.strategies=["signaling-backup"]'),
        _APART,
    ),
    Mechanism(
        "a backup media unit",
        ("REC-3", "REC-5"),
        (*_APART, 'recorder_group.main.strategies=["media-backup"]'),
        _APART,
    ),
    Mechanism(
        "stop and start by the T-lib client",
        ("REC-6", "REC-7"),
        ('recorder_group.main.strategies=["stop-start"]',),
    ),
    Mechanism(
        "a backup T-lib client",
        ("TLIB-1", "TLIB-2"),
        ("t_lib_client.backup=true", "recording.start=t-lib"),
        ("recording.start=t-lib",),
    ),
)
"""The rows, in the order in which they are told."""

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "sip-server-crash": "SIP Server",
        "resource-manager-crash": "Resource Manager",
        "media-server-crash": "Media Server",
        "recorder-crash": "recorder",
        "recorder-signaling-crash": "its signaling unit",
        "recorder-media-crash": "its media unit",
        "t-lib-client-crash": "T-lib client",
        "management-layer-crash": "management layer",
    }
)
"""The columns: fault classes, and what fails. The loss of a host is that of all that is on it."""

CONDITIONS = (
    "recorder_group.main.count=1",
    "duplication.identifiers=same",
    "recorder_group.main.balance=any",
    "recorder_group.main.balance=least-used",
    "recorder_group.main.balance=anti-affinity",
    "recorder_group.main.retry_on_timeout=false",
    "recording.record_id=media-server",
    "resource_manager.mode=active-active-load-balancer",
    "resource_manager.mode=active-hot-standby",
    "sip_server.pair=hot-standby",
    "media_server.count=2",
)
"""What is changed, one after another, where a mechanism protects: does it protect then, too?"""

MENDS = (
    "resource_manager.shares_pointer=true",
    "recorder_group.main.balance=anti-affinity",
    "recorder_group.main.balance=least-used",
    "recorder_group.main.count=3",
    "resource_manager.mode=single",
)
"""What is tried on top of a change that undoes a protection: the first that restores it is told."""
