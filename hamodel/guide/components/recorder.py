"""
A recorder of the recording server function: one box, or signaling and media recording apart.

Separated (REC-3), a recorder is signaling units, of which one is active, and media units. What it
has open is then kept by the recorder as a whole: a backup signaling unit has it too (REC-4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hamodel import TRUE, Arrow, Component, Expr, Set, Var, all_of, any_of, instances
from hamodel.guide.components.media_server import server
from hamodel.guide.components.recording_session import RecordingSession
from hamodel.guide.vocabulary import ServerState, SignalingState

ACTIVE, BACKUP, TAKING_OVER, HUNG, DOWN = SignalingState


@dataclass(frozen=True, slots=True)
class MediaUnit:
    """A media unit: its machine, and which recording sessions' media it writes."""

    name: str
    machine: Component
    writes: Mapping[str, Var[bool]]

    @property
    def up(self) -> Expr:
        """The guard that it takes media in."""
        return self.machine.is_(ServerState.UP)


@dataclass(frozen=True, slots=True)
class Recorder:
    """
    A recorder.

    `receives[leg]` says that it has a recording session open; `announces[leg]` is the media unit
    whose address it has yet to send (REC-5). `box` is all of a recorder that is not separated.
    """

    name: str
    box: Component
    receives: Mapping[str, Var[bool]]
    signaling: Mapping[str, Component] = field(default_factory=dict)
    media: Mapping[str, MediaUnit] = field(default_factory=dict)
    announces: Mapping[str, Var[str]] = field(default_factory=dict)

    @property
    def separated(self) -> bool:
        """Whether signaling and media recording are separate failure domains (REC-3)."""
        return bool(self.signaling)

    @property
    def machines(self) -> tuple[Component, ...]:
        """What of it can fail on its own."""
        if not self.separated:
            return (self.box,)
        return (*self.signaling.values(), *(unit.machine for unit in self.media.values()))

    @property
    def components(self) -> tuple[Component, ...]:
        """Its components, in the order of a state."""
        return (self.box, *self.machines) if self.separated else (self.box,)

    @property
    def answers(self) -> Expr:
        """The guard that it answers SIP."""
        if not self.separated:
            return self.box.is_(ServerState.UP)
        return any_of(*(unit.is_(ACTIVE) for unit in self.signaling.values()))

    @property
    def accepts(self) -> Expr:
        """The guard that it accepts a recording session: it answers, and can write its media."""
        if not self.separated:
            return self.answers
        return self.answers & any_of(*(unit.up for unit in self.media.values()))

    @property
    def well(self) -> Expr:
        """The guard that nothing of it has failed."""
        if not self.separated:
            return self.answers
        failed = (unit.in_(HUNG, DOWN) for unit in self.signaling.values())
        return all_of(*(unit.up for unit in self.media.values()), ~any_of(*failed))

    @property
    def reachable(self) -> Expr:
        """
        The guard that a request within a dialog is answered, or never will be.

        While a backup signaling unit takes over the request is sent again, for 32 s (REC-4).
        """
        if len(self.signaling) < 2:
            return TRUE
        coming = (unit.in_(BACKUP, TAKING_OVER) for unit in self.signaling.values())
        return self.answers | ~any_of(*coming)

    def writing(self, leg: str, session: RecordingSession) -> Expr:
        """Return the guard that what Media Server sends for a recording session is written."""
        if not self.separated:
            return self.answers & self.receives[leg].is_(True)
        return any_of(
            *(
                all_of(session.media.is_(name), unit.up, unit.writes[leg].is_(True))
                for name, unit in self.media.items()
            )
        )

    def opens(self, leg: str, session: RecordingSession) -> Iterator[Set]:
        """Yield the effects of accepting a recording session; the first media unit that is up."""
        yield Set(self.receives[leg], True)
        if leg in self.announces:
            yield Set(self.announces[leg], None)
        passed: list[Expr] = []
        for name, unit in self.media.items():
            chosen = all_of(unit.up, *(~before for before in passed))
            yield Set(session.media, name, chosen)
            yield Set(unit.writes[leg], True, chosen)
            passed.append(unit.up)

    def closes(self, leg: str, when: Expr) -> Iterator[Set]:
        """Yield the effects of a BYE that reaches it."""
        heard = when & self.answers
        yield Set(self.receives[leg], False, heard)
        if leg in self.announces:
            yield Set(self.announces[leg], None, heard)
        for unit in self.media.values():
            yield Set(unit.writes[leg], False, heard & unit.up)

    def forgets(self, unit: str) -> Iterator[Set]:
        """Yield what is lost with a signaling unit: all that is open, if no other unit is left."""
        rest = [other.is_not(DOWN) for name, other in self.signaling.items() if name != unit]
        for effect in self.forgets_all():
            yield Set(effect.var, effect.to, ~any_of(*rest))

    def forgets_all(self) -> Iterator[Set]:
        """Yield the effects of losing all that it had open."""
        yield from (Set(var, var.initial) for var in self.receives.values())
        yield from (Set(var, var.initial) for var in self.announces.values())


