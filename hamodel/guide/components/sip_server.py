"""A SIP Server instance: its role in the pair, and what it knows of each call (SIP-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hamodel import Arrow, Component, Expr, Var, instances
from hamodel.guide.vocabulary import Recording, Session, SipServerState

ACTIVE, HOT_STANDBY, HUNG, DOWN = SipServerState


@dataclass(frozen=True, slots=True)
class CallRecord:
    """
    What one SIP Server instance knows of one call; a crash erases all of it.

    `unsent` says that it has changed since it was last copied to the standby; `duplicated` that two
    recording sessions were requested (DUP-3), None where nobody can request them.
    """

    session: Var[Session]
    recording: Var[Recording]
    media_server: Var[str]
    unsent: Var[bool]
    duplicated: Var[bool] | None = None

    @property
    def variables(self) -> tuple[Var[Any], ...]:
        """Its variables, in the order of a state."""
        its = (self.session, self.recording, self.media_server, self.unsent)
        return its if self.duplicated is None else (*its, self.duplicated)


@dataclass(frozen=True, slots=True)
class SipServer:
    """An instance: its machine, its records of calls, and the Resource Manager whose turn it is."""

    name: str
    machine: Component
    record: Mapping[str, CallRecord]
    synchronised: Var[bool]
    turn: Var[str]

    def knows(self, call: str) -> Expr:
        """Return the guard that it has any record of the call."""
        return self.record[call].session.is_not(Session.UNKNOWN)


def sip_server(
    name: str,
    *,
    active: bool,
    synchronised: bool,
    calls: Sequence[str],
    media_servers: Sequence[str],
    resource_managers: Sequence[str],
    duplicated: bool,
) -> SipServer:
    """
    Return a SIP Server instance.

    Source: SIP-1a, SIP-1b.  Assumes: A-CRASH, A-HANG, A-REPAIR.
    """
    records = {
        call: CallRecord(
            Var(f"{name}.session_of_{call}", Session, volatile=True),
            Var(f"{name}.recording_of_{call}", Recording, volatile=True),
            Var(f"{name}.media_server_of_{call}", instances(*media_servers), volatile=True),
            Var(f"{name}.unsent_{call}", bool, volatile=True),
            Var(f"{name}.duplicated_{call}", bool, volatile=True) if duplicated else None,
        )
        for call in calls
    }
    ready = Var(f"{name}.synchronised", bool, initial=synchronised)
    turn: Var[str] = Var(
        f"{name}.turn", instances(*resource_managers), initial=resource_managers[0], volatile=True
    )
    machine = Component(
        name,
        SipServerState,
        (
            Arrow("take_over", HOT_STANDBY, ACTIVE, cite="SIP-1b"),
            Arrow("crash", (ACTIVE, HOT_STANDBY, HUNG), DOWN, cite="A-CRASH"),
            Arrow("lose_host", tuple(SipServerState), DOWN, cite="A-HOST"),
            Arrow("hang", (ACTIVE, HOT_STANDBY), HUNG, cite="A-HANG"),
            Arrow("be_stopped", HUNG, DOWN, cite="A-HEARTBEAT"),
            Arrow("return_alone", DOWN, ACTIVE, cite="A-REPAIR"),
            Arrow("return_as_backup", DOWN, HOT_STANDBY, cite="A-REPAIR"),
        ),
        (*(var for record in records.values() for var in record.variables), ready, turn),
        initial=ACTIVE if active else HOT_STANDBY,
    )
    return SipServer(name, machine, records, ready, turn)
