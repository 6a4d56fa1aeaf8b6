"""Both targets of duplication are configured alike (FR-12): both copies go to one recorder."""

from collections.abc import Iterator

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var, any_of
from hamodel.guide import Parts

ASSUMPTIONS = {
    "A-ALIKE": "The second target of duplication may be configured as the first: Resource Manager "
    "then gives the second recording session the recorder of the first."
}
FLIPS = ("DUP-1",)
TOUCHES = ("recorder", "recording_session", "resource_manager")

_ALIKE = Var("duplication_targets.alike", bool)


def _seconds(parts: Parts) -> dict[str, str]:
    """Return for each second recording session of a call its first."""
    return {legs[1]: legs[0] for call in parts.calls if len(legs := parts.legs_of(call)) == 2}


def components(parts: Parts) -> Iterator[Component]:
    """How the targets are configured."""
    if _seconds(parts):
        yield Component("duplication_targets", variables=_ALIKE)


def needs(parts: Parts, rule: Rule) -> Expr:
    """A second recording session is placed by its own target only if that is another."""
    second = any(f" for {leg} on " in rule.name for leg in _seconds(parts))
    placing = rule.family in ("resource_manager_finds_recorder", "recorder_is_silent")
    return _ALIKE.is_(False) if placing and second else TRUE


def rules(parts: Parts) -> Iterator[Rule]:
    """The targets are made alike, before any call; then the second copy follows the first."""
    if not _seconds(parts):
        return
    yield Rule(
        "the targets of duplication are configured alike",
        Kind.FAILURE,
        when=_ALIKE.is_(False)
        & ~any_of(*(session.via.is_not(None) for session in parts.recording_sessions.values())),
        sets=Set(_ALIKE, True),
        cost={"duplication-misconfiguration": 1},
        cite="A-ALIKE",
    )
    for rm, manager in parts.resource_managers.items():
        for (leg, server), session in parts.recording_sessions.items():
            first = _seconds(parts).get(leg)
            for name, recorder in parts.recorders.items() if first else ():
                affinity = manager.recorder_of[leg]
                yield Rule(
                    f"{rm} gives {leg} on {server} to {name} as its first copy",
                    when=_ALIKE.is_(True)
                    & session.via.is_(rm)
                    & manager.answers
                    & recorder.accepts
                    & manager.recorder_of[str(first)].to.is_(name),
                    fires=session.machine.fires("accept"),
                    sets=(
                        Set(session.recorder, name),
                        *recorder.opens(leg, session),
                        Set(affinity.to, name),
                        Set(affinity.unsent, parts.shares_affinity),
                    ),
                    cite="A-ALIKE",
                )
