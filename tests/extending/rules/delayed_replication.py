"""A Resource Manager answers before its peer has the affinity; it arrives later."""

from collections.abc import Iterator

from hamodel import Component, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {"A-LATE": "What one Resource Manager tells the other may be late, once."}
FLIPS = ("RM-3",)
TOUCHES = ("resource_manager",)


def late(name: str, leg: str) -> Var[bool]:
    """Return whether the affinity of a recording session is still on its way from here."""
    return Var(f"queue_of_{name}.has_{leg}", bool)


def components(parts: Parts) -> Iterator[Component]:
    """What each Resource Manager has yet to send."""
    for name in parts.resource_managers:
        yield Component(f"queue_of_{name}", variables=tuple(late(name, leg) for leg in parts.legs))


def rules(parts: Parts) -> Iterator[Rule]:
    """An affinity is queued instead of told, and told in the end."""
    for name, manager in parts.resource_managers.items():
        for leg, affinity in manager.recorder_of.items():
            waits = late(name, leg)
            yield Rule(
                f"{name} queues the recorder of {leg}",
                Kind.FAILURE,
                when=manager.answers & affinity.unsent.is_(True) & waits.is_(False),
                sets=(Set(affinity.unsent, False), Set(waits, True)),
                cost={"resource-manager-delay": 1},
                cite="A-LATE",
            )
            yield Rule(
                f"{name} sends the queued recorder of {leg}",
                when=manager.answers & waits.is_(True),
                sets=(Set(affinity.unsent, True), Set(waits, False)),
                cite="A-LATE",
            )
