"""A T-lib client loses its connection to SIP Server for good, and does not know it."""

from collections.abc import Iterator

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {"A-UNPLUGGED": "A TCP connection may be half open: its end takes it for alive."}
FLIPS = ("REC-7",)
TOUCHES = ()


def unplugged(name: str) -> Var[bool]:
    """Return whether a T-lib client's connection is half open."""
    return Var(f"socket_of_{name}.half_open", bool)


def components(parts: Parts) -> Iterator[Component]:
    """The sockets of the T-lib clients."""
    for name in parts.t_lib_clients:
        yield Component(f"socket_of_{name}", variables=unplugged(name))


def needs(parts: Parts, rule: Rule) -> Expr:
    """What a client asks goes over its connection."""
    for name in parts.t_lib_clients:
        if rule.family == "t_lib_client_asks" and rule.name.startswith(f"{name} "):
            return unplugged(name).is_(False)
    return TRUE


def rules(parts: Parts) -> Iterator[Rule]:
    """A connection is half open."""
    for name in parts.t_lib_clients:
        yield Rule(
            f"the connection of {name} is half open",
            Kind.FAILURE,
            when=unplugged(name).is_(False),
            sets=Set(unplugged(name), True),
            cost={"t-lib-client-unplugged": 1},
            cite="A-UNPLUGGED",
        )