def recorder(name: str, *, legs: Sequence[str]) -> Recorder:
    """
    Return a recorder that is one box.

    Source: REC-1.  Assumes: A-CRASH, A-HANG, A-REPAIR.
    """
    receives = _for_legs(name, "receives", legs, volatile=True)
    return Recorder(name, server(name, tuple(receives.values())), receives)


def separated_recorder(
    name: str,
    *,
    legs: Sequence[str],
    signaling: Sequence[str],
    media: Sequence[str],
    all_media: Sequence[str],
) -> Recorder:
    """
    Return a recorder whose signaling and media recording fail apart.

    Parameters
    ----------
    name, legs
        What it is called, and the recording sessions that it can have.
    signaling, media
        The names of its units; the first signaling unit is active.
    all_media
        The names of every recorder's media units, among which a recording session's is one.

    Source: REC-3, REC-4, REC-5.  Assumes: A-CRASH, A-HANG, A-REPAIR.
    """
    receives = _for_legs(name, "receives", legs)
    announces: dict[str, Var[str]] = {}
    if len(media) > 1:
        announces = {leg: Var(f"{name}.announces_for_{leg}", instances(*all_media)) for leg in legs}
    units = {}
    for unit in media:
        writes = _for_legs(unit, "writes", legs, volatile=True)
        units[unit] = MediaUnit(unit, server(unit, tuple(writes.values())), writes)
    box = Component(name, variables=(*receives.values(), *announces.values()))
    pair = {unit: _signaling_unit(unit, active=i == 0) for i, unit in enumerate(signaling)}
    return Recorder(name, box, receives, pair, units, announces)


def _for_legs(
    owner: str, verb: str, legs: Sequence[str], *, volatile: bool = False
) -> dict[str, Var[bool]]:
    return {leg: Var(f"{owner}.{verb}_{leg}", bool, volatile=volatile) for leg in legs}


def _signaling_unit(name: str, *, active: bool) -> Component:
    return Component(
        name,
        SignalingState,
        (
            Arrow("notice_peer", BACKUP, TAKING_OVER, cite="REC-4"),
            Arrow("take_over", TAKING_OVER, ACTIVE, cite="REC-4"),
            Arrow("crash", (ACTIVE, BACKUP, TAKING_OVER, HUNG), DOWN, cite="A-CRASH"),
            Arrow("lose_host", tuple(SignalingState), DOWN, cite="A-HOST"),
            Arrow("hang", (ACTIVE, BACKUP, TAKING_OVER), HUNG, cite="A-HANG"),
            Arrow("return_alone", DOWN, ACTIVE, cite="A-REPAIR"),
            Arrow("return_as_backup", DOWN, BACKUP, cite="A-REPAIR"),
        ),
        initial=ACTIVE if active else BACKUP,
    )
