"""A recorder's licence expires: it goes on with what it has, and refuses what is new."""

from collections.abc import Iterator

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {"A-LICENCE": "A recorder may refuse new recording sessions (503)."}
FLIPS = ("MS-4",)
TOUCHES = ()


def expired(name: str) -> Var[bool]:
    """Return whether a recorder's licence has expired."""
    return Var(f"licence_of_{name}.expired", bool)


def components(parts: Parts) -> Iterator[Component]:
    """The licences."""
    for name in parts.recorders:
        yield Component(f"licence_of_{name}", variables=expired(name))


def needs(parts: Parts, rule: Rule) -> Expr:
    """A recorder accepts with a licence."""
    for name in parts.recorders:
        if rule.family == "resource_manager_finds_recorder" and f" finds {name} " in rule.name:
            return expired(name).is_(False)
    return TRUE


def rules(parts: Parts) -> Iterator[Rule]:
    """A licence expires."""
    for name in parts.recorders:
        yield Rule(
            f"the licence of {name} expires",
            Kind.FAILURE,
            when=expired(name).is_(False),
            sets=Set(expired(name), True),
            cost={"recorder-licence": 1},
            cite="A-LICENCE",
        )
