"""The virtual address of the SIP Servers does not move: a switch keeps the old entry for ever."""

from collections.abc import Iterator

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {"A-STUCK": "A switch may never learn that an address has moved."}
FLIPS = ("SIP-1b",)
TOUCHES = ()
STUCK = Var("switch.stuck", bool)


def components(_parts: Parts) -> Iterator[Component]:
    """The switch."""
    yield Component("switch", variables=STUCK)


def needs(_parts: Parts, rule: Rule) -> Expr:
    """The address moves only if the switch learns it."""
    return STUCK.is_(False) if rule.family == "sip_server_address_moves" else TRUE


def rules(_parts: Parts) -> Iterator[Rule]:
    """The switch gets stuck."""
    yield Rule(
        "the switch gets stuck",
        Kind.FAILURE,
        when=STUCK.is_(False),
        sets=Set(STUCK, True),
        cost={"switch-stuck": 1},
        cite="A-STUCK",
    )
