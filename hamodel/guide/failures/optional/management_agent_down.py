"""
The agent of the management layer on a SIP Server's host is down (FR-24): nobody promotes it.

That SCS itself is down the model has (`management_layer crashes`); the agents (LCA) it has not.
"""

from collections.abc import Iterator, Mapping

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {
    "A-AGENT": "The agent (LCA) on a host may be down without anyone noticing before it is needed; "
    "SCS can then not make the SIP Server on that host the primary."
}
FLIPS = ("SIP-1b", "SIP-2")
TOUCHES = ()


def _agents(parts: Parts) -> Mapping[str, Var[bool]]:
    """Return for each SIP Server of a pair whether the agent on its host is down."""
    names = parts.sip_servers if parts.has_pair else ()
    return {name: Var(f"agent_of_{name}.down", bool) for name in names}


def components(parts: Parts) -> Iterator[Component]:
    """The agents."""
    for name, down in _agents(parts).items():
        yield Component(f"agent_of_{name}", variables=down)


def needs(parts: Parts, rule: Rule) -> Expr:
    """A standby becomes the primary through the agent on its host."""
    for name, down in _agents(parts).items():
        if rule.family == "hot_standby_takes_over" and rule.name.startswith(name):
            return down.is_(False)
    return TRUE


def rules(parts: Parts) -> Iterator[Rule]:
    """An agent goes down, and comes back."""
    for name, down in _agents(parts).items():
        yield Rule(
            f"the agent of {name} goes down",
            Kind.FAILURE,
            when=down.is_(False),
            sets=Set(down, True),
            cost={"management-agent-down": 1},
            cite="A-AGENT",
        )
        yield Rule(
            f"the agent of {name} returns",
            Kind.REPAIR,
            when=down.is_(True),
            sets=Set(down, False),
            cite="A-AGENT",
        )
