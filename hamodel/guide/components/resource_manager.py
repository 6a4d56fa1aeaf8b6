"""A Resource Manager instance: its role, its affinities, and the health that it believes (RM-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hamodel import Arrow, Component, Expr, Var, instances
from hamodel.guide.vocabulary import ResourceManagerState

ACTIVE, HOT_STANDBY, TAKING_OVER, HUNG, DOWN = ResourceManagerState


@dataclass(frozen=True, slots=True)
class Affinity:
    """Which instance a call's requests belong to, and whether the peer has yet to be told."""

    to: Var[str]
    unsent: Var[bool]


@dataclass(frozen=True, slots=True)
class ResourceManager:
    """
    An instance: its machine, its affinities, and whom it believes available.

    `recorder_of` has an affinity for each record identifier, so one for each recording session
    unless two were given the same identifier (DUP-5). `notice[call]` is the failed Media Server
    that SIP Server has yet to be told of for the call; `believes[x]` is yes while it takes Media
    Server or recorder x for available; `turn` is the recorder that round robin gives the next
    recording session.
    """

    name: str
    machine: Component
    media_server_of: Mapping[str, Affinity]
    recorder_of: Mapping[str, Affinity]
    notice: Mapping[str, Var[str]]
    believes: Mapping[str, Var[bool]]
    turn: Var[str]
    media_server_turn: Var[str]

    @property
    def answers(self) -> Expr:
        """The guard that it answers requests that reach it."""
        return self.machine.is_(ACTIVE)

    @property
    def affinities(self) -> Mapping[str, Affinity]:
        """Its affinities, each once, by what they lead to."""
        found = {f"media server of {call}": its for call, its in self.media_server_of.items()}
        for leg, affinity in self.recorder_of.items():
            if affinity not in found.values():
                found[f"recorder of {leg}"] = affinity
        return found


def resource_manager(
    name: str,
    *,
    active: bool,
    calls: Sequence[str],
    media_servers: Sequence[str],
    recorders: Sequence[str],
    identifiers: Mapping[str, str],
) -> ResourceManager:
    """
    Return a Resource Manager instance; a crash erases its affinities and its beliefs.

    `identifiers` names, for each recording session, the one whose record identifier it has.

    Source: RM-1, RM-2, RM-3.  Assumes: A-CRASH, A-HANG, A-REPAIR, A-OPTIONS.
    """

    def affinity(what: str, call: str, names: Sequence[str]) -> Affinity:
        return Affinity(
            Var(f"{name}.{what}_of_{call}", instances(*names), volatile=True),
            Var(f"{name}.{what}_of_{call}_unsent", bool, volatile=True),
        )

    def turn(what: str, names: Sequence[str]) -> Var[Any]:
        return Var(f"{name}.{what}_turn", instances(*names), initial=names[0], volatile=True)

    media_server_of = {call: affinity("media_server", call, media_servers) for call in calls}
    by_identifier = {
        each: affinity("recorder", each, recorders) for each in dict.fromkeys(identifiers.values())
    }
    recorder_of = {leg: by_identifier[each] for leg, each in identifiers.items()}
    notice: dict[str, Var[str]] = {
        call: Var(f"{name}.notice_of_{call}", instances(*media_servers), volatile=True)
        for call in calls
    }
    believes: dict[str, Var[bool]] = {
        other: Var(f"{name}.believes_{other}", bool, initial=True, volatile=True)
        for other in (*media_servers, *recorders)
    }
    turns = turn("recorder", recorders), turn("media_server", media_servers)
    affinities = [*media_server_of.values(), *by_identifier.values()]
    machine = Component(
        name,
        ResourceManagerState,
        (
            Arrow("notice_peer", HOT_STANDBY, TAKING_OVER, cite="A-PEER"),
            Arrow("take_over", TAKING_OVER, ACTIVE, cite="RM-2"),
            Arrow("crash", (ACTIVE, HOT_STANDBY, TAKING_OVER, HUNG), DOWN, cite="A-CRASH"),
            Arrow("lose_host", tuple(ResourceManagerState), DOWN, cite="A-HOST"),
            Arrow("hang", (ACTIVE, HOT_STANDBY, TAKING_OVER), HUNG, cite="A-HANG"),
            Arrow("return_active", DOWN, ACTIVE, cite="A-REPAIR"),
            Arrow("return_as_backup", DOWN, HOT_STANDBY, cite="A-REPAIR"),
        ),
        (
            *(var for each in affinities for var in (each.to, each.unsent)),
            *notice.values(),
            *believes.values(),
            *turns,
        ),
        initial=ACTIVE if active else HOT_STANDBY,
    )
    return ResourceManager(name, machine, media_server_of, recorder_of, notice, believes, *turns)
