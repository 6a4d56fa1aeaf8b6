"""A standby SIP Server never synchronises: the HA link was never configured, and nobody looked."""

from collections.abc import Iterator

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {
    "A-UNSYNCHRONISED": "A pair may run without its standby ever having been told of a call; the "
    "primary does not wait for a standby that is not connected."
}
FLIPS = ("SIP-2",)
TOUCHES = ("sip_server",)

_NEVER = Var("ha_link.absent", bool)
_LINKED = ("primary_copies_call", "hot_standby_becomes_synchronised")


def components(parts: Parts) -> Iterator[Component]:
    """The HA link of the pair."""
    if parts.has_pair:
        yield Component("ha_link", variables=_NEVER)


def needs(_parts: Parts, rule: Rule) -> Expr:
    """What the standby is told, it is told over the HA link."""
    return _NEVER.is_(False) if rule.family in _LINKED else TRUE


def rules(parts: Parts) -> Iterator[Rule]:
    """From the start, before any call, the standby is told nothing."""
    if not parts.has_pair:
        return
    nothing_known = ~(next(iter(parts.sip_servers.values())).knows(next(iter(parts.calls))))
    yield Rule(
        "the standby is never synchronised",
        Kind.FAILURE,
        when=_NEVER.is_(False) & nothing_known,
        sets=(Set(_NEVER, True), *(Set(s.synchronised, False) for s in parts.sip_servers.values())),
        cost={"sip-server-unsynchronised": 1},
        cite="A-UNSYNCHRONISED",
    )
