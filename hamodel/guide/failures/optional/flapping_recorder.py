"""A recorder goes down and comes back faster than anyone detects (FR-11): what it had is gone."""

from collections.abc import Iterator

from hamodel import Kind, Rule, Set, any_of
from hamodel.guide import Parts

ASSUMPTIONS = {
    "A-FLAP": "A recorder may restart within one interval of every probe: it answers again, empty, "
    "and whoever counts its sessions takes it for idle."
}
FLIPS = ("DUP-1", "DUP-7")
TOUCHES = ("recorder",)


def rules(parts: Parts) -> Iterator[Rule]:
    """A recorder, or a media unit of one, has lost what it had open, and is up."""
    for name, recorder in parts.recorders.items():
        if recorder.separated:
            for unit, media in recorder.media.items():
                yield Rule(
                    f"{unit} flaps",
                    Kind.FAILURE,
                    when=media.up & any_of(*(var.is_(True) for var in media.writes.values())),
                    sets=tuple(Set(var, False) for var in media.writes.values()),
                    cost={"recorder-flap": 1},
                    cite="A-FLAP",
                )
            continue
        had = any_of(*(var.is_(True) for var in recorder.receives.values()))
        yield Rule(
            f"{name} flaps",
            Kind.FAILURE,
            when=recorder.answers & had,
            sets=tuple(recorder.forgets_all()),
            cost={"recorder-flap": 1},
            cite="A-FLAP",
        )
