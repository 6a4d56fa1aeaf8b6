"""
A link between two instances is cut, and both go on without it (FR-2).

The HA link of the SIP Servers: the primary no longer waits for its standby, which falls behind.
The link of the Resource Managers: each goes on as if it were alone. The links of the T-lib clients:
they hear nothing and ask nothing, until they can connect again. Other links are files of their own:
RTP to a recorder (`grey_failure`), OPTIONS (`false_alarm`), the management layer (`split_brain`).
"""

from collections.abc import Iterator, Mapping

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {
    "A-PARTITION": "A link may be cut while both its ends live; each end takes the other for gone "
    "and goes on, and what is not told by then is not told."
}
FLIPS = ("SIP-2", "RM-3", "REC-7")
TOUCHES = ("sip_server", "resource_manager", "t_lib_client")

_COPYING = ("primary_copies_call", "hot_standby_becomes_synchronised")


def _links(parts: Parts) -> Mapping[str, Var[bool]]:
    """Return for each link of the deployment whether it is cut."""
    has = {
        "sip_server": parts.has_pair,
        "resource_manager": len(parts.resource_managers) > 1 and parts.shares_affinity,
        "t_lib_client": bool(parts.t_lib_clients),
    }
    return {kind: Var(f"{kind}_link.cut", bool) for kind, there in has.items() if there}


def components(parts: Parts) -> Iterator[Component]:
    """The links that can be cut."""
    for kind, cut in _links(parts).items():
        yield Component(f"{kind}_link", variables=cut)


def needs(parts: Parts, rule: Rule) -> Expr:
    """What goes over a link needs it."""
    links = _links(parts)
    if rule.family in _COPYING:
        return links["sip_server"].is_(False)
    if rule.family == "resource_manager_tells_peer":
        return links["resource_manager"].is_(False)
    if rule.family == "t_lib_client_reconnects":
        return links["t_lib_client"].is_(False)
    return TRUE


def rules(parts: Parts) -> Iterator[Rule]:
    """A link is cut or mended, and what waited for the other end waits no more."""
    for kind, cut in _links(parts).items():
        lost = {
            "sip_server": [Set(each.synchronised, False) for each in parts.sip_servers.values()],
            "t_lib_client": [Set(each.connection, None) for each in parts.t_lib_clients.values()],
        }
        yield Rule(
            f"{kind}_link is cut",
            Kind.FAILURE,
            when=cut.is_(False),
            sets=(Set(cut, True), *lost.get(kind, ())),
            cost={f"{kind.replace('_', '-')}-partition": 1},
            cite="A-PARTITION",
        )
        yield Rule(
            f"{kind}_link is mended",
            Kind.REPAIR,
            when=cut.is_(True),
            sets=(Set(cut, False), *(_connect(parts) if kind == "t_lib_client" else ())),
            cite="A-PARTITION",
        )
    if "resource_manager" not in _links(parts):
        return
    for name, manager in parts.resource_managers.items():
        for what, affinity in manager.affinities.items():
            yield Rule(
                f"{name} keeps the {what} to itself",
                when=_links(parts)["resource_manager"].is_(True) & affinity.unsent.is_(True),
                sets=Set(affinity.unsent, False),
                cite="A-PARTITION",
            )


def _connect(parts: Parts) -> Iterator[Set]:
    """Yield what brings the T-lib clients back to a single SIP Server; in a pair they follow it."""
    if not parts.has_pair:
        for client in parts.t_lib_clients.values():
            yield Set(client.connection, next(iter(parts.sip_servers)))
