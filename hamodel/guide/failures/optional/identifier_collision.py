"""
A recorder refuses a recording whose identifier it has open (FR-23).

After a Media Server's crash its recording session stays open at the recorder, an orphan; the new
Media Server begins with the same identifier, and affinity leads it to the same recorder.
"""

from collections.abc import Iterator, Mapping

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {
    "A-COLLISION": "A recorder may refuse a recording session whose record identifier it has open "
    "already, until it has cleaned the old one up, which may take 300 s or an administrator."
}
FLIPS = ("MS-4",)
TOUCHES = ()


def _strict(parts: Parts) -> Mapping[str, Var[bool]]:
    """Return for each recorder whether it refuses identifiers that it has open."""
    return {name: Var(f"identifiers_of_{name}.strict", bool) for name in parts.recorders}


def components(parts: Parts) -> Iterator[Component]:
    """What each recorder thinks of identifiers."""
    for name, strict in _strict(parts).items():
        yield Component(f"identifiers_of_{name}", variables=strict)


def needs(parts: Parts, rule: Rule) -> Expr:
    """A strict recorder accepts no second session of one identifier."""
    if rule.family != "resource_manager_finds_recorder":
        return TRUE
    for name, strict in _strict(parts).items():
        for leg in parts.legs:
            if f" finds {name} for {leg} on " in rule.name:
                return strict.is_(False) | parts.recorders[name].receives[leg].is_(False)
    return TRUE


def rules(parts: Parts) -> Iterator[Rule]:
    """A recorder turns out to be strict."""
    for name, strict in _strict(parts).items():
        yield Rule(
            f"{name} refuses identifiers that it has open",
            Kind.FAILURE,
            when=strict.is_(False),
            sets=Set(strict, True),
            cost={"recorder-collision": 1},
            cite="A-COLLISION",
        )
