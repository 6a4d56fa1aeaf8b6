"""The control dialog of SIP Server and Media Server for one call, through Resource Manager."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hamodel import Arrow, Component, Set, Var, instances
from hamodel.guide.vocabulary import DialogState, Request

IDLE, REQUESTED, PROXIED, EXECUTED, REFUSED = DialogState


@dataclass(frozen=True, slots=True)
class MediaDialog:
    """
    One request at a time: what is asked, by whom, through which Resource Manager.

    `via` is the instance that has the transaction in hand; `route` the one that further
    requests go through, by its Record-Route or by the load balancer's persistence. `tries` is the
    Media Server that its INVITE is out at, and `tried[x]` that it has timed out at x; both only
    where a Resource Manager tries one after the other (A-SERIAL).
    """

    machine: Component
    request: Var[Request]
    owner: Var[str]
    via: Var[str]
    route: Var[str]
    media_server: Var[str]
    tries: Var[str] | None
    tried: Mapping[str, Var[bool]]

    def forgets_targets(self) -> Iterator[Set]:
        """Yield the effects of a transaction's end on where its INVITE was sent."""
        if self.tries is not None:
            yield Set(self.tries, None)
        for var in self.tried.values():
            yield Set(var, False)


def media_dialog(
    call: str,
    *,
    sip_servers: Sequence[str],
    resource_managers: Sequence[str],
    media_servers: Sequence[str],
    serial: bool,
) -> MediaDialog:
    """
    Return the control dialog of a call; `serial`: its INVITE is sent to one after the other.

    Source: RM-1 (Resource Manager is a SIP proxy), RFC 3261 section 17.  Assumes: A-MSML.
    """
    name = f"media_dialog_of_{call}"
    request = Var(f"{name}.request", Request)
    owner: Var[str] = Var(f"{name}.owner", instances(*sip_servers))
    via: Var[str] = Var(f"{name}.via", instances(*resource_managers))
    route: Var[str] = Var(f"{name}.route", instances(*resource_managers))
    media_server: Var[str] = Var(f"{name}.media_server", instances(*media_servers))
    tries: Var[str] | None = None
    tried: dict[str, Var[bool]] = {}
    if serial:
        tries = Var(f"{name}.tries", instances(*media_servers))
        tried = {each: Var(f"{name}.tried_{each}", bool) for each in media_servers}
    machine = Component(
        name,
        DialogState,
        (
            Arrow("request", IDLE, REQUESTED, cite="A-MSML"),
            Arrow("proxy", REQUESTED, PROXIED, cite="RM-1"),
            Arrow("execute", PROXIED, EXECUTED, cite="A-MSML"),
            Arrow("refuse", PROXIED, REFUSED, cite="A-481"),
            Arrow("answer", EXECUTED, IDLE, cite="A-MSML"),
            Arrow("fail", (REQUESTED, PROXIED, EXECUTED, REFUSED), IDLE, cite="A-TIMEOUT"),
            Arrow("retransmit", (PROXIED, EXECUTED, REFUSED), REQUESTED, cite="A-RETRANSMIT"),
            Arrow("abandon", (REQUESTED, PROXIED, EXECUTED, REFUSED), IDLE, cite="A-RETRY"),
        ),
        (
            *(request, owner, via, route, media_server),
            *((tries,) if tries is not None else ()),
            *tried.values(),
        ),
    )
    return MediaDialog(machine, request, owner, via, route, media_server, tries, tried)
