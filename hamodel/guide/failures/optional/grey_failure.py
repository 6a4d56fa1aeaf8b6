"""A recorder answers SIP and writes nothing (FR-13): its disk is full, or RTP no longer arrives."""

from collections.abc import Iterator, Mapping

from hamodel import Component, Kind, Rule, Set, Var, all_of
from hamodel.guide import Parts

ASSUMPTIONS = {
    "A-GREY": "A recorder may go on answering OPTIONS and INVITE while nothing of what it receives "
    "is written; no probe of SIP's sees it."
}
FLIPS = ("DUP-7",)
TOUCHES = ("recorder",)


def _dead(parts: Parts) -> Mapping[str, Var[bool]]:
    """Return for each recorder whether nothing that it receives is written."""
    return {name: Var(f"disk_of_{name}.dead", bool) for name in parts.recorders}


def components(parts: Parts) -> Iterator[Component]:
    """The disks of the recorders."""
    for name, dead in _dead(parts).items():
        yield Component(f"disk_of_{name}", variables=dead)


def rules(parts: Parts) -> Iterator[Rule]:
    """A recorder's disk dies; then whatever it has open, it does not write."""
    for name, dead in _dead(parts).items():
        recorder = parts.recorders[name]
        written = [var for unit in recorder.media.values() for var in unit.writes.values()]
        open_ = written if recorder.separated else list(recorder.receives.values())
        yield Rule(
            f"{name} answers and writes nothing from now on",
            Kind.FAILURE,
            when=dead.is_(False) & recorder.answers,
            sets=(Set(dead, True), *(Set(var, False) for var in open_)),
            cost={"recorder-grey": 1},
            cite="A-GREY",
        )
        for var in open_:
            yield Rule(
                f"{name} loses what {var.name} stands for",
                when=all_of(dead.is_(True), var.is_(True)),
                sets=Set(var, False),
                cite="A-GREY",
            )
