"""An operator drains a Media Server: it takes no new call, keeps those it has, and comes back."""

from collections.abc import Iterator

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {"A-DRAIN": "A Media Server may be drained for as long as an operator likes."}
FLIPS = ("MS-3",)
TOUCHES = ()


def drained(name: str) -> Var[bool]:
    """Return whether a Media Server is drained."""
    return Var(f"drain_of_{name}.on", bool)


def components(parts: Parts) -> Iterator[Component]:
    """Which Media Servers are drained."""
    for name in parts.media_servers:
        yield Component(f"drain_of_{name}", variables=drained(name))


def needs(parts: Parts, rule: Rule) -> Expr:
    """Nothing is placed on a Media Server that is drained."""
    for name in parts.media_servers:
        if rule.family == "resource_manager_places_call" and rule.name.endswith(f" on {name}"):
            return drained(name).is_(False)
    return TRUE


def rules(parts: Parts) -> Iterator[Rule]:
    """A drain begins, and may end."""
    for name, server in parts.media_servers.items():
        yield Rule(
            f"an operator drains {name}",
            Kind.FAILURE,
            when=server.answers & drained(name).is_(False),
            sets=Set(drained(name), True),
            cost={"media-server-drain": 1},
            cite="A-DRAIN",
        )
        yield Rule(
            f"an operator lets {name} in again",
            Kind.ENVIRONMENT,
            when=drained(name).is_(True),
            sets=Set(drained(name), False),
            cite="A-DRAIN",
        )
