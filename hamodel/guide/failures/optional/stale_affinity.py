"""
A Resource Manager's affinity still leads to a dead recorder when the recording is started again.

FR-10: its answer to OPTIONS comes from a front end that lives, and a cache brings the affinity of
the record identifier back after the BYE.
"""

from collections.abc import Iterator, Mapping

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var, all_of, instances
from hamodel.guide import Parts

ASSUMPTIONS = {
    "A-STALE": "A Resource Manager may keep the affinity of a record identifier beyond its BYE, "
    "and may go on believing its recorder available: a front end answers for it."
}
FLIPS = ("REC-7",)
TOUCHES = ("resource_manager",)


def _cached(parts: Parts) -> Mapping[tuple[str, str], Var[str]]:
    """Return for each Resource Manager and recording session the recorder in its cache."""
    names = instances(*parts.recorders)
    return {
        (rm, leg): Var(f"cache_of_{rm}.recorder_of_{leg}", names)
        for rm in parts.resource_managers
        for leg in parts.legs
    }


def components(parts: Parts) -> Iterator[Component]:
    """The caches of the Resource Managers."""
    for rm in parts.resource_managers:
        yield Component(
            f"cache_of_{rm}",
            variables=tuple(var for (of, _), var in _cached(parts).items() if of == rm),
        )


def needs(parts: Parts, rule: Rule) -> Expr:
    """A recorder in the cache is not noticed to have failed."""
    if rule.family != "resource_manager_notices_failure":
        return TRUE
    return all_of(
        *(
            cached.is_not(name)
            for (rm, _), cached in _cached(parts).items()
            for name in parts.recorders
            if rule.name == f"{rm} notices that {name} failed"
        )
    )


def rules(parts: Parts) -> Iterator[Rule]:
    """An affinity gets stuck in the cache; it is back whenever it was forgotten."""
    for (rm, leg), cached in _cached(parts).items():
        manager = parts.resource_managers[rm]
        to = manager.recorder_of[leg].to
        yield Rule(
            f"{rm} caches the recorder of {leg}",
            Kind.FAILURE,
            when=manager.answers & cached.is_(None) & to.is_not(None),
            sets=Set(cached, to),
            cost={"resource-manager-stale": 1},
            cite="A-STALE",
        )
        for name in parts.recorders:
            yield Rule(
                f"{rm} brings {name} back for {leg}",
                when=all_of(manager.answers, cached.is_(name), to.is_(None)),
                sets=Set(to, name),
                cite="A-STALE",
            )
