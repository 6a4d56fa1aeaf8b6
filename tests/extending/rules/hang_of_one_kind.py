"""A Media Server carries the calls that it has, answers OPTIONS, and ignores every new INVITE."""

from collections.abc import Iterator

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {"A-DEAF": "A Media Server may hang for new calls only."}
FLIPS = ("MS-3",)
TOUCHES = ()


def deaf(name: str) -> Var[bool]:
    """Return whether a Media Server ignores INVITE."""
    return Var(f"ears_of_{name}.deaf", bool)


def components(parts: Parts) -> Iterator[Component]:
    """What each Media Server hears."""
    for name in parts.media_servers:
        yield Component(f"ears_of_{name}", variables=deaf(name))


def needs(parts: Parts, rule: Rule) -> Expr:
    """A call is placed only where it is heard."""
    for name in parts.media_servers:
        if rule.family == "resource_manager_places_call" and rule.name.endswith(f" on {name}"):
            return deaf(name).is_(False)
    return TRUE


def rules(parts: Parts) -> Iterator[Rule]:
    """A Media Server goes deaf."""
    for name in parts.media_servers:
        yield Rule(
            f"{name} goes deaf",
            Kind.FAILURE,
            when=deaf(name).is_(False),
            sets=Set(deaf(name), True),
            cost={"media-server-deaf": 1},
            cite="A-DEAF",
        )
